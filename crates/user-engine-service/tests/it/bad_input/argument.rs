//! The arguments of requests, by name.

mod own_type;

use user_engine_domain::*;
use user_engine_service::Edit;

/// Something that a request is made of. What has no such implementation can't be a request's
/// field in this table: first say what its type refuses, in `own_type`.
pub(crate) trait Argument {
    /// Gives the names of the arguments that it holds, or its own.
    fn spell(name: &'static str, into: &mut Vec<&'static str>);
}

/// Declares structures of arguments, requests first of all. Each is taken apart, so that a field
/// that is added, or whose type changes, can't be forgotten here.
macro_rules! arguments {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })+) => { $(
        impl $crate::bad_input::argument::Argument for $name {
            fn spell(_: &'static str, into: &mut Vec<&'static str>) {
                let _apart = |it: &$name| {
                    let $name { $($field),* } = it;
                    $(let _: &$type = $field;)*
                };
                $(<$type as $crate::bad_input::argument::Argument>::spell(
                    stringify!($field), into);)*
                let _ = into;
            }
        }
    )+ };
}
pub(crate) use arguments;

macro_rules! of_what_it_holds {
    ($($name:ident),+) => {
        $(impl<T: Argument> Argument for $name<T> {
            fn spell(name: &'static str, into: &mut Vec<&'static str>) {
                T::spell(name, into);
            }
        })+
    };
}
of_what_it_holds!(Option, Sensitive, Edit);

impl<T: Argument> Argument for List<T> {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        into.push(name);
        T::spell(name, into);
    }
}

impl<K: Argument, V: Argument> Argument for Map<K, V> {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        into.push(name);
        K::spell(name, into);
        V::spell(name, into);
    }
}

arguments! {
    MembershipScope { scope_type: MembershipScopeType, scope_id: ScopeId }
    AccessScope { scope_type: AccessScopeType, scope_id: ScopeId }
    MembershipRequirement {
        scope_type: MembershipScopeType,
        scope_id: Option<ScopeId>,
        kind: Option<MembershipKind>,
    }
    AttributeDefinition {
        key: AttributeKey,
        value_type: ValueType,
        default: Option<JsonValue>,
        sensitivity: Sensitivity,
        visibility: Visibility,
        mutability: Mutability,
        retired: bool,
    }
    FactorRequirement {
        factor_type: FactorType,
        normalized_value: Sensitive<Text>,
        source_system: Option<Text>,
        evidence_references: List<Text>,
    }
    TenantAccountEntitlement { status: AccountStatus, requires_approval: bool }
    MembershipEntitlement {
        scope: MembershipScope,
        kind: MembershipKind,
        requires_approval: bool,
    }
    ProfileValueEntitlement {
        attribute_key: AttributeKey,
        scope: ProfileScope,
        value: Sensitive<JsonValue>,
        requires_approval: bool,
    }
    ApplicationBindingEntitlement { application_id: ApplicationId, requires_approval: bool }
    OnboardingJourneyEntitlement { protocol_id: ProtocolId, requires_approval: bool }
    ProtocolMatch {
        application_id: Option<ApplicationId>,
        realm: Option<RealmId>,
        service_id: Option<ServiceId>,
        role: Option<MembershipKind>,
        hat: Option<Text>,
        prepared_journey: Option<Text>,
        required_factor_types: List<FactorType>,
    }
    ProtocolStep {
        step_key: StepKey,
        subsystem: Subsystem,
        task_kind: Text,
        external_task_reference: Option<Text>,
        callback_reference: Option<Text>,
        support_reference: Option<Text>,
        callback_required: bool,
    }
}

impl Argument for Entitlement {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        // One that is added does not match, and is to be spelled below.
        fn _each(it: &Entitlement) {
            match it {
                Entitlement::TenantAccount(_)
                | Entitlement::Membership(_)
                | Entitlement::ProfileValue(_)
                | Entitlement::ApplicationBinding(_)
                | Entitlement::OnboardingJourney(_) => {}
            }
        }
        TenantAccountEntitlement::spell(name, into);
        MembershipEntitlement::spell(name, into);
        ProfileValueEntitlement::spell(name, into);
        ApplicationBindingEntitlement::spell(name, into);
        OnboardingJourneyEntitlement::spell(name, into);
    }
}

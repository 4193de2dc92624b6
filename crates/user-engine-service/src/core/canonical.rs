//! The canonical bytes of a request, whose digest tells a repetition from a reused operation id.

use std::collections::BTreeMap;
#[cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "every type that may be written is listed below"
    )
)]
use user_engine_domain::*;

/// Collects values as length-prefixed bytes, so that no two different requests meet. What one
/// type writes never changes while operations of it are remembered.
#[derive(Debug, Default)]
pub struct Canon(Vec<u8>);

impl Canon {
    /// Adds a leaf.
    pub fn leaf(&mut self, bytes: &[u8]) {
        self.0
            .extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// Adds a member of a structure.
    pub fn member(&mut self, name: &str, value: &dyn Canonical) {
        self.leaf(name.as_bytes());
        value.write(self);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// What can be written in canonical bytes.
pub trait Canonical {
    /// Adds this value.
    fn write(&self, canon: &mut Canon);
}

/// Ids and text: their own bytes.
macro_rules! canonical_text {
    ($($name:ident),+ $(,)?) => {
        $(impl Canonical for $name {
            fn write(&self, canon: &mut Canon) {
                canon.leaf(self.as_str().as_bytes());
            }
        })+
    };
}

canonical_text!(
    AccessProfileId,
    ActorId,
    ApplicationId,
    AssetId,
    AttributeKey,
    CatalogNamespace,
    CorrelationId,
    EventId,
    FactorId,
    GroupId,
    InvitationId,
    Issuer,
    JourneyId,
    MembershipId,
    MembershipKind,
    OperationId,
    PreparedAccountId,
    ProtocolId,
    RealmId,
    RegistrationId,
    ScopeId,
    ServiceId,
    SourceId,
    StepKey,
    Subject,
    Subsystem,
    TenantId,
    Text,
    UserId,
    AccessScopeType,
    AccountStatus,
    ApplicationState,
    CatalogState,
    FactorType,
    InvitationStatus,
    JourneyStatus,
    MembershipScopeType,
    Mutability,
    OnboardingTrigger,
    PreparedAccountStatus,
    ProfileScope,
    RegistrationStatus,
    Sensitivity,
    StepStatus,
    ValueType,
    Visibility,
);

impl Canonical for CatalogVersion {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(self.to_string().as_bytes());
    }
}

impl Canonical for Timestamp {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(&self.as_micros().to_be_bytes());
    }
}

impl Canonical for JsonValue {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(self.to_text().as_bytes());
    }
}

impl Canonical for bool {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(&[u8::from(*self)]);
    }
}

impl Canonical for u32 {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(&self.to_be_bytes());
    }
}

impl<T: Canonical> Canonical for Sensitive<T> {
    fn write(&self, canon: &mut Canon) {
        self.expose().write(canon);
    }
}

impl<T: Canonical> Canonical for &T {
    fn write(&self, canon: &mut Canon) {
        (**self).write(canon);
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn write(&self, canon: &mut Canon) {
        match self {
            None => canon.leaf(&[0]),
            Some(value) => {
                canon.leaf(&[1]);
                value.write(canon);
            }
        }
    }
}

impl<T: Canonical> Canonical for [T] {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(&(self.len() as u64).to_be_bytes());
        for value in self {
            value.write(canon);
        }
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn write(&self, canon: &mut Canon) {
        self.as_slice().write(canon);
    }
}

impl<T: Canonical> Canonical for List<T> {
    fn write(&self, canon: &mut Canon) {
        (**self).write(canon);
    }
}

impl<K: Canonical, V: Canonical> Canonical for BTreeMap<K, V> {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(&(self.len() as u64).to_be_bytes());
        for (key, value) in self {
            key.write(canon);
            value.write(canon);
        }
    }
}

impl<K: Canonical + Ord, V: Canonical> Canonical for Map<K, V> {
    fn write(&self, canon: &mut Canon) {
        (**self).write(canon);
    }
}

/// Structures of the domain that requests hold, member by member.
macro_rules! canonical {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {
        $(impl $crate::core::canonical::Canonical for $name {
            fn write(&self, canon: &mut $crate::core::canonical::Canon) {
                let Self { $($field),+ } = self;
                $(canon.member(stringify!($field), $field);)+
            }
        })+
    };
}

canonical! {
    MembershipScope { scope_type, scope_id }
    AccessScope { scope_type, scope_id }
    MembershipRequirement { scope_type, scope_id, kind }
    AttributeDefinition { key, value_type, default, sensitivity, visibility, mutability, retired }
    FactorRequirement { factor_type, normalized_value, source_system, evidence_references }
    TenantAccountEntitlement { status, requires_approval }
    MembershipEntitlement { scope, kind, requires_approval }
    ProfileValueEntitlement { attribute_key, scope, value, requires_approval }
    ApplicationBindingEntitlement { application_id, requires_approval }
    OnboardingJourneyEntitlement { protocol_id, requires_approval }
    ProtocolMatch {
        application_id, realm, service_id, role, hat, prepared_journey, required_factor_types,
    }
    ProtocolStep {
        step_key, subsystem, task_kind, external_task_reference, callback_reference,
        support_reference, callback_required,
    }
}

impl Canonical for Entitlement {
    fn write(&self, canon: &mut Canon) {
        let kind = self.kind().as_str();
        match self {
            Self::TenantAccount(it) => canon.member(kind, it),
            Self::Membership(it) => canon.member(kind, it),
            Self::ProfileValue(it) => canon.member(kind, it),
            Self::ApplicationBinding(it) => canon.member(kind, it),
            Self::OnboardingJourney(it) => canon.member(kind, it),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &impl Canonical) -> Vec<u8> {
        let mut canon = Canon::default();
        value.write(&mut canon);
        canon.into_bytes()
    }

    #[test]
    fn borders_between_values_do_not_move() {
        let texts = |parts: &[&str]| -> Vec<Text> {
            parts.iter().map(|it| Text::new(*it).unwrap()).collect()
        };
        assert_ne!(bytes(&texts(&["ab", "c"])), bytes(&texts(&["a", "bc"])));
        assert_ne!(bytes(&texts(&[""])), bytes(&texts(&[])));
        assert_ne!(bytes(&None::<Text>), bytes(&Text::new("").ok()));
    }
}

//! What a prepared account asks for and gives, and the rules of both.

use crate::prelude::*;
use crate::profile::place::{definition, namespace_of};
use crate::registration::session::{FACTORS_MAX, require_ahead};
use crate::user::edit::check_set;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The most entitlements of one prepared account.
const ENTITLEMENTS_MAX: usize = 64;

request!(
    /// What a prepared account asks for and gives.
    AccountLayout {
        /// What a claim must show, all of it: 1 to 32 factors. The types `eid` and `sso` name the
        /// source system, since their values mean something there alone.
        factor_requirements: List<FactorRequirement>,
        /// What a claim gives, at most 64, each thing once.
        ///
        /// The tenant account begins as `invited` or `active`. Memberships are of any scope but a
        /// family, which is joined by invitation. Profile values are of the scope `tenant`: a
        /// tenant gives nothing beyond itself. A binding to an application is a membership in its
        /// scope, as `member`.
        entitlements: List<Entitlement>,
        /// The name to begin with, unless the user has one, or has no tenant account here and gets
        /// none.
        display_name_hint: Option<Sensitive<Text>>,
        /// The address to begin with, likewise.
        primary_email_hint: Option<Sensitive<Text>>,
        /// When it runs out; never, where absent.
        expires_at: Option<Timestamp>,
    }
);

/// The reads of what entitlements name.
#[derive(Debug)]
pub struct LayoutSlots {
    catalogs: BTreeMap<CatalogNamespace, One<Catalog>>,
    applications: BTreeMap<ApplicationId, One<Application>>,
    protocols: BTreeMap<ProtocolId, One<WelcomeProtocol>>,
}

impl AccountLayout {
    /// The types of the required factors.
    pub(super) fn factor_types(&self) -> Vec<FactorType> {
        factor_types(&self.factor_requirements)
    }

    /// Whether any entitlement requires that a claim be approved first.
    pub(super) fn requires_approval(&self) -> bool {
        self.entitlements.iter().any(Entitlement::requires_approval)
    }

    /// Checks what can be told by itself, and asks for what the entitlements name.
    pub(super) fn reads(
        &self,
        admitted: &Admitted,
        flight: &mut Flight,
    ) -> Result<LayoutSlots, Refusal> {
        self.check_requirements()?;
        self.check_entitlements()?;
        check_set("display_name_hint", self.display_name_hint.as_ref())?;
        check_set("primary_email_hint", self.primary_email_hint.as_ref())?;
        let tenant = admitted.tenant()?;
        let mut slots = LayoutSlots {
            catalogs: BTreeMap::new(),
            applications: BTreeMap::new(),
            protocols: BTreeMap::new(),
        };
        for entitlement in &self.entitlements {
            match entitlement {
                Entitlement::ProfileValue(it) => {
                    let namespace = namespace_of(&it.attribute_key)?;
                    if let Entry::Vacant(slot) = slots.catalogs.entry(namespace) {
                        let place = flight.get(slot.key());
                        slot.insert(place);
                    }
                }
                Entitlement::ApplicationBinding(it) => {
                    let place = flight.get(&it.application_id);
                    slots.applications.insert(it.application_id.clone(), place);
                }
                Entitlement::OnboardingJourney(it) => {
                    let place = flight.get(&(tenant.clone(), it.protocol_id.clone()));
                    slots.protocols.insert(it.protocol_id.clone(), place);
                }
                Entitlement::TenantAccount(_) | Entitlement::Membership(_) => {}
            }
        }
        Ok(slots)
    }

    fn check_requirements(&self) -> Result<(), Refusal> {
        let field = "factor_requirements";
        if self.factor_requirements.is_empty() {
            return Err(FieldError::new(field, Rule::Empty).into());
        }
        check_entries(field, self.factor_requirements.len(), FACTORS_MAX)?;
        for requirement in &self.factor_requirements {
            let needs_source = matches!(requirement.factor_type, FactorType::Eid | FactorType::Sso);
            let source = requirement.source_system.as_ref().map(Text::as_str);
            match source {
                None if needs_source => {
                    return Err(FieldError::new("source_system", Rule::Missing).into());
                }
                Some("") => return Err(FieldError::new("source_system", Rule::Empty).into()),
                _ => {}
            }
        }
        Ok(())
    }

    fn check_entitlements(&self) -> Result<(), Refusal> {
        check_entries("entitlements", self.entitlements.len(), ENTITLEMENTS_MAX)?;
        let mut given = BTreeSet::new();
        for entitlement in &self.entitlements {
            check_entitlement(entitlement)?;
            if !given.insert(Given::by(entitlement)) {
                return Err(Refusal::rule("entitlements", "must give each thing once"));
            }
        }
        Ok(())
    }

    /// Checks the end and what the entitlements name; that it stays is relied on until the commit.
    /// What time and others change is judged behind the flight, where a repetition has been
    /// answered already.
    pub(super) fn check_now(
        &self,
        slots: &LayoutSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        require_ahead(self.expires_at, draft.now())?;
        let tenant = draft.admitted().tenant()?;
        for entitlement in &self.entitlements {
            if let Entitlement::ProfileValue(it) = entitlement {
                let namespace = namespace_of(&it.attribute_key)?;
                let place = slots.catalogs.get(&namespace).copied();
                let catalog = place.map(|place| answers.one(place)).transpose()?;
                definition_of(it, catalog.flatten().as_ref())?;
            }
        }
        for (namespace, place) in &slots.catalogs {
            if let Some(catalog) = answers.one(*place)? {
                draft.rely_on::<Catalog>(namespace, catalog.revision)?;
            }
        }
        for (application_id, place) in &slots.applications {
            let application = answers
                .one(*place)?
                .filter(|found| found.record.state == ApplicationState::Active)
                .ok_or(Refusal::NotFound(RecordKind::Application))?;
            draft.rely_on::<Application>(application_id, application.revision)?;
        }
        for (protocol_id, place) in &slots.protocols {
            let protocol = answers.one(*place)?;
            let protocol = protocol.ok_or(Refusal::NotFound(RecordKind::WelcomeProtocol))?;
            let key = (tenant.clone(), protocol_id.clone());
            draft.rely_on::<WelcomeProtocol>(&key, protocol.revision)?;
        }
        Ok(())
    }
}

/// The types of required factors, in their order.
pub(super) fn factor_types(requirements: &[FactorRequirement]) -> Vec<FactorType> {
    requirements.iter().map(|it| it.factor_type).collect()
}

/// What an entitlement gives, without how: two of the same can't both hold.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Given<'a> {
    TenantAccount,
    Membership(MembershipScope, &'a str),
    ProfileValue(&'a AttributeKey),
    Journey(&'a ProtocolId),
}

impl<'a> Given<'a> {
    fn by(entitlement: &'a Entitlement) -> Self {
        match entitlement {
            Entitlement::TenantAccount(_) => Self::TenantAccount,
            Entitlement::Membership(it) => Self::Membership(it.scope.clone(), it.kind.as_str()),
            Entitlement::ProfileValue(it) => Self::ProfileValue(&it.attribute_key),
            Entitlement::ApplicationBinding(it) => {
                Self::Membership(application_scope(&it.application_id), APPLICATION_KIND)
            }
            Entitlement::OnboardingJourney(it) => Self::Journey(&it.protocol_id),
        }
    }
}

/// As what a claim makes the user a member of an application.
pub(super) const APPLICATION_KIND: &str = "member";

/// The scope of an application's members.
pub(super) fn application_scope(application_id: &ApplicationId) -> MembershipScope {
    MembershipScope {
        scope_type: MembershipScopeType::Application,
        scope_id: ScopeId::from(application_id),
    }
}

fn check_entries(field: &'static str, entries: usize, max_entries: usize) -> Result<(), Refusal> {
    if entries > max_entries {
        return Err(FieldError::new(field, Rule::TooMany { max_entries }).into());
    }
    Ok(())
}

fn check_entitlement(entitlement: &Entitlement) -> Result<(), Refusal> {
    match entitlement {
        Entitlement::TenantAccount(it) => match it.status {
            AccountStatus::Invited | AccountStatus::Active => Ok(()),
            AccountStatus::Suspended | AccountStatus::Deactivated => {
                Err(Refusal::rule("status", "must be invited or active"))
            }
        },
        Entitlement::Membership(it) if it.scope.scope_type == MembershipScopeType::Family => {
            Err(Refusal::rule("scope_type", "must not be family"))
        }
        Entitlement::ProfileValue(it) if it.scope != ProfileScope::Tenant => {
            Err(Refusal::rule("scope", "must be tenant"))
        }
        Entitlement::Membership(_)
        | Entitlement::ProfileValue(_)
        | Entitlement::ApplicationBinding(_)
        | Entitlement::OnboardingJourney(_) => Ok(()),
    }
}

/// The key of a user's value in a tenant, or everywhere.
pub(super) fn value_key(
    tenant: Option<&TenantId>,
    user_id: &UserId,
    attribute_key: &AttributeKey,
) -> ProfileValueKey {
    ProfileValueKey {
        tenant: tenant.cloned(),
        user_id: user_id.clone(),
        attribute_key: attribute_key.clone(),
        scope: tenant.map_or(ProfileScope::Global, |_| ProfileScope::Tenant),
        scope_id: tenant.map(ScopeId::from),
    }
}

/// The active catalog and the definition by which a value is judged.
///
/// # Errors
///
/// `Validation` of `attribute_key` when no active catalog defines it, or it is the system's; of
/// `value` when it is of another type.
pub(super) fn definition_of<'a>(
    value: &ProfileValueEntitlement,
    catalog: Option<&'a Versioned<Catalog>>,
) -> Result<(&'a Versioned<Catalog>, &'a AttributeDefinition), Refusal> {
    let expected = "must be of an active catalog";
    let undefined = || Refusal::rule("attribute_key", expected);
    let catalog = catalog.ok_or_else(undefined)?;
    let definition = definition(&catalog.record, &value.attribute_key);
    let definition = definition.filter(|it| !it.retired).ok_or_else(undefined)?;
    if definition.mutability == Mutability::System {
        return Err(Refusal::rule("attribute_key", "must not be the system's"));
    }
    if !definition.value_type.admits(value.value.expose()) {
        return Err(Refusal::rule("value", "must be of the attribute's type"));
    }
    Ok((catalog, definition))
}

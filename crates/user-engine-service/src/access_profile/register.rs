//! Creating a hat, and replacing what it requires and grants.

use super::event::AccessProfileRegistered;
use crate::prelude::*;
use crate::profile::place::{definition, namespace_of};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

request!(
    /// Asks for a hat with these requirements and grants.
    RegisterAccessProfile {
        /// The hat; a new one, where the tenant has none of this id.
        access_profile_id: AccessProfileId,
        /// The name to show.
        hat_name: Text,
        /// What it is worn in; never changes.
        scope: AccessScope,
        /// The realm it is for.
        realm: Option<RealmId>,
        /// The service it is for.
        service_id: Option<ServiceId>,
        /// The asset it is for.
        asset_id: Option<AssetId>,
        /// The memberships that a user must have, all of them; each once.
        required_memberships: List<MembershipRequirement>,
        /// The types of which a user must have a verified, unexpired factor each; each once.
        required_factor_types: List<FactorType>,
        /// Attribute values that hold while the hat is worn, each of an active catalog.
        profile_defaults: Sensitive<Map<AttributeKey, JsonValue>>,
        /// Claims that projections carry while the hat is worn.
        projection_claims: Map<Text, JsonValue>,
        /// The groups that the wearer counts as being in; each once.
        group_ids: List<GroupId>,
        /// Whether selecting it has to be approved.
        requires_approval: bool,
    }
);

response!(
    /// A hat that was registered.
    RegisteredAccessProfile {
        /// The hat.
        access_profile_id: AccessProfileId,
        /// Whether the tenant had none of this id before.
        is_new: bool,
        /// When.
        updated_at: Timestamp,
    }
);

/// The reads of [`RegisterAccessProfile`].
#[derive(Debug)]
pub struct RegisterSlots {
    profile: One<AccessProfile>,
    catalogs: BTreeMap<CatalogNamespace, One<Catalog>>,
}

impl Operation for RegisterAccessProfile {
    const SPEC: OperationSpec = OperationSpec {
        name: "register_access_profile",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::PlatformOperator],
        events: &[AccessProfileRegistered::SPEC],
    };
    type Slots = RegisterSlots;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = AccessProfile::key_of(&(tenant.clone(), self.access_profile_id.clone()));
        Some(RecordId::new(RecordKind::AccessProfile, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<RegisterSlots, Refusal> {
        let tenant = admitted.tenant()?;
        self.check(tenant)?;
        let profile = flight.get(&(tenant.clone(), self.access_profile_id.clone()));
        let mut catalogs = BTreeMap::new();
        for key in self.profile_defaults.expose().keys() {
            let namespace = namespace_of(key).map_err(|_| undefined())?;
            if let Entry::Vacant(slot) = catalogs.entry(namespace) {
                let place = flight.get(slot.key());
                slot.insert(place);
            }
        }
        Ok(RegisterSlots { profile, catalogs })
    }
}

impl RegisterAccessProfile {
    /// Checks what the record itself doesn't.
    fn check(&self, tenant: &TenantId) -> Result<(), Refusal> {
        let requirements = self.required_memberships.iter();
        let requirements = requirements.map(|it| (it.scope_type, &it.scope_id, &it.kind));
        each_once("required_memberships", requirements)?;
        each_once("required_factor_types", &self.required_factor_types)?;
        each_once("group_ids", &self.group_ids)?;
        let is_foreign = |it: &MembershipRequirement| {
            it.scope_type == MembershipScopeType::Tenant
                && it
                    .scope_id
                    .as_ref()
                    .is_some_and(|id| *id != ScopeId::from(tenant))
        };
        if self.required_memberships.iter().any(is_foreign) {
            let expected = "must be in the tenant itself where they are in a tenant";
            return Err(Refusal::rule("required_memberships", expected));
        }
        Ok(())
    }

    /// Checks every default by the active catalog of its namespace, which is to stay as it is
    /// until the commit. What is the system's to say is no hat's either.
    fn check_defaults(
        &self,
        slots: &RegisterSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        let mut catalogs = BTreeMap::new();
        for (namespace, place) in &slots.catalogs {
            let catalog = answers.one(*place)?.ok_or_else(undefined)?;
            draft.rely_on::<Catalog>(namespace, catalog.revision)?;
            catalogs.insert(namespace, catalog.record);
        }
        for (key, value) in self.profile_defaults.expose().iter() {
            let namespace = namespace_of(key).map_err(|_| undefined())?;
            let catalog = catalogs.get(&namespace).ok_or_else(undefined)?;
            let defined = definition(catalog, key).filter(|it| !it.retired);
            let defined = defined.ok_or_else(undefined)?;
            if defined.mutability == Mutability::System {
                let expected = "must not be of the system's attributes";
                return Err(Refusal::rule("profile_defaults", expected));
            }
            if !defined.value_type.admits(value) {
                let expected = "must be of their attributes' types";
                return Err(Refusal::rule("profile_defaults", expected));
            }
        }
        Ok(())
    }
}

/// A default that no active catalog defines.
fn undefined() -> Refusal {
    Refusal::rule("profile_defaults", "must be of active catalogs")
}

/// Refuses a list that names something twice.
fn each_once<T: Eq + Hash>(
    field: &'static str,
    entries: impl IntoIterator<Item = T>,
) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    if entries.into_iter().all(|entry| seen.insert(entry)) {
        return Ok(());
    }
    Err(Refusal::rule(field, "must be listed once each"))
}

impl Mutation for RegisterAccessProfile {
    type Response = RegisteredAccessProfile;

    fn decide(
        &self,
        slots: &RegisterSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<RegisteredAccessProfile>, Refusal> {
        self.check_defaults(slots, answers, draft)?;
        let found = answers.one(slots.profile)?;
        let present = found.as_ref().map(|found| &found.record);
        if present.is_some_and(|present| present.scope != self.scope) {
            let expected = "must stay what it is; another scope is another access profile";
            return Err(Refusal::rule("scope", expected));
        }
        let now = draft.now();
        let profile = AccessProfile {
            tenant: draft.admitted().tenant()?.clone(),
            access_profile_id: self.access_profile_id.clone(),
            hat_name: self.hat_name.clone(),
            scope: self.scope.clone(),
            realm: self.realm.clone(),
            service_id: self.service_id.clone(),
            asset_id: self.asset_id.clone(),
            required_memberships: self.required_memberships.clone(),
            required_factor_types: self.required_factor_types.clone(),
            profile_defaults: self.profile_defaults.clone(),
            projection_claims: self.projection_claims.clone(),
            group_ids: self.group_ids.clone(),
            requires_approval: self.requires_approval,
            created_at: present.map_or(now, |present| present.created_at),
            updated_at: present.map_or(now, |present| draft.now_or(present.updated_at)),
        };
        draft.put(profile.clone(), found.as_ref())?;
        let registered = AccessProfileRegistered {
            access_profile_id: profile.access_profile_id.clone(),
            scope_type: profile.scope.scope_type,
            is_new: found.is_none(),
            requires_approval: profile.requires_approval,
            required_factor_types: profile.required_factor_types.to_vec(),
            required_memberships: count(&profile.required_memberships),
            groups: count(&profile.group_ids),
        };
        let response = RegisteredAccessProfile {
            access_profile_id: profile.access_profile_id.clone(),
            is_new: found.is_none(),
            updated_at: profile.updated_at,
        };
        Ok(Change::of(&profile, &profile, &registered, response))
    }
}

/// How many entries a list has; lists are bounded far below the type's end.
pub(crate) fn count<T>(entries: &[T]) -> u32 {
    u32::try_from(entries.len()).unwrap_or(u32::MAX)
}

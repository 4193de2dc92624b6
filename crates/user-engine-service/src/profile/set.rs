//! Setting a profile value.

use super::caller::Caller;
use super::event::ProfileValueSet;
use super::place::{Place, definition, value_key};
use crate::prelude::*;

request!(
    /// Asks for a value of a user's attribute in one scope.
    SetProfileValue {
        /// The user.
        user_id: UserId,
        /// The attribute.
        attribute_key: AttributeKey,
        /// Where the value holds.
        scope: ProfileScope,
        /// The application or membership that it holds in. Absent for the scope `global`; for the
        /// scope `tenant` the resolved tenant, which may be left out.
        scope_id: Option<ScopeId>,
        /// The value.
        value: Sensitive<JsonValue>,
    }
);

response!(
    /// A value that was set.
    StoredProfileValue {
        /// The user.
        user_id: UserId,
        /// The version of the catalog that it was judged by.
        catalog_version: CatalogVersion,
        /// Whether there was none before.
        is_new: bool,
        /// When.
        updated_at: Timestamp,
    }
);

/// The reads of [`SetProfileValue`].
#[derive(Debug)]
pub struct SetValueSlots {
    place: Place,
    membership: Option<One<Membership>>,
    /// The values that this one would hold above, for an immutable attribute.
    below: Vec<One<ProfileValue>>,
}

impl Operation for SetProfileValue {
    const SPEC: OperationSpec = OperationSpec {
        name: "set_profile_value",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[
            Grant::Own,
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
        ],
        events: &[ProfileValueSet::SPEC],
    };
    type Slots = SetValueSlots;

    fn owner(&self) -> Option<&UserId> {
        Some(&self.user_id)
    }

    fn target(&self) -> Option<RecordId> {
        let key = User::key_of(&self.user_id);
        Some(RecordId::new(RecordKind::User, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<SetValueSlots, Refusal> {
        let key = value_key(
            admitted,
            &self.user_id,
            &self.attribute_key,
            self.scope,
            self.scope_id.as_ref(),
        )?;
        let membership = match (&key.scope, &key.tenant, &key.scope_id) {
            (ProfileScope::Membership, Some(tenant), Some(scope_id)) => {
                let id = MembershipId::new(scope_id.as_str());
                let id = id.map_err(|refused| refused.within("scope_id"))?;
                Some(flight.get(&(tenant.clone(), id)))
            }
            _ => None,
        };
        Ok(SetValueSlots {
            place: Place::reads(key, admitted, flight)?,
            membership,
            below: Vec::new(),
        })
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut SetValueSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let Some(catalog) = answers.one(slots.place.catalog)? else {
            return Ok(());
        };
        let found = definition(&catalog.record, &self.attribute_key);
        if found.is_some_and(|found| found.mutability == Mutability::Immutable) {
            for key in self.keys_below(admitted, &catalog.record.application_id) {
                slots.below.push(flight.get(&key));
            }
        }
        Ok(())
    }
}

impl SetProfileValue {
    /// The keys of this attribute's values in the scopes below the one that is asked for.
    fn keys_below(&self, admitted: &Admitted, owner: &ApplicationId) -> Vec<ProfileValueKey> {
        let key = |tenant: Option<&TenantId>, scope, scope_id| ProfileValueKey {
            tenant: tenant.cloned(),
            user_id: self.user_id.clone(),
            attribute_key: self.attribute_key.clone(),
            scope,
            scope_id,
        };
        let mut keys = Vec::new();
        if self.scope > ProfileScope::Global {
            keys.push(key(None, ProfileScope::Global, None));
        }
        if self.scope > ProfileScope::Tenant
            && let Some(tenant) = &admitted.tenant
        {
            let scope_id = Some(ScopeId::from(tenant));
            keys.push(key(Some(tenant), ProfileScope::Tenant, scope_id));
        }
        if self.scope > ProfileScope::Application {
            let scope_id = Some(ScopeId::from(owner));
            keys.push(key(None, ProfileScope::Application, scope_id));
        }
        keys
    }

    /// The value's record, in place of the one before.
    fn record(
        &self,
        key: &ProfileValueKey,
        before: Option<&Versioned<ProfileValue>>,
        draft: &Draft<'_>,
    ) -> ProfileValue {
        let ProfileValueKey {
            tenant,
            user_id,
            attribute_key,
            scope,
            scope_id,
        } = key.clone();
        ProfileValue {
            tenant,
            user_id,
            attribute_key,
            scope,
            scope_id,
            value: self.value.clone(),
            updated_by: draft.admitted().actor.id.clone(),
            updated_at: match before {
                Some(before) => draft.now_or(before.record.updated_at),
                None => draft.now(),
            },
        }
    }

    /// Checks that the membership of the scope is the user's, and that this stays so.
    fn check_membership(
        &self,
        slots: &SetValueSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        let Some(place) = slots.membership else {
            return Ok(());
        };
        let found = answers.one(place)?;
        let found = found.filter(|found| found.record.user_id == self.user_id);
        let Versioned { revision, record } =
            found.ok_or(Refusal::NotFound(RecordKind::Membership))?;
        draft.rely_on::<Membership>(&(record.tenant, record.membership_id), revision)
    }
}

impl Mutation for SetProfileValue {
    type Response = StoredProfileValue;

    fn decide(
        &self,
        slots: &SetValueSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<StoredProfileValue>, Refusal> {
        let accounts = slots.place.person.require(draft.admitted(), answers)?;
        let undefined = || Refusal::rule("attribute_key", "must be defined in an active catalog");
        let catalog = answers.one(slots.place.catalog)?.ok_or_else(undefined)?;
        let defined = definition(&catalog.record, &self.attribute_key);
        let defined = defined.filter(|it| !it.retired).ok_or_else(undefined)?;
        let before = answers.one(slots.place.value)?;
        let mut is_set = before.is_some();
        for place in &slots.below {
            is_set |= answers.one(*place)?.is_some();
        }
        Caller::of(draft.admitted(), &self.user_id)
            .check_change(self.scope, defined.mutability, is_set)
            .map_err(|reason| Refusal::Denied(reason, self.target()))?;
        let owner = ScopeId::from(&catalog.record.application_id);
        if self.scope == ProfileScope::Application
            && slots.place.key.scope_id.as_ref() != Some(&owner)
        {
            return Err(Refusal::rule(
                "scope_id",
                "must be the application that owns the catalog",
            ));
        }
        if !defined.value_type.admits(self.value.expose()) {
            let expected = "must be of the attribute's value type";
            return Err(Refusal::rule("value", expected));
        }
        self.check_membership(slots, answers, draft)?;
        accounts.rely_on(draft)?;
        if defined.mutability == Mutability::Immutable {
            // Whoever sets a value below this one meanwhile writes another record.
            accounts.take_turns(draft)?;
        }
        draft.rely_on::<Catalog>(&catalog.record.namespace, catalog.revision)?;
        let value = self.record(&slots.place.key, before.as_ref(), draft);
        draft.put(value.clone(), before.as_ref())?;
        let response = StoredProfileValue {
            user_id: value.user_id.clone(),
            catalog_version: catalog.record.version.clone(),
            is_new: before.is_none(),
            updated_at: value.updated_at,
        };
        let set = ProfileValueSet {
            user_id: value.user_id.clone(),
            attribute_key: value.attribute_key.clone(),
            scope: value.scope,
            scope_id: value.scope_id.clone(),
            catalog_version: catalog.record.version,
            is_new: response.is_new,
        };
        Ok(Change::of(&value, &value, &set, response))
    }
}

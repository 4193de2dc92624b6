//! Clearing a profile value.

use super::caller::Caller;
use super::event::ProfileValueCleared;
use super::place::{Place, definition, value_key};
use crate::prelude::*;

request!(
    /// Asks for a value of a user's attribute to be gone.
    ClearProfileValue {
        /// The user.
        user_id: UserId,
        /// The attribute.
        attribute_key: AttributeKey,
        /// Where the value holds.
        scope: ProfileScope,
        /// As in [`SetProfileValue`](crate::SetProfileValue).
        scope_id: Option<ScopeId>,
    }
);

response!(
    /// A value that was cleared.
    ClearedProfileValue {
        /// The user.
        user_id: UserId,
        /// When.
        cleared_at: Timestamp,
    }
);

impl Operation for ClearProfileValue {
    const SPEC: OperationSpec = OperationSpec {
        name: "clear_profile_value",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[
            Grant::Own,
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
        ],
        events: &[ProfileValueCleared::SPEC],
    };
    type Slots = Place;

    fn owner(&self) -> Option<&UserId> {
        Some(&self.user_id)
    }

    fn target(&self) -> Option<RecordId> {
        let key = User::key_of(&self.user_id);
        Some(RecordId::new(RecordKind::User, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Place, Refusal> {
        let key = value_key(
            admitted,
            &self.user_id,
            &self.attribute_key,
            self.scope,
            self.scope_id.as_ref(),
        )?;
        Place::reads(key, admitted, flight)
    }
}

impl Mutation for ClearProfileValue {
    type Response = ClearedProfileValue;

    fn decide(
        &self,
        slots: &Place,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ClearedProfileValue>, Refusal> {
        let admitted = draft.admitted();
        slots.person.require(admitted, answers)?;
        let catalog = answers.one(slots.catalog)?;
        let defined = catalog
            .as_ref()
            .and_then(|catalog| definition(&catalog.record, &self.attribute_key));
        let mutability = defined.map_or(Mutability::Admin, |it| it.mutability);
        // Whether there is a value is none of the business of those who may not change it.
        let is_set = mutability == Mutability::Immutable;
        Caller::of(admitted, &self.user_id)
            .check_change(self.scope, mutability, is_set)
            .map_err(|reason| Refusal::Denied(reason, self.target()))?;
        let found = answers.one(slots.value)?;
        let found = found.ok_or(Refusal::NotFound(RecordKind::ProfileValue))?;
        if let Some(catalog) = &catalog {
            draft.rely_on::<Catalog>(&catalog.record.namespace, catalog.revision)?;
        }
        draft.remove_told::<ProfileValue>(&slots.key, found.revision)?;
        let value = found.record;
        let response = ClearedProfileValue {
            user_id: value.user_id.clone(),
            cleared_at: draft.now(),
        };
        let cleared = ProfileValueCleared {
            user_id: value.user_id.clone(),
            attribute_key: value.attribute_key.clone(),
            scope: value.scope,
            scope_id: value.scope_id.clone(),
        };
        Ok(Change::of(&value, &value, &cleared, response))
    }
}

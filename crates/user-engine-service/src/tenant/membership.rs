//! Memberships: a user's ties to the scopes of a tenant.

use super::event::{MembershipAdded, MembershipRemoved};
use crate::prelude::*;
use crate::user::in_tenant::Ties;
use crate::user::tombstone::check_user_id;

request!(
    /// Asks for a user to become a member of a scope of the tenant.
    AddMembership {
        /// The user.
        user_id: UserId,
        /// What of; a scope of the type `tenant` names the tenant itself.
        scope: MembershipScope,
        /// As what.
        kind: MembershipKind,
    }
);

response!(
    /// A membership that was added.
    AddedMembership {
        /// The membership; its id follows from user, scope and kind.
        membership_id: MembershipId,
        /// When.
        created_at: Timestamp,
    }
);

request!(
    /// Asks for a membership to end.
    RemoveMembership {
        /// The membership.
        membership_id: MembershipId,
    }
);

response!(
    /// A membership that ended.
    RemovedMembership {
        /// The membership.
        membership_id: MembershipId,
        /// The user whose it was.
        user_id: UserId,
    }
);

/// The reads of [`AddMembership`].
#[derive(Debug)]
pub struct AddSlots {
    account: One<Account>,
    membership: One<Membership>,
    ties: Option<Ties>,
}

impl AddMembership {
    fn membership(&self, tenant: &TenantId, created_at: Timestamp) -> Membership {
        Membership {
            tenant: tenant.clone(),
            membership_id: Membership::derive_id(&self.user_id, &self.scope, &self.kind),
            user_id: self.user_id.clone(),
            scope: self.scope.clone(),
            kind: self.kind.clone(),
            created_at,
        }
    }
}

impl Operation for AddMembership {
    const SPEC: OperationSpec = OperationSpec {
        name: "add_membership",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator],
        events: &[MembershipAdded::SPEC],
    };
    type Slots = AddSlots;

    fn target(&self) -> Option<RecordId> {
        Some(RecordId::new(RecordKind::User, User::key_of(&self.user_id)))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<AddSlots, Refusal> {
        check_user_id(&self.user_id)?;
        if self.scope.scope_type == MembershipScopeType::Family {
            return Err(Refusal::rule(
                "scope_type",
                "must not be a family: its members are onboarded or invited",
            ));
        }
        let membership = self.membership(admitted.tenant()?, admitted.now);
        membership.validate()?;
        Ok(AddSlots {
            account: flight.get(&self.user_id),
            membership: flight.get(&(membership.tenant, membership.membership_id)),
            ties: Ties::of_caller(admitted, &self.user_id, flight),
        })
    }
}

impl Mutation for AddMembership {
    type Response = AddedMembership;

    fn decide(
        &self,
        slots: &AddSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<AddedMembership>, Refusal> {
        let tenant = draft.admitted().tenant()?;
        if let Some(ties) = slots.ties {
            ties.require_joined(draft.admitted(), answers)?
                .rely_on(draft)?;
        }
        let account = answers.one(slots.account)?;
        let account = account.ok_or(Refusal::NotFound(RecordKind::User))?;
        if answers.one(slots.membership)?.is_some() {
            let cause = ConflictCause::Exists(RecordKind::Membership);
            return Err(Refusal::Conflict(cause));
        }
        let membership = self.membership(tenant, draft.now());
        draft.create(membership.clone())?;
        // Whoever erases the user meanwhile is not left with a new membership.
        draft.rely_on::<Account>(&self.user_id, account.revision)?;
        let added = MembershipAdded {
            membership_id: membership.membership_id.clone(),
            user_id: self.user_id.clone(),
            scope_type: self.scope.scope_type,
            scope_id: self.scope.scope_id.clone(),
        };
        let response = AddedMembership {
            membership_id: membership.membership_id.clone(),
            created_at: membership.created_at,
        };
        Ok(Change::of(&membership, &membership, &added, response))
    }
}

impl Operation for RemoveMembership {
    const SPEC: OperationSpec = OperationSpec {
        name: "remove_membership",
        events: &[MembershipRemoved::SPEC],
        ..AddMembership::SPEC
    };
    type Slots = One<Membership>;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = Membership::key_of(&(tenant.clone(), self.membership_id.clone()));
        Some(RecordId::new(RecordKind::Membership, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let tenant = admitted.tenant()?.clone();
        Ok(flight.get(&(tenant, self.membership_id.clone())))
    }
}

impl Mutation for RemoveMembership {
    type Response = RemovedMembership;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<RemovedMembership>, Refusal> {
        let tenant = draft.admitted().tenant()?.clone();
        let found = answers.one(*slots)?;
        let found = found.ok_or(Refusal::NotFound(RecordKind::Membership))?;
        draft.remove_told::<Membership>(&(tenant, self.membership_id.clone()), found.revision)?;
        let membership = found.record;
        let response = RemovedMembership {
            membership_id: self.membership_id.clone(),
            user_id: membership.user_id.clone(),
        };
        let removed = MembershipRemoved {
            membership_id: self.membership_id.clone(),
            user_id: membership.user_id.clone(),
            scope_type: membership.scope.scope_type,
            scope_id: membership.scope.scope_id.clone(),
        };
        Ok(Change::of(&membership, &membership, &removed, response))
    }
}

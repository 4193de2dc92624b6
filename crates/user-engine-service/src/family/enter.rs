//! Coming into a family: what onboarding and acceptance have in common.

use super::authority::family_of;
use crate::prelude::*;
use crate::tenant::event::{MembershipAdded, TenantAccountStatusChanged};
use crate::user::event::TenantAccountCreated;

request!(
    /// Asks for a user to become a member of the tenant's family, with an active tenant account.
    ///
    /// For operations that join it and have settled who may come in: by itself it admits nobody.
    EnterFamily {
        /// The user.
        user_id: UserId,
        /// As what.
        kind: MembershipKind,
        /// Whether this very unit created the user with a tenant account, so that there is nothing
        /// to read.
        is_new: bool,
    }
);

response!(
    /// A user who became a member.
    EnteredFamily {
        /// The membership.
        membership_id: MembershipId,
    }
);

/// The reads of [`EnterFamily`].
#[derive(Debug, Clone, Copy)]
pub struct EnterSlots {
    tenant_account: One<TenantAccount>,
    memberships: Many<Membership>,
}

impl EnterSlots {
    pub(super) fn reads(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            tenant_account: flight.get(&(tenant.clone(), user_id.clone())),
            memberships: flight.list(ListBy::User(user_id.clone())),
        }
    }

    /// Whether the user has a tenant account, of whatever status.
    pub(super) fn has_account(self, answers: &Answers) -> Result<bool, Refusal> {
        Ok(answers.one(self.tenant_account)?.is_some())
    }
}

/// Refuses who is a member of the family already, as whatever kind.
pub(super) fn check_no_member(
    memberships: Many<Membership>,
    family: &MembershipScope,
    answers: &Answers,
) -> Result<(), Refusal> {
    let memberships = answers.all(memberships)?;
    if memberships
        .iter()
        .any(|found| found.record.scope == *family)
    {
        let cause = ConflictCause::Exists(RecordKind::Membership);
        return Err(Refusal::Conflict(cause));
    }
    Ok(())
}

impl Operation for EnterFamily {
    const SPEC: OperationSpec = OperationSpec {
        name: "enter_family",
        reach: Reach::Tenant,
        stands: Stands::Anywhere,
        grants: &[],
        events: &[
            MembershipAdded::SPEC,
            TenantAccountCreated::SPEC,
            TenantAccountStatusChanged::SPEC,
        ],
    };
    type Slots = Option<EnterSlots>;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        if self.is_new {
            return Ok(None);
        }
        let tenant = admitted.tenant()?;
        Ok(Some(EnterSlots::reads(tenant, &self.user_id, flight)))
    }
}

impl Mutation for EnterFamily {
    type Response = EnteredFamily;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<EnteredFamily>, Refusal> {
        let tenant = draft.admitted().tenant()?;
        let family = family_of(tenant)?;
        let mut account = None;
        if let Some(slots) = slots {
            check_no_member(slots.memberships, &family, answers)?;
            let read = answers.one(slots.tenant_account)?;
            account = Some((self.open_account(read.as_ref(), draft)?, read));
        }
        let membership_id = Membership::derive_id(&self.user_id, &family, &self.kind);
        let membership = Membership {
            tenant: tenant.clone(),
            membership_id: membership_id.clone(),
            user_id: self.user_id.clone(),
            scope: family,
            kind: self.kind.clone(),
            created_at: draft.now(),
        };
        draft.create(membership.clone())?;
        let added = MembershipAdded {
            membership_id: membership_id.clone(),
            user_id: self.user_id.clone(),
            scope_type: membership.scope.scope_type,
            scope_id: membership.scope.scope_id.clone(),
            kind: self.kind.clone(),
        };
        let response = EnteredFamily { membership_id };
        let change = Change::of(&membership, &membership, &added, response);
        let (user_id, to) = (self.user_id.clone(), AccountStatus::Active);
        Ok(match account {
            None => change,
            Some((account, None)) => {
                let status = account.status;
                change.and(&account, &TenantAccountCreated { user_id, status })
            }
            Some((account, Some(read))) => match read.record.status {
                AccountStatus::Invited => {
                    let from = Some(AccountStatus::Invited);
                    change.and(&account, &TenantAccountStatusChanged { user_id, from, to })
                }
                _ => change,
            },
        })
    }
}

impl EnterFamily {
    /// Gives the user an active tenant account. One that is active already is written all the
    /// same: the memberships of a user in a family have no key in common, and this is where two
    /// callers who give different ones meet.
    fn open_account(
        &self,
        read: Option<&Versioned<TenantAccount>>,
        draft: &mut Draft<'_>,
    ) -> Result<TenantAccount, Refusal> {
        let tenant = draft.admitted().tenant()?;
        let (created_at, updated_at) = match read {
            None => (draft.now(), draft.now()),
            Some(read) => (read.record.created_at, draft.now_or(read.record.updated_at)),
        };
        let account = TenantAccount {
            tenant: tenant.clone(),
            user_id: self.user_id.clone(),
            status: AccountStatus::Active,
            created_at,
            updated_at,
        };
        match read.map(|read| read.record.status) {
            None | Some(AccountStatus::Invited | AccountStatus::Active) => {}
            Some(AccountStatus::Suspended | AccountStatus::Deactivated) => {
                let target = RecordId::new(RecordKind::TenantAccount, account.record_key());
                let reason = ReasonCode::TenantAccountInactive;
                return Err(Refusal::Denied(reason, Some(target)));
            }
        }
        draft.put(account.clone(), read)?;
        Ok(account)
    }
}

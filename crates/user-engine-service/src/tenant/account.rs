//! Giving a user an account in a tenant, and changing its status.

use super::event::TenantAccountStatusChanged;
use crate::prelude::*;
use crate::user::event::TenantAccountCreated;
use crate::user::in_tenant::Ties;
use crate::user::status::{check_other, check_transition};
use crate::user::tombstone::check_user_id;

request!(
    /// Asks for a status of a user's account in the tenant, which is created where there is none.
    SetTenantAccountStatus {
        /// The user.
        user_id: UserId,
        /// The status to take.
        status: AccountStatus,
    }
);

response!(
    /// A tenant account whose status changed.
    ChangedTenantAccount {
        /// The user.
        user_id: UserId,
        /// The status before; absent where the tenant account is new.
        from: Option<AccountStatus>,
        /// The status now.
        to: AccountStatus,
        /// When.
        updated_at: Timestamp,
    }
);

/// The reads of [`SetTenantAccountStatus`].
#[derive(Debug)]
pub struct StatusSlots {
    account: One<Account>,
    tenant_account: One<TenantAccount>,
    ties: Option<Ties>,
}

impl Operation for SetTenantAccountStatus {
    const SPEC: OperationSpec = OperationSpec {
        name: "set_tenant_account_status",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator],
        events: &[TenantAccountStatusChanged::SPEC, TenantAccountCreated::SPEC],
    };
    type Slots = StatusSlots;

    fn target(&self) -> Option<RecordId> {
        Some(RecordId::new(RecordKind::User, User::key_of(&self.user_id)))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<StatusSlots, Refusal> {
        check_other(&self.user_id, admitted)?;
        check_user_id(&self.user_id)?;
        let tenant = admitted.tenant()?.clone();
        Ok(StatusSlots {
            account: flight.get(&self.user_id),
            tenant_account: flight.get(&(tenant, self.user_id.clone())),
            ties: Ties::of_caller(admitted, &self.user_id, flight),
        })
    }
}

impl SetTenantAccountStatus {
    fn check_first(&self) -> Result<(), Refusal> {
        match self.status {
            AccountStatus::Invited | AccountStatus::Active => Ok(()),
            AccountStatus::Suspended | AccountStatus::Deactivated => Err(Refusal::rule(
                "status",
                "must be invited or active for a new tenant account",
            )),
        }
    }
}

impl Mutation for SetTenantAccountStatus {
    type Response = ChangedTenantAccount;

    fn decide(
        &self,
        slots: &StatusSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ChangedTenantAccount>, Refusal> {
        let tenant = draft.admitted().tenant()?;
        if let Some(ties) = slots.ties {
            ties.require_joined(draft.admitted(), answers)?
                .rely_on(draft)?;
        }
        let account = answers.one(slots.account)?;
        let account = account.ok_or(Refusal::NotFound(RecordKind::User))?;
        let found = answers.one(slots.tenant_account)?;
        let from = found.as_ref().map(|found| found.record.status);
        if let Some(from) = from {
            check_transition(from, self.status)?;
        } else {
            self.check_first()?;
            // Whoever erases the user meanwhile is not left with a new tenant account.
            draft.rely_on::<Account>(&self.user_id, account.revision)?;
        }
        let before = found.as_ref().map(|found| &found.record);
        let tenant_account = TenantAccount {
            tenant: tenant.clone(),
            user_id: self.user_id.clone(),
            status: self.status,
            created_at: before.map_or(draft.now(), |before| before.created_at),
            updated_at: before.map_or(draft.now(), |before| draft.now_or(before.updated_at)),
        };
        draft.put(tenant_account.clone(), found.as_ref())?;
        let (user_id, to) = (self.user_id.clone(), self.status);
        let changed = TenantAccountStatusChanged {
            user_id: user_id.clone(),
            from,
            to,
        };
        let response = ChangedTenantAccount {
            user_id: user_id.clone(),
            from,
            to,
            updated_at: tenant_account.updated_at,
        };
        let change = Change::of(&tenant_account, &tenant_account, &changed, response);
        Ok(if from.is_none() {
            let status = to;
            change.and(&tenant_account, &TenantAccountCreated { user_id, status })
        } else {
            change
        })
    }
}

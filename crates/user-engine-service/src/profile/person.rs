//! The user whom a request about profile values names, as far as the caller may know them.

use super::caller::Caller;
use crate::prelude::*;
use crate::user::in_tenant::{Joined, Ties};

/// The reads by which the user is found.
#[derive(Debug)]
pub(crate) struct Person {
    user: One<User>,
    account: One<Account>,
    tenant_account: Option<One<TenantAccount>>,
    ties: Option<Ties>,
}

/// The user's accounts.
#[derive(Debug)]
pub(crate) struct Accounts {
    user: Versioned<User>,
    account: Versioned<Account>,
    tenant_account: Option<AccountStatus>,
    is_in_tenant: bool,
    joined: Option<Joined>,
}

impl Person {
    /// Asks for a user. In a tenant others than the user and platform operators have to find that
    /// it has come in.
    pub(crate) fn reads(admitted: &Admitted, user_id: &UserId, flight: &mut Flight) -> Self {
        let tenant = admitted.tenant.as_ref();
        let caller = Caller::of(admitted, user_id);
        let is_free = caller.is_self || caller.is_operator;
        Self {
            user: flight.get(user_id),
            account: flight.get(user_id),
            tenant_account: tenant.map(|tenant| flight.get(&(tenant.clone(), user_id.clone()))),
            ties: tenant
                .filter(|_| !is_free)
                .map(|tenant| Ties::reads(tenant, user_id, flight)),
        }
    }

    /// The user's accounts.
    ///
    /// # Errors
    ///
    /// `NotFound` of a user without account, or who has not come into the caller's tenant: who was
    /// only invited has not.
    pub(crate) fn require(
        &self,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<Accounts, Refusal> {
        let joined = self.ties.map(|ties| ties.require_joined(admitted, answers));
        let joined = joined.transpose()?;
        let missing = || Refusal::NotFound(RecordKind::User);
        let user = answers.one(self.user)?.ok_or_else(missing)?;
        let account = answers.one(self.account)?.ok_or_else(missing)?;
        let tenant_account = match self.tenant_account {
            Some(place) => answers.one(place)?.map(|found| found.record.status),
            None => None,
        };
        Ok(Accounts {
            user,
            account,
            tenant_account,
            is_in_tenant: self.tenant_account.is_some(),
            joined,
        })
    }
}

impl Accounts {
    /// Expects the account to stay as it is, so that nothing is written for a user who is erased
    /// meanwhile, and what the user has come into the tenant by.
    pub(crate) fn rely_on(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        if let Some(joined) = &self.joined {
            joined.rely_on(draft)?;
        }
        draft.rely_on::<Account>(&self.account.record.user_id, self.account.revision)
    }

    /// Writes the user as it is, so that of two calls that do so, at once and wherever, one has read
    /// what the other one wrote.
    pub(crate) fn take_turns(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        draft.replace(self.user.record.clone(), self.user.revision)
    }

    /// Checks that the user is active, and in a tenant active there.
    pub(crate) fn check_active(&self) -> Result<(), ReasonCode> {
        if self.account.record.status != AccountStatus::Active {
            return Err(ReasonCode::AccountInactive);
        }
        if self.is_in_tenant && self.tenant_account != Some(AccountStatus::Active) {
            return Err(ReasonCode::TenantAccountInactive);
        }
        Ok(())
    }
}

//! Changing the status of a user's account.

use super::event::AccountStatusChanged;
use super::tombstone::check_user_id;
use crate::prelude::*;

request!(
    /// Asks for another status of a user's primary account.
    SetAccountStatus {
        /// The user.
        user_id: UserId,
        /// The status to take.
        status: AccountStatus,
    }
);

response!(
    /// An account whose status changed.
    ChangedAccount {
        /// The user.
        user_id: UserId,
        /// The status before.
        from: AccountStatus,
        /// The status now.
        to: AccountStatus,
        /// When.
        updated_at: Timestamp,
    }
);

/// Whether an account may go from one status to another: `invited` → `active`; `active` ↔
/// `suspended`; anything → `deactivated`, which is the end.
///
/// # Errors
///
/// `Validation` of `status` otherwise, also for the status that it has.
pub(crate) fn check_transition(from: AccountStatus, to: AccountStatus) -> Result<(), Refusal> {
    use AccountStatus::{Active, Deactivated, Invited, Suspended};
    match (from, to) {
        (Invited | Suspended, Active)
        | (Active, Suspended)
        | (Invited | Active | Suspended, Deactivated) => Ok(()),
        _ => Err(Refusal::rule(
            "status",
            "must follow from the account's present status",
        )),
    }
}

/// Refuses the caller's own account: an active caller could only lose it, and not take it back.
///
/// # Errors
///
/// `Validation` of `user_id`.
pub(crate) fn check_other(user_id: &UserId, admitted: &Admitted) -> Result<(), Refusal> {
    if admitted.user_id.as_ref() == Some(user_id) {
        return Err(Refusal::rule(
            "user_id",
            "must not be the caller's own: somebody else changes it",
        ));
    }
    Ok(())
}

impl Operation for SetAccountStatus {
    const SPEC: OperationSpec = OperationSpec {
        name: "set_account_status",
        reach: Reach::Platform,
        stands: Stands::InTenant,
        grants: &[Grant::PlatformOperator],
        events: &[AccountStatusChanged::SPEC],
    };
    type Slots = One<Account>;

    fn target(&self) -> Option<RecordId> {
        Some(RecordId::new(
            RecordKind::Account,
            Account::key_of(&self.user_id),
        ))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        check_user_id(&self.user_id)?;
        check_other(&self.user_id, admitted)?;
        Ok(flight.get(&self.user_id))
    }
}

impl Mutation for SetAccountStatus {
    type Response = ChangedAccount;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ChangedAccount>, Refusal> {
        let found = answers.one(*slots)?;
        let found = found.ok_or(Refusal::NotFound(RecordKind::Account))?;
        let from = found.record.status;
        check_transition(from, self.status)?;
        let account = Account {
            status: self.status,
            updated_at: draft.now_or(found.record.updated_at),
            ..found.record
        };
        draft.replace(account.clone(), found.revision)?;
        let (user_id, to) = (self.user_id.clone(), self.status);
        let response = ChangedAccount {
            user_id: user_id.clone(),
            from,
            to,
            updated_at: account.updated_at,
        };
        let changed = AccountStatusChanged { user_id, from, to };
        Ok(Change::of(&account, &account, &changed, response))
    }
}

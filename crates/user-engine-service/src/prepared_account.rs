//! Prepared accounts and their claims.
//!
//! A tenant prepares an account for somebody whom it knows by factors. Whoever completes a
//! registration of that tenant, or of none, with those factors verified and unexpired, claims it
//! and gets its entitlements in one unit. Every claim that doesn't fit is denied alike, and
//! audited with its reason.

pub(crate) mod claim;
pub(crate) mod end;
pub(crate) mod event;
mod fit;
mod give;
pub(crate) mod layout;
pub(crate) mod list;
pub(crate) mod prepare;
mod target;

pub use claim::{ClaimPreparedAccount, ClaimedPreparedAccount};
pub use end::{EndedPreparedAccount, ExpirePreparedAccount, RevokePreparedAccount};
pub use layout::AccountLayout;
pub use list::{ListPreparedAccounts, PreparedAccountPage};
pub use prepare::{PrepareAccount, PreparedAccountLaidOut, UpdatePreparedAccount};

use crate::core::operation::Grant;
use crate::prelude::operations;

/// Those who prepare accounts.
const STAFF: &[Grant] = &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator];

operations! {
    /// Prepares an account for whoever shows its factors.
    ///
    /// Callers: the tenant's administrators and services, platform operators. Audit record:
    /// `prepare_account` of the prepared account. Event: `prepared_account.prepared`.
    ///
    /// # Errors
    ///
    /// `Validation`: of `factor_requirements` when there is none, more than 32 or one twice; of
    /// `normalized_value`, `display_name_hint` or `primary_email_hint` when it is empty; of `source_system` when it is empty, or absent for an
    /// `eid` or `sso` factor; of `entitlements` when there are more than 64, or two give the same;
    /// of `status`, `scope_type`, `scope_id` or `scope` when an entitlement gives what none may; of
    /// `attribute_key` or `value` when no active catalog defines the attribute so; of
    /// `expires_at` when it doesn't lie ahead. `NotFound` of an application that is not active, or
    /// of a welcome protocol; `Conflict` when the id is taken, or what an entitlement names
    /// changed meanwhile.
    mutation prepare_account(PrepareAccount) -> PreparedAccountLaidOut;

    /// Replaces what a pending prepared account asks for and gives.
    ///
    /// One that has run out and is not marked can be given more time. Callers: the tenant's
    /// administrators and services, platform operators. Audit record: `update_prepared_account` of
    /// the prepared account. Event: `prepared_account.updated`.
    ///
    /// # Errors
    ///
    /// As [`prepare_account`](Self::prepare_account), and `NotFound` without such a prepared
    /// account, `Validation` of `status` when it is not pending, `Conflict` when it changed
    /// meanwhile.
    mutation update_prepared_account(UpdatePreparedAccount) -> PreparedAccountLaidOut;

    /// Lists the tenant's prepared accounts in the order of their keys, page by page.
    ///
    /// Callers: the tenant's administrators and services, platform operators.
    ///
    /// # Errors
    ///
    /// `Validation` of `limit` outside 1 to 1,000.
    query list_prepared_accounts(ListPreparedAccounts) -> PreparedAccountPage;

    /// Withdraws a pending prepared account.
    ///
    /// Callers: the tenant's administrators and services, platform operators. Audit record:
    /// `revoke_prepared_account` of the prepared account. Event: `prepared_account.revoked`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a prepared account; `Validation` of `status` when it is not
    /// pending; `Conflict` when it changed meanwhile.
    mutation revoke_prepared_account(RevokePreparedAccount) -> EndedPreparedAccount;

    /// Marks a prepared account that has run out. Nothing rests on the mark.
    ///
    /// Callers: the tenant's administrators and services, platform operators. Audit record:
    /// `expire_prepared_account` of the prepared account. Event: `prepared_account.expired`.
    ///
    /// # Errors
    ///
    /// As [`revoke_prepared_account`](Self::revoke_prepared_account), and `Validation` of
    /// `expires_at` when it has not run out.
    mutation expire_prepared_account(ExpirePreparedAccount) -> EndedPreparedAccount;

    /// Claims the one prepared account that a completed registration's factors fit, and gives its
    /// entitlements to the registration's user.
    ///
    /// A prepared account fits when each required factor is one of that registration's own, of the
    /// same value, unexpired, and from the required source system. What the user has already
    /// stays: the claim fills what is missing, name and address among it where the user has a
    /// tenant account afterwards. Journeys begin of the protocols that the account names, and of
    /// those that its claim sets off.
    ///
    /// Where an entitlement requires approval, the authorizer is asked about this operation on the
    /// registration, never on the prepared account: the request names the registration, and which
    /// account its factors fit is only read once the caller is admitted. So an approval means this
    /// registration's claim, of the one account that it fits when it is made. The audit record of
    /// a claim that was denied for want of an approval names that account, for whoever approves.
    /// It never is a choice: a claim that fits several accounts is denied, approved or not.
    ///
    /// Callers: the registration's user, platform operators, and the tenant's services for
    /// registrations of the tenant: whoever registered outside of it comes in by their own claim,
    /// so that for its services a registration of no tenant is as an unknown one. Audit records:
    /// `claim_prepared_account` of the prepared account, and `start_onboarding_journey` of each
    /// journey. Events: `prepared_account.claimed`, and where they apply `user.updated`,
    /// `tenant_account.created`, `tenant_account.status_changed`, `membership.added`,
    /// `profile_value.set`; for each journey `onboarding.journey_started`.
    ///
    /// # Errors
    ///
    /// Denied, alike for an unknown registration and one of another tenant or user; one that is
    /// not completed; factors that are missing or have run out; a prepared account that was
    /// claimed, withdrawn or has run out; several that fit; one that has to be approved, when no
    /// approval of this registration's claim is on file; a user whose account, here or at all, is
    /// not active. `Validation` of `attribute_key` or `value` when a profile value's catalog
    /// changed since it was prepared; `NotFound` of an application that was retired since, unless
    /// the user is its member already. `Conflict` when another claim was faster, or anything that
    /// the claim rests on changed meanwhile.
    mutation claim_prepared_account(ClaimPreparedAccount) -> ClaimedPreparedAccount;
}

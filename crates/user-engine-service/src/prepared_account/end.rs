//! Ending a prepared account without a claim: withdrawn, run out.

use super::event::{PreparedAccountExpired, PreparedAccountRevoked};
use super::target::pending;
use crate::prelude::*;

request!(
    /// Withdraws a prepared account.
    RevokePreparedAccount {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
    }
);

request!(
    /// Marks a prepared account that has run out.
    ExpirePreparedAccount {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
    }
);

response!(
    /// A prepared account that nobody can claim any more.
    EndedPreparedAccount {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
        /// The status now.
        status: PreparedAccountStatus,
        /// When.
        ended_at: Timestamp,
    }
);

/// Implements an operation that ends a prepared account.
macro_rules! ending {
    ($request:ident, $name:literal, $event:ident, $to:ident, $may:path) => {
        impl Operation for $request {
            const SPEC: OperationSpec = OperationSpec {
                name: $name,
                reach: Reach::Tenant,
                stands: Stands::InTenant,
                grants: super::STAFF,
                events: &[$event::SPEC],
            };
            type Slots = One<PreparedAccount>;

            fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
                let id = self.prepared_account_id.clone();
                let key = PreparedAccount::key_of(&(tenant.clone(), id));
                Some(RecordId::new(RecordKind::PreparedAccount, key))
            }

            fn reads(
                &self,
                admitted: &Admitted,
                flight: &mut Flight,
            ) -> Result<Self::Slots, Refusal> {
                let id = self.prepared_account_id.clone();
                Ok(flight.get(&(admitted.tenant()?.clone(), id)))
            }
        }

        impl Mutation for $request {
            type Response = EndedPreparedAccount;

            fn decide(
                &self,
                slots: &Self::Slots,
                answers: &Answers,
                draft: &mut Draft<'_>,
            ) -> Result<Change<EndedPreparedAccount>, Refusal> {
                let found = pending(*slots, answers)?;
                $may(&found.record, draft.now())?;
                let account = PreparedAccount {
                    status: PreparedAccountStatus::$to,
                    updated_at: draft.now_or(found.record.updated_at),
                    ..found.record
                };
                draft.replace(account.clone(), found.revision)?;
                let prepared_account_id = self.prepared_account_id.clone();
                let response = EndedPreparedAccount {
                    prepared_account_id: prepared_account_id.clone(),
                    status: account.status,
                    ended_at: account.updated_at,
                };
                let event = $event {
                    prepared_account_id,
                };
                Ok(Change::of(&account, &account, &event, response))
            }
        }
    };
}

ending!(
    RevokePreparedAccount,
    "revoke_prepared_account",
    PreparedAccountRevoked,
    Revoked,
    at_any_time
);
ending!(
    ExpirePreparedAccount,
    "expire_prepared_account",
    PreparedAccountExpired,
    Expired,
    run_out
);

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where a rule may refuse"
)]
const fn at_any_time(_: &PreparedAccount, _: Timestamp) -> Result<(), Refusal> {
    Ok(())
}

fn run_out(account: &PreparedAccount, now: Timestamp) -> Result<(), Refusal> {
    if has_run_out(account.expires_at, now) {
        return Ok(());
    }
    Err(Refusal::rule("expires_at", "must have passed"))
}

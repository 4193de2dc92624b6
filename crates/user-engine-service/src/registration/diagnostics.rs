//! Counting registrations.

use crate::prelude::*;
use std::collections::BTreeMap;

/// Asks how a tenant's registrations stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountRegistrations {
    /// Where the last answer's counts ended; from the beginning, where absent.
    pub after: Option<RecordKey>,
}

/// Asks how all registrations stand, of every tenant and of none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountAllRegistrations {
    /// Where the last answer's counts ended; from the beginning, where absent.
    pub after: Option<RecordKey>,
}

/// How up to 1,000 registrations stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationCounts {
    /// How many have each status; a status that none has is absent.
    pub by_status: BTreeMap<RegistrationStatus, u32>,
    /// How many are open.
    pub open: u32,
    /// How many have run out and are not marked: they are counted under their old status too.
    pub run_out_unmarked: u32,
    /// When the oldest of the open ones that have not run out was begun.
    pub oldest_open: Option<Timestamp>,
    /// Where the counts go on; `None` when these are all.
    pub next: Option<RecordKey>,
}

/// Implements a count.
macro_rules! counting {
    ($request:ident, $name:literal, $reach:ident, $grants:expr) => {
        impl Operation for $request {
            const SPEC: OperationSpec = OperationSpec {
                name: $name,
                reach: Reach::$reach,
                stands: Stands::InTenant,
                grants: $grants,
                events: &[],
            };
            type Slots = Many<RegistrationSession>;

            fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
                let kind = RecordKind::RegistrationSession;
                let query = user_engine_ports::ListQuery::new(kind, ListBy::Kind);
                Ok(flight.page(query.after(self.after.clone())))
            }
        }

        impl Query for $request {
            type Answer = RegistrationCounts;

            fn answer(
                &self,
                slots: &Self::Slots,
                answers: &Answers,
                admitted: &Admitted,
            ) -> Result<RegistrationCounts, Refusal> {
                Ok(counts(&answers.page(*slots)?, admitted.now))
            }
        }
    };
}

counting!(
    CountRegistrations,
    "registration_diagnostics",
    Tenant,
    &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator]
);
counting!(
    CountAllRegistrations,
    "platform_registration_diagnostics",
    Platform,
    &[Grant::PlatformOperator]
);

fn counts(page: &Records<RegistrationSession>, now: Timestamp) -> RegistrationCounts {
    let mut counts = RegistrationCounts {
        by_status: BTreeMap::new(),
        open: 0,
        run_out_unmarked: 0,
        oldest_open: None,
        next: page.next.clone(),
    };
    for found in &page.records {
        let session = &found.record;
        *counts.by_status.entry(session.status).or_default() += 1;
        if session.status.is_ended() {
            continue;
        }
        counts.open += 1;
        if has_run_out(session.expires_at, now) {
            counts.run_out_unmarked += 1;
            continue;
        }
        let oldest = counts.oldest_open.get_or_insert(session.created_at);
        *oldest = session.created_at.min(*oldest);
    }
    counts
}

//! Stores that are wrong about denials.

use crate::mutant::{Mutant, fault};
use user_engine_domain::AuditOutcome;
use user_engine_ports::Deadline;

mod held;
mod single;

use held::{End, HoldingFault};
use single::{
    AskingFault, EventFault, ForgetfulFault, FullFault, OpenFault, RepeatingFault, SwallowingFault,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "denial-lost-on-commit",
        wrong: "A denial beside an open unit is lost when the unit commits.",
        killed_by: "denial.commit.survives",
        fault: fault!(HoldingFault::lost_at(Some(End::Committed))),
    },
    Mutant {
        name: "denial-deadline-ignored",
        wrong: "A denial is recorded however late it is.",
        killed_by: "denial.deadline.passed",
        fault: fault!(OpenFault(|_, _, deadline| *deadline = Deadline::default())),
    },
    Mutant {
        name: "denial-lost-on-drop",
        wrong: "A denial beside an open unit is lost when the unit is dropped.",
        killed_by: "denial.drop.survives",
        fault: fault!(HoldingFault::lost_at(Some(End::Dropped))),
    },
    Mutant {
        name: "denial-emits-event",
        wrong: "A denial emits an event.",
        killed_by: "denial.event.none",
        fault: fault!(EventFault),
    },
    Mutant {
        name: "denial-lost-on-failed-commit",
        wrong: "A denial beside an open unit is lost when the unit's commit is refused.",
        killed_by: "denial.failure.survives",
        fault: fault!(HoldingFault::lost_at(Some(End::Refused))),
    },
    Mutant {
        name: "full-lane-answers-ok",
        wrong: "Denials beyond the lane's capacity are dropped and answered as recorded.",
        killed_by: "denial.flood.counted",
        fault: fault!(FullFault::default()),
    },
    Mutant {
        name: "denial-waits-for-unit",
        wrong: "A denial is recorded when the unit beside it has ended.",
        killed_by: "denial.open-unit.at-once",
        fault: fault!(HoldingFault::lost_at(None)),
    },
    Mutant {
        name: "allowed-denial-accepted",
        wrong: "An audit record that is no denial is recorded as one.",
        killed_by: "denial.outcome.allowed",
        fault: fault!(OpenFault(|_, denial, _| {
            denial.outcome = AuditOutcome::Denied;
            denial.reason = Some(user_engine_domain::ReasonCode::PolicyDenied);
        })),
    },
    Mutant {
        name: "denial-needs-second-connection",
        wrong: "A denial finds no connection while a unit is open.",
        killed_by: "denial.pool.one-connection",
        fault: fault!(HoldingFault::starving()),
    },
    Mutant {
        name: "denial-failure-swallowed",
        wrong: "A denial that could not be recorded is answered as recorded.",
        killed_by: "denial.refusal.said",
        fault: fault!(SwallowingFault),
    },
    Mutant {
        name: "repeated-denial-recorded-twice",
        wrong: "A denial that is recorded again is kept twice.",
        killed_by: "denial.repeat.same-id",
        fault: fault!(RepeatingFault::default()),
    },
    Mutant {
        name: "denial-lost-on-rollback",
        wrong: "A denial beside an open unit is lost when the unit is rolled back.",
        killed_by: "denial.rollback.survives",
        fault: fault!(HoldingFault::lost_at(Some(End::RolledBack))),
    },
    Mutant {
        name: "denial-not-recorded",
        wrong: "Recording a denial answers Ok and keeps nothing.",
        killed_by: "denial.rollback.survives",
        fault: fault!(ForgetfulFault),
    },
    Mutant {
        name: "denial-of-foreign-tenant-accepted",
        wrong: "A denial is recorded whatever tenant it names.",
        killed_by: "denial.scope.foreign-tenant",
        fault: fault!(OpenFault(
            |scope, _, _| *scope = user_engine_ports::Scope::Platform
        )),
    },
    Mutant {
        name: "denial-asks-for-readiness",
        wrong: "Before a denial is recorded the store is asked whether it is ready.",
        killed_by: "denial.trips.one",
        fault: fault!(AskingFault),
    },
];

//! Stores that are wrong about commits.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};
use crate::script::{Call, Rewritten};
use user_engine_domain::RecordKind;
use user_engine_ports::ConflictReason;

mod call;
mod part;
mod rewrite;

use call::LooseUnit;
use part::{Behind, Kept, Losing, OnPanic};
use rewrite::{LastNamed, Moving, Renewed, Rereading};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "commit-loses-audit",
        wrong: "A commit stores no audit record.",
        killed_by: "commit.answer.stored",
        fault: fault!(Rewritten(|| Losing(|call| matches!(call, Call::Audit(_))))),
    },
    Mutant {
        name: "commit-loses-event",
        wrong: "A commit stores no event.",
        killed_by: "commit.answer.stored",
        fault: fault!(Rewritten(|| Losing(|call| matches!(call, Call::Event(_))))),
    },
    Mutant {
        name: "refused-commit-keeps-audit",
        wrong: "The audit records of a commit that conflicts are stored all the same.",
        killed_by: "commit.atomic.conflict",
        fault: fault!(Rewritten(|| Kept(|call, _| matches!(call, Call::Audit(_))))),
    },
    Mutant {
        name: "refused-commit-keeps-other-records",
        wrong: "Of a commit that conflicts, the records that don't conflict are stored.",
        killed_by: "commit.atomic.conflict",
        fault: fault!(Rewritten(|| Kept(|call, refused| matches!(
            call,
            Call::Save(record, _) if record.id() != *refused
        )))),
    },
    Mutant {
        name: "unit-committed-by-panic",
        wrong: "A unit that a panic drops is committed.",
        killed_by: "commit.atomic.panic",
        fault: fault!(Rewritten(|| OnPanic)),
    },
    Mutant {
        name: "conflict-names-last-record",
        wrong: "A conflict names the last record of the unit in key order.",
        killed_by: "commit.conflict.first-in-key-order",
        fault: fault!(Rewritten(|| LastNamed)),
    },
    Mutant {
        name: "audit-sent-behind-commit",
        wrong: "Audit records are sent behind the commit, and lost with its answer.",
        killed_by: "commit.cut.whole-or-nothing",
        fault: fault!(FaultyUnits(Behind::new)),
    },
    Mutant {
        name: "changed-expectation-passes",
        wrong: "Expectations are not checked.",
        killed_by: "commit.expect.changed",
        fault: fault!(FaultyUnits(|_, _| LooseUnit::Expect)),
    },
    Mutant {
        name: "expect-of-deleted-passes",
        wrong: "An expectation of a record that is gone is not checked.",
        killed_by: "commit.expect.deleted",
        fault: fault!(Rewritten(|| Rereading(rewrite::forget_expected_of_absent))),
    },
    Mutant {
        name: "expect-renews-revision",
        wrong: "An expectation gives its record a new revision.",
        killed_by: "commit.expect.writes-nothing",
        fault: fault!(Rewritten(|| Renewed)),
    },
    Mutant {
        name: "denial-inside-unit-accepted",
        wrong: "A denial inside a unit is stored as if it had been allowed.",
        killed_by: "commit.log.allowed-only",
        fault: fault!(FaultyUnits(|_, _| LooseUnit::Denial)),
    },
    Mutant {
        name: "foreign-tenant-in-log-accepted",
        wrong: "An audit record or event of another tenant is stored under the scope's.",
        killed_by: "commit.log.own-tenant",
        fault: fault!(FaultyUnits(|_, _| LooseUnit::Tenant)),
    },
    Mutant {
        name: "first-user-refused",
        wrong: "A record that belongs to no user can't be given one.",
        killed_by: "commit.owner.first-user",
        fault: fault!(Rewritten(|| Rereading(rewrite::refuse_first_user))),
    },
    Mutant {
        name: "save-moves-record-to-other-tenant",
        wrong: "A save moves a record to another tenant.",
        killed_by: "commit.owner.tenant",
        fault: fault!(Rewritten(|| Moving(|conflict, record| {
            conflict.reason == ConflictReason::Owner
                && record.kind == RecordKind::RegistrationSession
        }))),
    },
    Mutant {
        name: "save-moves-record-to-other-user",
        wrong: "A save moves a record to another user.",
        killed_by: "commit.owner.user",
        fault: fault!(Rewritten(|| Moving(|conflict, record| {
            conflict.reason == ConflictReason::Owner && record.kind == RecordKind::ExternalIdentity
        }))),
    },
    Mutant {
        name: "absent-precondition-ignored",
        wrong: "A save that requires absence replaces what is there.",
        killed_by: "commit.precondition.absent",
        fault: fault!(FaultyUnits(|_, _| LooseUnit::Absent)),
    },
    Mutant {
        name: "save-requires-presence",
        wrong: "A save without precondition conflicts where there is no record.",
        killed_by: "commit.precondition.any",
        fault: fault!(Rewritten(|| Rereading(rewrite::refuse_creation))),
    },
    Mutant {
        name: "deletion-ignores-revision",
        wrong: "A deletion is applied whatever revision it asks for.",
        killed_by: "commit.precondition.deletion",
        fault: fault!(FaultyUnits(|_, _| LooseUnit::Deletion)),
    },
    Mutant {
        name: "stale-save-wins",
        wrong: "A save under a revision that is past is applied.",
        killed_by: "commit.precondition.revision",
        fault: fault!(FaultyUnits(|_, _| LooseUnit::Revision)),
    },
    Mutant {
        name: "revision-precondition-recreates",
        wrong: "A save under a revision brings a deleted record back.",
        killed_by: "commit.precondition.revision-of-absent",
        fault: fault!(Rewritten(|| Rereading(rewrite::recreate))),
    },
];

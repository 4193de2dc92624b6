//! Stores whose logs are out of order, have holes, or show too much.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};
use crate::script::Rewritten;

mod entry;
mod read;

use entry::{Dropped, DropsDuplicates, DropsForeignUnit, DropsStray, LosesVersionUnit};
use read::{
    AnyOf, AuditPages, ClosedRange, CursorlessFault, ForeignCursor, HasMore, OneCursor, OpenLog,
    OutboxPages, PageSizes, SkippingAudit, SkippingOutbox,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "audit-cursor-skips",
        wrong: "Every third page of audit records jumps over an entry.",
        killed_by: "log.audit.follow-never-skips",
        fault: fault!(SkippingAudit::default()),
    },
    Mutant {
        name: "audit-filters-any-of",
        wrong: "An audit record is found when any of the filters fits.",
        killed_by: "log.audit.filters",
        fault: fault!(AnyOf),
    },
    Mutant {
        name: "audit-ordered-by-id",
        wrong: "Audit records are read in the order in which their ids were made.",
        killed_by: "log.audit.commit-order",
        fault: fault!(AuditPages(|page, _| {
            page.entries
                .sort_by_key(|entry| entry.as_ref().ok().map(|it| it.audit_id.clone()));
        })),
    },
    Mutant {
        name: "audit-range-closed",
        wrong: "A time range holds its last instant too.",
        killed_by: "log.audit.time-range",
        fault: fault!(ClosedRange),
    },
    Mutant {
        name: "audit-target-ignored",
        wrong: "Audit records are found whatever target was asked for.",
        killed_by: "log.audit.filters",
        fault: fault!(AuditPages(|_, query| query.target = None)),
    },
    Mutant {
        name: "cursor-forgotten",
        wrong: "A cursor begins at the first entry again.",
        killed_by: "log.cursor.reopen",
        fault: fault!(CursorlessFault),
    },
    Mutant {
        name: "cursor-of-other-log-taken",
        wrong: "A cursor of the outbox is as good as one of the audit log.",
        killed_by: "log.cursor.other-log",
        fault: fault!(OneCursor::default()),
    },
    Mutant {
        name: "deletion-event-lost",
        wrong: "An event about a record that its unit deletes is lost.",
        killed_by: "log.event.aggregate-deleted",
        fault: fault!(Rewritten(|| Dropped::DeletionEvents)),
    },
    Mutant {
        name: "duplicate-audit-id-dropped",
        wrong: "An audit record under a taken id is dropped and the rest committed.",
        killed_by: "log.entry.duplicate-audit-id",
        fault: fault!(Rewritten(|| DropsDuplicates::Audits)),
    },
    Mutant {
        name: "duplicate-event-id-dropped",
        wrong: "An event under a taken id is dropped and the rest committed.",
        killed_by: "log.entry.duplicate-event-id",
        fault: fault!(Rewritten(|| DropsDuplicates::Events)),
    },
    Mutant {
        name: "event-loses-version",
        wrong: "Every event is kept as version 1.",
        killed_by: "log.entry.bytes",
        fault: fault!(FaultyUnits(|_, _| LosesVersionUnit)),
    },
    Mutant {
        name: "foreign-cursor-starts-over",
        wrong: "A cursor that can't be read begins at the first entry.",
        killed_by: "log.cursor.foreign",
        fault: fault!(ForeignCursor),
    },
    Mutant {
        name: "foreign-operation-dropped",
        wrong: "Entries that name another operation are accepted and lost.",
        killed_by: "log.entry.foreign-operation",
        fault: fault!(FaultyUnits(|_, _| DropsForeignUnit)),
    },
    Mutant {
        name: "log-page-limit-not-checked",
        wrong: "A page of the logs may have any size.",
        killed_by: "log.page.limit",
        fault: fault!(PageSizes),
    },
    Mutant {
        name: "log-shows-tenantless-entries",
        wrong: "Entries without tenant are shown to every scope.",
        killed_by: "log.scope.own-tenant",
        fault: fault!(OpenLog),
    },
    Mutant {
        name: "outbox-cursor-skips",
        wrong: "Every third page of the outbox jumps over an entry.",
        killed_by: "log.outbox.follow-never-skips",
        fault: fault!(SkippingOutbox::default()),
    },
    Mutant {
        name: "outbox-has-more-forever",
        wrong: "Every page of the outbox says that there is more.",
        killed_by: "log.page.end",
        fault: fault!(HasMore),
    },
    Mutant {
        name: "outbox-ordered-by-id",
        wrong: "Events are read in the order in which their ids were made.",
        killed_by: "log.outbox.commit-order",
        fault: fault!(OutboxPages(|page| {
            page.entries
                .sort_by_key(|entry| entry.as_ref().ok().map(|it| it.event_id.clone()));
        })),
    },
    Mutant {
        name: "stray-event-dropped",
        wrong: "An event whose aggregate is not written is dropped and the rest committed.",
        killed_by: "log.event.aggregate-written",
        fault: fault!(Rewritten(|| DropsStray)),
    },
];

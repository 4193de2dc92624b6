//! The logs: audit records and events in an order that is consistent with commits.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod entry;
mod filter;
mod follow;
mod order;
mod page;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "log.audit.commit-order",
        "Audit records are read in the order of their commits, denials among them.",
        Level::L1,
        run!(order::audit_commit_order),
    )
    .kills(&["audit-ordered-by-id"]),
    Case::new(
        "log.audit.filters",
        "Audit records are found by correlation, operation, target and actor, alone and together.",
        Level::L1,
        run!(filter::audit_filters),
    )
    .kills(&["audit-target-ignored", "audit-filters-any-of"]),
    Case::new(
        "log.audit.follow-never-skips",
        "A reader that follows the audit log while others commit sees every record once.",
        Level::L2,
        run!(follow::audit),
    )
    .kills(&["audit-cursor-skips"]),
    Case::new(
        "log.audit.time-range",
        "A time range holds its first instant and not its last.",
        Level::L1,
        run!(filter::audit_time_range),
    )
    .kills(&["audit-range-closed"]),
    Case::new(
        "log.cursor.foreign",
        "A cursor that the store did not make is refused as invalid.",
        Level::L1,
        run!(page::cursor_foreign),
    )
    .kills(&["foreign-cursor-starts-over"]),
    Case::new(
        "log.cursor.other-log",
        "A cursor of one log is refused as invalid by the other.",
        Level::L1,
        run!(page::cursor_other_log),
    )
    .kills(&["cursor-of-other-log-taken"]),
    Case::new(
        "log.cursor.reopen",
        "A cursor that was kept as text goes on where it stood after the store is opened again.",
        Level::L1,
        run!(page::cursor_reopen),
    )
    .needs(&[Power::Reopen])
    .kills(&["cursor-forgotten"]),
    Case::new(
        "log.entry.bytes",
        "Audit records and events come back as they were written, each field of them.",
        Level::L1,
        run!(entry::bytes),
    )
    .kills(&["event-loses-version"]),
    Case::new(
        "log.entry.duplicate-audit-id",
        "An audit id that was used before conflicts, and the commit writes nothing.",
        Level::L1,
        run!(entry::duplicate_audit_id),
    )
    .kills(&["duplicate-audit-id-dropped"]),
    Case::new(
        "log.entry.duplicate-event-id",
        "An event id that was used before conflicts, and the commit writes nothing.",
        Level::L1,
        run!(entry::duplicate_event_id),
    )
    .kills(&["duplicate-event-id-dropped"]),
    Case::new(
        "log.entry.foreign-operation",
        "An audit record or event that names another operation than its unit's is refused.",
        Level::L1,
        run!(entry::foreign_operation),
    )
    .kills(&["foreign-operation-dropped"]),
    Case::new(
        "log.event.aggregate-deleted",
        "An event may tell of a record that its unit deletes.",
        Level::L1,
        run!(entry::aggregate_deleted),
    )
    .kills(&["deletion-event-lost"]),
    Case::new(
        "log.event.aggregate-written",
        "An event whose aggregate the unit does not write is refused, and nothing is applied.",
        Level::L1,
        run!(entry::aggregate_written),
    )
    .kills(&["stray-event-dropped"]),
    Case::new(
        "log.outbox.aggregate-order",
        "Events of one aggregate are read in the order of its changes, also under a race.",
        Level::L2,
        run!(follow::aggregate_order),
    )
    .kills(&["outbox-ordered-by-id"]),
    Case::new(
        "log.outbox.commit-order",
        "Events are read in the order of their commits, whatever their ids.",
        Level::L1,
        run!(order::outbox_commit_order),
    )
    .kills(&["outbox-ordered-by-id"]),
    Case::new(
        "log.outbox.follow-never-skips",
        "A reader that follows the outbox while others commit sees every event once.",
        Level::L2,
        run!(follow::outbox),
    )
    .kills(&["outbox-cursor-skips"]),
    Case::new(
        "log.page.end",
        "A page at the end says so, and its cursor goes on to what is committed later.",
        Level::L1,
        run!(page::end),
    )
    .kills(&["outbox-has-more-forever", "cursor-forgotten"]),
    Case::new(
        "log.page.limit",
        "A page of no entry or of more than a thousand is refused.",
        Level::L1,
        run!(page::limit_of_entries),
    )
    .kills(&["log-page-limit-not-checked"]),
    Case::new(
        "log.page.walk",
        "Pages of any size walk every entry once and in order.",
        Level::L1,
        run!(page::walk),
    )
    .kills(&["outbox-cursor-skips"]),
    Case::new(
        "log.scope.own-tenant",
        "A tenant reads its own entries, the tenantless scope none, the platform all.",
        Level::L1,
        run!(filter::scope_own_tenant),
    )
    .kills(&["log-shows-tenantless-entries"]),
    Case::new(
        "log.unit.order",
        "Entries of one unit keep the order in which they were appended.",
        Level::L1,
        run!(order::unit_order),
    )
    .kills(&["outbox-ordered-by-id"]),
];

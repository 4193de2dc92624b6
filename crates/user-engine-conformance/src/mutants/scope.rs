//! Stores that are wrong about scopes.

mod log;
mod read;
mod write;

use super::wrong::{Answers, ReadsAsPlatform, Swallows, Units};
use crate::mutant::{Mutant, fault};
use crate::script::Scripted;
use user_engine_ports::{Scope, StoreErrorKind, Verb};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "absence-judged-by-hidden-rows",
        wrong: "Deleting what read as absent conflicts with a record that the scope does not show.",
        killed_by: "scope.matrix.unseen",
        fault: fault!(Units(|store, _| write::OpenAbsence::new(store))),
    },
    Mutant {
        name: "audit-without-tenant-shown",
        wrong: "A tenant is shown the audit records without tenant.",
        killed_by: "scope.log.without-tenant",
        fault: fault!(log::OpenAuditFault),
    },
    Mutant {
        name: "catalogs-hidden-from-tenants",
        wrong: "A tenant's lists show no application, binding or catalog.",
        killed_by: "scope.tenantless.catalogs",
        fault: fault!(Units(|_, _| Answers(read::hide_catalogs))),
    },
    Mutant {
        name: "counts-of-every-tenant",
        wrong: "A tenant's counts count the records of every tenant.",
        killed_by: "scope.count.own",
        fault: fault!(log::OpenCountFault),
    },
    Mutant {
        name: "events-of-other-tenants-shown",
        wrong: "A tenant is shown the events of every tenant.",
        killed_by: "scope.log.foreign-tenant",
        fault: fault!(log::OpenOutboxFault),
    },
    Mutant {
        name: "expect-reaches-foreign-rows",
        wrong: "An expectation holds for a record that the scope does not show.",
        killed_by: "scope.matrix.expect",
        fault: fault!(Units(|store, options| Scripted::new(
            store,
            options,
            write::OpenExpect
        ))),
    },
    Mutant {
        name: "foreign-denial-recorded",
        wrong: "A denial that names another tenant is recorded.",
        killed_by: "scope.log.denial-refused",
        fault: fault!(log::OpenDenialFault),
    },
    Mutant {
        name: "foreign-log-entry-swallowed",
        wrong: "An audit record or event of another tenant is accepted and dropped.",
        killed_by: "scope.log.refused",
        fault: fault!(Units(|_, _| Swallows(|kind, verb| {
            *kind == StoreErrorKind::OutOfScope && verb != Verb::Save
        }))),
    },
    Mutant {
        name: "foreign-save-swallowed",
        wrong: "A save of another tenant's record is accepted and dropped.",
        killed_by: "scope.matrix.save",
        fault: fault!(Units(|_, _| Swallows(|kind, verb| {
            *kind == StoreErrorKind::OutOfScope && verb == Verb::Save
        }))),
    },
    Mutant {
        name: "hidden-registration-overwritten",
        wrong: "A save outside the platform replaces a registration that the scope hides.",
        killed_by: "scope.owner.hidden-registration",
        fault: fault!(Units(|store, options| Scripted::new(
            store,
            options,
            write::Moves(|scope| *scope != Scope::Platform)
        ))),
    },
    Mutant {
        name: "platform-sees-no-tenants",
        wrong: "The platform reads no record of a tenant by its key.",
        killed_by: "scope.platform.everything",
        fault: fault!(Units(|_, _| Answers(read::hide_tenants_from_platform))),
    },
    Mutant {
        name: "save-moves-tenant",
        wrong: "A save of the platform moves a record to another tenant.",
        killed_by: "scope.owner.tenant-kept",
        fault: fault!(Units(|store, options| Scripted::new(
            store,
            options,
            write::Moves(|scope| *scope == Scope::Platform)
        ))),
    },
    Mutant {
        name: "scope-ignored-by-delete",
        wrong: "A deletion reaches every tenant's records.",
        killed_by: "scope.matrix.delete",
        fault: fault!(Units(|store, options| Scripted::new(
            store,
            options,
            write::OpenDelete
        ))),
    },
    Mutant {
        name: "scope-ignored-by-get",
        wrong: "Reading by key shows every tenant's records.",
        killed_by: "scope.get.foreign-tenant",
        fault: fault!(Units(|store, _| ReadsAsPlatform::new(
            store,
            read::is_get,
            |_| true
        ))),
    },
    Mutant {
        name: "scope-ignored-by-list",
        wrong: "A list shows every tenant's records.",
        killed_by: "scope.matrix.read",
        fault: fault!(Units(|store, _| ReadsAsPlatform::new(
            store,
            read::is_list,
            |_| true
        ))),
    },
    Mutant {
        name: "tenant-leak-on-second-page",
        wrong: "The pages behind the first show every tenant's records.",
        killed_by: "scope.list.every-page",
        fault: fault!(Units(|store, _| ReadsAsPlatform::new(
            store,
            read::is_later_page,
            |_| true
        ))),
    },
    Mutant {
        name: "tenantless-hidden-from-tenants",
        wrong: "A tenant reads no tenantless record by its key.",
        killed_by: "scope.tenantless.reached",
        fault: fault!(Units(|_, _| Answers(read::hide_tenantless_from_tenants))),
    },
    Mutant {
        name: "tenantless-listed-by-kind",
        wrong: "Every scope lists tenantless records by kind.",
        killed_by: "scope.tenantless.not-listed",
        fault: fault!(Units(|store, _| ReadsAsPlatform::new(
            store,
            read::is_list_by_kind,
            |record| record.columns().tenant.is_none()
        ))),
    },
    Mutant {
        name: "tenantless-scope-lists-tenants",
        wrong: "The tenantless scope lists a user's records of every tenant.",
        killed_by: "scope.tenantless.no-tenants",
        fault: fault!(Units(|store, _| ReadsAsPlatform::new(
            store,
            read::is_tenantless_list_by_user,
            |_| true
        ))),
    },
];

//! The names of all cases, for the fronts that declare one test for each. Written by the test
//! below: run it with `UPDATE_CASE_NAMES=1` after adding a case.

/// Hands the areas and the names and ids of their cases to a macro.
#[macro_export]
macro_rules! for_each_case {
    ($($front:tt)+) => {
        $($front)+! {
            records {
                batch_in_order = "records.batch.in-order";
                batch_one_snapshot = "records.batch.one-snapshot";
                delete_absent = "records.delete.absent";
                delete_removes = "records.delete.removes";
                get_absent = "records.get.absent";
                handle_reads_latest = "records.handle.reads-latest";
                handle_reopened = "records.handle.reopened";
                kind_round_trip = "records.kind.round-trip";
                kind_same_key = "records.kind.same-key";
                revision_fresh = "records.revision.fresh";
                revision_not_reused = "records.revision.not-reused";
                revision_told_by_commit = "records.revision.told-by-commit";
                save_replaces = "records.save.replaces";
                undecodable_get = "records.undecodable.get";
                undecodable_list = "records.undecodable.list";
            }
            list {
                after_deleted_key = "list.after.deleted-key";
                by_columns = "list.by.columns";
                by_moves = "list.by.moves";
                by_scope_type = "list.by.scope-type";
                empty_page = "list.empty.page";
                order_key_bytes = "list.order.key-bytes";
                page_largest = "list.page.largest";
                page_one_snapshot = "list.page.one-snapshot";
                page_sizes = "list.page.sizes";
                walk_interleaved = "list.walk.interleaved";
                walk_own_deletes = "list.walk.own-deletes";
                walk_racing = "list.walk.racing";
            }
            scope {
                count_own = "scope.count.own";
                get_foreign_tenant = "scope.get.foreign-tenant";
                list_every_page = "scope.list.every-page";
                log_denial_refused = "scope.log.denial-refused";
                log_foreign_tenant = "scope.log.foreign-tenant";
                log_refused = "scope.log.refused";
                log_without_tenant = "scope.log.without-tenant";
                matrix_delete = "scope.matrix.delete";
                matrix_expect = "scope.matrix.expect";
                matrix_read = "scope.matrix.read";
                matrix_save = "scope.matrix.save";
                matrix_unseen = "scope.matrix.unseen";
                owner_hidden_registration = "scope.owner.hidden-registration";
                owner_tenant_kept = "scope.owner.tenant-kept";
                platform_everything = "scope.platform.everything";
                tenantless_catalogs = "scope.tenantless.catalogs";
                tenantless_no_tenants = "scope.tenantless.no-tenants";
                tenantless_not_listed = "scope.tenantless.not-listed";
                tenantless_reached = "scope.tenantless.reached";
            }
            awkward {
                json_events = "awkward.json.events";
                json_numbers = "awkward.json.numbers";
                json_shape = "awkward.json.shape";
                json_strings = "awkward.json.strings";
                key_astral = "awkward.key.astral";
                key_case = "awkward.key.case";
                key_digest = "awkward.key.digest";
                key_digest_tenant = "awkward.key.digest-tenant";
                key_invisible = "awkward.key.invisible";
                key_length = "awkward.key.length";
                key_normalization = "awkward.key.normalization";
                key_order = "awkward.key.order";
                key_separators = "awkward.key.separators";
                key_white_space = "awkward.key.white-space";
                list_full = "awkward.list.full";
                text_bytes = "awkward.text.bytes";
                time_ends = "awkward.time.ends";
                time_logs = "awkward.time.logs";
            }
            limit {
                page_size = "limit.page.size";
                reads_flight = "limit.reads.flight";
                record_bytes = "limit.record.bytes";
                refused_unit_goes_on = "limit.refused.unit-goes-on";
                unit_bytes = "limit.unit.bytes";
                unit_log_entries = "limit.unit.log-entries";
                unit_rewrites = "limit.unit.rewrites";
                unit_writes = "limit.unit.writes";
            }
            unit {
                begin_sends_nothing = "unit.begin.sends-nothing";
                buffer_unseen = "unit.buffer.unseen";
                coalesce_contradiction = "unit.coalesce.contradiction";
                coalesce_delete_and_save = "unit.coalesce.delete-and-save";
                coalesce_first_precondition = "unit.coalesce.first-precondition";
                coalesce_last_save = "unit.coalesce.last-save";
                deadline_read = "unit.deadline.read";
                drop_leaves_nothing = "unit.drop.leaves-nothing";
                list_own_writes = "unit.list.own-writes";
                read_own_writes = "unit.read.own-writes";
                rollback_leaves_nothing = "unit.rollback.leaves-nothing";
                trips_get = "unit.trips.get";
                trips_list_page = "unit.trips.list-page";
                trips_mutation = "unit.trips.mutation";
                trips_read_then_write = "unit.trips.read-then-write";
                trips_reads_together = "unit.trips.reads-together";
            }
            nested {
                commit_keeps = "nested.commit.keeps";
                commit_sends_nothing = "nested.commit.sends-nothing";
                depth_limit = "nested.depth.limit";
                drop_gives_back_limits = "nested.drop.gives-back-limits";
                drop_restores = "nested.drop.restores";
                drop_truncates_audit = "nested.drop.truncates-audit";
                drop_truncates_events = "nested.drop.truncates-events";
                drop_truncates_receipt = "nested.drop.truncates-receipt";
                drop_undoes = "nested.drop.undoes";
                drop_undoes_inner_commit = "nested.drop.undoes-inner-commit";
                read_overlay = "nested.read.overlay";
            }
            commit {
                answer_stored = "commit.answer.stored";
                atomic_conflict = "commit.atomic.conflict";
                atomic_panic = "commit.atomic.panic";
                conflict_first_in_key_order = "commit.conflict.first-in-key-order";
                cut_whole_or_nothing = "commit.cut.whole-or-nothing";
                deadline_passed = "commit.deadline.passed";
                expect_changed = "commit.expect.changed";
                expect_deleted = "commit.expect.deleted";
                expect_writes_nothing = "commit.expect.writes-nothing";
                log_allowed_only = "commit.log.allowed-only";
                log_own_tenant = "commit.log.own-tenant";
                owner_first_user = "commit.owner.first-user";
                owner_tenant = "commit.owner.tenant";
                owner_user = "commit.owner.user";
                precondition_absent = "commit.precondition.absent";
                precondition_any = "commit.precondition.any";
                precondition_deletion = "commit.precondition.deletion";
                precondition_revision = "commit.precondition.revision";
                precondition_revision_of_absent = "commit.precondition.revision-of-absent";
            }
            operation {
                cut_after_answer = "operation.cut.after-answer";
                cut_before_answer = "operation.cut.before-answer";
                cut_before_arrival = "operation.cut.before-arrival";
                cut_before_send = "operation.cut.before-send";
                cut_repeat_applies_once = "operation.cut.repeat-applies-once";
                denied_not_remembered = "operation.denied.not-remembered";
                empty_not_remembered = "operation.empty.not-remembered";
                failed_not_remembered = "operation.failed.not-remembered";
                outcome_applied = "operation.outcome.applied";
                outcome_fences = "operation.outcome.fences";
                outcome_second_handle = "operation.outcome.second-handle";
                outcome_still_running = "operation.outcome.still-running";
                purge_at_most_a_thousand = "operation.purge.at-most-a-thousand";
                purge_forgets_older = "operation.purge.forgets-older";
                receipt_bytes = "operation.receipt.bytes";
                receipt_only = "operation.receipt.only";
                reopen_remembered = "operation.reopen.remembered";
                repeat_after_read = "operation.repeat.after-read";
                repeat_after_state_moved = "operation.repeat.after-state-moved";
                repeat_first_receipt = "operation.repeat.first-receipt";
                reuse_other_request = "operation.reuse.other-request";
                scope_apart = "operation.scope.apart";
                unit_read_only = "operation.unit.read-only";
            }
            isolation {
                expect_write_skew = "isolation.expect.write-skew";
                expect_write_skew_race = "isolation.expect.write-skew-race";
                fence_race = "isolation.fence.race";
                history_dropped_commits = "isolation.history.dropped-commits";
                history_serializable = "isolation.history.serializable";
                link_any_race = "isolation.link.any-race";
                link_race = "isolation.link.race";
                list_complete_walk = "isolation.list.complete-walk";
                list_one_snapshot = "isolation.list.one-snapshot";
                operation_race = "isolation.operation.race";
                order_no_deadlock = "isolation.order.no-deadlock";
                read_no_dirty = "isolation.read.no-dirty";
                read_one_snapshot = "isolation.read.one-snapshot";
                read_second_handle = "isolation.read.second-handle";
                update_not_lost = "isolation.update.not-lost";
                update_race = "isolation.update.race";
            }
            denial {
                commit_survives = "denial.commit.survives";
                deadline_passed = "denial.deadline.passed";
                drop_survives = "denial.drop.survives";
                event_none = "denial.event.none";
                failure_survives = "denial.failure.survives";
                flood_counted = "denial.flood.counted";
                open_unit_at_once = "denial.open-unit.at-once";
                outcome_allowed = "denial.outcome.allowed";
                pool_one_connection = "denial.pool.one-connection";
                refusal_said = "denial.refusal.said";
                repeat_same_id = "denial.repeat.same-id";
                rollback_survives = "denial.rollback.survives";
                scope_foreign_tenant = "denial.scope.foreign-tenant";
                trips_one = "denial.trips.one";
            }
            readiness {
                ask_late = "readiness.ask.late";
                ask_repeated = "readiness.ask.repeated";
                changed_said = "readiness.changed.said";
                changed_takes_no_write = "readiness.changed.takes-no-write";
                disposable_said = "readiness.disposable.said";
                disposable_takes_no_write = "readiness.disposable.takes-no-write";
                durability_said = "readiness.durability.said";
                empty_not_migrated = "readiness.empty.not-migrated";
                empty_takes_no_write = "readiness.empty.takes-no-write";
                fresh_ready = "readiness.fresh.ready";
                function_said = "readiness.function.said";
                index_said = "readiness.index.said";
                newer_compatible = "readiness.newer.compatible";
                newer_incompatible = "readiness.newer.incompatible";
                newer_takes_no_write = "readiness.newer.takes-no-write";
                privilege_said = "readiness.privilege.said";
                read_only_said = "readiness.read-only.said";
                shadow_said = "readiness.shadow.said";
                trips_one = "readiness.trips.one";
                unreadable_not_empty = "readiness.unreadable.not-empty";
                unreadable_takes_no_write = "readiness.unreadable.takes-no-write";
            }
            migration {
                ahead_refused = "migration.ahead.refused";
                changed_refused = "migration.changed.refused";
                empty_to_latest = "migration.empty.to-latest";
                newer_left_alone = "migration.newer.left-alone";
                plan_changes_nothing = "migration.plan.changes-nothing";
                plan_equals_report = "migration.plan.equals-report";
                race_runners = "migration.race.runners";
                race_version_behind_steps = "migration.race.version-behind-steps";
                repeat_keeps_records = "migration.repeat.keeps-records";
                repeat_no_steps = "migration.repeat.no-steps";
                report_manifest_order = "migration.report.manifest-order";
                reset_strangers_survive = "migration.reset.strangers-survive";
                unreadable_refused = "migration.unreadable.refused";
            }
            log {
                audit_commit_order = "log.audit.commit-order";
                audit_filters = "log.audit.filters";
                audit_follow_never_skips = "log.audit.follow-never-skips";
                audit_time_range = "log.audit.time-range";
                cursor_foreign = "log.cursor.foreign";
                cursor_other_log = "log.cursor.other-log";
                cursor_reopen = "log.cursor.reopen";
                entry_bytes = "log.entry.bytes";
                entry_duplicate_audit_id = "log.entry.duplicate-audit-id";
                entry_duplicate_event_id = "log.entry.duplicate-event-id";
                entry_foreign_operation = "log.entry.foreign-operation";
                event_aggregate_deleted = "log.event.aggregate-deleted";
                event_aggregate_written = "log.event.aggregate-written";
                outbox_aggregate_order = "log.outbox.aggregate-order";
                outbox_commit_order = "log.outbox.commit-order";
                outbox_follow_never_skips = "log.outbox.follow-never-skips";
                page_end = "log.page.end";
                page_limit = "log.page.limit";
                page_walk = "log.page.walk";
                scope_own_tenant = "log.scope.own-tenant";
                unit_order = "log.unit.order";
            }
            cancellation {
                commit_every_poll = "cancellation.commit.every-poll";
                commit_unpolled = "cancellation.commit.unpolled";
                deadline_passed = "cancellation.deadline.passed";
                denial_every_poll = "cancellation.denial.every-poll";
                migrate_every_poll = "cancellation.migrate.every-poll";
                outcome_every_poll = "cancellation.outcome.every-poll";
                panic_leaves_nothing = "cancellation.panic.leaves-nothing";
                pool_units_hold_nothing = "cancellation.pool.units-hold-nothing";
                read_every_poll = "cancellation.read.every-poll";
                report_every_poll = "cancellation.report.every-poll";
            }
            diagnostics {
                canary_answers = "diagnostics.canary.answers";
                canary_errors = "diagnostics.canary.errors";
                canary_readiness = "diagnostics.canary.readiness";
                canary_server_log = "diagnostics.canary.server-log";
                counts_every_name = "diagnostics.counts.every-name";
                counts_follow = "diagnostics.counts.follow";
                counts_scope = "diagnostics.counts.scope";
                error_effect = "diagnostics.error.effect";
                error_record_kind = "diagnostics.error.record-kind";
                error_verb = "diagnostics.error.verb";
                error_verb_of_reads = "diagnostics.error.verb-of-reads";
            }
            model {
                sequence_operations = "model.sequence.operations";
                sequence_records = "model.sequence.records";
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::registry::{areas, cases};
    use std::fmt::Write;
    use std::path::Path;

    /// The macro's body for the registry as it is.
    fn body() -> String {
        let mut body = String::new();
        for area in areas() {
            writeln!(body, "            {area} {{").unwrap();
            for case in cases().filter(|case| case.area() == area) {
                let name = case.id[area.len() + 1..].replace(['.', '-'], "_");
                writeln!(body, "                {name} = \"{}\";", case.id).unwrap();
            }
            writeln!(body, "            }}").unwrap();
        }
        body
    }

    #[test]
    fn the_names_are_those_of_the_registry() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/names.rs");
        let text = std::fs::read_to_string(&path).unwrap();
        let (open, close) = ("        $($front)+! {\n", "        }\n    };");
        let begin = text.find(open).unwrap() + open.len();
        let end = begin + text[begin..].find(close).unwrap();
        if text[begin..end] == body() {
            return;
        }
        assert!(
            std::env::var_os("UPDATE_CASE_NAMES").is_some(),
            "run with UPDATE_CASE_NAMES=1"
        );
        std::fs::write(
            &path,
            format!("{}{}{}", &text[..begin], body(), &text[end..]),
        )
        .unwrap();
    }
}

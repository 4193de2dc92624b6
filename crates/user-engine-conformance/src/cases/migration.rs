//! Migrations: ordered, idempotent, all or nothing.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::{Power, Tamper};

mod refusal;
mod step;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "migration.ahead.refused",
        "Migrating a newer store that does not serve this code is refused with both versions and leaves it alone.",
        Level::L1,
        run!(refusal::ahead),
    )
    .needs(&[Power::Tamper(Tamper::NewerIncompatible)])
    .kills(&["ahead-passed-over"]),
    Case::new(
        "migration.changed.refused",
        "Migrating a store whose applied migration differs is refused, names the migration and repairs nothing.",
        Level::L1,
        run!(refusal::changed),
    )
    .needs(&[Power::Tamper(Tamper::AppliedChecksum)])
    .kills(&["changed-migration-passed-over"]),
    Case::new(
        "migration.empty.to-latest",
        "Migrating an empty store brings it to the latest version, and it is ready then.",
        Level::L1,
        run!(step::empty_to_latest),
    )
    .needs(&[Power::Empty])
    .kills(&["migrate-does-nothing"]),
    Case::new(
        "migration.newer.left-alone",
        "Migrating a newer store that serves this code does nothing, and reports the store's own version.",
        Level::L1,
        run!(refusal::newer_left_alone),
    )
    .needs(&[Power::Tamper(Tamper::NewerCompatible)])
    .kills(&["newer-reported-as-latest"]),
    Case::new(
        "migration.plan.changes-nothing",
        "Planning says what migrating would do, as often as asked, and changes nothing.",
        Level::L1,
        run!(step::plan_changes_nothing),
    )
    .needs(&[Power::Empty])
    .kills(&["plan-migrates"]),
    Case::new(
        "migration.plan.equals-report",
        "What migrating reports is what planning had said.",
        Level::L1,
        run!(step::plan_equals_report),
    )
    .needs(&[Power::Empty])
    .kills(&["plan-misses-last-step"]),
    Case::new(
        "migration.race.runners",
        "Any number of runners at once all succeed, and each step is applied by exactly one of them.",
        Level::L2,
        run!(step::race_runners),
    )
    .needs(&[Power::Empty])
    .kills(&["second-runner-fails", "steps-reported-again"]),
    Case::new(
        "migration.race.version-behind-steps",
        "A store that is being migrated is not ready before it can take a write.",
        Level::L2,
        run!(step::race_version_behind_steps),
    )
    .needs(&[Power::Empty])
    .kills(&["version-reported-before-applied"]),
    Case::new(
        "migration.repeat.keeps-records",
        "Migrating a store that is up to date keeps everything that is stored.",
        Level::L1,
        run!(step::repeat_keeps_records),
    )
    .kills(&["migrate-wipes-records"]),
    Case::new(
        "migration.repeat.no-steps",
        "Migrating a store that is up to date does nothing and reports no step.",
        Level::L1,
        run!(step::repeat_no_steps),
    )
    .needs(&[Power::Empty])
    .kills(&["steps-reported-again"]),
    Case::new(
        "migration.report.manifest-order",
        "A report names the steps of the manifest in order, from the version before to the version after.",
        Level::L1,
        run!(step::report_manifest_order),
    )
    .needs(&[Power::Empty])
    .kills(&["steps-misnamed"]),
    Case::new(
        "migration.reset.strangers-survive",
        "The harness's reset empties the store and touches no table that the migrations do not own.",
        Level::L1,
        run!(refusal::reset_strangers_survive),
    )
    .needs(&[Power::Decoys])
    .kills(&["get-answers-from-a-cache"]),
    Case::new(
        "migration.unreadable.refused",
        "Migrating a store whose versions can't be read is refused and leaves it alone.",
        Level::L1,
        run!(refusal::unreadable),
    )
    .needs(&[Power::Tamper(Tamper::UnreadableVersions)])
    .kills(&["unreadable-passed-over"]),
];

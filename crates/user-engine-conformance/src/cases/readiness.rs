//! Readiness: whether a store can serve, and why not.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::{Power, Tamper};

mod ask;
mod refusal;
mod says;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "readiness.ask.late",
        "Asking with a deadline that has passed answers too, and the next answer in time is right.",
        Level::L1,
        run!(ask::late),
    )
    .kills(&["late-readiness-poisons"]),
    Case::new(
        "readiness.ask.repeated",
        "Asking any number of times, also at once, gives one answer, and the store goes on working.",
        Level::L1,
        run!(ask::repeated),
    )
    .kills(&["readiness-wears-off"]),
    Case::new(
        "readiness.changed.said",
        "A store whose applied migration differs from this code's is not ready and says which one.",
        Level::L1,
        run!(says::changed),
    )
    .needs(&[Power::Tamper(Tamper::AppliedChecksum)])
    .kills(&["changed-migration-overlooked"]),
    Case::new(
        "readiness.changed.takes-no-write",
        "A store whose applied migration differs takes no commit, also of a unit begun before, and no denial.",
        Level::L1,
        run!(refusal::changed),
    )
    .needs(&[Power::Tamper(Tamper::AppliedChecksum)])
    .kills(&["unready-store-answers-ok"]),
    Case::new(
        "readiness.disposable.said",
        "A store that is marked as disposable is not ready and says so.",
        Level::L1,
        run!(says::disposable),
    )
    .needs(&[Power::Tamper(Tamper::MarkDisposable)])
    .kills(&["disposable-mark-overlooked"]),
    Case::new(
        "readiness.disposable.takes-no-write",
        "A store that is marked as disposable takes no commit, also of a unit begun before, and no denial.",
        Level::L1,
        run!(refusal::disposable),
    )
    .needs(&[Power::Tamper(Tamper::MarkDisposable)])
    .kills(&["unready-store-answers-ok"]),
    Case::new(
        "readiness.durability.said",
        "A server whose settings would lose acknowledged commits is not ready and names the setting.",
        Level::L1,
        run!(says::durability),
    )
    .needs(&[Power::Tamper(Tamper::LowerDurability)])
    .kills(&["readiness-always-ready"]),
    Case::new(
        "readiness.empty.not-migrated",
        "A store that was never migrated is not ready, says so and reports no version.",
        Level::L1,
        run!(says::empty),
    )
    .needs(&[Power::Empty])
    .kills(&["empty-reported-as-version", "readiness-always-ready"]),
    Case::new(
        "readiness.empty.takes-no-write",
        "A store that was never migrated takes no commit and no denial.",
        Level::L1,
        run!(refusal::empty),
    )
    .needs(&[Power::Empty])
    .kills(&["unready-store-answers-ok"]),
    Case::new(
        "readiness.fresh.ready",
        "A migrated store is ready, gives no reason against it, and reports its version and who keeps tenants apart.",
        Level::L1,
        run!(ask::fresh),
    )
    .kills(&["readiness-hides-version"]),
    Case::new(
        "readiness.function.said",
        "A store whose function was replaced is not ready and says what differs.",
        Level::L1,
        run!(says::function),
    )
    .needs(&[Power::Tamper(Tamper::ReplaceFunction)])
    .kills(&["readiness-always-ready"]),
    Case::new(
        "readiness.index.said",
        "A store that lost an index is not ready and says what differs.",
        Level::L1,
        run!(says::index),
    )
    .needs(&[Power::Tamper(Tamper::DropIndex)])
    .kills(&["readiness-always-ready"]),
    Case::new(
        "readiness.newer.compatible",
        "A newer store that promises to serve this code is ready, reports its own version and takes writes.",
        Level::L1,
        run!(ask::newer_compatible),
    )
    .needs(&[Power::Tamper(Tamper::NewerCompatible)])
    .kills(&["compatible-newer-refused"]),
    Case::new(
        "readiness.newer.incompatible",
        "A newer store that does not promise to serve this code is not ready and says which versions.",
        Level::L1,
        run!(says::newer_incompatible),
    )
    .needs(&[Power::Tamper(Tamper::NewerIncompatible)])
    .kills(&["newer-version-overlooked"]),
    Case::new(
        "readiness.newer.takes-no-write",
        "A newer store that does not serve this code takes no commit, also of a unit begun before, and no denial.",
        Level::L1,
        run!(refusal::newer),
    )
    .needs(&[Power::Tamper(Tamper::NewerIncompatible)])
    .kills(&["unready-store-answers-ok"]),
    Case::new(
        "readiness.privilege.said",
        "A store whose role lost a right that it needs is not ready and names the object.",
        Level::L1,
        run!(says::privilege),
    )
    .needs(&[Power::Tamper(Tamper::RevokePrivilege)])
    .kills(&["readiness-always-ready"]),
    Case::new(
        "readiness.read-only.said",
        "A server that takes no writes is not ready and says so.",
        Level::L1,
        run!(says::read_only),
    )
    .needs(&[Power::Tamper(Tamper::ReadOnlyServer)])
    .kills(&["readiness-always-ready"]),
    Case::new(
        "readiness.shadow.said",
        "A store whose tables are hidden by others is not ready and names the table.",
        Level::L1,
        run!(says::shadow),
    )
    .needs(&[Power::Tamper(Tamper::ForeignShadow)])
    .kills(&["readiness-always-ready"]),
    Case::new(
        "readiness.trips.one",
        "Asking for readiness takes one round trip.",
        Level::L1,
        run!(ask::trips_one),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["readiness-asks-twice"]),
    Case::new(
        "readiness.unreadable.not-empty",
        "A store whose versions can't be read is not ready for that reason, and is never taken for an empty one.",
        Level::L1,
        run!(says::unreadable),
    )
    .needs(&[Power::Tamper(Tamper::UnreadableVersions)])
    .kills(&["unreadable-taken-for-empty"]),
    Case::new(
        "readiness.unreadable.takes-no-write",
        "A store whose versions can't be read takes no commit, also of a unit begun before, and no denial.",
        Level::L1,
        run!(refusal::unreadable),
    )
    .needs(&[Power::Tamper(Tamper::UnreadableVersions)])
    .kills(&["unready-store-answers-ok"]),
];

//! Records: saved, read back, replaced and deleted by key.

mod batch;
mod delete;
mod handle;
mod kind;
mod revision;
mod undecodable;

use crate::case::{Case, run};
use crate::check::{absent, present, same};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use crate::power::Power;
use user_engine_domain::User;
use user_engine_ports::Scope;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "records.batch.in-order",
        "Records read together answer each at the place of its key, absent and repeated keys too.",
        Level::L0,
        run!(batch::in_order),
    )
    .kills(&["batch-answers-in-key-order"]),
    Case::new(
        "records.batch.one-snapshot",
        "Records and pages read together come from one snapshot, whatever commits meanwhile.",
        Level::L2,
        run!(batch::one_snapshot),
    )
    .kills(&["batch-read-one-by-one"]),
    Case::new(
        "records.delete.absent",
        "Deleting what is absent is no error and changes nothing.",
        Level::L0,
        run!(delete::absent_key),
    )
    .kills(&["delete-of-absent-refused"]),
    Case::new(
        "records.delete.removes",
        "A deleted record is gone from reads and lists, and every other record stays.",
        Level::L0,
        run!(delete::removes),
    )
    .kills(&["delete-does-nothing"]),
    Case::new(
        "records.get.absent",
        "Reading a key that was never saved answers that there is none.",
        Level::L0,
        run!(get_absent),
    )
    .kills(&["absent-reads-as-another-record"]),
    Case::new(
        "records.handle.reads-latest",
        "What one handle committed every other handle reads from then on.",
        Level::L0,
        run!(handle::reads_latest),
    )
    .needs(&[Power::SecondHandle])
    .kills(&["get-answers-from-a-cache"]),
    Case::new(
        "records.handle.reopened",
        "What was committed is there after the store was closed and opened again.",
        Level::L0,
        run!(handle::reopened),
    )
    .needs(&[Power::Reopen])
    .kills(&["commit-acknowledged-and-lost"]),
    Case::new(
        "records.kind.round-trip",
        "A record of every kind, full or minimal, reads back as it was saved and can be deleted.",
        Level::L0,
        run!(kind::round_trip),
    )
    .kills(&["evidence-of-factors-lost"]),
    Case::new(
        "records.kind.same-key",
        "Records of two kinds under the same key are two records.",
        Level::L0,
        run!(kind::same_key),
    )
    .kills(&["delete-takes-the-key-of-every-kind"]),
    Case::new(
        "records.revision.fresh",
        "Each save gives a revision above that of every save before, also of a content seen before.",
        Level::L0,
        run!(revision::fresh),
    )
    .kills(&["revision-is-a-content-digest", "revisions-fall"]),
    Case::new(
        "records.revision.not-reused",
        "A revision read before a deletion and re-creation holds no longer after it.",
        Level::L0,
        run!(revision::not_reused),
    )
    .kills(&[
        "revision-is-a-content-digest",
        "revision-restarts-at-re-creation",
    ]),
    Case::new(
        "records.revision.told-by-commit",
        "A commit tells the revision of each saved record in key order, as reads show it then.",
        Level::L0,
        run!(revision::told_by_commit),
    )
    .kills(&["commit-tells-no-revisions"]),
    Case::new(
        "records.save.replaces",
        "A save under a key that is taken replaces the record and gives it a new revision.",
        Level::L0,
        run!(save_replaces),
    )
    .kills(&["save-keeps-first-version"]),
    Case::new(
        "records.undecodable.get",
        "A row that can't be decoded reads as a typed error that names its kind, key and place.",
        Level::L0,
        run!(undecodable::get),
    )
    .needs(&[Power::RawRows])
    .kills(&["undecodable-row-reads-as-absent"]),
    Case::new(
        "records.undecodable.list",
        "A row that can't be decoded takes its place in a list, and the rows behind it follow.",
        Level::L0,
        run!(undecodable::list),
    )
    .needs(&[Power::RawRows])
    .kills(&["undecodable-row-left-out-of-lists"]),
];

async fn get_absent(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("bob"))
        .await?;
    absent(found.as_ref(), "a user that was never saved")
}

async fn save_replaces(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let changed = ctx.user_version("ada", 1);
    ctx.commit(Scope::Tenantless, "change", [changed.clone().into()])
        .await?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    let found = present(found, "the replaced user")?;
    same(&found.record, &changed, "the record after the second save")?;
    ensure!(
        found.revision != first.revision,
        "the replaced record kept its revision"
    );
    Ok(())
}

//! Random sequences of calls, held against a pure model of the contract.

use crate::case::{Case, run};
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use crate::model::{Mix, hold_sequences};

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "model.sequence.operations",
        "Random sequences of operations, outcomes, denials and logs are answered as the model does.",
        Level::L2,
        run!(operations),
    )
    .kills(&["second-commit-loses-audit", "denial-doubled-by-repeat", "outcome-reads-only"]),
    Case::new(
        "model.sequence.records",
        "Random sequences of units on a few records are answered as the model answers them.",
        Level::L2,
        run!(records),
    )
    .kills(&["recreated-record-keeps-revision", "deleted-identity-keeps-owner"]),
];

/// How many sequences a case plays.
const SEQUENCES: u32 = 96;

async fn operations(ctx: Context) -> Result<(), Failure> {
    hold_sequences(&ctx, Mix::Operations, SEQUENCES).await
}

async fn records(ctx: Context) -> Result<(), Failure> {
    hold_sequences(&ctx, Mix::Records, SEQUENCES).await
}

//! Every mutant dies of the cases that claim it.

use std::sync::Arc;
use user_engine_conformance::{MemoryFactory, RunOptions, kill_matrix};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutant_is_killed_by_every_case_that_claims_it() {
    let globs: Vec<String> = std::env::var("MUTANT").into_iter().collect();
    let options = RunOptions::default();
    let matrix = kill_matrix(Arc::new(MemoryFactory), &globs, &options).await;
    assert!(!matrix.is_empty(), "no mutant was chosen");
    // What memory has no power for is shown on the stores that have it.
    let survivors: Vec<String> = matrix
        .iter()
        .filter(|kill| !kill.is_killed() && !kill.is_unsupported())
        .map(|kill| format!("{} survives {}: {:?}", kill.mutant, kill.case, kill.verdict))
        .collect();
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

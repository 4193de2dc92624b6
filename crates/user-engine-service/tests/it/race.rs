//! Every race, thousands of rounds on the memory store and fewer on the fake.

use crate::place::stores;
use std::sync::Arc;
use std::time::Instant;
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::{HookedStore, Overlap, Racer, World, races};

/// Starts a racer on the runtime's threads.
fn spawned(racer: Racer) -> Racer {
    let running = tokio::spawn(racer);
    Box::pin(async move { running.await.unwrap() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_round_has_one_winner_and_losers_who_are_told_why() {
    for race in races() {
        for (name, store) in stores().await {
            let rounds = if name == "memory" { 2_000 } else { 200 };
            let overlap = Arc::new(Overlap::default());
            let hooked = HookedStore::new(store.clone(), overlap.clone());
            let world = World::new(Arc::new(hooked)).unwrap();
            let begun = Instant::now();
            let tally = race.run(&world, 0..rounds, spawned).await;
            let tally = tally.unwrap_or_else(|failed| panic!("{} on {name}: {failed}", race.name));
            println!(
                "{} on {name}: {tally}; {} overtaken at their commit; {:.1?}",
                race.name,
                overlap.overtaken(),
                begun.elapsed()
            );
            assert_eq!((tally.rounds, tally.winners), (rounds, rounds));
            let lost: u64 = tally.losers.values().sum();
            assert_eq!(lost + rounds, tally.racers);
            assert!(
                overlap.overtaken() > 0,
                "{} on {name} was no race",
                race.name
            );
            let verifier = Verifier::new(&*store).counting_rows();
            let report = verifier.verify().await.unwrap();
            assert!(report.proves(), "{} on {name}: {report}", race.name);
        }
    }
}

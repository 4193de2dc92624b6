//! Every race, thousands of rounds in all on the memory store and fewer on the fake.

use crate::place::stores;
use std::sync::Arc;
use std::time::Instant;
use user_engine_domain::{AccountStatus, UserId};
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::{Failed, HookedStore, Overlap, Race, Racer, World, races};
use user_engine_service::{CreateUser, RequestContext};

/// Starts a racer on the runtime's threads.
fn spawned(racer: Racer) -> Racer {
    let running = tokio::spawn(racer);
    Box::pin(async move { running.await.unwrap() })
}

/// Runs every race on a store of one kind, a fresh one for each.
async fn run_all(name: &str, rounds: u64) {
    for race in races() {
        let mut stores = stores().await.into_iter();
        let (_, store) = stores.find(|(found, _)| *found == name).unwrap();
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
        assert!(overlap.overtaken() > 0, "{} was no race", race.name);
        let verifier = Verifier::new(&*store).counting_rows();
        let report = verifier.verify().await.unwrap();
        assert!(report.proves(), "{} on {name}: {report}", race.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_round_has_one_winner_and_losers_who_are_told_why() {
    run_all("memory", 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_round_on_the_fake_has_one_winner_and_losers_who_are_told_why() {
    run_all("fake", 100).await;
}

/// A race that nobody wins twice is no proof: two racers who ask for different things both win.
#[tokio::test]
async fn two_winners_and_a_loser_without_a_reason_are_noticed() {
    let (_, world) = crate::place::worlds().await.remove(0);
    let twice = Race {
        name: "two different users",
        ready: |world, _| Box::pin(std::future::ready(different(&world))),
        late: |_| false,
    };
    let ended = twice.run(&world, 0..1, spawned).await;
    assert!(ended.unwrap_err().to_string().contains("2 winners"));
    let denied = Race {
        name: "what is denied to one",
        ready: |world, _| Box::pin(std::future::ready(one_denied(&world))),
        late: |_| false,
    };
    let ended = denied.run(&world, 0..1, spawned).await;
    assert!(ended.unwrap_err().to_string().contains("lost by"));
}

fn creating(world: &World, by: &RequestContext, user_id: &str) -> Racer {
    let (world, by) = (world.clone(), by.clone());
    let create = CreateUser {
        user_id: Some(UserId::new(user_id).unwrap()),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    };
    Box::pin(async move {
        world.service.create_user(&by, create).await?;
        Ok(())
    })
}

fn different(world: &World) -> Result<Vec<Racer>, Failed> {
    let operator = world.by("operator")?;
    let names = ["ada", "bob"];
    Ok(names.map(|name| creating(world, &operator, name)).into())
}

fn one_denied(world: &World) -> Result<Vec<Racer>, Failed> {
    let operator = world.by("operator")?;
    let nobody = world.by("nobody")?;
    Ok(vec![
        creating(world, &operator, "cyd"),
        creating(world, &nobody, "cyd"),
    ])
}

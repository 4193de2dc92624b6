//! Every story, on every store that needs no server; what each leaves behind fits together and
//! shows nothing.

use crate::place::stores;
use std::sync::Arc;
use user_engine_domain::{AccountStatus, Sensitive, Text, UserId};
use user_engine_ports::UserEngineStore;
use user_engine_service::CreateUser;
use user_engine_service::pairing::{Report, Verifier};
use user_engine_service::scenario::{
    CANARY, Eavesdropper, Failed, HookedStore, Story, Watch, World, stories,
};

/// What was seen while one story was told.
struct Seen {
    ended: Result<(), Failed>,
    report: Report,
    /// Units that were applied.
    applied: u64,
    /// Sensitive values that went into records.
    values: usize,
    found: Vec<String>,
}

async fn tell(story: &Story, store: Arc<dyn UserEngineStore>) -> Seen {
    let watch = Arc::new(Watch::default());
    let world = World::new(Arc::new(HookedStore::new(store.clone(), watch.clone()))).unwrap();
    let eavesdropper = Eavesdropper::default();
    let ended = {
        // This test's runtime has one thread, and nobody else's tests run on it.
        let _listening = tracing::subscriber::set_default(eavesdropper.clone());
        (story.tell)(world).await
    };
    let mut verifier = Verifier::new(&*store);
    if !watch.has_purged() {
        verifier = verifier.counting_rows().asking_outcomes();
    }
    Seen {
        report: verifier.verify().await.unwrap(),
        applied: watch.applied(),
        values: watch.values(),
        found: watch
            .sweep(&*store, &format!("{}\n{ended:?}", eavesdropper.overheard()))
            .await
            .unwrap(),
        ended,
    }
}

#[tokio::test]
async fn every_story_is_told_on_every_store_and_leaves_only_what_fits_together() {
    let (mut told, mut operations, mut events, mut denials, mut values) = (0, 0, 0, 0, 0);
    for story in stories() {
        for (name, store) in stores().await {
            let Seen {
                ended,
                report,
                applied,
                values: planted,
                found,
            } = tell(story, store).await;
            assert!(ended.is_ok(), "{} on {name}: {ended:?}", story.name);
            assert_eq!(
                report.mismatch_count, 0,
                "{} on {name}: {report}",
                story.name
            );
            assert_eq!(
                report.proves(),
                applied > 0,
                "{} on {name}: {report}",
                story.name
            );
            assert!(found.is_empty(), "{} on {name}: {found:?}", story.name);
            told += 1;
            operations += report.operations;
            events += report.events;
            denials += report.denials;
            values += planted;
        }
    }
    println!(
        "told {told}: {operations} operations with {events} events and {denials} denials, no \
         mismatch; none of {values} sensitive values seen elsewhere"
    );
    assert!(
        told > 0 && operations > 0 && values > 0,
        "there are stories"
    );
}

/// A story that shows a canary: in an event's ids, or in the text of its end.
fn planted(in_logs: bool) -> Story {
    if in_logs {
        Story {
            name: "a-user-whose-id-is-a-name",
            tell: |world| Box::pin(named(world, CANARY, "canary-name")),
        }
    } else {
        Story {
            name: "an-end-that-shows-a-name",
            tell: |world| {
                Box::pin(async move {
                    named(world, "ada", "Ada Augusta King").await?;
                    Err(Failed::Untrue("Ada Augusta King came".to_owned()))
                })
            },
        }
    }
}

async fn named(world: World, user_id: &str, display_name: &str) -> Result<(), Failed> {
    let create = CreateUser {
        user_id: Some(UserId::new(user_id)?),
        display_name: Some(Sensitive::new(Text::new(display_name)?)),
        primary_email: None,
        status: AccountStatus::Active,
    };
    let desk = world.desk("acme")?;
    world.service.create_user(&desk, create).await?;
    Ok(())
}

#[tokio::test]
async fn a_canary_in_a_log_or_in_an_errors_text_is_seen() {
    for (name, store) in stores().await {
        let seen = tell(&planted(true), store).await;
        assert!(seen.report.proves(), "{name}");
        let places: Vec<_> = seen
            .found
            .iter()
            .map(|found| found.split(" shows").next())
            .collect();
        for place in [
            "an audit record of create_user",
            "an event user.created",
            "a receipt",
        ] {
            assert!(places.contains(&Some(place)), "{name}: {places:?}");
        }
        assert!(!format!("{:?}", seen.found).contains(CANARY), "{name}");
    }
    for (name, store) in stores().await {
        let seen = tell(&planted(false), store).await;
        assert_eq!(seen.found.len(), 1, "{name}: {:?}", seen.found);
        assert!(seen.found[0].starts_with("a log line or an error's text"));
    }
}

#[tokio::test]
async fn what_is_traced_is_overheard() {
    let (_, store) = stores().await.remove(0);
    let eavesdropper = Eavesdropper::default();
    let listening = tracing::subscriber::set_default(eavesdropper.clone());
    let world = World::new(store).unwrap();
    world.person("acme", "ada").await.unwrap();
    tracing::info!(planted = "canary-traced", "a line");
    drop(listening);
    let overheard = eavesdropper.overheard();
    for wanted in [
        "user_engine.operation",
        "operation=\"create_user\"",
        "canary-traced",
    ] {
        assert!(overheard.contains(wanted), "{wanted} in {overheard}");
    }
}

//! Every story, on every store that needs no server; what each leaves behind fits together and
//! shows nothing.

use crate::place::stores;
use user_engine_domain::{AccountStatus, Sensitive, Text, UserId};
use user_engine_service::CreateUser;
use user_engine_service::scenario::{CANARY, Eavesdropper, Failed, Story, World, stories};

#[tokio::test]
async fn every_story_is_told_on_every_store_and_leaves_only_what_fits_together() {
    let (mut told, mut operations, mut events, mut denials, mut values) = (0, 0, 0, 0, 0);
    for story in stories() {
        for (name, store) in stores().await {
            let seen = story.told(store).await.unwrap();
            assert!(seen.holds(), "{} on {name}: {seen}", story.name);
            told += 1;
            operations += seen.report.operations;
            events += seen.report.events;
            denials += seen.report.denials;
            values += seen.values;
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
        let seen = planted(true).told(store).await.unwrap();
        assert!(seen.report.proves() && !seen.holds(), "{name}");
        let places: Vec<_> = seen
            .seen
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
        assert!(!format!("{:?}", seen.seen).contains(CANARY), "{name}");
    }
    for (name, store) in stores().await {
        let seen = planted(false).told(store).await.unwrap();
        assert_eq!(seen.seen.len(), 1, "{name}: {:?}", seen.seen);
        assert!(seen.seen[0].starts_with("a log line or an error's text"));
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

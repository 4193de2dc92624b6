//! Walking a journey step by step.

use super::*;
use crate::access_profile::last_events;
use crate::place::worlds;

fn statuses(journey: &OnboardingJourney) -> Vec<&'static str> {
    journey
        .steps
        .iter()
        .map(|step| step.status.as_str())
        .collect()
}

fn gaps(journey: &OnboardingJourney) -> Vec<String> {
    journey
        .lifecycle_gaps
        .iter()
        .map(ToString::to_string)
        .collect()
}

const GAP: &str = "subsystem-callback-missing:mail:mailbox";

#[tokio::test]
async fn a_journey_is_walked_step_by_step() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let started = walk.journey().await;
        assert_eq!(started.active_step_key, Some(key("greet")), "{name}");
        assert_eq!(
            statuses(&started),
            ["pending", "pending", "pending"],
            "{name}"
        );
        let before = walk.world.store.trips();
        let begun = walk.progress(&walk.ada, "greet", None).await.unwrap();
        assert_eq!(walk.world.store.trips() - before, 2, "{name}");
        assert_eq!(begun.step_status, Some(StepStatus::InProgress), "{name}");
        let done = walk.complete(&walk.ada, "greet").await.unwrap();
        assert_eq!(done.active_step_key, Some(key("mailbox")), "{name}");
        walk.progress(&walk.desk, "mailbox", Some("callback 7"))
            .await
            .unwrap();
        walk.complete(&walk.ada, "mailbox").await.unwrap();
        let done = walk.complete(&walk.ada, "tour").await.unwrap();
        assert_eq!(done.status, JourneyStatus::Completed, "{name}");
        assert_eq!(done.active_step_key, None, "{name}");
        let ended = walk.journey().await;
        assert_eq!(
            statuses(&ended),
            ["completed", "completed", "completed"],
            "{name}"
        );
        assert_eq!(ended.correlation_id, started.correlation_id, "{name}");
        let told = [
            "onboarding.step_reported_done",
            "onboarding.step_completed",
            "onboarding.journey_completed",
        ];
        assert_eq!(last_events(&walk.world, 3).await, told, "{name}");
    }
}

#[tokio::test]
async fn a_step_whose_callback_is_missing_blocks_the_journey() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        walk.complete(&walk.ada, "greet").await.unwrap();
        let blocked = walk.complete(&walk.ada, "mailbox").await.unwrap();
        assert_eq!(blocked.status, JourneyStatus::Blocked, "{name}");
        assert_eq!(blocked.step_status, Some(StepStatus::InProgress), "{name}");
        assert_eq!(blocked.lifecycle_gaps, 1, "{name}");
        let journey = walk.journey().await;
        assert_eq!(gaps(&journey), [GAP], "{name}");
        assert_eq!(journey.active_step_key, Some(key("mailbox")), "{name}");
        let told = [
            "onboarding.step_reported_done",
            "onboarding.journey_blocked",
        ];
        assert_eq!(last_events(&walk.world, 2).await, told, "{name}");

        walk.refuses(walk.complete(&walk.desk, "mailbox"), "status")
            .await;
        walk.refuses(walk.progress(&walk.desk, "mailbox", None), "status")
            .await;
        let resumed = walk
            .progress(&walk.desk, "mailbox", Some("callback 7"))
            .await
            .unwrap();
        assert_eq!(
            (resumed.status, resumed.lifecycle_gaps),
            (JourneyStatus::Active, 0)
        );
        let told = ["onboarding.step_progressed", "onboarding.journey_unblocked"];
        assert_eq!(last_events(&walk.world, 2).await, told, "{name}");
        assert!(gaps(&walk.journey().await).is_empty(), "{name}");
        walk.complete(&walk.ada, "mailbox").await.unwrap();
        let done = walk.complete(&walk.ada, "tour").await.unwrap();
        assert_eq!(done.status, JourneyStatus::Completed, "{name}");
    }
}

#[tokio::test]
async fn a_callback_counts_before_its_turn_and_only_once() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let early = walk
            .progress(&walk.desk, "mailbox", Some("callback 7"))
            .await
            .unwrap();
        assert_eq!(early.active_step_key, Some(key("greet")), "{name}");
        assert_eq!(early.step_status, Some(StepStatus::Pending), "{name}");
        let again = walk.progress(&walk.desk, "mailbox", Some("callback 7"));
        walk.refuses(again, "callback_reference").await;
        walk.complete(&walk.desk, "greet").await.unwrap();
        let done = walk.complete(&walk.desk, "mailbox").await.unwrap();
        assert_eq!(done.status, JourneyStatus::Active, "{name}");
        assert_eq!(done.active_step_key, Some(key("tour")), "{name}");
        let late = walk.progress(&walk.desk, "mailbox", Some("callback 7"));
        walk.refuses(late, "status").await;
    }
}

#[tokio::test]
async fn a_callback_that_nothing_waits_for_is_refused() {
    for (_, world) in worlds().await {
        let walk = Walk::begin(world).await;
        for (step_key, shown) in [("mailbox", "callback 8"), ("greet", "callback 7")] {
            let ended = walk.progress(&walk.desk, step_key, Some(shown));
            walk.refuses(ended, "callback_reference").await;
        }
        let ended = walk.progress(&walk.desk, "nothing", Some("callback 7"));
        walk.refuses(ended, "step_key").await;
    }
}

#[tokio::test]
async fn steps_are_done_in_their_order() {
    for (_, world) in worlds().await {
        let walk = Walk::begin(world).await;
        for step_key in ["mailbox", "tour", "nothing"] {
            walk.refuses(walk.progress(&walk.desk, step_key, None), "step_key")
                .await;
            walk.refuses(walk.complete(&walk.desk, step_key), "step_key")
                .await;
            walk.refuses(walk.skip(&walk.desk, step_key), "step_key")
                .await;
            walk.refuses(walk.fail(&walk.desk, step_key), "step_key")
                .await;
        }
        walk.progress(&walk.desk, "greet", None).await.unwrap();
        walk.refuses(walk.progress(&walk.desk, "greet", None), "status")
            .await;
        walk.complete(&walk.desk, "greet").await.unwrap();
        walk.refuses(walk.complete(&walk.desk, "greet"), "step_key")
            .await;
    }
}

#[tokio::test]
async fn a_skipped_step_takes_its_gap_along() {
    for (name, world) in worlds().await {
        let walk = Walk::blocked(world).await;
        walk.denies(walk.skip(&walk.ada, "mailbox"), ReasonCode::RoleMissing)
            .await;
        let skipped = walk.skip(&walk.desk, "mailbox").await.unwrap();
        assert_eq!(skipped.status, JourneyStatus::Active, "{name}");
        assert_eq!(skipped.lifecycle_gaps, 0, "{name}");
        let told = ["onboarding.step_skipped", "onboarding.journey_unblocked"];
        assert_eq!(last_events(&walk.world, 2).await, told, "{name}");
        let done = walk.skip(&walk.ada, "tour").await.unwrap();
        assert_eq!(done.status, JourneyStatus::Completed, "{name}");
        let told = ["onboarding.step_skipped", "onboarding.journey_completed"];
        assert_eq!(last_events(&walk.world, 2).await, told, "{name}");
        assert_eq!(
            statuses(&walk.journey().await),
            ["completed", "skipped", "skipped"]
        );
    }
}

#[tokio::test]
async fn a_failed_journey_is_resumed_where_it_failed() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        walk.complete(&walk.desk, "greet").await.unwrap();
        let failed = walk.fail(&walk.desk, "mailbox").await.unwrap();
        assert_eq!(failed.status, JourneyStatus::Failed, "{name}");
        assert_eq!(failed.step_status, Some(StepStatus::Failed), "{name}");
        assert_eq!(
            last_events(&walk.world, 1).await,
            ["onboarding.step_failed"],
            "{name}"
        );
        for ended in [
            walk.complete(&walk.desk, "mailbox").await,
            walk.skip(&walk.desk, "mailbox").await,
            walk.fail(&walk.desk, "mailbox").await,
            walk.progress(&walk.desk, "mailbox", Some("callback 7"))
                .await,
        ] {
            walk.refuses(async { ended }, "status").await;
        }
        let resumed = walk.resume(&walk.desk).await.unwrap();
        assert_eq!(resumed.status, JourneyStatus::Active, "{name}");
        assert_eq!(resumed.step_status, Some(StepStatus::Pending), "{name}");
        assert_eq!(resumed.active_step_key, Some(key("mailbox")), "{name}");
        assert_eq!(
            last_events(&walk.world, 1).await,
            ["onboarding.journey_resumed"],
            "{name}"
        );
    }
}

#[tokio::test]
async fn resuming_does_not_replace_a_callback() {
    for (name, world) in worlds().await {
        let walk = Walk::blocked(world).await;
        let resumed = walk.resume(&walk.desk).await.unwrap();
        assert_eq!(resumed.status, JourneyStatus::Active, "{name}");
        assert_eq!(resumed.lifecycle_gaps, 1, "{name}");
        walk.refuses(walk.resume(&walk.desk), "status").await;
        let blocked = walk.complete(&walk.desk, "mailbox").await.unwrap();
        assert_eq!(blocked.status, JourneyStatus::Blocked, "{name}");
        assert_eq!(gaps(&walk.journey().await), [GAP], "{name}");
        walk.fail(&walk.desk, "mailbox").await.unwrap();
        walk.resume(&walk.desk).await.unwrap();
        let blocked = walk.complete(&walk.desk, "mailbox").await.unwrap();
        assert_eq!(blocked.status, JourneyStatus::Blocked, "{name}");
        assert_eq!(gaps(&walk.journey().await), [GAP], "{name}");
    }
}

#[tokio::test]
async fn a_completed_journey_is_over() {
    for (_, world) in worlds().await {
        let walk = Walk::begin(world).await;
        for step_key in ["greet", "mailbox", "tour"] {
            walk.skip(&walk.desk, step_key).await.unwrap();
        }
        walk.refuses(walk.complete(&walk.desk, "tour"), "status")
            .await;
        walk.refuses(walk.skip(&walk.desk, "tour"), "status").await;
        walk.refuses(walk.fail(&walk.desk, "tour"), "status").await;
        walk.refuses(walk.progress(&walk.desk, "tour", None), "status")
            .await;
        walk.refuses(walk.resume(&walk.desk), "status").await;
    }
}

#[tokio::test]
async fn users_walk_their_own_journey_and_report_for_no_subsystem() {
    for (_, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let bob = walk.world.person("acme", "bob").await.unwrap();
        walk.finds_nothing(walk.progress(&bob, "greet", None)).await;
        walk.finds_nothing(walk.progress(&bob, "mailbox", Some("callback 7")))
            .await;
        walk.finds_nothing(walk.complete(&bob, "greet")).await;
        walk.finds_nothing(walk.skip(&bob, "greet")).await;
        let callback = walk.progress(&walk.ada, "mailbox", Some("callback 7"));
        walk.denies(callback, ReasonCode::RoleMissing).await;
        walk.denies(walk.fail(&walk.ada, "greet"), ReasonCode::RoleMissing)
            .await;
        walk.denies(walk.resume(&walk.ada), ReasonCode::RoleMissing)
            .await;
        walk.complete(&walk.ada, "greet").await.unwrap();
    }
}

#[tokio::test]
async fn another_tenants_journey_is_not_found() {
    for (_, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let desk = walk.world.desk("other").unwrap();
        walk.finds_nothing(walk.progress(&desk, "greet", None))
            .await;
        walk.finds_nothing(walk.complete(&desk, "greet")).await;
        walk.finds_nothing(walk.skip(&desk, "greet")).await;
        walk.finds_nothing(walk.fail(&desk, "greet")).await;
        walk.finds_nothing(walk.resume(&desk)).await;
        let there = desk.in_tenant(tenant("acme"));
        walk.denies(walk.complete(&there, "greet"), ReasonCode::CrossTenant)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_racing_reports_one_wins() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let racers: Vec<_> = (0..8)
            .map(|_| {
                let (service, desk) = (walk.world.service.clone(), walk.desk.clone());
                let (journey_id, step_key) = (walk.journey_id.clone(), key("greet"));
                let request = CompleteOnboardingStep {
                    journey_id,
                    step_key,
                };
                tokio::spawn(async move { service.complete_onboarding_step(&desk, request).await })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            match racer.await.unwrap() {
                Ok(_) => won += 1,
                Err(error) => {
                    let is_late = error.invalid().map(FieldError::field) == Some("step_key");
                    assert!(is_late || error.conflict().is_some(), "{name}: {error:?}");
                }
            }
        }
        assert_eq!(won, 1, "{name}");
        assert_eq!(
            walk.journey().await.active_step_key,
            Some(key("mailbox")),
            "{name}"
        );
    }
}

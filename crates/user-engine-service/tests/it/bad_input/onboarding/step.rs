//! Rows: the steps of a journey.

use super::{protocol, text};
use crate::bad_input::{Matrix, denied, id, not_found, refused, rule, unseen, works};
use user_engine_domain::{JourneyId, OnboardingTrigger, ReasonCode, RecordKind};
use user_engine_service::{
    CompleteOnboardingStep, FailOnboardingStep, ProgressOnboardingStep, RequestContext,
    ResumeOnboardingJourney, SkipOnboardingStep, StartOnboardingJourney,
};

/// Starts a journey that waits in its second step.
async fn started(
    matrix: &Matrix<'_>,
    desk: &RequestContext,
    user: &str,
    source: &str,
) -> JourneyId {
    let service = &matrix.world.service;
    let protocol = protocol("walk", OnboardingTrigger::Manual);
    service
        .register_welcome_protocol(desk, protocol)
        .await
        .unwrap();
    let start = StartOnboardingJourney {
        protocol_id: id("walk"),
        user_id: id(user),
        source_id: id(source),
    };
    let started = service.start_onboarding_journey(desk, start).await;
    started.unwrap().response.journey_id
}

fn progress(journey_id: &JourneyId, step: &str) -> ProgressOnboardingStep {
    ProgressOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: id(step),
        callback_reference: None,
    }
}

fn callback(journey_id: &JourneyId, step: &str, reference: &str) -> ProgressOnboardingStep {
    ProgressOnboardingStep {
        callback_reference: Some(text(reference)),
        ..progress(journey_id, step)
    }
}

macro_rules! of_step {
    ($($make:ident $name:ident),+) => {
        $(fn $make(journey_id: &JourneyId, step: &str) -> $name {
            $name {
                journey_id: journey_id.clone(),
                step_key: id(step),
            }
        })+
    };
}
of_step!(complete CompleteOnboardingStep, skip SkipOnboardingStep, fail FailOnboardingStep);

fn resume(journey_id: &JourneyId) -> ResumeOnboardingJourney {
    ResumeOnboardingJourney {
        journey_id: journey_id.clone(),
    }
}

/// Journeys that the caller can't see: of nowhere, of another tenant, of another user.
pub(super) async fn unknown(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let elsewhere = matrix.elsewhere();
    let nowhere: JourneyId = id("unknown");
    let foreign = started(matrix, &elsewhere, "eve", "day").await;
    let own = started(matrix, &desk, "ada", "hidden day").await;
    let bob = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &[])
        .unwrap();
    let missing = not_found(RecordKind::OnboardingJourney);
    for (by, hidden) in [(&desk, &foreign), (&bob, &own)] {
        let [one, other] = [&nowhere, hidden].map(|it| progress(it, "greet"));
        unseen!(matrix, by, progress_onboarding_step.journey_id: one, other => missing.clone());
        let [one, other] = [&nowhere, hidden].map(|it| callback(it, "mailbox", "callback"));
        unseen!(matrix, by, progress_onboarding_step.callback_reference:
            one, other => missing.clone());
        let [one, other] = [&nowhere, hidden].map(|it| complete(it, "greet"));
        unseen!(matrix, by, complete_onboarding_step.journey_id: one, other => missing.clone());
        let [one, other] = [&nowhere, hidden].map(|it| skip(it, "greet"));
        unseen!(matrix, by, skip_onboarding_step.journey_id: one, other => missing.clone());
    }
    let [one, other] = [&nowhere, &foreign].map(|it| fail(it, "greet"));
    unseen!(matrix, desk, fail_onboarding_step.journey_id: one, other => missing.clone());
    let (one, other) = (resume(&nowhere), resume(&foreign));
    unseen!(matrix, desk, resume_onboarding_journey.journey_id: one, other => missing);
}

/// Steps that are none of the journey's, or not the one whose turn it is.
pub(super) async fn turns(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let ada = matrix
        .world
        .sign_in("canary-acme", "canary-ada", &[])
        .unwrap();
    let journey = started(matrix, &desk, "ada", "first day").await;
    let unknown = || rule("step_key", "must be one of the steps");
    let turn = || rule("step_key", "must be the active step");
    for (step, expected) in [
        ("unknown", unknown()),
        ("mailbox", turn()),
        ("tour", turn()),
    ] {
        let request = progress(&journey, step);
        refused!(matrix, desk, progress_onboarding_step.step_key: request => expected.clone());
        let request = complete(&journey, step);
        refused!(matrix, desk, complete_onboarding_step.step_key: request => expected.clone());
        let request = skip(&journey, step);
        refused!(matrix, desk, skip_onboarding_step.step_key: request => expected.clone());
        let request = fail(&journey, step);
        refused!(matrix, desk, fail_onboarding_step.step_key: request => expected);
    }
    let request = callback(&journey, "unknown", "callback");
    refused!(matrix, desk, progress_onboarding_step.step_key: request => unknown());
    for (step, reference) in [
        ("mailbox", "other"),
        ("greet", "callback"),
        ("tour", "callback"),
    ] {
        let awaited = rule(
            "callback_reference",
            "must be the one that the step waits for",
        );
        let request = callback(&journey, step, reference);
        refused!(matrix, desk, progress_onboarding_step.callback_reference: request => awaited);
    }
    let subsystems = denied(ReasonCode::RoleMissing);
    let request = callback(&journey, "mailbox", "callback");
    refused!(matrix, ada, progress_onboarding_step.callback_reference:
        request => subsystems.clone());
    let status = rule("status", "must allow it of the journey");
    refused!(matrix, desk, resume_onboarding_journey.journey_id: resume(&journey) => status);
    works!(matrix, desk, progress_onboarding_step: progress(&journey, "greet"));
    let pending = rule("status", "must be pending of the step");
    let request = progress(&journey, "greet");
    refused!(matrix, desk, progress_onboarding_step.step_key: request => pending);
    works!(matrix, desk, complete_onboarding_step: complete(&journey, "greet"));
    let request = callback(&journey, "greet", "callback");
    let over = rule("status", "must be pending or in progress of the step");
    refused!(matrix, desk, progress_onboarding_step.step_key: request => over);
    refused!(matrix, ada, skip_onboarding_step.step_key: skip(&journey, "mailbox") => subsystems);
    works!(matrix, desk, skip_onboarding_step: skip(&journey, "mailbox"));
    works!(matrix, desk, complete_onboarding_step: complete(&journey, "tour"));
    over_and_done(matrix, &journey).await;
}

/// A journey that is completed takes nothing more.
async fn over_and_done(matrix: &mut Matrix<'_>, journey: &JourneyId) {
    let desk = matrix.desk();
    let status = rule("status", "must allow it of the journey");
    let request = progress(journey, "tour");
    refused!(matrix, desk, progress_onboarding_step.journey_id: request => status.clone());
    let request = callback(journey, "mailbox", "callback");
    refused!(matrix, desk, progress_onboarding_step.journey_id: request => status.clone());
    let request = complete(journey, "tour");
    refused!(matrix, desk, complete_onboarding_step.journey_id: request => status.clone());
    let request = skip(journey, "tour");
    refused!(matrix, desk, skip_onboarding_step.journey_id: request => status.clone());
    let request = fail(journey, "tour");
    refused!(matrix, desk, fail_onboarding_step.journey_id: request => status.clone());
    refused!(matrix, desk, resume_onboarding_journey.journey_id: resume(journey) => status);
}

/// Journeys that are blocked, and that failed.
pub(super) async fn states(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let service = matrix.world.service.clone();
    let journey = started(matrix, &desk, "ada", "second day").await;
    for step in ["greet", "mailbox"] {
        let done = service
            .complete_onboarding_step(&desk, complete(&journey, step))
            .await;
        done.unwrap();
    }
    let status = rule("status", "must allow it of the journey");
    let request = progress(&journey, "mailbox");
    refused!(matrix, desk, progress_onboarding_step.journey_id: request => status.clone());
    let request = complete(&journey, "mailbox");
    refused!(matrix, desk, complete_onboarding_step.journey_id: request => status.clone());
    works!(matrix, desk, resume_onboarding_journey: resume(&journey));
    works!(matrix, desk, fail_onboarding_step: fail(&journey, "mailbox"));
    let request = complete(&journey, "mailbox");
    refused!(matrix, desk, complete_onboarding_step.journey_id: request => status.clone());
    let request = skip(&journey, "mailbox");
    refused!(matrix, desk, skip_onboarding_step.journey_id: request => status.clone());
    let request = callback(&journey, "mailbox", "callback");
    refused!(matrix, desk, progress_onboarding_step.journey_id: request => status.clone());
    let request = fail(&journey, "mailbox");
    refused!(matrix, desk, fail_onboarding_step.journey_id: request => status);
    works!(matrix, desk, resume_onboarding_journey: resume(&journey));
}

//! Stories: Welcome protocols and the journeys through them.

use super::access_profile::{plain_hat, wear};
use super::registration::{begun, complete, stranger, vouch};
use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::error::{ConflictCause, ServiceError};
use crate::onboarding::{
    CompleteOnboardingStep, DiagnoseOnboarding, FailOnboardingStep, JourneyProgress,
    ProgressOnboardingStep, RegisterWelcomeProtocol, ResumeOnboardingJourney, SkipOnboardingStep,
    StartOnboardingForRegistration, StartOnboardingJourney,
};
use crate::scenario::{Failed, World};
use user_engine_domain::{
    FactorType, JourneyId, JourneyStatus, List, OnboardingJourney, OnboardingTrigger, ProtocolId,
    ProtocolMatch, ProtocolStep, RecordKind, SourceId, StepKey, StepStatus, Subsystem, TenantId,
    Text, UserId,
};
use user_engine_ports::{Scope, UnitOptions, UserEngineStore};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("who-registers-is-welcomed-to-the-end", welcomed),
    story!("a-blocked-journey-is-resumed-by-its-callback", blocked),
    story!("a-failed-step-is-taken-up-again", taken_up_again),
    story!("a-selected-hat-sets-a-journey-off", set_off_by_a_hat),
    story!("a-journey-is-the-users-own", own),
];

fn step(step_key: &str, callback_reference: Option<&str>) -> Result<ProtocolStep, Failed> {
    let callback_reference = callback_reference.map(Text::new).transpose()?;
    Ok(ProtocolStep {
        step_key: StepKey::new(step_key)?,
        subsystem: Subsystem::new("mail")?,
        task_kind: Text::new("mailbox")?,
        external_task_reference: None,
        callback_required: callback_reference.is_some(),
        callback_reference,
        support_reference: Some(Text::new("https://help.example/welcome")?),
    })
}

/// Has the desk register a protocol: a form, a mailbox that reports back, a tour.
async fn protocol(
    world: &World,
    id: &str,
    trigger: OnboardingTrigger,
    matching: ProtocolMatch,
) -> Result<(), Failed> {
    let protocol = RegisterWelcomeProtocol {
        protocol_id: ProtocolId::new(id)?,
        trigger,
        matching,
        steps: List::from([
            step("form", None)?,
            step("mailbox", Some("mailbox-ticket"))?,
            step("tour", None)?,
        ]),
    };
    let desk = world.desk("acme")?;
    let registered = world.service.register_welcome_protocol(&desk, protocol);
    registered.await?;
    Ok(())
}

/// Starts a journey of a user by hand.
async fn by_hand(world: &World, user_id: &str) -> Result<JourneyId, Failed> {
    let start = StartOnboardingJourney {
        protocol_id: ProtocolId::new("welcome")?,
        user_id: UserId::new(user_id)?,
        source_id: SourceId::new("first day")?,
    };
    let desk = world.desk("acme")?;
    let started = world.service.start_onboarding_journey(&desk, start).await?;
    Ok(started.response.journey_id)
}

async fn finish(
    world: &World,
    by: &RequestContext,
    journey_id: &JourneyId,
    step_key: &str,
) -> Result<JourneyProgress, Failed> {
    let request = CompleteOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: StepKey::new(step_key)?,
    };
    let done = world.service.complete_onboarding_step(by, request).await?;
    Ok(done.response)
}

fn progress(
    journey_id: &JourneyId,
    step_key: &str,
    callback_reference: Option<&str>,
) -> Result<ProgressOnboardingStep, Failed> {
    Ok(ProgressOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: StepKey::new(step_key)?,
        callback_reference: callback_reference.map(Text::new).transpose()?,
    })
}

/// The journey as it is kept.
async fn kept(world: &World, journey_id: &JourneyId) -> Result<Option<OnboardingJourney>, Failed> {
    let tenant = TenantId::new("acme")?;
    let options = UnitOptions::read(Scope::Tenant(tenant.clone()));
    let mut tx = world.store.begin(options);
    let key = (tenant, journey_id.clone());
    let found = tx.get::<OnboardingJourney>(&key).await?;
    Ok(found.map(|found| found.record))
}

async fn welcomed(world: World) -> Result<(), Failed> {
    let trigger = OnboardingTrigger::RegistrationCompleted;
    let by_email = ProtocolMatch {
        required_factor_types: List::from([FactorType::Email]),
        ..ProtocolMatch::default()
    };
    let by_eid = ProtocolMatch {
        required_factor_types: List::from([FactorType::Eid]),
        ..ProtocolMatch::default()
    };
    protocol(&world, "welcome", trigger, by_email).await?;
    protocol(&world, "for-citizens", trigger, by_eid).await?;
    let (desk, eve) = (world.desk("acme")?, stranger(&world, "acme", "eve")?);
    let registration_id = begun(&world, &eve).await?;
    let welcome = StartOnboardingForRegistration {
        registration_id: registration_id.clone(),
        application_id: None,
        realm: None,
        service_id: None,
    };
    let early = world
        .service
        .start_onboarding_for_registration(&desk, welcome.clone());
    let early = early.await;
    ensure!(
        early.as_ref().is_err_and(|error| error.invalid().is_some()),
        "somebody is welcomed before registering: {early:?}"
    );
    let email = vouch(&registration_id, FactorType::Email, "canary-eve@example")?;
    world
        .service
        .attach_registration_factor(&desk, email)
        .await?;
    let registered = world
        .service
        .complete_registration(&eve, complete(&registration_id));
    let user_id = registered.await?.response.user_id;

    let started = world
        .service
        .start_onboarding_for_registration(&desk, welcome.clone());
    let started = started.await?.response;
    ensure!(
        (started.started, &started.user_id) == (1, &user_id),
        "other journeys than the one for an e-mail began: {started:?}"
    );
    let again = world
        .service
        .start_onboarding_for_registration(&desk, welcome)
        .await;
    let cause = again.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Exists(RecordKind::OnboardingJourney)),
        "the journey began twice: {cause:?}"
    );
    walk_through(&world, &desk, &eve, &started.first_journey_id).await
}

/// Walks a whole journey: the user's own steps, and the mailbox that reports back in time.
async fn walk_through(
    world: &World,
    desk: &RequestContext,
    user: &RequestContext,
    journey_id: &JourneyId,
) -> Result<(), Failed> {
    let begin = progress(journey_id, "form", None)?;
    world.service.progress_onboarding_step(user, begin).await?;
    finish(world, user, journey_id, "form").await?;
    let callback = progress(journey_id, "mailbox", Some("mailbox-ticket"))?;
    world
        .service
        .progress_onboarding_step(desk, callback)
        .await?;
    finish(world, desk, journey_id, "mailbox").await?;
    let done = finish(world, user, journey_id, "tour").await?;
    ensure!(
        done.status == JourneyStatus::Completed && done.active_step_key.is_none(),
        "the journey does not end: {done:?}"
    );
    Ok(())
}

async fn blocked(world: World) -> Result<(), Failed> {
    let any = ProtocolMatch::default();
    protocol(&world, "welcome", OnboardingTrigger::Manual, any).await?;
    let ada = world.person("acme", "ada").await?;
    let desk = world.desk("acme")?;
    let journey_id = by_hand(&world, "ada").await?;
    finish(&world, &ada, &journey_id, "form").await?;
    let stuck = finish(&world, &ada, &journey_id, "mailbox").await?;
    ensure!(
        stuck.status == JourneyStatus::Blocked && stuck.lifecycle_gaps == 1,
        "the silent subsystem blocks nothing: {stuck:?}"
    );
    let journey = kept(&world, &journey_id).await?;
    let gaps: Vec<_> = journey
        .iter()
        .flat_map(|journey| &journey.lifecycle_gaps)
        .map(ToString::to_string)
        .collect();
    ensure!(
        gaps == ["subsystem-callback-missing:mail:mailbox"],
        "the gap is {gaps:?}"
    );
    let ask = DiagnoseOnboarding::default();
    let counts = world.service.onboarding_diagnostics(&desk, ask).await?;
    ensure!(
        (counts.blocked, counts.lifecycle_gaps) == (1, 1),
        "nobody notices: {counts:?}"
    );

    let callback = progress(&journey_id, "mailbox", Some("mailbox-ticket"))?;
    let resumed = world.service.progress_onboarding_step(&desk, callback);
    let resumed = resumed.await?.response;
    ensure!(
        resumed.status == JourneyStatus::Active && resumed.lifecycle_gaps == 0,
        "the callback resumes nothing: {resumed:?}"
    );
    finish(&world, &ada, &journey_id, "mailbox").await?;
    let done = finish(&world, &ada, &journey_id, "tour").await?;
    ensure!(done.status == JourneyStatus::Completed, "it does not end");
    Ok(())
}

async fn taken_up_again(world: World) -> Result<(), Failed> {
    let any = ProtocolMatch::default();
    protocol(&world, "welcome", OnboardingTrigger::Manual, any).await?;
    let ada = world.person("acme", "ada").await?;
    let desk = world.desk("acme")?;
    let journey_id = by_hand(&world, "ada").await?;
    let fail = FailOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: StepKey::new("form")?,
    };
    let failed = world.service.fail_onboarding_step(&desk, fail).await?;
    ensure!(
        failed.response.status == JourneyStatus::Failed,
        "the journey goes on"
    );
    let resume = ResumeOnboardingJourney {
        journey_id: journey_id.clone(),
    };
    let resumed = world.service.resume_onboarding_journey(&desk, resume);
    let resumed = resumed.await?.response;
    ensure!(
        resumed.step_status == Some(StepStatus::Pending),
        "the failed step is not to be done again: {resumed:?}"
    );
    finish(&world, &ada, &journey_id, "form").await?;
    let skip = SkipOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: StepKey::new("mailbox")?,
    };
    world.service.skip_onboarding_step(&desk, skip).await?;
    let done = finish(&world, &ada, &journey_id, "tour").await?;
    ensure!(done.status == JourneyStatus::Completed, "it does not end");
    Ok(())
}

async fn set_off_by_a_hat(world: World) -> Result<(), Failed> {
    let trigger = OnboardingTrigger::AccessProfileSelected;
    let for_singers = ProtocolMatch {
        hat: Some(Text::new("Singer")?),
        ..ProtocolMatch::default()
    };
    protocol(&world, "welcome", trigger, for_singers).await?;
    let desk = world.desk("acme")?;
    let hat = plain_hat("plain")?;
    world.service.register_access_profile(&desk, hat).await?;
    let ada = world.person("acme", "ada").await?;
    wear(&world, &ada, "plain").await??;
    wear(&world, &ada, "plain").await??;
    let ask = DiagnoseOnboarding::default();
    let counts = world.service.onboarding_diagnostics(&desk, ask).await?;
    ensure!(
        (counts.journeys, counts.active) == (1, 1),
        "the hat set off {counts:?}"
    );
    let journey_id = OnboardingJourney::derive_id(
        &ProtocolId::new("welcome")?,
        trigger,
        &SourceId::new("plain")?,
        &UserId::new("ada")?,
    );
    walk_through(&world, &desk, &ada, &journey_id).await
}

async fn own(world: World) -> Result<(), Failed> {
    let any = ProtocolMatch::default();
    protocol(&world, "welcome", OnboardingTrigger::Manual, any).await?;
    let ada = world.person("acme", "ada").await?;
    let bob = world.person("acme", "bob").await?;
    let journey_id = by_hand(&world, "ada").await?;
    let begin = progress(&journey_id, "form", None)?;
    for stranger in [&bob, &world.desk("globex")?] {
        let ended = world
            .service
            .progress_onboarding_step(stranger, begin.clone());
        let ended = ended.await;
        let is_hidden = |error: &ServiceError| {
            let kind = RecordKind::OnboardingJourney;
            *error.kind() == crate::error::ServiceErrorKind::NotFound(kind)
        };
        ensure!(
            ended.as_ref().is_err_and(is_hidden),
            "somebody else walks the journey: {ended:?}"
        );
    }
    let callback = progress(&journey_id, "mailbox", Some("mailbox-ticket"))?;
    let ended = world.service.progress_onboarding_step(&ada, callback).await;
    ensure!(
        ended.as_ref().is_err_and(ServiceError::is_denied),
        "ada reports for a subsystem: {ended:?}"
    );
    world.service.progress_onboarding_step(&ada, begin).await?;
    Ok(())
}

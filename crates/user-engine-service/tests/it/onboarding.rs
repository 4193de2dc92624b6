//! Welcome protocols and the journeys through them.

mod growth;
mod protocol;
mod walk;
mod welcome;

use crate::access_profile::{last_reason, logged, stored, tenant, user};
use user_engine_domain::*;
use user_engine_service::scenario::World;
use user_engine_service::{
    CompleteOnboardingStep, FailOnboardingStep, JourneyProgress, ProgressOnboardingStep,
    RegisterWelcomeProtocol, RequestContext, ResumeOnboardingJourney, ServiceError,
    ServiceErrorKind, SkipOnboardingStep, StartOnboardingJourney,
};

fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

fn key(value: &str) -> StepKey {
    StepKey::new(value).unwrap()
}

fn step(step_key: &str, callback_reference: Option<&str>) -> ProtocolStep {
    ProtocolStep {
        step_key: key(step_key),
        subsystem: Subsystem::new("mail").unwrap(),
        task_kind: text("mailbox"),
        external_task_reference: Some(text("task 7")),
        callback_reference: callback_reference.map(text),
        support_reference: None,
        callback_required: callback_reference.is_some(),
    }
}

/// Three steps, of which the second waits for a subsystem.
fn protocol(id: &str, trigger: OnboardingTrigger) -> RegisterWelcomeProtocol {
    RegisterWelcomeProtocol {
        protocol_id: ProtocolId::new(id).unwrap(),
        trigger,
        matching: ProtocolMatch::default(),
        steps: List::from([
            step("greet", None),
            step("mailbox", Some("callback 7")),
            step("tour", None),
        ]),
    }
}

async fn lay_out(world: &World, protocol: RegisterWelcomeProtocol) {
    let desk = world.desk("acme").unwrap();
    let done = world
        .service
        .register_welcome_protocol(&desk, protocol)
        .await;
    done.unwrap();
}

fn start(protocol_id: &str, user_id: &str) -> StartOnboardingJourney {
    StartOnboardingJourney {
        protocol_id: ProtocolId::new(protocol_id).unwrap(),
        user_id: user(user_id),
        source_id: SourceId::new("first day").unwrap(),
    }
}

/// A journey of ada's and who may ask for it.
struct Walk {
    world: World,
    desk: RequestContext,
    ada: RequestContext,
    journey_id: JourneyId,
}

type Walked = Result<JourneyProgress, ServiceError>;

impl Walk {
    async fn begin(world: World) -> Self {
        lay_out(&world, protocol("welcome", OnboardingTrigger::Manual)).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let started = world
            .service
            .start_onboarding_journey(&desk, start("welcome", "ada"));
        let journey_id = started.await.unwrap().response.journey_id;
        Self {
            world,
            desk,
            ada,
            journey_id,
        }
    }

    /// One that is blocked by its second step.
    async fn blocked(world: World) -> Self {
        let walk = Self::begin(world).await;
        walk.complete(&walk.desk, "greet").await.unwrap();
        walk.complete(&walk.desk, "mailbox").await.unwrap();
        walk
    }

    async fn complete(&self, by: &RequestContext, step_key: &str) -> Walked {
        let (journey_id, step_key) = (self.journey_id.clone(), key(step_key));
        let request = CompleteOnboardingStep {
            journey_id,
            step_key,
        };
        let done = self
            .world
            .service
            .complete_onboarding_step(by, request)
            .await;
        done.map(|done| done.response)
    }

    async fn skip(&self, by: &RequestContext, step_key: &str) -> Walked {
        let (journey_id, step_key) = (self.journey_id.clone(), key(step_key));
        let request = SkipOnboardingStep {
            journey_id,
            step_key,
        };
        let done = self.world.service.skip_onboarding_step(by, request).await;
        done.map(|done| done.response)
    }

    async fn fail(&self, by: &RequestContext, step_key: &str) -> Walked {
        let (journey_id, step_key) = (self.journey_id.clone(), key(step_key));
        let request = FailOnboardingStep {
            journey_id,
            step_key,
        };
        let done = self.world.service.fail_onboarding_step(by, request).await;
        done.map(|done| done.response)
    }

    async fn progress(
        &self,
        by: &RequestContext,
        step_key: &str,
        callback: Option<&str>,
    ) -> Walked {
        let request = ProgressOnboardingStep {
            journey_id: self.journey_id.clone(),
            step_key: key(step_key),
            callback_reference: callback.map(text),
        };
        let done = self
            .world
            .service
            .progress_onboarding_step(by, request)
            .await;
        done.map(|done| done.response)
    }

    async fn resume(&self, by: &RequestContext) -> Walked {
        let request = ResumeOnboardingJourney {
            journey_id: self.journey_id.clone(),
        };
        let done = self
            .world
            .service
            .resume_onboarding_journey(by, request)
            .await;
        done.map(|done| done.response)
    }

    async fn journey(&self) -> OnboardingJourney {
        let key = (tenant("acme"), self.journey_id.clone());
        stored(&self.world, &key).await.unwrap()
    }

    /// Refused for a field, with nothing written.
    async fn refuses(&self, ended: impl Future<Output = Walked>, field: &str) {
        let (journey, before) = (self.journey().await, logged(&self.world).await);
        let error = ended.await.unwrap_err();
        assert_eq!(error.invalid().map(FieldError::field), Some(field));
        assert_eq!(self.journey().await, journey);
        assert_eq!(logged(&self.world).await, before);
    }

    /// Denied, with nothing but the denial written.
    async fn denies(&self, ended: impl Future<Output = Walked>, reason: ReasonCode) {
        let (journey, before) = (self.journey().await, logged(&self.world).await);
        assert!(ended.await.unwrap_err().is_denied());
        assert_eq!(last_reason(&self.world).await, Some(reason));
        assert_eq!(self.journey().await, journey);
        assert_eq!(logged(&self.world).await, (before.0 + 1, before.1));
    }

    /// Not found, with nothing written.
    async fn finds_nothing(&self, ended: impl Future<Output = Walked>) {
        let (journey, before) = (self.journey().await, logged(&self.world).await);
        let not_found = ServiceErrorKind::NotFound(RecordKind::OnboardingJourney);
        assert_eq!(ended.await.unwrap_err().kind(), &not_found);
        assert_eq!(self.journey().await, journey);
        assert_eq!(logged(&self.world).await, before);
    }
}

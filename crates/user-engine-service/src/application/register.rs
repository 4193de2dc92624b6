//! Registering an application.

use super::application_target;
use super::event::ApplicationRegistered;
use crate::prelude::*;

request!(
    /// Asks for a new application.
    RegisterApplication {
        /// The id to take.
        application_id: ApplicationId,
        /// The name to show; not empty.
        display_name: Text,
    }
);

response!(
    /// An application that was registered.
    RegisteredApplication {
        /// The application.
        application_id: ApplicationId,
        /// Its state.
        state: ApplicationState,
        /// When.
        created_at: Timestamp,
    }
);

impl Operation for RegisterApplication {
    const SPEC: OperationSpec = OperationSpec {
        name: "register_application",
        reach: Reach::Platform,
        stands: Stands::InTenant,
        grants: &[Grant::PlatformOperator],
        events: &[ApplicationRegistered::SPEC],
    };
    type Slots = One<Application>;

    fn target(&self) -> Option<RecordId> {
        Some(application_target(&self.application_id))
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        if self.display_name.as_str().is_empty() {
            return Err(FieldError::new("display_name", Rule::Empty).into());
        }
        Ok(flight.get(&self.application_id))
    }
}

impl Mutation for RegisterApplication {
    type Response = RegisteredApplication;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<RegisteredApplication>, Refusal> {
        if answers.one(*slots)?.is_some() {
            let taken = ConflictCause::Exists(RecordKind::Application);
            return Err(Refusal::Conflict(taken));
        }
        let application = Application {
            application_id: self.application_id.clone(),
            display_name: self.display_name.clone(),
            state: ApplicationState::Active,
            created_at: draft.now(),
            updated_at: draft.now(),
        };
        draft.create(application.clone())?;
        let application_id = self.application_id.clone();
        let state = application.state;
        let response = RegisteredApplication {
            application_id: application_id.clone(),
            state,
            created_at: application.created_at,
        };
        let registered = ApplicationRegistered {
            application_id,
            state,
        };
        Ok(Change::of(
            &application,
            &application,
            &registered,
            response,
        ))
    }
}

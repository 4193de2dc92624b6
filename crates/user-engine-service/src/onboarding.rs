//! Welcome protocols and the journeys through them.

mod complete;
mod diagnostics;
pub(crate) mod event;
mod fail;
mod occasion;
mod progress;
mod protocol;
mod resume;
mod skip;
mod start;
mod step;
mod welcome;

pub use complete::CompleteOnboardingStep;
pub use diagnostics::{DiagnoseOnboarding, OnboardingDiagnostics};
pub use fail::FailOnboardingStep;
pub use occasion::JOURNEYS_MAX;
pub(crate) use occasion::{Occasion, OccasionSlots};
pub use progress::ProgressOnboardingStep;
pub use protocol::{
    ListWelcomeProtocols, RegisterWelcomeProtocol, RegisteredWelcomeProtocol, WelcomeProtocolPage,
};
pub use resume::ResumeOnboardingJourney;
pub use skip::SkipOnboardingStep;
pub use start::{StartOnboardingJourney, StartedJourney};
pub use step::JourneyProgress;
pub(crate) use welcome::entitled;
pub use welcome::{
    StartOnboardingForPreparedAccount, StartOnboardingForRegistration, WelcomedUser,
};

use crate::prelude::operations;

operations! {
    /// Creates a welcome protocol, or replaces what sets it off and its steps.
    ///
    /// A tenant may have as many as it likes: of those that one occasion sets off, the first
    /// [`JOURNEYS_MAX`] by their ids are followed, and less where their journeys take more than
    /// 4 MiB; its answer counts the others.
    /// Journeys that are under way keep the steps that they were started with. A protocol is
    /// stopped by registering it again with the trigger `manual`. Callers: tenant admins,
    /// platform operators. Audit record: `register_welcome_protocol` of the protocol. Event:
    /// `onboarding.protocol_registered`.
    ///
    /// # Errors
    ///
    /// `Validation` of `steps` when there is none, of `callback_reference` when a required
    /// callback has none, of `step_key` when two steps share it; `Conflict` when the protocol
    /// changed meanwhile.
    mutation register_welcome_protocol(RegisterWelcomeProtocol) -> RegisteredWelcomeProtocol;

    /// Lists the tenant's welcome protocols in the order of their keys, page by page.
    ///
    /// Callers: services, tenant admins, platform operators.
    ///
    /// # Errors
    ///
    /// `Validation` of `limit` outside 1 to 1,000.
    query list_welcome_protocols(ListWelcomeProtocols) -> WelcomeProtocolPage;

    /// Starts a user's journey through a protocol by hand, whatever sets the protocol off.
    ///
    /// The source is the caller's own word: the same protocol, user and source is the same
    /// journey. Callers: services, tenant admins, platform operators. Audit record:
    /// `start_onboarding_journey` of the journey. Event: `onboarding.journey_started`.
    ///
    /// # Errors
    ///
    /// `NotFound` for a protocol that the tenant doesn't have, or a user who has not come into it,
    /// by a tenant account, a membership or a registration;
    /// `Conflict` (`Exists`) when the journey was started before, (`Changed`) when the protocol
    /// changed meanwhile.
    mutation start_onboarding_journey(StartOnboardingJourney) -> StartedJourney;

    /// Starts every journey that a completed registration sets off, up to [`JOURNEYS_MAX`] of
    /// them in the order of their protocols; another call starts the next.
    ///
    /// A protocol applies when its trigger is `registration_completed` and all that it names
    /// holds: the request's application, realm and service, a membership kind and verified,
    /// unexpired factor types of the user. One that names a hat or a prepared journey never
    /// applies here. Callers: services, tenant admins, platform operators. Audit records:
    /// `start_onboarding_for_registration` of the first journey, and one of
    /// `start_onboarding_journey` for each. Events: `onboarding.registration_welcomed`, for each
    /// journey `onboarding.journey_started`.
    ///
    /// # Errors
    ///
    /// `NotFound` of the registration for one that the tenant doesn't have, of the protocol when
    /// none applies; `Validation` of `status` for a registration that is not completed with a
    /// user; `Conflict` (`Exists`) when every journey was started before.
    mutation start_onboarding_for_registration(StartOnboardingForRegistration) -> WelcomedUser;

    /// Starts every journey that the claim of a prepared account sets off, as many at once as for
    /// a registration.
    ///
    /// A protocol applies when an entitlement of the account names it, or when its trigger is
    /// `prepared_account_claimed` and all that it names holds, as for a registration; the prepared
    /// journey is the id of a protocol that an entitlement names. An entitlement's protocol that
    /// the tenant doesn't have is passed over. Callers: services, tenant admins, platform
    /// operators. Audit records: `start_onboarding_for_prepared_account` of the first journey, and
    /// one of `start_onboarding_journey` for each. Events:
    /// `onboarding.prepared_account_welcomed`, for each journey `onboarding.journey_started`.
    ///
    /// # Errors
    ///
    /// As for a registration, with the prepared account in its place.
    mutation start_onboarding_for_prepared_account(StartOnboardingForPreparedAccount)
        -> WelcomedUser;

    /// Begins the active step of a journey, or notes the callback that a step waits for.
    ///
    /// A callback may come before its turn. It closes the step's lifecycle gap; a journey that no
    /// gap blocks any more is active again. Callers: the journey's user, who can't report for a
    /// subsystem; services, tenant admins, platform operators. Audit record:
    /// `progress_onboarding_step` of the journey. Events: `onboarding.step_progressed`, where the
    /// callback ended a block `onboarding.journey_unblocked`.
    ///
    /// # Errors
    ///
    /// `NotFound` for a journey that the tenant doesn't have, or that is not the user's;
    /// `Validation` of `status` for a journey or step whose status doesn't allow it, of `step_key`
    /// for a step that the journey doesn't have or whose turn it is not, of `callback_reference`
    /// for a callback that the step doesn't wait for; `AuthorizationDenied`, audited as
    /// `role_missing`, for a user's callback; `Conflict` when the journey changed meanwhile.
    mutation progress_onboarding_step(ProgressOnboardingStep) -> JourneyProgress;

    /// Reports the active step as done.
    ///
    /// When its required callback has not been received, it is not completed: the journey gets a
    /// lifecycle gap for it and is blocked, and the answer says so. Otherwise the next step is the
    /// active one, and behind the last one the journey is completed. Callers: the journey's user,
    /// services, tenant admins, platform operators. Audit record: `complete_onboarding_step` of the
    /// journey. Events: `onboarding.step_reported_done`; `onboarding.step_completed` or
    /// `onboarding.journey_blocked`; `onboarding.journey_completed` behind the last step.
    ///
    /// # Errors
    ///
    /// As of [`progress_onboarding_step`](Self::progress_onboarding_step), without a callback's.
    mutation complete_onboarding_step(CompleteOnboardingStep) -> JourneyProgress;

    /// Leaves out the active step, with its lifecycle gap; a blocked journey goes on behind it.
    ///
    /// Callers: the journey's user, for a step that no callback is required for; services, tenant
    /// admins, platform operators. Audit record: `skip_onboarding_step` of the journey. Events:
    /// `onboarding.step_skipped`, `onboarding.journey_unblocked` where it ended a block,
    /// `onboarding.journey_completed` behind the last step.
    ///
    /// # Errors
    ///
    /// As of [`progress_onboarding_step`](Self::progress_onboarding_step), where
    /// `AuthorizationDenied` is a user's who skips what a subsystem has to report on.
    mutation skip_onboarding_step(SkipOnboardingStep) -> JourneyProgress;

    /// Says that the active step has gone wrong, which fails the journey.
    ///
    /// Callers: services, tenant admins, platform operators. Audit record: `fail_onboarding_step`
    /// of the journey. Event: `onboarding.step_failed`.
    ///
    /// # Errors
    ///
    /// As of [`progress_onboarding_step`](Self::progress_onboarding_step), without a callback's.
    mutation fail_onboarding_step(FailOnboardingStep) -> JourneyProgress;

    /// Sets a blocked or failed journey on its way again, at the step where it stopped.
    ///
    /// A failed step is pending again. Callbacks that are missing stay missing, with their gaps:
    /// a step that is reported as done without its callback blocks the journey again. Callers:
    /// services, tenant admins, platform operators. Audit record: `resume_onboarding_journey` of
    /// the journey. Event: `onboarding.journey_resumed`.
    ///
    /// # Errors
    ///
    /// `NotFound` for a journey that the tenant doesn't have; `Validation` of `status` for one
    /// that is active or completed; `Conflict` when the journey changed meanwhile.
    mutation resume_onboarding_journey(ResumeOnboardingJourney) -> JourneyProgress;

    /// Counts the tenant's welcome protocols and, page by page, its journeys by status and their
    /// lifecycle gaps.
    ///
    /// Callers: services, tenant admins, platform operators.
    ///
    /// # Errors
    ///
    /// `Validation` of `limit` outside 1 to 1,000; `Store` with `LimitExceeded` for more than
    /// 1,000 protocols in the tenant.
    query onboarding_diagnostics(DiagnoseOnboarding) -> OnboardingDiagnostics;
}

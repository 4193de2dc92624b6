//! Rows: welcome protocols and journeys.

mod step;
mod welcome;

use super::argument::arguments;
use super::{
    Expected, Matrix, broken, exists, id, not_found, places, refused, rule, text, too_many, unseen,
    works,
};
use crate::access_profile::seed;
use user_engine_domain::*;
use user_engine_ports::Limit;
use user_engine_service::{
    CompleteOnboardingStep, DiagnoseOnboarding, FailOnboardingStep, ListWelcomeProtocols,
    ProgressOnboardingStep, RegisterWelcomeProtocol, ResumeOnboardingJourney, SkipOnboardingStep,
    StartOnboardingForPreparedAccount, StartOnboardingForRegistration, StartOnboardingJourney,
};

arguments! {
    RegisterWelcomeProtocol {
        protocol_id: ProtocolId,
        trigger: OnboardingTrigger,
        matching: ProtocolMatch,
        steps: List<ProtocolStep>,
    }
    ListWelcomeProtocols { after: Option<RecordKey>, limit: Option<u32> }
    DiagnoseOnboarding { after: Option<RecordKey>, limit: Option<u32> }
    StartOnboardingJourney { protocol_id: ProtocolId, user_id: UserId, source_id: SourceId }
    StartOnboardingForRegistration {
        registration_id: RegistrationId,
        application_id: Option<ApplicationId>,
        realm: Option<RealmId>,
        service_id: Option<ServiceId>,
    }
    StartOnboardingForPreparedAccount {
        prepared_account_id: PreparedAccountId,
        application_id: Option<ApplicationId>,
        realm: Option<RealmId>,
        service_id: Option<ServiceId>,
    }
    ProgressOnboardingStep {
        journey_id: JourneyId,
        step_key: StepKey,
        callback_reference: Option<Text>,
    }
    CompleteOnboardingStep { journey_id: JourneyId, step_key: StepKey }
    SkipOnboardingStep { journey_id: JourneyId, step_key: StepKey }
    FailOnboardingStep { journey_id: JourneyId, step_key: StepKey }
    ResumeOnboardingJourney { journey_id: JourneyId }
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    matrix.person("ada").await;
    matrix.person("bob").await;
    matrix.foreigner("eve").await;
    register_welcome_protocol(matrix).await;
    pages(matrix).await;
    start_onboarding_journey(matrix).await;
    welcome::for_registration(matrix).await;
    welcome::for_prepared_account(matrix).await;
    step::unknown(matrix).await;
    step::turns(matrix).await;
    step::states(matrix).await;
}

fn step(name: &str) -> ProtocolStep {
    ProtocolStep {
        step_key: id(name),
        subsystem: id("mail"),
        task_kind: text("task"),
        external_task_reference: Some(text("task 7")),
        callback_reference: None,
        support_reference: Some(text("support")),
        callback_required: false,
    }
}

/// A step that waits for its subsystem.
fn waiting(name: &str) -> ProtocolStep {
    ProtocolStep {
        callback_reference: Some(text("callback")),
        callback_required: true,
        ..step(name)
    }
}

fn protocol(name: &str, trigger: OnboardingTrigger) -> RegisterWelcomeProtocol {
    RegisterWelcomeProtocol {
        protocol_id: id(name),
        trigger,
        matching: ProtocolMatch::default(),
        steps: List::from([step("greet"), waiting("mailbox"), step("tour")]),
    }
}

async fn register_welcome_protocol(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let right = protocol("welcome", OnboardingTrigger::Manual);
    let of = |steps| RegisterWelcomeProtocol {
        steps,
        ..right.clone()
    };
    let empty = broken("steps", Rule::Empty);
    refused!(matrix, desk, register_welcome_protocol.steps: of(List::default()) => empty);
    let silent = ProtocolStep {
        callback_reference: None,
        ..waiting("mailbox")
    };
    let missing = broken("callback_reference", Rule::Missing);
    let request = of(List::from([silent]));
    let again = request.clone();
    refused!(matrix, desk, register_welcome_protocol.callback_reference:
        request => missing.clone());
    refused!(matrix, desk, register_welcome_protocol.callback_required: again => missing);
    let twice = of(List::from([step("greet"), step("greet")]));
    let once = rule("step_key", "must not repeat within the record");
    refused!(matrix, desk, register_welcome_protocol.step_key: twice => once);
    let large = too_many()
        .into_iter()
        .enumerate()
        .map(|(number, task_kind)| ProtocolStep {
            task_kind,
            ..step(&number.to_string())
        });
    let large = of(List::new(large.collect()).unwrap());
    let limit = Expected::Limit(Limit::Record);
    refused!(matrix, desk, register_welcome_protocol.task_kind: large => limit);
    let own = "it is the protocol's own, and one that is there is replaced";
    matrix.free(
        "register_welcome_protocol",
        own,
        &["protocol_id", "trigger"],
    );
    let conditions = "a condition that never holds sets nothing off";
    let names = [
        "application_id",
        "realm",
        "service_id",
        "role",
        "hat",
        "prepared_journey",
        "required_factor_types",
    ];
    matrix.free("register_welcome_protocol", conditions, &names);
    let references = "any name or text that the type admits: they mean something elsewhere";
    let names = ["subsystem", "external_task_reference", "support_reference"];
    matrix.free("register_welcome_protocol", references, &names);
    works!(matrix, desk, register_welcome_protocol: right);
}

async fn pages(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let expected = "1 to 1,000";
    for limit in [0, 1_001, u32::MAX].map(Some) {
        let range = broken("limit", Rule::OutOfRange { expected });
        let list = ListWelcomeProtocols { after: None, limit };
        refused!(matrix, desk, list_welcome_protocols.limit: list => range.clone());
        let diagnose = DiagnoseOnboarding { after: None, limit };
        refused!(matrix, desk, onboarding_diagnostics.limit: diagnose => range);
    }
    for (after, refusal) in places() {
        let limit = None;
        let after_it = after.clone();
        let list = ListWelcomeProtocols { after, limit };
        refused!(matrix, desk, list_welcome_protocols.after: list => refusal.clone());
        let diagnose = DiagnoseOnboarding {
            after: after_it,
            limit,
        };
        refused!(matrix, desk, onboarding_diagnostics.after: diagnose => refusal);
    }
    works!(matrix, desk, list_welcome_protocols: ListWelcomeProtocols::default());
    works!(matrix, desk, onboarding_diagnostics: DiagnoseOnboarding::default());
}

async fn start_onboarding_journey(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let elsewhere = matrix.elsewhere();
    let service = matrix.world.service.clone();
    let foreign = protocol("foreign", OnboardingTrigger::Manual);
    service
        .register_welcome_protocol(&elsewhere, foreign)
        .await
        .unwrap();
    let start = |protocol: &str, name: &str| StartOnboardingJourney {
        protocol_id: id(protocol),
        user_id: id(name),
        source_id: id("first day"),
    };
    let missing = not_found(RecordKind::WelcomeProtocol);
    let [unknown, foreign] = ["unknown", "foreign"].map(|protocol| start(protocol, "bob"));
    unseen!(matrix, desk, start_onboarding_journey.protocol_id: unknown, foreign => missing);
    let missing = not_found(RecordKind::User);
    let [unknown, foreign] = ["unknown", "eve"].map(|name| start("welcome", name));
    unseen!(matrix, desk, start_onboarding_journey.user_id: unknown, foreign => missing);
    works!(matrix, desk, start_onboarding_journey: start("welcome", "bob"));
    let again = exists(RecordKind::OnboardingJourney);
    let request = start("welcome", "bob");
    refused!(matrix, desk, start_onboarding_journey.source_id: request => again);
}

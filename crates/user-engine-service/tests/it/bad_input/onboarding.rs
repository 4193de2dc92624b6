//! Rows: welcome protocols and journeys.

mod step;

use super::argument::arguments;
use super::{
    Expected, Matrix, broken, exists, id, not_found, refused, rule, text, too_many, unseen, works,
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
    for_registration(matrix).await;
    for_prepared_account(matrix).await;
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
    refused!(
        matrix,
        register_welcome_protocol.steps,
        desk,
        of(List::default()),
        empty
    );
    let silent = ProtocolStep {
        callback_reference: None,
        ..waiting("mailbox")
    };
    let missing = broken("callback_reference", Rule::Missing);
    let request = of(List::from([silent]));
    let again = request.clone();
    refused!(
        matrix,
        register_welcome_protocol.callback_reference,
        desk,
        request,
        missing.clone()
    );
    refused!(
        matrix,
        register_welcome_protocol.callback_required,
        desk,
        again,
        missing
    );
    let twice = of(List::from([step("greet"), step("greet")]));
    let once = rule("step_key", "must not repeat within the record");
    refused!(
        matrix,
        register_welcome_protocol.step_key,
        desk,
        twice,
        once
    );
    let large = too_many()
        .into_iter()
        .enumerate()
        .map(|(number, task_kind)| ProtocolStep {
            task_kind,
            ..step(&number.to_string())
        });
    let large = of(List::new(large.collect()).unwrap());
    let limit = Expected::Limit(Limit::Record);
    refused!(
        matrix,
        register_welcome_protocol.task_kind,
        desk,
        large,
        limit
    );
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
    works!(matrix, register_welcome_protocol, desk, right);
}

async fn pages(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let expected = "1 to 1,000";
    for limit in [0, 1_001, u32::MAX].map(Some) {
        let range = broken("limit", Rule::OutOfRange { expected });
        let list = ListWelcomeProtocols { after: None, limit };
        refused!(
            matrix,
            list_welcome_protocols.limit,
            desk,
            list,
            range.clone()
        );
        let diagnose = DiagnoseOnboarding { after: None, limit };
        refused!(matrix, onboarding_diagnostics.limit, desk, diagnose, range);
    }
    let place = "it is a place in a list, and every text is one";
    matrix.free("list_welcome_protocols", place, &["after"]);
    matrix.free("onboarding_diagnostics", place, &["after"]);
    works!(
        matrix,
        list_welcome_protocols,
        desk,
        ListWelcomeProtocols::default()
    );
    works!(
        matrix,
        onboarding_diagnostics,
        desk,
        DiagnoseOnboarding::default()
    );
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
    unseen!(
        matrix,
        start_onboarding_journey.protocol_id,
        desk,
        unknown,
        foreign,
        missing
    );
    let missing = not_found(RecordKind::User);
    let [unknown, foreign] = ["unknown", "eve"].map(|name| start("welcome", name));
    unseen!(
        matrix,
        start_onboarding_journey.user_id,
        desk,
        unknown,
        foreign,
        missing
    );
    works!(
        matrix,
        start_onboarding_journey,
        desk,
        start("welcome", "bob")
    );
    let again = exists(RecordKind::OnboardingJourney);
    let request = start("welcome", "bob");
    refused!(
        matrix,
        start_onboarding_journey.source_id,
        desk,
        request,
        again
    );
}

/// A protocol for one application, realm and service.
async fn conditional(matrix: &Matrix<'_>, name: &str, trigger: OnboardingTrigger) {
    let matching = ProtocolMatch {
        application_id: Some(id("there")),
        realm: Some(id("there")),
        service_id: Some(id("there")),
        ..ProtocolMatch::default()
    };
    let protocol = RegisterWelcomeProtocol {
        matching,
        ..protocol(name, trigger)
    };
    let service = &matrix.world.service;
    let done = service
        .register_welcome_protocol(&matrix.desk(), protocol)
        .await;
    done.unwrap();
}

fn registration(name: &str, tenant: Option<&str>, user: Option<&str>) -> RegistrationSession {
    let begun = Timestamp::from_micros(0).unwrap();
    RegistrationSession {
        registration_id: id(name),
        tenant: tenant.map(id),
        status: match user {
            Some(_) => RegistrationStatus::Completed,
            None => RegistrationStatus::FactorVerified,
        },
        user_id: user.map(id),
        correlation_id: id("correlation"),
        expires_at: None,
        created_at: begun,
        updated_at: begun,
    }
}

async fn for_registration(matrix: &mut Matrix<'_>) {
    conditional(
        matrix,
        "registered",
        OnboardingTrigger::RegistrationCompleted,
    )
    .await;
    let registrations = vec![
        registration("done", Some("acme"), Some("ada")).into(),
        registration("open", Some("acme"), None).into(),
        registration("foreign", Some("elsewhere"), Some("eve")).into(),
        registration("tenantless", None, Some("ada")).into(),
    ];
    seed(&matrix.world, registrations).await;
    let desk = matrix.desk();
    let welcome = |registration: &str| StartOnboardingForRegistration {
        registration_id: id(registration),
        application_id: Some(id("there")),
        realm: Some(id("there")),
        service_id: Some(id("there")),
    };
    for foreign in ["foreign", "tenantless"] {
        let missing = not_found(RecordKind::RegistrationSession);
        let (unknown, foreign) = (welcome("unknown"), welcome(foreign));
        unseen!(
            matrix,
            start_onboarding_for_registration.registration_id,
            desk,
            unknown,
            foreign,
            missing,
        );
    }
    let status = rule("status", "must be completed with a user");
    let open = welcome("open");
    refused!(
        matrix,
        start_onboarding_for_registration.registration_id,
        desk,
        open,
        status
    );
    let none = not_found(RecordKind::WelcomeProtocol);
    let other = StartOnboardingForRegistration {
        application_id: Some(id("other")),
        ..welcome("done")
    };
    refused!(
        matrix,
        start_onboarding_for_registration.application_id,
        desk,
        other,
        none.clone()
    );
    let other = StartOnboardingForRegistration {
        realm: None,
        ..welcome("done")
    };
    refused!(
        matrix,
        start_onboarding_for_registration.realm,
        desk,
        other,
        none.clone()
    );
    let other = StartOnboardingForRegistration {
        service_id: Some(id("other")),
        ..welcome("done")
    };
    refused!(
        matrix,
        start_onboarding_for_registration.service_id,
        desk,
        other,
        none
    );
    works!(
        matrix,
        start_onboarding_for_registration,
        desk,
        welcome("done")
    );
    let again = exists(RecordKind::OnboardingJourney);
    let request = welcome("done");
    refused!(
        matrix,
        start_onboarding_for_registration.registration_id,
        desk,
        request,
        again
    );
}

fn prepared(name: &str, tenant: &str, user: Option<&str>) -> PreparedAccount {
    let begun = Timestamp::from_micros(0).unwrap();
    PreparedAccount {
        tenant: id(tenant),
        prepared_account_id: id(name),
        factor_requirements: List::from([FactorRequirement {
            factor_type: FactorType::Email,
            normalized_value: Sensitive::new(text("mail")),
            source_system: None,
            evidence_references: List::default(),
        }]),
        entitlements: List::default(),
        status: match user {
            Some(_) => PreparedAccountStatus::Claimed,
            None => PreparedAccountStatus::Pending,
        },
        prepared_by: id("desk"),
        display_name_hint: None,
        primary_email_hint: None,
        claim: user.map(|user| PreparedAccountClaim {
            user_id: id(user),
            registration_id: id("done"),
            claimed_at: begun,
        }),
        expires_at: None,
        created_at: begun,
        updated_at: begun,
    }
}

async fn for_prepared_account(matrix: &mut Matrix<'_>) {
    conditional(matrix, "claimed", OnboardingTrigger::PreparedAccountClaimed).await;
    let accounts = vec![
        prepared("done", "acme", Some("ada")).into(),
        prepared("open", "acme", None).into(),
        prepared("foreign", "elsewhere", Some("eve")).into(),
    ];
    seed(&matrix.world, accounts).await;
    let desk = matrix.desk();
    let welcome = |account: &str| StartOnboardingForPreparedAccount {
        prepared_account_id: id(account),
        application_id: Some(id("there")),
        realm: Some(id("there")),
        service_id: Some(id("there")),
    };
    let missing = not_found(RecordKind::PreparedAccount);
    let (unknown, foreign) = (welcome("unknown"), welcome("foreign"));
    unseen!(
        matrix,
        start_onboarding_for_prepared_account.prepared_account_id,
        desk,
        unknown,
        foreign,
        missing,
    );
    let open = welcome("open");
    let status = rule("status", "must be claimed");
    refused!(
        matrix,
        start_onboarding_for_prepared_account.prepared_account_id,
        desk,
        open,
        status
    );
    let none = not_found(RecordKind::WelcomeProtocol);
    let other = StartOnboardingForPreparedAccount {
        application_id: None,
        ..welcome("done")
    };
    refused!(
        matrix,
        start_onboarding_for_prepared_account.application_id,
        desk,
        other,
        none.clone()
    );
    let other = StartOnboardingForPreparedAccount {
        realm: Some(id("other")),
        ..welcome("done")
    };
    refused!(
        matrix,
        start_onboarding_for_prepared_account.realm,
        desk,
        other,
        none.clone()
    );
    let other = StartOnboardingForPreparedAccount {
        service_id: None,
        ..welcome("done")
    };
    refused!(
        matrix,
        start_onboarding_for_prepared_account.service_id,
        desk,
        other,
        none
    );
    works!(
        matrix,
        start_onboarding_for_prepared_account,
        desk,
        welcome("done")
    );
    let again = exists(RecordKind::OnboardingJourney);
    let request = welcome("done");
    refused!(
        matrix,
        start_onboarding_for_prepared_account.prepared_account_id,
        desk,
        request,
        again
    );
}

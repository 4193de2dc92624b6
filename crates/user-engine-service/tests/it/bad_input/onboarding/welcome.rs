//! Rows: journeys that a registration or a claim sets off.

use super::*;

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

pub(super) async fn for_registration(matrix: &mut Matrix<'_>) {
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
        unseen!(matrix, desk, start_onboarding_for_registration.registration_id:
            unknown, foreign => missing);
    }
    let status = rule("status", "must be completed with a user");
    let open = welcome("open");
    refused!(matrix, desk, start_onboarding_for_registration.registration_id: open => status);
    let none = not_found(RecordKind::WelcomeProtocol);
    let other = StartOnboardingForRegistration {
        application_id: Some(id("other")),
        ..welcome("done")
    };
    refused!(matrix, desk, start_onboarding_for_registration.application_id: other => none.clone());
    let other = StartOnboardingForRegistration {
        realm: None,
        ..welcome("done")
    };
    refused!(matrix, desk, start_onboarding_for_registration.realm: other => none.clone());
    let other = StartOnboardingForRegistration {
        service_id: Some(id("other")),
        ..welcome("done")
    };
    refused!(matrix, desk, start_onboarding_for_registration.service_id: other => none);
    works!(matrix, desk, start_onboarding_for_registration: welcome("done"));
    let again = exists(RecordKind::OnboardingJourney);
    let request = welcome("done");
    refused!(matrix, desk, start_onboarding_for_registration.registration_id: request => again);
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

pub(super) async fn for_prepared_account(matrix: &mut Matrix<'_>) {
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
    unseen!(matrix, desk, start_onboarding_for_prepared_account.prepared_account_id:
        unknown, foreign => missing);
    let open = welcome("open");
    let status = rule("status", "must be claimed");
    refused!(matrix, desk, start_onboarding_for_prepared_account.prepared_account_id:
        open => status);
    let none = not_found(RecordKind::WelcomeProtocol);
    let other = StartOnboardingForPreparedAccount {
        application_id: None,
        ..welcome("done")
    };
    refused!(matrix, desk, start_onboarding_for_prepared_account.application_id:
        other => none.clone());
    let other = StartOnboardingForPreparedAccount {
        realm: Some(id("other")),
        ..welcome("done")
    };
    refused!(matrix, desk, start_onboarding_for_prepared_account.realm: other => none.clone());
    let other = StartOnboardingForPreparedAccount {
        service_id: None,
        ..welcome("done")
    };
    refused!(matrix, desk, start_onboarding_for_prepared_account.service_id: other => none);
    works!(matrix, desk, start_onboarding_for_prepared_account: welcome("done"));
    let again = exists(RecordKind::OnboardingJourney);
    let request = welcome("done");
    refused!(matrix, desk, start_onboarding_for_prepared_account.prepared_account_id:
        request => again);
}

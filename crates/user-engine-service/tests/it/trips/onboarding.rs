//! Rows: hats, exported facts, welcome protocols and journeys.

use super::application::served;
use super::{Table, row};
use user_engine_domain::{
    AccessProfileId, AccessScope, AccessScopeType, AttributeKey, JourneyId, JsonValue, List, Map,
    OnboardingTrigger, PreparedAccountStatus, ProtocolId, ProtocolMatch, ProtocolStep, ScopeId,
    Sensitive, SourceId, StepKey, Subsystem, Text, UserId,
};
use user_engine_service::{
    CompleteOnboardingStep, DiagnoseAccessProfiles, DiagnoseOnboarding, ExportAccessControlFacts,
    FailOnboardingStep, ListAccessProfiles, ListPreparedAccounts, ListWelcomeProtocols,
    ProgressOnboardingStep, RegisterAccessProfile, RegisterWelcomeProtocol,
    ResumeOnboardingJourney, SelectActiveHat, SkipOnboardingStep,
    StartOnboardingForPreparedAccount, StartOnboardingForRegistration, StartOnboardingJourney,
};

fn key(step: &str) -> StepKey {
    StepKey::new(step).unwrap()
}

fn protocol(id: &str, trigger: OnboardingTrigger) -> RegisterWelcomeProtocol {
    let step = |step: &str| ProtocolStep {
        step_key: key(step),
        subsystem: Subsystem::new("mail").unwrap(),
        task_kind: Text::new("mailbox").unwrap(),
        external_task_reference: None,
        callback_reference: None,
        support_reference: None,
        callback_required: false,
    };
    RegisterWelcomeProtocol {
        protocol_id: ProtocolId::new(id).unwrap(),
        trigger,
        matching: ProtocolMatch::default(),
        steps: List::from([step("greet"), step("mailbox"), step("tour")]),
    }
}

pub(super) async fn rows(table: &mut Table) {
    hats(table).await;
    journeys(table).await;
    welcomes(table).await;
}

async fn hats(table: &mut Table) {
    let desk = table.world.desk("acme").unwrap();
    let xen = table.world.person("acme", "xen").await.unwrap();
    served(table, "choir", "choir.voice").await;
    let access_profile_id = AccessProfileId::new("singer").unwrap();
    let register = RegisterAccessProfile {
        access_profile_id: access_profile_id.clone(),
        hat_name: Text::new("Singer").unwrap(),
        scope: AccessScope {
            scope_type: AccessScopeType::Group,
            scope_id: ScopeId::new("choir").unwrap(),
        },
        realm: None,
        service_id: None,
        asset_id: None,
        required_memberships: List::default(),
        required_factor_types: List::default(),
        profile_defaults: Sensitive::new(Map::from([(
            AttributeKey::new("choir.voice").unwrap(),
            JsonValue::new("canary alto".into()).unwrap(),
        )])),
        projection_claims: Map::default(),
        group_ids: List::default(),
        requires_approval: false,
    };
    row!(table, register_access_profile, 2, desk, register);
    let list = ListAccessProfiles {
        after: None,
        limit: None,
    };
    row!(table, list_access_profiles, 1, desk, list);
    let select = SelectActiveHat { access_profile_id };
    row!(table, select_active_hat, 2, xen, select);
    let export = ExportAccessControlFacts {
        user_id: Some(UserId::new("xen").unwrap()),
        after: None,
        limit: None,
    };
    row!(table, export_access_control_facts, 1, desk, export);
    let diagnose = DiagnoseAccessProfiles {
        after: None,
        limit: None,
    };
    // Who wears the hats of a page is asked when the page is known.
    row!(table, access_profile_diagnostics, 2, desk, diagnose);
}

async fn journeys(table: &mut Table) {
    let desk = table.world.desk("acme").unwrap();
    let manual = protocol("by-hand", OnboardingTrigger::Manual);
    let protocol_id = manual.protocol_id.clone();
    row!(table, register_welcome_protocol, 2, desk, manual);
    let list = ListWelcomeProtocols {
        after: None,
        limit: None,
    };
    row!(table, list_welcome_protocols, 1, desk, list);
    let start = StartOnboardingJourney {
        protocol_id,
        user_id: UserId::new("xen").unwrap(),
        source_id: SourceId::new("desk").unwrap(),
    };
    let started = row!(table, start_onboarding_journey, 2, desk, start);
    let journey_id: JourneyId = started.response.journey_id;
    let progress = ProgressOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: key("greet"),
        callback_reference: None,
    };
    row!(table, progress_onboarding_step, 2, desk, progress);
    let complete = CompleteOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: key("greet"),
    };
    row!(table, complete_onboarding_step, 2, desk, complete);
    let skip = SkipOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: key("mailbox"),
    };
    row!(table, skip_onboarding_step, 2, desk, skip);
    let fail = FailOnboardingStep {
        journey_id: journey_id.clone(),
        step_key: key("tour"),
    };
    row!(table, fail_onboarding_step, 2, desk, fail);
    let resume = ResumeOnboardingJourney { journey_id };
    row!(table, resume_onboarding_journey, 2, desk, resume);
    let diagnose = DiagnoseOnboarding {
        after: None,
        limit: None,
    };
    row!(table, onboarding_diagnostics, 1, desk, diagnose);
}

/// Journeys of the registration and the prepared account that earlier rows left.
async fn welcomes(table: &mut Table) {
    let desk = table.world.desk("acme").unwrap();
    let service = table.world.service.clone();
    for (id, trigger) in [
        ("registered", OnboardingTrigger::RegistrationCompleted),
        ("claimed", OnboardingTrigger::PreparedAccountClaimed),
    ] {
        let registered = service.register_welcome_protocol(&desk, protocol(id, trigger));
        registered.await.unwrap();
    }
    let claimed = ListPreparedAccounts {
        status: Some(PreparedAccountStatus::Claimed),
        ..ListPreparedAccounts::default()
    };
    let claimed = service
        .list_prepared_accounts(&desk, claimed)
        .await
        .unwrap();
    let claimed = &claimed.prepared_accounts[0];
    let claim = claimed.claim.as_ref().unwrap();
    // Which protocols fit follows from what was registered, or claimed.
    let start = StartOnboardingForRegistration {
        registration_id: claim.registration_id.clone(),
        application_id: None,
        realm: None,
        service_id: None,
    };
    row!(table, start_onboarding_for_registration, 3, desk, start);
    let start = StartOnboardingForPreparedAccount {
        prepared_account_id: claimed.prepared_account_id.clone(),
        application_id: None,
        realm: None,
        service_id: None,
    };
    row!(table, start_onboarding_for_prepared_account, 3, desk, start);
}

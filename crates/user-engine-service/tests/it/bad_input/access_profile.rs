//! Rows: hats.

mod register;

use super::application::{attribute, publish, published, registered, values};
use super::argument::arguments;
use super::{
    Expected, Matrix, broken, denied, id, json, not_found, places, refused, rule, text, too_much,
    unseen, works,
};
use crate::access_profile::seed;
use register::member;
use serde_json::json;
use user_engine_domain::*;
use user_engine_ports::Limit;
use user_engine_service::{
    DiagnoseAccessProfiles, ExportAccessControlFacts, InviteFamilyMember, ListAccessProfiles,
    RegisterAccessProfile, RequestContext, SelectActiveHat,
};

arguments! {
    RegisterAccessProfile {
        access_profile_id: AccessProfileId,
        hat_name: Text,
        scope: AccessScope,
        realm: Option<RealmId>,
        service_id: Option<ServiceId>,
        asset_id: Option<AssetId>,
        required_memberships: List<MembershipRequirement>,
        required_factor_types: List<FactorType>,
        profile_defaults: Sensitive<Map<AttributeKey, JsonValue>>,
        projection_claims: Map<Text, JsonValue>,
        group_ids: List<GroupId>,
        requires_approval: bool,
    }
    ListAccessProfiles { after: Option<RecordKey>, limit: Option<u32> }
    SelectActiveHat { access_profile_id: AccessProfileId }
    ExportAccessControlFacts {
        user_id: Option<UserId>,
        after: Option<RecordKey>,
        limit: Option<u32>,
    }
    DiagnoseAccessProfiles { after: Option<RecordKey>, limit: Option<u32> }
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    let ada = matrix.person("ada").await;
    matrix.foreigner("eve").await;
    matrix.foreigner("guest").await;
    let invite = InviteFamilyMember {
        user_id: id("guest"),
        role: id("guest"),
        expires_at: None,
    };
    let service = matrix.world.service.clone();
    service
        .invite_family_member(&matrix.desk(), invite)
        .await
        .unwrap();
    register::scope_and_requirements(matrix).await;
    register::defaults_and_claims(matrix).await;
    select_active_hat(matrix, &ada).await;
    pages(matrix).await;
}

fn hat(name: &str) -> RegisterAccessProfile {
    RegisterAccessProfile {
        access_profile_id: id(name),
        hat_name: text("hat"),
        scope: AccessScope {
            scope_type: AccessScopeType::Group,
            scope_id: id("choir"),
        },
        realm: None,
        service_id: None,
        asset_id: None,
        required_memberships: List::default(),
        required_factor_types: List::default(),
        profile_defaults: Sensitive::new(Map::default()),
        projection_claims: Map::default(),
        group_ids: List::default(),
        requires_approval: false,
    }
}

/// A completed registration of ada's with a factor of this end.
async fn verified(matrix: &Matrix<'_>, factor_type: FactorType, expires_at: Timestamp) {
    let begun = matrix.seconds(-10);
    let registration = RegistrationSession {
        registration_id: id(factor_type.as_str()),
        tenant: Some(id("acme")),
        status: RegistrationStatus::Completed,
        user_id: Some(id("ada")),
        correlation_id: id("correlation"),
        expires_at: None,
        created_at: begun,
        updated_at: begun,
    };
    let factor = IdentityFactor {
        factor_id: id(factor_type.as_str()),
        registration_id: registration.registration_id.clone(),
        user_id: registration.user_id.clone(),
        factor_type,
        normalized_value: Sensitive::new(text("factor")),
        display_value: None,
        source_system: text("verifier"),
        assurance: Map::default(),
        evidence_references: List::default(),
        verified_at: begun,
        expires_at: Some(expires_at),
    };
    seed(&matrix.world, vec![registration.into(), factor.into()]).await;
}

async fn select_active_hat(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    verified(matrix, FactorType::Phone, matrix.seconds(0)).await;
    verified(matrix, FactorType::Email, matrix.seconds(60)).await;
    let needs = |name: &str, factor_type| RegisterAccessProfile {
        required_factor_types: List::from([factor_type]),
        ..hat(name)
    };
    let hats = [
        RegisterAccessProfile {
            required_memberships: List::from([member(MembershipScopeType::Team, "press")]),
            ..hat("team")
        },
        needs("eid", FactorType::Eid),
        needs("phone", FactorType::Phone),
        RegisterAccessProfile {
            requires_approval: true,
            ..needs("email", FactorType::Email)
        },
    ];
    let service = matrix.world.service.clone();
    for hat in hats {
        service
            .register_access_profile(&matrix.desk(), hat)
            .await
            .unwrap();
    }
    let elsewhere = matrix.elsewhere();
    service
        .register_access_profile(&elsewhere, hat("foreign"))
        .await
        .unwrap();
    let select = |name: &str| SelectActiveHat {
        access_profile_id: id(name),
    };
    let missing = not_found(RecordKind::AccessProfile);
    let (unknown, foreign) = (select("unknown"), select("foreign"));
    unseen!(matrix, ada, select_active_hat.access_profile_id: unknown, foreign => missing);
    for (name, reason) in [
        ("team", ReasonCode::MembershipMissing),
        ("eid", ReasonCode::FactorMissing),
        ("phone", ReasonCode::FactorExpired),
        ("email", ReasonCode::ApprovalRequired),
    ] {
        let reason = denied(reason);
        refused!(matrix, ada, select_active_hat.access_profile_id: select(name) => reason);
    }
    works!(matrix, ada, select_active_hat: select("plain"));
}

async fn pages(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let range = |expected| broken("limit", Rule::OutOfRange { expected });
    for limit in [0, 1_001, u32::MAX].map(Some) {
        let request = ListAccessProfiles { after: None, limit };
        refused!(matrix, desk, list_access_profiles.limit: request => range("1 to 1,000"));
    }
    for limit in [0, 101, u32::MAX].map(Some) {
        let request = DiagnoseAccessProfiles { after: None, limit };
        refused!(matrix, desk, access_profile_diagnostics.limit: request => range("1 to 100"));
        let request = ExportAccessControlFacts {
            limit,
            ..ExportAccessControlFacts::default()
        };
        refused!(matrix, desk, export_access_control_facts.limit: request => range("1 to 100"));
    }
    for (after, refusal) in places() {
        let limit = None;
        let after_it = after.clone();
        let list = ListAccessProfiles { after, limit };
        refused!(matrix, desk, list_access_profiles.after: list => refusal.clone());
        let diagnose = DiagnoseAccessProfiles {
            after: after_it,
            limit,
        };
        refused!(matrix, desk, access_profile_diagnostics.after: diagnose => refusal);
    }
    let export = |name: &str| ExportAccessControlFacts {
        user_id: Some(id(name)),
        ..ExportAccessControlFacts::default()
    };
    for foreign in ["eve", "guest"] {
        let missing = not_found(RecordKind::User);
        let (unknown, foreign) = (export("unknown"), export(foreign));
        unseen!(matrix, desk, export_access_control_facts.user_id: unknown, foreign => missing);
    }
    let both = ExportAccessControlFacts {
        after: Some(RecordKey::from_stored("canary")),
        ..export("ada")
    };
    let beside = rule("after", "must be absent beside a user");
    refused!(matrix, desk, export_access_control_facts.after: both => beside);
    works!(matrix, desk, export_access_control_facts: export("ada"));
    works!(matrix, desk, access_profile_diagnostics: DiagnoseAccessProfiles::default());
    works!(matrix, desk, list_access_profiles: ListAccessProfiles::default());
}

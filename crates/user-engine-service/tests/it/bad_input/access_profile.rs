//! Rows: hats.

use super::application::{attribute, publish, published, registered, values};
use super::argument::arguments;
use super::{
    Expected, Matrix, broken, denied, id, json, not_found, refused, rule, text, too_much, unseen,
    works,
};
use crate::access_profile::seed;
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
    scope_and_requirements(matrix).await;
    defaults_and_claims(matrix).await;
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

fn within(scope_type: AccessScopeType) -> RegisterAccessProfile {
    RegisterAccessProfile {
        scope: AccessScope {
            scope_type,
            scope_id: id("there"),
        },
        realm: Some(id("elsewhere")),
        service_id: Some(id("elsewhere")),
        asset_id: Some(id("elsewhere")),
        ..hat("within")
    }
}

fn member(scope_type: MembershipScopeType, scope_id: &str) -> MembershipRequirement {
    MembershipRequirement {
        scope_type,
        scope_id: Some(id(scope_id)),
        kind: Some(id("editor")),
    }
}

async fn scope_and_requirements(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let foreign = within(AccessScopeType::Tenant);
    let own = rule(
        "scope_id",
        "must be the record's tenant in a scope of type tenant",
    );
    refused!(matrix, register_access_profile.scope_id, desk, foreign, own);
    let named = "must be what the scope names";
    let realm = within(AccessScopeType::Realm);
    refused!(
        matrix,
        register_access_profile.realm,
        desk,
        realm,
        rule("realm", named)
    );
    let service = within(AccessScopeType::Service);
    let refusal = rule("service_id", named);
    refused!(
        matrix,
        register_access_profile.service_id,
        desk,
        service,
        refusal
    );
    let asset = within(AccessScopeType::Asset);
    refused!(
        matrix,
        register_access_profile.asset_id,
        desk,
        asset,
        rule("asset_id", named)
    );
    let once = "must be listed once each";
    let team = member(MembershipScopeType::Team, "press");
    let twice = RegisterAccessProfile {
        required_memberships: List::from([team.clone(), team]),
        ..hat("plain")
    };
    let refusal = rule("required_memberships", once);
    refused!(
        matrix,
        register_access_profile.required_memberships,
        desk,
        twice,
        refusal
    );
    let foreign = RegisterAccessProfile {
        required_memberships: List::from([member(MembershipScopeType::Tenant, "elsewhere")]),
        ..hat("plain")
    };
    let expected = "must be in the tenant itself where they are in a tenant";
    let refusal = rule("required_memberships", expected);
    refused!(
        matrix,
        register_access_profile.required_memberships,
        desk,
        foreign,
        refusal
    );
    let twice = RegisterAccessProfile {
        required_factor_types: List::from([FactorType::Eid, FactorType::Eid]),
        ..hat("plain")
    };
    let refusal = rule("required_factor_types", once);
    refused!(
        matrix,
        register_access_profile.required_factor_types,
        desk,
        twice,
        refusal
    );
    let twice = RegisterAccessProfile {
        group_ids: List::from([id("group"), id("group")]),
        ..hat("plain")
    };
    let refusal = rule("group_ids", once);
    refused!(
        matrix,
        register_access_profile.group_ids,
        desk,
        twice,
        refusal
    );
    works!(matrix, register_access_profile, desk, hat("plain"));
    let moved = RegisterAccessProfile {
        scope: within(AccessScopeType::Group).scope,
        ..hat("plain")
    };
    let stays = rule(
        "scope",
        "must stay what it is; another scope is another access profile",
    );
    refused!(
        matrix,
        register_access_profile.scope_type,
        desk,
        moved,
        stays
    );
    let own = "it is the hat's own, and one that is there is replaced";
    matrix.free(
        "register_access_profile",
        own,
        &["access_profile_id", "hat_name"],
    );
    let any = "every value says what is required";
    matrix.free(
        "register_access_profile",
        any,
        &["kind", "requires_approval"],
    );
}

fn with_default(key: &str, value: serde_json::Value) -> RegisterAccessProfile {
    RegisterAccessProfile {
        profile_defaults: Sensitive::new(Map::from([(id(key), json(value))])),
        ..hat("plain")
    }
}

async fn defaults_and_claims(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    registered(matrix, "press").await;
    let of = |value_type: &ValueType| attribute(&format!("press.{value_type}"), *value_type);
    let mut attributes: Vec<_> = ValueType::ALL.iter().map(of).collect();
    attributes.push(AttributeDefinition {
        mutability: Mutability::System,
        ..attribute("press.system", ValueType::String)
    });
    attributes.push(AttributeDefinition {
        retired: true,
        ..attribute("press.old", ValueType::String)
    });
    published(matrix, publish("press", attributes)).await;
    for key in ["unknown.a", "press.unknown", "press.old", "nodot"] {
        let undefined = rule("profile_defaults", "must be of active catalogs");
        let request = with_default(key, json!("canary"));
        refused!(
            matrix,
            register_access_profile.profile_defaults,
            desk,
            request,
            undefined
        );
    }
    let request = with_default("press.system", json!("canary"));
    let systems = rule("profile_defaults", "must not be of the system's attributes");
    refused!(
        matrix,
        register_access_profile.profile_defaults,
        desk,
        request,
        systems
    );
    for value_type in ValueType::ALL {
        for (value, types) in values() {
            if types.contains(value_type) {
                continue;
            }
            let request = with_default(&format!("press.{value_type}"), value);
            let typed = rule("profile_defaults", "must be of their attributes' types");
            refused!(
                matrix,
                register_access_profile.profile_defaults,
                desk,
                request,
                typed
            );
        }
    }
    let claims = too_much().into_iter().enumerate();
    let claims = claims.map(|(number, value)| (text(&number.to_string()), value));
    let large = RegisterAccessProfile {
        projection_claims: Map::new(claims.collect()).unwrap(),
        ..hat("plain")
    };
    let limit = Expected::Limit(Limit::Record);
    refused!(
        matrix,
        register_access_profile.projection_claims,
        desk,
        large,
        limit
    );
    let request = with_default("press.string", json!("canary"));
    works!(matrix, register_access_profile, desk, request);
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
    unseen!(
        matrix,
        select_active_hat.access_profile_id,
        ada,
        unknown,
        foreign,
        missing
    );
    for (name, reason) in [
        ("team", ReasonCode::MembershipMissing),
        ("eid", ReasonCode::FactorMissing),
        ("phone", ReasonCode::FactorExpired),
        ("email", ReasonCode::ApprovalRequired),
    ] {
        let reason = denied(reason);
        refused!(
            matrix,
            select_active_hat.access_profile_id,
            ada,
            select(name),
            reason
        );
    }
    works!(matrix, select_active_hat, ada, select("plain"));
}

async fn pages(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let range = |expected| broken("limit", Rule::OutOfRange { expected });
    for limit in [0, 1_001, u32::MAX].map(Some) {
        let request = ListAccessProfiles { after: None, limit };
        refused!(
            matrix,
            list_access_profiles.limit,
            desk,
            request,
            range("1 to 1,000")
        );
    }
    for limit in [0, 101, u32::MAX].map(Some) {
        let request = DiagnoseAccessProfiles { after: None, limit };
        refused!(
            matrix,
            access_profile_diagnostics.limit,
            desk,
            request,
            range("1 to 100")
        );
        let request = ExportAccessControlFacts {
            limit,
            ..ExportAccessControlFacts::default()
        };
        refused!(
            matrix,
            export_access_control_facts.limit,
            desk,
            request,
            range("1 to 100")
        );
    }
    let place = "it is a place in a list, and every text is one";
    matrix.free("list_access_profiles", place, &["after"]);
    matrix.free("access_profile_diagnostics", place, &["after"]);
    let export = |name: &str| ExportAccessControlFacts {
        user_id: Some(id(name)),
        ..ExportAccessControlFacts::default()
    };
    for foreign in ["eve", "guest"] {
        let missing = not_found(RecordKind::User);
        let (unknown, foreign) = (export("unknown"), export(foreign));
        unseen!(
            matrix,
            export_access_control_facts.user_id,
            desk,
            unknown,
            foreign,
            missing
        );
    }
    let both = ExportAccessControlFacts {
        after: Some(RecordKey::from_stored("canary")),
        ..export("ada")
    };
    let beside = rule("after", "must be absent beside a user");
    refused!(
        matrix,
        export_access_control_facts.after,
        desk,
        both,
        beside
    );
    works!(matrix, export_access_control_facts, desk, export("ada"));
    works!(
        matrix,
        access_profile_diagnostics,
        desk,
        DiagnoseAccessProfiles::default()
    );
    works!(
        matrix,
        list_access_profiles,
        desk,
        ListAccessProfiles::default()
    );
}

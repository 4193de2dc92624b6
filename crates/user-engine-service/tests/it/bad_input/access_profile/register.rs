//! Rows: registering hats.

use super::*;

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

pub(super) fn member(scope_type: MembershipScopeType, scope_id: &str) -> MembershipRequirement {
    MembershipRequirement {
        scope_type,
        scope_id: Some(id(scope_id)),
        kind: Some(id("editor")),
    }
}

pub(super) async fn scope_and_requirements(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let foreign = within(AccessScopeType::Tenant);
    let own = rule(
        "scope_id",
        "must be the record's tenant in a scope of type tenant",
    );
    refused!(matrix, desk, register_access_profile.scope_id: foreign => own);
    let named = "must be what the scope names";
    let realm = within(AccessScopeType::Realm);
    refused!(matrix, desk, register_access_profile.realm: realm => rule("realm", named));
    let service = within(AccessScopeType::Service);
    let refusal = rule("service_id", named);
    refused!(matrix, desk, register_access_profile.service_id: service => refusal);
    let asset = within(AccessScopeType::Asset);
    refused!(matrix, desk, register_access_profile.asset_id: asset => rule("asset_id", named));
    let once = "must be listed once each";
    let team = member(MembershipScopeType::Team, "press");
    let twice = RegisterAccessProfile {
        required_memberships: List::from([team.clone(), team]),
        ..hat("plain")
    };
    let refusal = rule("required_memberships", once);
    refused!(matrix, desk, register_access_profile.required_memberships: twice => refusal);
    let foreign = RegisterAccessProfile {
        required_memberships: List::from([member(MembershipScopeType::Tenant, "elsewhere")]),
        ..hat("plain")
    };
    let expected = "must be in the tenant itself where they are in a tenant";
    let refusal = rule("required_memberships", expected);
    refused!(matrix, desk, register_access_profile.required_memberships: foreign => refusal);
    let twice = RegisterAccessProfile {
        required_factor_types: List::from([FactorType::Eid, FactorType::Eid]),
        ..hat("plain")
    };
    let refusal = rule("required_factor_types", once);
    refused!(matrix, desk, register_access_profile.required_factor_types: twice => refusal);
    let twice = RegisterAccessProfile {
        group_ids: List::from([id("group"), id("group")]),
        ..hat("plain")
    };
    let refusal = rule("group_ids", once);
    refused!(matrix, desk, register_access_profile.group_ids: twice => refusal);
    works!(matrix, desk, register_access_profile: hat("plain"));
    let moved = RegisterAccessProfile {
        scope: within(AccessScopeType::Group).scope,
        ..hat("plain")
    };
    let stays = rule(
        "scope",
        "must stay what it is; another scope is another access profile",
    );
    refused!(matrix, desk, register_access_profile.scope_type: moved => stays);
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

pub(super) async fn defaults_and_claims(matrix: &mut Matrix<'_>) {
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
        refused!(matrix, desk, register_access_profile.profile_defaults: request => undefined);
    }
    let request = with_default("press.system", json!("canary"));
    let systems = rule("profile_defaults", "must not be of the system's attributes");
    refused!(matrix, desk, register_access_profile.profile_defaults: request => systems);
    for value_type in ValueType::ALL {
        for (value, types) in values() {
            if types.contains(value_type) {
                continue;
            }
            let request = with_default(&format!("press.{value_type}"), value);
            let typed = rule("profile_defaults", "must be of their attributes' types");
            refused!(matrix, desk, register_access_profile.profile_defaults: request => typed);
        }
    }
    let claims = too_much().into_iter().enumerate();
    let claims = claims.map(|(number, value)| (text(&number.to_string()), value));
    let large = RegisterAccessProfile {
        projection_claims: Map::new(claims.collect()).unwrap(),
        ..hat("plain")
    };
    let limit = Expected::Limit(Limit::Record);
    refused!(matrix, desk, register_access_profile.projection_claims: large => limit);
    let request = with_default("press.string", json!("canary"));
    works!(matrix, desk, register_access_profile: request);
}

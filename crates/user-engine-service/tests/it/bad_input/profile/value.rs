//! Rows: setting and clearing values.

use super::*;

fn set(name: &str, key: &str) -> SetProfileValue {
    SetProfileValue {
        user_id: id(name),
        attribute_key: id(key),
        scope: ProfileScope::Tenant,
        scope_id: None,
        value: Sensitive::new(json(json!("canary"))),
    }
}

fn cleared(set: &SetProfileValue) -> ClearProfileValue {
    ClearProfileValue {
        user_id: set.user_id.clone(),
        attribute_key: set.attribute_key.clone(),
        scope: set.scope,
        scope_id: set.scope_id.clone(),
    }
}

fn within(key: &str, scope: ProfileScope, scope_id: Option<ScopeId>) -> SetProfileValue {
    SetProfileValue {
        scope,
        scope_id,
        ..set("ada", key)
    }
}

pub(super) async fn whose_and_what(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let missing = not_found(RecordKind::User);
    for foreign in ["eve", "guest"] {
        let [unknown, foreign] = ["unknown", foreign].map(|name| set(name, "press.string"));
        let clears = [cleared(&unknown), cleared(&foreign)];
        unseen!(matrix, desk, set_profile_value.user_id: unknown, foreign => missing.clone());
        let [unknown, foreign] = clears;
        unseen!(matrix, desk, clear_profile_value.user_id: unknown, foreign => missing.clone());
    }
    let role = denied(ReasonCode::RoleMissing);
    let [unknown, other] = ["unknown", "bob"].map(|name| set(name, "press.string"));
    let clears = [cleared(&unknown), cleared(&other)];
    unseen!(matrix, ada, set_profile_value.user_id: unknown, other => role.clone());
    let [unknown, other] = clears;
    unseen!(matrix, ada, clear_profile_value.user_id: unknown, other => role);
    for key in ["canary", ".canary"] {
        let shapeless = SetProfileValue {
            attribute_key: AttributeKey::new(key).unwrap(),
            ..set("ada", "press.string")
        };
        let shape = rule("attribute_key", "must be a namespace, a dot and a name");
        let clear = cleared(&shapeless);
        refused!(matrix, desk, set_profile_value.attribute_key: shapeless => shape.clone());
        refused!(matrix, desk, clear_profile_value.attribute_key: clear => shape);
    }
    for key in [
        "unknown.a",
        "press.unknown",
        "press.old",
        "drafted.a",
        "gone.a",
    ] {
        let undefined = rule("attribute_key", "must be defined in an active catalog");
        let request = set("ada", key);
        refused!(matrix, desk, set_profile_value.attribute_key: request => undefined);
    }
}

pub(super) async fn scopes(
    matrix: &mut Matrix<'_>,
    ada: &RequestContext,
    memberships: &Memberships,
) {
    use ProfileScope::{Application, Global, Membership, Tenant};
    let key = "press.string";
    let (desk, operator) = (matrix.desk(), matrix.operator());
    let confined = confined(matrix, ada).await;
    let platform = denied(ReasonCode::PlatformOperatorRequired);
    for request in [
        within(key, Global, None),
        within(key, Application, Some(id("press"))),
    ] {
        for by in [&desk, &confined] {
            let clear = cleared(&request);
            refused!(matrix, by, set_profile_value.scope: request.clone() => platform.clone());
            refused!(matrix, by, clear_profile_value.scope: clear => platform.clone());
        }
    }
    let unresolved = denied(ReasonCode::TenantUnresolved);
    let request = within(key, Tenant, None);
    let clear = cleared(&request);
    refused!(matrix, operator, set_profile_value.scope: request => unresolved.clone());
    refused!(matrix, operator, clear_profile_value.scope: clear => unresolved);
    let missing = || broken("scope_id", Rule::Missing);
    let absent = rule("scope_id", "must be absent for the scope global");
    for (request, expected) in [
        (within(key, Global, Some(id("acme"))), absent),
        (
            within(key, Tenant, Some(id("elsewhere"))),
            rule("scope_id", "must be the resolved tenant"),
        ),
        (within(key, Application, None), missing()),
        (within(key, Membership, None), missing()),
    ] {
        let clear = cleared(&request);
        refused!(matrix, ada, set_profile_value.scope_id: request => expected.clone());
        refused!(matrix, ada, clear_profile_value.scope_id: clear => expected);
    }
    let expected = "must be the application that owns the catalog";
    for name in ["other", "unknown"] {
        let foreign = within(key, Application, Some(id(name)));
        refused!(matrix, ada, set_profile_value.scope_id: foreign => rule("scope_id", expected));
    }
    let of = |membership: &MembershipId| within(key, Membership, Some(ScopeId::from(membership)));
    for foreign in [&memberships.colleagues, &memberships.strangers] {
        let missing = not_found(RecordKind::Membership);
        let (unknown, foreign) = (of(&id("unknown")), of(foreign));
        unseen!(matrix, desk, set_profile_value.scope_id: unknown, foreign => missing);
    }
    works!(matrix, desk, set_profile_value: of(&memberships.own));
}

pub(super) async fn types(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    for value_type in ValueType::ALL {
        for (value, types) in values() {
            let request = SetProfileValue {
                value: Sensitive::new(json(value)),
                ..set("ada", &format!("press.{value_type}"))
            };
            let service = matrix.world.service.clone();
            if types.contains(value_type) {
                service.set_profile_value(&desk, request).await.unwrap();
                continue;
            }
            let of_type = rule("value", "must be of the attribute's value type");
            refused!(matrix, desk, set_profile_value.value: request => of_type);
        }
    }
}

pub(super) async fn mutability(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    use ProfileScope::{Application, Global};
    let (desk, operator) = (matrix.desk(), matrix.operator_here());
    let agent = agent(matrix, "ada");
    let roles = [Role::TenantAdmin];
    let admin = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &roles)
        .unwrap();
    let immutable = denied(ReasonCode::AttributeImmutable);
    for (by, keys) in [
        (ada, &["press.system", "press.admin", "press.fixed"] as &[_]),
        (&agent, &["press.system", "press.admin", "press.fixed"]),
        (&admin, &["press.system"]),
    ] {
        for key in keys {
            let request = set("ada", key);
            let clear = cleared(&request);
            refused!(matrix, by, set_profile_value.attribute_key: request => immutable.clone());
            refused!(matrix, by, clear_profile_value.attribute_key: clear => immutable.clone());
        }
    }
    // What is immutable is set once, by nobody again, and above no value that holds everywhere.
    let everywhere = within("press.fixed", Global, None);
    works!(matrix, operator, set_profile_value: everywhere.clone());
    let here = set("ada", "press.fixed-here");
    works!(matrix, desk, set_profile_value: here.clone());
    let of_application = within("press.fixed", Application, Some(id("press")));
    for (by, request) in [
        (&operator, everywhere),
        (&operator, of_application),
        (&desk, set("ada", "press.fixed")),
        (&desk, here),
    ] {
        let clear = cleared(&request);
        refused!(matrix, by, set_profile_value.attribute_key: request => immutable.clone());
        refused!(matrix, by, clear_profile_value.attribute_key: clear => immutable.clone());
    }
}

pub(super) async fn clear(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let missing = not_found(RecordKind::ProfileValue);
    for key in ["press.admin", "press.unknown", "unknown.a"] {
        let request = cleared(&set("ada", key));
        refused!(matrix, desk, clear_profile_value.attribute_key: request => missing.clone());
    }
    let request = cleared(&within("press.string", ProfileScope::Global, None));
    refused!(matrix, ada, clear_profile_value.scope: request => missing);
    works!(matrix, desk, clear_profile_value: cleared(&set("ada", "press.string")));
}

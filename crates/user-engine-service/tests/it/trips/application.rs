//! Rows: applications, catalogs, profiles.

use super::{Table, row};
use user_engine_domain::{
    ApplicationId, AttributeDefinition, AttributeKey, CatalogNamespace, CatalogState,
    CatalogVersion, JsonValue, List, Map, Mutability, ProfileScope, Sensitive, Sensitivity, Text,
    UserId, ValueType, Visibility,
};
use user_engine_service::{
    BindApplication, ClearProfileValue, GetEffectiveProfile, GetIdentityContext, GetProjection,
    ProjectionKind, PublishCatalog, RegisterApplication, RetireApplication, SetProfileValue,
};

fn attribute(key: &str) -> AttributeDefinition {
    AttributeDefinition {
        key: AttributeKey::new(key).unwrap(),
        value_type: ValueType::String,
        default: None,
        sensitivity: Sensitivity::Internal,
        visibility: Visibility::Application,
        mutability: Mutability::User,
        retired: false,
    }
}

/// Serves an application with a catalog of one attribute, both of one name.
pub(super) async fn served(table: &Table, name: &str, key: &str) {
    let operator = table.world.by("operator").unwrap();
    let service = &table.world.service;
    let application_id = ApplicationId::new(name).unwrap();
    let register = RegisterApplication {
        application_id: application_id.clone(),
        display_name: Text::new(name).unwrap(),
    };
    let registered = service.register_application(&operator, register).await;
    registered.unwrap();
    let publish = PublishCatalog {
        namespace: CatalogNamespace::new(name).unwrap(),
        application_id,
        version: CatalogVersion::new("1.0.0").unwrap(),
        state: CatalogState::Active,
        attributes: List::from([attribute(key)]),
    };
    service.publish_catalog(&operator, publish).await.unwrap();
}

pub(super) async fn rows(table: &mut Table) {
    let operator = table.world.by("operator").unwrap();
    let uma = table.world.person("acme", "uma").await.unwrap();
    let application_id = ApplicationId::new("press").unwrap();
    let namespace = CatalogNamespace::new("press").unwrap();
    let register = RegisterApplication {
        application_id: application_id.clone(),
        display_name: Text::new("Press").unwrap(),
    };
    row!(table, register_application, 2, operator, register);
    let bind = BindApplication {
        application_id: application_id.clone(),
        oidc_client_id: None,
        protected_system: None,
        catalog_namespace: Some(namespace.clone()),
        event_identity: None,
        deployment: Map::default(),
    };
    row!(table, bind_application, 2, operator, bind);
    let publish = PublishCatalog {
        namespace,
        application_id: application_id.clone(),
        version: CatalogVersion::new("1.0.0").unwrap(),
        state: CatalogState::Active,
        attributes: List::from([attribute("press.motto")]),
    };
    row!(table, publish_catalog, 2, operator, publish);
    let user_id = UserId::new("uma").unwrap();
    let attribute_key = AttributeKey::new("press.motto").unwrap();
    let set = SetProfileValue {
        user_id: user_id.clone(),
        attribute_key: attribute_key.clone(),
        scope: ProfileScope::Global,
        scope_id: None,
        value: Sensitive::new(JsonValue::new("canary motto".into()).unwrap()),
    };
    row!(table, set_profile_value, 2, uma, set);
    let effective = GetEffectiveProfile {
        user_id: user_id.clone(),
        application_id: None,
        membership_id: None,
    };
    row!(table, effective_profile, 1, uma, effective);
    let projection = GetProjection {
        kind: ProjectionKind::SelfService,
        user_id: user_id.clone(),
        application_id: None,
        membership_id: None,
    };
    row!(table, projection, 1, uma, projection);
    let identity = GetIdentityContext {
        application_id: Some(application_id.clone()),
    };
    row!(table, identity_context, 1, uma, identity);
    let clear = ClearProfileValue {
        user_id,
        attribute_key,
        scope: ProfileScope::Global,
        scope_id: None,
    };
    row!(table, clear_profile_value, 2, uma, clear);
    let retire = RetireApplication { application_id };
    row!(table, retire_application, 2, operator, retire);
}

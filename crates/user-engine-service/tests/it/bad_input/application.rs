//! Rows: applications and catalogs.

mod publish;

use super::argument::arguments;
use super::{
    Expected, Matrix, broken, exists, id, json, not_found, refused, rule, text, too_many, too_much,
    works,
};
use serde_json::{Value, json};
use user_engine_domain::{
    ApplicationId, AttributeDefinition, CatalogNamespace, CatalogState, CatalogVersion, List, Map,
    Mutability, RecordKind, Rule, Sensitivity, Text, ValueType, Visibility,
};
use user_engine_ports::Limit;
use user_engine_service::{
    BindApplication, PublishCatalog, RegisterApplication, RetireApplication,
};

arguments! {
    RegisterApplication { application_id: ApplicationId, display_name: Text }
    RetireApplication { application_id: ApplicationId }
    BindApplication {
        application_id: ApplicationId,
        oidc_client_id: Option<Text>,
        protected_system: Option<Text>,
        catalog_namespace: Option<CatalogNamespace>,
        event_identity: Option<Text>,
        deployment: Map<Text, Text>,
    }
    PublishCatalog {
        namespace: CatalogNamespace,
        application_id: ApplicationId,
        version: CatalogVersion,
        state: CatalogState,
        attributes: List<AttributeDefinition>,
    }
}

/// Values by the types that admit them; the first is of the type itself.
pub(super) fn values() -> Vec<(Value, &'static [ValueType])> {
    use ValueType::{Boolean, Integer, Json, Number, String, StringList};
    vec![
        (json!("canary"), &[String, Json]),
        (json!(7), &[Integer, Number, Json]),
        (json!(7.5), &[Number, Json]),
        (json!(true), &[Boolean, Json]),
        (json!(["canary"]), &[StringList, Json]),
        (json!({ "canary": ["canary"] }), &[Json]),
        (json!(["canary", 7]), &[Json]),
        (Value::Null, &[Json]),
    ]
}

pub(super) fn attribute(key: &str, value_type: ValueType) -> AttributeDefinition {
    AttributeDefinition {
        key: id(key),
        value_type,
        default: None,
        sensitivity: Sensitivity::Sensitive,
        visibility: Visibility::Application,
        mutability: Mutability::User,
        retired: false,
    }
}

pub(super) fn publish(name: &str, attributes: Vec<AttributeDefinition>) -> PublishCatalog {
    PublishCatalog {
        namespace: id(name),
        application_id: id(name),
        version: CatalogVersion::new("1.1.0").unwrap(),
        state: CatalogState::Active,
        attributes: List::new(attributes).unwrap(),
    }
}

fn register(name: &str) -> RegisterApplication {
    RegisterApplication {
        application_id: id(name),
        display_name: text("application"),
    }
}

fn retire(name: &str) -> RetireApplication {
    RetireApplication {
        application_id: id(name),
    }
}

pub(super) async fn registered(matrix: &Matrix<'_>, name: &str) {
    let service = matrix.world.service.clone();
    let done = service
        .register_application(&matrix.operator(), register(name))
        .await;
    done.unwrap();
}

pub(super) async fn published(matrix: &Matrix<'_>, publish: PublishCatalog) {
    let service = matrix.world.service.clone();
    let done = service.publish_catalog(&matrix.operator(), publish).await;
    done.unwrap();
}

/// An application that is served no more.
pub(super) async fn retired(matrix: &Matrix<'_>, name: &str) {
    registered(matrix, name).await;
    let service = matrix.world.service.clone();
    let done = service
        .retire_application(&matrix.operator(), retire(name))
        .await;
    done.unwrap();
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    registered(matrix, "other").await;
    let attributes = vec![attribute("other.a", ValueType::String)];
    published(matrix, publish("other", attributes)).await;
    retired(matrix, "retired").await;
    let operator = matrix.operator();
    let unnamed = RegisterApplication {
        display_name: Text::new("").unwrap(),
        ..register("press")
    };
    let empty = broken("display_name", Rule::Empty);
    refused!(matrix, operator, register_application.display_name: unnamed => empty);
    for name in ["other", "retired"] {
        let taken = exists(RecordKind::Application);
        refused!(matrix, operator, register_application.application_id: register(name) => taken);
    }
    works!(matrix, operator, register_application: register("press"));
    bind_application(matrix).await;
    publish::first_version(matrix).await;
    publish::next_version(matrix).await;
    publish::drafts(matrix).await;
    let missing = not_found(RecordKind::Application);
    refused!(matrix, operator, retire_application.application_id: retire("unknown") => missing);
    works!(matrix, operator, retire_application: retire("press"));
    let state = rule("state", "must be active before");
    refused!(matrix, operator, retire_application.application_id: retire("press") => state);
}

const SERVED: &str = "must be of an application that is not retired";

async fn bind_application(matrix: &mut Matrix<'_>) {
    let operator = matrix.operator();
    let bind = |name: &str, namespace: &str| BindApplication {
        application_id: id(name),
        oidc_client_id: Some(text("client")),
        protected_system: Some(text("system")),
        catalog_namespace: Some(id(namespace)),
        event_identity: Some(text("events")),
        deployment: Map::default(),
    };
    let missing = not_found(RecordKind::Application);
    let unknown = bind("unknown", "press");
    refused!(matrix, operator, bind_application.application_id: unknown => missing);
    let served = rule("application_id", SERVED);
    let gone = bind("retired", "press");
    refused!(matrix, operator, bind_application.application_id: gone => served);
    let expected = "must not hold another application's active catalog";
    let foreign = rule("catalog_namespace", expected);
    let request = bind("press", "other");
    refused!(matrix, operator, bind_application.catalog_namespace: request => foreign);
    let deployment = too_many().into_iter().map(|it| (it, text("there")));
    let large = BindApplication {
        deployment: Map::new(deployment.collect()).unwrap(),
        ..bind("press", "press")
    };
    let limit = Expected::Limit(Limit::Record);
    refused!(matrix, operator, bind_application.deployment: large => limit);
    let any = "any text that the type admits, or none";
    let texts = ["oidc_client_id", "protected_system", "event_identity"];
    matrix.free("bind_application", any, &texts);
    works!(matrix, operator, bind_application: bind("press", "press"));
}

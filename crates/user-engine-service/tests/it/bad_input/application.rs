//! Rows: applications and catalogs.

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
    refused!(
        matrix,
        register_application.display_name,
        operator,
        unnamed,
        empty
    );
    for name in ["other", "retired"] {
        let taken = exists(RecordKind::Application);
        refused!(
            matrix,
            register_application.application_id,
            operator,
            register(name),
            taken
        );
    }
    works!(matrix, register_application, operator, register("press"));
    bind_application(matrix).await;
    first_version(matrix).await;
    next_version(matrix).await;
    drafts(matrix).await;
    let missing = not_found(RecordKind::Application);
    refused!(
        matrix,
        retire_application.application_id,
        operator,
        retire("unknown"),
        missing
    );
    works!(matrix, retire_application, operator, retire("press"));
    let state = rule("state", "must be active before");
    refused!(
        matrix,
        retire_application.application_id,
        operator,
        retire("press"),
        state
    );
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
    refused!(
        matrix,
        bind_application.application_id,
        operator,
        unknown,
        missing
    );
    let served = rule("application_id", SERVED);
    let gone = bind("retired", "press");
    refused!(
        matrix,
        bind_application.application_id,
        operator,
        gone,
        served
    );
    let expected = "must not hold another application's active catalog";
    let foreign = rule("catalog_namespace", expected);
    let request = bind("press", "other");
    refused!(
        matrix,
        bind_application.catalog_namespace,
        operator,
        request,
        foreign
    );
    let deployment = too_many().into_iter().map(|it| (it, text("there")));
    let large = BindApplication {
        deployment: Map::new(deployment.collect()).unwrap(),
        ..bind("press", "press")
    };
    let limit = Expected::Limit(Limit::Record);
    refused!(matrix, bind_application.deployment, operator, large, limit);
    let any = "any text that the type admits, or none";
    let texts = ["oidc_client_id", "protected_system", "event_identity"];
    matrix.free("bind_application", any, &texts);
    works!(matrix, bind_application, operator, bind("press", "press"));
}

fn all_types() -> Vec<AttributeDefinition> {
    let of = |value_type: &ValueType| attribute(&format!("press.{value_type}"), *value_type);
    ValueType::ALL.iter().map(of).collect()
}

async fn first_version(matrix: &mut Matrix<'_>) {
    let operator = matrix.operator();
    let right = publish("press", all_types());
    let unknown = PublishCatalog {
        application_id: id("unknown"),
        ..right.clone()
    };
    let missing = not_found(RecordKind::Application);
    refused!(
        matrix,
        publish_catalog.application_id,
        operator,
        unknown,
        missing
    );
    let gone = PublishCatalog {
        application_id: id("retired"),
        ..right.clone()
    };
    let served = rule("application_id", SERVED);
    refused!(
        matrix,
        publish_catalog.application_id,
        operator,
        gone,
        served
    );
    let over = PublishCatalog {
        state: CatalogState::Retired,
        ..right.clone()
    };
    let state = rule("state", "must be draft or active");
    refused!(matrix, publish_catalog.state, operator, over, state);
    let twice = attribute("press.string", ValueType::String);
    let twice = publish("press", vec![twice.clone(), twice]);
    let repeated = rule("attributes", "must not repeat within the record");
    refused!(
        matrix,
        publish_catalog.attributes,
        operator,
        twice,
        repeated
    );
    for key in ["other.a", "press", "press.", "pressing.a"] {
        let foreign = publish("press", vec![attribute(key, ValueType::String)]);
        let key = rule(
            "attribute_key",
            "must be the catalog's namespace, a dot and a name",
        );
        refused!(matrix, publish_catalog.key, operator, foreign, key);
    }
    for value_type in ValueType::ALL {
        for (value, types) in values() {
            if types.contains(value_type) {
                continue;
            }
            let defaulted = AttributeDefinition {
                default: Some(json(value)),
                ..attribute("press.a", *value_type)
            };
            let request = publish("press", vec![defaulted]);
            let of_type = rule("default", "must be of the attribute's value type");
            refused!(matrix, publish_catalog.default, operator, request, of_type);
        }
    }
    let defaults = too_much().into_iter().enumerate();
    let defaults = defaults.map(|(number, value)| AttributeDefinition {
        default: Some(value),
        ..attribute(&format!("press.{number}"), ValueType::String)
    });
    let large = publish("press", defaults.collect());
    let limit = Expected::Limit(Limit::Record);
    refused!(matrix, publish_catalog.default, operator, large, limit);
    works!(matrix, publish_catalog, operator, right);
}

async fn next_version(matrix: &mut Matrix<'_>) {
    let operator = matrix.operator();
    let next = |attributes| PublishCatalog {
        version: CatalogVersion::new("1.2.0").unwrap(),
        ..publish("press", attributes)
    };
    let moved = PublishCatalog {
        application_id: id("other"),
        ..next(all_types())
    };
    let stays = rule("namespace", "must not move to another application");
    refused!(matrix, publish_catalog.namespace, operator, moved, stays);
    for version in ["1.1.0", "1.1.0-canary", "1.0.9", "0.9.9"] {
        let older = PublishCatalog {
            version: CatalogVersion::new(version).unwrap(),
            ..next(all_types())
        };
        let above = rule("version", "must be above the version that is there");
        refused!(matrix, publish_catalog.version, operator, older, above);
    }
    let draft = PublishCatalog {
        state: CatalogState::Draft,
        ..next(all_types())
    };
    let state = rule(
        "state",
        "must not be draft where a catalog is or was active",
    );
    refused!(matrix, publish_catalog.state, operator, draft, state);
    let lowered = |sensitivity| AttributeDefinition {
        sensitivity,
        ..attribute("press.string", ValueType::String)
    };
    let never = rule("sensitivity", "must not be lowered");
    for sensitivity in [Sensitivity::Public, Sensitivity::Internal] {
        let request = next(vec![lowered(sensitivity)]);
        refused!(
            matrix,
            publish_catalog.sensitivity,
            operator,
            request,
            never.clone()
        );
    }
    for from in ValueType::ALL {
        for to in ValueType::ALL.iter().filter(|to| *to != from) {
            let changed = attribute(&format!("press.{from}"), *to);
            let same = rule("value_type", "must not change");
            refused!(
                matrix,
                publish_catalog.value_type,
                operator,
                next(vec![changed]),
                same
            );
        }
    }
    let any = "every value may follow every other";
    matrix.free(
        "publish_catalog",
        any,
        &["visibility", "mutability", "retired"],
    );
    let many: Vec<_> = (0..1_000)
        .map(|number| attribute(&format!("press.{number}"), ValueType::String))
        .collect();
    let too_many = broken("attributes", Rule::TooMany { max_entries: 1_000 });
    refused!(
        matrix,
        publish_catalog.attributes,
        operator,
        next(many),
        too_many
    );
    // What is left out stays, retired, and keeps its rules.
    works!(matrix, publish_catalog, operator, next(vec![]));
    let again = |attribute| PublishCatalog {
        version: CatalogVersion::new("1.3.0").unwrap(),
        ..publish("press", vec![attribute])
    };
    let request = again(lowered(Sensitivity::Public));
    refused!(
        matrix,
        publish_catalog.sensitivity,
        operator,
        request,
        never
    );
    let request = again(attribute("press.string", ValueType::Json));
    let same = rule("value_type", "must not change");
    refused!(matrix, publish_catalog.value_type, operator, request, same);
}

async fn drafts(matrix: &mut Matrix<'_>) {
    let operator = matrix.operator();
    let draft = |version: &str| PublishCatalog {
        application_id: id("press"),
        version: CatalogVersion::new(version).unwrap(),
        state: CatalogState::Draft,
        ..publish("drafted", vec![attribute("drafted.a", ValueType::String)])
    };
    published(matrix, draft("2.0.0")).await;
    let above = rule("version", "must be above the version that is there");
    refused!(
        matrix,
        publish_catalog.version,
        operator,
        draft("1.9.9"),
        above
    );
    works!(matrix, publish_catalog, operator, draft("2.0.0"));
}

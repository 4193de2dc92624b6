//! Rows: publishing catalogs.

use super::*;

fn all_types() -> Vec<AttributeDefinition> {
    let of = |value_type: &ValueType| attribute(&format!("press.{value_type}"), *value_type);
    ValueType::ALL.iter().map(of).collect()
}

pub(super) async fn first_version(matrix: &mut Matrix<'_>) {
    let operator = matrix.operator();
    let right = publish("press", all_types());
    let unknown = PublishCatalog {
        application_id: id("unknown"),
        ..right.clone()
    };
    let missing = not_found(RecordKind::Application);
    refused!(matrix, operator, publish_catalog.application_id: unknown => missing);
    let gone = PublishCatalog {
        application_id: id("retired"),
        ..right.clone()
    };
    let served = rule("application_id", SERVED);
    refused!(matrix, operator, publish_catalog.application_id: gone => served);
    let over = PublishCatalog {
        state: CatalogState::Retired,
        ..right.clone()
    };
    let state = rule("state", "must be draft or active");
    refused!(matrix, operator, publish_catalog.state: over => state);
    let twice = attribute("press.string", ValueType::String);
    let twice = publish("press", vec![twice.clone(), twice]);
    let repeated = rule("attributes", "must not repeat within the record");
    refused!(matrix, operator, publish_catalog.attributes: twice => repeated);
    for key in ["other.a", "press", "press.", "pressing.a"] {
        let foreign = publish("press", vec![attribute(key, ValueType::String)]);
        let key = rule(
            "attribute_key",
            "must be the catalog's namespace, a dot and a name",
        );
        refused!(matrix, operator, publish_catalog.key: foreign => key);
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
            refused!(matrix, operator, publish_catalog.default: request => of_type);
        }
    }
    let defaults = too_much().into_iter().enumerate();
    let defaults = defaults.map(|(number, value)| AttributeDefinition {
        default: Some(value),
        ..attribute(&format!("press.{number}"), ValueType::String)
    });
    let large = publish("press", defaults.collect());
    let limit = Expected::Limit(Limit::Record);
    refused!(matrix, operator, publish_catalog.default: large => limit);
    works!(matrix, operator, publish_catalog: right);
}

pub(super) async fn next_version(matrix: &mut Matrix<'_>) {
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
    refused!(matrix, operator, publish_catalog.namespace: moved => stays);
    for version in ["1.1.0", "1.1.0-canary", "1.0.9", "0.9.9"] {
        let older = PublishCatalog {
            version: CatalogVersion::new(version).unwrap(),
            ..next(all_types())
        };
        let above = rule("version", "must be above the version that is there");
        refused!(matrix, operator, publish_catalog.version: older => above);
    }
    let draft = PublishCatalog {
        state: CatalogState::Draft,
        ..next(all_types())
    };
    let state = rule(
        "state",
        "must not be draft where a catalog is or was active",
    );
    refused!(matrix, operator, publish_catalog.state: draft => state);
    let lowered = |sensitivity| AttributeDefinition {
        sensitivity,
        ..attribute("press.string", ValueType::String)
    };
    let never = rule("sensitivity", "must not be lowered");
    for sensitivity in [Sensitivity::Public, Sensitivity::Internal] {
        let request = next(vec![lowered(sensitivity)]);
        refused!(matrix, operator, publish_catalog.sensitivity: request => never.clone());
    }
    for from in ValueType::ALL {
        for to in ValueType::ALL.iter().filter(|to| *to != from) {
            let changed = attribute(&format!("press.{from}"), *to);
            let same = rule("value_type", "must not change");
            refused!(matrix, operator, publish_catalog.value_type: next(vec![changed]) => same);
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
    refused!(matrix, operator, publish_catalog.attributes: next(many) => too_many);
    // What is left out stays, retired, and keeps its rules.
    works!(matrix, operator, publish_catalog: next(vec![]));
    let again = |attribute| PublishCatalog {
        version: CatalogVersion::new("1.3.0").unwrap(),
        ..publish("press", vec![attribute])
    };
    let request = again(lowered(Sensitivity::Public));
    refused!(matrix, operator, publish_catalog.sensitivity: request => never);
    let request = again(attribute("press.string", ValueType::Json));
    let same = rule("value_type", "must not change");
    refused!(matrix, operator, publish_catalog.value_type: request => same);
}

pub(super) async fn drafts(matrix: &mut Matrix<'_>) {
    let operator = matrix.operator();
    let draft = |version: &str| PublishCatalog {
        application_id: id("press"),
        version: CatalogVersion::new(version).unwrap(),
        state: CatalogState::Draft,
        ..publish("drafted", vec![attribute("drafted.a", ValueType::String)])
    };
    published(matrix, draft("2.0.0")).await;
    let above = rule("version", "must be above the version that is there");
    refused!(matrix, operator, publish_catalog.version: draft("1.9.9") => above);
    works!(matrix, operator, publish_catalog: draft("2.0.0"));
}

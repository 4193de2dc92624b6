//! The JSON report has exactly the fields that its published schema describes.

use crate::command::command;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../../docs/conformance-report.schema.json");

/// Holds a value against the part of the schema language that the published schema uses.
fn check(root: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.strip_prefix('#').unwrap()).unwrap();
        check(root, target, value, place);
    }
    if let Some(expected) = schema.get("const") {
        assert_eq!(value, expected, "{place}");
    }
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{place}: {value}");
    }
    if let Some(types) = schema.get("type") {
        let own = kind(value);
        let is_allowed = types == own || types.as_array().is_some_and(|t| t.contains(&own.into()));
        assert!(is_allowed, "{place} is a {own}");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        assert!(value.get(name).is_some(), "{place} has no {name}");
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match schema["properties"].get(name) {
            Some(property) => {
                assert!(
                    property["description"].is_string(),
                    "{place} is undescribed"
                );
                check(root, property, inner, &place);
            }
            None if schema["additionalProperties"].is_object() => {
                check(root, &schema["additionalProperties"], inner, &place);
            }
            None => assert!(
                schema.get("properties").is_none(),
                "{place} is not in the schema"
            ),
        }
    }
    for (at, inner) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], inner, &format!("{place}[{at}]"));
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_report_has_exactly_the_fields_of_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let run = |store, server: &str| {
        let filters = ["--filter", "records.*", "--filter", "readiness.*"];
        let mut command = command(&["--store", store, "--format", "json"]);
        let output = command
            .args(filters)
            .env("USER_ENGINE_PG_BIN", server)
            .output();
        let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        check(&schema, &schema, &report, "report");
        report
    };
    let report = run("memory", "");
    assert!(!report["reports"][0]["cases"].as_array().unwrap().is_empty());
    // With a store that can't run here.
    let report = run("all", "/nonexistent");
    assert_eq!(report["not_run"][0]["store"], "postgres");
}

#[test]
#[should_panic(expected = "report.secret is not in the schema")]
fn a_field_that_the_schema_does_not_know_is_noticed() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let report = r#"{"schema": 1, "reports": [], "not_run": [], "secret": 1}"#;
    check(
        &schema,
        &schema,
        &serde_json::from_str(report).unwrap(),
        "report",
    );
}

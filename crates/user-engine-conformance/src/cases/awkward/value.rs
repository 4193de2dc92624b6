//! Values that a store could alter.

use crate::check::{present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::valid;
use std::collections::BTreeMap;
use user_engine_domain::reference::{identity_factor, profile_value};
use user_engine_domain::{
    DomainRecord, IdentityFactor, JsonValue, List, Map, ProfileValue, Sensitive, Text, Timestamp,
    User,
};
use user_engine_ports::Scope;

/// Saves records one after another and expects each back as it was.
async fn come_back(ctx: &Context, records: Vec<(String, DomainRecord)>) -> Result<(), Failure> {
    for (what, record) in records {
        let id = record.id();
        ctx.commit(Scope::Platform, &ctx.fresh_id("save"), [record.clone()])
            .await?;
        let found = ctx.record(Scope::Platform, &id).await?;
        same(&found.record, &record, &what)?;
    }
    Ok(())
}

/// A profile value that holds this JSON.
fn holding(value: JsonValue) -> DomainRecord {
    ProfileValue {
        value: Sensitive::new(value),
        ..profile_value()
    }
    .into()
}

const NUMBERS: [&str; 26] = [
    "0",
    "-0.0",
    "1.0",
    "-1",
    "0.1",
    "-0.1",
    "1e2",
    "1E-7",
    "0.30000000000000004",
    "5e-324",
    "-5e-324",
    "2.2250738585072014e-308",
    "2.225073858507201e-308",
    "4503599627370495.5",
    "9007199254740991",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "123456789.123456789",
    "1.7976931348623157e-300",
    "3.141592653589793",
    "1e-323",
    "0.000001",
];

pub(super) async fn numbers(ctx: Context) -> Result<(), Failure> {
    let each = NUMBERS.map(|text| (format!("the number {text}"), text.to_owned()));
    let together = ("all numbers".to_owned(), format!("[{}]", NUMBERS.join(",")));
    let records = each
        .into_iter()
        .chain([together])
        .map(|(what, text)| (what, holding(valid(JsonValue::parse(&text)))))
        .collect();
    come_back(&ctx, records).await
}

/// Strings by a name for each.
fn awkward_strings() -> Vec<(&'static str, String)> {
    let controls: String = (1..0x20_u8).chain([0x7f]).map(char::from).collect();
    let c1: String = (0x80..0xa0_u32).filter_map(char::from_u32).collect();
    vec![
        ("empty", String::new()),
        ("control characters", controls),
        ("control characters above ASCII", c1),
        ("quotes and backslashes", r#""\ \" \\ / \/ '"#.to_owned()),
        ("an escape spelled out", r"\u0000 \n \x00 \ud800".to_owned()),
        ("white space at the ends", " \t\r\n a \n".to_owned()),
        (
            "characters of four bytes",
            "\u{1f600}\u{10ffff}\u{1d49c}".to_owned(),
        ),
        (
            "non-characters",
            "\u{ffff}\u{fffe}\u{fdd0}\u{fffd}".to_owned(),
        ),
        ("line separators", "\u{2028}\u{2029}\u{85}".to_owned()),
        ("two normalization forms", "e\u{301}\u{e9}".to_owned()),
        ("a byte order mark", "\u{feff}a".to_owned()),
        (
            "what looks like SQL",
            "'; DROP TABLE x; -- $1 {} %s".to_owned(),
        ),
        ("what looks like JSON", r#"{"a":[1,null]}"#.to_owned()),
        ("what looks like a number", "0123".to_owned()),
    ]
}

fn json_string(text: &str) -> JsonValue {
    valid(JsonValue::new(serde_json::Value::from(text)))
}

pub(super) async fn strings(ctx: Context) -> Result<(), Failure> {
    let records = awkward_strings()
        .into_iter()
        .map(|(what, text)| (what.to_owned(), holding(json_string(&text))))
        .collect();
    come_back(&ctx, records).await
}

pub(super) async fn shape(ctx: Context) -> Result<(), Failure> {
    let deep = format!("{}1{}", "[".repeat(32), "]".repeat(32));
    let deep_objects = format!("{}null{}", r#"{"a":"#.repeat(32), "}".repeat(32));
    let long = format!("\"{}\"", "x".repeat(user_engine_domain::JSON_MAX_BYTES - 2));
    let wide = format!("[{}]", vec!["0"; 100_000].join(","));
    let texts = [
        ("null", "null"),
        ("true", "true"),
        ("an empty array", "[]"),
        ("an empty object", "{}"),
        ("empty inside empty", r#"[[],{},[[]],{"a":{}}]"#),
        ("null members", r#"{"a":null,"b":[null,null]}"#),
        ("an empty member name", r#"{"":1}"#),
        (
            "names that differ by case",
            r#"{"a":1,"A":2,"\u00e1":3,"a\u0301":4}"#,
        ),
        ("names out of order", r#"{"b":1,"aa":2,"a":3,"B":4}"#),
        (
            "names with separators",
            r#"{"a.b":1,"a/b":2,"$":3,"a\"b":4,"a\\b":5}"#,
        ),
        ("32 arrays", &deep),
        ("32 objects", &deep_objects),
        ("the longest string", &long),
        ("a hundred thousand entries", &wide),
    ];
    let records = texts
        .into_iter()
        .map(|(what, text)| (what.to_owned(), holding(valid(JsonValue::parse(text)))))
        .collect();
    come_back(&ctx, records).await
}

pub(super) async fn events(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let mut members = serde_json::Map::new();
    for (what, text) in awkward_strings() {
        members.insert(what.to_owned(), text.into());
    }
    for text in NUMBERS {
        let number = valid(JsonValue::parse(text));
        members.insert(text.to_owned(), number.to_value());
    }
    let payload = valid(JsonValue::new(members.into()));
    let operation = ctx.operation("tell");
    let user: DomainRecord = ctx.user("ada").into();
    let mut event = ctx.event(&operation, &scope, &user.id());
    event.payload = payload;
    let mut tx = ctx.store().begin(ctx.write(scope, &operation));
    tx.save(user)?;
    tx.enqueue(event.clone())?;
    tx.commit().await?;
    let found = ctx.outbox_events(Scope::Platform).await?;
    same(&found, &vec![event], "the event")
}

pub(super) async fn text(ctx: Context) -> Result<(), Failure> {
    let named = |name: Option<&str>| {
        let text = |name: &str| Sensitive::new(valid(Text::new(name)));
        DomainRecord::from(User {
            display_name: name.map(text),
            ..ctx.user("ada")
        })
    };
    let mut records = vec![("no text".to_owned(), named(None))];
    for (what, text) in awkward_strings() {
        records.push((what.to_owned(), named(Some(&text))));
    }
    let longest = "\u{20ac}".repeat(1_365);
    records.push(("the longest text".to_owned(), named(Some(&longest))));
    let ascii = "x".repeat(4_096);
    records.push(("the longest text of ASCII".to_owned(), named(Some(&ascii))));
    come_back(&ctx, records).await
}

pub(super) async fn full_list(ctx: Context) -> Result<(), Failure> {
    let text = |text: String| -> Text { valid(Text::new(text)) };
    // Out of order, with every entry ten times.
    let entries = (0..1_000).map(|at| text(format!("evidence-{}", (999 - at) % 100)));
    let assurance: BTreeMap<_, _> = (0..1_000)
        .map(|at| (text(format!("k{at}")), text(format!("v{}", at % 7))))
        .collect();
    let factor = IdentityFactor {
        evidence_references: valid(List::new(entries.collect())),
        assurance: valid(Map::new(assurance)),
        ..identity_factor()
    };
    come_back(
        &ctx,
        vec![("a full list and map".to_owned(), factor.into())],
    )
    .await
}

/// Instants that are hard to keep.
fn instants() -> Vec<Timestamp> {
    let micros = [
        Timestamp::MIN.as_micros(),
        Timestamp::MIN.as_micros() + 1,
        -62_135_596_799_999_999,
        -1,
        0,
        1,
        999_999,
        -1_000_001,
        // A day that the calendar reform left out, a leap day, and the end of 32 bits.
        -12_219_292_800_000_001,
        951_782_400_123_456,
        2_147_483_647_999_999,
        4_294_967_296_000_001,
        Timestamp::MAX.as_micros() - 1,
        Timestamp::MAX.as_micros(),
    ];
    micros
        .into_iter()
        .map(|micros| valid(Timestamp::from_micros(micros)))
        .collect()
}

pub(super) async fn time_ends(ctx: Context) -> Result<(), Failure> {
    let record = |instant: Timestamp| {
        let user = User {
            created_at: instant,
            updated_at: instant,
            ..ctx.user("ada")
        };
        (instant.to_string(), user.into())
    };
    come_back(&ctx, instants().into_iter().map(record).collect()).await
}

pub(super) async fn time_logs(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation("tell");
    let user: DomainRecord = ctx.user("ada").into();
    let id = user.id();
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    tx.save(user)?;
    let (mut audits, mut events) = (Vec::new(), Vec::new());
    for instant in instants() {
        let mut audit = ctx.audit(&operation, &scope, Some(&id));
        audit.recorded_at = instant;
        tx.append_audit(audit.clone())?;
        audits.push(audit);
        let mut event = ctx.event(&operation, &scope, &id);
        event.occurred_at = instant;
        tx.enqueue(event.clone())?;
        events.push(event);
    }
    let receipt = present(tx.commit().await?.receipt, "the receipt")?;
    same(
        &receipt.operation_id,
        &operation.id,
        "the receipt's operation",
    )?;
    let found = ctx.audit_records(Scope::Platform).await?;
    same_count(found.len(), audits.len(), "audit records")?;
    same(&found, &audits, "the audit records")?;
    let found = ctx.outbox_events(Scope::Platform).await?;
    same_count(found.len(), events.len(), "events")?;
    same(&found, &events, "the events")
}

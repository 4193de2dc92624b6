//! What PostgreSQL's `jsonb` makes of a JSON text, without a server.

use serde_json::{Number, Value};

/// The text that `jsonb` would give back for a text, or `None` where it would refuse it.
///
/// Members stand shortest name first and then by bytes, a repeated member keeps its last value,
/// numbers lose their exponents, escapes and white space are respelled.
pub fn jsonb_like(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut respelled = String::with_capacity(text.len());
    write(&value, &mut respelled)?;
    Some(respelled)
}

fn write(value: &Value, text: &mut String) -> Option<()> {
    match value {
        Value::Null | Value::Bool(_) => text.push_str(&value.to_string()),
        Value::Number(number) => text.push_str(&plain(number)?),
        Value::String(string) => write_string(string, text)?,
        Value::Array(entries) => {
            text.push('[');
            for (index, entry) in entries.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write(entry, text)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| (name.len(), *name));
            text.push('{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write_string(name, text)?;
                text.push_str(": ");
                write(member, text)?;
            }
            text.push('}');
        }
    }
    Some(())
}

fn write_string(string: &str, text: &mut String) -> Option<()> {
    if string.contains('\0') {
        return None;
    }
    text.push_str(&Value::from(string).to_string());
    Some(())
}

/// A number's digits without an exponent; `numeric` knows no negative zero.
fn plain(number: &Number) -> Option<String> {
    if number.is_u64() || number.is_i64() {
        return Some(number.to_string());
    }
    let float = number.as_f64()?;
    Some(if float == 0.0 {
        "0.0".to_owned()
    } else {
        format!("{float}")
    })
}

//! Checking a JSON value without recursion, and the place of what is refused.

use super::number::number_node;
use super::{JSON_MAX_DEPTH, NUL, NUMBER_TOKEN, RAW_TOKEN, RESERVED_MEMBER, TOO_DEEP};
use crate::error::{FieldError, Rule};
use serde_json::Value;

/// One step of the way to a place inside a value.
struct Step<'a> {
    parent: Option<usize>,
    position: usize,
    is_member: bool,
    value: &'a Value,
    depth: usize,
}

/// Walks the value without recursion, since what is refused may be nested 20,000 deep.
pub(super) fn check(root: &Value) -> Result<(), FieldError> {
    let mut steps = vec![Step {
        parent: None,
        position: 0,
        is_member: false,
        value: root,
        depth: 0,
    }];
    let mut next = 0;
    while next < steps.len() {
        let step = &steps[next];
        let (value, depth) = (step.value, step.depth);
        let refuse = |reason| {
            let path = path_of(&steps, next);
            Err(FieldError::new("json", Rule::Json { path, reason }))
        };
        match value {
            Value::Number(number) => {
                if let Err(reason) = number_node(number) {
                    return refuse(reason);
                }
            }
            Value::String(text) if text.contains('\0') => return refuse(NUL),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
            Value::Array(_) | Value::Object(_) if depth == JSON_MAX_DEPTH => {
                return refuse(TOO_DEEP);
            }
            Value::Array(entries) => {
                steps.extend(entries.iter().enumerate().map(|(position, value)| {
                    let parent = Some(next);
                    Step {
                        parent,
                        position,
                        is_member: false,
                        value,
                        depth: depth + 1,
                    }
                }));
            }
            Value::Object(members) => {
                for name in members.keys() {
                    if let Some(reason) = refused_member(name) {
                        return refuse(reason);
                    }
                }
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_unstable_by_key(|(name, _)| *name);
                steps.extend(
                    sorted
                        .into_iter()
                        .enumerate()
                        .map(|(position, (_, value))| {
                            let parent = Some(next);
                            Step {
                                parent,
                                position,
                                is_member: true,
                                value,
                                depth: depth + 1,
                            }
                        }),
                );
            }
        }
        next += 1;
    }
    Ok(())
}

pub(super) fn refused_member(name: &str) -> Option<&'static str> {
    if name.contains('\0') {
        Some(NUL)
    } else if name == NUMBER_TOKEN || name == RAW_TOKEN {
        Some(RESERVED_MEMBER)
    } else {
        None
    }
}

fn path_of(steps: &[Step<'_>], from: usize) -> String {
    let mut parts = Vec::new();
    let mut at = from;
    while let Some(parent) = steps[at].parent {
        let position = steps[at].position;
        parts.push(if steps[at].is_member {
            format!(".#{position}")
        } else {
            format!("[{position}]")
        });
        at = parent;
    }
    parts.push("$".to_owned());
    parts.reverse();
    parts.concat()
}

/// Takes a value apart without recursion: dropping a deep one whole would exhaust the stack.
pub(super) fn dismantle(value: Value) {
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(entries) => rest.extend(entries),
            Value::Object(members) => rest.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

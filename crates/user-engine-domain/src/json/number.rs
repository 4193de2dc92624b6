//! Numbers that survive `jsonb`: 64-bit integers, and finite floats that are not integral.

use super::{BEYOND_64_BITS, NOT_FINITE, Node};

pub(super) fn number_node(number: &serde_json::Number) -> Result<Node, &'static str> {
    if let Some(unsigned) = number.as_u64() {
        Ok(Node::Unsigned(unsigned))
    } else if let Some(negative) = number.as_i64() {
        Ok(Node::Negative(negative))
    } else {
        float_node(number.as_f64().ok_or(NOT_FINITE)?)
    }
}

/// Integral floats become integers; beyond 64 bits digits would already have been lost. The float
/// -2^63 counts as beyond, since integers below it round to it; the integer is not a float here.
pub(super) fn float_node(float: f64) -> Result<Node, &'static str> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    if !float.is_finite() {
        return Err(NOT_FINITE);
    }
    if float.fract() != 0.0 {
        return Ok(Node::Float(float));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "integral and compared with the type's range just before"
    )]
    if (0.0..TWO_TO_64).contains(&float) {
        Ok(Node::Unsigned(float as u64))
    } else if -TWO_TO_63 < float && float < 0.0 {
        Ok(Node::Negative(float as i64))
    } else {
        Err(BEYOND_64_BITS)
    }
}

/// Reads the digits that `arbitrary_precision` hands over instead of a number.
pub(super) fn exact_number(digits: &str) -> Result<Node, &'static str> {
    if let Ok(unsigned) = digits.parse() {
        Ok(Node::Unsigned(unsigned))
    } else if let Ok(negative) = digits.parse::<i64>() {
        Ok(u64::try_from(negative).map_or(Node::Negative(negative), Node::Unsigned))
    } else {
        float_node(digits.parse().map_err(|_| NOT_FINITE)?)
    }
}

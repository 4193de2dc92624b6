//! Values on their way into a statement: `Debug` never shows them.

use std::fmt;

/// A value bound to a statement's parameter, or read from a row. It may be personal or a raw
/// payload, so `Debug` says only that it is there.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bound<T>(pub T);

impl<T> fmt::Debug for Bound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<bound>")
    }
}

impl<T> std::ops::Deref for Bound<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Bound<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Bound;

    #[test]
    fn debug_never_shows_a_bound_value() {
        assert_eq!(format!("{:?}", Bound(vec!["canary"])), "<bound>");
    }
}

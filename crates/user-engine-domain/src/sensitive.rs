//! What may never reach a log.

use std::fmt;

/// Wraps a value that no log, error, span or report may show.
///
/// `Debug` prints a placeholder; there is no `Display` and no serde form. The value is reached by
/// [`Sensitive::expose`] alone, so that every place that does can be found by its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; the caller answers for where it goes.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, given up.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sensitive]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_a_placeholder() {
        assert_eq!(format!("{:?}", Sensitive::new("canary")), "[sensitive]");
    }
}

//! The buffered unit of work over a backend that answers from a list.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod buffered;
mod table;

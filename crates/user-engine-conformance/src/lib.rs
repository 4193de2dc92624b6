//! The conformance suite of user-engine: the store contract as runnable cases.

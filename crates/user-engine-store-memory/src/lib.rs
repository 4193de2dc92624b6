//! The in-memory reference store of user-engine.

//! The PostgreSQL store of user-engine over provider-supplied connections.

//! The ordered migration manifest of user-engine and its PostgreSQL SQL.

//! The statements of this adapter by name, for a test that holds the wire against them.

use crate::statement as sql;

/// The name and text of every statement, the migrations' own left out.
pub const STATEMENTS: &[(&str, &str)] = &[
    ("APPLY", sql::APPLY),
    ("APPLY_ONE_SAVE", sql::APPLY_ONE_SAVE),
    ("APPLY_THREE_SAVES", sql::APPLY_THREE_SAVES),
    ("APPLY_TWO_SAVES", sql::APPLY_TWO_SAVES),
    ("AUDIT_APPEND_DENIAL", sql::AUDIT_APPEND_DENIAL),
    ("AUDIT_LIST", sql::AUDIT_LIST),
    ("CATALOG_LIST_FACTS", sql::CATALOG_LIST_FACTS),
    ("COMMIT", sql::COMMIT),
    ("MIGRATION_BEGIN", sql::MIGRATION_BEGIN),
    ("MIGRATION_LOCK", sql::MIGRATION_LOCK),
    ("OPERATIONS_GET", sql::OPERATIONS_GET),
    ("OPERATIONS_PURGE", sql::OPERATIONS_PURGE),
    ("OPERATIONS_SETTLE", sql::OPERATIONS_SETTLE),
    ("OUTBOX_LIST", sql::OUTBOX_LIST),
    ("READ_BEGIN", sql::READ_BEGIN),
    ("RECORDS_COUNT", sql::RECORDS_COUNT),
    ("RECORDS_GET", sql::RECORDS_GET),
    ("RECORDS_GET_MANY", sql::RECORDS_GET_MANY),
    (
        "RECORDS_LIST_BY_APPLICATION",
        sql::RECORDS_LIST_BY_APPLICATION,
    ),
    ("RECORDS_LIST_BY_KIND", sql::RECORDS_LIST_BY_KIND),
    ("RECORDS_LIST_BY_SCOPE", sql::RECORDS_LIST_BY_SCOPE),
    ("RECORDS_LIST_BY_TENANT", sql::RECORDS_LIST_BY_TENANT),
    ("RECORDS_LIST_BY_USER", sql::RECORDS_LIST_BY_USER),
    ("ROLLBACK", sql::ROLLBACK),
    ("VERSIONS_CHECK", sql::VERSIONS_CHECK),
    ("VERSIONS_CHECK_NONE", sql::VERSIONS_CHECK_NONE),
    ("VERSIONS_LIST", sql::VERSIONS_LIST),
    ("VERSIONS_SAVE", sql::VERSIONS_SAVE),
];

#[cfg(test)]
mod tests {
    use super::STATEMENTS;

    #[test]
    fn every_statement_constant_is_listed() {
        let text = include_str!("../statement.rs");
        let mut constants: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("pub(crate) const ")?.split(':').next())
            .collect();
        constants.sort_unstable();
        let listed: Vec<&str> = STATEMENTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, constants);
    }
}

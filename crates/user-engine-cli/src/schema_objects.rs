//! What the migrations create, read from their own text, so that a run can remove what it made.

use user_engine_migrations::{MANIFEST, OWNED_TABLES};

/// The words before a name, and the statement that removes what bears it.
const KINDS: [(&str, &str); 3] = [
    ("CREATE FUNCTION ", "DROP FUNCTION IF EXISTS "),
    ("CREATE SEQUENCE ", "DROP SEQUENCE IF EXISTS "),
    ("CREATE TYPE ", "DROP TYPE IF EXISTS "),
];

/// The statements that remove everything of the migrations, in an order that works. The names come
/// from the manifest's SQL, never from the database: a stranger's object is not named.
pub(crate) fn drop_all() -> String {
    let mut statements: Vec<String> = OWNED_TABLES
        .iter()
        .map(|table| format!("DROP TABLE {table};"))
        .collect();
    for (words, removal) in KINDS {
        for migration in MANIFEST {
            statements.extend(
                names_after(migration.sql, words).map(|name| format!("{removal}{name} CASCADE;")),
            );
        }
    }
    statements.join("\n")
}

/// The names that follow these words at the beginning of a line.
pub(crate) fn names_after<'a>(sql: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    sql.lines().filter_map(move |line| {
        let rest = line.strip_prefix(words)?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        rest[..end]
            .starts_with("user_engine_")
            .then_some(&rest[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_the_beginning_of_a_line_only() {
        let sql = "CREATE SEQUENCE user_engine_a AS bigint;\n  CREATE SEQUENCE user_engine_b;\n\
            CREATE SEQUENCE strangers_c;\n";
        assert_eq!(
            names_after(sql, "CREATE SEQUENCE ").collect::<Vec<_>>(),
            ["user_engine_a"]
        );
    }

    #[test]
    fn everything_that_is_removed_is_of_the_store() {
        for statement in drop_all().lines() {
            assert!(statement.starts_with("DROP ") && statement.contains(" user_engine_"));
        }
    }
}

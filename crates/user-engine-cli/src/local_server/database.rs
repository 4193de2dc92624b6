//! Databases on a throwaway server: one for each case, cloned from a migrated template.

use crate::local_server::{LocalServer, LocalServerError};
use std::fmt;
use tokio_postgres::NoTls;

/// The name of a database: lower-case ASCII letters, digits and underscores, so that it needs no
/// quoting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseName(String);

impl DatabaseName {
    /// Checks a name: 1 to 63 bytes, beginning with a letter. `None` for any other.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let fits = (1..=63).contains(&name.len())
            && name.bytes().all(plain)
            && name.starts_with(|first: char| first.is_ascii_lowercase());
        fits.then_some(Self(name))
    }

    /// The database that every server has and nothing is stored in.
    pub fn maintenance() -> Self {
        Self("postgres".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl LocalServer {
    /// Creates an empty database.
    ///
    /// # Errors
    ///
    /// `Database` when the server refuses, for one that the name is taken.
    pub async fn create_database(&self, name: &DatabaseName) -> Result<(), LocalServerError> {
        self.on_maintenance(
            "create",
            name,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )
        .await
    }

    /// Creates a database as a copy of another one, which nobody may be connected to.
    ///
    /// # Errors
    ///
    /// As [`LocalServer::create_database`], and `Database` when someone is connected to the
    /// template.
    pub async fn create_database_from_template(
        &self,
        name: &DatabaseName,
        template: &DatabaseName,
    ) -> Result<(), LocalServerError> {
        self.on_maintenance(
            "create",
            name,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await
    }

    /// Drops a database and cuts whoever is connected to it; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// `Database` when the server refuses.
    pub async fn drop_database(&self, name: &DatabaseName) -> Result<(), LocalServerError> {
        self.on_maintenance(
            "drop",
            name,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await
    }

    /// Runs one statement over a connection of its own, since each call may be on another
    /// runtime. The text holds checked names only.
    async fn on_maintenance(
        &self,
        verb: &'static str,
        name: &DatabaseName,
        statement: &str,
    ) -> Result<(), LocalServerError> {
        let fail = |verb: &'static str| {
            move |error: tokio_postgres::Error| LocalServerError::Database {
                verb,
                database: name.to_string(),
                state: error
                    .code()
                    .map_or_else(|| "no answer".to_owned(), |state| state.code().to_owned()),
            }
        };
        let config = self.config(&DatabaseName::maintenance());
        let (client, connection) = config.connect(NoTls).await.map_err(fail("reach"))?;
        let driving = tokio::spawn(connection);
        let done = client.batch_execute(statement).await.map_err(fail(verb));
        drop(client);
        // The task ends with its client; how it ended changes nothing of the answer.
        drop(driving.await);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_need_quoting_is_refused() {
        for name in ["", "1a", "A", "a-b", "a b", "a\"b", "ä", &"a".repeat(64)] {
            assert_eq!(DatabaseName::new(name), None, "{name}");
        }
        assert_eq!(DatabaseName::new("case_17").unwrap().as_str(), "case_17");
    }
}

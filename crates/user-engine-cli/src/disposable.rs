//! When a store may be wiped, and the wiping.
//!
//! An acknowledgement from the caller is not enough: the live session must also show store tables
//! that are absent, empty, or marked as the harness's own for this very database. A marked store
//! is not ready for anyone else, so that no live store can carry the mark. Only tables that the
//! migrations own are touched; strangers' tables beside them are not even read.

use crate::exit::Stop;
use std::fmt;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Transaction};
use user_engine_migrations::OWNED_TABLES;

/// Where each owned table is, as the session's search path resolves it.
const TABLES_LIST: &str = "\
    SELECT n.nspname, c.relkind::text, c.relpersistence::text \
    FROM unnest($1::text[]) AS t(name) \
    JOIN pg_class c ON c.oid = to_regclass(t.name) \
    JOIN pg_namespace n ON n.oid = c.relnamespace";

/// Which cluster and database the session is in: a restored copy is another one.
const DATABASE_GET: &str = "\
    SELECT (SELECT system_identifier::text FROM pg_control_system()) || ':' || d.oid::text \
    FROM pg_database d WHERE d.datname = current_database()";

const HAS_ROWS: &str = "\
    SELECT EXISTS (SELECT FROM user_engine_records) \
    OR EXISTS (SELECT FROM user_engine_audit_records) \
    OR EXISTS (SELECT FROM user_engine_outbox_events) \
    OR EXISTS (SELECT FROM user_engine_operations)";

const MARK_GET: &str = "SELECT max(disposable_mark) FROM user_engine_schema_versions";

const MARK_SAVE: &str = "UPDATE user_engine_schema_versions SET disposable_mark = $1";

const MARK_DELETE: &str = "UPDATE user_engine_schema_versions SET disposable_mark = NULL";

/// Nobody writes between the look and the mark.
const LOCK: &str = "\
    LOCK TABLE user_engine_schema_versions, user_engine_records, user_engine_audit_records, \
    user_engine_outbox_events, user_engine_operations IN ACCESS EXCLUSIVE MODE";

const ROWS_DELETE: &str = "\
    DELETE FROM user_engine_outbox_events; \
    DELETE FROM user_engine_audit_records; \
    DELETE FROM user_engine_records; \
    DELETE FROM user_engine_operations";

const LOCK_WAIT_SET: &str = "SET LOCAL lock_timeout = '10s'";

/// The mark of one run: `system identifier:database oid:run`. Whether the run also created the
/// tables is part of it, so that whoever cleans up after a killed run knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    database: String,
    run: String,
}

impl Mark {
    /// A mark of this run for the database that the session is in.
    pub(crate) async fn of_this_run(client: &Client, created: bool) -> Result<Self, Stop> {
        let began = if created { "created" } else { "found" };
        let random = crate::local_server::random_name()
            .map_err(|error| Stop::refused(format!("can't read /dev/urandom: {error}")))?;
        Ok(Self {
            database: database(client).await?,
            run: format!("{began}-{random}"),
        })
    }

    /// Whether the run that set this mark also created the tables.
    pub(crate) fn created(&self) -> bool {
        self.run.starts_with("created-")
    }

    fn read(text: &str, database: &str) -> Option<Self> {
        let run = text.strip_prefix(database)?.strip_prefix(':')?;
        let known = run.starts_with("created-") || run.starts_with("found-");
        known.then(|| Self {
            database: database.to_owned(),
            run: run.to_owned(),
        })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.database, self.run)
    }
}

/// What the session shows of a store that may be wiped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There are no tables of a store.
    Absent,
    /// There are, without rows and without a mark.
    Empty,
    /// A run of the harness left its mark.
    Marked(Mark),
}

/// Looks at the session, changing nothing.
///
/// # Errors
///
/// Refused for a store that holds rows and no mark of this database, for one that is there in part
/// or hidden, and for whatever can't be read.
pub(crate) async fn standing(client: &Client) -> Result<Standing, Stop> {
    let rows = client
        .query_typed(TABLES_LIST, &[(&OWNED_TABLES, Type::TEXT_ARRAY)])
        .await
        .map_err(|error| unreadable(&error))?;
    if rows.is_empty() {
        return Ok(Standing::Absent);
    }
    if rows.len() < OWNED_TABLES.len() {
        return Err(Stop::refused(
            "only a part of a store's tables is here: nothing is touched",
        ));
    }
    let schemas: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let plain = rows.iter().all(|row| {
        let (kind, persistence): (String, String) = (row.get(1), row.get(2));
        kind == "r" && persistence == "p"
    });
    if !plain || schemas.iter().any(|schema| *schema != schemas[0]) {
        return Err(Stop::refused(
            "something hides the store's tables in this session: nothing is touched",
        ));
    }
    let database = database(client).await?;
    let mark: Option<String> = client
        .query_typed_one(MARK_GET, &[])
        .await
        .map_err(|error| unreadable(&error))?
        .get(0);
    match mark {
        Some(mark) => Mark::read(&mark, &database)
            .map(Standing::Marked)
            .ok_or_else(|| {
                Stop::refused("the store carries a mark of another database: nothing is touched")
            }),
        None if has_rows(client).await? => Err(Stop::refused(
            "the store holds rows and no mark of this harness: nothing is touched",
        )),
        None => Ok(Standing::Empty),
    }
}

/// Marks a store that is empty, or takes over one that a killed run left marked.
///
/// # Errors
///
/// Refused when the store got rows or another mark since it was looked at.
pub(crate) async fn mark(client: &mut Client, mark: &Mark) -> Result<(), Stop> {
    let transaction = locked(client).await?;
    match standing(transaction.client()).await? {
        Standing::Empty | Standing::Marked(_) => {}
        Standing::Absent => return Err(Stop::refused("the store's tables are gone")),
    }
    let marked = transaction
        .execute_typed(MARK_SAVE, &[(&mark.to_string(), Type::TEXT)])
        .await
        .map_err(|error| unwritable(&error))?;
    if marked == 0 {
        return Err(Stop::refused(
            "the store's tables are here without a recorded version: nothing is touched",
        ));
    }
    transaction
        .commit()
        .await
        .map_err(|error| unwritable(&error))
}

/// Deletes every row of a store that carries this mark, and keeps the mark.
///
/// # Errors
///
/// Refused when the store carries another mark or none.
pub(crate) async fn wipe(client: &mut Client, mark: &Mark) -> Result<(), Stop> {
    let transaction = marked(client, mark).await?;
    transaction
        .batch_execute(ROWS_DELETE)
        .await
        .map_err(|error| unwritable(&error))?;
    transaction
        .commit()
        .await
        .map_err(|error| unwritable(&error))
}

/// Deletes every row and the mark; where the run created the tables, the tables too.
///
/// # Errors
///
/// Refused when the store carries another mark or none.
pub(crate) async fn release(client: &mut Client, mark: &Mark) -> Result<(), Stop> {
    let transaction = marked(client, mark).await?;
    transaction
        .batch_execute(ROWS_DELETE)
        .await
        .map_err(|error| unwritable(&error))?;
    if mark.created() {
        let statement = crate::schema_objects::drop_all();
        transaction
            .batch_execute(&statement)
            .await
            .map_err(|error| unwritable(&error))?;
    } else {
        transaction
            .execute_typed(MARK_DELETE, &[])
            .await
            .map_err(|error| unwritable(&error))?;
    }
    transaction
        .commit()
        .await
        .map_err(|error| unwritable(&error))
}

async fn locked(client: &mut Client) -> Result<Transaction<'_>, Stop> {
    let transaction = client
        .transaction()
        .await
        .map_err(|error| unwritable(&error))?;
    transaction
        .batch_execute(LOCK_WAIT_SET)
        .await
        .map_err(|error| unwritable(&error))?;
    transaction
        .batch_execute(LOCK)
        .await
        .map_err(|error| unwritable(&error))?;
    Ok(transaction)
}

async fn marked<'a>(client: &'a mut Client, mark: &Mark) -> Result<Transaction<'a>, Stop> {
    let transaction = locked(client).await?;
    match standing(transaction.client()).await? {
        Standing::Marked(found) if found == *mark => Ok(transaction),
        _ => Err(Stop::refused(
            "the store does not carry this run's mark: nothing is touched",
        )),
    }
}

async fn database(client: &Client) -> Result<String, Stop> {
    Ok(client
        .query_typed_one(DATABASE_GET, &[])
        .await
        .map_err(|error| unreadable(&error))?
        .get(0))
}

async fn has_rows(client: &Client) -> Result<bool, Stop> {
    Ok(client
        .query_typed_one(HAS_ROWS, &[])
        .await
        .map_err(|error| unreadable(&error))?
        .get(0))
}

fn unreadable(error: &tokio_postgres::Error) -> Stop {
    Stop::refused(format!(
        "the store can't be looked at ({}): nothing is touched",
        code(error)
    ))
}

fn unwritable(error: &tokio_postgres::Error) -> Stop {
    Stop::refused(format!("the store can't be prepared ({})", code(error)))
}

/// The SQLSTATE alone: the rest of a driver's error may quote values.
pub(crate) fn code(error: &tokio_postgres::Error) -> &str {
    error.code().map_or("no answer", |state| state.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mark_of_this_database_is_read() {
        let mark = Mark::read("7:16384:created-0a", "7:16384").unwrap();
        assert!(mark.created());
        assert_eq!(mark.to_string(), "7:16384:created-0a");
        assert!(!Mark::read("7:16384:found-0a", "7:16384").unwrap().created());
        for other in [
            "8:16384:created-0a",
            "7:163840:created-0a",
            "7:16384",
            "7:16384:x",
            "",
        ] {
            assert_eq!(Mark::read(other, "7:16384"), None, "{other}");
        }
    }
}

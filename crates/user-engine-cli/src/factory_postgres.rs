//! Factories of Postgres stores over a real server: a database of its own for each case on a
//! throwaway server, or one dedicated database that is wiped before each.

mod admin;
mod dedicated;
mod local;
mod sandbox;
mod tampering;

pub(crate) use dedicated::{DedicatedFactory, lock};
pub(crate) use local::LocalFactory;

use crate::disposable::code;
use crate::exit::Stop;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_postgres::Client;
use user_engine_ports::{Deadline, MigrationStep, StoreErrorKind};
use user_engine_store_postgres::PostgresMigrator;

/// Settings that say how much a commit is worth, and which server it was.
const SETTINGS_LIST: &str = "\
    SELECT name, setting FROM pg_settings WHERE name IN ('server_version', 'fsync', \
    'full_page_writes', 'synchronous_commit', 'wal_level', 'default_transaction_isolation') \
    ORDER BY name";

/// What a report shows of a server.
async fn settings(client: &Client) -> Result<BTreeMap<String, String>, String> {
    let rows = client
        .query_typed(SETTINGS_LIST, &[])
        .await
        .map_err(|error| format!("the server's settings can't be read ({})", code(&error)))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The steps that a database still needs, with their SQL.
///
/// # Errors
///
/// Refused for a store that is ahead, changed or unreadable.
pub(crate) async fn planned(
    config: &tokio_postgres::Config,
) -> Result<Vec<(MigrationStep, &'static str)>, Stop> {
    let pool = sandbox::pool(config, 1).map_err(|error| Stop::refused(error.to_string()))?;
    let planned = PostgresMigrator::from_pool(pool)
        .planned_sql(Deadline::after(Duration::from_secs(30)))
        .await;
    planned.map_err(|error| match error.kind() {
        StoreErrorKind::NotReady(reason) => Stop::refused(format!("can't be migrated: {reason}")),
        _ => Stop::unreachable(error.to_string()),
    })
}

//! What the harness does to a database past the store: reading it whole, planting rows, holding
//! locks, tampering. Values go as parameters only, so that no server log shows them, and no
//! statement is named, so that a pooler may stand between.

use crate::disposable::code;
use std::time::{Duration, Instant};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls};
use user_engine_conformance::{Dump, Hold, PowerError, RawRow};
use user_engine_domain::RecordId;

/// How long transactions of dropped calls may take to end on the server.
const SETTLE_MAX: Duration = Duration::from_secs(3);

/// How often the server is asked while waiting for that.
const SETTLE_POLL: Duration = Duration::from_millis(10);

const ROWS_LIST: &str = "\
    SELECT record_type, record_key, tenant, user_id, application_id, scope_type, scope_id, \
    payload::text FROM user_engine_records ORDER BY record_type, record_key";

const LOGS_COUNT: &str = "\
    SELECT (SELECT count(*) FROM user_engine_audit_records), \
    (SELECT count(*) FROM user_engine_outbox_events), \
    (SELECT count(*) FROM user_engine_operations)";

const ROW_SAVE: &str = "\
    INSERT INTO user_engine_records (record_type, record_key, tenant, user_id, application_id, \
    scope_type, scope_id, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb) \
    ON CONFLICT (record_type, record_key) DO UPDATE SET (tenant, user_id, application_id, \
    scope_type, scope_id, payload) = ROW ($3, $4, $5, $6, $7, $8::text::jsonb)";

const RECORD_LOCK: &str = "\
    SELECT FROM user_engine_records WHERE record_type = $1 AND record_key = $2 FOR UPDATE";

/// The harness's own sessions carry this name and do not count.
pub(super) const APPLICATION_NAME: &str = "user-engine-harness";

const TRANSACTIONS_COUNT: &str = "\
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND backend_type = 'client backend' AND application_name <> 'user-engine-harness' \
    AND xact_start IS NOT NULL";

const DECOYS_SAVE: &str = "\
    CREATE TABLE user_engine_decoy_orders (id integer PRIMARY KEY, note text); \
    INSERT INTO user_engine_decoy_orders SELECT n, 'kept' FROM generate_series(1, 3) AS n; \
    CREATE TABLE user_engine_records_decoy (id integer PRIMARY KEY, note text); \
    INSERT INTO user_engine_records_decoy VALUES (1, 'kept'); \
    CREATE SCHEMA user_engine_decoys; \
    CREATE TABLE user_engine_decoys.user_engine_records (id integer PRIMARY KEY, note text); \
    INSERT INTO user_engine_decoys.user_engine_records VALUES (1, 'kept')";

const DECOYS_COUNT: &str = "\
    SELECT (SELECT count(*) FROM user_engine_decoy_orders WHERE note = 'kept') \
    + (SELECT count(*) FROM user_engine_records_decoy WHERE note = 'kept') \
    + (SELECT count(*) FROM user_engine_decoys.user_engine_records WHERE note = 'kept')";

const DECOYS_DROP: &str = "\
    DROP TABLE user_engine_decoy_orders; \
    DROP TABLE user_engine_records_decoy; \
    DROP TABLE user_engine_decoys.user_engine_records; \
    DROP SCHEMA user_engine_decoys";

/// How many rows the decoys hold.
const DECOYS: i64 = 5;

/// Why a power failed: the SQLSTATE alone.
pub(super) fn failed(error: &tokio_postgres::Error) -> PowerError {
    PowerError::Failed(format!("the server says {}", code(error)))
}

/// Connects with the harness's name.
pub(super) async fn connect(config: &tokio_postgres::Config) -> Result<Client, PowerError> {
    let mut config = config.clone();
    config.application_name(APPLICATION_NAME);
    let (client, connection) = config
        .connect(NoTls)
        .await
        .map_err(|error| failed(&error))?;
    // It ends with its client, whose next call says why.
    tokio::spawn(connection);
    Ok(client)
}

pub(super) async fn dump(client: &Client) -> Result<Dump, PowerError> {
    let rows = client
        .query_typed(ROWS_LIST, &[])
        .await
        .map_err(|error| failed(&error))?;
    let records = rows
        .iter()
        .map(|row| RawRow {
            record_type: row.get(0),
            record_key: row.get(1),
            tenant: row.get(2),
            user_id: row.get(3),
            application_id: row.get(4),
            scope_type: row.get(5),
            scope_id: row.get(6),
            payload: row.get(7),
        })
        .collect();
    let counts = client
        .query_typed_one(LOGS_COUNT, &[])
        .await
        .map_err(|error| failed(&error))?;
    let count = |at: usize| u64::try_from(counts.get::<_, i64>(at)).unwrap_or_default();
    Ok(Dump {
        records,
        audit_records: count(0),
        outbox_events: count(1),
        operations: count(2),
    })
}

pub(super) async fn plant(client: &Client, row: &RawRow) -> Result<(), PowerError> {
    let texts: [&(dyn ToSql + Sync); 8] = [
        &row.record_type,
        &row.record_key,
        &row.tenant,
        &row.user_id,
        &row.application_id,
        &row.scope_type,
        &row.scope_id,
        &row.payload,
    ];
    client
        .execute_typed(ROW_SAVE, &texts.map(|text| (text, Type::TEXT)))
        .await
        .map(|_| ())
        .map_err(|error| failed(&error))
}

/// Counts transactions of the store's sessions; those of dropped calls are given time to end.
pub(super) async fn open_transactions(client: &Client) -> Result<u64, PowerError> {
    let began = Instant::now();
    loop {
        let row = client
            .query_typed_one(TRANSACTIONS_COUNT, &[])
            .await
            .map_err(|error| failed(&error))?;
        let open = u64::try_from(row.get::<_, i64>(0)).unwrap_or_default();
        if open == 0 || began.elapsed() > SETTLE_MAX {
            return Ok(open);
        }
        tokio::time::sleep(SETTLE_POLL).await;
    }
}

pub(super) async fn plant_decoys(client: &Client) -> Result<(), PowerError> {
    client
        .batch_execute(DECOYS_SAVE)
        .await
        .map_err(|error| failed(&error))
}

pub(super) async fn decoys_survive(client: &Client) -> Result<bool, PowerError> {
    let row = client
        .query_typed_one(DECOYS_COUNT, &[])
        .await
        .map_err(|error| failed(&error))?;
    Ok(row.get::<_, i64>(0) == DECOYS)
}

/// Removes the decoys that [`plant_decoys`] has put there.
pub(super) async fn drop_decoys(client: &Client) -> Result<(), PowerError> {
    client
        .batch_execute(DECOYS_DROP)
        .await
        .map_err(|error| failed(&error))
}

/// A record locked by a session of its own; the server releases it when the session ends.
struct HeldRecord(Client);

#[async_trait::async_trait]
impl Hold for HeldRecord {
    async fn release(self: Box<Self>) -> Result<(), PowerError> {
        self.0
            .batch_execute("ROLLBACK")
            .await
            .map_err(|error| failed(&error))
    }
}

pub(super) async fn hold(
    config: &tokio_postgres::Config,
    id: &RecordId,
) -> Result<Box<dyn Hold>, PowerError> {
    let client = connect(config).await?;
    client
        .batch_execute("BEGIN")
        .await
        .map_err(|error| failed(&error))?;
    let (kind, key) = (id.kind.as_str(), id.key.as_str());
    let rows = client
        .query_typed(RECORD_LOCK, &[(&kind, Type::TEXT), (&key, Type::TEXT)])
        .await
        .map_err(|error| failed(&error))?;
    if rows.is_empty() {
        return Err(PowerError::Failed(
            "there is no such record to lock".to_owned(),
        ));
    }
    Ok(Box::new(HeldRecord(client)))
}

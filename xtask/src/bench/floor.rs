//! The floors of a mutation: the same four rows by hand, in one prepared statement, and the naive
//! way, in five messages more.

use super::workload::{Failed, next};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

const RECORD: &str = "INSERT INTO user_engine_records AS r
        (record_type, record_key, tenant, user_id, application_id, scope_type, scope_id, payload)
    VALUES ('user', $1, NULL, $1, NULL, NULL, NULL, $2::text::jsonb)
    ON CONFLICT (record_type, record_key) DO UPDATE
    SET user_id = excluded.user_id, payload = excluded.payload, revision = excluded.revision,
        updated_at = excluded.updated_at";
const AUDIT: &str = "INSERT INTO user_engine_audit_records
        (audit_id, operation_id, correlation_id, tenant, actor_kind, actor_id, break_glass,
         operation, target_kind, target_key, outcome, recorded_at)
    VALUES ($1, $2, $3, 'tenant-1', 'human', 'actor-1', false, 'user.create', 'user', $4,
            'allowed', now())";
const EVENT: &str = "INSERT INTO user_engine_outbox_events
        (event_id, event_type, event_version, aggregate_kind, aggregate_key, partition, tenant,
         operation_id, correlation_id, payload, occurred_at)
    VALUES ($1, 'user.created', 1, 'user', $2, 7, 'tenant-1', $3, $4, $5::text::jsonb, now())";
const OPERATION: &str = "INSERT INTO user_engine_operations
        (scope_key, operation_id, request_digest, state, receipt)
    VALUES ('tenant:tenant-1', $1, $2, 'applied', '{}')";
const TOGETHER: &str = "WITH operation AS (
        INSERT INTO user_engine_operations (scope_key, operation_id, request_digest, state, receipt)
        VALUES ('tenant:tenant-1', $2, $7, 'applied', '{}')
    ), record AS (
        INSERT INTO user_engine_records AS r
            (record_type, record_key, tenant, user_id, application_id, scope_type, scope_id, payload)
        VALUES ('user', $1, NULL, $1, NULL, NULL, NULL, $6::text::jsonb)
        ON CONFLICT (record_type, record_key) DO UPDATE
        SET user_id = excluded.user_id, payload = excluded.payload, revision = excluded.revision,
            updated_at = excluded.updated_at
    ), audit AS (
        INSERT INTO user_engine_audit_records
            (audit_id, operation_id, correlation_id, tenant, actor_kind, actor_id, break_glass,
             operation, target_kind, target_key, outcome, recorded_at)
        VALUES ($4, $2, $3, 'tenant-1', 'human', 'actor-1', false, 'user.create', 'user', $1,
                'allowed', now())
    )
    INSERT INTO user_engine_outbox_events
        (event_id, event_type, event_version, aggregate_kind, aggregate_key, partition, tenant,
         operation_id, correlation_id, payload, occurred_at)
    VALUES ($5, 'user.created', 1, 'user', $1, 7, 'tenant-1', $2, $3, $8::text::jsonb, now())";

/// A user's payload as this store writes it, without the cost of writing it.
const PAYLOAD: &str = r#"{"v":1,"record":{"user_id":"user-0000000000000000","display_name":"Ada Lovelace","primary_email":"ada@example.org","created_at":"2026-01-01T00:00:00.000000Z","updated_at":"2026-01-01T00:00:00.000000Z"}}"#;
const EVENT_PAYLOAD: &str = r#"{"status":"active"}"#;
const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// One client with its prepared statements.
pub(crate) struct Floor {
    client: Client,
    together: Statement,
    apart: [Statement; 4],
}

struct Ids {
    user: String,
    operation: String,
    correlation: String,
    audit: String,
    event: String,
}

impl Ids {
    fn fresh() -> Self {
        let number = next();
        let id = |word: &str| format!("{word}-{number:016}");
        Self {
            user: id("user"),
            operation: id("operation"),
            correlation: id("correlation"),
            audit: id("audit"),
            event: id("event"),
        }
    }
}

impl Floor {
    /// Prepares every statement once.
    pub(crate) async fn prepare(client: Client) -> Result<Self, Failed> {
        let together = client.prepare(TOGETHER).await?;
        let apart = [
            client.prepare(OPERATION).await?,
            client.prepare(RECORD).await?,
            client.prepare(AUDIT).await?,
            client.prepare(EVENT).await?,
        ];
        Ok(Self {
            client,
            together,
            apart,
        })
    }

    /// The four rows in one prepared statement.
    pub(crate) async fn one_statement(&self) -> Result<(), Failed> {
        let ids = Ids::fresh();
        let parameters: [&(dyn ToSql + Sync); 8] = [
            &ids.user,
            &ids.operation,
            &ids.correlation,
            &ids.audit,
            &ids.event,
            &PAYLOAD,
            &DIGEST,
            &EVENT_PAYLOAD,
        ];
        self.client.execute(&self.together, &parameters).await?;
        Ok(())
    }

    /// Begin, four statements, commit, each awaited.
    pub(crate) async fn naive(&self) -> Result<(), Failed> {
        let ids = Ids::fresh();
        let [operation, record, audit, event] = &self.apart;
        let client = &self.client;
        client.batch_execute("BEGIN").await?;
        client
            .execute(operation, &[&ids.operation, &DIGEST])
            .await?;
        client.execute(record, &[&ids.user, &PAYLOAD]).await?;
        client
            .execute(
                audit,
                &[&ids.audit, &ids.operation, &ids.correlation, &ids.user],
            )
            .await?;
        let parameters: [&(dyn ToSql + Sync); 5] = [
            &ids.event,
            &ids.user,
            &ids.operation,
            &ids.correlation,
            &EVENT_PAYLOAD,
        ];
        client.execute(event, &parameters).await?;
        client.batch_execute("COMMIT").await?;
        Ok(())
    }
}

//! The mutation that is measured: a new user with its audit record and event.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use user_engine_domain::{
    Actor, ActorId, ActorKind, AuditId, AuditOutcome, AuditRecord, AuditTarget, CorrelationId,
    DomainRecord, EventId, EventType, FieldError, JsonValue, OperationId, OperationName,
    OutboxEvent, Sensitive, TenantId, Text, Timestamp, User, UserId,
};
use user_engine_ports::{
    Operation, RequestDigest, Scope, StoreError, UnitOptions, UserEngineStore,
};

/// Numbers that no two mutations of this process share.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The next number.
pub(crate) fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What a measured mutation can fail with.
#[derive(Debug)]
pub(crate) enum Failed {
    Field(FieldError),
    Store(StoreError),
    Postgres(tokio_postgres::Error),
    Server(String),
    Wire,
    Panicked,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(error) => write!(f, "a value of ours was refused: {error}"),
            Self::Store(error) => write!(f, "the store failed: {error}"),
            Self::Postgres(error) => write!(f, "the floor failed: {error}"),
            Self::Server(what) => write!(f, "the server failed: {what}"),
            Self::Wire => f.write_str("the slow wire could not be laid"),
            Self::Panicked => f.write_str("a client panicked"),
        }
    }
}

impl From<FieldError> for Failed {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

/// One user as the service would make it.
pub(crate) fn user(number: u64) -> Result<User, FieldError> {
    let at = Timestamp::from_micros(1_767_225_600_000_000)?;
    Ok(User {
        user_id: UserId::new(format!("user-{number:016}"))?,
        display_name: Some(Sensitive::new(Text::new("Ada Lovelace")?)),
        primary_email: Some(Sensitive::new(Text::new("ada@example.org")?)),
        created_at: at,
        updated_at: at,
    })
}

/// Makes a user, its audit record and its event, and commits them: what a caller pays for.
pub(crate) async fn mutate(store: &dyn UserEngineStore) -> Result<(), Failed> {
    let number = next();
    let user = user(number)?;
    let tenant = TenantId::new("tenant-1")?;
    let operation_id = OperationId::new(format!("operation-{number:016}"))?;
    let correlation_id = CorrelationId::new(format!("correlation-{number:016}"))?;
    let operation = Operation::new(operation_id.clone(), RequestDigest::of("create"));
    let mut tx = store.begin(UnitOptions::write(Scope::Tenant(tenant.clone()), operation));
    let at = user.created_at;
    let id = DomainRecord::from(user.clone()).id();
    tx.save(user)?;
    tx.append_audit(AuditRecord {
        audit_id: AuditId::new(format!("audit-{number:016}"))?,
        operation_id: operation_id.clone(),
        correlation_id: correlation_id.clone(),
        tenant: Some(tenant.clone()),
        actor: Actor {
            kind: ActorKind::Human,
            id: ActorId::new("actor-1")?,
            on_behalf_of: None,
            break_glass: false,
        },
        operation: OperationName::new("user.create")?,
        target: Some(AuditTarget::of(&id)),
        outcome: AuditOutcome::Allowed,
        reason: None,
        recorded_at: at,
    })?;
    tx.enqueue(OutboxEvent {
        event_id: EventId::new(format!("event-{number:016}"))?,
        event_type: EventType::new("user.created")?,
        event_version: 1,
        aggregate: id,
        tenant: Some(tenant),
        operation_id,
        correlation_id,
        payload: JsonValue::parse(r#"{"status":"active"}"#)?,
        occurred_at: at,
    })?;
    tx.commit().await?;
    Ok(())
}

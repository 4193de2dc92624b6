//! Rows: logs, counts and purging.

use super::argument::arguments;
use super::{Matrix, broken, id, places, refused, rule, secret, works};
use user_engine_domain::{
    ActorId, AuditTarget, CorrelationId, OperationId, RecordKey, Rule, Timestamp,
};
use user_engine_ports::LogCursor;
use user_engine_service::{
    AuditRecords, OperabilitySnapshot, OutboxDiagnostics, OutboxEvents, PurgeExpired,
    RegistrationBinding, StartRegistration,
};

arguments! {
    AuditRecords {
        correlation_id: Option<CorrelationId>,
        operation_id: Option<OperationId>,
        target: Option<AuditTarget>,
        actor_id: Option<ActorId>,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
        after: Option<LogCursor>,
        limit: usize,
    }
    OutboxEvents { after: Option<LogCursor>, limit: usize }
    OutboxDiagnostics { after: Option<LogCursor> }
    OperabilitySnapshot {}
    PurgeExpired { after: Option<RecordKey> }
}

const LIMIT: Rule = Rule::OutOfRange {
    expected: "within 1 to 1,000",
};

const CURSOR: Rule = Rule::Malformed {
    expected: "a cursor of this store",
};

/// Cursors that no store gives out.
fn cursors() -> impl Iterator<Item = LogCursor> {
    let words = [
        "canary",
        "",
        "-1",
        "canary\0",
        "1:canary",
        "99999999999999999999999",
    ];
    words.into_iter().map(LogCursor::from_text)
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    matrix.person("ada").await;
    let desk = matrix.desk();
    works!(matrix, desk, operability_snapshot: OperabilitySnapshot);
    audit_records(matrix).await;
    for limit in [0, 1_001, usize::MAX] {
        let request = OutboxEvents { after: None, limit };
        refused!(matrix, desk, outbox_events.limit: request => broken("limit", LIMIT));
    }
    for after in cursors().map(Some) {
        let limit = 1;
        let request = OutboxEvents {
            after: after.clone(),
            limit,
        };
        refused!(matrix, desk, outbox_events.after: request => broken("cursor", CURSOR));
        let request = OutboxDiagnostics { after };
        refused!(matrix, desk, outbox_diagnostics.after: request => broken("cursor", CURSOR));
    }
    works!(matrix, desk, outbox_events: OutboxEvents::default());
    works!(matrix, desk, outbox_diagnostics: OutboxDiagnostics { after: None });
    for (after, refusal) in places() {
        refused!(matrix, matrix.operator(), purge_expired.after: PurgeExpired { after } => refusal);
    }
    let service = matrix.world.service.clone();
    let start = StartRegistration {
        bound_to: Some(RegistrationBinding::Secret(secret("of sixteen bytes"))),
        expires_at: Some(matrix.seconds(1)),
    };
    service.start_registration(&desk, start).await.unwrap();
    matrix.wait(2);
    works!(matrix, matrix.operator(), purge_expired: PurgeExpired { after: None });
}

async fn audit_records(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let all = AuditRecords::default;
    for limit in [0, 1_001, usize::MAX] {
        let request = AuditRecords { limit, ..all() };
        refused!(matrix, desk, audit_records.limit: request => broken("limit", LIMIT));
    }
    for after in cursors() {
        let request = AuditRecords {
            after: Some(after),
            ..all()
        };
        refused!(matrix, desk, audit_records.after: request => broken("cursor", CURSOR));
    }
    for until in [0, -1] {
        let request = AuditRecords {
            from: Some(matrix.seconds(0)),
            until: Some(matrix.seconds(until)),
            ..all()
        };
        let behind = rule("until", "must be behind from");
        refused!(matrix, desk, audit_records.until: request => behind);
    }
    let narrows = "it narrows, to nothing where nothing is of it";
    let arguments = [
        "correlation_id",
        "operation_id",
        "target",
        "actor_id",
        "from",
    ];
    matrix.free("audit_records", narrows, &arguments);
    let right = AuditRecords {
        correlation_id: Some(id("unknown")),
        actor_id: Some(id("unknown")),
        ..all()
    };
    works!(matrix, desk, audit_records: right);
}

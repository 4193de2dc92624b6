//! What a store holds, and what its logs hold more than before.

use std::collections::BTreeMap;
use user_engine_domain::{AuditRecord, RecordKind};
use user_engine_ports::{
    AuditQuery, Deadline, ListBy, ListQuery, LogCursor, OutboxQuery, Read, ReadAnswer, Revision,
    Scope, UnitOptions, UserEngineStore,
};

/// What a store holds.
pub(super) struct Held {
    /// Every record's revision, by kind and key.
    pub(super) records: BTreeMap<(RecordKind, String), Revision>,
    /// How many rows there are in every other table, operations among them.
    pub(super) counts: BTreeMap<&'static str, u64>,
    /// The audit records that are new since the look before.
    pub(super) audit: Vec<AuditRecord>,
    /// How many events are new since then.
    pub(super) events: usize,
    audit_end: LogCursor,
    events_end: LogCursor,
}

impl Held {
    /// Looks at a store, for the first time or again.
    pub(super) async fn by(store: &dyn UserEngineStore, before: Option<&Self>) -> Self {
        let mut query = AuditQuery::new(Scope::Platform);
        query.after = before.map(|before| before.audit_end.clone());
        let audit = store
            .audit_records(&query, Deadline::default())
            .await
            .unwrap();
        let mut query = OutboxQuery::new(Scope::Platform);
        query.after = before.map(|before| before.events_end.clone());
        let events = store
            .outbox_events(&query, Deadline::default())
            .await
            .unwrap();
        assert!(!audit.has_more && !events.has_more, "one page holds them");
        let counts = store.record_counts(&Scope::Platform, Deadline::default());
        let mut counts = counts.await.unwrap();
        counts.remove("audit_records").unwrap();
        Self {
            counts,
            records: revisions(store).await,
            audit: audit.entries.into_iter().map(Result::unwrap).collect(),
            events: events.entries.len(),
            audit_end: audit.next,
            events_end: events.next,
        }
    }
}

async fn revisions(store: &dyn UserEngineStore) -> BTreeMap<(RecordKind, String), Revision> {
    let all = |kind: &RecordKind| Read::List(ListQuery::new(*kind, ListBy::Kind));
    let reads: Vec<_> = RecordKind::ALL.iter().map(all).collect();
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    let mut revisions = BTreeMap::new();
    for answer in tx.read(&reads).await.unwrap() {
        let ReadAnswer::List(page) = answer else {
            panic!("a list is answered by a page");
        };
        assert!(page.next.is_none(), "one page holds them");
        for row in page.rows {
            let row = row.unwrap();
            let id = row.record.id();
            let key = id.key.as_str().to_owned();
            revisions.insert((id.kind, key), row.revision);
        }
    }
    revisions
}

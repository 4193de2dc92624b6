//! Canaries: whether a value that only records may hold is seen anywhere else.

use super::hooked::{Hooks, StoreCall};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use user_engine_domain::{
    ActorId, AuditRecord, AuditTarget, DomainRecord, Entitlement, JsonValue, OutboxEvent,
    RecordKind, TenantId, sha256_hex,
};
use user_engine_ports::{
    AuditQuery, Committed, Deadline, OutboxQuery, Scope, StoreError, UnitOfWork, UserEngineStore,
};

/// What values that nobody may see elsewhere begin with, in stories that choose them.
pub const CANARY: &str = "canary";

/// What secrets begin with, in stories that make them up: no record may hold one either.
pub const SECRET: &str = "canary-secret";

/// Shorter sensitive values are not looked for: they would be found in any id.
const SHORTEST: usize = 8;

/// Watches a store: which sensitive values went into records, and whether a secret did; which
/// receipts were written.
#[derive(Debug, Default)]
pub struct Watch {
    values: Mutex<BTreeSet<String>>,
    with_secrets: Mutex<BTreeSet<RecordKind>>,
    receipts: Mutex<String>,
    applied: AtomicU64,
    purges: AtomicU64,
}

#[async_trait]
impl Hooks for Watch {
    fn calling(&self, call: StoreCall<'_>) {
        match call {
            StoreCall::Save(record, _) => self.saving(record),
            StoreCall::Receipt(receipt) => {
                let mut receipts = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = writeln!(receipts, "{:?}", receipt.entries());
            }
            StoreCall::Purge => {
                self.purges.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        if committed.receipt.is_some() && !committed.is_repeated {
            self.applied.fetch_add(1, Ordering::Relaxed);
        }
        Ok(committed)
    }
}

impl Watch {
    fn saving(&self, record: &DomainRecord) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        sensitive(record, &mut |value| {
            if value.len() >= SHORTEST {
                values.insert(value.to_owned());
            }
        });
        if holds_secret(record) {
            let with_secrets = self.with_secrets.lock();
            let mut with_secrets = with_secrets.unwrap_or_else(PoisonError::into_inner);
            with_secrets.insert(record.kind());
        }
    }

    /// How many units were applied.
    pub fn applied(&self) -> u64 {
        self.applied.load(Ordering::Relaxed)
    }

    /// Whether operations were asked to be forgotten.
    pub fn has_purged(&self) -> bool {
        self.purges.load(Ordering::Relaxed) > 0
    }

    /// How many sensitive values went into records.
    pub fn values(&self) -> usize {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.len()
    }

    /// Where a value is seen that may not be: in both logs of the store, in receipts, and in what
    /// was overheard; a secret in records too. Findings name the place, and the value by digest; a
    /// log's entry that can't be read, so that nobody knows what it shows, is one too.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn sweep(
        &self,
        store: &dyn UserEngineStore,
        overheard: &str,
    ) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        let with_secrets = self.with_secrets.lock();
        for kind in &*with_secrets.unwrap_or_else(PoisonError::into_inner) {
            found.push(format!("a record of {kind} holds a secret"));
        }
        let mut query = AuditQuery::new(Scope::Platform);
        loop {
            let page = store.audit_records(&query, Deadline::default()).await?;
            unread("audit record", &page.entries, &mut found);
            for record in page.entries.iter().flatten() {
                let place = format!("an audit record of {}", record.operation.as_str());
                self.look(&place, &text_of_audit(record), &mut found);
            }
            if !page.has_more {
                break;
            }
            query.after = Some(page.next);
        }
        let mut query = OutboxQuery::new(Scope::Platform);
        loop {
            let page = store.outbox_events(&query, Deadline::default()).await?;
            unread("event", &page.entries, &mut found);
            for event in page.entries.iter().flatten() {
                let place = format!("an event {}", event.event_type.as_str());
                self.look(&place, &text_of_event(event), &mut found);
            }
            if !page.has_more {
                break;
            }
            query.after = Some(page.next);
        }
        let receipts = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        self.look("a receipt", &receipts, &mut found);
        self.look("a log line or an error's text", overheard, &mut found);
        Ok(found)
    }

    fn look(&self, place: &str, text: &str, found: &mut Vec<String>) {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let canary = std::iter::once(CANARY);
        for value in canary.chain(values.iter().map(String::as_str)) {
            if text.contains(value) {
                found.push(format!("{place} shows sha256:{}", &sha256_hex(value)[..12]));
            }
        }
    }
}

/// Tells how many entries of a log's page could not be read.
fn unread<T, E>(what: &str, entries: &[Result<T, E>], found: &mut Vec<String>) {
    let unread = entries.iter().filter(|entry| entry.is_err()).count();
    if unread > 0 {
        found.push(format!("{unread} of a page can't be read as an {what}"));
    }
}

/// The whole text of an audit record, ids in clear.
fn text_of_audit(record: &AuditRecord) -> String {
    let actor = &record.actor;
    let on_behalf_of = actor.on_behalf_of.as_ref();
    [
        Some(record.audit_id.as_str()),
        Some(record.operation_id.as_str()),
        Some(record.correlation_id.as_str()),
        record.tenant.as_ref().map(TenantId::as_str),
        Some(actor.id.as_str()),
        on_behalf_of.map(ActorId::as_str),
        Some(record.operation.as_str()),
        record.target.as_ref().map(AuditTarget::key),
    ]
    .map(Option::unwrap_or_default)
    .join("\n")
}

/// The whole text of an event, ids in clear.
fn text_of_event(event: &OutboxEvent) -> String {
    [
        event.event_id.as_str(),
        event.event_type.as_str(),
        event.aggregate.key.as_str(),
        event.tenant.as_ref().map_or("", |tenant| tenant.as_str()),
        event.operation_id.as_str(),
        event.correlation_id.as_str(),
        &event.payload.to_text(),
    ]
    .join("\n")
}

/// Every sensitive text of a record.
fn sensitive(record: &DomainRecord, tell: &mut impl FnMut(&str)) {
    match record {
        DomainRecord::User(user) => {
            for text in [&user.display_name, &user.primary_email]
                .into_iter()
                .flatten()
            {
                tell(text.expose().as_str());
            }
        }
        // One that is called like its user can't be told from an id, which may be shown.
        DomainRecord::ExternalIdentity(identity)
            if identity.subject.as_str() != identity.user_id.as_str() =>
        {
            tell(identity.subject.as_str());
        }
        DomainRecord::ProfileValue(value) => leaves(value.value.expose(), tell),
        DomainRecord::IdentityFactor(factor) => {
            tell(factor.normalized_value.expose().as_str());
            if let Some(text) = &factor.display_value {
                tell(text.expose().as_str());
            }
        }
        DomainRecord::PreparedAccount(account) => {
            for requirement in &account.factor_requirements {
                tell(requirement.normalized_value.expose().as_str());
            }
            for entitlement in &account.entitlements {
                if let Entitlement::ProfileValue(value) = entitlement {
                    leaves(value.value.expose(), tell);
                }
            }
            let hints = [&account.display_name_hint, &account.primary_email_hint];
            for text in hints.into_iter().flatten() {
                tell(text.expose().as_str());
            }
        }
        DomainRecord::AccessProfile(profile) => {
            for (_, value) in profile.profile_defaults.expose().iter() {
                leaves(value, tell);
            }
        }
        _ => {}
    }
}

/// Whether a secret stands in a sensitive text of a record, or in any text of a factor.
fn holds_secret(record: &DomainRecord) -> bool {
    let mut holds = false;
    let mut look = |text: &str| holds |= text.contains(SECRET);
    sensitive(record, &mut look);
    if let DomainRecord::IdentityFactor(factor) = record {
        look(factor.factor_id.as_str());
        look(factor.source_system.as_str());
        for text in factor.assurance.iter().flat_map(|(key, text)| [key, text]) {
            look(text.as_str());
        }
        for text in &factor.evidence_references {
            look(text.as_str());
        }
    }
    holds
}

/// Every text inside a JSON value.
fn leaves(value: &JsonValue, tell: &mut impl FnMut(&str)) {
    let mut pending = vec![value.to_value()];
    while let Some(value) = pending.pop() {
        match value {
            serde_json::Value::String(text) => tell(&text),
            serde_json::Value::Array(values) => pending.extend(values),
            serde_json::Value::Object(members) => pending.extend(members.into_iter().map(|m| m.1)),
            _ => {}
        }
    }
}

/// Overhears everything that is traced where it is the subscriber.
#[derive(Debug, Clone, Default)]
pub struct Eavesdropper(Arc<Overheard>);

#[derive(Debug, Default)]
struct Overheard {
    text: Mutex<String>,
    spans: AtomicU64,
}

impl Eavesdropper {
    /// Everything that was traced so far, fields and their values, a line each.
    pub fn overheard(&self) -> String {
        let text = self.0.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }

    fn hear(&self, name: &str, record: impl FnOnce(&mut Ear<'_>)) {
        let mut text = self.0.text.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(text, "\n{name}");
        record(&mut Ear(&mut text));
    }
}

struct Ear<'a>(&'a mut String);

impl Visit for Ear<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl tracing::Subscriber for Eavesdropper {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.hear(span.metadata().name(), |ear| span.record(ear));
        Id::from_u64(self.0.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.hear("recorded", |ear| values.record(ear));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        self.hear(event.metadata().name(), |ear| event.record(ear));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::{sensitive, unread};
    use user_engine_domain::{
        DomainRecord, ExternalIdentity, FieldError, Issuer, Subject, Timestamp, UserId,
    };

    #[test]
    fn a_subject_is_looked_for_unless_it_reads_like_its_user() -> Result<(), FieldError> {
        let mut told = Vec::new();
        for subject in ["ada", "ada-elsewhere"] {
            let identity = ExternalIdentity {
                issuer: Issuer::new("https://id.example")?,
                subject: Subject::new(subject)?,
                user_id: UserId::new("ada")?,
                linked_at: Timestamp::from_micros(0)?,
            };
            let record = DomainRecord::from(identity);
            sensitive(&record, &mut |text| told.push(text.to_owned()));
        }
        assert_eq!(told, ["ada-elsewhere"]);
        Ok(())
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_a_finding() {
        let mut found = Vec::new();
        unread::<_, ()>("event", &[Ok("read")], &mut found);
        assert!(found.is_empty());
        unread("event", &[Ok("read"), Err(()), Err(())], &mut found);
        assert_eq!(found, ["2 of a page can't be read as an event"]);
    }
}

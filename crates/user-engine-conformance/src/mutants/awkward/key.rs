//! Wrong about keys; of users only, which is enough to be seen.

use crate::fault::{Unit, UnitFault};
use crate::fixture::row_keys;
use async_trait::async_trait;
use user_engine_domain::{DomainRecord, RecordId, RecordKey, RecordKind, Subject, UserId};
use user_engine_ports::{Precondition, Read, ReadAnswer, Scope, StoreError};

/// Folds users' ids, on the way in and when they are asked for.
pub(super) struct Folds(pub(super) fn(&str) -> String);

impl Folds {
    /// The key of the folded id.
    fn key(&self, key: &RecordKey) -> RecordKey {
        let id = key.as_str();
        if id.starts_with('~') {
            return key.clone();
        }
        let id = id.replace("%2F", "/").replace("%7E", "~");
        let folded = (self.0)(&id.replace("%25", "%"));
        RecordKey::from_parts([Some(folded.as_str())])
    }
}

#[async_trait]
impl UnitFault for Folds {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        match record {
            DomainRecord::User(mut user) => {
                if let Ok(folded) = UserId::new((self.0)(user.user_id.as_str())) {
                    user.user_id = folded;
                }
                unit.save(user.into(), precondition)
            }
            record => unit.save(record, precondition),
        }
    }

    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let fold = |read: &Read| match read {
            Read::Get(id) if id.kind == RecordKind::User => {
                Read::Get(RecordId::new(id.kind, self.key(&id.key)))
            }
            read => read.clone(),
        };
        let folded: Vec<_> = reads.iter().map(fold).collect();
        unit.read(&folded).await
    }
}

pub(super) fn within_three_bytes(id: &str) -> String {
    let keep = |c: char| if c.len_utf8() > 3 { '\u{fffd}' } else { c };
    id.chars().map(keep).collect()
}

pub(super) fn visible(id: &str) -> String {
    let hidden = |c: char| {
        matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fe0f}'
        )
    };
    id.chars().filter(|c| !hidden(*c)).collect()
}

pub(super) fn order_by_utf_16(_scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if let ReadAnswer::List(page) = answer {
        page.rows.sort_by_key(|row| {
            let keys = row_keys(std::slice::from_ref(row));
            keys.first()
                .map(|key| key.as_str().encode_utf16().collect::<Vec<_>>())
        });
    }
}

pub(super) fn short_subject(record: DomainRecord) -> DomainRecord {
    match record {
        DomainRecord::ExternalIdentity(mut identity) => {
            if let Some(Ok(short)) = identity.subject.as_str().get(..1_000).map(Subject::new) {
                identity.subject = short;
            }
            identity.into()
        }
        record => record,
    }
}

pub(super) fn hide_unprefixed(scope: &Scope, read: &Read, answer: &mut ReadAnswer) {
    if let (Scope::Tenant(tenant), Read::Get(id)) = (scope, read) {
        let prefix = RecordKey::from_parts([Some(tenant.as_str())]);
        if id.kind.is_tenant_kind() && !id.key.as_str().starts_with(prefix.as_str()) {
            *answer = ReadAnswer::Get(None);
        }
    }
}

//! The stored form of a record: the columns of the generic table.

use crate::error::{DecodeError, Reason};
use crate::payload;
use crate::wire::Wire;
use std::borrow::Cow;
use std::fmt;
use user_engine_domain::{
    AccessProfile, Account, ActiveAccessContext, Application, ApplicationBinding, ApplicationId,
    Catalog, DomainRecord, ExternalIdentity, FamilyInvitation, IdentityFactor, Membership,
    OnboardingJourney, PreparedAccount, ProfileValue, Record, RecordKey, RecordKind,
    RegistrationSession, TenantAccount, TenantId, User, UserId, WelcomeProtocol,
};

/// A record as a store keeps it: eight columns.
///
/// The payload is raw durable state and may hold sensitive values: it belongs into a statement's
/// parameter, never into diagnostics. `Debug` shows type, key digest and payload size.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreRecord {
    /// The record kind's stored string.
    pub record_type: Cow<'static, str>,
    /// The key within the kind.
    pub record_key: RecordKey,
    /// The tenant that the record belongs to.
    pub tenant: Option<Box<str>>,
    /// The user that is meant.
    pub user_id: Option<Box<str>>,
    /// The application that is meant.
    pub application_id: Option<Box<str>>,
    /// The type of the scope that the record is found by.
    pub scope_type: Option<Cow<'static, str>>,
    /// The id of that scope.
    pub scope_id: Option<Box<str>>,
    /// The record as JSON text. `jsonb` may respell it; decoding does not mind.
    pub payload: String,
}

impl fmt::Debug for StoreRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreRecord")
            .field("record_type", &RecordKind::from_stored(&self.record_type))
            .field("record_key", &self.record_key)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// Finds the kind of a stored type.
trait FromStored: Sized {
    fn from_stored(text: &str) -> Option<Self>;
}

impl FromStored for RecordKind {
    fn from_stored(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The stored form of a record: deterministic, the same record gives the same bytes.
///
/// # Examples
///
/// ```
/// use user_engine_domain::{DomainRecord, Timestamp, User, UserId};
/// use user_engine_records::{domain_record_from_store_record, store_record_for};
///
/// let at = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z")?;
/// let user = User {
///     user_id: UserId::new("u-1")?,
///     display_name: None,
///     primary_email: None,
///     created_at: at,
///     updated_at: at,
/// };
/// let record = DomainRecord::from(user);
/// let stored = store_record_for(&record);
/// assert_eq!(domain_record_from_store_record(&stored)?, record);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn store_record_for(record: &DomainRecord) -> StoreRecord {
    let columns = record.columns();
    StoreRecord {
        record_type: Cow::Borrowed(record.kind().as_str()),
        record_key: record.record_key(),
        tenant: columns.tenant.map(|id| id.as_str().into()),
        user_id: columns.user_id.map(|id| id.as_str().into()),
        application_id: columns.application_id.map(|id| id.as_str().into()),
        scope_type: columns.scope_type.map(Cow::Borrowed),
        scope_id: columns.scope_id.map(|id| id.into_owned().into_boxed_str()),
        payload: encode_payload(record),
    }
}

/// The record in a stored form, strictly: unknown kinds, newer payloads, unknown fields, broken
/// rules and a key or column that is not the record's are refused.
///
/// # Errors
///
/// Says kind, key digest and place, never a value.
pub fn domain_record_from_store_record(stored: &StoreRecord) -> Result<DomainRecord, DecodeError> {
    let kind = RecordKind::from_stored(&stored.record_type);
    let refuse = |path: String, reason| {
        Err(DecodeError {
            kind,
            key: stored.record_key.clone(),
            path,
            reason,
        })
    };
    let Some(known) = kind else {
        return refuse("record_type".to_owned(), Reason::Kind);
    };
    let record = match decode_payload(known, &stored.payload) {
        Ok(record) => record,
        Err((path, reason)) => return refuse(path, reason),
    };
    if let Err(rule) = record.validate() {
        return refuse(format!("$.record.{}", rule.field()), Reason::Rule);
    }
    if record.record_key() != stored.record_key {
        return refuse("record_key".to_owned(), Reason::Key);
    }
    match differing_column(&record, stored) {
        Some(column) => refuse(column.to_owned(), Reason::Column),
        None => Ok(record),
    }
}

/// As [`domain_record_from_store_record`], for a kind known beforehand.
///
/// # Errors
///
/// Also [`Reason::OtherKind`] when the stored record is of another kind.
pub fn typed_record_from_store_record<R: Record>(stored: &StoreRecord) -> Result<R, DecodeError> {
    let record = domain_record_from_store_record(stored)?;
    R::try_from_domain(record).map_err(|other| DecodeError {
        kind: Some(other.kind()),
        key: stored.record_key.clone(),
        path: "record_type".to_owned(),
        reason: Reason::OtherKind,
    })
}

fn differing_column(record: &DomainRecord, stored: &StoreRecord) -> Option<&'static str> {
    let columns = record.columns();
    let application_id = columns.application_id.as_deref().map(ApplicationId::as_str);
    let pairs = [
        (
            "tenant",
            columns.tenant.map(TenantId::as_str),
            stored.tenant.as_deref(),
        ),
        (
            "user_id",
            columns.user_id.map(UserId::as_str),
            stored.user_id.as_deref(),
        ),
        (
            "application_id",
            application_id,
            stored.application_id.as_deref(),
        ),
        (
            "scope_type",
            columns.scope_type,
            stored.scope_type.as_deref(),
        ),
        (
            "scope_id",
            columns.scope_id.as_deref(),
            stored.scope_id.as_deref(),
        ),
    ];
    pairs
        .into_iter()
        .find(|(_, own, stored)| own != stored)
        .map(|(name, ..)| name)
}

macro_rules! codec {
    ($($kind:ident),+ $(,)?) => {
        fn encode_payload(record: &DomainRecord) -> String {
            match record {
                $(DomainRecord::$kind(record) => payload::encode(record),)+
            }
        }

        fn decode_payload(
            kind: RecordKind,
            text: &str,
        ) -> Result<DomainRecord, (String, Reason)> {
            match kind {
                $(RecordKind::$kind => payload::decode::<$kind>(text).map(DomainRecord::$kind),)+
            }
        }

        const _: () = {
            const fn has_wire_form<T: Wire>() {}
            $(has_wire_form::<$kind>();)+
        };
    };
}

codec!(
    AccessProfile,
    Account,
    ActiveAccessContext,
    Application,
    ApplicationBinding,
    Catalog,
    ExternalIdentity,
    FamilyInvitation,
    IdentityFactor,
    Membership,
    OnboardingJourney,
    PreparedAccount,
    ProfileValue,
    RegistrationSession,
    TenantAccount,
    User,
    WelcomeProtocol,
);

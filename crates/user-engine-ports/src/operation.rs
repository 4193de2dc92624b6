//! Operations: the token by which a unit of work is repeated or asked about.

use crate::error::{Limit, StoreError, StoreErrorKind, Verb};
use std::collections::BTreeMap;
use std::fmt;
use user_engine_domain::{OperationId, Timestamp, sha256_hex};

/// The most bytes of a receipt's entries, names and ids together.
pub const RECEIPT_MAX_BYTES: usize = 4 * 1024;

/// A digest of the request that an operation carries out: the same id with another digest is a
/// conflict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestDigest(Box<str>);

impl RequestDigest {
    /// The SHA-256 of the request's canonical bytes.
    pub fn of(request: impl AsRef<[u8]>) -> Self {
        Self(sha256_hex(request).into())
    }

    /// Takes a digest as a store kept it.
    pub fn from_stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The digest in hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An operation: made before anything is sent and stored in the same commit, which makes it the
/// only token that survives a lost answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The id, unique within the unit's scope.
    pub id: OperationId,
    /// The digest of the request.
    pub request_digest: RequestDigest,
}

impl Operation {
    /// Puts an id and a digest together.
    pub const fn new(id: OperationId, request_digest: RequestDigest) -> Self {
        Self { id, request_digest }
    }
}

/// What a caller wants back when the operation is repeated: names and ids, nothing else.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ReceiptBody(BTreeMap<String, String>);

impl fmt::Debug for ReceiptBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiptBody({} entries)", self.0.len())
    }
}

impl ReceiptBody {
    /// Keeps named ids.
    ///
    /// # Errors
    ///
    /// Refuses more than 4 KiB of names and ids, and U+0000 in either.
    pub fn new(entries: BTreeMap<String, String>) -> Result<Self, StoreError> {
        let size: usize = entries.iter().map(|(name, id)| name.len() + id.len()).sum();
        if size > RECEIPT_MAX_BYTES {
            return Err(StoreError::new(
                StoreErrorKind::LimitExceeded(Limit::Receipt),
                Verb::Commit,
            ));
        }
        if entries
            .iter()
            .any(|(name, id)| name.contains('\0') || id.contains('\0'))
        {
            let refused =
                user_engine_domain::FieldError::new("receipt", user_engine_domain::Rule::Nul);
            return Err(StoreError::new(
                StoreErrorKind::Invalid(refused),
                Verb::Commit,
            ));
        }
        Ok(Self(entries))
    }

    /// The entries, in the order of their names.
    pub const fn entries(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The id under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// What is known of an applied operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The operation.
    pub operation_id: OperationId,
    /// When it was applied, by the store's clock.
    pub applied_at: Timestamp,
    /// What the caller put into it.
    pub body: ReceiptBody,
}

/// The answer to “did this operation apply?”. Asking fences the id: after
/// [`OperationOutcome::NotApplied`] it never can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationOutcome {
    /// It applied; this is its receipt.
    Applied(Receipt),
    /// It did not apply and can't any more under this id.
    NotApplied,
    /// A holder of the id is still at work; ask again.
    StillRunning,
}

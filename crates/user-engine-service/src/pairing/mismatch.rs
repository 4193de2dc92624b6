//! What the verifier found wrong, as kinds, names of ours and digests.

use std::fmt;
use user_engine_domain::sha256_hex;

/// How a store's logs disagree with what operations promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MismatchKind {
    /// More audit records of an operation than first events of it.
    AuditWithoutEvent,
    /// An event of an operation of which nothing is audited.
    EventWithoutAudit,
    /// More first events of an operation than audit records of it.
    EventTooMany,
    /// An event of an operation that was denied and never done.
    EventOfDenial,
    /// An event that no audited operation of its operation id declares.
    UndeclaredEvent,
    /// An event about a record of another kind than its type declares, or whose payload has a
    /// member that its type does not declare.
    EventOfAnotherForm,
    /// An audit record of an operation that the table does not have, or of one that only reads.
    UnknownOperation,
    /// One operation id under two correlation ids.
    CorrelationsDiffer,
    /// One operation id in two tenants, where its scope allows one.
    TenantsDiffer,
    /// An audited operation that the store says never applied.
    NotApplied,
    /// The store knows of more or fewer operations than are audited.
    RowsDiffer,
    /// An audit record that can't be decoded.
    UndecodableAudit,
    /// An event that can't be decoded.
    UndecodableEvent,
}

/// One thing that the verifier found wrong. It holds no stored value: ids are digests, names are
/// those of the tables of operations and events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What is wrong.
    pub kind: MismatchKind,
    /// The operation id's digest; absent where a row can't be decoded.
    pub operation: Option<Digest>,
    /// The correlation id's digest.
    pub correlation: Option<Digest>,
    /// The operation's name, or the event's type; absent where the tables don't have it.
    pub name: Option<&'static str>,
    /// How many were expected.
    pub expected: u64,
    /// How many were found.
    pub found: u64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)?;
        if let Some(name) = self.name {
            write!(f, " of {name}")?;
        }
        if let Some(operation) = &self.operation {
            write!(f, ", operation {operation}")?;
        }
        if let Some(correlation) = &self.correlation {
            write!(f, ", correlation {correlation}")?;
        }
        write!(f, ": {} instead of {}", self.found, self.expected)
    }
}

/// The first twelve digits of an id's SHA-256: enough to find it, from which nobody reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Box<str>);

impl Digest {
    /// The digest of an id's text.
    pub fn of(id: &str) -> Self {
        let mut hex = sha256_hex(id);
        hex.truncate(12);
        Self(hex.into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! What a caller is told when an operation was not done: kinds and fields, never a value.

use std::fmt;
use user_engine_domain::{
    CorrelationId, FieldError, OperationId, ReasonCode, RecordId, RecordKind, Rule,
};
use user_engine_ports::{ConflictReason, Effect, StoreError, StoreErrorKind};

/// Why an operation was not done.
///
/// `Display` and `Debug` show kinds, fields and rules only.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct ServiceError {
    kind: ServiceErrorKind,
    operation_id: Option<OperationId>,
    correlation_id: Option<CorrelationId>,
}

/// The kinds of service errors.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// The request is of a wrong shape, or asks for a state, catalog or value that the rules
    /// forbid. Change the request.
    #[error("invalid request: {0}")]
    Validation(FieldError),
    /// The caller may not do this. Nothing says whether what was named exists.
    #[error("denied{}", if *.is_audited { "" } else { "; the denial could not be recorded" })]
    AuthorizationDenied {
        /// Whether the denial was made durable.
        is_audited: bool,
    },
    /// There is no such record for this caller. The kind is the request's own.
    #[error("no such {0}")]
    NotFound(RecordKind),
    /// The store holds something else than the request requires: read again, then decide anew.
    #[error("conflict: {0}")]
    Conflict(ConflictCause),
    /// The store failed; its error says what repeating can do. When the effect is unknown, repeat
    /// with the same operation id.
    #[error("the store failed")]
    Store(#[source] StoreError),
}

/// What a conflict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConflictCause {
    /// There is such a record already.
    Exists(RecordKind),
    /// The record changed since it was read, or somebody else was first.
    Changed(Option<RecordKind>),
    /// The identity is linked to another user.
    LinkedElsewhere,
    /// The operation id was used for another request, or was given up by asking for its outcome.
    OperationReused,
    /// Another call applied this very unit of operations while this one ran: its answers are the
    /// ones that count. Begin the unit again under its operation id for them.
    AppliedMeanwhile,
}

impl fmt::Display for ConflictCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(kind) => write!(f, "the {kind} exists already"),
            Self::Changed(Some(kind)) => write!(f, "the {kind} changed meanwhile"),
            Self::Changed(None) => f.write_str("a record changed meanwhile"),
            Self::LinkedElsewhere => f.write_str("the identity is linked to another user"),
            Self::OperationReused => f.write_str("the operation id belongs to another request"),
            Self::AppliedMeanwhile => f.write_str("another call applied the unit meanwhile"),
        }
    }
}

impl ServiceError {
    pub(crate) const fn new(kind: ServiceErrorKind) -> Self {
        Self {
            kind,
            operation_id: None,
            correlation_id: None,
        }
    }

    #[must_use]
    pub(crate) fn of(mut self, operation: &OperationId, correlation: &CorrelationId) -> Self {
        self.operation_id = Some(operation.clone());
        self.correlation_id = Some(correlation.clone());
        self
    }

    /// What kind of error this is, with its data.
    pub const fn kind(&self) -> &ServiceErrorKind {
        &self.kind
    }

    /// The operation, to be repeated when its effect is unknown.
    pub const fn operation_id(&self) -> Option<&OperationId> {
        self.operation_id.as_ref()
    }

    /// The request, by which its denial is found in the audit records.
    pub const fn correlation_id(&self) -> Option<&CorrelationId> {
        self.correlation_id.as_ref()
    }

    /// Whether the operation may have been applied.
    pub fn effect(&self) -> Effect {
        match &self.kind {
            ServiceErrorKind::Store(error) => error.effect(),
            _ => Effect::NotApplied,
        }
    }

    /// Whether the caller was denied.
    pub const fn is_denied(&self) -> bool {
        matches!(self.kind, ServiceErrorKind::AuthorizationDenied { .. })
    }

    /// The refused field and rule, when the request is invalid.
    pub const fn invalid(&self) -> Option<&FieldError> {
        match &self.kind {
            ServiceErrorKind::Validation(refused) => Some(refused),
            _ => None,
        }
    }

    /// The conflict, when this is one.
    pub const fn conflict(&self) -> Option<ConflictCause> {
        match &self.kind {
            ServiceErrorKind::Conflict(cause) => Some(*cause),
            _ => None,
        }
    }
}

/// Why an operation refuses, before the runner has recorded what is to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// See [`ServiceErrorKind::Validation`].
    Invalid(FieldError),
    /// The caller may not: to be audited with this reason, about this record.
    Denied(ReasonCode, Option<RecordId>),
    /// See [`ServiceErrorKind::NotFound`].
    NotFound(RecordKind),
    /// See [`ServiceErrorKind::Conflict`].
    Conflict(ConflictCause),
    /// See [`ServiceErrorKind::Store`].
    Store(StoreError),
}

impl Refusal {
    /// A field that disagrees with a rule of the domain.
    pub const fn rule(field: &'static str, expected: &'static str) -> Self {
        Self::Invalid(FieldError::new(field, Rule::Inconsistent { expected }))
    }

    /// A denial about no one record.
    pub const fn denied(reason: ReasonCode) -> Self {
        Self::Denied(reason, None)
    }
}

impl From<Refusal> for ServiceErrorKind {
    /// What the caller is told; a denial as one that was not recorded.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(refused) => Self::Validation(refused),
            Refusal::Denied(..) => Self::AuthorizationDenied { is_audited: false },
            Refusal::NotFound(kind) => Self::NotFound(kind),
            Refusal::Conflict(cause) => Self::Conflict(cause),
            Refusal::Store(error) => Self::Store(error),
        }
    }
}

impl From<FieldError> for Refusal {
    fn from(refused: FieldError) -> Self {
        Self::Invalid(refused)
    }
}

impl From<StoreError> for Refusal {
    /// A store's refusal of the request's own content is the request's.
    fn from(error: StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Invalid(refused) => Self::Invalid(refused.clone()),
            StoreErrorKind::Conflict(conflict) => {
                let kind = conflict.record.as_ref().map(|id| id.kind);
                Self::Conflict(match conflict.reason {
                    ConflictReason::OperationReused | ConflictReason::OperationFenced => {
                        ConflictCause::OperationReused
                    }
                    ConflictReason::Precondition
                    | ConflictReason::Owner
                    | ConflictReason::DuplicateId => ConflictCause::Changed(kind),
                })
            }
            _ => Self::Store(error),
        }
    }
}

//! What every call brings along: who shows what, and by which ids it is known afterwards.

use crate::port::Credential;
use user_engine_domain::{CorrelationId, OperationId, TenantId};
use user_engine_ports::Deadline;

/// The surroundings of one request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// What the caller shows; the claims port verifies it.
    pub credential: Credential,
    /// The tenant that is meant; that of the claims, where absent. What operators do to every
    /// tenant's rows is told in the log of the one that is named here, and in no tenant's where
    /// none is: never in that of their claims.
    pub tenant: Option<TenantId>,
    /// Ties everything of one request together; from the id source, where absent.
    pub correlation_id: Option<CorrelationId>,
    /// Makes a mutation repeatable: the same id with the same request gives the first answer.
    /// From the id source, where absent. Of no meaning for reads.
    pub operation_id: Option<OperationId>,
    /// By when the call ends; a denial may take up to two seconds more, to be made durable.
    pub deadline: Deadline,
}

impl RequestContext {
    /// A request with nothing but a credential, and the default deadline.
    pub fn new(credential: Credential) -> Self {
        Self {
            credential,
            tenant: None,
            correlation_id: None,
            operation_id: None,
            deadline: Deadline::default(),
        }
    }

    /// The same request in a tenant.
    #[must_use]
    pub fn in_tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// The same request under an operation id of the caller's.
    #[must_use]
    pub fn with_operation(mut self, operation_id: OperationId) -> Self {
        self.operation_id = Some(operation_id);
        self
    }

    /// The same request under a correlation id of the caller's.
    #[must_use]
    pub fn with_correlation(mut self, correlation_id: CorrelationId) -> Self {
        self.correlation_id = Some(correlation_id);
        self
    }

    /// The same request under another deadline.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }
}

/// What a mutation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<R> {
    /// The answer; of a repeated operation, the first one.
    pub response: R,
    /// The operation, by which it can be repeated.
    pub operation_id: OperationId,
    /// The request, by which its audit record and events are found; of a repeated operation, which
    /// has neither, the repetition's own.
    pub correlation_id: CorrelationId,
    /// Whether the operation had been applied before, so that this call wrote nothing.
    pub is_repeated: bool,
}

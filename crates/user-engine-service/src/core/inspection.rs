//! Reads that are calls of the store's own, outside of a flight: its logs, counts and readiness.

use crate::context::RequestContext;
use crate::core::admission::{Admitted, Tokens};
use crate::core::operation::{Grant, Operation};
use crate::core::runner::{finish, read, span};
use crate::error::{Refusal, ServiceError};
use crate::service::UserEngineService;
use std::future::Future;
use tracing::Instrument;
use user_engine_ports::{RunError, Scope, UnitOptions, UserEngineStore};

/// An operation that asks the store itself. Its caller is admitted as everybody is; a person's own
/// accounts are read in a flight before it.
pub(crate) trait Inspection: Operation {
    /// What it answers.
    type Answer: Send;

    /// Asks the store.
    ///
    /// # Errors
    ///
    /// A refusal of the request, or the store's own.
    fn inspect(
        &self,
        store: &dyn UserEngineStore,
        admitted: &Admitted,
    ) -> impl Future<Output = Result<Self::Answer, Refusal>> + Send;
}

impl Admitted {
    /// Whose logs and counts the caller is shown: the resolved tenant's, or everybody's where an
    /// operator named no tenant.
    pub(crate) fn inspected(&self) -> Scope {
        if self.tenant.is_none() && self.grant == Grant::PlatformOperator {
            Scope::Platform
        } else {
            self.scope.clone()
        }
    }
}

impl UserEngineService {
    /// Runs an inspection.
    pub(crate) async fn inspect<I: Inspection>(
        &self,
        context: &RequestContext,
        request: I,
    ) -> Result<I::Answer, ServiceError> {
        async move {
            let tokens = self.tokens(context)?;
            let ended = self.inspect_as(context, &tokens, &request).await;
            finish(
                &I::SPEC,
                ended.map_err(|error| error.of(&tokens.operation_id, &tokens.correlation_id)),
            )
        }
        .instrument(span(&I::SPEC))
        .await
    }

    async fn inspect_as<I: Inspection>(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        request: &I,
    ) -> Result<I::Answer, ServiceError> {
        let admitted = self.admitted(context, tokens, request).await?;
        let store = &*self.ports().store;
        let options = UnitOptions::read(admitted.scope.clone()).deadline(context.deadline);
        let mut tx = store.begin(options);
        let answer = match read(&mut tx, &admitted, request).await {
            Ok(_) => request.inspect(store, &admitted).await,
            Err(RunError::Refused(refusal)) => Err(refusal),
            Err(RunError::Store(error)) => Err(Refusal::from(error)),
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(refusal) => {
                let known = admitted.known();
                Err(self.refused(&I::SPEC, tokens, &known, refusal).await)
            }
        }
    }
}

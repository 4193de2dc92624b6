//! How a call begins: its ids, and its caller's admission or first answer.

use crate::context::{Done, RequestContext};
use crate::core::admission::{Admitted, Asked, Known, Tokens};
use crate::core::caller::Caller;
use crate::core::draft::internal;
use crate::core::operation::{Mutation, Operation};
use crate::error::{Refusal, ServiceError, ServiceErrorKind};
use crate::service::UserEngineService;
use user_engine_domain::{CorrelationId, OperationId};
use user_engine_ports::{Operation as StoreOperation, Receipt, RequestDigest, UnitOptions};

/// How a mutation begins.
pub(crate) enum Opened {
    /// Its caller was admitted.
    Admitted(Admitted),
    /// It was applied before, and its caller can't be admitted any more: the sign-in that it was
    /// called by is nobody's now, or somebody else's.
    Answered(Receipt, Known),
}

impl Tokens {
    /// What a mutation under these ids did.
    pub(crate) fn done<R>(&self, response: R, is_repeated: bool) -> Done<R> {
        Done {
            response,
            operation_id: self.operation_id.clone(),
            correlation_id: self.correlation_id.clone(),
            is_repeated,
        }
    }
}

impl UserEngineService {
    /// The ids of a call: the caller's, or fresh ones.
    pub(crate) fn tokens(&self, context: &RequestContext) -> Result<Tokens, ServiceError> {
        let ids = &self.ports().ids;
        let broken = |_| ServiceError::new(internal().into());
        let operation_id = match &context.operation_id {
            Some(id) => id.clone(),
            None => OperationId::new(ids.next_id()).map_err(broken)?,
        };
        let correlation_id = match &context.correlation_id {
            Some(id) => id.clone(),
            None => CorrelationId::new(ids.next_id()).map_err(broken)?,
        };
        Ok(Tokens {
            operation_id,
            correlation_id,
        })
    }

    /// Admits a caller, or records the denial.
    pub(crate) async fn admitted<O: Operation>(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        request: &O,
    ) -> Result<Admitted, ServiceError> {
        match self.asked(context, tokens, request).await {
            Ok(admitted) => Ok(admitted),
            Err((refusal, known)) => Err(self.refused(&O::SPEC, tokens, &known, refusal).await),
        }
    }

    /// Admits a caller to a mutation, or finds its first answer where it was what ended the
    /// caller's sign-in, or records the denial.
    pub(crate) async fn opened<M: Mutation>(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        request: &M,
        digest: impl FnOnce(Caller<'_>) -> RequestDigest,
    ) -> Result<Opened, ServiceError> {
        let (refusal, known) = match self.asked(context, tokens, request).await {
            Ok(admitted) => return Ok(Opened::Admitted(admitted)),
            Err(refused) => refused,
        };
        if let (Some(operation_id), Some((caller, scope))) =
            (&context.operation_id, known.earlier())
        {
            let operation = StoreOperation::new(operation_id.clone(), digest(caller));
            let options = UnitOptions::write(scope.clone(), operation).deadline(context.deadline);
            let mut tx = self.ports().store.begin(options);
            if let Err(error) = tx.read(&[caller.sign_in()]).await {
                if let Some(receipt) = error.receipt() {
                    return Ok(Opened::Answered(receipt.clone(), known));
                }
                if error.conflict().is_none() {
                    return Err(ServiceError::new(ServiceErrorKind::Store(error)));
                }
            }
        }
        Err(self.refused(&M::SPEC, tokens, &known, refusal).await)
    }

    async fn asked<O: Operation>(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        request: &O,
    ) -> Result<Admitted, (Refusal, Known)> {
        let target = request.target();
        let asked = Asked {
            spec: &O::SPEC,
            owner: request.owner(),
            target: target.as_ref(),
            target_in: &|tenant| request.target_in(tenant),
        };
        self.admit(context, tokens, asked).await
    }
}

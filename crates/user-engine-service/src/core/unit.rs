//! Several operations in one unit of work: all of them, or none.

use crate::context::{Done, RequestContext};
use crate::core::admission::{Admitted, Tokens};
use crate::core::operation::Mutation;
use crate::core::runner::{read, unit_digest};
use crate::core::writer;
use crate::error::{Refusal, ServiceError, ServiceErrorKind};
use crate::service::UserEngineService;
use user_engine_ports::{
    Operation as StoreOperation, RunError, Scope, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

/// Several operations of one caller that commit together. Each is admitted and audited by itself,
/// under one operation id and one correlation id; when one is refused, nothing of any is written
/// and its denial stays.
///
/// All of them reach what the first one reaches.
#[must_use = "a unit that is not committed writes nothing"]
#[derive(Debug)]
pub struct Unit<'a> {
    service: &'a UserEngineService,
    context: RequestContext,
    tokens: Tokens,
    tx: Option<(Scope, Tx)>,
    has_failed: bool,
}

impl UserEngineService {
    /// Begins a unit of several operations. Nothing is sent.
    ///
    /// # Errors
    ///
    /// `Store` when the id source breaks its promise.
    pub fn begin(&self, context: RequestContext) -> Result<Unit<'_>, ServiceError> {
        let tokens = self.tokens(&context)?;
        Ok(Unit {
            service: self,
            context,
            tokens,
            tx: None,
            has_failed: false,
        })
    }
}

impl Unit<'_> {
    /// Runs one operation in this unit; what it wrote shows in the reads of those behind it.
    ///
    /// # Errors
    ///
    /// As the operation by itself, except for conflicts that only the commit can see. Afterwards
    /// the unit takes no more and can't be committed.
    pub async fn run<M: Mutation>(&mut self, request: M) -> Result<M::Response, ServiceError> {
        if self.has_failed {
            return Err(self.over());
        }
        let ran = self.try_run(&request).await;
        if let Err(error) = ran {
            self.has_failed = true;
            self.tx = None;
            return Err(error.of(&self.tokens.operation_id, &self.tokens.correlation_id));
        }
        ran
    }

    async fn try_run<M: Mutation>(&mut self, request: &M) -> Result<M::Response, ServiceError> {
        let Self {
            service,
            context,
            tokens,
            tx,
            ..
        } = self;
        let admitted = service.admitted(context, tokens, request).await?;
        let tx = match tx {
            Some((scope, tx)) if *scope == admitted.scope => tx,
            Some(_) => {
                let error = StoreError::new(StoreErrorKind::OutOfScope, Verb::Nested);
                return Err(ServiceError::new(ServiceErrorKind::Store(error)));
            }
            None => {
                // The caller's operation id stands for the whole unit, whatever is in it; another
                // caller's unit under it is a conflict.
                let digest = unit_digest(&admitted);
                let operation = StoreOperation::new(tokens.operation_id.clone(), digest);
                let options = UnitOptions::write(admitted.scope.clone(), operation)
                    .deadline(context.deadline);
                let begun = service.ports().store.begin(options);
                &mut tx.insert((admitted.scope.clone(), begun)).1
            }
        };
        let refusal = match joined(tx, &admitted, request).await {
            Ok(response) => return Ok(response),
            Err(refusal) => refusal,
        };
        let known = admitted.known();
        Err(service.refused(&M::SPEC, tokens, &known, refusal).await)
    }

    /// Commits everything, in one round trip.
    ///
    /// # Errors
    ///
    /// `Conflict` when a record changed meanwhile, `Store` when an operation failed before, when
    /// nothing was run, or when the store fails. An unknown effect stays unknown: a unit has no
    /// one answer that a receipt could rebuild.
    pub async fn commit(mut self) -> Result<Done<()>, ServiceError> {
        let Some((_, tx)) = self.tx.take().filter(|_| !self.has_failed) else {
            return Err(self.over());
        };
        let committed = tx.commit().await;
        let Tokens {
            operation_id,
            correlation_id,
        } = self.tokens.clone();
        match committed {
            Ok(committed) => Ok(Done {
                response: (),
                operation_id,
                correlation_id,
                is_repeated: committed.is_repeated,
            }),
            Err(error) => {
                let kind = match Refusal::from(error) {
                    Refusal::Conflict(cause) => ServiceErrorKind::Conflict(cause),
                    Refusal::Invalid(refused) => ServiceErrorKind::Validation(refused),
                    Refusal::Store(error) => ServiceErrorKind::Store(error),
                    Refusal::NotFound(kind) => ServiceErrorKind::NotFound(kind),
                    Refusal::Denied(..) => {
                        ServiceErrorKind::AuthorizationDenied { is_audited: false }
                    }
                };
                Err(ServiceError::new(kind).of(&operation_id, &correlation_id))
            }
        }
    }

    fn over(&self) -> ServiceError {
        let error = StoreError::new(StoreErrorKind::ReadOnly, Verb::Commit);
        ServiceError::new(ServiceErrorKind::Store(error))
            .of(&self.tokens.operation_id, &self.tokens.correlation_id)
    }
}

async fn joined<M: Mutation>(
    tx: &mut Tx,
    admitted: &Admitted,
    request: &M,
) -> Result<M::Response, Refusal> {
    let (slots, answers) = match read(tx, admitted, request).await {
        Ok(seen) => seen,
        Err(RunError::Refused(refusal)) => return Err(refusal),
        Err(RunError::Store(error)) => return Err(Refusal::from(error)),
    };
    if let Some(response) = request.idle(&slots, &answers, admitted)? {
        return Ok(response);
    }
    writer::write(tx, admitted, request, &slots, &answers)
}

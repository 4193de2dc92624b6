//! A call from its beginning to its end: admission, flights, decision, commit, denial, outcome.

use crate::context::{Done, RequestContext};
use crate::core::admission::{Admitted, Known, Standing, Tokens};
use crate::core::caller::Caller;
use crate::core::draft::Draft;
use crate::core::flight::{Answers, Flight};
use crate::core::opening::Opened;
use crate::core::operation::{Mutation, Operation, OperationSpec, Query};
use crate::core::response::{Entries, Response};
use crate::core::writer;
use crate::error::{Refusal, ServiceError, ServiceErrorKind};
use crate::service::UserEngineService;
use std::time::Duration;
use tracing::Instrument;
use user_engine_domain::{
    AuditId, AuditOutcome, AuditRecord, AuditTarget, OperationName, ReasonCode, RecordId,
};
use user_engine_ports::{
    Attempts, Committed, Effect, Operation as StoreOperation, OperationOutcome, Receipt,
    ReceiptBody, RunError, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

/// How long to wait before asking again what became of an operation that is still running.
const OUTCOME_PAUSE: Duration = Duration::from_millis(20);

impl UserEngineService {
    /// Runs a mutation in a unit of work of its own.
    pub(crate) async fn mutate<M: Mutation>(
        &self,
        context: &RequestContext,
        request: M,
    ) -> Result<Done<M::Response>, ServiceError> {
        let span = span(&M::SPEC);
        async move {
            let tokens = self.tokens(context)?;
            let ended = self.mutate_as(context, &tokens, &request).await;
            finish(
                &M::SPEC,
                ended.map_err(|error| error.of(&tokens.operation_id, &tokens.correlation_id)),
            )
        }
        .instrument(span)
        .await
    }

    async fn mutate_as<M: Mutation>(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        request: &M,
    ) -> Result<Done<M::Response>, ServiceError> {
        let digest = |caller: Caller<'_>| caller.request_digest(request);
        let admitted = match self.opened(context, tokens, request, digest).await? {
            Opened::Admitted(admitted) => admitted,
            Opened::Answered(receipt, _) => {
                return Ok(tokens.done(rebuilt(&receipt).map_err(stored)?, true));
            }
        };
        let digest = Caller::of(&admitted).request_digest(request);
        let operation = StoreOperation::new(tokens.operation_id.clone(), digest);
        let options =
            UnitOptions::write(admitted.scope.clone(), operation).deadline(context.deadline);
        let mut ended = self.commit(&options, &admitted, request).await;
        if let Err(RunError::Store(error)) = &ended
            && error.effect() == Effect::Unknown
        {
            let lost = error.clone();
            self.applied(&options, lost).await.map_err(stored)?;
            // It was applied; whether for this request, the store tells by the digest, unless it
            // can't be asked any more.
            ended = match self.commit(&options, &admitted, request).await {
                Ok((response, _)) => Ok((response, false)),
                Err(RunError::Store(error)) if error.conflict().is_none() => {
                    Err(RunError::Store(error.with_unknown_effect()))
                }
                Err(refused) => Err(refused),
            };
        }
        let (response, is_repeated) = match ended {
            Ok(ended) => ended,
            Err(failed) => {
                let refusal = match failed {
                    RunError::Refused(refusal) => refusal,
                    RunError::Store(error) => Refusal::from(error),
                };
                let known = admitted.known();
                return Err(self.refused(&M::SPEC, tokens, &known, refusal).await);
            }
        };
        Ok(tokens.done(response, is_repeated))
    }

    /// Runs the unit of work, again while other work is in its way; says whether the operation had
    /// been applied before.
    async fn commit<M: Mutation>(
        &self,
        options: &UnitOptions,
        admitted: &Admitted,
        request: &M,
    ) -> Result<(M::Response, bool), RunError<Refusal>> {
        let ports = self.ports();
        let mut attempts = Attempts::new(self.retry(), options);
        let mut may_look_again = true;
        loop {
            let tx = ports.store.begin(options.clone());
            let error = match self.attempt(tx, admitted, request).await {
                Err(RunError::Store(error)) => error,
                ended => return ended,
            };
            if let Some(receipt) = error.receipt() {
                return Ok((rebuilt(receipt)?, true));
            }
            let conflict = error
                .conflict()
                .and_then(|conflict| conflict.record.as_ref());
            if conflict.is_some_and(|record| M::CREATES.contains(&record.kind))
                && std::mem::take(&mut may_look_again)
            {
                // Somebody was faster; a second look tells who.
                continue;
            }
            attempts.pause_behind(&*ports.pause, error).await?;
        }
    }

    async fn attempt<M: Mutation>(
        &self,
        mut tx: Tx,
        admitted: &Admitted,
        request: &M,
    ) -> Result<(M::Response, bool), RunError<Refusal>> {
        let seen = read(&mut tx, admitted, request).await?;
        let idle = request.idle(&seen.slots, &seen.answers, admitted);
        if let Some(response) = idle.map_err(refused_or_failed)? {
            return Ok((response, false));
        }
        let response = match decided(&mut tx, admitted, request, &seen) {
            Ok(response) => response,
            Err(refusal) => {
                if seen.answers.is_empty() {
                    // Nothing was read, so that a repetition has not shown yet.
                    look(&mut tx, admitted).await?;
                }
                return Err(refused_or_failed(refusal));
            }
        };
        tx.set_receipt(receipt(&response)?)?;
        match tx.commit().await? {
            Committed {
                is_repeated: true,
                receipt: Some(receipt),
                ..
            } => Ok((rebuilt(&receipt)?, true)),
            _ => Ok((response, false)),
        }
    }

    /// Runs a read.
    pub(crate) async fn query<Q: Query>(
        &self,
        context: &RequestContext,
        request: Q,
    ) -> Result<Q::Answer, ServiceError> {
        let span = span(&Q::SPEC);
        async move {
            let tokens = self.tokens(context)?;
            let ended = self.query_as(context, &tokens, &request).await;
            finish(
                &Q::SPEC,
                ended.map_err(|error| error.of(&tokens.operation_id, &tokens.correlation_id)),
            )
        }
        .instrument(span)
        .await
    }

    async fn query_as<Q: Query>(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        request: &Q,
    ) -> Result<Q::Answer, ServiceError> {
        let admitted = self.admitted(context, tokens, request).await?;
        let options = UnitOptions::read(admitted.scope.clone()).deadline(context.deadline);
        let mut tx = self.ports().store.begin(options);
        let answer = match read(&mut tx, &admitted, request).await {
            Ok(seen) => request.answer(&seen.slots, &seen.answers, &admitted),
            Err(RunError::Refused(refusal)) => Err(refusal),
            Err(RunError::Store(error)) => Err(Refusal::from(error)),
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(refusal) => Err(self
                .refused(&Q::SPEC, tokens, &admitted.known(), refusal)
                .await),
        }
    }

    /// Turns a refusal into what the caller is told; a denial is made durable first.
    pub(crate) async fn refused(
        &self,
        spec: &OperationSpec,
        tokens: &Tokens,
        known: &Known,
        refusal: Refusal,
    ) -> ServiceError {
        ServiceError::new(match refusal {
            Refusal::Denied(reason, target) => {
                let target = target.or_else(|| known.target.clone());
                let recorded = self
                    .deny(spec, tokens, known, reason, target.as_ref())
                    .await;
                tracing::info!(
                    reason = reason.as_str(),
                    is_audited = recorded.is_ok(),
                    "denied"
                );
                ServiceErrorKind::AuthorizationDenied {
                    is_audited: recorded.is_ok(),
                }
            }
            other => other.into(),
        })
    }

    async fn deny(
        &self,
        spec: &OperationSpec,
        tokens: &Tokens,
        known: &Known,
        reason: ReasonCode,
        target: Option<&RecordId>,
    ) -> Result<(), Refusal> {
        let ports = self.ports();
        let denial = AuditRecord {
            audit_id: AuditId::new(ports.ids.next_id())?,
            operation_id: tokens.operation_id.clone(),
            correlation_id: tokens.correlation_id.clone(),
            tenant: known.tenant.clone(),
            actor: known.actor.clone(),
            operation: OperationName::new(spec.name)?,
            target: target.map(AuditTarget::of),
            outcome: AuditOutcome::Denied,
            reason: Some(reason),
            recorded_at: ports.clock.now(),
        };
        ports
            .store
            .record_denial(&known.scope(), denial, known.recorded_by())
            .await?;
        Ok(())
    }

    /// Finds out that a commit whose answer was lost was applied, within the deadline.
    pub(crate) async fn applied(
        &self,
        options: &UnitOptions,
        lost: StoreError,
    ) -> Result<Receipt, StoreError> {
        let ports = self.ports();
        let UnitOptions {
            scope, deadline, ..
        } = options;
        let Some(operation) = &options.operation else {
            return Err(lost);
        };
        loop {
            if deadline.has_passed() {
                return Err(lost);
            }
            let asked = ports.store.outcome(scope, &operation.id, *deadline);
            match asked.await {
                Ok(OperationOutcome::Applied(receipt)) => return Ok(receipt),
                Ok(OperationOutcome::NotApplied) => {
                    return Err(StoreError::new(StoreErrorKind::Unavailable, lost.verb()));
                }
                Ok(OperationOutcome::StillRunning) => {
                    ports
                        .pause
                        .pause(OUTCOME_PAUSE.min(deadline.remaining()))
                        .await;
                }
                Err(_) => return Err(lost),
            }
        }
    }
}

/// What an operation has read.
pub(crate) struct Seen<O: Operation> {
    standing: Standing,
    pub(crate) slots: O::Slots,
    pub(crate) answers: Answers,
}

/// Reads everything that an operation asks for, the caller's standing in the same first flight.
pub(crate) async fn read<O: Operation>(
    tx: &mut Tx,
    admitted: &Admitted,
    request: &O,
) -> Result<Seen<O>, RunError<Refusal>> {
    let mut flight = Flight::default();
    let standing = Standing::reads(O::SPEC.stands, admitted, &mut flight);
    let mut slots = request
        .reads(admitted, &mut flight)
        .map_err(refused_or_failed)?;
    let mut answers = Answers::new(fly(tx, &flight).await?);
    standing
        .check(admitted, &answers)
        .map_err(refused_or_failed)?;
    let mut next = flight.next();
    request
        .reads_more(admitted, &mut slots, &answers, &mut next)
        .map_err(refused_or_failed)?;
    while !next.reads().is_empty() {
        answers.extend(fly(tx, &next).await?);
        next = next.next();
        request
            .reads_on(admitted, &mut slots, &answers, &mut next)
            .map_err(refused_or_failed)?;
    }
    Ok(Seen {
        standing,
        slots,
        answers,
    })
}

/// Decides and buffers a call; what it rests on is its caller's standing too.
pub(crate) fn decided<M: Mutation>(
    tx: &mut Tx,
    admitted: &Admitted,
    request: &M,
    seen: &Seen<M>,
) -> Result<M::Response, Refusal> {
    let mut draft = Draft::new(tx, admitted);
    seen.standing.rely_on(&seen.answers, &mut draft)?;
    writer::write(tx, admitted, request, &seen.slots, &seen.answers)
}

/// Looks whether the unit's operation was applied before, where no flight has told yet: the error
/// holds its receipt then.
pub(crate) async fn look(tx: &mut Tx, admitted: &Admitted) -> Result<(), StoreError> {
    tx.read(&[Caller::of(admitted).sign_in()]).await?;
    Ok(())
}

async fn fly(
    tx: &mut Tx,
    flight: &Flight,
) -> Result<Vec<user_engine_ports::ReadAnswer>, StoreError> {
    if flight.reads().is_empty() {
        return Ok(Vec::new());
    }
    tx.read(flight.reads()).await
}

/// A store's own failure is to be retried or resolved; everything else is a refusal.
fn refused_or_failed(refusal: Refusal) -> RunError<Refusal> {
    match refusal {
        Refusal::Store(error) => RunError::Store(error),
        other => RunError::Refused(other),
    }
}

fn receipt<R: Response>(response: &R) -> Result<ReceiptBody, StoreError> {
    let mut entries = Entries::new();
    response.write(&mut entries);
    ReceiptBody::new(entries)
}

/// The first answer of an operation that was applied before.
fn rebuilt<R: Response>(receipt: &Receipt) -> Result<R, StoreError> {
    R::read(receipt.body.entries())
        .ok_or_else(|| StoreError::new(StoreErrorKind::Internal, Verb::Commit))
}

fn stored(error: StoreError) -> ServiceError {
    ServiceError::new(ServiceErrorKind::Store(error))
}

/// One span for each call, with the operation's name and never a value.
pub(crate) fn span(spec: &OperationSpec) -> tracing::Span {
    tracing::info_span!("user_engine.operation", operation = spec.name)
}

pub(crate) fn finish<T>(
    spec: &OperationSpec,
    ended: Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    match &ended {
        Ok(_) => tracing::debug!(operation = spec.name, "done"),
        Err(error) => tracing::debug!(operation = spec.name, %error, "not done"),
    }
    ended
}

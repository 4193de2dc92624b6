//! Several operations in one unit of work: all of them, or none.

mod answers;

use answers::{Repetition, UnitAnswers};

use crate::context::{Done, RequestContext};
use crate::core::admission::{Admitted, Tokens};
use crate::core::caller::Caller;
use crate::core::opening::Opened;
use crate::core::operation::Mutation;
use crate::core::runner::{decided, finish, look, read, span};
use crate::error::{ConflictCause, Refusal, ServiceError, ServiceErrorKind};
use crate::service::UserEngineService;
use tracing::Instrument;
use user_engine_ports::{
    Committed, Effect, Operation as StoreOperation, RunError, StoreError, StoreErrorKind, Tx,
    UnitOptions, Verb,
};

/// Several operations of one caller that commit together. Each is admitted and audited by itself,
/// under one operation id and one correlation id; when one is refused, nothing of any is written
/// and its denial stays. All of them reach what the first one reaches.
///
/// A unit can be repeated under its operation id: the same requests in the same order give their
/// first answers and write nothing, and anything else is a conflict. The answers are kept with the
/// commit for that, at most 4 KiB of them: some twenty operations. Under an operation id of the
/// caller's a unit of more is refused; without one it is committed, and can't be repeated.
///
/// A unit is not run again by itself while other work is in its way, as a single operation is.
#[must_use = "a unit that is not committed writes nothing"]
#[derive(Debug)]
pub struct Unit<'a> {
    call: Call<'a>,
    state: State,
}

/// By whom, and under which ids.
#[derive(Debug)]
struct Call<'a> {
    service: &'a UserEngineService,
    context: RequestContext,
    tokens: Tokens,
}

#[derive(Debug)]
enum State {
    /// Nothing was run.
    Begun,
    /// What was run waits for the commit.
    Open(Tx, UnitAnswers),
    /// The unit was applied before: its first answers are given again.
    Repeated(Repetition),
    /// An operation was refused.
    Failed,
}

impl UserEngineService {
    /// Begins a unit of several operations. Nothing is sent.
    ///
    /// # Errors
    ///
    /// `Store` (`Internal`) when the id source breaks its promise.
    pub fn begin(&self, context: RequestContext) -> Result<Unit<'_>, ServiceError> {
        let tokens = self.tokens(&context)?;
        let call = Call {
            service: self,
            context,
            tokens,
        };
        let state = State::Begun;
        Ok(Unit { call, state })
    }
}

impl Unit<'_> {
    /// Runs one operation in this unit; what it wrote shows in the reads of those behind it.
    ///
    /// # Errors
    ///
    /// As the operation by itself, except for conflicts that only the commit can see; `Conflict`
    /// (`OperationReused`) when the unit that was applied under this operation id held another
    /// request here, (`AppliedMeanwhile`) when it was applied since this one began; `Store`
    /// (`OutOfScope`) for an operation that reaches other rows than the first one, (`ReadOnly`)
    /// behind one that failed; `Validation` of `unit` where a membership or a profile value is to be
    /// removed that this unit wrote. Afterwards the unit takes no more and can't be committed.
    pub async fn run<M: Mutation>(&mut self, request: M) -> Result<M::Response, ServiceError> {
        let state = std::mem::replace(&mut self.state, State::Failed);
        let running = self.call.run(state, &request).instrument(span(&M::SPEC));
        let ran = running.await.map_err(|error| self.call.told(error));
        let (state, response) = finish(&M::SPEC, ran)?;
        self.state = state;
        Ok(response)
    }

    /// Commits everything, in one round trip. When its answer is lost, what became of it is found
    /// out within the deadline.
    ///
    /// # Errors
    ///
    /// `Conflict` when a record changed meanwhile, when another call applied this very unit
    /// meanwhile (`AppliedMeanwhile`), or when the unit that was applied under this operation id
    /// held more (`OperationReused`); `Store` when an operation failed before, when nothing was
    /// run, when the answers take more than 4 KiB (`LimitExceeded`), or when the store fails.
    pub async fn commit(mut self) -> Result<Done<()>, ServiceError> {
        let state = std::mem::replace(&mut self.state, State::Failed);
        let call = &self.call;
        let committed = match state {
            State::Open(tx, answers) => call.committed(tx, &answers).await,
            State::Repeated(repetition) => repetition.require_whole().map(|()| true),
            State::Begun | State::Failed => return Err(call.told(over())),
        };
        match committed {
            Ok(is_repeated) => Ok(call.tokens.done((), is_repeated)),
            Err(refusal) => Err(call.told(ServiceError::new(refusal.into()))),
        }
    }
}

impl Call<'_> {
    async fn run<M: Mutation>(
        &self,
        state: State,
        request: &M,
    ) -> Result<(State, M::Response), ServiceError> {
        if matches!(state, State::Failed) {
            return Err(over());
        }
        let (service, tokens) = (self.service, &self.tokens);
        let digest = |caller: Caller<'_>| caller.unit_digest();
        let opened = service.opened(&self.context, tokens, request, digest);
        let (known, ran) = match opened.await? {
            Opened::Admitted(admitted) => {
                let ran = self.ran(state, &admitted, request).await;
                (admitted.known(), ran)
            }
            Opened::Answered(receipt, known) => {
                let ran = match state {
                    State::Begun => repeated(Repetition::of(&receipt), request),
                    State::Repeated(repetition) => repeated(repetition, request),
                    State::Open(..) | State::Failed => Err(meanwhile()),
                };
                (known, ran)
            }
        };
        match ran {
            Ok(ran) => Ok(ran),
            Err(refusal) => Err(service.refused(&M::SPEC, tokens, &known, refusal).await),
        }
    }

    async fn ran<M: Mutation>(
        &self,
        state: State,
        admitted: &Admitted,
        request: &M,
    ) -> Result<(State, M::Response), Refusal> {
        let (mut tx, mut answers) = match state {
            State::Repeated(repetition) => return repeated(repetition, request),
            State::Open(tx, answers) => (tx, answers),
            State::Begun | State::Failed => {
                (self.tx(admitted), UnitAnswers::of(Caller::of(admitted)))
            }
        };
        if tx.options().scope != admitted.scope {
            let error = StoreError::new(StoreErrorKind::OutOfScope, Verb::Nested);
            return Err(Refusal::Store(error));
        }
        let is_first = answers.is_empty();
        match joined(&mut tx, admitted, request, is_first).await {
            Ok((response, has_written)) => {
                answers.keep(request, &response, has_written);
                Ok((State::Open(tx, answers), response))
            }
            Err(Refusal::Store(error)) => match error.receipt() {
                Some(receipt) if is_first => repeated(Repetition::of(receipt), request),
                Some(_) => Err(meanwhile()),
                None => Err(error.into()),
            },
            Err(refusal) => Err(refusal),
        }
    }

    /// The caller's operation id stands for the whole unit, whatever is in it; another caller's
    /// unit under it is a conflict.
    fn tx(&self, admitted: &Admitted) -> Tx {
        let digest = Caller::of(admitted).unit_digest();
        let operation = StoreOperation::new(self.tokens.operation_id.clone(), digest);
        let options = UnitOptions::write(admitted.scope.clone(), operation);
        let options = options.deadline(self.context.deadline);
        self.service.ports().store.begin(options)
    }

    /// Commits; says whether the same answers had been committed before.
    async fn committed(&self, mut tx: Tx, answers: &UnitAnswers) -> Result<bool, Refusal> {
        let options = tx.options().clone();
        let is_repeatable = self.context.operation_id.is_some();
        if answers.has_written() {
            match answers.body() {
                Ok(body) => tx.set_receipt(body)?,
                Err(error) if is_repeatable => return Err(error.into()),
                // Nobody asked for a unit that can be repeated.
                Err(_) => {}
            }
        }
        let (receipt, is_repeated) = match tx.commit().await {
            Ok(Committed {
                receipt,
                is_repeated,
                ..
            }) => (receipt.filter(|_| is_repeated), is_repeated),
            Err(error) if error.effect() == Effect::Unknown => {
                (Some(self.service.applied(&options, error).await?), false)
            }
            Err(error) => return Err(error.into()),
        };
        match receipt {
            // An id of nobody else's was applied by nobody else.
            Some(receipt) if is_repeatable => answers.require_same(&receipt)?,
            _ => {}
        }
        Ok(is_repeated)
    }

    fn told(&self, error: ServiceError) -> ServiceError {
        error.of(&self.tokens.operation_id, &self.tokens.correlation_id)
    }
}

/// Runs one operation; says whether it wrote. The first one of a unit makes sure that the unit was
/// not applied before, even if it reads nothing itself.
async fn joined<M: Mutation>(
    tx: &mut Tx,
    admitted: &Admitted,
    request: &M,
    is_first: bool,
) -> Result<(M::Response, bool), Refusal> {
    let seen = match read(tx, admitted, request).await {
        Ok(seen) => seen,
        Err(RunError::Refused(refusal)) => return Err(refusal),
        Err(RunError::Store(error)) => return Err(Refusal::Store(error)),
    };
    if is_first && seen.answers.is_empty() {
        look(tx, admitted).await.map_err(Refusal::Store)?;
    }
    if let Some(response) = request.idle(&seen.slots, &seen.answers, admitted)? {
        return Ok((response, false));
    }
    let response = decided(tx, admitted, request, &seen)?;
    Ok((response, true))
}

/// The first answer of an operation in a unit that was applied before.
fn repeated<M: Mutation>(
    mut repetition: Repetition,
    request: &M,
) -> Result<(State, M::Response), Refusal> {
    let response = repetition.next(request)?;
    Ok((State::Repeated(repetition), response))
}

const fn meanwhile() -> Refusal {
    Refusal::Conflict(ConflictCause::AppliedMeanwhile)
}

fn over() -> ServiceError {
    let error = StoreError::new(StoreErrorKind::ReadOnly, Verb::Commit);
    ServiceError::new(ServiceErrorKind::Store(error))
}

//! The public type, and the port's methods over its session.

use crate::answer::Answer;
use crate::call::{AuditCall, Call, LogCall, Sight};
use crate::decode;
use crate::encode::{audit_row, bound, scope_key};
use crate::error::{code, store_error, unexpected};
use crate::lane::Lane;
use crate::log_cursor::{Cursor, Log};
use crate::options::PostgresOptions;
use crate::readiness;
use crate::session::{Mode, Session, SessionError};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use user_engine_domain::{AuditRecord, FieldError, OperationId, Rule, Timestamp};
use user_engine_migrations::COUNT_KEYS;
use user_engine_ports::{
    AuditPage, AuditQuery, BufferedUnit, Capabilities, Deadline, LogCursor, LogPage,
    OperationOutcome, OutboxPage, OutboxQuery, Readiness, Scope, StoreError, StoreErrorKind, Tx,
    UnitOptions, UserEngineStore, Verb, Wall, check_denial, check_page,
};

/// The most operations that one call forgets.
const PURGE_MAX: i64 = 1_000;

/// A store in PostgreSQL. Clones are handles on the same connections and the same denial lane.
#[derive(Clone)]
pub struct PostgresUserEngineStore {
    inner: Arc<Inner>,
}

struct Inner {
    session: Arc<dyn Session>,
    options: PostgresOptions,
    lane: Arc<Lane>,
}

impl fmt::Debug for PostgresUserEngineStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresUserEngineStore")
            .field("options", &self.inner.options)
            .finish_non_exhaustive()
    }
}

impl PostgresUserEngineStore {
    /// A store over a session.
    pub fn new(session: Arc<dyn Session>, options: PostgresOptions) -> Self {
        let lane = Arc::new(Lane::new(options.denials_in_flight_max));
        Self {
            inner: Arc::new(Inner {
                session,
                options,
                lane,
            }),
        }
    }

    /// A store over a session that only simulates a server; it says so of itself.
    pub fn simulated(session: Arc<dyn Session>, options: PostgresOptions) -> Self {
        let simulated = Some("adapter logic, not SQL");
        Self::new(
            session,
            PostgresOptions {
                simulated,
                ..options
            },
        )
    }

    /// How many denials were refused because the lane was full, since this store was made.
    pub fn denials_refused(&self) -> u64 {
        self.inner.lane.refused()
    }

    pub(crate) fn session(&self) -> &dyn Session {
        &*self.inner.session
    }

    pub(crate) fn options(&self) -> &PostgresOptions {
        &self.inner.options
    }

    /// Flies, and says what a failure means for this verb.
    pub(crate) async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
        verb: Verb,
    ) -> Result<Vec<Answer>, StoreError> {
        if deadline.has_passed() {
            return Err(StoreError::new(StoreErrorKind::DeadlineExceeded, verb));
        }
        match self.session().flight(mode, calls, deadline).await {
            Ok(answers) => Ok(answers),
            Err(error) if mode.writes() => Err(self.explained(&error, verb, deadline).await),
            Err(error) => Err(store_error(&error, verb, false)),
        }
    }

    /// Looks whether the store can serve.
    pub(crate) async fn look(&self, deadline: Deadline) -> Readiness {
        let flown = readiness::inspect(self.session(), deadline).await;
        readiness::readiness(flown, self.options())
    }

    /// What a failed flight means. That the store is not ready is said with its reason, for which
    /// it is asked once more.
    pub(crate) async fn explained(
        &self,
        error: &SessionError,
        verb: Verb,
        deadline: Deadline,
    ) -> StoreError {
        let general = store_error(error, verb, true);
        let SessionError::Refused { sqlstate, .. } = error else {
            return general;
        };
        let is_unready = matches!(general.kind(), StoreErrorKind::NotReady(_));
        if sqlstate.as_str() != code::NOT_READY && !is_unready {
            return general;
        }
        let found = self.look(deadline).await.reasons;
        // Ready after all: a migration ended just now, and the same call again finds it.
        let kind = found
            .into_iter()
            .next()
            .map_or(StoreErrorKind::Contention, StoreErrorKind::NotReady);
        StoreError::new(kind, verb).with_sqlstate(*sqlstate)
    }
}

#[async_trait]
impl UserEngineStore for PostgresUserEngineStore {
    fn capabilities(&self) -> Capabilities {
        let simulated = self.inner.options.simulated;
        Capabilities {
            name: if simulated.is_some() {
                "postgres-fake"
            } else {
                "postgres"
            },
            wall: Wall::Adapter,
            durable: simulated.is_none(),
            simulated,
        }
    }

    async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.look(deadline).await
    }

    fn begin(&self, options: UnitOptions) -> Tx {
        Tx::new(Box::new(BufferedUnit::new(self.clone(), options)))
    }

    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let verb = Verb::RecordDenial;
        check_denial(scope, &denial)?;
        let overloaded = || StoreError::new(StoreErrorKind::Overloaded, verb);
        let _place = self.inner.lane.enter().ok_or_else(overloaded)?;
        let deadline = deadline.min(Deadline::after(self.options().denial_wait_max));
        let call = Call::AppendDenial {
            gate: self.options().gate(),
            lock_wait_ms: self.options().lock_wait_ms(deadline),
            audit: audit_row(&denial),
        };
        match only(
            self.flight(Mode::Denial, vec![call], deadline, verb)
                .await?,
        ) {
            Some(Answer::Done) => Ok(()),
            _ => Err(unexpected(verb)),
        }
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let verb = Verb::RecordCounts;
        let sight = Sight::of_counts(scope);
        let call = Call::CountRecords {
            sight,
            scope_key: bound(&scope_key(scope)),
        };
        let answers = self.flight(Mode::Read, vec![call], deadline, verb).await?;
        let Some(Answer::Counts(found)) = only(answers) else {
            return Err(unexpected(verb));
        };
        let found: BTreeMap<String, u64> = found.into_iter().collect();
        let count = |name: &&'static str| (*name, found.get(*name).copied().unwrap_or_default());
        Ok(COUNT_KEYS.iter().map(count).collect())
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        let verb = Verb::Outcome;
        if deadline.has_passed() {
            return Err(StoreError::new(StoreErrorKind::DeadlineExceeded, verb));
        }
        let call = Call::FenceOperation {
            gate: self.options().gate(),
            lock_wait_ms: self.options().outcome_wait_ms(deadline),
            scope_key: bound(&scope_key(scope)),
            operation_id: bound(operation.as_str()),
        };
        let answers = match self
            .session()
            .flight(Mode::Maintain, vec![call], deadline)
            .await
        {
            Ok(answers) => answers,
            Err(SessionError::Refused { sqlstate, .. })
                if sqlstate.as_str() == code::LOCK_NOT_AVAILABLE =>
            {
                return Ok(OperationOutcome::StillRunning);
            }
            Err(error) => return Err(self.explained(&error, verb, deadline).await),
        };
        match only(answers) {
            Some(Answer::Settled(None)) => Ok(OperationOutcome::NotApplied),
            Some(Answer::Settled(Some(row))) => row
                .receipt
                .and_then(|text| decode::receipt(operation, &text, row.applied_at))
                .map(OperationOutcome::Applied)
                .ok_or_else(|| unexpected(verb)),
            _ => Err(unexpected(verb)),
        }
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let verb = Verb::AuditRecords;
        let cursor = start(query.after.as_ref(), query.limit, Log::Audit, verb)?;
        let call = Call::ListAudit(Box::new(AuditCall {
            log: log_call(&query.scope, &cursor, query.limit),
            correlation_id: query.correlation_id.as_ref().map(|id| bound(id.as_str())),
            operation_id: query.operation_id.as_ref().map(|id| bound(id.as_str())),
            target: query
                .target
                .as_ref()
                .map(|t| (t.kind().as_str(), bound(t.key()))),
            actor_id: query.actor_id.as_ref().map(|id| bound(id.as_str())),
            from: query.from.map(Timestamp::as_micros),
            until: query.until.map(Timestamp::as_micros),
        }));
        let answers = self.flight(Mode::Read, vec![call], deadline, verb).await?;
        let Some(Answer::AuditLog(mut read)) = only(answers) else {
            return Err(unexpected(verb));
        };
        if !cursor.is_of_past(&read.snapshot) {
            return Err(foreign_cursor(verb));
        }
        let (next, has_more) = cursor.advance(&mut read, query.limit, Log::Audit);
        let entries = read
            .rows
            .iter()
            .map(|row| decode::audit_record(&row.row))
            .collect();
        Ok(LogPage {
            entries,
            next,
            has_more,
        })
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let verb = Verb::OutboxEvents;
        let cursor = start(query.after.as_ref(), query.limit, Log::Outbox, verb)?;
        let call = Call::ListOutbox(log_call(&query.scope, &cursor, query.limit));
        let answers = self.flight(Mode::Read, vec![call], deadline, verb).await?;
        let Some(Answer::OutboxLog(mut read)) = only(answers) else {
            return Err(unexpected(verb));
        };
        if !cursor.is_of_past(&read.snapshot) {
            return Err(foreign_cursor(verb));
        }
        let (next, has_more) = cursor.advance(&mut read, query.limit, Log::Outbox);
        let entries = read
            .rows
            .iter()
            .map(|row| decode::outbox_event(&row.row))
            .collect();
        Ok(LogPage {
            entries,
            next,
            has_more,
        })
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        let verb = Verb::PurgeOperations;
        let call = Call::PurgeOperations {
            gate: self.options().gate(),
            lock_wait_ms: self.options().lock_wait_ms(deadline),
            before: applied_before.as_micros(),
            limit: PURGE_MAX,
        };
        match only(
            self.flight(Mode::Maintain, vec![call], deadline, verb)
                .await?,
        ) {
            Some(Answer::Purged(count)) => Ok(count),
            _ => Err(unexpected(verb)),
        }
    }
}

/// The one answer of a flight of one call.
fn only(answers: Vec<Answer>) -> Option<Answer> {
    let mut answers = answers.into_iter();
    answers.next().filter(|_| answers.next().is_none())
}

fn start(
    after: Option<&LogCursor>,
    limit: usize,
    log: Log,
    verb: Verb,
) -> Result<Cursor, StoreError> {
    check_page(limit, verb)?;
    match after {
        None => Ok(Cursor::START),
        Some(text) => Cursor::parse(text.as_str(), log).ok_or_else(|| foreign_cursor(verb)),
    }
}

fn foreign_cursor(verb: Verb) -> StoreError {
    let rule = Rule::Malformed {
        expected: "a cursor of this store",
    };
    StoreError::new(
        StoreErrorKind::Invalid(FieldError::new("cursor", rule)),
        verb,
    )
}

fn log_call(scope: &Scope, cursor: &Cursor, limit: usize) -> LogCall {
    LogCall {
        sight: Sight::of_logs(scope),
        low: cursor.low.clone(),
        high: cursor.high.clone(),
        position: cursor.position,
        limit: i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1),
    }
}

//! An in-process stand-in for a server: plain tables under one mutex, one function for each
//! statement. It proves the adapter's logic, not its SQL, and says so of itself.

mod apply;
mod catalog;
mod log;
mod read;

use crate::answer::{Answer, OperationRow, RecordRow, VersionRow};
use crate::call::{AuditRow, Call, EventRow};
use crate::options::PostgresOptions;
use crate::session::{Mode, Session, SessionError, Why};
use crate::store::PostgresUserEngineStore;
use async_trait::async_trait;
use catalog::Catalog;
pub use catalog::FakeTamper;
use log::LogTable;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use user_engine_ports::{Clock, Deadline};
use user_engine_records::StoreRecord;

/// The tables of one fake database. Sessions are handles on it.
pub struct FakeDatabase {
    tables: Mutex<Tables>,
    clock: Arc<dyn Clock>,
}

/// Everything that is stored.
#[derive(Default)]
struct Tables {
    catalog: Catalog,
    versions: BTreeMap<i32, VersionRow>,
    records: BTreeMap<(String, Box<str>), RecordRow>,
    audit_records: LogTable<AuditRow>,
    events: LogTable<EventRow>,
    operations: BTreeMap<(Box<str>, Box<str>), OperationRow>,
    last_revision: i64,
    last_xid: u64,
}

/// What a fake database holds, for a harness to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FakeDump {
    /// The stored rows in key order. They hold raw payloads.
    pub records: Vec<StoreRecord>,
    /// How many audit records.
    pub audit_records: u64,
    /// How many events.
    pub outbox_events: u64,
    /// How many operations, fenced ones included.
    pub operations: u64,
}

impl fmt::Debug for FakeDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeDatabase").finish_non_exhaustive()
    }
}

impl FakeDatabase {
    /// An empty database that was never migrated.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            tables: Mutex::default(),
            clock,
        })
    }

    /// A session on this database.
    pub fn session(self: &Arc<Self>) -> FakeSession {
        FakeSession {
            database: Arc::clone(self),
        }
    }

    /// Changes the database behind the store's back.
    pub fn tamper(&self, tamper: FakeTamper) {
        self.lock().tamper(tamper);
    }

    /// Puts the harness's mark on the store, or takes it away.
    pub fn mark(&self, mark: Option<&str>) {
        for row in self.lock().versions.values_mut() {
            row.disposable_mark = mark.map(ToOwned::to_owned);
        }
    }

    /// Writes a row as it is, past the codec and every check.
    pub fn plant_row(&self, record: StoreRecord) {
        self.lock().put(record);
    }

    /// Everything that is stored, read past the store.
    pub fn dump(&self) -> FakeDump {
        let tables = self.lock();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        FakeDump {
            records: tables
                .records
                .values()
                .map(|row| row.record.clone())
                .collect(),
            audit_records: count(tables.audit_records.len()),
            outbox_events: count(tables.events.len()),
            operations: count(tables.operations.len()),
        }
    }

    /// The tables. A panic elsewhere can't have left them half changed: every flight is checked
    /// before its first write.
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session on a fake database.
#[derive(Debug, Clone)]
pub struct FakeSession {
    database: Arc<FakeDatabase>,
}

#[async_trait]
impl Session for FakeSession {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        if deadline.has_passed() {
            return Err(SessionError::NotSent {
                why: Why::Deadline,
                sqlstate: None,
            });
        }
        let now = self.database.clock.now().as_micros();
        let mut tables = self.database.lock();
        if mode.writes() && tables.catalog.is(FakeTamper::ReadOnlyServer) {
            return Err(SessionError::refused("25006"));
        }
        let mut answers = Vec::with_capacity(calls.len());
        for call in calls {
            match (mode, tables.answer(call, now)) {
                (_, Ok(answer)) => answers.push(answer),
                (Mode::Inspect, Err(SessionError::Refused { sqlstate, .. })) => {
                    answers.push(Answer::Refused(sqlstate));
                }
                // A flight writes by its last call only, so that nothing is left to undo.
                (_, Err(error)) => return Err(error),
            }
        }
        Ok(answers)
    }
}

impl Tables {
    /// One statement.
    fn answer(&mut self, call: Call, now: i64) -> Result<Answer, SessionError> {
        match call {
            Call::ListVersions => return self.list_versions(),
            Call::ListFacts => return Ok(self.list_facts()),
            Call::CheckVersion { version } => return self.check_version(version),
            // The tables are made together with the row that says so.
            Call::LockMigration { .. } | Call::RunMigration { .. } => return Ok(Answer::Done),
            Call::SaveVersion(row) => return Ok(self.save_version(row)),
            _ => {}
        }
        if !self.catalog.is_migrated {
            return Err(SessionError::refused(absent(&call)));
        }
        match call {
            Call::GetMany { sight, ids } => Ok(self.get_many(&sight, &ids)),
            Call::List(call) => Ok(self.list(&call)),
            Call::GetOperation {
                scope_key,
                operation_id,
            } => {
                let place = (scope_key.0, operation_id.0);
                Ok(Answer::Operation(self.operations.get(&place).cloned()))
            }
            Call::CountRecords { sight, scope_key } => Ok(self.count(&sight, &scope_key)),
            Call::ListAudit(call) => Ok(self.list_audit(&call)),
            Call::ListOutbox(call) => Ok(self.list_outbox(&call)),
            Call::Apply(call) => self.apply(*call, now),
            Call::AppendDenial { gate, audit, .. } => self.append_denial(&gate, audit),
            Call::FenceOperation {
                gate,
                scope_key,
                operation_id,
                ..
            } => self.fence(&gate, (scope_key.0, operation_id.0), now),
            Call::PurgeOperations {
                gate,
                before,
                limit,
                ..
            } => self.purge(&gate, before, limit),
            Call::ListVersions
            | Call::ListFacts
            | Call::LockMigration { .. }
            | Call::CheckVersion { .. }
            | Call::RunMigration { .. }
            | Call::SaveVersion(_) => Ok(Answer::Done),
        }
    }
}

/// What a server misses first where nothing was migrated: the function that a call goes to, or the
/// table that it reads.
const fn absent(call: &Call) -> &'static str {
    match call {
        Call::Apply(_)
        | Call::AppendDenial { .. }
        | Call::FenceOperation { .. }
        | Call::PurgeOperations { .. } => "42883",
        _ => "42P01",
    }
}

impl PostgresUserEngineStore {
    /// A store over a fake database, with these options.
    pub fn fake(database: &Arc<FakeDatabase>, options: PostgresOptions) -> Self {
        Self::simulated(Arc::new(database.session()), options)
    }
}

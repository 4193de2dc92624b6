//! One flight on two servers: what each gives out by itself is translated, the rest must agree.

use std::collections::{BTreeMap, BTreeSet};
use user_engine_ports::Deadline;
use user_engine_store_postgres::testing::Flight;
use user_engine_store_postgres::{
    Answer, AppliedRow, Call, Fact, LogCall, LogRow, LogRows, RecordRow, Session, SessionError,
    Snapshot, Why,
};

/// What the fake gave out, in words of the real server.
#[derive(Default)]
pub(super) struct Twin {
    pub(super) flights: usize,
    /// Flights whose deadline had passed, or that hold a cursor of neither server.
    pub(super) left_out: usize,
    pub(super) calls: BTreeMap<&'static str, usize>,
    revisions: BTreeMap<i64, i64>,
    positions: BTreeMap<(Log, i64), i64>,
    snapshots: Vec<(Snapshot, Snapshot)>,
    applied: BTreeMap<i64, i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Log {
    Audit,
    Outbox,
}

impl Twin {
    /// Flies it on the real server; answers a line for each difference, without any value.
    pub(super) async fn fly(&mut self, real: &dyn Session, flight: Flight) -> Vec<String> {
        let is_late = SessionError::NotSent {
            why: Why::Deadline,
            sqlstate: None,
        };
        let translated: Option<Vec<Call>> = flight
            .calls
            .iter()
            .map(|call| self.translated(call))
            .collect();
        let Some(calls) = translated.filter(|_| flight.flown != Err(is_late)) else {
            self.left_out += 1;
            return Vec::new();
        };
        let names: Vec<_> = calls.iter().map(Call::name).collect();
        let flown = real.flight(flight.mode, calls, Deadline::default()).await;
        self.flights += 1;
        match (&flight.flown, &flown) {
            (Ok(fake), Ok(real)) => {
                let pairs = names.iter().zip(fake.iter().zip(real));
                let mut parted = Vec::new();
                for (name, (fake, real)) in pairs {
                    *self.calls.entry(name).or_default() += 1;
                    if let Some(what) = self.differ(fake, real) {
                        parted.push(format!("{name}: {what}"));
                    }
                }
                parted
            }
            (Err(fake), Err(real)) if fake == real => Vec::new(),
            (fake, real) => {
                let said = |flown: &Result<Vec<Answer>, SessionError>| {
                    flown.as_ref().map(Vec::len).map_err(|error| *error)
                };
                let (fake, real) = (said(fake), said(real));
                vec![format!(
                    "{names:?}: the fake says {fake:?}, the server {real:?}"
                )]
            }
        }
    }

    /// The call as the real server has to be asked; `None` for a cursor of neither server.
    fn translated(&self, call: &Call) -> Option<Call> {
        let mut call = call.clone();
        match &mut call {
            Call::Apply(apply) => {
                for item in &mut apply.items {
                    item.revision = item.revision.map(|fake| self.revision(fake));
                }
            }
            Call::PurgeOperations { before, .. } => {
                let later = self.applied.range(*before..).next();
                *before = later.map_or(i64::MAX / 4, |(_, real)| *real);
            }
            Call::ListAudit(list) => self.translate(&mut list.log, Log::Audit)?,
            Call::ListOutbox(list) => self.translate(list, Log::Outbox)?,
            _ => {}
        }
        Some(call)
    }

    fn translate(&self, call: &mut LogCall, log: Log) -> Option<()> {
        let real = |fake: &Snapshot| {
            let known = self.snapshots.iter().rev().find(|(own, _)| own == fake);
            match known {
                Some((_, real)) => Some(real.clone()),
                None => (*fake == Snapshot::NOTHING).then_some(Snapshot::NOTHING),
            }
        };
        call.low = real(&call.low)?;
        if let Some(high) = &call.high {
            call.high = Some(real(high)?);
        }
        if let Some(position) = self.positions.get(&(log, call.position)) {
            call.position = *position;
        }
        Some(())
    }

    fn revision(&self, fake: i64) -> i64 {
        self.revisions.get(&fake).copied().unwrap_or(fake)
    }

    /// What is not alike in two answers to one call.
    fn differ(&mut self, fake: &Answer, real: &Answer) -> Option<String> {
        let same = |alike: bool, what: &str| (!alike).then(|| what.to_owned());
        match (fake, real) {
            (Answer::Found(fake), Answer::Found(real)) => {
                let by_place =
                    |rows: &[(usize, RecordRow)]| rows.iter().cloned().collect::<BTreeMap<_, _>>();
                let (fake, real) = (by_place(fake), by_place(real));
                let alike = fake.keys().eq(real.keys())
                    && fake
                        .values()
                        .zip(real.values())
                        .all(|(f, r)| self.alike(f, r));
                same(alike, "other records")
            }
            (Answer::Page(fake), Answer::Page(real)) => {
                let alike = fake.len() == real.len()
                    && fake.iter().zip(real).all(|(f, r)| self.alike(f, r));
                same(alike, "another page")
            }
            (Answer::Operation(fake), Answer::Operation(real)) => {
                let told = |row: &user_engine_store_postgres::OperationRow| {
                    let receipt = row.receipt.as_ref().map(|text| json(text));
                    (row.state.clone(), row.request_digest.clone(), receipt)
                };
                let alike = fake.as_ref().map(told) == real.as_ref().map(told);
                same(alike, "another operation")
            }
            (Answer::Applied(fake), Answer::Applied(real)) => {
                self.learn(fake, real);
                let alike = fake.is_repeated == real.is_repeated
                    && fake.revisions.len() == real.revisions.len();
                same(
                    alike && receipts(fake) == receipts(real),
                    "applied otherwise",
                )
            }
            (Answer::Settled(fake), Answer::Settled(real)) => {
                let alike = fake.as_ref().map(receipts) == real.as_ref().map(receipts);
                same(alike, "settled otherwise")
            }
            (Answer::Counts(fake), Answer::Counts(real)) => {
                let counted = |counts: &[(String, u64)]| {
                    let counts = counts.iter().filter(|(_, count)| *count > 0);
                    counts.cloned().collect::<BTreeSet<_>>()
                };
                same(counted(fake) == counted(real), "other counts")
            }
            (Answer::AuditLog(fake), Answer::AuditLog(real)) => {
                self.logs(Log::Audit, fake, real, |fake, real| fake == real)
            }
            (Answer::OutboxLog(fake), Answer::OutboxLog(real)) => {
                self.logs(Log::Outbox, fake, real, |fake, real| {
                    let mut real = real.clone();
                    let alike = json(&fake.payload) == json(&real.payload);
                    real.payload = fake.payload.clone();
                    alike && *fake == real
                })
            }
            (Answer::Facts(fake), Answer::Facts(real)) => {
                let unlike = facts(fake).difference(&facts(real)).next().cloned();
                unlike.map(|fact| format!("the catalog says otherwise: {fact:?}"))
            }
            (fake, real) => same(fake == real, "another answer"),
        }
    }

    fn learn(&mut self, fake: &AppliedRow, real: &AppliedRow) {
        let revisions = fake.revisions.iter().zip(&real.revisions);
        self.revisions.extend(revisions);
        self.applied.insert(fake.applied_at, real.applied_at);
    }

    fn alike(&self, fake: &RecordRow, real: &RecordRow) -> bool {
        let mut record = real.record.clone();
        let is_same_json = json(&record.payload) == json(&fake.record.payload);
        record.payload.clone_from(&fake.record.payload);
        is_same_json && record == fake.record && self.revision(fake.revision) == real.revision
    }

    fn logs<T>(
        &mut self,
        log: Log,
        fake: &LogRows<T>,
        real: &LogRows<T>,
        is_same: impl Fn(&T, &T) -> bool,
    ) -> Option<String> {
        let pair = (fake.snapshot.clone(), real.snapshot.clone());
        self.snapshots.push(pair);
        if fake.rows.len() != real.rows.len() {
            return Some("more or fewer entries".to_owned());
        }
        for (fake, real) in fake.rows.iter().zip(&real.rows) {
            let LogRow {
                in_open_window,
                position,
                row,
            } = fake;
            let known = self.positions.insert((log, *position), real.position);
            if known.is_some_and(|known| known != real.position) {
                return Some("an entry at another place".to_owned());
            }
            if *in_open_window != real.in_open_window || !is_same(row, &real.row) {
                return Some("another entry".to_owned());
            }
        }
        None
    }
}

fn receipts(row: &AppliedRow) -> Option<serde_json::Value> {
    row.receipt.as_ref().map(|text| json(text))
}

/// What `jsonb` respells is the same to it.
fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// What is promised of our objects, wherever they are; the server's own settings are each
/// server's, and rights are each role's.
fn facts(facts: &[Fact]) -> BTreeSet<Fact> {
    let of_objects = ["table", "column", "index", "function", "function_path"];
    let is_ours = |fact: &&Fact| of_objects.contains(&fact.topic.as_str());
    let mut ours: BTreeSet<Fact> = BTreeSet::new();
    for fact in facts.iter().filter(is_ours) {
        let mut fact = fact.clone();
        let schema = if fact.value.contains("fake") {
            "fake"
        } else {
            "public"
        };
        fact.value = fact.value.replace(schema, "home");
        ours.insert(fact);
    }
    ours
}

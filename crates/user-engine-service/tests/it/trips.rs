//! A call of every operation: how many round trips it costs, that it is audited and told, and that
//! it shows no value.

mod application;
mod onboarding;
mod person;
mod registration;

use crate::place::stores;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use tracing::instrument::WithSubscriber;
use user_engine_domain::{AuditOutcome, Sensitive, Text};
use user_engine_ports::{AuditQuery, Deadline, Scope, SystemClock, UserEngineStore};
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::{CANARY, Eavesdropper, HookedStore, Watch, World};
use user_engine_service::{Credential, RequestContext, operations};

/// Parts of other operations, which are no calls of their own.
const PARTS: &[&str] = &["enter_family", "erase_user_part"];

/// What was counted, by the operation's name.
struct Table {
    world: World,
    rows: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
    /// Calls whose request, answer or error shows a canary in its `Debug` or `Display`.
    shown: Vec<&'static str>,
}

impl Table {
    fn note(&mut self, name: &'static str, trips: u64, expected: u64) {
        if trips != expected {
            self.wrong
                .push(format!("{name}: {trips} instead of {expected}"));
        }
        assert!(self.rows.insert(name, trips).is_none(), "{name} has a row");
    }

    fn look(&mut self, name: &'static str, text: &str) {
        if text.contains(CANARY) {
            self.shown.push(name);
        }
    }

    /// The same request by somebody whose credential doesn't verify.
    fn nobody(context: &RequestContext) -> RequestContext {
        let credential: Credential = Sensitive::new(Text::new("nobody").unwrap());
        RequestContext {
            credential,
            ..context.clone()
        }
    }
}

/// A row: a call of nobody's, whose denial is one trip, and then the call itself.
macro_rules! row {
    ($table:expr, $method:ident, $trips:expr, $context:expr, $request:expr) => {{
        let (context, request) = ($context.clone(), $request);
        let name = stringify!($method);
        let service = $table.world.service.clone();
        let before = $table.world.store.trips();
        let nobody = crate::trips::Table::nobody(&context);
        let denied = service.$method(&nobody, request.clone()).await.err();
        let denied = denied.unwrap_or_else(|| panic!("{name} of nobody's"));
        assert!(denied.is_denied(), "{name} of nobody's");
        assert_eq!(
            $table.world.store.trips() - before,
            1,
            "the denial of {name}"
        );
        let before = $table.world.store.trips();
        let asked = format!("{request:?} {context:?}");
        let done = service.$method(&context, request).await;
        let done = done.unwrap_or_else(|error| panic!("{name}: {error} {error:?}"));
        let trips = $table.world.store.trips() - before;
        $table.note(name, trips, $trips);
        $table.look(name, &format!("{asked} {denied} {denied:?} {done:?}"));
        done
    }};
}
pub(crate) use row;

/// Calls every operation on a store.
async fn walked(store: Arc<dyn UserEngineStore>) -> Table {
    let mut table = Table {
        world: World::new(store).unwrap(),
        rows: BTreeMap::new(),
        wrong: Vec::new(),
        shown: Vec::new(),
    };
    table.world.service.health();
    table.note("health", table.world.store.trips(), 0);
    table.world.service.readiness(Deadline::default()).await;
    table.note("readiness", table.world.store.trips(), 1);
    person::rows(&mut table).await;
    application::rows(&mut table).await;
    registration::rows(&mut table).await;
    onboarding::rows(&mut table).await;
    let missing: Vec<_> = operations()
        .map(|spec| spec.name)
        .filter(|name| !table.rows.contains_key(name) && !PARTS.contains(name))
        .collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    table
}

#[tokio::test]
async fn every_operation_has_its_number_of_round_trips() {
    for (name, store) in stores().await {
        let table = walked(store).await;
        assert!(table.wrong.is_empty(), "{name}: {:?}", table.wrong);
        let mut unusual = String::new();
        for spec in operations().filter(|spec| !PARTS.contains(&spec.name)) {
            let usual = if spec.is_mutation() { 2 } else { 1 };
            let trips = table.rows[spec.name];
            if trips != usual {
                let _ = write!(unusual, " {} {trips}", spec.name);
            }
        }
        println!(
            "{name}: {} rows; neither 2 nor 1:{unusual}",
            table.rows.len()
        );
    }
}

#[tokio::test]
async fn every_operation_is_audited_and_told_and_shows_no_value() {
    for (name, store) in stores().await {
        let watch = Arc::new(Watch::default());
        let hooked = HookedStore::new(store.clone(), watch.clone());
        let eavesdropper = Eavesdropper::default();
        let walking = walked(Arc::new(hooked)).with_subscriber(eavesdropper.clone());
        let table = walking.await;
        assert!(table.shown.is_empty(), "{name}: {:?}", table.shown);
        let seen = watch.sweep(&*store, &eavesdropper.overheard()).await;
        let seen = seen.unwrap();
        assert!(seen.is_empty() && watch.values() > 0, "{name}: {seen:?}");
        let verifier = Verifier::new(&*store).counting_rows().asking_outcomes();
        let report = verifier.verify().await.unwrap();
        assert!(report.proves(), "{name}: {report}");
        // Each row's denial is there, and every mutation is audited.
        let denials = table.rows.len() as u64 - 2;
        assert_eq!(report.denials, denials, "{name}");
        assert_eq!(report.operations, watch.applied(), "{name}");
        let audited = audited(&*store).await;
        for spec in operations().filter(|spec| spec.is_mutation()) {
            let is_rare = spec.name == "erase_user_part";
            assert!(
                is_rare || audited.contains(spec.name),
                "{} on {name}",
                spec.name
            );
        }
        println!("{name}: {report}; none of {} values seen", watch.values());
    }
}

/// The operations that were audited as done.
async fn audited(store: &dyn UserEngineStore) -> BTreeSet<String> {
    let query = AuditQuery::new(Scope::Platform);
    let page = store.audit_records(&query, Deadline::default()).await;
    let page = page.unwrap();
    assert!(!page.has_more, "one page holds them");
    let records = page.entries.iter().flatten();
    records
        .filter(|record| record.outcome == AuditOutcome::Allowed)
        .map(|record| record.operation.as_str().to_owned())
        .collect()
}

#[test]
fn a_canary_in_what_is_shown_is_seen() {
    let store = user_engine_store_memory::InMemoryUserEngineStore::migrated(Arc::new(SystemClock));
    let mut table = Table {
        world: World::new(Arc::new(store)).unwrap(),
        rows: BTreeMap::new(),
        wrong: Vec::new(),
        shown: Vec::new(),
    };
    table.look("planted", &format!("{:?}", Some("a canary")));
    table.note("planted", 3, 2);
    assert_eq!((table.shown.len(), table.wrong.len()), (1, 1));
}

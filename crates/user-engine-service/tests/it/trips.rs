//! How many round trips each operation costs: a row for every line of the table of operations.

mod application;
mod onboarding;
mod person;
mod registration;

use crate::place::worlds;
use std::collections::BTreeMap;
use std::fmt::Write;
use user_engine_domain::{Sensitive, Text};
use user_engine_ports::Deadline;
use user_engine_service::scenario::World;
use user_engine_service::{Credential, RequestContext, operations};

/// Parts of other operations, which are no calls of their own.
const PARTS: &[&str] = &["enter_family", "erase_user_part"];

/// What was counted, by the operation's name.
struct Table {
    world: World,
    rows: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
}

impl Table {
    fn note(&mut self, name: &'static str, trips: u64, expected: u64) {
        if trips != expected {
            self.wrong
                .push(format!("{name}: {trips} instead of {expected}"));
        }
        assert!(self.rows.insert(name, trips).is_none(), "{name} has a row");
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
        assert!(
            denied.is_some_and(|error| error.is_denied()),
            "{name} of nobody's"
        );
        assert_eq!(
            $table.world.store.trips() - before,
            1,
            "the denial of {name}"
        );
        let before = $table.world.store.trips();
        let done = service.$method(&context, request).await;
        let done = done.unwrap_or_else(|error| panic!("{name}: {error} {error:?}"));
        let trips = $table.world.store.trips() - before;
        $table.note(name, trips, $trips);
        done
    }};
}
pub(crate) use row;

#[tokio::test]
async fn every_operation_has_its_number_of_round_trips() {
    for (name, world) in worlds().await {
        let mut table = Table {
            world,
            rows: BTreeMap::new(),
            wrong: Vec::new(),
        };
        table.world.service.health();
        table.note("health", table.world.store.trips(), 0);
        table.world.service.readiness(Deadline::default()).await;
        table.note("readiness", table.world.store.trips(), 1);
        person::rows(&mut table).await;
        application::rows(&mut table).await;
        registration::rows(&mut table).await;
        onboarding::rows(&mut table).await;
        assert!(table.wrong.is_empty(), "{name}: {:?}", table.wrong);
        let missing: Vec<_> = operations()
            .map(|spec| spec.name)
            .filter(|name| !table.rows.contains_key(name) && !PARTS.contains(name))
            .collect();
        assert!(missing.is_empty(), "{name}: no row for {missing:?}");
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

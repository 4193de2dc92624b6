//! Every operation, every argument: what is refused, by which rule, and that nothing else happens.
//!
//! A row is one call that has to be refused. [`refused!`] makes it and checks the exact error, that
//! the store holds the same records at the same revisions, no event and no audit record more but a
//! denial's own, and that the error shows none of the values, all of which hold a canary.
//! [`works!`] makes the call as it should be, in the state that the rows before it left as they
//! found it; and before that every call that fails by what surrounds a request: credential, claims,
//! tenant, authorizer, operation id. An argument of which nothing is ever refused here is named by
//! [`Matrix::free`]. An operation without row and control fails the test, as does an argument.
//!
//! To add a row: find the operation's function, put the state before it, write
//! `refused!(matrix, by, operation.argument: request => rule("field", "must ..."))`.

mod access_profile;
mod application;
pub(crate) mod argument;
mod expected;
mod family;
mod held;
mod matrix;
mod onboarding;
mod operability;
mod prepared_account;
mod profile;
mod registration;
mod surroundings;
mod tenant;
mod user;

use crate::place::worlds;
use expected::*;
use matrix::Matrix;
use std::collections::{BTreeMap, BTreeSet};
use tracing::instrument::WithSubscriber;
use user_engine_domain::{RecordKind, UserId};
use user_engine_service::operations;
use user_engine_service::scenario::Eavesdropper;
use user_engine_service::{ExportUser, StartRegistration};

/// Probes ask for no caller, have no argument and refuse nothing.
const PROBES: &[&str] = &["health", "readiness"];

/// Parts that nobody may call by themselves, so that no call of them is right.
const JOINED: &[&str] = &["enter_family"];

/// What was counted, over all worlds.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Rows by operation and argument.
    rows: BTreeMap<(&'static str, &'static str), u32>,
    /// Arguments by operation, as its request's type has them.
    arguments: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Arguments of which nothing is refused, and why.
    free: BTreeMap<(&'static str, &'static str), &'static str>,
    controls: BTreeSet<&'static str>,
    surroundings: u32,
    faults: Vec<String>,
}

/// A call that has to be refused:
/// `refused!(matrix, by, operation.argument: request => expected)`.
macro_rules! refused {
    ($matrix:expr, $by:expr, $method:ident.$argument:ident: $request:expr => $expected:expr) => {
        $crate::bad_input::refused!(
            $matrix, $by, $method[stringify!($argument)]: $request => $expected)
    };
    ($matrix:expr, $by:expr, $method:ident[$argument:expr]: $request:expr => $expected:expr) => {{
        let (by, request, expected) = (&$by, $request, $expected);
        $matrix.spell(stringify!($method), &request);
        let row = $matrix.row(stringify!($method), $argument).await;
        let ended = $crate::bad_input::called!($method, $matrix, by, request);
        $matrix.judge(row, ended, &expected).await
    }};
}
pub(crate) use refused;

/// A call: of the service's own method, or of a part through a unit of work.
macro_rules! called {
    (erase_user_part, $matrix:expr, $by:expr, $request:expr) => {
        $matrix.in_unit($by, $request).await
    };
    (enter_family, $matrix:expr, $by:expr, $request:expr) => {
        $matrix.in_unit($by, $request).await
    };
    ($method:ident, $matrix:expr, $by:expr, $request:expr) => {
        $matrix.world.service.$method($by, $request).await
    };
}
pub(crate) use called;

/// Two calls that have to be refused alike, of what is nowhere and of what is somewhere else:
/// `unseen!(matrix, by, operation.argument: unknown, foreign => expected)`.
macro_rules! unseen {
    (
        $matrix:expr, $by:expr, $method:ident.$argument:ident:
        $unknown:expr, $foreign:expr => $expected:expr
    ) => {{
        let expected = $expected;
        let unknown = $crate::bad_input::refused!(
            $matrix, $by, $method.$argument: $unknown => expected.clone());
        let foreign = $crate::bad_input::refused!(
            $matrix, $by, $method.$argument: $foreign => expected);
        let place = concat!(stringify!($method), ".", stringify!($argument));
        $matrix.alike(place, &unknown, &foreign);
    }};
}
pub(crate) use unseen;

/// The call as it should be, behind every one that its surroundings make fail:
/// `works!(matrix, by, operation: request)`.
macro_rules! works {
    ($matrix:expr, $by:expr, $method:ident: $request:expr) => {{
        let (by, request, name) = (&$by, $request, stringify!($method));
        $matrix.spell(name, &request);
        for bad in $matrix.surroundings(name, by).await {
            $matrix.world.authorizer.set(name, bad.decision);
            let row = $matrix.row(name, bad.name).await;
            let ended = $crate::bad_input::called!($method, $matrix, &bad.context, request.clone());
            $matrix.judge(row, ended, &bad.expected).await;
        }
        let allowed = user_engine_service::Decision::Allow;
        $matrix.world.authorizer.set(name, allowed);
        let ended = $crate::bad_input::called!($method, $matrix, by, request);
        $matrix.control(name, ended)
    }};
}
pub(crate) use works;

/// Tries the rows of an area in a fresh world on every store.
macro_rules! tried {
    ($tally:expr, $($area:ident :: $rows:ident),+ $(,)?) => {
        $(for (store, world) in worlds().await {
            let mut matrix = Matrix::on(store, world, &mut $tally);
            Box::pin($area::$rows(&mut matrix)).await;
        })+
    };
}

/// Tries every row, and listens.
async fn every_row() -> Tally {
    let eavesdropper = Eavesdropper::default();
    let mut tally = tried().with_subscriber(eavesdropper.clone()).await;
    let overheard = eavesdropper.overheard();
    let shown = overheard.lines().filter(|line| line.contains("canary"));
    let shown = shown.map(|line| format!("a log line shows a value: {line}"));
    tally.faults.extend(shown);
    assert!(!overheard.is_empty(), "somebody listens");
    tally
}

async fn tried() -> Tally {
    let mut tally = Tally::default();
    tried!(
        tally,
        user::rows,
        tenant::rows,
        application::rows,
        profile::rows,
        registration::rows,
        prepared_account::rows,
        access_profile::rows,
        onboarding::rows,
        family::rows,
        operability::rows,
    );
    tally
}

#[tokio::test]
async fn every_argument_of_every_operation_is_refused_when_it_is_bad() {
    let tally = every_row().await;
    let mut faults = tally.faults.clone();
    let known: BTreeSet<_> = operations().map(|spec| spec.name).collect();
    for name in known.iter().filter(|name| !PROBES.contains(name)) {
        if !tally.controls.contains(name) && !JOINED.contains(name) {
            faults.push(format!("{name} has no control"));
        }
        let Some(arguments) = tally.arguments.get(name) else {
            faults.push(format!("{name} has no row"));
            continue;
        };
        for argument in arguments {
            let rows = tally.rows.get(&(*name, *argument)).copied();
            match (rows, tally.free.get(&(*name, *argument))) {
                (None, None) => faults.push(format!("{name}.{argument} has no row")),
                (Some(_), Some(_)) => faults.push(format!("{name}.{argument} is not free")),
                _ => {}
            }
        }
    }
    for (name, argument) in tally.rows.keys().chain(tally.free.keys()) {
        let is_argument = tally
            .arguments
            .get(name)
            .is_some_and(|it| it.contains(argument));
        if !known.contains(name) || !(is_argument || surroundings::NAMES.contains(argument)) {
            faults.push(format!("{name}.{argument} is no argument"));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    let arguments: usize = tally.arguments.values().map(BTreeSet::len).sum();
    let rows: u32 = tally.rows.values().sum();
    println!(
        "{} operations, {arguments} arguments ({} free), {rows} rows on two stores, {} of them \
         by what surrounds the request",
        tally.controls.len(),
        tally.free.len(),
        tally.surroundings,
    );
}

/// Tries one row that is not as it should be, and gives the faults that were found.
macro_rules! planted {
    (|$matrix:ident| $planting:expr) => {{
        let (store, world) = worlds().await.swap_remove(0);
        let mut tally = Tally::default();
        let mut $matrix = Matrix::on(store, world, &mut tally);
        let _ = $planting;
        tally.faults.join("\n")
    }};
}

#[tokio::test]
async fn a_row_that_is_not_as_it_should_be_is_seen() {
    let export = || ExportUser {
        user_id: id::<UserId>("unknown"),
    };
    let missing = || not_found(RecordKind::User);
    let faults = planted!(|it| refused!(it, it.desk(), export_user.user_id: export() => missing()));
    assert_eq!(faults, "");
    let faults = planted!(|it| {
        let other = rule("user_id", "must be another");
        refused!(it, it.desk(), export_user.user_id: export() => other)
    });
    assert!(faults.contains("NotFound(User)") && faults.contains("instead of"));
    let faults = planted!(|it| {
        let denial = denied(user_engine_domain::ReasonCode::RoleMissing);
        refused!(it, it.desk(), export_user.user_id: export() => denial)
    });
    assert!(faults.contains("0 audit records instead of the denial's"));
    let faults = planted!(|it| {
        let begin = StartRegistration {
            bound_to: None,
            expires_at: None,
        };
        refused!(it, it.stranger("vic"), start_registration.expires_at: begin => missing())
    });
    assert!(faults.contains("was done instead of"));
    // Somebody writes while the call is refused.
    let faults = planted!(|it| {
        let row = it.row("export_user", "user_id").await;
        let ended = it.world.service.export_user(&it.desk(), export()).await;
        it.person("ada").await;
        it.judge(row, ended, &missing()).await
    });
    for fault in [
        "records were",
        "another table",
        "events were",
        "audit records of no denial",
    ] {
        assert!(faults.contains(fault), "{fault}");
    }
    let faults = planted!(|it| it.alike("planted", &1, &2));
    assert!(faults.contains("differ"));
}

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
//! `refused!(matrix, operation.argument, by, request, rule("field", "must ..."))`.

mod access_profile;
mod application;
pub(crate) mod argument;
mod family;
mod held;
mod onboarding;
mod operability;
mod prepared_account;
mod profile;
mod registration;
mod surroundings;
mod tenant;
mod user;

use crate::place::worlds;
use argument::Argument;
use held::Held;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use user_engine_domain::{
    ActorKind, AuditOutcome, FieldError, JsonValue, ReasonCode, RecordKind, Rule, Sensitive,
    TenantId, Text, Timestamp,
};
use user_engine_ports::{Clock, Limit, StoreErrorKind};
use user_engine_service::operation::Mutation;
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    Claims, ConflictCause, RequestContext, ServiceError, ServiceErrorKind, operations,
};

/// Probes ask for no caller, have no argument and refuse nothing.
const PROBES: &[&str] = &["health", "readiness"];

/// Parts that nobody may call by themselves, so that no call of them is right.
const JOINED: &[&str] = &["enter_family"];

/// What a row expects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    Invalid(FieldError),
    NotFound(RecordKind),
    Conflict(ConflictCause),
    Denied(ReasonCode),
    Limit(Limit),
}

/// A field that disagrees with a rule of the domain.
pub(crate) fn rule(field: &'static str, expected: &'static str) -> Expected {
    broken(field, Rule::Inconsistent { expected })
}

/// A field that breaks any other rule.
pub(crate) fn broken(field: &'static str, rule: Rule) -> Expected {
    Expected::Invalid(FieldError::new(field, rule))
}

/// There is no such record for this caller.
pub(crate) fn not_found(kind: RecordKind) -> Expected {
    Expected::NotFound(kind)
}

/// There is such a record already.
pub(crate) fn exists(kind: RecordKind) -> Expected {
    Expected::Conflict(ConflictCause::Exists(kind))
}

/// A denial, audited with this reason.
pub(crate) fn denied(reason: ReasonCode) -> Expected {
    Expected::Denied(reason)
}

/// A text that nobody may see in an error.
pub(crate) fn text(text: &str) -> Text {
    Text::new(format!("canary {text}")).unwrap()
}

/// A sensitive text that nobody may see in an error.
pub(crate) fn secret(value: &str) -> Sensitive<Text> {
    Sensitive::new(text(value))
}

/// A value of an attribute.
pub(crate) fn json(value: serde_json::Value) -> JsonValue {
    JsonValue::new(value).unwrap()
}

/// Values that are each within their limits, and together more than a record may hold.
pub(crate) fn too_much() -> Vec<JsonValue> {
    vec![json("canary".repeat(40_000).into()); 5]
}

/// Texts that are each within their limits, and together more than a record may hold.
pub(crate) fn too_many() -> Vec<Text> {
    let of = |number| text(&format!("{number} {}", "canary".repeat(600)));
    (0..400).map(of).collect()
}

/// Makes an id of any type that nobody may see in an error.
pub(crate) fn id<T: std::str::FromStr<Err = FieldError>>(id: &str) -> T {
    format!("canary-{id}").parse().unwrap()
}

/// A row under way: what it calls, and what the store held before.
pub(crate) struct Row {
    operation: &'static str,
    argument: &'static str,
    held: Held,
}

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

/// A world in which rows are tried.
pub(crate) struct Matrix<'a> {
    pub(crate) world: World,
    store: &'static str,
    tally: &'a mut Tally,
    /// What was held when last looked at, after how many round trips.
    last: Option<(u64, Held)>,
}

impl Matrix<'_> {
    /// A request of a tenant's own service.
    pub(crate) fn desk(&self) -> RequestContext {
        self.world.desk("canary-acme").unwrap()
    }

    /// A request of another tenant's service.
    pub(crate) fn elsewhere(&self) -> RequestContext {
        self.world.desk("canary-elsewhere").unwrap()
    }

    /// A request of a platform operator's, about no tenant.
    pub(crate) fn operator(&self) -> RequestContext {
        self.world.by("operator").unwrap()
    }

    /// A request of a platform operator's in the tenant.
    pub(crate) fn operator_here(&self) -> RequestContext {
        let tenant = TenantId::new("canary-acme").unwrap();
        self.operator().in_tenant(tenant)
    }

    /// A user with an account in the tenant, who signs in.
    pub(crate) async fn person(&self, name: &str) -> RequestContext {
        let user_id = format!("canary-{name}");
        self.world.person("canary-acme", &user_id).await.unwrap()
    }

    /// A user with an account in another tenant.
    pub(crate) async fn foreigner(&self, name: &str) -> RequestContext {
        let user_id = format!("canary-{name}");
        let world = &self.world;
        world.person("canary-elsewhere", &user_id).await.unwrap()
    }

    /// A person of whom no user is known, who signs in to the tenant.
    pub(crate) fn stranger(&self, name: &str) -> RequestContext {
        let claims = Claims {
            tenant: Some(id("acme")),
            ..claims_of(ActorKind::Human, &format!("canary-{name}")).unwrap()
        };
        let credential = format!("canary stranger {name}");
        self.world.claims.set(&credential, Ok(claims));
        self.world.by(&credential).unwrap()
    }

    /// An instant so many seconds ahead, or behind.
    pub(crate) fn seconds(&self, seconds: i64) -> Timestamp {
        let now = self.world.clock.now();
        now.saturating_add_micros(seconds * 1_000_000)
    }

    /// Moves the clock.
    pub(crate) fn wait(&self, seconds: u64) {
        let by = std::time::Duration::from_secs(seconds);
        self.world.clock.advance(by);
    }

    /// Says of which arguments nothing is refused that their types admit, and why.
    pub(crate) fn free(
        &mut self,
        operation: &'static str,
        why: &'static str,
        arguments: &[&'static str],
    ) {
        for argument in arguments {
            self.tally.free.insert((operation, argument), why);
        }
    }

    /// Notes the arguments that an operation has.
    pub(crate) fn spell<R: Argument>(&mut self, operation: &'static str, _: &R) {
        let mut names = Vec::new();
        R::spell("", &mut names);
        self.tally
            .arguments
            .insert(operation, names.into_iter().collect());
    }

    /// Runs a part of other operations by itself.
    pub(crate) async fn in_unit<M: Mutation>(
        &self,
        by: &RequestContext,
        request: M,
    ) -> Result<M::Response, ServiceError> {
        let mut unit = self.world.service.begin(by.clone())?;
        let response = unit.run(request).await?;
        unit.commit().await?;
        Ok(response)
    }

    /// Begins a row.
    pub(crate) async fn row(&mut self, operation: &'static str, argument: &'static str) -> Row {
        let store = &*self.world.store;
        let held = match self.last.take() {
            Some((trips, held)) if trips == store.trips() => held,
            last => Held::by(store, last.as_ref().map(|(_, held)| held)).await,
        };
        Row {
            operation,
            argument,
            held,
        }
    }

    /// Ends a row: holds what came of it against what is expected. Gives the error's kind and the
    /// reason of the denial, to be compared with another row's.
    pub(crate) async fn judge<T>(
        &mut self,
        row: Row,
        ended: Result<T, ServiceError>,
        expected: &Expected,
    ) -> Option<(ServiceErrorKind, Option<ReasonCode>)> {
        let Row {
            operation,
            argument,
            held,
        } = row;
        *self.tally.rows.entry((operation, argument)).or_default() += 1;
        let place = format!("{}: {operation}.{argument}", self.store);
        let mut fault = |what: String| self.tally.faults.push(format!("{place}: {what}"));
        let Err(error) = ended else {
            fault(format!("was done instead of {expected:?}"));
            return None;
        };
        if seen(&error).as_ref() != Some(expected) && !is_denial(&error, expected) {
            fault(format!("{error:?} instead of {expected:?}"));
        }
        if shown(&error).contains("canary") {
            fault(format!("shows a value: {}", shown(&error)));
        }
        let now = Held::by(&*self.world.store, Some(&held)).await;
        if now.records != held.records {
            fault("records were written".to_owned());
        }
        if now.events != 0 {
            fault("events were told".to_owned());
        }
        let reason = match (expected, now.audit.as_slice()) {
            (Expected::Denied(reason), [denial]) => {
                let is_it = denial.outcome == AuditOutcome::Denied
                    && denial.operation.as_str() == operation
                    && Some(&denial.operation_id) == error.operation_id()
                    && Some(&denial.correlation_id) == error.correlation_id();
                if !is_it || denial.reason != Some(*reason) {
                    fault(format!("audited as {denial:?} instead of {reason:?}"));
                }
                denial.reason
            }
            (Expected::Denied(_), more) => {
                fault(format!(
                    "{} audit records instead of the denial's",
                    more.len()
                ));
                None
            }
            (_, []) => None,
            (_, more) => {
                fault(format!(
                    "{} audit records of no denial: {more:?}",
                    more.len()
                ));
                None
            }
        };
        self.last = Some((self.world.store.trips(), now));
        Some((error.kind().clone(), reason))
    }

    /// Two rows about what the caller may not know of have to look the same.
    pub(crate) fn alike<T: PartialEq>(&mut self, place: &str, one: &T, other: &T) {
        if one != other {
            let fault = format!("{}: {place}: foreign and unknown differ", self.store);
            self.tally.faults.push(fault);
        }
    }

    /// Notes that the call as it should be was done, or not.
    pub(crate) fn control<T>(
        &mut self,
        operation: &'static str,
        ended: Result<T, ServiceError>,
    ) -> T {
        self.tally.controls.insert(operation);
        ended.unwrap_or_else(|error| {
            let faults = self.tally.faults.join("\n");
            panic!(
                "{}: control of {operation}: {error:?}\n{faults}",
                self.store
            )
        })
    }
}

/// What an error is, where it is no denial.
fn seen(error: &ServiceError) -> Option<Expected> {
    match error.kind() {
        ServiceErrorKind::Validation(refused) => Some(Expected::Invalid(refused.clone())),
        ServiceErrorKind::NotFound(kind) => Some(Expected::NotFound(*kind)),
        ServiceErrorKind::Conflict(cause) => Some(Expected::Conflict(*cause)),
        ServiceErrorKind::Store(error) => match error.kind() {
            StoreErrorKind::LimitExceeded(limit) => Some(Expected::Limit(*limit)),
            _ => None,
        },
        _ => None,
    }
}

fn is_denial(error: &ServiceError, expected: &Expected) -> bool {
    let is_audited = matches!(
        error.kind(),
        ServiceErrorKind::AuthorizationDenied { is_audited: true }
    );
    is_audited && matches!(expected, Expected::Denied(_))
}

/// Everything that an error shows, its sources' words among it.
fn shown(error: &ServiceError) -> String {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        shown.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    shown
}

/// A call that has to be refused: `refused!(matrix, operation.argument, by, request, expected)`.
macro_rules! refused {
    ($matrix:expr, $method:ident.$argument:ident, $by:expr, $request:expr, $expected:expr $(,)?) => {
        $crate::bad_input::refused!(
            $matrix,
            $method[stringify!($argument)],
            $by,
            $request,
            $expected
        )
    };
    ($matrix:expr, $method:ident[$argument:expr], $by:expr, $request:expr, $expected:expr $(,)?) => {{
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

/// Two calls that have to be refused alike: of what is nowhere, and of what is somewhere else.
macro_rules! unseen {
    (
        $matrix:expr, $method:ident.$argument:ident, $by:expr,
        $unknown:expr, $foreign:expr, $expected:expr $(,)?
    ) => {{
        let expected = $expected;
        let unknown = $crate::bad_input::refused!(
            $matrix,
            $method.$argument,
            $by,
            $unknown,
            expected.clone()
        );
        let foreign =
            $crate::bad_input::refused!($matrix, $method.$argument, $by, $foreign, expected);
        let place = concat!(stringify!($method), ".", stringify!($argument));
        $matrix.alike(place, &unknown, &foreign);
    }};
}
pub(crate) use unseen;

/// The call as it should be, behind every one that its surroundings make fail.
macro_rules! works {
    ($matrix:expr, $method:ident, $by:expr, $request:expr $(,)?) => {{
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
            let mut matrix = Matrix {
                world,
                store,
                tally: &mut $tally,
                last: None,
            };
            Box::pin($area::$rows(&mut matrix)).await;
        })+
    };
}

async fn every_row() -> Tally {
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

//! A world in which rows are tried, and how each is judged.

use super::Tally;
use super::argument::Argument;
use super::expected::{Expected, id, is_denial, seen, shown};
use super::held::Held;
use std::time::Duration;
use user_engine_domain::{ActorKind, AuditOutcome, ReasonCode, TenantId, Timestamp};
use user_engine_ports::Clock;
use user_engine_service::operation::Mutation;
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{Claims, RequestContext, ServiceError, ServiceErrorKind};

/// A row under way: what it calls, and what the store held before.
pub(crate) struct Row {
    operation: &'static str,
    argument: &'static str,
    held: Held,
}

/// A world in which rows are tried.
pub(crate) struct Matrix<'a> {
    pub(crate) world: World,
    store: &'static str,
    pub(super) tally: &'a mut Tally,
    /// What was held when last looked at, after how many round trips.
    last: Option<(u64, Held)>,
}

impl<'a> Matrix<'a> {
    pub(super) const fn on(store: &'static str, world: World, tally: &'a mut Tally) -> Self {
        Self {
            world,
            store,
            tally,
            last: None,
        }
    }

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
        let by = Duration::from_secs(seconds);
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
        if now.counts != held.counts {
            fault("an operation or a row of another table was written".to_owned());
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

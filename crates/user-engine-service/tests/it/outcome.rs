//! Commits whose answer is lost: the call finds out what became of them, or says that it can't.

mod again;

use crate::place::stores;
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use user_engine_domain::{AccountStatus, CorrelationId, OperationId, TenantId, UserId};
use user_engine_ports::{
    Committed, Deadline, Effect, OperationOutcome, Read, Scope, StoreError, StoreErrorKind,
    UnitOfWork, UserEngineStore, Verb,
};
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::{HookedStore, Hooks, World};
use user_engine_service::{
    ConflictCause, CreateUser, CreatedUser, Done, RequestContext, ServiceError, ServiceErrorKind,
};

/// Where a commit's answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// The store never saw the commit.
    BeforeArrival,
    /// The store applied it.
    BeforeAnswer,
}

/// What asking for an outcome meets, before the store is really asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    StillRunning,
    Unavailable,
}

/// A wire that loses answers as it is told.
#[derive(Debug, Default)]
struct Wire {
    losses: Mutex<VecDeque<Lost>>,
    asked: Mutex<VecDeque<Asked>>,
    /// Whether whoever asks hears `StillRunning` for ever.
    is_stuck: Mutex<bool>,
    /// Whether whoever asks hears the answer when the deadline has passed.
    is_slow: Mutex<bool>,
    /// How many more flights are answered in front of one that is not.
    flights: Mutex<Option<u32>>,
}

#[async_trait]
impl Hooks for Wire {
    fn failing(&self, _: &[Read]) -> Result<(), StoreError> {
        let mut flights = self.flights.lock().unwrap();
        match *flights {
            None => Ok(()),
            Some(0) => {
                *flights = None;
                Err(StoreError::new(StoreErrorKind::Unavailable, Verb::Get))
            }
            Some(more) => {
                *flights = Some(more - 1);
                Ok(())
            }
        }
    }

    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let loss = self.losses.lock().unwrap().pop_front();
        match loss {
            None => return unit.commit().await,
            Some(Lost::BeforeArrival) => unit.rollback().await,
            Some(Lost::BeforeAnswer) => drop(unit.commit().await?),
        }
        let error = StoreError::new(StoreErrorKind::Unavailable, Verb::Commit);
        Err(error.with_unknown_effect())
    }

    async fn outcome(
        &self,
        store: &dyn UserEngineStore,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        if *self.is_stuck.lock().unwrap() {
            return Ok(OperationOutcome::StillRunning);
        }
        let asked = self.asked.lock().unwrap().pop_front();
        match asked {
            Some(Asked::StillRunning) => Ok(OperationOutcome::StillRunning),
            Some(Asked::Unavailable) => {
                Err(StoreError::new(StoreErrorKind::Unavailable, Verb::Outcome))
            }
            None => {
                let answer = store.outcome(scope, operation, deadline).await;
                while *self.is_slow.lock().unwrap() && !deadline.has_passed() {
                    tokio::task::yield_now().await;
                }
                answer
            }
        }
    }
}

/// A world at the end of a wire.
struct Place {
    name: &'static str,
    store: Arc<dyn UserEngineStore>,
    wire: Arc<Wire>,
    world: World,
}

impl Place {
    async fn all() -> Vec<Self> {
        let place = |(name, store): (&'static str, Arc<dyn UserEngineStore>)| {
            let wire = Arc::new(Wire::default());
            let hooked = HookedStore::new(store.clone(), wire.clone());
            let world = World::new(Arc::new(hooked)).unwrap();
            Self {
                name,
                store,
                wire,
                world,
            }
        };
        stores().await.into_iter().map(place).collect()
    }

    fn lose(&self, lost: Lost, asked: impl IntoIterator<Item = Asked>) {
        self.wire.losses.lock().unwrap().push_back(lost);
        self.wire.asked.lock().unwrap().extend(asked);
    }

    fn context(&self) -> RequestContext {
        let desk = self.world.desk("acme").unwrap();
        desk.with_operation(OperationId::new("once").unwrap())
            .with_correlation(CorrelationId::new("request").unwrap())
    }

    async fn create(&self, context: &RequestContext) -> Result<Done<CreatedUser>, ServiceError> {
        let create = CreateUser {
            user_id: None,
            display_name: None,
            primary_email: None,
            status: AccountStatus::Active,
        };
        self.world.service.create_user(context, create).await
    }

    /// Everything was written, audited and told once.
    async fn is_applied_once(&self) {
        let verifier = Verifier::new(&*self.store).counting_rows();
        let report = verifier.asking_outcomes().verify().await.unwrap();
        assert!(report.proves(), "{}: {report}", self.name);
        let seen = (report.operations, report.audit_records, report.events);
        assert_eq!(seen, (1, 1, 2), "{}", self.name);
    }
}

fn is_unknown(error: &ServiceError) -> bool {
    let is_stores = matches!(error.kind(), ServiceErrorKind::Store(_));
    let operation_id = error.operation_id().map(OperationId::as_str);
    is_stores && error.effect() == Effect::Unknown && operation_id == Some("once")
}

#[tokio::test]
async fn a_lost_answer_is_found_inside_the_call_and_repeating_gives_it_again() {
    for asked in [vec![], vec![Asked::StillRunning; 3]] {
        for place in Place::all().await {
            let name = place.name;
            place.lose(Lost::BeforeAnswer, asked.clone());
            let context = place.context();
            let first = place.create(&context).await.unwrap();
            assert!(!first.is_repeated, "{name}");
            assert_eq!(first.operation_id.as_str(), "once", "{name}");
            let again = place.create(&context).await.unwrap();
            assert!(again.is_repeated, "{name}");
            assert_eq!(again.response, first.response, "{name}");
            place.is_applied_once().await;
        }
    }
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_known_not_to_be_applied_and_its_id_is_given_up() {
    for asked in [vec![], vec![Asked::StillRunning]] {
        for place in Place::all().await {
            let name = place.name;
            place.lose(Lost::BeforeArrival, asked.clone());
            let error = place.create(&place.context()).await.unwrap_err();
            assert!(matches!(error.kind(), ServiceErrorKind::Store(_)), "{name}");
            assert_eq!(error.effect(), Effect::NotApplied, "{name}");
            let again = place.create(&place.context()).await.unwrap_err();
            let cause = again.conflict();
            assert_eq!(cause, Some(ConflictCause::OperationReused), "{name}");
            let report = Verifier::new(&*place.store).verify().await.unwrap();
            assert_eq!((report.audit_records, report.events), (0, 0), "{name}");
            let other = OperationId::new("twice").unwrap();
            let other = place.context().with_operation(other);
            place.create(&other).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_operation_that_is_still_running_at_the_deadline_has_an_unknown_effect() {
    for lost in [Lost::BeforeAnswer, Lost::BeforeArrival] {
        for place in Place::all().await {
            let name = place.name;
            place.lose(lost, []);
            *place.wire.is_stuck.lock().unwrap() = true;
            let deadline = Deadline::after(Duration::from_millis(200));
            let hurried = place.context().with_deadline(deadline);
            let error = place.create(&hurried).await.unwrap_err();
            assert!(is_unknown(&error), "{name}: {error:?}");
            *place.wire.is_stuck.lock().unwrap() = false;
            // Nobody gave the id up: repeating finds the first result, or makes it.
            let again = place.create(&place.context()).await.unwrap();
            assert_eq!(again.is_repeated, lost == Lost::BeforeAnswer, "{name}");
            place.is_applied_once().await;
        }
    }
}

#[tokio::test]
async fn an_outcome_that_can_not_be_asked_for_stays_unknown_until_it_is_repeated() {
    for place in Place::all().await {
        let name = place.name;
        place.lose(
            Lost::BeforeAnswer,
            [Asked::StillRunning, Asked::Unavailable],
        );
        let error = place.create(&place.context()).await.unwrap_err();
        assert!(is_unknown(&error), "{name}: {error:?}");
        let again = place.create(&place.context()).await.unwrap();
        assert!(again.is_repeated, "{name}");
        place.is_applied_once().await;
    }
}

#[tokio::test]
async fn a_repetition_whose_own_answer_is_lost_gives_the_first_result_too() {
    for place in Place::all().await {
        let first = place.create(&place.context()).await.unwrap();
        place.lose(Lost::BeforeAnswer, []);
        let again = place.create(&place.context()).await.unwrap();
        assert_eq!(again.response, first.response, "{}", place.name);
        place.is_applied_once().await;
    }
}

#[tokio::test]
async fn a_unit_of_several_operations_finds_out_what_became_of_a_lost_commit() {
    for place in Place::all().await {
        let name = place.name;
        let create = || CreateUser {
            user_id: None,
            display_name: None,
            primary_email: None,
            status: AccountStatus::Active,
        };
        place.lose(Lost::BeforeAnswer, [Asked::StillRunning]);
        let mut unit = place.world.service.begin(place.context()).unwrap();
        let first = unit.run(create()).await.unwrap();
        assert!(!unit.commit().await.unwrap().is_repeated, "{name}");
        place.is_applied_once().await;

        // Its repetition, whose own answer can't be asked for, has no commit to lose.
        place.lose(Lost::BeforeAnswer, [Asked::Unavailable]);
        let mut unit = place.world.service.begin(place.context()).unwrap();
        assert_eq!(unit.run(create()).await.unwrap(), first, "{name}");
        assert!(unit.commit().await.unwrap().is_repeated, "{name}");
        place.is_applied_once().await;
    }
}

#[tokio::test]
async fn a_unit_whose_lost_commit_can_not_be_asked_for_says_that_its_effect_is_unknown() {
    for place in Place::all().await {
        let name = place.name;
        place.lose(Lost::BeforeAnswer, [Asked::Unavailable]);
        let mut unit = place.world.service.begin(place.context()).unwrap();
        let create = CreateUser {
            user_id: Some(UserId::new("ada").unwrap()),
            display_name: None,
            primary_email: None,
            status: AccountStatus::Active,
        };
        unit.run(create).await.unwrap();
        let error = unit.commit().await.unwrap_err();
        assert!(is_unknown(&error), "{name}: {error:?}");
        let scope = Scope::Tenant(TenantId::new("acme").unwrap());
        let operation = OperationId::new("once").unwrap();
        let outcome = place.store.outcome(&scope, &operation, Deadline::default());
        let outcome = outcome.await.unwrap();
        assert!(matches!(outcome, OperationOutcome::Applied(_)), "{name}");
        place.is_applied_once().await;
    }
}

#[tokio::test]
async fn the_same_id_for_another_request_or_caller_is_a_conflict() {
    for place in Place::all().await {
        let name = place.name;
        place.create(&place.context()).await.unwrap();
        let operator = place.world.by("operator").unwrap();
        let other = operator
            .in_tenant(TenantId::new("acme").unwrap())
            .with_operation(OperationId::new("once").unwrap());
        let error = place.create(&other).await.unwrap_err();
        let cause = error.conflict();
        assert_eq!(cause, Some(ConflictCause::OperationReused), "{name}");
        // Nor is it taken for one's own success when the commit is lost on its way.
        place.lose(Lost::BeforeArrival, []);
        let error = place.create(&other).await.unwrap_err();
        let cause = error.conflict();
        assert_eq!(cause, Some(ConflictCause::OperationReused), "{name}");
        place.is_applied_once().await;
    }
}

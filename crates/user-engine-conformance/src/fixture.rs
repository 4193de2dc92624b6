//! Ready-made ids, records and units for cases; all are deterministic for a seed.

use crate::context::Context;
use crate::failure::Failure;
use std::fmt::Display;
use std::sync::Arc;
use user_engine_domain::{
    AccountStatus, Actor, ActorId, ActorKind, AuditId, AuditOutcome, AuditRecord, AuditTarget,
    CorrelationId, DomainRecord, EventId, EventType, ExternalIdentity, Issuer, JsonValue,
    OperationId, OperationName, OutboxEvent, ReasonCode, Record, RecordId, RecordKey, Subject,
    TenantAccount, TenantId, User, UserId,
};
use user_engine_ports::{
    AuditQuery, Committed, ListQuery, Operation, OutboxQuery, Page, Precondition, Read, ReadAnswer,
    RequestDigest, Row, Scope, StoreError, Tx, UnitOptions, UserEngineStore, Versioned,
};

/// A value that is valid by construction.
///
/// # Panics
///
/// When it is not, which is a mistake in the case.
#[track_caller]
pub fn valid<T, E: Display>(made: Result<T, E>) -> T {
    made.unwrap_or_else(|refused| panic!("a fixture is not valid: {refused}"))
}

/// Ids and records. The same name gives the same id within a run.
impl Context {
    /// The tenant of a name.
    pub fn tenant(&self, name: &str) -> TenantId {
        valid(TenantId::new(self.id_of(name)))
    }

    /// The scope of a named tenant.
    pub fn tenant_scope(&self, name: &str) -> Scope {
        Scope::Tenant(self.tenant(name))
    }

    /// The user id of a name.
    pub fn user_id(&self, name: &str) -> UserId {
        valid(UserId::new(self.id_of(name)))
    }

    /// A user without personal values, made when the case begins.
    pub fn user(&self, name: &str) -> User {
        User {
            user_id: self.user_id(name),
            display_name: None,
            primary_email: None,
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    /// The same user, changed `version` seconds later: a different record under the same key.
    pub fn user_version(&self, name: &str, version: i64) -> User {
        User {
            updated_at: self.at(version),
            ..self.user(name)
        }
    }

    /// An active tenant account.
    pub fn tenant_account(&self, tenant: &str, user: &str) -> TenantAccount {
        TenantAccount {
            tenant: self.tenant(tenant),
            user_id: self.user_id(user),
            status: AccountStatus::Active,
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    /// The issuer and subject of a name.
    pub fn identity_key(&self, subject: &str) -> (Issuer, Subject) {
        let issuer = valid(Issuer::new("https://issuer.example"));
        (issuer, valid(Subject::new(self.id_of(subject))))
    }

    /// A named subject linked to a named user.
    pub fn identity(&self, subject: &str, user: &str) -> ExternalIdentity {
        let (issuer, subject) = self.identity_key(subject);
        ExternalIdentity {
            issuer,
            subject,
            user_id: self.user_id(user),
            linked_at: self.now(),
        }
    }

    /// The operation of a name; its request digest is that of the name.
    pub fn operation(&self, name: &str) -> Operation {
        let id = valid(OperationId::new(self.id_of(name)));
        Operation::new(id, RequestDigest::of(name))
    }

    /// The actor of every case.
    pub fn actor(&self) -> Actor {
        let id = valid(ActorId::new(self.id_of("actor")));
        Actor {
            kind: ActorKind::Service,
            id,
            on_behalf_of: None,
            break_glass: false,
        }
    }

    /// An audit record of an operation in a scope, under a fresh id.
    pub fn audit(
        &self,
        operation: &Operation,
        scope: &Scope,
        target: Option<&RecordId>,
    ) -> AuditRecord {
        AuditRecord {
            audit_id: valid(AuditId::new(self.fresh_id("audit"))),
            operation_id: operation.id.clone(),
            correlation_id: self.correlation(operation),
            tenant: scope.tenant().cloned(),
            actor: self.actor(),
            operation: valid(OperationName::new("update_user")),
            target: target.map(AuditTarget::of),
            outcome: AuditOutcome::Allowed,
            reason: None,
            recorded_at: self.now(),
        }
    }

    /// A denial of an operation in a scope, under a fresh id.
    pub fn denial(&self, operation: &Operation, scope: &Scope) -> AuditRecord {
        AuditRecord {
            outcome: AuditOutcome::Denied,
            reason: Some(ReasonCode::PolicyDenied),
            ..self.audit(operation, scope, None)
        }
    }

    /// An event of an operation about an aggregate, under a fresh id.
    pub fn event(&self, operation: &Operation, scope: &Scope, aggregate: &RecordId) -> OutboxEvent {
        OutboxEvent {
            event_id: valid(EventId::new(self.fresh_id("event"))),
            event_type: valid(EventType::new("user.updated")),
            event_version: 1,
            aggregate: aggregate.clone(),
            tenant: scope.tenant().cloned(),
            operation_id: operation.id.clone(),
            correlation_id: self.correlation(operation),
            payload: valid(JsonValue::parse(r#"{"fields":1}"#)),
            occurred_at: self.now(),
        }
    }

    /// The correlation id of an operation: its own id, spelled anew.
    pub fn correlation(&self, operation: &Operation) -> CorrelationId {
        valid(CorrelationId::new(operation.id.as_str()))
    }
}

/// The id of a record by its typed key.
pub fn id_of<R: Record>(key: &R::Key) -> RecordId {
    RecordId::new(R::KIND, R::key_of(key))
}

/// Units against the store under test.
impl Context {
    /// Options of a unit that writes.
    pub fn write(&self, scope: Scope, operation: &Operation) -> UnitOptions {
        UnitOptions::write(scope, operation.clone()).deadline(self.deadline())
    }

    /// Begins a unit that writes, under the operation of a name.
    pub fn begin(&self, scope: Scope, operation: &str) -> Tx {
        self.store()
            .begin(self.write(scope, &self.operation(operation)))
    }

    /// Begins a unit that only reads.
    pub fn reader(&self, scope: Scope) -> Tx {
        self.store()
            .begin(UnitOptions::read(scope).deadline(self.deadline()))
    }

    /// Commits records under the operation of a name, whatever was there.
    pub async fn commit(
        &self,
        scope: Scope,
        operation: &str,
        records: impl IntoIterator<Item = DomainRecord>,
    ) -> Result<Committed, StoreError> {
        let mut tx = self.begin(scope, operation);
        for record in records {
            tx.save(record)?;
        }
        tx.commit().await
    }

    /// Creates a user in the tenantless scope, and reads it back.
    pub async fn commit_user(&self, name: &str) -> Result<Versioned<User>, Failure> {
        let mut tx = self.begin(Scope::Tenantless, &format!("create-{name}"));
        tx.save_if(self.user(name), Precondition::Absent)?;
        tx.commit().await?;
        let found = self
            .get::<User>(Scope::Tenantless, &self.user_id(name))
            .await?;
        crate::check::present(found, "a user just created")
    }

    /// Reads one record from the store under test, in a unit of its own.
    pub async fn get<R: Record>(
        &self,
        scope: Scope,
        key: &R::Key,
    ) -> Result<Option<Versioned<R>>, StoreError> {
        self.get_from::<R>(&self.store(), scope, key).await
    }

    /// Reads one record through another handle.
    pub async fn get_from<R: Record>(
        &self,
        store: &Arc<dyn UserEngineStore>,
        scope: Scope,
        key: &R::Key,
    ) -> Result<Option<Versioned<R>>, StoreError> {
        store
            .begin(UnitOptions::read(scope).deadline(self.deadline()))
            .get::<R>(key)
            .await
    }

    /// Begins a whole mutation: the save of a record with its audit record and its event.
    pub fn mutation(
        &self,
        store: &Arc<dyn UserEngineStore>,
        scope: &Scope,
        operation: &Operation,
        record: impl Into<DomainRecord>,
        precondition: Precondition,
    ) -> Result<Tx, StoreError> {
        let record = record.into();
        let id = record.id();
        let mut tx = store.begin(self.write(scope.clone(), operation));
        tx.save_if(record, precondition)?;
        tx.append_audit(self.audit(operation, scope, Some(&id)))?;
        tx.enqueue(self.event(operation, scope, &id))?;
        Ok(tx)
    }

    /// Every audit record that a scope shows, in order; at most a page of 1,000.
    pub async fn audit_records(&self, scope: Scope) -> Result<Vec<AuditRecord>, Failure> {
        let page = self
            .store()
            .audit_records(&AuditQuery::new(scope), self.deadline())
            .await?;
        let undecodable = |_| Failure::broken("an audit record does not decode");
        page.entries
            .into_iter()
            .map(|entry| entry.map_err(undecodable))
            .collect()
    }

    /// Every event that a scope shows, in order; at most a page of 1,000.
    pub async fn outbox_events(&self, scope: Scope) -> Result<Vec<OutboxEvent>, Failure> {
        let page = self
            .store()
            .outbox_events(&OutboxQuery::new(scope), self.deadline())
            .await?;
        let undecodable = |_| Failure::broken("an event does not decode");
        page.entries
            .into_iter()
            .map(|entry| entry.map_err(undecodable))
            .collect()
    }

    /// One count of a scope; absent names count as a broken promise.
    pub async fn count(&self, scope: Scope, name: &str) -> Result<u64, Failure> {
        let counts = self.store().record_counts(&scope, self.deadline()).await?;
        crate::check::present(counts.get(name).copied(), "a count of the manifest")
    }
}

/// Lists.
impl Context {
    /// Walks a list from the query's beginning to its end, page by page, and gives its rows in
    /// the order in which they came.
    pub async fn walk(&self, scope: Scope, query: ListQuery) -> Result<Vec<Row>, Failure> {
        walk_in(&mut self.reader(scope), query).await
    }

    /// The keys of a walk.
    pub async fn keys(&self, scope: Scope, query: ListQuery) -> Result<Vec<RecordKey>, Failure> {
        Ok(row_keys(&self.walk(scope, query).await?))
    }
}

/// Walks a list inside a unit, as [`Context::walk`] does in one of its own.
pub(crate) async fn walk_in(tx: &mut Tx, mut query: ListQuery) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    loop {
        let page = page(tx, &query).await?;
        rows.extend(page.rows);
        match page.next {
            None => return Ok(rows),
            Some(next) if query.after.as_ref().is_none_or(|after| *after < next) => {
                query.after = Some(next);
            }
            Some(_) => return Err(Failure::broken("a walk does not move on")),
        }
    }
}

/// One page of a list.
pub(crate) async fn page(tx: &mut Tx, query: &ListQuery) -> Result<Page, Failure> {
    match tx.read(&[Read::List(query.clone())]).await?.pop() {
        Some(ReadAnswer::List(page)) if page.rows.len() <= query.limit => Ok(page),
        Some(ReadAnswer::List(_)) => Err(Failure::broken("a page has more rows than asked for")),
        _ => Err(Failure::broken("a list was not answered by a page")),
    }
}

/// The keys of rows, of those that do not decode too.
pub(crate) fn row_keys(rows: &[Row]) -> Vec<RecordKey> {
    let key = |row: &Row| match row {
        Ok(row) => row.record.record_key(),
        Err(undecodable) => undecodable.key.clone(),
    };
    rows.iter().map(key).collect()
}

/// Records of any kind.
impl Context {
    /// Reads records in one flight, each at the place of its id.
    pub async fn rows(&self, scope: Scope, ids: &[RecordId]) -> Result<Vec<Option<Row>>, Failure> {
        let reads: Vec<_> = ids.iter().cloned().map(Read::Get).collect();
        let answers = self.reader(scope).read(&reads).await?;
        let row = |answer| match answer {
            ReadAnswer::Get(row) => Ok(row),
            ReadAnswer::List(_) => Err(Failure::broken("a read by key was answered by a page")),
        };
        answers.into_iter().map(row).collect()
    }

    /// Reads one record.
    pub async fn row(&self, scope: Scope, id: &RecordId) -> Result<Option<Row>, Failure> {
        Ok(self
            .rows(scope, std::slice::from_ref(id))
            .await?
            .pop()
            .flatten())
    }

    /// Reads one record that must be there and decode.
    pub async fn record(
        &self,
        scope: Scope,
        id: &RecordId,
    ) -> Result<Versioned<DomainRecord>, Failure> {
        let row = crate::check::present(self.row(scope, id).await?, "a stored record")?;
        row.map_err(|_| Failure::broken("a stored record does not decode"))
    }

    /// Deletes a record of any kind, and commits.
    pub async fn delete(
        &self,
        scope: Scope,
        operation: &str,
        id: &RecordId,
        precondition: Precondition,
    ) -> Result<Committed, StoreError> {
        let mut unit = self.begin(scope, operation).into_unit();
        unit.delete(id.clone(), precondition)?;
        unit.commit().await
    }
}

/// What is sent.
impl Context {
    /// How many round trips the store has made, where the factory can count them: what must be
    /// refused before anything is sent leaves this as it was.
    pub fn sent(&self) -> Result<Option<u64>, Failure> {
        if self.declared().contains(&crate::power::Power::RoundTrips) {
            self.round_trips().map(Some)
        } else {
            Ok(None)
        }
    }
}

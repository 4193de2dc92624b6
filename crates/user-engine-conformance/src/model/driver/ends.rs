//! The steps that end a unit, and those that ask the store.

use super::{At, By, Kind, Player};
use crate::check::{conflict, same, same_count};
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::valid;
use crate::model::contract::{Commit, Known};
use crate::model::step::Place;
use crate::refused;
use user_engine_domain::AuditId;
use user_engine_ports::{
    AuditQuery, Committed, ConflictReason, OperationOutcome, OutboxQuery, Receipt, Scope,
    StoreError, StoreErrorKind,
};

fn number_in(receipt: &Receipt) -> Option<i64> {
    receipt.body.get("n").and_then(|number| number.parse().ok())
}

impl Player {
    pub(super) async fn commit(&mut self, slot: usize) -> Result<(), Failure> {
        let Some(mut open) = self.take(slot) else {
            return Ok(());
        };
        while open.model.marks.pop().is_some() {
            open.unit.leave(true);
        }
        let answer = open.unit.commit().await;
        let expected = self.model.commit(&open.model);
        let about = |place: Place| self.world.id(place);
        match expected {
            Commit::Empty => {
                let committed = answer?;
                let is_empty = committed.receipt.is_none() && !committed.is_repeated;
                ensure!(is_empty, "a unit that wrote nothing has a receipt");
                Ok(())
            }
            Commit::Applied { receipt, saved } => {
                let committed = answer?;
                ensure!(
                    !committed.is_repeated,
                    "a first commit says that it is a repeat"
                );
                let found = committed.receipt.as_ref().map(number_in);
                same(&found, &Some(receipt), "the receipt of a commit")?;
                self.take_revisions(&committed, &saved)
            }
            Commit::Repeated { receipt } => {
                let found = match answer {
                    Ok(committed) => {
                        ensure!(
                            committed.is_repeated,
                            "a repeat does not say that it is one"
                        );
                        committed.receipt
                    }
                    Err(error) => error.receipt().cloned(),
                };
                same(
                    &found.as_ref().map(number_in),
                    &Some(receipt),
                    "the receipt of a repeat",
                )
            }
            Commit::Invalid => refused!(answer, StoreErrorKind::Invalid(_)).map(drop),
            Commit::Reused => conflict(answer, ConflictReason::OperationReused, None).map(drop),
            Commit::Fenced => conflict(answer, ConflictReason::OperationFenced, None).map(drop),
            Commit::Precondition(place) => {
                conflict(answer, ConflictReason::Precondition, Some(&about(place))).map(drop)
            }
            Commit::Owner(place) => {
                conflict(answer, ConflictReason::Owner, Some(&about(place))).map(drop)
            }
        }
    }

    /// Learns the revisions of a commit: one for each saved record, in key order, never used
    /// before.
    fn take_revisions(
        &mut self,
        committed: &Committed,
        saved: &[(Place, u64)],
    ) -> Result<(), Failure> {
        same_count(
            committed.revisions.len(),
            saved.len(),
            "revisions of a commit",
        )?;
        for ((id, revision), (place, generation)) in committed.revisions.iter().zip(saved) {
            same(id, &self.world.id(*place), "the record of a revision")?;
            let is_used = self.revisions.values().any(|used| used == revision);
            ensure!(!is_used, "a revision is used a second time");
            self.revisions.insert(*generation, *revision);
        }
        Ok(())
    }

    pub(super) async fn ask(&mut self, at: At, operation: u8) -> Result<(), Failure> {
        let id = self.world.operation(operation, 0).id;
        let deadline = self.world.0.deadline();
        let found = self
            .store
            .outcome(&self.world.scope(at), &id, deadline)
            .await?;
        match (found, self.model.ask(at, operation)) {
            (OperationOutcome::Applied(found), Known::Applied { receipt, .. }) => {
                same(&number_in(&found), &receipt, "the receipt of an outcome")
            }
            (OperationOutcome::NotApplied, Known::Fenced) => Ok(()),
            (OperationOutcome::Applied(_), Known::Fenced) => {
                Err(Failure::broken("what was never applied is called applied"))
            }
            (_, Known::Applied { .. }) => {
                Err(Failure::broken("what was applied is not called applied"))
            }
            (OperationOutcome::StillRunning, Known::Fenced) => {
                Err(Failure::broken("what nobody runs is called still running"))
            }
        }
    }

    pub(super) async fn deny(&mut self, at: At, operation: u8, denial: u8) -> Result<(), Failure> {
        let (world, scope) = (&self.world, self.world.scope(at));
        let mut record = world.0.denial(&world.operation(operation, 0), &scope);
        record.audit_id = valid(AuditId::new(world.0.id_of(&format!("denial-{denial}"))));
        let id = record.audit_id.as_str().to_owned();
        self.store
            .record_denial(&scope, record, world.0.deadline())
            .await?;
        let tenant = match at {
            At::Tenant(tenant) => Some(tenant),
            At::Tenantless | At::Platform => None,
        };
        self.model.deny(id, tenant);
        Ok(())
    }

    pub(super) async fn logs(&mut self, at: At, size: usize) -> Result<(), Failure> {
        let (mut audits, mut after) = (Vec::new(), None);
        let deadline = self.world.0.deadline();
        loop {
            let scope = self.world.scope(at);
            let query = AuditQuery {
                after,
                limit: size,
                ..AuditQuery::new(scope)
            };
            let page = self.store.audit_records(&query, deadline).await?;
            let ids = page
                .entries
                .iter()
                .flatten()
                .map(|it| it.audit_id.as_str().to_owned());
            audits.extend(ids);
            if !page.has_more || audits.len() > 1_000 {
                break;
            }
            after = Some(page.next);
        }
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let scope = self.world.scope(at);
            let query = OutboxQuery {
                after,
                limit: size,
                ..OutboxQuery::new(scope)
            };
            let page = self.store.outbox_events(&query, deadline).await?;
            let ids = page
                .entries
                .iter()
                .flatten()
                .map(|it| it.event_id.as_str().to_owned());
            events.extend(ids);
            if !page.has_more || events.len() > 1_000 {
                break;
            }
            after = Some(page.next);
        }
        let (expected_audits, expected_events) = self.model.logs(at);
        same(&audits, &expected_audits, "the audit log")?;
        same(&events, &expected_events, "the outbox")
    }

    pub(super) async fn count(&mut self) -> Result<(), Failure> {
        let deadline = self.world.0.deadline();
        let counts: Result<_, StoreError> =
            self.store.record_counts(&Scope::Platform, deadline).await;
        let counts = counts?;
        let names = [
            "external_identity",
            "tenant_account",
            "user",
            "audit_records",
            "outbox_events",
            "operations",
        ];
        for (name, expected) in names.into_iter().zip(self.model.counts()) {
            same_count(
                counts.get(name).copied().unwrap_or_default(),
                expected,
                name,
            )?;
        }
        Ok(())
    }

    /// Everything that is left, as the platform sees it.
    pub(super) async fn look_at_everything(&mut self) -> Result<(), Failure> {
        for kind in [Kind::Identity, Kind::Account, Kind::User] {
            self.walk(At::Platform, kind, By::Kind, 2).await?;
        }
        self.logs(At::Platform, 3).await?;
        self.count().await
    }
}

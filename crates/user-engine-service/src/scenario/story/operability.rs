//! Stories: reading the logs, and purging.

use super::registration::expected;
use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::operability::{AuditRecords, OutboxDiagnostics, OutboxEvents, PurgeExpired};
use crate::registration::{AttachRegistrationFactor, StartRegistration};
use crate::scenario::{CANARY, Failed, World};
use std::collections::BTreeSet;
use std::time::Duration;
use user_engine_domain::{
    AuditRecord, FactorType, List, Map, OutboxEvent, RegistrationId, RegistrationSession,
    Sensitive, TenantId, Text, Timestamp,
};
use user_engine_ports::{LogCursor, Scope, UnitOptions, UserEngineStore};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!(
        "a-reader-with-a-cursor-sees-every-entry-once-in-order",
        replayed
    ),
    story!("a-tenant-reads-its-own-logs-alone", apart),
    story!("what-ran-out-is-purged-and-told", purged),
];

/// Somebody who follows both logs, two entries at a time.
#[derive(Debug, Default)]
struct Follower {
    audit_records: Vec<AuditRecord>,
    events: Vec<OutboxEvent>,
    audits_at: Option<LogCursor>,
    events_at: Option<LogCursor>,
}

impl Follower {
    async fn catch_up(&mut self, world: &World, by: &RequestContext) -> Result<(), Failed> {
        let mut has_more = true;
        while has_more {
            let request = AuditRecords {
                after: self.audits_at.take(),
                limit: 2,
                ..AuditRecords::default()
            };
            let page = world.service.audit_records(by, request).await?;
            self.audit_records
                .extend(page.entries.into_iter().flatten());
            self.audits_at = Some(page.next);
            has_more = page.has_more;
        }
        has_more = true;
        while has_more {
            let request = OutboxEvents {
                after: self.events_at.take(),
                limit: 2,
            };
            let page = world.service.outbox_events(by, request).await?;
            self.events.extend(page.entries.into_iter().flatten());
            self.events_at = Some(page.next);
            has_more = page.has_more;
        }
        Ok(())
    }
}

async fn replayed(world: World) -> Result<(), Failed> {
    let operator = world.by("operator")?;
    let mut follower = Follower::default();
    for user_id in ["ada", "bob", "cid"] {
        world.person("acme", user_id).await?;
        // A denial in between: audited, not told.
        let desk = world.desk("acme")?;
        let denied = world
            .service
            .purge_expired(&desk, PurgeExpired { after: None });
        ensure!(denied.await.is_err(), "a tenant's service purges");
        follower.catch_up(&world, &operator).await?;
    }
    let mut anew = Follower::default();
    anew.catch_up(&world, &operator).await?;
    ensure!(
        follower.audit_records == anew.audit_records && follower.events == anew.events,
        "who followed saw something else than who came late"
    );
    let audits: BTreeSet<_> = anew.audit_records.iter().map(|one| &one.audit_id).collect();
    let events: BTreeSet<_> = anew.events.iter().map(|one| &one.event_id).collect();
    let seen = (anew.audit_records.len(), anew.events.len());
    ensure!(seen == (audits.len(), events.len()), "something came twice");
    // Of each of three: created and linked, and a denial; created, with a tenant account, linked.
    ensure!(seen == (9, 9), "{seen:?} entries");
    let operations: Vec<_> = anew
        .audit_records
        .iter()
        .map(|one| one.operation.as_str())
        .collect();
    let round = ["create_user", "link_identity", "purge_expired"];
    let rounds: Vec<_> = round.iter().copied().cycle().take(9).collect();
    ensure!(operations == rounds, "not in order: {operations:?}");

    let request = OutboxDiagnostics {
        after: follower.events_at.clone(),
    };
    let report = world.service.outbox_diagnostics(&operator, request).await?;
    ensure!((report.kept, report.waiting) == (9, 0), "{report:?}");
    world.person("acme", "dan").await?;
    let request = OutboxDiagnostics {
        after: follower.events_at,
    };
    let report = world.service.outbox_diagnostics(&operator, request).await?;
    ensure!((report.kept, report.waiting) == (12, 3), "{report:?}");
    Ok(())
}

async fn apart(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    world.person("home", "bob").await?;
    let mut seen = Vec::new();
    for tenant in ["acme", "home"] {
        let mut follower = Follower::default();
        follower.catch_up(&world, &world.desk(tenant)?).await?;
        let tenant = Some(TenantId::new(tenant)?);
        ensure!(
            follower
                .audit_records
                .iter()
                .all(|one| one.tenant == tenant)
                && follower.events.iter().all(|one| one.tenant == tenant),
            "another tenant's entry"
        );
        seen.push((follower.audit_records.len(), follower.events.len()));
    }
    ensure!(seen == [(2, 3), (2, 3)], "{seen:?} entries");
    let across = world.desk("acme")?.in_tenant(TenantId::new("home")?);
    let read = world
        .service
        .audit_records(&across, AuditRecords::default());
    let read = read.await;
    ensure!(
        read.is_err_and(|error| error.is_denied()),
        "acme's desk reads home's log"
    );
    // The operator reads the one where it is named, and everything otherwise.
    let operator = world.by("operator")?.in_tenant(TenantId::new("home")?);
    let mut follower = Follower::default();
    follower.catch_up(&world, &operator).await?;
    ensure!(follower.events.len() == 3, "{}", follower.events.len());
    let mut follower = Follower::default();
    follower.catch_up(&world, &world.by("operator")?).await?;
    ensure!(follower.events.len() == 6, "{}", follower.events.len());
    Ok(())
}

/// Begins a registration with a factor, both with this end; what it is bound to is one more.
async fn registration(
    world: &World,
    tenant: &str,
    expires_at: Option<Timestamp>,
) -> Result<RegistrationId, Failed> {
    let desk = world.desk(tenant)?;
    let start = StartRegistration {
        bound_to: Some(expected("somebody")?),
        expires_at,
    };
    let started = world.service.start_registration(&desk, start).await?;
    let registration_id = started.response.registration_id;
    let attach = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(Text::new(format!("{CANARY}@mail.example"))?),
        display_value: None,
        source_system: Text::new("mail-check")?,
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at,
    };
    world
        .service
        .attach_registration_factor(&desk, attach)
        .await?;
    Ok(registration_id)
}

async fn purged(world: World) -> Result<(), Failed> {
    let soon = Some(Timestamp::parse_rfc3339("2026-01-01T01:00:00Z")?);
    let gone = registration(&world, "acme", soon).await?;
    let other = registration(&world, "home", soon).await?;
    let open = registration(&world, "acme", None).await?;
    let operator = world.by("operator")?;
    let everything = PurgeExpired { after: None };

    let early = world.service.purge_expired(&operator, everything.clone());
    let early = early.await?.records.response;
    let removed = (early.registration_count, early.factor_count);
    ensure!(removed == (0, 0), "purged before its end: {removed:?}");

    world.clock.advance(Duration::from_hours(1));
    let in_acme = operator.clone().in_tenant(TenantId::new("acme")?);
    let first = world.service.purge_expired(&in_acme, everything.clone());
    let first = first.await?.records;
    let removed = (
        first.response.registration_count,
        first.response.factor_count,
    );
    ensure!(removed == (1, 2), "of acme: {removed:?}");
    let request = AuditRecords {
        operation_id: Some(first.operation_id),
        ..AuditRecords::default()
    };
    let audited = world.service.audit_records(&operator, request).await?;
    ensure!(audited.entries.len() == 1, "{}", audited.entries.len());

    let rest = world.service.purge_expired(&operator, everything.clone());
    let rest = rest.await?.records.response;
    let removed = (rest.registration_count, rest.factor_count);
    ensure!(removed == (1, 2), "of everybody else: {removed:?}");
    let last = world.service.purge_expired(&operator, everything);
    let last = last.await?.records.response;
    ensure!(last.registration_count == 0, "purged twice");

    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    let left = tx
        .get_many::<RegistrationSession>(&[&gone, &other, &open])
        .await?;
    let left: Vec<_> = left.iter().map(Option::is_some).collect();
    ensure!(left == [false, false, true], "left: {left:?}");
    Ok(())
}

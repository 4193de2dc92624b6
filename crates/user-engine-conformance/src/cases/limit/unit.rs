//! Limits of what a unit buffers.

use crate::check::{limit, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use std::collections::BTreeMap;
use user_engine_domain::{
    ApplicationBinding, ApplicationId, DomainRecord, Map, Record, RecordKind, TEXT_MAX_BYTES, Text,
    User,
};
use user_engine_ports::{Limit, Scope, Tx};

/// The most content of one record.
const RECORD_BYTES: usize = 1024 * 1024;

/// A record with exactly so many bytes of content, more than a few.
fn record_of(ctx: &Context, name: &str, bytes: usize) -> Result<ApplicationBinding, Failure> {
    let mut deployment = BTreeMap::new();
    let binding = |deployment: &BTreeMap<Text, Text>| ApplicationBinding {
        application_id: valid(ApplicationId::new(ctx.id_of(name))),
        oidc_client_id: None,
        protected_system: None,
        catalog_namespace: None,
        event_identity: None,
        deployment: valid(Map::new(deployment.clone())),
        updated_at: ctx.now(),
    };
    let weight = |binding: ApplicationBinding| DomainRecord::from(binding).weight();
    let mut left = bytes.saturating_sub(weight(binding(&deployment)));
    while left > 0 {
        let key: Text = valid(Text::new(format!("k{:05}", deployment.len())));
        let room = left.saturating_sub(key.as_str().len()).min(TEXT_MAX_BYTES);
        // What is left must not be too little for one more key.
        let size = match left - room - key.as_str().len() {
            1..=32 => room - 64,
            _ => room,
        };
        left -= key.as_str().len() + size;
        deployment.insert(key, valid(Text::new("x".repeat(size))));
    }
    let made = binding(&deployment);
    if weight(made.clone()) == bytes {
        Ok(made)
    } else {
        Err(Failure::harness("a record of that size can't be made"))
    }
}

pub(super) async fn record_bytes(ctx: Context) -> Result<(), Failure> {
    let largest = record_of(&ctx, "largest", RECORD_BYTES)?;
    let larger = record_of(&ctx, "larger", RECORD_BYTES + 1)?;
    let sent = ctx.sent()?;
    let mut tx = ctx.begin(Scope::Platform, "save");
    let refused = limit(tx.save(larger), Limit::Record)?;
    let kind = Some(RecordKind::ApplicationBinding);
    same(&refused.record_kind(), &kind, "the kind in the error")?;
    tx.save(largest.clone())?;
    same(&ctx.sent()?, &sent, "what was sent before the commit")?;
    tx.commit().await?;
    let found = ctx
        .get::<ApplicationBinding>(Scope::Platform, &largest.application_id)
        .await?;
    let found = present(found, "the largest record")?;
    same(&found.record, &largest, "the largest record")?;
    let keys = ctx
        .keys(
            Scope::Platform,
            user_engine_ports::ListQuery::new(
                RecordKind::ApplicationBinding,
                user_engine_ports::ListBy::Kind,
            ),
        )
        .await?;
    same(&keys, &vec![largest.record_key()], "the records stored")
}

pub(super) async fn bytes(ctx: Context) -> Result<(), Failure> {
    let sent = ctx.sent()?;
    let mut tx = ctx.begin(Scope::Platform, "fill");
    for number in 0..16 {
        tx.save(record_of(&ctx, &format!("r{number:02}"), RECORD_BYTES)?)?;
    }
    limit(tx.save(ctx.user("more")), Limit::UnitBytes)?;
    let operation = ctx.operation("fill");
    let id = id_of::<ApplicationBinding>(&valid(ApplicationId::new(ctx.id_of("r00"))));
    let audit = ctx.audit(&operation, &Scope::Platform, Some(&id));
    limit(tx.append_audit(audit), Limit::UnitBytes)?;
    let event = ctx.event(&operation, &Scope::Platform, &id);
    limit(tx.enqueue(event), Limit::UnitBytes)?;
    same(&ctx.sent()?, &sent, "what was sent before the commit")?;
    tx.commit().await?;
    let found = ctx.count(Scope::Platform, "application_binding").await?;
    same_count(found, 16_u64, "records of 1 MiB")
}

/// Buffers a thousand users.
fn fill(ctx: &Context, tx: &mut Tx) -> Result<(), Failure> {
    for number in 0..1_000 {
        tx.save(ctx.user(&format!("u{number:04}")))?;
    }
    Ok(())
}

pub(super) async fn writes(ctx: Context) -> Result<(), Failure> {
    let seen = ctx.commit_user("seen").await?;
    let sent = ctx.sent()?;
    let mut tx = ctx.begin(Scope::Tenantless, "fill");
    fill(&ctx, &mut tx)?;
    limit(tx.save(ctx.user("more")), Limit::UnitEntries)?;
    let key = seen.record.user_id;
    limit(tx.delete::<User>(&key), Limit::UnitEntries)?;
    limit(tx.expect::<User>(&key, seen.revision), Limit::UnitEntries)?;
    same(&ctx.sent()?, &sent, "what was sent before the commit")?;
    let committed = tx.commit().await?;
    same_count(committed.revisions.len(), 1_000_u64, "saved records")?;
    let found = ctx.count(Scope::Platform, "user").await?;
    same_count(found, 1_001_u64, "users")
}

pub(super) async fn rewrites(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.begin(Scope::Tenantless, "fill");
    fill(&ctx, &mut tx)?;
    for number in [0, 1, 500, 999] {
        tx.save(ctx.user_version(&format!("u{number:04}"), 1))?;
    }
    tx.delete::<User>(&ctx.user_id("u0000"))?;
    let committed = tx.commit().await?;
    same_count(committed.revisions.len(), 999_u64, "saved records")?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("u0001"))
        .await?;
    let found = present(found, "a record written twice")?;
    let last = ctx.user_version("u0001", 1);
    same(&found.record, &last, "a record written twice")
}

pub(super) async fn log_entries(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation("fill");
    let user: DomainRecord = ctx.user("ada").into();
    let id = user.id();
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    tx.save(user)?;
    for _ in 0..1_000 {
        tx.append_audit(ctx.audit(&operation, &scope, Some(&id)))?;
        tx.enqueue(ctx.event(&operation, &scope, &id))?;
    }
    let sent = ctx.sent()?;
    let audit = ctx.audit(&operation, &scope, Some(&id));
    limit(tx.append_audit(audit), Limit::UnitEntries)?;
    let event = ctx.event(&operation, &scope, &id);
    limit(tx.enqueue(event), Limit::UnitEntries)?;
    same(&ctx.sent()?, &sent, "what was sent by refused entries")?;
    tx.commit().await?;
    for name in ["audit_records", "outbox_events"] {
        let found = ctx.count(Scope::Platform, name).await?;
        same_count(found, 1_000_u64, name)?;
    }
    Ok(())
}

pub(super) async fn goes_on(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.begin(Scope::Platform, "mixed");
    tx.save(ctx.user("ada"))?;
    let larger = record_of(&ctx, "larger", RECORD_BYTES + 1)?;
    limit(tx.save(larger), Limit::Record)?;
    let page = tx.list::<User>(user_engine_ports::ListBy::Kind, None, 0);
    limit(page.await, Limit::Page)?;
    tx.save(ctx.user("bob"))?;
    let committed = tx.commit().await?;
    same_count(committed.revisions.len(), 2_u64, "saved records")?;
    let found = ctx.count(Scope::Platform, "user").await?;
    same_count(found, 2_u64, "users")
}

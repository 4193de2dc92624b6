//! Pages and cursors of the logs.

use crate::check::{limit, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::{ensure, refused};
use user_engine_domain::{AuditId, EventId};
use user_engine_ports::{
    AuditQuery, Limit, LogCursor, OutboxQuery, Precondition, Scope, StoreErrorKind,
};

/// Commits some mutations, one after another.
async fn fill(ctx: &Context, names: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    for name in names {
        let operation = ctx.operation(&name);
        let user = ctx.user(&name);
        ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?
            .commit()
            .await?;
    }
    Ok(())
}

pub(super) async fn walk(ctx: Context) -> Result<(), Failure> {
    fill(&ctx, (0..7).map(|number| format!("n{number}"))).await?;
    let store = ctx.store();
    let audits = ctx.audit_records(Scope::Platform).await?;
    let events = ctx.outbox_events(Scope::Platform).await?;
    same_count(audits.len(), 7_u64, "audit records in one page")?;
    same_count(events.len(), 7_u64, "events in one page")?;
    for size in [1, 2, 3, 6, 7, 8] {
        let (mut found, mut after): (Vec<AuditId>, _) = (Vec::new(), None);
        loop {
            let query = AuditQuery {
                after,
                limit: size,
                ..AuditQuery::new(Scope::Platform)
            };
            let page = store.audit_records(&query, ctx.deadline()).await?;
            ensure!(
                page.entries.len() <= size,
                "a page is longer than asked for"
            );
            found.extend(
                page.entries
                    .into_iter()
                    .flatten()
                    .map(|record| record.audit_id),
            );
            if !page.has_more || found.len() > audits.len() {
                break;
            }
            after = Some(page.next);
        }
        let expected: Vec<_> = audits
            .iter()
            .map(|record| record.audit_id.clone())
            .collect();
        same(&found, &expected, "the walk through the audit log")?;

        let (mut found, mut after): (Vec<EventId>, _) = (Vec::new(), None);
        loop {
            let query = OutboxQuery {
                after,
                limit: size,
                ..OutboxQuery::new(Scope::Platform)
            };
            let page = store.outbox_events(&query, ctx.deadline()).await?;
            ensure!(
                page.entries.len() <= size,
                "a page is longer than asked for"
            );
            found.extend(
                page.entries
                    .into_iter()
                    .flatten()
                    .map(|event| event.event_id),
            );
            if !page.has_more || found.len() > events.len() {
                break;
            }
            after = Some(page.next);
        }
        let expected: Vec<_> = events.iter().map(|event| event.event_id.clone()).collect();
        same(&found, &expected, "the walk through the outbox")?;
    }
    Ok(())
}

pub(super) async fn end(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    let empty = store
        .outbox_events(&OutboxQuery::new(Scope::Platform), ctx.deadline())
        .await?;
    ensure!(
        empty.entries.is_empty() && !empty.has_more,
        "an empty outbox has more"
    );
    let mut query = OutboxQuery {
        after: Some(empty.next),
        ..OutboxQuery::new(Scope::Platform)
    };
    for round in ["a", "b", "c"] {
        fill(&ctx, [round.to_owned()]).await?;
        let page = store.outbox_events(&query, ctx.deadline()).await?;
        same_count(page.entries.len(), 1_u64, "events behind a kept cursor")?;
        ensure!(!page.has_more, "a page at the end says that there is more");
        query.after = Some(page.next);
    }
    let page = store.outbox_events(&query, ctx.deadline()).await?;
    same_count(page.entries.len(), 0_u64, "events behind the last cursor")
}

pub(super) async fn limit_of_entries(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    for size in [0, 1_001] {
        let query = AuditQuery {
            limit: size,
            ..AuditQuery::new(Scope::Platform)
        };
        limit(
            store.audit_records(&query, ctx.deadline()).await,
            Limit::Page,
        )?;
        let query = OutboxQuery {
            limit: size,
            ..OutboxQuery::new(Scope::Platform)
        };
        limit(
            store.outbox_events(&query, ctx.deadline()).await,
            Limit::Page,
        )?;
    }
    Ok(())
}

pub(super) async fn cursor_foreign(ctx: Context) -> Result<(), Failure> {
    fill(&ctx, ["a".to_owned()]).await?;
    let store = ctx.store();
    for text in [
        "",
        "not a cursor",
        "1; drop",
        "\u{0}",
        "-1",
        "99999999999999999999999999",
    ] {
        let after = Some(LogCursor::from_text(text));
        let query = AuditQuery {
            after: after.clone(),
            ..AuditQuery::new(Scope::Platform)
        };
        let result = store.audit_records(&query, ctx.deadline()).await;
        refused!(result, StoreErrorKind::Invalid(_))?;
        let query = OutboxQuery {
            after,
            ..OutboxQuery::new(Scope::Platform)
        };
        let result = store.outbox_events(&query, ctx.deadline()).await;
        refused!(result, StoreErrorKind::Invalid(_))?;
    }
    Ok(())
}

pub(super) async fn cursor_other_log(ctx: Context) -> Result<(), Failure> {
    fill(&ctx, ["a".to_owned(), "b".to_owned()]).await?;
    let store = ctx.store();
    let audit = AuditQuery {
        limit: 1,
        ..AuditQuery::new(Scope::Platform)
    };
    let outbox = OutboxQuery {
        limit: 1,
        ..OutboxQuery::new(Scope::Platform)
    };
    let of_audit = store.audit_records(&audit, ctx.deadline()).await?.next;
    let of_outbox = store.outbox_events(&outbox, ctx.deadline()).await?.next;
    let audit = AuditQuery {
        after: Some(of_outbox),
        ..audit
    };
    let result = store.audit_records(&audit, ctx.deadline()).await;
    refused!(result, StoreErrorKind::Invalid(_))?;
    let outbox = OutboxQuery {
        after: Some(of_audit),
        ..outbox
    };
    let result = store.outbox_events(&outbox, ctx.deadline()).await;
    refused!(result, StoreErrorKind::Invalid(_)).map(drop)
}

pub(super) async fn cursor_reopen(ctx: Context) -> Result<(), Failure> {
    fill(&ctx, ["a".to_owned(), "b".to_owned()]).await?;
    let query = OutboxQuery {
        limit: 1,
        ..OutboxQuery::new(Scope::Platform)
    };
    let first = ctx.store().outbox_events(&query, ctx.deadline()).await?;
    let kept = first.next.as_str().to_owned();
    let reopened = ctx.reopen().await?;
    let query = OutboxQuery {
        after: Some(LogCursor::from_text(kept)),
        ..query
    };
    let second = reopened.outbox_events(&query, ctx.deadline()).await?;
    let found: Vec<_> = second
        .entries
        .into_iter()
        .flatten()
        .map(|event| event.operation_id)
        .collect();
    same(
        &found,
        &vec![ctx.operation("b").id],
        "the event behind the kept cursor",
    )
}

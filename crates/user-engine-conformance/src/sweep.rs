//! The sweep behind every case: what is stored is whole, decodes and is counted right.

use crate::check::same_count;
use crate::context::Context;
use crate::failure::Failure;
use crate::power::Power;
use user_engine_domain::RecordKind;
use user_engine_ports::{
    AuditQuery, Deadline, ListBy, ListQuery, OutboxQuery, Read, ReadAnswer, Scope, UnitOptions,
    UserEngineStore,
};

/// Walks everything in the store: every row decodes, counts equal the walk and the dump, and no
/// transaction is open. A store that the case left unready is not swept.
pub(crate) async fn sweep(context: &Context) -> Result<(), Failure> {
    let store = context.store();
    if !store.readiness(context.deadline()).await.is_ready() {
        return Ok(());
    }
    let may_hold_undecodable = context.case().powers.contains(&Power::RawRows);
    let deadline = context.deadline();
    let counts = store.record_counts(&Scope::Platform, deadline).await?;
    let counted = |name: &str| counts.get(name).copied().unwrap_or_default();
    let mut records = 0;
    for kind in RecordKind::ALL {
        let (rows, undecodable) = walk(&*store, *kind, deadline).await?;
        if undecodable > 0 && !may_hold_undecodable {
            return Err(Failure::broken(format!(
                "{undecodable} rows of {kind} do not decode"
            )));
        }
        same_count(counted(kind.as_str()), rows, kind.as_str())?;
        records += rows;
    }
    let audit_records = count_audit(&*store, deadline).await?;
    same_count(counted("audit_records"), audit_records, "audit_records")?;
    let events = count_events(&*store, deadline).await?;
    same_count(counted("outbox_events"), events, "outbox_events")?;
    let declared = context.declared();
    if declared.contains(&Power::Dump) {
        let dump = context.dump().await?;
        if !may_hold_undecodable {
            same_count(dump.records.len(), records, "records of the dump")?;
        }
        same_count(
            dump.audit_records,
            audit_records,
            "audit records of the dump",
        )?;
        same_count(dump.outbox_events, events, "events of the dump")?;
        same_count(
            dump.operations,
            counted("operations"),
            "operations of the dump",
        )?;
    }
    if declared.contains(&Power::OpenTransactions) {
        same_count(
            context.open_transactions().await?,
            0_u64,
            "open transactions",
        )?;
    }
    Ok(())
}

/// Rows of a kind, and how many of them do not decode.
async fn walk(
    store: &dyn UserEngineStore,
    kind: RecordKind,
    deadline: Deadline,
) -> Result<(u64, u64), Failure> {
    let mut tx = store.begin(UnitOptions::read(Scope::Platform).deadline(deadline));
    let (mut rows, mut undecodable) = (0, 0);
    let mut query = ListQuery::new(kind, ListBy::Kind);
    loop {
        let Some(ReadAnswer::List(page)) = tx.read(&[Read::List(query.clone())]).await?.pop()
        else {
            return Err(Failure::broken("a list was not answered by a page"));
        };
        for row in &page.rows {
            rows += 1;
            undecodable += u64::from(row.is_err());
        }
        match page.next {
            Some(next) if query.after.as_ref().is_none_or(|after| *after < next) => {
                query.after = Some(next);
            }
            Some(_) => return Err(Failure::broken("a list does not move on")),
            None => return Ok((rows, undecodable)),
        }
    }
}

async fn count_audit(store: &dyn UserEngineStore, deadline: Deadline) -> Result<u64, Failure> {
    let mut query = AuditQuery::new(Scope::Platform);
    let mut found = 0;
    loop {
        let page = store.audit_records(&query, deadline).await?;
        let (entries, bad) = (page.entries.len(), page.entries.iter().any(Result::is_err));
        if bad {
            return Err(Failure::broken("an audit record does not decode"));
        }
        found += entries as u64;
        if !page.has_more {
            return Ok(found);
        }
        if entries == 0 && query.after.as_ref() == Some(&page.next) {
            return Err(Failure::broken("the audit log does not move on"));
        }
        query.after = Some(page.next);
    }
}

async fn count_events(store: &dyn UserEngineStore, deadline: Deadline) -> Result<u64, Failure> {
    let mut query = OutboxQuery::new(Scope::Platform);
    let mut found = 0;
    loop {
        let page = store.outbox_events(&query, deadline).await?;
        let (entries, bad) = (page.entries.len(), page.entries.iter().any(Result::is_err));
        if bad {
            return Err(Failure::broken("an event does not decode"));
        }
        found += entries as u64;
        if !page.has_more {
            return Ok(found);
        }
        if entries == 0 && query.after.as_ref() == Some(&page.next) {
            return Err(Failure::broken("the outbox does not move on"));
        }
        query.after = Some(page.next);
    }
}

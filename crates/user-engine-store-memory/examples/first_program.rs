//! Gives a user an account in a tenant, with the audit record and the event that tell of it, and
//! reads the user back.

use std::sync::Arc;
use user_engine_domain::{AuditOutcome, TenantId, User, UserId, reference};
use user_engine_ports::{Deadline, Migrator, Operation, Precondition, RequestDigest, Scope};
use user_engine_ports::{SystemClock, UnitOptions, UserEngineStore};
use user_engine_store_memory::InMemoryUserEngineStore;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = InMemoryUserEngineStore::new(Arc::new(SystemClock));
    store.migrate(Deadline::default()).await?;

    let event = reference::reference_outbox_event();
    let mut audit = reference::reference_audit_record();
    audit.operation = "set_tenant_account_status".parse()?;
    (audit.outcome, audit.reason, audit.target) = (AuditOutcome::Allowed, None, None);

    let digest = RequestDigest::of("admit user-ada");
    let operation = Operation::new(event.operation_id.clone(), digest);
    let scope = Scope::Tenant(TenantId::new("acme")?);
    let mut tx = store.begin(UnitOptions::write(scope.clone(), operation));
    tx.save_if(reference::user(), Precondition::Absent)?;
    tx.save_if(reference::tenant_account(), Precondition::Absent)?;
    tx.append_audit(audit)?;
    tx.enqueue(event)?;
    let records = tx.commit().await?.revisions.len();

    let user_id = UserId::new("user-ada")?;
    let mut tx = store.begin(UnitOptions::read(scope));
    let row = tx.get::<User>(&user_id).await?.ok_or("no such user")?;
    println!("{records} saved, user-ada since {}", row.record.created_at);
    Ok(())
}

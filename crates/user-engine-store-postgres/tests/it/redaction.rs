//! Nothing that can be printed holds a value.

use crate::world::World;
use user_engine_domain::reference;
use user_engine_ports::{Deadline, OutboxQuery, Precondition, Scope, UserEngineStore};

#[tokio::test]
async fn recorded_flights_and_errors_print_no_value() {
    let world = World::migrated().await;
    let mut tx = world.write("canary-operation");
    for record in reference::reference_records() {
        tx.save(record).unwrap();
    }
    let mut event = reference::reference_outbox_event();
    event.operation_id = user_engine_domain::OperationId::new("canary-operation").unwrap();
    event.aggregate = user_engine_domain::DomainRecord::from(reference::user()).id();
    tx.enqueue(event).unwrap();
    tx.commit().await.unwrap();
    let query = OutboxQuery::new(Scope::Platform);
    world
        .store
        .outbox_events(&query, Deadline::default())
        .await
        .unwrap();
    let mut tx = world.write("another");
    tx.save_if(reference::user(), Precondition::Absent).unwrap();
    let error = tx.commit().await.unwrap_err();
    let printed = format!("{:?} {error} {error:?}", world.recording.take());
    let user = reference::user();
    let tenant = reference::tenant_account().tenant;
    for value in ["canary", user.user_id.as_str(), tenant.as_str()] {
        assert!(!printed.contains(value), "a value is printed");
    }
}

//! What is done for the platform is in no tenant's log that the request doesn't name.

use crate::access_profile::{tenant, user};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_ports::*;
use user_engine_service::scenario::World;
use user_engine_service::{
    EraseUser, ExportUser, OutboxEvents, RequestContext, Role, SetAccountStatus,
};

fn set(status: AccountStatus) -> SetAccountStatus {
    SetAccountStatus {
        user_id: user("victim"),
        status,
    }
}

/// The tenants of the audit record and of the events of one operation.
async fn told(world: &World, operation_id: &OperationId) -> Vec<Option<TenantId>> {
    let query = AuditQuery {
        operation_id: Some(operation_id.clone()),
        ..AuditQuery::new(Scope::Platform)
    };
    let audits = world.store.audit_records(&query, Deadline::default()).await;
    let audits = audits.unwrap().entries.into_iter().flatten();
    let mut tenants: Vec<_> = audits.map(|record| record.tenant).collect();
    let query = OutboxQuery::new(Scope::Platform);
    let events = world.store.outbox_events(&query, Deadline::default()).await;
    let events = events.unwrap().entries.into_iter().flatten();
    let events = events.filter(|event| event.operation_id == *operation_id);
    tenants.extend(events.map(|event| event.tenant));
    tenants
}

async fn read_by(world: &World, desk: &RequestContext) -> String {
    let events = world.service.outbox_events(desk, OutboxEvents::default());
    let entries = events.await.unwrap().entries.into_iter().flatten();
    entries.map(|event| event.payload.to_text()).collect()
}

#[tokio::test]
async fn an_operators_home_tenant_does_not_read_of_users_of_others() {
    for (name, world) in worlds().await {
        world.person("acme", "root").await.unwrap();
        world.person("beta", "victim").await.unwrap();
        let root = world.sign_in("acme", "root", &[Role::PlatformOperator]);
        let root = root.unwrap();
        let service = &world.service;
        let suspended = service.set_account_status(&root, set(AccountStatus::Suspended));
        let suspended = suspended.await.unwrap();
        let nowhere = [None, None];
        assert_eq!(
            told(&world, &suspended.operation_id).await,
            nowhere,
            "{name}"
        );
        // Where the request names a tenant, it is told there.
        let named = root.clone().in_tenant(tenant("beta"));
        let again = service.set_account_status(&named, set(AccountStatus::Active));
        let again = again.await.unwrap();
        let there = [Some(tenant("beta")), Some(tenant("beta"))];
        assert_eq!(told(&world, &again.operation_id).await, there, "{name}");
        // So is a denial that the platform's authorizer speaks.
        let denied = user_engine_service::Decision::Deny(ReasonCode::PolicyDenied);
        world.authorizer.set("export_user", denied);
        let export = ExportUser {
            user_id: user("victim"),
        };
        let denied = service.export_user(&root, export).await.unwrap_err();
        let query = AuditQuery {
            correlation_id: denied.correlation_id().cloned(),
            ..AuditQuery::new(Scope::Platform)
        };
        let page = world.store.audit_records(&query, Deadline::default()).await;
        let denials: Vec<_> = page.unwrap().entries.into_iter().flatten().collect();
        assert_eq!(denials.len(), 1, "{name}");
        assert_eq!(denials[0].tenant, None, "{name}");
        let read = read_by(&world, &world.desk("acme").unwrap()).await;
        assert!(!read.contains("victim"), "{name}: {read}");
    }
}

#[tokio::test]
async fn a_repetition_of_an_operators_is_known_again() {
    for (name, world) in worlds().await {
        world.person("acme", "root").await.unwrap();
        world.person("beta", "victim").await.unwrap();
        let root = world.sign_in("acme", "root", &[Role::PlatformOperator]);
        let once = root
            .unwrap()
            .with_operation(OperationId::new("once").unwrap());
        let suspend = set(AccountStatus::Suspended);
        let service = &world.service;
        let first = service.set_account_status(&once, suspend.clone()).await;
        let again = service.set_account_status(&once, suspend.clone()).await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.unwrap().response, "{name}");
        // In a tenant that is named it is another request.
        let named = once.in_tenant(tenant("beta"));
        let other = service.set_account_status(&named, suspend).await;
        assert!(other.unwrap_err().conflict().is_some(), "{name}");
    }
}

#[tokio::test]
async fn what_users_do_with_their_own_stays_with_the_tenant_they_act_in() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let erase = EraseUser {
            user_id: user("ada"),
        };
        let done = world.service.erase_user(&ada, erase).await.unwrap();
        let told = told(&world, &done.operation_id).await;
        let here = Some(tenant("acme"));
        assert!(
            told.len() >= 2 && told.iter().all(|at| *at == here),
            "{name}"
        );
    }
}

//! Users and their accounts.

use crate::place::worlds;
use user_engine_domain::{AccountStatus, OperationId, UserId};
use user_engine_service::{ConflictCause, CreateUser, ServiceErrorKind, SetAccountStatus};

fn create(user_id: Option<&str>) -> CreateUser {
    CreateUser {
        user_id: user_id.map(|id| UserId::new(id).unwrap()),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    }
}

#[tokio::test]
async fn a_repeated_creation_gives_the_first_answer() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let context = desk.with_operation(OperationId::new("once").unwrap());
        let first = world.service.create_user(&context, create(None)).await;
        let first = first.unwrap();
        assert!(!first.is_repeated, "{name}");
        let again = world.service.create_user(&context, create(None)).await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
        let other = world
            .service
            .create_user(&context, create(Some("ada")))
            .await;
        assert_eq!(
            other.unwrap_err().conflict(),
            Some(ConflictCause::OperationReused),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_mutation_costs_two_round_trips_and_a_denial_one() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let request = SetAccountStatus {
            user_id: UserId::new("ada").unwrap(),
            status: AccountStatus::Suspended,
        };
        let before = world.store.trips();
        let operator = world.by("operator").unwrap();
        let done = world.service.set_account_status(&operator, request.clone());
        done.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let desk = world.desk("acme").unwrap();
        let before = world.store.trips();
        let denied = world.service.set_account_status(&desk, request).await;
        assert!(matches!(
            denied.unwrap_err().kind(),
            ServiceErrorKind::AuthorizationDenied { is_audited: true }
        ));
        assert_eq!(world.store.trips() - before, 1, "{name}");
    }
}

#[tokio::test]
async fn calls_can_be_spawned() {
    let (_, world) = worlds().await.remove(0);
    let spawned = tokio::spawn(async move {
        let desk = world.desk("acme").unwrap();
        world.service.create_user(&desk, create(Some("ada"))).await
    });
    assert!(spawned.await.unwrap().is_ok());
}

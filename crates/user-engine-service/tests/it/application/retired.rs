//! How many catalogs an application retires with.

use super::{application_id, register, retire};
use crate::access_profile::{logged, seed, stored};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_ports::StoreErrorKind;
use user_engine_service::{Role, ServiceErrorKind};

fn catalogs(count: usize) -> Vec<DomainRecord> {
    let catalog = |number| {
        DomainRecord::from(Catalog {
            namespace: CatalogNamespace::new(format!("mail{number:04}")).unwrap(),
            application_id: application_id("mail"),
            version: CatalogVersion::new("1.0.0").unwrap(),
            state: CatalogState::Active,
            attributes: List::default(),
            published_at: Timestamp::from_micros(0).unwrap(),
        })
    };
    (0..count).map(catalog).collect()
}

#[tokio::test]
async fn an_application_retires_with_996_catalogs_and_no_more_whoever_asks() {
    for (name, world) in worlds().await {
        // A person, whose identity and accounts are expected in the same unit.
        let acme = TenantId::new("acme").unwrap();
        world.person("acme", "root").await.unwrap();
        let root = world.sign_in("acme", "root", &[Role::PlatformOperator]);
        let operator = root.unwrap().in_tenant(acme);
        let service = &world.service;
        let registered = service.register_application(&operator, register("mail"));
        registered.await.unwrap();
        seed(&world, catalogs(997)).await;
        let before = logged(&world).await;
        let error = service.retire_application(&operator, retire("mail")).await;
        let error = error.unwrap_err();
        let ServiceErrorKind::Store(error) = error.kind() else {
            panic!("{name}: {error:?}");
        };
        let is_limit = matches!(error.kind(), StoreErrorKind::LimitExceeded(_));
        assert!(is_limit, "{name}: {error:?}");
        assert_eq!(logged(&world).await, before, "{name}");
        // One that is retired already is not written again.
        let DomainRecord::Catalog(first) = catalogs(1).remove(0) else {
            unreachable!();
        };
        let first = Catalog {
            state: CatalogState::Retired,
            ..first
        };
        seed(&world, vec![first.into()]).await;
        let done = service.retire_application(&operator, retire("mail")).await;
        assert_eq!(done.unwrap().response.catalogs, 996, "{name}");
        let key = application_id("mail");
        let retired = stored::<Application>(&world, &key).await.unwrap();
        assert_eq!(retired.state, ApplicationState::Retired, "{name}");
    }
}

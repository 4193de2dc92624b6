//! Publishing catalogs.

use super::{attribute, catalog, field, register, serve};
use crate::access_profile::{logged, stored};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::{PublishCatalog, ServiceErrorKind};

/// What `serve` published in these tests.
fn published() -> Vec<AttributeDefinition> {
    let secret = AttributeDefinition {
        sensitivity: Sensitivity::Secret,
        ..attribute("mail.answer")
    };
    vec![attribute("mail.greeting"), secret]
}

/// The published attributes, with the first one changed.
fn with_first(change: impl FnOnce(&mut AttributeDefinition)) -> Vec<AttributeDefinition> {
    let mut attributes = published();
    change(&mut attributes[0]);
    attributes
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", published()).await;
        let notes = world
            .service
            .register_application(&operator, register("notes"));
        notes.await.unwrap();
        let next = |attributes| catalog("mail", "1.1.0", attributes);
        let bad = [
            ("version", catalog("mail", "0.9.9", published())),
            ("version", catalog("mail", "1.0.0-rc.1", published())),
            ("version", catalog("mail", "1.0.0", published())),
            (
                "namespace",
                PublishCatalog {
                    application_id: super::application_id("notes"),
                    ..next(published())
                },
            ),
            (
                "state",
                PublishCatalog {
                    state: CatalogState::Draft,
                    ..next(published())
                },
            ),
            (
                "state",
                PublishCatalog {
                    state: CatalogState::Retired,
                    ..next(published())
                },
            ),
            (
                "sensitivity",
                next(with_first(|it| it.sensitivity = Sensitivity::Public)),
            ),
            (
                "sensitivity",
                next(with_first(|it| {
                    it.sensitivity = Sensitivity::Public;
                    it.retired = true;
                })),
            ),
            (
                "value_type",
                next(with_first(|it| it.value_type = ValueType::Json)),
            ),
            (
                "attribute_key",
                next(vec![
                    attribute("mail.greeting"),
                    attribute("notes.greeting"),
                ]),
            ),
            ("attribute_key", next(vec![attribute("mailbox")])),
            (
                "attributes",
                next(vec![attribute("mail.twice"), attribute("mail.twice")]),
            ),
            (
                "default",
                next(with_first(|it| {
                    it.default = Some(JsonValue::parse("7").unwrap());
                })),
            ),
        ];
        let namespace = CatalogNamespace::new("mail").unwrap();
        let before = stored::<Catalog>(&world, &namespace).await;
        let logs = logged(&world).await;
        for (number, (refused, request)) in bad.into_iter().enumerate() {
            let ended = world.service.publish_catalog(&operator, request).await;
            assert_eq!(field(&ended), Some(refused), "{name}, case {number}");
        }
        let unknown = PublishCatalog {
            application_id: super::application_id("unknown"),
            ..catalog("posts", "1.0.0", Vec::new())
        };
        let unknown = world.service.publish_catalog(&operator, unknown).await;
        assert_eq!(
            unknown.unwrap_err().kind(),
            &ServiceErrorKind::NotFound(RecordKind::Application),
            "{name}"
        );
        assert_eq!(
            stored::<Catalog>(&world, &namespace).await,
            before,
            "{name}"
        );
        assert_eq!(logged(&world).await, logs, "{name}");
    }
}

#[tokio::test]
async fn a_version_rises_by_precedence_in_two_round_trips() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", published()).await;
        for version in ["1.1.0-alpha.1", "1.1.0-alpha.10", "1.1.0", "1.10.0"] {
            let before = world.store.trips();
            let request = catalog("mail", version, published());
            let done = world.service.publish_catalog(&operator, request).await;
            assert_eq!(done.unwrap().response.attributes, 2, "{name}: {version}");
            assert_eq!(world.store.trips() - before, 2, "{name}");
        }
    }
}

#[tokio::test]
async fn a_removed_attribute_stays_retired_and_comes_back_as_careful_as_it_was() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", published()).await;
        let service = &world.service;
        let without = catalog("mail", "1.1.0", vec![attribute("mail.greeting")]);
        let without = service.publish_catalog(&operator, without).await.unwrap();
        assert_eq!(without.response.retired_attributes, 1, "{name}");
        let namespace = CatalogNamespace::new("mail").unwrap();
        let kept = stored::<Catalog>(&world, &namespace).await.unwrap();
        let retired = kept.attributes.iter().find(|it| it.retired).unwrap();
        assert_eq!(retired.key.as_str(), "mail.answer", "{name}");
        assert_eq!(retired.sensitivity, Sensitivity::Secret, "{name}");
        // It is kept through further versions that don't name it.
        let further = catalog("mail", "1.2.0", Vec::new());
        let further = service.publish_catalog(&operator, further).await.unwrap();
        assert_eq!(further.response.retired_attributes, 2, "{name}");
        let lower = catalog("mail", "1.3.0", vec![attribute("mail.answer")]);
        let lower = service.publish_catalog(&operator, lower).await;
        assert_eq!(field(&lower), Some("sensitivity"), "{name}");
        let other_type = AttributeDefinition {
            value_type: ValueType::Boolean,
            ..published().remove(1)
        };
        let other_type = catalog("mail", "1.3.0", vec![other_type]);
        let other_type = service.publish_catalog(&operator, other_type).await;
        assert_eq!(field(&other_type), Some("value_type"), "{name}");
        let same = catalog("mail", "1.3.0", published());
        let same = service.publish_catalog(&operator, same).await.unwrap();
        assert_eq!(same.response.retired_attributes, 0, "{name}");
    }
}

#[tokio::test]
async fn retired_definitions_count_against_the_limit() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        let many = |from: usize| -> Vec<_> {
            (from..from + 600)
                .map(|it| attribute(&format!("mail.a{it}")))
                .collect()
        };
        serve(&world, "mail", many(0)).await;
        let next = catalog("mail", "1.1.0", many(600));
        let next = world.service.publish_catalog(&operator, next).await;
        assert_eq!(field(&next), Some("attributes"), "{name}");
        let fits = catalog("mail", "1.1.0", many(400));
        let fits = world.service.publish_catalog(&operator, fits).await;
        assert_eq!(fits.unwrap().response.retired_attributes, 400, "{name}");
    }
}

#[tokio::test]
async fn a_draft_binds_nobody_until_it_is_published() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        let service = &world.service;
        for id in ["mail", "notes"] {
            let done = service.register_application(&operator, register(id));
            done.await.unwrap();
        }
        let draft = |application: &str, version, attributes| PublishCatalog {
            application_id: super::application_id(application),
            state: CatalogState::Draft,
            ..catalog("posts", version, attributes)
        };
        let secret = AttributeDefinition {
            sensitivity: Sensitivity::Secret,
            ..attribute("posts.a")
        };
        let first = draft("mail", "1.0.0", vec![secret, attribute("posts.b")]);
        service.publish_catalog(&operator, first).await.unwrap();
        // Written again under the same version, by another application too, with other rules.
        let again = draft("notes", "1.0.0", vec![attribute("posts.a")]);
        let again = service.publish_catalog(&operator, again).await.unwrap();
        assert_eq!(again.response.retired_attributes, 0, "{name}");
        let older = draft("notes", "0.9.0", Vec::new());
        let older = service.publish_catalog(&operator, older).await;
        assert_eq!(field(&older), Some("version"), "{name}");
        let active = PublishCatalog {
            state: CatalogState::Active,
            ..draft("notes", "1.0.0", vec![attribute("posts.a")])
        };
        let active = service.publish_catalog(&operator, active).await.unwrap();
        assert_eq!(active.response.state, CatalogState::Active, "{name}");
        let back = draft("mail", "1.1.0", Vec::new());
        let back = service.publish_catalog(&operator, back).await;
        assert_eq!(field(&back), Some("namespace"), "{name}");
    }
}

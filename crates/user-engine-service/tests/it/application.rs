//! Applications, their bindings and catalogs.

mod publish;
mod retired;

use crate::access_profile::{last_reason, logged, stored};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::scenario::World;
use user_engine_service::{
    BindApplication, ConflictCause, PublishCatalog, RegisterApplication, RequestContext,
    RetireApplication, ServiceError, ServiceErrorKind,
};

pub(crate) fn application_id(id: &str) -> ApplicationId {
    ApplicationId::new(id).unwrap()
}

pub(crate) fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

pub(crate) fn register(id: &str) -> RegisterApplication {
    RegisterApplication {
        application_id: application_id(id),
        display_name: text("Mail"),
    }
}

pub(crate) fn retire(id: &str) -> RetireApplication {
    RetireApplication {
        application_id: application_id(id),
    }
}

/// A text attribute that users change and applications see.
pub(crate) fn attribute(key: &str) -> AttributeDefinition {
    AttributeDefinition {
        key: AttributeKey::new(key).unwrap(),
        value_type: ValueType::String,
        default: None,
        sensitivity: Sensitivity::Internal,
        visibility: Visibility::Application,
        mutability: Mutability::User,
        retired: false,
    }
}

/// A catalog of the application of the same name, to be in force.
pub(crate) fn catalog(
    namespace: &str,
    version: &str,
    attributes: Vec<AttributeDefinition>,
) -> PublishCatalog {
    PublishCatalog {
        namespace: CatalogNamespace::new(namespace).unwrap(),
        application_id: application_id(namespace),
        version: CatalogVersion::new(version).unwrap(),
        state: CatalogState::Active,
        attributes: List::new(attributes).unwrap(),
    }
}

/// Registers an application and publishes a catalog `1.0.0` in the namespace of the same name.
pub(crate) async fn serve(world: &World, name: &str, attributes: Vec<AttributeDefinition>) {
    let operator = world.by("operator").unwrap();
    let service = &world.service;
    let done = service.register_application(&operator, register(name));
    done.await.unwrap();
    let publish = catalog(name, "1.0.0", attributes);
    service.publish_catalog(&operator, publish).await.unwrap();
}

/// The field that a call was refused for.
pub(crate) fn field<T: std::fmt::Debug>(ended: &Result<T, ServiceError>) -> Option<&'static str> {
    let error = ended.as_ref().err()?;
    error.invalid().map(FieldError::field)
}

fn bind(id: &str, namespace: Option<&str>) -> BindApplication {
    BindApplication {
        application_id: application_id(id),
        oidc_client_id: Some(text("client 7")),
        protected_system: None,
        catalog_namespace: namespace.map(|it| CatalogNamespace::new(it).unwrap()),
        event_identity: None,
        deployment: Map::new([(text("region"), text("north"))].into()).unwrap(),
    }
}

/// Everybody who is no platform operator.
async fn others(world: &World) -> Vec<RequestContext> {
    vec![
        world.person("acme", "ada").await.unwrap(),
        world.desk("acme").unwrap(),
        world.by("nobody").unwrap(),
    ]
}

#[tokio::test]
async fn an_application_is_registered_once() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        let before = world.store.trips();
        let done = world
            .service
            .register_application(&operator, register("mail"))
            .await
            .unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!(done.response.state, ApplicationState::Active, "{name}");
        let logs = logged(&world).await;
        assert_eq!(logs, (1, 1), "{name}");
        let again = world
            .service
            .register_application(&operator, register("mail"))
            .await;
        let exists = ConflictCause::Exists(RecordKind::Application);
        assert_eq!(again.unwrap_err().conflict(), Some(exists), "{name}");
        let nameless = RegisterApplication {
            display_name: text(""),
            ..register("notes")
        };
        let nameless = world.service.register_application(&operator, nameless);
        assert_eq!(field(&nameless.await), Some("display_name"), "{name}");
        assert_eq!(logged(&world).await, logs, "{name}");
        let notes = stored::<Application>(&world, &application_id("notes")).await;
        assert!(notes.is_none(), "{name}");
    }
}

#[tokio::test]
async fn applications_are_the_work_of_platform_operators() {
    for (name, world) in worlds().await {
        serve(&world, "mail", vec![attribute("mail.a")]).await;
        let others = others(&world).await;
        let (audits, events) = logged(&world).await;
        let service = &world.service;
        let mut denials = 0;
        for context in &others {
            let ended = [
                service
                    .register_application(context, register("notes"))
                    .await
                    .err(),
                service
                    .retire_application(context, retire("mail"))
                    .await
                    .err(),
                service
                    .bind_application(context, bind("mail", None))
                    .await
                    .err(),
                service
                    .publish_catalog(context, catalog("mail", "2.0.0", Vec::new()))
                    .await
                    .err(),
            ];
            for error in ended {
                assert!(error.unwrap().is_denied(), "{name}");
                denials += 1;
            }
        }
        assert_eq!(logged(&world).await, (audits + denials, events), "{name}");
        let mail = stored::<Application>(&world, &application_id("mail")).await;
        assert_eq!(mail.unwrap().state, ApplicationState::Active, "{name}");
        assert_eq!(
            last_reason(&world).await,
            Some(ReasonCode::Unauthenticated),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_retired_application_stays_retired() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", vec![attribute("mail.a")]).await;
        let service = &world.service;
        let unknown = service.retire_application(&operator, retire("notes")).await;
        assert_eq!(
            unknown.unwrap_err().kind(),
            &ServiceErrorKind::NotFound(RecordKind::Application),
            "{name}"
        );
        let draft = PublishCatalog {
            namespace: CatalogNamespace::new("posts").unwrap(),
            state: CatalogState::Draft,
            ..catalog("mail", "1.0.0", vec![attribute("posts.a")])
        };
        service.publish_catalog(&operator, draft).await.unwrap();
        let done = service.retire_application(&operator, retire("mail")).await;
        assert_eq!(done.unwrap().response.catalogs, 2, "{name}");
        for namespace in ["mail", "posts"] {
            let namespace = CatalogNamespace::new(namespace).unwrap();
            let left = stored::<Catalog>(&world, &namespace).await.unwrap();
            assert_eq!(left.state, CatalogState::Retired, "{name}");
        }
        let logs = logged(&world).await;
        let twice = service.retire_application(&operator, retire("mail")).await;
        assert_eq!(field(&twice), Some("state"), "{name}");
        let bound = service
            .bind_application(&operator, bind("mail", None))
            .await;
        assert_eq!(field(&bound), Some("application_id"), "{name}");
        let next = catalog("mail", "2.0.0", Vec::new());
        let next = service.publish_catalog(&operator, next).await;
        assert_eq!(field(&next), Some("application_id"), "{name}");
        let anew = service.register_application(&operator, register("mail"));
        assert!(anew.await.unwrap_err().conflict().is_some(), "{name}");
        // The values in the namespace are the retired application's users'.
        let taken = service.register_application(&operator, register("notes"));
        taken.await.unwrap();
        let taken = PublishCatalog {
            application_id: application_id("notes"),
            ..catalog("mail", "2.0.0", Vec::new())
        };
        let taken = service.publish_catalog(&operator, taken).await;
        assert_eq!(field(&taken), Some("namespace"), "{name}");
        assert_eq!(logged(&world).await, (logs.0 + 1, logs.1 + 1), "{name}");
    }
}

#[tokio::test]
async fn a_binding_takes_the_place_of_the_one_before() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", Vec::new()).await;
        let service = &world.service;
        let before = world.store.trips();
        let first = service.bind_application(&operator, bind("mail", Some("mail")));
        assert!(first.await.unwrap().response.is_new, "{name}");
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let second = BindApplication {
            deployment: Map::default(),
            ..bind("mail", Some("unheard-of"))
        };
        let second = service.bind_application(&operator, second).await.unwrap();
        assert!(!second.response.is_new, "{name}");
        let binding = stored::<ApplicationBinding>(&world, &application_id("mail")).await;
        let binding = binding.unwrap();
        assert!(binding.deployment.is_empty(), "{name}");
        let namespace = binding.catalog_namespace.unwrap();
        assert_eq!(namespace.as_str(), "unheard-of", "{name}");
    }
}

#[tokio::test]
async fn a_binding_names_no_other_applications_namespace() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", Vec::new()).await;
        let service = &world.service;
        let done = service.register_application(&operator, register("notes"));
        done.await.unwrap();
        let logs = logged(&world).await;
        let foreign = service.bind_application(&operator, bind("notes", Some("mail")));
        assert_eq!(field(&foreign.await), Some("catalog_namespace"), "{name}");
        let unknown = service.bind_application(&operator, bind("unknown", None));
        assert_eq!(
            unknown.await.unwrap_err().kind(),
            &ServiceErrorKind::NotFound(RecordKind::Application),
            "{name}"
        );
        assert_eq!(logged(&world).await, logs, "{name}");
        let binding = stored::<ApplicationBinding>(&world, &application_id("notes")).await;
        assert!(binding.is_none(), "{name}");
        // A draft reserves nothing.
        let draft = PublishCatalog {
            state: CatalogState::Draft,
            namespace: CatalogNamespace::new("posts").unwrap(),
            ..catalog("mail", "1.0.0", Vec::new())
        };
        service.publish_catalog(&operator, draft).await.unwrap();
        let drafted = service.bind_application(&operator, bind("notes", Some("posts")));
        assert!(drafted.await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn a_binding_and_a_retirement_at_once_have_one_winner() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", Vec::new()).await;
        let mut late = world.service.begin(operator.clone()).unwrap();
        late.run(bind("mail", Some("mail"))).await.unwrap();
        let retired = world.service.retire_application(&operator, retire("mail"));
        retired.await.unwrap();
        let cause = late.commit().await.unwrap_err().conflict();
        assert!(matches!(cause, Some(ConflictCause::Changed(_))), "{name}");
        let binding = stored::<ApplicationBinding>(&world, &application_id("mail")).await;
        assert!(binding.is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_first_publication_and_a_retirement_at_once_have_one_winner() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        serve(&world, "mail", Vec::new()).await;
        // The retirement has not seen the namespace that is published before it commits.
        let mut late = world.service.begin(operator.clone()).unwrap();
        late.run(retire("mail")).await.unwrap();
        let posts = PublishCatalog {
            namespace: CatalogNamespace::new("posts").unwrap(),
            ..catalog("mail", "1.0.0", Vec::new())
        };
        let published = world.service.publish_catalog(&operator, posts).await;
        published.unwrap();
        let changed = ConflictCause::Changed(Some(RecordKind::Application));
        let cause = late.commit().await.unwrap_err().conflict();
        assert_eq!(cause, Some(changed), "{name}");
        let mail = stored::<Application>(&world, &application_id("mail")).await;
        assert_eq!(mail.unwrap().state, ApplicationState::Active, "{name}");
    }
}

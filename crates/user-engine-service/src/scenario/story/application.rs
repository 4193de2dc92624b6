//! Stories: Applications, their bindings and catalogs.

use super::{Story, ensure, story};
use crate::application::{PublishCatalog, RegisterApplication, RetireApplication};
use crate::error::{ConflictCause, ServiceError};
use crate::profile::{GetEffectiveProfile, GetProjection, ProjectionKind, SetProfileValue};
use crate::scenario::{Failed, World};
use user_engine_domain::{
    ApplicationId, AttributeDefinition, AttributeKey, CatalogNamespace, CatalogState,
    CatalogVersion, JsonValue, List, Mutability, ProfileScope, RecordKind, ScopeId, Sensitive,
    Sensitivity, Text, UserId, ValueType, Visibility,
};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!(
        "two-applications-see-their-own-catalogs-alone",
        two_applications
    ),
    story!(
        "sensitivity-can-not-be-laundered-by-taking-an-attribute-away",
        laundering
    ),
    story!("of-two-publications-at-once-one-wins", publication_race),
    story!(
        "a-retired-application-takes-its-catalogs-along",
        retired_together
    ),
];

/// A text attribute that the user changes and its application sees.
pub(super) fn attribute(
    key: &str,
    sensitivity: Sensitivity,
) -> Result<AttributeDefinition, Failed> {
    Ok(AttributeDefinition {
        key: AttributeKey::new(key)?,
        value_type: ValueType::String,
        default: None,
        sensitivity,
        visibility: Visibility::Application,
        mutability: Mutability::User,
        retired: false,
    })
}

/// A catalog to be in force.
pub(super) fn catalog(
    application: &str,
    namespace: &str,
    version: &str,
    attributes: Vec<AttributeDefinition>,
) -> Result<PublishCatalog, Failed> {
    Ok(PublishCatalog {
        namespace: CatalogNamespace::new(namespace)?,
        application_id: ApplicationId::new(application)?,
        version: CatalogVersion::new(version)?,
        state: CatalogState::Active,
        attributes: List::new(attributes)?,
    })
}

/// Registers an application and publishes its catalog `1.0.0`, as the operator.
pub(super) async fn serve(
    world: &World,
    application: &str,
    namespace: &str,
    attributes: Vec<AttributeDefinition>,
) -> Result<(), Failed> {
    let operator = world.by("operator")?;
    let register = RegisterApplication {
        application_id: ApplicationId::new(application)?,
        display_name: Text::new(application)?,
    };
    world
        .service
        .register_application(&operator, register)
        .await?;
    let publish = catalog(application, namespace, "1.0.0", attributes)?;
    world.service.publish_catalog(&operator, publish).await?;
    Ok(())
}

/// A text value in a scope.
pub(super) fn value(
    user_id: &str,
    key: &str,
    scope: (ProfileScope, Option<&str>),
    text: &str,
) -> Result<SetProfileValue, Failed> {
    Ok(SetProfileValue {
        user_id: UserId::new(user_id)?,
        attribute_key: AttributeKey::new(key)?,
        scope: scope.0,
        scope_id: scope.1.map(ScopeId::new).transpose()?,
        value: Sensitive::new(JsonValue::new(text.into())?),
    })
}

/// Ends the story unless the call was refused for a field.
pub(super) fn refused<T>(
    ended: Result<T, ServiceError>,
    field: &'static str,
    told: &str,
) -> Result<(), Failed> {
    let error = ended.err();
    let refused = error.as_ref().and_then(ServiceError::invalid);
    let found = refused.map(user_engine_domain::FieldError::field);
    ensure!(found == Some(field), "{told}: {error:?}");
    Ok(())
}

async fn two_applications(world: World) -> Result<(), Failed> {
    let ada = world.person("acme", "ada").await?;
    for (application, namespace) in [("mail", "mail"), ("notes", "notes")] {
        let key = format!("{namespace}.greeting");
        let greeting = attribute(&key, Sensitivity::Internal)?;
        serve(&world, application, namespace, vec![greeting]).await?;
        let set = value("ada", &key, (ProfileScope::Global, None), "good morning")?;
        world.service.set_profile_value(&ada, set).await?;
    }
    let desk = world.desk("acme")?;
    for (application, other) in [("mail", "notes"), ("notes", "mail")] {
        let foreign = value(
            "ada",
            &format!("{application}.greeting"),
            (ProfileScope::Application, Some(other)),
            "from elsewhere",
        )?;
        let foreign = world.service.set_profile_value(&ada, foreign).await;
        refused(foreign, "scope_id", "an application holds another's value")?;
        for kind in [
            ProjectionKind::ApplicationRuntime,
            ProjectionKind::ClaimsEnrichment,
        ] {
            let ask = GetProjection {
                kind,
                user_id: UserId::new("ada")?,
                application_id: Some(ApplicationId::new(application)?),
                membership_id: None,
            };
            let seen = world.service.projection(&desk, ask).await?;
            let is_own = seen
                .attributes
                .iter()
                .all(|it| it.key.namespace() == Some(application));
            ensure!(
                seen.attributes.len() == 1 && is_own,
                "{kind:?} of one application shows {} attributes",
                seen.attributes.len()
            );
        }
    }
    let ask = GetEffectiveProfile {
        user_id: UserId::new("ada")?,
        application_id: None,
        membership_id: None,
    };
    let all = world.service.effective_profile(&ada, ask).await?;
    ensure!(
        all.attributes.len() == 2,
        "the user sees {} attributes of two",
        all.attributes.len()
    );
    Ok(())
}

async fn laundering(world: World) -> Result<(), Failed> {
    let operator = world.by("operator")?;
    let kept = attribute("mail.greeting", Sensitivity::Public)?;
    let secret = attribute("mail.answer", Sensitivity::Secret)?;
    serve(&world, "mail", "mail", vec![kept.clone(), secret.clone()]).await?;
    let ada = world.person("acme", "ada").await?;
    let set = value(
        "ada",
        "mail.answer",
        (ProfileScope::Global, None),
        "the blue house",
    )?;
    world.service.set_profile_value(&ada, set.clone()).await?;
    let lower = AttributeDefinition {
        sensitivity: Sensitivity::Public,
        ..secret.clone()
    };
    let publish = |version, attributes| catalog("mail", "mail", version, attributes);
    let at_once = publish("1.1.0", vec![kept.clone(), lower.clone()])?;
    let at_once = world.service.publish_catalog(&operator, at_once).await;
    refused(at_once, "sensitivity", "a secret becomes public")?;

    let without = publish("1.1.0", vec![kept.clone()])?;
    let without = world.service.publish_catalog(&operator, without).await?;
    ensure!(
        without.response.attributes == 1 && without.response.retired_attributes == 1,
        "the removed attribute stays"
    );
    let gone = world.service.set_profile_value(&ada, set).await;
    refused(gone, "attribute_key", "a removed attribute takes a value")?;
    let back = publish("1.2.0", vec![kept.clone(), lower.clone()])?;
    let back = world.service.publish_catalog(&operator, back).await;
    refused(back, "sensitivity", "a secret comes back as public")?;
    let draft = PublishCatalog {
        state: CatalogState::Draft,
        ..publish("1.2.0", vec![kept.clone(), lower])?
    };
    let draft = world.service.publish_catalog(&operator, draft).await;
    refused(draft, "state", "a draft takes an active catalog's place")?;

    let same = publish("1.2.0", vec![kept, secret])?;
    let same = world.service.publish_catalog(&operator, same).await?;
    ensure!(
        same.response.retired_attributes == 0,
        "it may come back as it was"
    );
    Ok(())
}

async fn publication_race(world: World) -> Result<(), Failed> {
    let greeting = attribute("mail.greeting", Sensitivity::Public)?;
    serve(&world, "mail", "mail", vec![greeting.clone()]).await?;
    let operator = world.by("operator")?;
    let mut one = world.service.begin(operator.clone())?;
    let mut other = world.service.begin(operator)?;
    let publish = |version| catalog("mail", "mail", version, vec![greeting.clone()]);
    one.run(publish("1.1.0")?).await?;
    other.run(publish("1.2.0")?).await?;
    other.commit().await?;
    let late = one.commit().await;
    let cause = late.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Changed(Some(RecordKind::Catalog))),
        "the later commit wins too: {cause:?}"
    );
    let operator = world.by("operator")?;
    let older = world
        .service
        .publish_catalog(&operator, publish("1.1.0")?)
        .await;
    refused(older, "version", "a version goes back")
}

async fn retired_together(world: World) -> Result<(), Failed> {
    let operator = world.by("operator")?;
    let greeting = attribute("mail.greeting", Sensitivity::Public)?;
    serve(&world, "mail", "mail", vec![greeting.clone()]).await?;
    let ada = world.person("acme", "ada").await?;
    let set = value(
        "ada",
        "mail.greeting",
        (ProfileScope::Global, None),
        "good evening",
    )?;
    world.service.set_profile_value(&ada, set.clone()).await?;
    // Somebody publishes in a namespace that the retiring call has not seen.
    let mut late = world.service.begin(operator.clone())?;
    let posts = attribute("posts.greeting", Sensitivity::Public)?;
    late.run(catalog("mail", "posts", "1.0.0", vec![posts])?)
        .await?;
    let retire = RetireApplication {
        application_id: ApplicationId::new("mail")?,
    };
    let retired = world.service.retire_application(&operator, retire).await?;
    ensure!(
        retired.response.catalogs == 1,
        "{} catalogs were retired",
        retired.response.catalogs
    );
    let late = late.commit().await;
    ensure!(
        late.err().is_some_and(|error| error.conflict().is_some()),
        "a retired application gets a catalog"
    );
    let again = world.service.set_profile_value(&ada, set).await;
    refused(again, "attribute_key", "a retired catalog takes a value")?;
    let ask = GetEffectiveProfile {
        user_id: UserId::new("ada")?,
        application_id: None,
        membership_id: None,
    };
    let left = world.service.effective_profile(&ada, ask).await?;
    let left = left.attributes.first();
    ensure!(
        left.is_some_and(|it| it.sensitivity == Sensitivity::Secret && !it.is_defined),
        "a value without definition counts as secret"
    );
    Ok(())
}

//! Races for catalogs.

use super::{Race, Racer, race, racer};
use crate::application::{PublishCatalog, RegisterApplication};
use crate::scenario::{Failed, World};
use user_engine_domain::{
    ApplicationId, CatalogNamespace, CatalogState, CatalogVersion, FieldError, List, Text,
};

/// This area's races.
pub(super) const RACES: &[Race] = &[
    race!("one version of a catalog", version, |late| late
        .invalid()
        .is_some_and(|refused| refused.field() == "version")),
    race!("two applications for one namespace", namespace, |late| late
        .invalid()
        .map(FieldError::field)
        .is_some_and(
            |field| field == "namespace" || field == "version"
        )),
];

async fn register(world: &World, id: &str) -> Result<ApplicationId, Failed> {
    let operator = world.by("operator")?;
    let application_id = ApplicationId::new(id)?;
    let register = RegisterApplication {
        application_id: application_id.clone(),
        display_name: Text::new(id)?,
    };
    let registered = world.service.register_application(&operator, register);
    registered.await?;
    Ok(application_id)
}

fn publish(
    application_id: ApplicationId,
    namespace: &str,
    version: &str,
) -> Result<PublishCatalog, Failed> {
    Ok(PublishCatalog {
        namespace: CatalogNamespace::new(namespace)?,
        application_id,
        version: CatalogVersion::new(version)?,
        state: CatalogState::Active,
        attributes: List::default(),
    })
}

/// Four operators publish the next version of one catalog.
async fn version(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let operator = world.by("operator")?;
    let application_id = register(&world, &format!("press-{round}")).await?;
    let namespace = format!("press-{round}");
    let first = publish(application_id.clone(), &namespace, "1.0.0")?;
    world.service.publish_catalog(&operator, first).await?;
    let next = publish(application_id, &namespace, "1.1.0")?;
    let racer = || racer!(world, publish_catalog, operator, next.clone());
    Ok((0..4).map(|_| racer()).collect())
}

/// Two applications, each by two operators, publish the first catalog of one namespace.
async fn namespace(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let operator = world.by("operator")?;
    let mut racers = Vec::new();
    for name in ["left", "right"] {
        let application_id = register(&world, &format!("{name}-{round}")).await?;
        let first = publish(application_id, &format!("shared-{round}"), "1.0.0")?;
        for _ in 0..2 {
            racers.push(racer!(world, publish_catalog, operator, first.clone()));
        }
    }
    Ok(racers)
}

//! Stories: attributes whose values are set once.

use super::ask;
use crate::error::ConflictCause;
use crate::profile::Provenance;
use crate::scenario::story::application::{attribute, serve, value};
use crate::scenario::story::ensure;
use crate::scenario::{Failed, World};
use user_engine_domain::{
    AttributeDefinition, Mutability, ProfileScope, RecordKind, Sensitivity, TenantId,
};

const GLOBAL: (ProfileScope, Option<&str>) = (ProfileScope::Global, None);
const TENANT: (ProfileScope, Option<&str>) = (ProfileScope::Tenant, None);

/// Two operators set one attribute, each before seeing what the other did.
pub(super) async fn overtaken(world: World) -> Result<(), Failed> {
    let number = AttributeDefinition {
        mutability: Mutability::Immutable,
        ..attribute("mail.number", Sensitivity::Internal)?
    };
    serve(&world, "mail", "mail", vec![number]).await?;
    let ada = world.person("acme", "ada").await?;
    let operator = world.by("operator")?.in_tenant(TenantId::new("acme")?);
    let above = value("ada", "mail.number", TENANT, "seven")?;
    let below = value("ada", "mail.number", GLOBAL, "eight")?;
    let mut late = world.service.begin(operator.clone())?;
    late.run(above.clone()).await?;
    world.service.set_profile_value(&operator, below).await?;
    let ended = late.commit().await;
    let cause = ended.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Changed(Some(RecordKind::User))),
        "who was overtaken hears {cause:?}"
    );
    let again = world.service.set_profile_value(&operator, above).await;
    ensure!(
        again.is_err_and(|error| error.is_denied()),
        "what was set is covered"
    );
    let profile = world.service.effective_profile(&ada, ask("ada", None)?);
    let from: Vec<_> = profile.await?.attributes;
    let from: Vec<_> = from.into_iter().map(|it| it.provenance).collect();
    ensure!(
        from == [Provenance::Global],
        "the number comes from {from:?}"
    );
    Ok(())
}

//! Stories: hats that hold no longer, and hold again.

use super::{ask, join_team, plain_service, project, red_hat};
use crate::access_profile::{RegisterAccessProfile, SelectActiveHat};
use crate::context::RequestContext;
use crate::profile::{GetIdentityContext, ProjectionKind, Provenance};
use crate::scenario::story::application::{attribute, serve};
use crate::scenario::story::ensure;
use crate::scenario::{Failed, World};
use crate::tenant::RemoveMembership;
use user_engine_domain::{
    AccessProfileId, GroupId, List, MembershipRequirement, MembershipScopeType, ReasonCode,
    Sensitivity,
};

pub(super) async fn hat(world: World) -> Result<(), Failed> {
    let greeting = attribute("mail.greeting", Sensitivity::Internal)?;
    serve(&world, "mail", "mail", vec![greeting]).await?;
    let ada = world.person("acme", "ada").await?;
    let desk = world.desk("acme")?;
    let hat = RegisterAccessProfile {
        required_memberships: List::from([MembershipRequirement {
            scope_type: MembershipScopeType::Team,
            scope_id: None,
            kind: None,
        }]),
        group_ids: List::from([GroupId::new("reviewers")?]),
        ..red_hat()?
    };
    world.service.register_access_profile(&desk, hat).await?;
    let membership_id = join_team(&world, "ada").await?;
    let select = SelectActiveHat {
        access_profile_id: AccessProfileId::new("reviewer")?,
    };
    world.service.select_active_hat(&ada, select).await?;
    lends(&world, &ada, None).await?;
    let remove = RemoveMembership { membership_id };
    world.service.remove_membership(&desk, remove).await?;
    lends(&world, &ada, Some(ReasonCode::MembershipMissing)).await?;
    // Whoever comes back has what they had.
    join_team(&world, "ada").await?;
    lends(&world, &ada, None).await
}

/// Whether the hat lapsed for a reason, and lends something only while there is none.
async fn lends(
    world: &World,
    ada: &RequestContext,
    reason: Option<ReasonCode>,
) -> Result<(), Failed> {
    let service = plain_service(world, "acme")?;
    let lends = reason.is_none();
    let before = world.store.trips();
    let profile = world.service.effective_profile(ada, ask("ada", None)?);
    let from: Vec<_> = profile.await?.attributes;
    let from: Vec<_> = from.into_iter().map(|it| it.provenance).collect();
    let is_lent = matches!(from[..], [Provenance::HatDefault(_)]);
    ensure!(
        is_lent == lends && from.is_empty() != lends,
        "the profile comes from {from:?}"
    );
    let question = project(ProjectionKind::ClaimsEnrichment, Some("mail"))?;
    let shown = world.service.projection(&service, question).await?;
    let claims = shown.claims.expose().len();
    ensure!(
        shown.hat.is_some() == lends
            && claims == usize::from(lends)
            && shown.attributes.is_empty() != lends,
        "{claims} claims are projected"
    );
    let question = GetIdentityContext {
        application_id: None,
    };
    let context = world.service.identity_context(ada, question).await?;
    let told = context
        .hat
        .map(|hat| (hat.lapsed, hat.group_ids.is_empty()));
    ensure!(
        told == Some((reason, !lends)),
        "the context tells {told:?} of the hat"
    );
    let trips = world.store.trips() - before;
    ensure!(trips == 3, "three answers took {trips} round trips");
    Ok(())
}

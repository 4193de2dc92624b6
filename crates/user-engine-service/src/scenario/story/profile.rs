//! Stories: Profile values, effective profiles and projections.

mod lapsed;
mod once;
mod shown;

use super::application::{attribute, serve, value};
use super::{Story, ensure, story};
use crate::access_profile::{RegisterAccessProfile, SelectActiveHat};
use crate::context::RequestContext;
use crate::port::Claims;
use crate::profile::{
    EffectiveProfile, GetEffectiveProfile, GetIdentityContext, GetProjection, ProjectionKind,
    Provenance, ShownValue,
};
use crate::scenario::{Failed, World, claims_of};
use crate::tenant::AddMembership;
use user_engine_domain::{
    AccessProfileId, AccessScope, AccessScopeType, AccountStatus, ActorKind, ApplicationId,
    AttributeDefinition, AttributeKey, JsonValue, List, Map, MembershipId, MembershipKind,
    MembershipScope, MembershipScopeType, ProfileScope, ScopeId, Sensitive, Sensitivity, TenantId,
    Text, UserId,
};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!(
        "fifty-attributes-resolve-through-every-layer-in-one-round-trip",
        fifty_attributes
    ),
    story!(
        "sensitive-values-are-redacted-for-those-who-can-do-without",
        shown::redaction
    ),
    story!(
        "an-agent-sees-what-the-application-sees-of-the-user-it-acts-for",
        shown::delegated_agent
    ),
    story!(
        "what-is-set-once-is-not-covered-at-the-same-time",
        once::overtaken
    ),
    story!("a-hat-lends-defaults-and-claims", hat),
    story!(
        "a-hat-lends-nothing-while-what-it-requires-is-missing",
        lapsed::hat
    ),
    story!(
        "who-somebody-is-is-told-in-ids-and-statuses",
        identity_context
    ),
];

/// How many attributes the catalog of the first story has.
const ATTRIBUTES: usize = 50;

fn ask(user_id: &str, application: Option<&str>) -> Result<GetEffectiveProfile, Failed> {
    Ok(GetEffectiveProfile {
        user_id: UserId::new(user_id)?,
        application_id: application.map(ApplicationId::new).transpose()?,
        membership_id: None,
    })
}

fn project(kind: ProjectionKind, application: Option<&str>) -> Result<GetProjection, Failed> {
    Ok(GetProjection {
        kind,
        user_id: UserId::new("ada")?,
        application_id: application.map(ApplicationId::new).transpose()?,
        membership_id: None,
    })
}

/// A tenant's plain service, which is no administrator.
fn plain_service(world: &World, tenant: &str) -> Result<RequestContext, Failed> {
    let credential = format!("service of {tenant}");
    let claims = Claims {
        tenant: Some(TenantId::new(tenant)?),
        ..claims_of(ActorKind::Service, &credential)?
    };
    world.claims.set(&credential, Ok(claims));
    Ok(world.by(&credential)?)
}

async fn join_team(world: &World, user_id: &str) -> Result<MembershipId, Failed> {
    let join = AddMembership {
        user_id: UserId::new(user_id)?,
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new("red")?,
        },
        kind: MembershipKind::new("owner")?,
    };
    let desk = world.desk("acme")?;
    let joined = world.service.add_membership(&desk, join).await?;
    Ok(joined.response.membership_id)
}

/// A key whose number begins with zeros, so that keys are ordered as numbers are.
fn nth(number: usize) -> String {
    format!("mail.field{number:02}")
}

async fn fifty_attributes(world: World) -> Result<(), Failed> {
    let mut attributes = Vec::new();
    for number in 0..ATTRIBUTES {
        attributes.push(AttributeDefinition {
            default: Some(JsonValue::new("by default".into())?),
            ..attribute(&nth(number), Sensitivity::Internal)?
        });
    }
    serve(&world, "mail", "mail", attributes).await?;
    let ada = world.person("acme", "ada").await?;
    let membership = join_team(&world, "ada").await?;
    // Every value that a fifth attribute has, every fourth lacks the highest layer, and so on.
    let layers = [
        (ProfileScope::Global, None),
        (ProfileScope::Tenant, None),
        (ProfileScope::Application, Some("mail")),
        (ProfileScope::Membership, Some(membership.as_str())),
    ];
    for (height, layer) in layers.into_iter().enumerate() {
        let mut unit = world.service.begin(ada.clone())?;
        for number in (0..ATTRIBUTES).filter(|number| number % 5 > height) {
            let text = format!("layer {height} of field {number}");
            unit.run(value("ada", &nth(number), layer, &text)?).await?;
        }
        unit.commit().await?;
    }
    let question = GetEffectiveProfile {
        membership_id: Some(membership.clone()),
        ..ask("ada", Some("mail"))?
    };
    let before = world.store.trips();
    let profile = world.service.effective_profile(&ada, question).await?;
    let trips = world.store.trips() - before;
    ensure!(trips == 1, "resolved in {trips} round trips");
    check_fifty(&profile, &membership)?;

    let before = world.store.trips();
    let above_none = world.service.effective_profile(&ada, ask("ada", None)?);
    let above_none = above_none.await?;
    let trips = world.store.trips() - before;
    ensure!(trips == 1, "all catalogs resolved in {trips} round trips");
    let is_under = above_none
        .attributes
        .iter()
        .any(|it| matches!(it.provenance, Provenance::Membership(_)));
    ensure!(!is_under, "a membership that nobody named holds");
    Ok(())
}

fn check_fifty(profile: &EffectiveProfile, membership: &MembershipId) -> Result<(), Failed> {
    ensure!(
        profile.attributes.len() == ATTRIBUTES,
        "{} attributes",
        profile.attributes.len()
    );
    let layers = [
        Provenance::CatalogDefault,
        Provenance::Global,
        Provenance::Tenant(TenantId::new("acme")?),
        Provenance::Application(ApplicationId::new("mail")?),
        Provenance::Membership(membership.clone()),
    ];
    for (number, found) in profile.attributes.iter().enumerate() {
        let height = number % 5;
        let text = match height {
            0 => "by default".to_owned(),
            height => format!("layer {} of field {number}", height - 1),
        };
        let expected = ShownValue::Value(Sensitive::new(JsonValue::new(text.into())?));
        ensure!(
            found.provenance == layers[height] && found.value == expected,
            "field {number} comes from {:?}",
            found.provenance
        );
    }
    Ok(())
}

/// A hat of the red team, worn by nobody yet.
fn red_hat() -> Result<RegisterAccessProfile, Failed> {
    let defaults = [(
        AttributeKey::new("mail.greeting")?,
        JsonValue::new("by hat".into())?,
    )];
    let claims = [(Text::new("role")?, JsonValue::new("reviewer".into())?)];
    Ok(RegisterAccessProfile {
        access_profile_id: AccessProfileId::new("reviewer")?,
        hat_name: Text::new("reviewer")?,
        scope: AccessScope {
            scope_type: AccessScopeType::Tenant,
            scope_id: ScopeId::new("acme")?,
        },
        realm: None,
        service_id: None,
        asset_id: None,
        required_memberships: List::default(),
        required_factor_types: List::default(),
        profile_defaults: Sensitive::new(Map::new(defaults.into())?),
        projection_claims: Map::new(claims.into())?,
        group_ids: List::default(),
        requires_approval: false,
    })
}

async fn hat(world: World) -> Result<(), Failed> {
    let greeting = AttributeDefinition {
        default: Some(JsonValue::new("by default".into())?),
        ..attribute("mail.greeting", Sensitivity::Internal)?
    };
    serve(&world, "mail", "mail", vec![greeting]).await?;
    let ada = world.person("acme", "ada").await?;
    let desk = world.desk("acme")?;
    let service = plain_service(&world, "acme")?;
    world
        .service
        .register_access_profile(&desk, red_hat()?)
        .await?;
    let hat = AccessProfileId::new("reviewer")?;
    let select = SelectActiveHat {
        access_profile_id: hat.clone(),
    };
    world.service.select_active_hat(&ada, select).await?;
    let question = project(ProjectionKind::ClaimsEnrichment, Some("mail"))?;
    let worn = world.service.projection(&service, question).await?;
    let from = worn.attributes.first().map(|it| it.provenance.clone());
    ensure!(
        from == Some(Provenance::HatDefault(hat.clone())),
        "the greeting comes from {from:?}"
    );
    ensure!(
        worn.hat == Some(hat) && worn.claims.expose().len() == 1,
        "the hat's claims are missing"
    );
    let own = project(ProjectionKind::SelfService, Some("mail"))?;
    let own = world.service.projection(&ada, own).await?;
    ensure!(
        own.claims.expose().is_empty(),
        "claims are shown to those who don't act by them"
    );
    let set = value("ada", "mail.greeting", (ProfileScope::Global, None), "mine")?;
    world.service.set_profile_value(&ada, set).await?;
    let asked = ask("ada", Some("mail"))?;
    let mine = world.service.effective_profile(&ada, asked).await?;
    let from = mine.attributes.first().map(|it| it.provenance.clone());
    ensure!(
        from == Some(Provenance::Global),
        "the hat holds above the user's own value"
    );
    Ok(())
}

async fn identity_context(world: World) -> Result<(), Failed> {
    serve(&world, "mail", "mail", Vec::new()).await?;
    let ada = world.person("acme", "ada").await?;
    let membership = join_team(&world, "ada").await?;
    let question = GetIdentityContext {
        application_id: Some(ApplicationId::new("mail")?),
    };
    let before = world.store.trips();
    let context = world
        .service
        .identity_context(&ada, question.clone())
        .await?;
    let trips = world.store.trips() - before;
    ensure!(trips == 1, "told in {trips} round trips");
    ensure!(
        context.account == AccountStatus::Active
            && context.tenant_account == Some(AccountStatus::Active)
            && context.linked_identities == 1
            && context.hat.is_none()
            && context.assurance.is_empty(),
        "the context tells {context:?}"
    );
    let held = context.memberships.iter().map(|it| &it.membership_id);
    ensure!(
        held.eq([&membership]),
        "the context tells {} memberships",
        context.memberships.len()
    );
    // In a tenant that doesn't know them, a user is somebody without ties.
    let elsewhere = world.sign_in("globex", "ada", &[])?;
    let elsewhere = world.service.identity_context(&elsewhere, question).await?;
    ensure!(
        elsewhere.tenant_account.is_none() && elsewhere.memberships.is_empty(),
        "ties of another tenant are told"
    );
    Ok(())
}

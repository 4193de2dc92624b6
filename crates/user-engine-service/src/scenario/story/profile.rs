//! Stories: Profile values, effective profiles and projections.

use super::application::{attribute, serve, value};
use super::{Story, ensure, story};
use crate::access_profile::{RegisterAccessProfile, SelectActiveHat};
use crate::context::RequestContext;
use crate::port::Claims;
use crate::profile::{
    EffectiveProfile, GetEffectiveProfile, GetIdentityContext, GetProjection, Projection,
    ProjectionKind, Provenance, ShownValue,
};
use crate::scenario::{Failed, World, claims_of};
use crate::tenant::AddMembership;
use user_engine_domain::{
    AccessProfileId, AccessScope, AccessScopeType, AccountStatus, ActorKind, ApplicationId,
    AttributeDefinition, AttributeKey, JsonValue, List, Map, MembershipId, MembershipKind,
    MembershipScope, MembershipScopeType, ProfileScope, ScopeId, Sensitive, Sensitivity, TenantId,
    Text, UserId, Visibility,
};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!(
        "fifty-attributes-resolve-through-every-layer-in-one-round-trip",
        fifty_attributes
    ),
    story!(
        "sensitive-values-are-redacted-for-those-who-can-do-without",
        redaction
    ),
    story!(
        "an-agent-sees-what-the-application-sees-of-the-user-it-acts-for",
        delegated_agent
    ),
    story!("a-hat-lends-defaults-and-claims", hat),
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

/// An agent that acts for a user.
fn agent_of(world: &World, tenant: &str, user_id: &str) -> Result<RequestContext, Failed> {
    let credential = format!("agent of {user_id} in {tenant}");
    let claims = Claims {
        tenant: Some(TenantId::new(tenant)?),
        on_behalf_of: Some(UserId::new(user_id)?),
        ..claims_of(ActorKind::Agent, "helper")?
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

/// Three attributes of rising sensitivity and three visibilities.
async fn mail_with_secrets(world: &World) -> Result<(), Failed> {
    let greeting = attribute("mail.greeting", Sensitivity::Internal)?;
    let phone = attribute("mail.phone", Sensitivity::Sensitive)?;
    let answer = attribute("mail.answer", Sensitivity::Secret)?;
    let note = AttributeDefinition {
        visibility: Visibility::Private,
        ..attribute("mail.note", Sensitivity::Public)?
    };
    let desk = AttributeDefinition {
        visibility: Visibility::Tenant,
        ..attribute("mail.desk", Sensitivity::Public)?
    };
    let attributes = vec![greeting, phone, answer, note, desk];
    serve(world, "mail", "mail", attributes).await?;
    let ada = world.person("acme", "ada").await?;
    for name in ["greeting", "phone", "answer", "note", "desk"] {
        let key = format!("mail.{name}");
        let text = format!("canary of {name}");
        let set = value("ada", &key, (ProfileScope::Global, None), &text)?;
        world.service.set_profile_value(&ada, set).await?;
    }
    Ok(())
}

/// The attributes that are seen, and how many of them are redacted.
fn seen(projection: &Projection) -> (Vec<&str>, usize) {
    let names = projection.attributes.iter().map(|it| it.key.as_str());
    let redacted = projection
        .attributes
        .iter()
        .filter(|it| it.value == ShownValue::Redacted);
    (names.collect(), redacted.count())
}

async fn redaction(world: World) -> Result<(), Failed> {
    mail_with_secrets(&world).await?;
    let ada = world.sign_in("acme", "ada", &[])?;
    let desk = world.desk("acme")?;
    let operator = world.by("operator")?.in_tenant(TenantId::new("acme")?);
    let service = plain_service(&world, "acme")?;
    let of_application = ["mail.answer", "mail.greeting", "mail.phone"].as_slice();
    let of_tenant = ["mail.answer", "mail.desk", "mail.greeting", "mail.phone"].as_slice();
    let everything = [
        "mail.answer",
        "mail.desk",
        "mail.greeting",
        "mail.note",
        "mail.phone",
    ]
    .as_slice();
    for (kind, context, expected, redacted) in [
        (
            ProjectionKind::ApplicationRuntime,
            &service,
            of_application,
            2,
        ),
        (
            ProjectionKind::ClaimsEnrichment,
            &service,
            of_application,
            2,
        ),
        (ProjectionKind::AgentContext, &service, of_application, 2),
        (ProjectionKind::Admin, &desk, of_tenant, 0),
        (ProjectionKind::Audit, &operator, everything, 0),
        (ProjectionKind::SelfService, &ada, everything, 0),
    ] {
        let question = project(kind, Some("mail"))?;
        let before = world.store.trips();
        let projection = world.service.projection(context, question).await?;
        let trips = world.store.trips() - before;
        ensure!(trips == 1, "{kind:?} took {trips} round trips");
        let (names, hidden) = seen(&projection);
        ensure!(
            names == expected && hidden == redacted,
            "{kind:?} shows {} attributes, {hidden} of them redacted",
            names.len()
        );
        let printed = format!("{projection:?}");
        ensure!(!printed.contains("canary"), "{kind:?} prints a value");
    }
    for (kind, context) in [
        (ProjectionKind::Admin, &service),
        (ProjectionKind::Audit, &desk),
        (ProjectionKind::SelfService, &desk),
        (ProjectionKind::ApplicationRuntime, &ada),
        (ProjectionKind::AgentContext, &ada),
    ] {
        let question = project(kind, Some("mail"))?;
        let refused = world.service.projection(context, question).await;
        ensure!(
            refused.err().is_some_and(|error| error.is_denied()),
            "{kind:?} is for anybody"
        );
    }
    let plain = ask("ada", Some("mail"))?;
    let plain = world.service.effective_profile(&service, plain).await?;
    let redacted = |it: &&crate::profile::ResolvedAttribute| it.value == ShownValue::Redacted;
    ensure!(
        plain.attributes.iter().filter(redacted).count() == 2,
        "a service reads secrets off the effective profile"
    );
    Ok(())
}

async fn delegated_agent(world: World) -> Result<(), Failed> {
    mail_with_secrets(&world).await?;
    world.person("acme", "bob").await?;
    let agent = agent_of(&world, "acme", "ada")?;
    let question = project(ProjectionKind::AgentContext, Some("mail"))?;
    let context = world.service.projection(&agent, question.clone()).await?;
    let (names, redacted) = seen(&context);
    ensure!(
        names.len() == 3 && redacted == 2,
        "the agent sees {} attributes, {redacted} of them redacted",
        names.len()
    );
    let of_bob = GetProjection {
        user_id: UserId::new("bob")?,
        ..question
    };
    let of_bob = world.service.projection(&agent, of_bob).await;
    ensure!(
        of_bob.err().is_some_and(|error| error.is_denied()),
        "the agent sees somebody else"
    );
    let own = world
        .service
        .projection(&agent, project(ProjectionKind::SelfService, None)?)
        .await;
    let whole = world
        .service
        .effective_profile(&agent, ask("ada", None)?)
        .await;
    ensure!(
        own.is_err_and(|error| error.is_denied()) && whole.is_err_and(|error| error.is_denied()),
        "the agent passes for the user"
    );
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

//! Stories: who is shown which values of a profile.

use super::{ask, plain_service, project};
use crate::context::RequestContext;
use crate::port::Claims;
use crate::profile::{GetProjection, Projection, ProjectionKind, ResolvedAttribute, ShownValue};
use crate::scenario::story::application::{attribute, serve, value};
use crate::scenario::story::ensure;
use crate::scenario::{Failed, World, claims_of};
use user_engine_domain::{
    ActorKind, AttributeDefinition, ProfileScope, Sensitivity, TenantId, UserId, Visibility,
};

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

pub(super) async fn redaction(world: World) -> Result<(), Failed> {
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
    kept_out(&world).await
}

/// Whoever a kind is not for is denied it, and can't go around by the effective profile.
async fn kept_out(world: &World) -> Result<(), Failed> {
    let ada = world.sign_in("acme", "ada", &[])?;
    let desk = world.desk("acme")?;
    let service = plain_service(world, "acme")?;
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
    let redacted = |it: &&ResolvedAttribute| it.value == ShownValue::Redacted;
    ensure!(
        plain.attributes.iter().filter(redacted).count() == 2,
        "a service reads secrets off the effective profile"
    );
    Ok(())
}

pub(super) async fn delegated_agent(world: World) -> Result<(), Failed> {
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

//! Stories: Registrations and the factors verified in them.

use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::error::ServiceError;
use crate::port::Claims;
use crate::registration::{
    AbandonRegistration, AttachRegistrationFactor, CompleteRegistration, RegistrationBinding,
    ResumeRegistration, StartRegistration,
};
use crate::scenario::{Failed, ISSUER, SECRET, World, claims_of};
use crate::user::LinkIdentity;
use std::time::Duration;
use user_engine_domain::{
    ActorKind, FactorType, Issuer, List, Map, RegistrationId, RegistrationStatus, Sensitive,
    Subject, TenantId, Text, Timestamp, UserId,
};
use user_engine_ports::Clock;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("a-stranger-registers-and-signs-in", registered),
    story!(
        "nobody-takes-up-what-another-person-began",
        not_taken_up_by_others
    ),
    story!("a-factor-that-ran-out-completes-nothing", factor_ran_out),
    story!("a-service-registers-whom-it-expects", begun_by_a_service),
    story!("a-secret-opens-what-an-id-does-not", begun_with_a_secret),
    story!(
        "of-two-who-know-a-secret-one-registers",
        one_of_two_who_know
    ),
    story!("who-is-known-registers-in-another-tenant", known_user),
];

/// A request of somebody in a tenant whom no user is known of.
pub(super) fn stranger(
    world: &World,
    tenant: &str,
    subject: &str,
) -> Result<RequestContext, Failed> {
    let claims = Claims {
        tenant: Some(TenantId::new(tenant)?),
        ..claims_of(ActorKind::Human, subject)?
    };
    let credential = format!("{subject}, a stranger in {tenant}");
    world.claims.set(&credential, Ok(claims));
    Ok(world.by(&credential)?)
}

/// What vouches for a factor.
pub(super) fn vouch(
    registration_id: &RegistrationId,
    factor_type: FactorType,
    value: &str,
) -> Result<AttachRegistrationFactor, Failed> {
    Ok(AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type,
        normalized_value: Sensitive::new(Text::new(value)?),
        display_value: None,
        source_system: Text::new("verifier")?,
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    })
}

/// What completes a registration without a name.
pub(super) fn complete(registration_id: &RegistrationId) -> CompleteRegistration {
    CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    }
}

/// Begins a registration of the person's own that never runs out.
pub(super) async fn begun(world: &World, by: &RequestContext) -> Result<RegistrationId, Failed> {
    started(world, by, None).await
}

async fn started(
    world: &World,
    by: &RequestContext,
    bound_to: Option<RegistrationBinding>,
) -> Result<RegistrationId, Failed> {
    let start = StartRegistration {
        bound_to,
        expires_at: None,
    };
    let started = world.service.start_registration(by, start).await?;
    Ok(started.response.registration_id)
}

/// What a registration is bound to that is begun for whoever signs in as a subject.
pub(super) fn expected(subject: &str) -> Result<RegistrationBinding, Failed> {
    Ok(RegistrationBinding::SignIn {
        issuer: Issuer::new(ISSUER)?,
        subject: Subject::new(subject)?,
    })
}

/// A secret as a service would make it up, but for the chance.
fn secret(name: &str) -> Result<Sensitive<Text>, Failed> {
    let text = format!("{SECRET} of {name}");
    Ok(Sensitive::new(Text::new(text)?))
}

/// The instant so many seconds ahead.
pub(super) fn ahead(world: &World, seconds: i64) -> Result<Timestamp, Failed> {
    let micros = world.clock.now().as_micros() + seconds * 1_000_000;
    Ok(Timestamp::from_micros(micros)?)
}

async fn registered(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let eve = stranger(&world, "acme", "eve")?;
    let id = begun(&world, &eve).await?;
    let early = world.service.complete_registration(&eve, complete(&id));
    let early = early.await;
    ensure!(
        early.as_ref().is_err_and(ServiceError::is_denied),
        "a registration without a factor completes: {early:?}"
    );
    let resume = ResumeRegistration {
        registration_id: id.clone(),
        secret: None,
    };
    let resumed = world.service.resume_registration(&eve, resume).await?;
    ensure!(
        resumed.response.status == RegistrationStatus::FactorPending,
        "it does not wait for a factor"
    );
    let own = vouch(&id, FactorType::Email, "canary-eve@example")?;
    let own = world.service.attach_registration_factor(&eve, own).await;
    ensure!(
        own.as_ref().is_err_and(ServiceError::is_denied),
        "eve vouches for herself: {own:?}"
    );
    let email = vouch(&id, FactorType::Email, "canary-eve@example")?;
    let attached = world.service.attach_registration_factor(&desk, email);
    ensure!(
        attached.await?.response.status == RegistrationStatus::FactorVerified,
        "the factor does not count"
    );
    let done = world.service.complete_registration(&eve, complete(&id));
    let done = done.await?.response;
    ensure!(
        done.is_new_user && done.factor_count == 1,
        "eve is no new user with a factor: {done:?}"
    );
    // She can act on her own records from now on, by the link that was made.
    let link = LinkIdentity {
        user_id: done.user_id,
        issuer: Issuer::new("https://other.example")?,
        subject: Subject::new("eve-elsewhere")?,
    };
    world.service.link_identity(&eve, link).await?;
    Ok(())
}

async fn not_taken_up_by_others(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let eve = stranger(&world, "acme", "eve")?;
    let mallory = stranger(&world, "acme", "mallory")?;
    let id = begun(&world, &eve).await?;
    let email = vouch(&id, FactorType::Email, "canary-eve@example")?;
    let attached = world.service.attach_registration_factor(&desk, email);
    attached.await?;
    let unknown = RegistrationId::new("no-such-registration")?;
    let mut told = Vec::new();
    for registration_id in [&id, &unknown] {
        let taken = complete(registration_id);
        let taken = world.service.complete_registration(&mallory, taken).await;
        told.extend(taken.err().map(|error| error.kind().clone()));
        let resume = ResumeRegistration {
            registration_id: registration_id.clone(),
            secret: None,
        };
        let resumed = world.service.resume_registration(&mallory, resume).await;
        told.extend(resumed.err().map(|error| error.kind().clone()));
        let abandon = AbandonRegistration {
            registration_id: registration_id.clone(),
            secret: None,
        };
        let given_up = world.service.abandon_registration(&mallory, abandon).await;
        told.extend(given_up.err().map(|error| error.kind().clone()));
    }
    ensure!(
        told.len() == 6 && told.iter().all(|kind| *kind == told[0]),
        "mallory learns something: {told:?}"
    );
    world
        .service
        .complete_registration(&eve, complete(&id))
        .await?;
    Ok(())
}

async fn factor_ran_out(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let eve = stranger(&world, "acme", "eve")?;
    let id = begun(&world, &eve).await?;
    let email = AttachRegistrationFactor {
        expires_at: Some(ahead(&world, 60)?),
        ..vouch(&id, FactorType::Email, "canary-eve@example")?
    };
    let attach = |email| world.service.attach_registration_factor(&desk, email);
    attach(email.clone()).await?;
    world.clock.advance(Duration::from_mins(1));
    let late = world.service.complete_registration(&eve, complete(&id));
    let late = late.await;
    ensure!(
        late.as_ref().is_err_and(ServiceError::is_denied),
        "a factor counts at the instant of its end: {late:?}"
    );
    let renewed = AttachRegistrationFactor {
        expires_at: Some(ahead(&world, 60)?),
        ..email
    };
    ensure!(
        attach(renewed).await?.response.is_renewed,
        "the factor is there twice"
    );
    world
        .service
        .complete_registration(&eve, complete(&id))
        .await?;
    Ok(())
}

async fn begun_by_a_service(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let id = started(&world, &desk, Some(expected("eve")?)).await?;
    let phone = vouch(&id, FactorType::Phone, "canary-0123456789")?;
    let attached = world.service.attach_registration_factor(&desk, phone);
    attached.await?;
    // The service itself, eve's sign-in in another tenant, and somebody who read the id.
    let others = [
        desk,
        stranger(&world, "globex", "eve")?,
        stranger(&world, "acme", "mallory")?,
    ];
    for other in others {
        let taken = world.service.complete_registration(&other, complete(&id));
        let taken = taken.await;
        ensure!(
            taken.as_ref().is_err_and(ServiceError::is_denied),
            "somebody else completes it: {taken:?}"
        );
    }
    let eve = stranger(&world, "acme", "eve")?;
    let done = world.service.complete_registration(&eve, complete(&id));
    ensure!(done.await?.response.is_new_user, "eve was known");
    Ok(())
}

async fn begun_with_a_secret(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let bound_to = RegistrationBinding::Secret(secret("eve")?);
    let id = started(&world, &desk, Some(bound_to)).await?;
    let email = vouch(&id, FactorType::Email, "canary-eve@example")?;
    let attached = world.service.attach_registration_factor(&desk, email);
    attached.await?;
    let mallory = stranger(&world, "acme", "mallory")?;
    for guess in [None, Some(secret("mallory")?)] {
        let taken = CompleteRegistration {
            secret: guess,
            ..complete(&id)
        };
        let taken = world.service.complete_registration(&mallory, taken).await;
        ensure!(
            taken.as_ref().is_err_and(ServiceError::is_denied),
            "the id is enough: {taken:?}"
        );
    }
    let eve = stranger(&world, "acme", "eve")?;
    let resume = ResumeRegistration {
        registration_id: id.clone(),
        secret: Some(secret("eve")?),
    };
    let resumed = world.service.resume_registration(&eve, resume).await?;
    ensure!(resumed.response.factor_count == 1, "the factor is gone");
    let known = CompleteRegistration {
        secret: Some(secret("eve")?),
        ..complete(&id)
    };
    let done = world.service.complete_registration(&eve, known.clone());
    ensure!(done.await?.response.is_new_user, "eve was known");
    let late = world.service.complete_registration(&mallory, known).await;
    ensure!(
        late.as_ref().is_err_and(ServiceError::is_denied),
        "the secret outlives its use: {late:?}"
    );
    Ok(())
}

async fn one_of_two_who_know(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let bound_to = RegistrationBinding::Secret(secret("the family")?);
    let id = started(&world, &desk, Some(bound_to)).await?;
    let email = vouch(&id, FactorType::Email, "canary-eve@example")?;
    let attached = world.service.attach_registration_factor(&desk, email);
    attached.await?;
    let known = CompleteRegistration {
        secret: Some(secret("the family")?),
        ..complete(&id)
    };
    let eve = stranger(&world, "acme", "eve")?;
    let adam = stranger(&world, "acme", "adam")?;
    let mut slow = world.service.begin(adam)?;
    slow.run(known.clone()).await?;
    world.service.complete_registration(&eve, known).await?;
    let lost = slow.commit().await;
    ensure!(
        lost.as_ref().is_err_and(|error| error.conflict().is_some()),
        "both registered: {lost:?}"
    );
    Ok(())
}

async fn known_user(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    let ada = world.sign_in("globex", "ada", &[])?;
    let id = begun(&world, &ada).await?;
    let email = vouch(&id, FactorType::Email, "canary-ada@example")?;
    let desk = world.desk("globex")?;
    let attached = world.service.attach_registration_factor(&desk, email);
    attached.await?;
    let done = world.service.complete_registration(&ada, complete(&id));
    let done = done.await?.response;
    ensure!(
        !done.is_new_user && done.user_id == UserId::new("ada")?,
        "ada is taken for a new user: {done:?}"
    );
    // The new tenant account lets her act there.
    let link = LinkIdentity {
        user_id: done.user_id,
        issuer: Issuer::new("https://other.example")?,
        subject: Subject::new("ada-elsewhere")?,
    };
    world.service.link_identity(&ada, link).await?;
    Ok(())
}

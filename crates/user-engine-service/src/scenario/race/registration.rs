//! Races for registrations.

use super::{Race, Racer, race, racer};
use crate::error::ServiceError;
use crate::port::Claims;
use crate::registration::{
    AttachRegistrationFactor, CompleteRegistration, RegistrationBinding, StartRegistration,
};
use crate::scenario::{CANARY, Failed, SECRET, World, claims_of};
use user_engine_domain::{ActorKind, FactorType, List, Map, Sensitive, TenantId, Text};

/// This area's races.
pub(super) const RACES: &[Race] = &[race!(
    "one registration's secret",
    secret,
    ServiceError::is_denied
)];

/// Two people, each by two devices, complete the registration whose secret both know.
async fn secret(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let secret = Sensitive::new(Text::new(format!("{SECRET} of round {round}"))?);
    let desk = world.desk("acme")?;
    let start = StartRegistration {
        bound_to: Some(RegistrationBinding::Secret(secret.clone())),
        expires_at: None,
    };
    let started = world.service.start_registration(&desk, start).await?;
    let registration_id = started.response.registration_id;
    let attach = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(Text::new(format!("{CANARY}-{round}@mail.example"))?),
        display_value: None,
        source_system: Text::new("verifier")?,
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    };
    let attached = world.service.attach_registration_factor(&desk, attach);
    attached.await?;
    let complete = CompleteRegistration {
        registration_id,
        secret: Some(secret),
        display_name: None,
        primary_email: None,
    };
    let mut racers = Vec::new();
    for name in ["gil", "hal"] {
        let subject = format!("{name}-{round}");
        let claims = Claims {
            tenant: Some(TenantId::new("acme")?),
            ..claims_of(ActorKind::Human, &subject)?
        };
        world.claims.set(&subject, Ok(claims));
        let person = world.by(&subject)?;
        for _ in 0..2 {
            racers.push(racer!(
                world,
                complete_registration,
                person,
                complete.clone()
            ));
        }
    }
    Ok(racers)
}

//! Races for prepared accounts.

use super::{Race, Racer, race, racer};
use crate::context::RequestContext;
use crate::error::ServiceError;
use crate::port::Claims;
use crate::prepared_account::{AccountLayout, ClaimPreparedAccount, PrepareAccount};
use crate::registration::{AttachRegistrationFactor, CompleteRegistration, StartRegistration};
use crate::scenario::{CANARY, Failed, World, claims_of};
use user_engine_domain::{
    AccountStatus, ActorKind, Entitlement, FactorRequirement, FactorType, List, Map, Sensitive,
    TenantAccountEntitlement, TenantId, Text,
};

/// This area's races.
pub(super) const RACES: &[Race] = &[race!(
    "one prepared account",
    claim,
    ServiceError::is_denied
)];

/// Two users, each by two devices, claim one prepared account by the address that both verified.
async fn claim(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let address = Sensitive::new(Text::new(format!("{CANARY}-{round}@mail.example"))?);
    let desk = world.desk("acme")?;
    let layout = AccountLayout {
        factor_requirements: List::from([FactorRequirement {
            factor_type: FactorType::Email,
            normalized_value: address.clone(),
            source_system: None,
            evidence_references: List::default(),
        }]),
        entitlements: List::from([Entitlement::TenantAccount(TenantAccountEntitlement {
            status: AccountStatus::Active,
            requires_approval: false,
        })]),
        display_name_hint: None,
        primary_email_hint: None,
        expires_at: None,
    };
    let prepare = PrepareAccount {
        prepared_account_id: None,
        layout,
    };
    world.service.prepare_account(&desk, prepare).await?;
    let mut racers = Vec::new();
    for name in ["eve", "fay"] {
        let subject = format!("{name}-{round}");
        let (person, claim) = registered(&world, &subject, &address).await?;
        for _ in 0..2 {
            racers.push(racer!(world, claim_prepared_account, person, claim.clone()));
        }
    }
    Ok(racers)
}

/// A stranger's registration, completed by an address that the tenant's desk vouches for.
async fn registered(
    world: &World,
    subject: &str,
    address: &Sensitive<Text>,
) -> Result<(RequestContext, ClaimPreparedAccount), Failed> {
    let claims = Claims {
        tenant: Some(TenantId::new("acme")?),
        ..claims_of(ActorKind::Human, subject)?
    };
    world.claims.set(subject, Ok(claims));
    let (person, desk) = (world.by(subject)?, world.desk("acme")?);
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    let started = world.service.start_registration(&person, start).await?;
    let registration_id = started.response.registration_id;
    let attach = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: address.clone(),
        display_value: None,
        source_system: Text::new("verifier")?,
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    };
    let attached = world.service.attach_registration_factor(&desk, attach);
    attached.await?;
    let complete = CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    };
    let completed = world.service.complete_registration(&person, complete);
    completed.await?;
    Ok((person, ClaimPreparedAccount { registration_id }))
}

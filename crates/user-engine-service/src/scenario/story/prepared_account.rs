//! Stories: Prepared accounts and their claims.

use super::registration::{ahead, begun, complete, stranger, vouch};
use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::error::{ConflictCause, ServiceError, ServiceErrorKind};
use crate::onboarding::RegisterWelcomeProtocol;
use crate::port::Decision;
use crate::prepared_account::{
    AccountLayout, ClaimPreparedAccount, ListPreparedAccounts, PrepareAccount,
    RevokePreparedAccount,
};
use crate::registration::AttachRegistrationFactor;
use crate::scenario::{Failed, World, claims_of};
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorKind, Entitlement, FactorRequirement, FactorType, FieldError, List,
    MembershipEntitlement, MembershipKind, MembershipScope, MembershipScopeType,
    OnboardingJourneyEntitlement, OnboardingTrigger, PreparedAccountId, PreparedAccountStatus,
    ProtocolId, ProtocolMatch, ProtocolStep, RecordKind, RegistrationId, ScopeId, Sensitive,
    StepKey, Subsystem, TenantAccountEntitlement, Text,
};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("a-claim-gives-every-entitlement-once", given_once),
    story!("a-privileged-role-is-given-when-approved", approved),
    story!("an-eid-counts-from-its-own-system-alone", eid_of_a_system),
    story!("a-factor-that-ran-out-claims-nothing", factor_ran_out),
    story!("of-two-claims-at-once-one-wins", one_winner),
    story!("another-tenants-account-is-not-claimed", not_across_tenants),
    story!("who-registered-outside-comes-in-by-themselves", outside),
    story!("what-fits-twice-is-not-claimed", ambiguous),
];

const EMAIL: &str = "canary-eve@example";

/// A required factor, of any source system.
fn requirement(factor_type: FactorType, value: &str) -> Result<FactorRequirement, Failed> {
    Ok(FactorRequirement {
        factor_type,
        normalized_value: Sensitive::new(Text::new(value)?),
        source_system: None,
        evidence_references: List::default(),
    })
}

/// An account that waits for an e-mail address and makes its user an editor.
fn editor(requires_approval: bool) -> Result<AccountLayout, Failed> {
    let membership = MembershipEntitlement {
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new("press")?,
        },
        kind: MembershipKind::new("editor")?,
        requires_approval,
    };
    Ok(AccountLayout {
        factor_requirements: List::from([requirement(FactorType::Email, EMAIL)?]),
        entitlements: List::from([
            Entitlement::TenantAccount(TenantAccountEntitlement {
                status: AccountStatus::Active,
                requires_approval: false,
            }),
            Entitlement::Membership(membership),
        ]),
        display_name_hint: None,
        primary_email_hint: None,
        expires_at: None,
    })
}

async fn prepared(
    world: &World,
    tenant: &str,
    layout: AccountLayout,
) -> Result<PreparedAccountId, Failed> {
    let prepare = PrepareAccount {
        prepared_account_id: None,
        layout,
    };
    let desk = world.desk(tenant)?;
    let done = world.service.prepare_account(&desk, prepare).await?;
    Ok(done.response.prepared_account_id)
}

/// Registers a stranger with factors that the tenant's desk vouches for.
async fn registered(
    world: &World,
    tenant: &str,
    subject: &str,
    factors: impl FnOnce(&RegistrationId) -> Result<Vec<AttachRegistrationFactor>, Failed>,
) -> Result<(RequestContext, ClaimPreparedAccount), Failed> {
    let person = stranger(world, tenant, subject)?;
    let registration_id = begun(world, &person).await?;
    let desk = world.desk(tenant)?;
    for factor in factors(&registration_id)? {
        world
            .service
            .attach_registration_factor(&desk, factor)
            .await?;
    }
    let done = complete(&registration_id);
    world.service.complete_registration(&person, done).await?;
    Ok((person, ClaimPreparedAccount { registration_id }))
}

fn email(registration_id: &RegistrationId) -> Result<Vec<AttachRegistrationFactor>, Failed> {
    Ok(vec![vouch(registration_id, FactorType::Email, EMAIL)?])
}

fn is_denied<T>(ended: &Result<T, ServiceError>) -> bool {
    let denied = ServiceErrorKind::AuthorizationDenied { is_audited: true };
    ended.as_ref().is_err_and(|error| *error.kind() == denied)
}

async fn given_once(world: World) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    let protocol_id = ProtocolId::new("welcome-editors")?;
    let step = ProtocolStep {
        step_key: StepKey::new("mailbox")?,
        subsystem: Subsystem::new("mail")?,
        task_kind: Text::new("open-mailbox")?,
        external_task_reference: None,
        callback_reference: None,
        support_reference: None,
        callback_required: false,
    };
    let protocol = RegisterWelcomeProtocol {
        protocol_id: protocol_id.clone(),
        trigger: OnboardingTrigger::Manual,
        matching: ProtocolMatch::default(),
        steps: List::from([step]),
    };
    world
        .service
        .register_welcome_protocol(&desk, protocol)
        .await?;
    let mut layout = editor(false)?;
    let mut entitlements = layout.entitlements.into_vec();
    entitlements.push(Entitlement::OnboardingJourney(
        OnboardingJourneyEntitlement {
            protocol_id,
            requires_approval: false,
        },
    ));
    layout.entitlements = List::new(entitlements)?;
    layout.display_name_hint = Some(Sensitive::new(Text::new("canary Eve")?));
    let id = prepared(&world, "acme", layout).await?;
    let (eve, claim) = registered(&world, "acme", "eve", email).await?;
    let service = &world.service;
    let claimed = service.claim_prepared_account(&eve, claim.clone()).await?;
    let claimed = claimed.response;
    ensure!(
        claimed.prepared_account_id == id
            && claimed.tenant_account_status == Some(AccountStatus::Active)
            && claimed.memberships == 1
            && claimed.journeys == 1,
        "not everything was given: {claimed:?}"
    );
    let again = service.claim_prepared_account(&eve, claim).await;
    ensure!(is_denied(&again), "it is claimed twice: {again:?}");
    let listed = ListPreparedAccounts {
        status: Some(PreparedAccountStatus::Claimed),
        ..ListPreparedAccounts::default()
    };
    let listed = service.list_prepared_accounts(&desk, listed).await?;
    let claim = listed
        .prepared_accounts
        .first()
        .and_then(|it| it.claim.as_ref());
    ensure!(
        claim.is_some_and(|claim| claim.user_id == claimed.user_id),
        "the claim is not on record: {listed:?}"
    );
    Ok(())
}

async fn approved(world: World) -> Result<(), Failed> {
    prepared(&world, "acme", editor(true)?).await?;
    let (eve, claim) = registered(&world, "acme", "eve", email).await?;
    let early = world.service.claim_prepared_account(&eve, claim.clone());
    let early = early.await;
    ensure!(is_denied(&early), "the role is given unapproved: {early:?}");
    world
        .authorizer
        .set("claim_prepared_account", Decision::Approved);
    let claimed = world.service.claim_prepared_account(&eve, claim).await?;
    ensure!(claimed.response.memberships == 1, "the role is not given");
    Ok(())
}

async fn eid_of_a_system(world: World) -> Result<(), Failed> {
    let eid = |source: Option<&str>| -> Result<AccountLayout, Failed> {
        let source_system = source.map(Text::new).transpose()?;
        Ok(AccountLayout {
            factor_requirements: List::from([FactorRequirement {
                source_system,
                ..requirement(FactorType::Eid, "canary-eid-4711")?
            }]),
            ..editor(false)?
        })
    };
    let desk = world.desk("acme")?;
    let anywhere = PrepareAccount {
        prepared_account_id: None,
        layout: eid(None)?,
    };
    let anywhere = world.service.prepare_account(&desk, anywhere).await;
    ensure!(
        anywhere
            .as_ref()
            .is_err_and(|error| error.invalid().map(FieldError::field) == Some("source_system")),
        "an eid of any system would do: {anywhere:?}"
    );
    prepared(&world, "acme", eid(Some("national-eid"))?).await?;
    let of_system = |source: &'static str| {
        move |id: &RegistrationId| -> Result<Vec<AttachRegistrationFactor>, Failed> {
            Ok(vec![AttachRegistrationFactor {
                source_system: Text::new(source)?,
                ..vouch(id, FactorType::Eid, "canary-eid-4711")?
            }])
        }
    };
    let service = &world.service;
    let (mallory, claim) =
        registered(&world, "acme", "mallory", of_system("corner-shop-eid")).await?;
    let wrong = service.claim_prepared_account(&mallory, claim).await;
    ensure!(is_denied(&wrong), "another system's eid counts: {wrong:?}");
    let (eve, claim) = registered(&world, "acme", "eve", of_system("national-eid")).await?;
    service.claim_prepared_account(&eve, claim).await?;
    Ok(())
}

async fn factor_ran_out(world: World) -> Result<(), Failed> {
    prepared(&world, "acme", editor(false)?).await?;
    let expires_at = Some(ahead(&world, 60)?);
    let for_a_minute = |id: &RegistrationId| -> Result<_, Failed> {
        Ok(vec![AttachRegistrationFactor {
            expires_at,
            ..vouch(id, FactorType::Email, EMAIL)?
        }])
    };
    let (eve, claim) = registered(&world, "acme", "eve", for_a_minute).await?;
    world.clock.advance(Duration::from_mins(1));
    let late = world.service.claim_prepared_account(&eve, claim).await;
    ensure!(
        is_denied(&late),
        "a factor counts at the instant of its end: {late:?}"
    );
    Ok(())
}

async fn one_winner(world: World) -> Result<(), Failed> {
    prepared(&world, "acme", editor(false)?).await?;
    let (eve, hers) = registered(&world, "acme", "eve", email).await?;
    let (adam, his) = registered(&world, "acme", "adam", email).await?;
    let mut slow = world.service.begin(adam.clone())?;
    slow.run(his.clone()).await?;
    world.service.claim_prepared_account(&eve, hers).await?;
    let lost = slow.commit().await;
    let cause = lost.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Changed(Some(RecordKind::PreparedAccount))),
        "both claims won: {cause:?}"
    );
    let again = world.service.claim_prepared_account(&adam, his).await;
    ensure!(is_denied(&again), "the loser wins later: {again:?}");
    Ok(())
}

async fn not_across_tenants(world: World) -> Result<(), Failed> {
    prepared(&world, "acme", editor(false)?).await?;
    let (eve, claim) = registered(&world, "globex", "eve", email).await?;
    let service = &world.service;
    let at_home = service.claim_prepared_account(&eve, claim.clone()).await;
    // With credentials of the other tenant the registration of her own is not there at all.
    let abroad = stranger(&world, "acme", "eve")?;
    let abroad = service.claim_prepared_account(&abroad, claim).await;
    let nothing = ClaimPreparedAccount {
        registration_id: RegistrationId::new("no-such-registration")?,
    };
    let nothing = service.claim_prepared_account(&eve, nothing).await;
    ensure!(
        is_denied(&at_home) && is_denied(&abroad) && is_denied(&nothing),
        "the answers differ: {at_home:?}, {abroad:?}, {nothing:?}"
    );
    Ok(())
}

async fn outside(world: World) -> Result<(), Failed> {
    let mut layout = editor(false)?;
    layout.primary_email_hint = Some(Sensitive::new(Text::new(EMAIL)?));
    prepared(&world, "acme", layout).await?;
    let claims = claims_of(ActorKind::Human, "eve")?;
    world.claims.set("eve of no tenant", Ok(claims));
    let eve = world.by("eve of no tenant")?;
    let registration_id = begun(&world, &eve).await?;
    let operator = world.by("operator")?;
    let service = &world.service;
    for factor in email(&registration_id)? {
        service
            .attach_registration_factor(&operator, factor)
            .await?;
    }
    let done = complete(&registration_id);
    service.complete_registration(&eve, done).await?;
    let claim = ClaimPreparedAccount { registration_id };
    let desk = world.desk("acme")?;
    let pulled = service.claim_prepared_account(&desk, claim.clone()).await;
    ensure!(is_denied(&pulled), "the desk pulls eve in: {pulled:?}");
    let in_acme = stranger(&world, "acme", "eve")?;
    let claimed = service.claim_prepared_account(&in_acme, claim).await?;
    let status = claimed.response.tenant_account_status;
    ensure!(
        status == Some(AccountStatus::Active),
        "eve did not come in: {claimed:?}"
    );
    Ok(())
}

async fn ambiguous(world: World) -> Result<(), Failed> {
    prepared(&world, "acme", editor(false)?).await?;
    let second = prepared(&world, "acme", editor(false)?).await?;
    let (eve, claim) = registered(&world, "acme", "eve", email).await?;
    let both = world.service.claim_prepared_account(&eve, claim.clone());
    let both = both.await;
    ensure!(is_denied(&both), "one of two is claimed: {both:?}");
    let revoke = RevokePreparedAccount {
        prepared_account_id: second.clone(),
    };
    let desk = world.desk("acme")?;
    world.service.revoke_prepared_account(&desk, revoke).await?;
    let claimed = world.service.claim_prepared_account(&eve, claim).await?;
    ensure!(
        claimed.response.prepared_account_id != second,
        "the withdrawn one was claimed"
    );
    Ok(())
}

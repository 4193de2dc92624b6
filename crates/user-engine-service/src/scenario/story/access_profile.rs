//! Stories: Access profiles (hats), selecting one, and the facts exported to access control.

use super::application::{attribute, serve};
use super::registration::{ahead, begun, complete, vouch};
use super::{Story, ensure, story};
use crate::access_profile::{
    AccessFacts, DiagnoseAccessProfiles, ExportAccessControlFacts, RegisterAccessProfile,
    SelectActiveHat,
};
use crate::context::RequestContext;
use crate::error::{ServiceError, ServiceErrorKind};
use crate::port::{Claims, Decision};
use crate::registration::AttachRegistrationFactor;
use crate::scenario::{Failed, World, claims_of};
use crate::tenant::{AddMembership, RemoveMembership, SetTenantAccountStatus};
use std::time::Duration;
use user_engine_domain::{
    AccessProfileId, AccessScope, AccessScopeType, AccountStatus, ActorKind, AttributeKey,
    FactorType, GroupId, JsonValue, List, Map, MembershipId, MembershipKind, MembershipRequirement,
    MembershipScope, MembershipScopeType, ReasonCode, RecordKind, ScopeId, Sensitive, Sensitivity,
    TenantId, Text, UserId,
};
use user_engine_ports::{AuditQuery, Deadline, Scope, UserEngineStore};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("a-privileged-hat-needs-an-approval", privileged),
    story!(
        "a-group-hat-grants-its-groups-until-the-membership-ends",
        group_hat
    ),
    story!("a-hat-lapses-with-the-factor-that-it-requires", assured),
    story!(
        "what-another-tenant-verified-satisfies-no-hat",
        assured_elsewhere
    ),
    story!("a-hat-lapses-with-the-account-of-its-wearer", suspended),
    story!("an-agent-selects-a-hat-for-its-user", delegated),
    story!("nobody-wears-another-tenants-hat", foreign),
];

/// A hat of a tenant's choir that requires and grants nothing.
pub(super) fn plain_hat(id: &str) -> Result<RegisterAccessProfile, Failed> {
    Ok(RegisterAccessProfile {
        access_profile_id: AccessProfileId::new(id)?,
        hat_name: Text::new("Singer")?,
        scope: AccessScope {
            scope_type: AccessScopeType::Group,
            scope_id: ScopeId::new("choir")?,
        },
        realm: None,
        service_id: None,
        asset_id: None,
        required_memberships: List::default(),
        required_factor_types: List::default(),
        profile_defaults: Sensitive::new(Map::default()),
        projection_claims: Map::default(),
        group_ids: List::default(),
        requires_approval: false,
    })
}

/// The same for members of the choir, with a group, a claim and a default.
fn singers_hat() -> Result<RegisterAccessProfile, Failed> {
    let voice = AttributeKey::new("choir.voice")?;
    let default = JsonValue::new("canary-alto".into())?;
    Ok(RegisterAccessProfile {
        required_memberships: List::from([MembershipRequirement {
            scope_type: MembershipScopeType::Group,
            scope_id: Some(ScopeId::new("choir")?),
            kind: None,
        }]),
        profile_defaults: Sensitive::new(Map::from([(voice, default)])),
        projection_claims: Map::from([(Text::new("sings")?, JsonValue::new(true.into())?)]),
        group_ids: List::from([GroupId::new("singers")?]),
        ..plain_hat("singer")?
    })
}

/// Selects a hat.
pub(super) async fn wear(
    world: &World,
    by: &RequestContext,
    id: &str,
) -> Result<Result<(), ServiceError>, Failed> {
    let select = SelectActiveHat {
        access_profile_id: AccessProfileId::new(id)?,
    };
    let ended = world.service.select_active_hat(by, select).await;
    Ok(ended.map(|_| ()))
}

/// Selects a hat, which is to be denied for a reason that the tenant's log tells.
async fn denied(
    world: &World,
    by: &RequestContext,
    id: &str,
    reason: ReasonCode,
) -> Result<(), Failed> {
    let ended = wear(world, by, id).await?;
    ensure!(
        ended.as_ref().is_err_and(ServiceError::is_denied),
        "{} does not deny: {ended:?}",
        reason.as_str()
    );
    let query = AuditQuery::new(Scope::Tenant(TenantId::new("acme")?));
    let page = world.store.audit_records(&query, Deadline::default());
    let entries = page.await?.entries;
    let last = entries.iter().flatten().next_back();
    let told = last.and_then(|record| record.reason);
    ensure!(
        told == Some(reason),
        "{} is told as {told:?}",
        reason.as_str()
    );
    let target = last.and_then(|record| record.target.as_ref());
    ensure!(
        target.map(user_engine_domain::AuditTarget::kind) == Some(RecordKind::AccessProfile),
        "the denial names no hat"
    );
    Ok(())
}

async fn join_choir(world: &World, user_id: &str) -> Result<MembershipId, Failed> {
    let add = AddMembership {
        user_id: UserId::new(user_id)?,
        scope: MembershipScope {
            scope_type: MembershipScopeType::Group,
            scope_id: ScopeId::new("choir")?,
        },
        kind: MembershipKind::new("alto")?,
    };
    let desk = world.desk("acme")?;
    let added = world.service.add_membership(&desk, add).await?;
    Ok(added.response.membership_id)
}

/// Has acme's verifier vouch for a user's eID, for so many seconds.
async fn assure(world: &World, by: &RequestContext, seconds: i64) -> Result<(), Failed> {
    assure_in(world, "acme", by, seconds).await
}

/// Has a tenant's verifier vouch for it.
async fn assure_in(
    world: &World,
    tenant: &str,
    by: &RequestContext,
    seconds: i64,
) -> Result<(), Failed> {
    let id = begun(world, by).await?;
    let eid = AttachRegistrationFactor {
        expires_at: Some(ahead(world, seconds)?),
        ..vouch(&id, FactorType::Eid, "canary-eid-of-ada")?
    };
    let desk = world.desk(tenant)?;
    world.service.attach_registration_factor(&desk, eid).await?;
    world
        .service
        .complete_registration(by, complete(&id))
        .await?;
    Ok(())
}

/// Publishes the catalog of what the singers' hat has a default for.
async fn publish(world: &World) -> Result<(), Failed> {
    let voice = attribute("choir.voice", Sensitivity::Sensitive)?;
    serve(world, "songbook", "choir", vec![voice]).await
}

async fn register(world: &World, hat: RegisterAccessProfile) -> Result<(), Failed> {
    let desk = world.desk("acme")?;
    world.service.register_access_profile(&desk, hat).await?;
    Ok(())
}

async fn facts(world: &World, user_id: &str) -> Result<AccessFacts, Failed> {
    let export = ExportAccessControlFacts {
        user_id: Some(UserId::new(user_id)?),
        ..ExportAccessControlFacts::default()
    };
    let desk = world.desk("acme")?;
    let facts = world.service.export_access_control_facts(&desk, export);
    let mut subjects = facts.await?.subjects;
    ensure!(
        subjects.len() == 1,
        "one user is {} subjects",
        subjects.len()
    );
    Ok(subjects.remove(0))
}

/// Whether the user's hat is what a reason says, and grants only while there is none.
async fn lapsed(world: &World, user_id: &str, reason: Option<ReasonCode>) -> Result<(), Failed> {
    let Some(hat) = facts(world, user_id).await?.hat else {
        return Err(Failed::Untrue("no hat is worn".to_owned()));
    };
    ensure!(
        hat.lapsed == reason,
        "the hat lapsed by {:?}, not by {reason:?}",
        hat.lapsed
    );
    let grants = !hat.group_ids.is_empty() || !hat.projection_claims.is_empty();
    ensure!(grants == reason.is_none(), "it grants what it may not");
    Ok(())
}

async fn privileged(world: World) -> Result<(), Failed> {
    publish(&world).await?;
    let ada = world.person("acme", "ada").await?;
    join_choir(&world, "ada").await?;
    let keys = RegisterAccessProfile {
        access_profile_id: AccessProfileId::new("keys")?,
        required_factor_types: List::from([FactorType::Eid]),
        requires_approval: true,
        ..singers_hat()?
    };
    register(&world, keys.clone()).await?;
    denied(&world, &ada, "keys", ReasonCode::FactorMissing).await?;
    assure(&world, &ada, 86_400).await?;
    denied(&world, &ada, "keys", ReasonCode::ApprovalRequired).await?;
    world
        .authorizer
        .set("select_active_hat", Decision::Approved);
    wear(&world, &ada, "keys").await??;
    lapsed(&world, "ada", None).await?;

    // What was approved was the hat as it was.
    world.authorizer.set("select_active_hat", Decision::Allow);
    world.clock.advance(Duration::from_mins(1));
    register(&world, keys).await?;
    lapsed(&world, "ada", Some(ReasonCode::ApprovalRequired)).await?;
    denied(&world, &ada, "keys", ReasonCode::ApprovalRequired).await
}

async fn group_hat(world: World) -> Result<(), Failed> {
    publish(&world).await?;
    let ada = world.person("acme", "ada").await?;
    register(&world, singers_hat()?).await?;
    denied(&world, &ada, "singer", ReasonCode::MembershipMissing).await?;
    let membership_id = join_choir(&world, "ada").await?;
    wear(&world, &ada, "singer").await??;
    let told = facts(&world, "ada").await?;
    let groups: Vec<_> = told.hat.into_iter().flat_map(|hat| hat.group_ids).collect();
    ensure!(
        groups == [GroupId::new("singers")?],
        "the group is not granted: {groups:?}"
    );

    let desk = world.desk("acme")?;
    let remove = RemoveMembership { membership_id };
    world.service.remove_membership(&desk, remove).await?;
    lapsed(&world, "ada", Some(ReasonCode::MembershipMissing)).await?;
    let ask = DiagnoseAccessProfiles::default();
    let counts = world.service.access_profile_diagnostics(&desk, ask).await?;
    ensure!(
        (counts.worn, counts.membership_missing) == (1, 1),
        "the lapsed hat is not counted: {counts:?}"
    );
    denied(&world, &ada, "singer", ReasonCode::MembershipMissing).await?;

    // Whoever comes back has what they had.
    join_choir(&world, "ada").await?;
    lapsed(&world, "ada", None).await
}

async fn assured_elsewhere(world: World) -> Result<(), Failed> {
    let ada = world.person("acme", "ada").await?;
    let hat = RegisterAccessProfile {
        required_factor_types: List::from([FactorType::Eid]),
        ..plain_hat("adult")?
    };
    register(&world, hat).await?;
    let in_globex = world.sign_in("globex", "ada", &[])?;
    assure_in(&world, "globex", &in_globex, 7_200).await?;
    denied(&world, &ada, "adult", ReasonCode::FactorMissing).await?;
    let told = facts(&world, "ada").await?.factors;
    ensure!(told.is_empty(), "acme is told what globex verified");

    // Also one that lasts longer doesn't stand in for acme's own.
    assure(&world, &ada, 3_600).await?;
    wear(&world, &ada, "adult").await??;
    let told = facts(&world, "ada").await?.factors;
    let end = ahead(&world, 3_600)?;
    ensure!(
        told.len() == 1 && told[0].expires_at == Some(end),
        "acme is told of another factor than its own: {told:?}"
    );
    world.clock.advance(Duration::from_hours(1));
    denied(&world, &ada, "adult", ReasonCode::FactorExpired).await
}

async fn assured(world: World) -> Result<(), Failed> {
    let ada = world.person("acme", "ada").await?;
    let hat = RegisterAccessProfile {
        required_factor_types: List::from([FactorType::Eid]),
        group_ids: List::from([GroupId::new("adults")?]),
        ..plain_hat("adult")?
    };
    register(&world, hat).await?;
    assure(&world, &ada, 3_600).await?;
    wear(&world, &ada, "adult").await??;
    lapsed(&world, "ada", None).await?;
    let told = facts(&world, "ada").await?.factors;
    let types: Vec<_> = told.iter().map(|it| it.factor_type).collect();
    ensure!(types == [FactorType::Eid], "the eID is not told: {types:?}");

    world.clock.advance(Duration::from_hours(1));
    lapsed(&world, "ada", Some(ReasonCode::FactorExpired)).await?;
    denied(&world, &ada, "adult", ReasonCode::FactorExpired).await?;
    assure(&world, &ada, 3_600).await?;
    lapsed(&world, "ada", None).await?;
    wear(&world, &ada, "adult").await??;
    Ok(())
}

async fn suspended(world: World) -> Result<(), Failed> {
    publish(&world).await?;
    let ada = world.person("acme", "ada").await?;
    join_choir(&world, "ada").await?;
    register(&world, singers_hat()?).await?;
    wear(&world, &ada, "singer").await??;
    let suspend = SetTenantAccountStatus {
        user_id: UserId::new("ada")?,
        status: AccountStatus::Suspended,
    };
    let desk = world.desk("acme")?;
    world
        .service
        .set_tenant_account_status(&desk, suspend)
        .await?;
    lapsed(&world, "ada", Some(ReasonCode::TenantAccountInactive)).await?;
    let told = facts(&world, "ada").await?;
    ensure!(!told.is_active, "the suspended user counts as active");
    let ended = wear(&world, &ada, "singer").await?;
    ensure!(
        ended.as_ref().is_err_and(ServiceError::is_denied),
        "a suspended user selects a hat: {ended:?}"
    );
    Ok(())
}

async fn delegated(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    register(&world, plain_hat("plain")?).await?;
    let claims = Claims {
        on_behalf_of: Some(UserId::new("ada")?),
        tenant: Some(TenantId::new("acme")?),
        ..claims_of(ActorKind::Agent, "concierge")?
    };
    world.claims.set("concierge of ada", Ok(claims));
    let agent = world.by("concierge of ada")?;
    wear(&world, &agent, "plain").await??;
    let told = facts(&world, "ada").await?;
    ensure!(told.hat.is_some(), "the agent's choice is not ada's hat");
    Ok(())
}

async fn foreign(world: World) -> Result<(), Failed> {
    register(&world, plain_hat("plain")?).await?;
    let eve = world.person("globex", "eve").await?;
    let not_found = ServiceErrorKind::NotFound(RecordKind::AccessProfile);
    for id in ["plain", "nothing"] {
        let ended = wear(&world, &eve, id).await?;
        ensure!(
            ended
                .as_ref()
                .is_err_and(|error| *error.kind() == not_found),
            "eve is told of a hat that is not hers: {ended:?}"
        );
    }
    let there = eve.in_tenant(TenantId::new("acme")?);
    let ended = wear(&world, &there, "plain").await?;
    ensure!(
        ended.as_ref().is_err_and(ServiceError::is_denied),
        "eve acts in another tenant: {ended:?}"
    );
    Ok(())
}

//! Nobody acts by what nobody vouches for: an agent of a tenant's own issuer for users of others,
//! an administrator who is suspended or no user at all.

use crate::access_profile::{tenant, user};
use crate::identity::OF_ACME;
use crate::place::worlds;
use user_engine_domain::{
    AccountStatus, ActorKind, Issuer, MembershipKind, ReasonCode, RecordKind, RegistrationId,
    Subject,
};
use user_engine_ports::{AuditQuery, Deadline, Scope, UserEngineStore};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    AbandonRegistration, AcceptFamilyInvitation, Claims, GetIdentityContext, InviteFamilyMember,
    IssuerTenants, LinkIdentity, ListAccessProfiles, RejectRegistration, RequestContext,
    ResumeRegistration, Role, ServiceErrorKind, SetTenantAccountStatus, StartRegistration,
};

/// What acme's own issuer, which speaks for acme alone, says of somebody.
fn of_acme(kind: ActorKind, subject: &str) -> Claims {
    Claims {
        tenant: Some(tenant("acme")),
        issuer: Issuer::new(OF_ACME).unwrap(),
        issuer_tenants: IssuerTenants::Only([tenant("acme")].into()),
        ..claims_of(kind, subject).unwrap()
    }
}

fn by(world: &World, credential: &str, claims: Claims) -> RequestContext {
    world.claims.set(credential, Ok(claims));
    world.by(credential).unwrap()
}

fn agent_for(world: &World, user_id: &str) -> RequestContext {
    let claims = Claims {
        on_behalf_of: Some(user(user_id)),
        ..of_acme(ActorKind::Agent, "bot")
    };
    by(world, &format!("bot for {user_id}"), claims)
}

const fn ask() -> GetIdentityContext {
    GetIdentityContext {
        application_id: None,
    }
}

/// Reason and kind of target of the last audit record.
async fn last(world: &World) -> (Option<ReasonCode>, Option<RecordKind>) {
    let query = AuditQuery::new(Scope::Platform);
    let page = world.store.audit_records(&query, Deadline::default()).await;
    let last = page.unwrap().entries.pop().unwrap().unwrap();
    (last.reason, last.target.map(|target| target.kind()))
}

#[tokio::test]
async fn an_agent_of_a_tenants_issuer_learns_of_no_user_elsewhere_nor_leaves_it_in_the_log() {
    for (name, world) in worlds().await {
        world.person("globex", "ada").await.unwrap();
        world.person("acme", "bob").await.unwrap();
        let mut seen = Vec::new();
        for user_id in ["ada", "nobody"] {
            let agent = agent_for(&world, user_id);
            let context = world.service.identity_context(&agent, ask()).await;
            let told = (context.unwrap_err().kind().clone(), last(&world).await);
            let list = ListAccessProfiles::default();
            let list = world.service.list_access_profiles(&agent, list).await;
            seen.push((told, list.unwrap_err().kind().clone(), last(&world).await));
        }
        assert_eq!(seen[0], seen[1], "{name}");
        let reason = Some(ReasonCode::TenantAccountInactive);
        assert_eq!(seen[0].2.0, reason, "{name}");
        // It acts for those who are active in its tenant.
        let bobs = agent_for(&world, "bob");
        world.service.identity_context(&bobs, ask()).await.unwrap();
    }
}

#[tokio::test]
async fn an_agent_of_a_tenants_issuer_brings_nobody_into_the_tenant() {
    for (name, world) in worlds().await {
        world.person("globex", "ada").await.unwrap();
        let service = &world.service;
        let desk = Claims {
            roles: [Role::TenantAdmin].into(),
            ..of_acme(ActorKind::Service, "desk")
        };
        let desk = by(&world, "desk", desk);
        let invite = InviteFamilyMember {
            user_id: user("ada"),
            role: MembershipKind::new("guest").unwrap(),
            expires_at: None,
        };
        let invited = service.invite_family_member(&desk, invite).await;
        let invitation_id = invited.unwrap().response.invitation_id;
        let accept = AcceptFamilyInvitation { invitation_id };
        let bot = agent_for(&world, "ada");
        let accepted = service.accept_family_invitation(&bot, accept).await;
        assert!(accepted.unwrap_err().is_denied(), "{name}");
        let takes_over = LinkIdentity {
            user_id: user("ada"),
            issuer: Issuer::new(OF_ACME).unwrap(),
            subject: Subject::new("mallory").unwrap(),
        };
        let linked = service.link_identity(&desk, takes_over).await;
        let missing = ServiceErrorKind::NotFound(RecordKind::User);
        assert_eq!(linked.unwrap_err().kind(), &missing, "{name}");
    }
}

async fn registered(world: &World, context: &RequestContext) -> RegistrationId {
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    let started = world.service.start_registration(context, start).await;
    started.unwrap().response.registration_id
}

/// How many of a registration's operations are denied to somebody.
async fn denied(world: &World, by: &RequestContext, registration_id: &RegistrationId) -> usize {
    let registration_id = || registration_id.clone();
    let resume = ResumeRegistration {
        registration_id: registration_id(),
        secret: None,
    };
    let reject = RejectRegistration {
        registration_id: registration_id(),
    };
    let abandon = AbandonRegistration {
        registration_id: registration_id(),
        secret: None,
    };
    let service = &world.service;
    let ended = [
        service.resume_registration(by, resume).await.map(drop),
        service.reject_registration(by, reject).await.map(drop),
        service.abandon_registration(by, abandon).await.map(drop),
    ];
    let is_denied = |ended: &&Result<(), _>| matches!(ended, Err(error) if user_engine_service::ServiceError::is_denied(error));
    ended.iter().filter(is_denied).count()
}

#[tokio::test]
async fn who_is_no_administrator_any_more_or_no_user_acts_on_no_registration() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let stranger = |subject: &str, roles: &[Role]| Claims {
            tenant: Some(tenant("acme")),
            roles: roles.iter().copied().collect(),
            ..claims_of(ActorKind::Human, subject).unwrap()
        };
        let eve = by(&world, "eve", stranger("eve", &[]));
        let registration_id = registered(&world, &eve).await;

        let nobody = stranger("nobody", &[Role::TenantAdmin]);
        let nobody = by(&world, "nobody", nobody);
        let refused = denied(&world, &nobody, &registration_id).await;
        assert_eq!(refused, 3, "{name}: nobody's user");

        let admin = world.sign_in("acme", "ada", &[Role::TenantAdmin]).unwrap();
        let suspend = SetTenantAccountStatus {
            user_id: user("ada"),
            status: AccountStatus::Suspended,
        };
        let desk = world.desk("acme").unwrap();
        let suspended = world
            .service
            .set_tenant_account_status(&desk, suspend)
            .await;
        suspended.unwrap();
        let refused = denied(&world, &admin, &registration_id).await;
        assert_eq!(refused, 3, "{name}: a suspended administrator");

        // Whoever is no user yet goes on with an own registration, whatever the credential says.
        let own = registered(&world, &nobody).await;
        let resume = ResumeRegistration {
            registration_id: own,
            secret: None,
        };
        let resumed = world.service.resume_registration(&nobody, resume).await;
        resumed.unwrap();
    }
}

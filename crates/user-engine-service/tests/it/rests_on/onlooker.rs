//! Which kinds of projection are for nobody but those whom they are meant for.

use super::*;
use crate::access_profile::{last_reason, logged};
use crate::place::worlds;
use crate::profile::{mail, plain_service, project};
use user_engine_service::{ProjectionKind, Role, ServiceErrorKind};

/// Who asks about ada of acme, by what they are.
type Onlooker = (&'static str, RequestContext);

/// An agent in acme that acts for a user, with roles.
fn agent(world: &World, user_id: &str, roles: &[Role]) -> RequestContext {
    let claims = Claims {
        tenant: Some(tenant("acme")),
        on_behalf_of: Some(user(user_id)),
        roles: roles.iter().copied().collect(),
        ..claims_of(ActorKind::Agent, "bot").unwrap()
    };
    let credential = format!("agent of {user_id} as {roles:?}");
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

/// Bob with emergency rights.
fn breaker(world: &World) -> RequestContext {
    let claims = Claims {
        user_id: Some(user("bob")),
        tenant: Some(tenant("acme")),
        break_glass: true,
        ..claims_of(ActorKind::Human, "bob").unwrap()
    };
    world.claims.set("breaker", Ok(claims));
    world.by("breaker").unwrap()
}

/// Everybody who may ask, ada and bob being users of acme.
async fn everybody(world: &World) -> Vec<Onlooker> {
    let ada = mail(world).await;
    let bob = world.person("acme", "bob").await.unwrap();
    let as_role = |role| world.sign_in("acme", "bob", &[role]).unwrap();
    let admin = [Role::TenantAdmin];
    vec![
        ("herself", ada),
        ("her agent", agent(world, "ada", &[])),
        ("her agent, an administrator", agent(world, "ada", &admin)),
        ("another user", bob),
        ("another's agent", agent(world, "bob", &[])),
        (
            "another's agent, an administrator",
            agent(world, "bob", &admin),
        ),
        ("an administrator", as_role(Role::TenantAdmin)),
        ("a user who operates", as_role(Role::PlatformOperator)),
        ("who breaks the glass", breaker(world)),
        ("a service of no tenant", plain_service(world, None)),
        ("a service", plain_service(world, Some("acme"))),
        ("the desk", world.desk("acme").unwrap()),
        ("the operator", world.by("operator").unwrap()),
        ("a stranger", newcomer(world, "eve")),
    ]
}

/// Checks who is shown a kind of projection of ada's profile; everybody else is denied, on record.
async fn is_shown_to(kind: ProjectionKind, admitted: &[&str]) {
    for (name, world) in worlds().await {
        let mut shown = Vec::new();
        for (who, by) in everybody(&world).await {
            let (audits, events) = logged(&world).await;
            let ended = world.service.projection(&by, project(kind, Some("mail")));
            let Err(error) = ended.await else {
                shown.push(who);
                continue;
            };
            let denied = ServiceErrorKind::AuthorizationDenied { is_audited: true };
            assert_eq!(error.kind(), &denied, "{name}: {kind:?} to {who}");
            let reason = last_reason(&world).await;
            assert_eq!(reason, Some(ReasonCode::RoleMissing), "{name}: {who}");
            assert_eq!(logged(&world).await, (audits + 1, events), "{name}: {who}");
        }
        assert_eq!(shown, admitted, "{name}: {kind:?}");
    }
}

#[tokio::test]
async fn what_applications_run_on_and_tokens_carry_is_for_services_and_no_human_administrator() {
    for kind in [
        ProjectionKind::ApplicationRuntime,
        ProjectionKind::ClaimsEnrichment,
    ] {
        let admitted = [
            "a user who operates",
            "who breaks the glass",
            "a service",
            "the desk",
            "the operator",
        ];
        is_shown_to(kind, &admitted).await;
    }
}

#[tokio::test]
async fn an_agents_context_is_of_the_user_it_acts_for_whatever_else_it_may() {
    let admitted = [
        "her agent",
        "her agent, an administrator",
        "a user who operates",
        "who breaks the glass",
        "a service",
        "the desk",
        "the operator",
    ];
    is_shown_to(ProjectionKind::AgentContext, &admitted).await;
}

#[tokio::test]
async fn an_audit_is_for_operators_alone() {
    let admitted = [
        "a user who operates",
        "who breaks the glass",
        "the operator",
    ];
    is_shown_to(ProjectionKind::Audit, &admitted).await;
}

#[tokio::test]
async fn self_service_is_for_the_user_in_person() {
    is_shown_to(ProjectionKind::SelfService, &["herself"]).await;
}

#[tokio::test]
async fn what_administrators_see_is_for_those_who_have_the_role() {
    let admitted = [
        "her agent, an administrator",
        "another's agent, an administrator",
        "an administrator",
        "a user who operates",
        "who breaks the glass",
        "the desk",
        "the operator",
    ];
    is_shown_to(ProjectionKind::Admin, &admitted).await;
}

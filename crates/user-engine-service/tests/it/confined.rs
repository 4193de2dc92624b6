//! An issuer that speaks for some tenants alone reaches nobody of others, whatever it claims: the
//! operator's role, emergency rights, or that somebody is a user of another tenant.

use crate::access_profile::{tenant, user};
use crate::identity::{OF_ACME, link, unlink};
use crate::place::worlds;
use user_engine_domain::{AccountStatus, ActorKind, DomainRecord, Issuer, Subject};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    Claims, Edit, EraseUser, ExportUser, IssuerTenants, LinkIdentity, RequestContext, Role,
    ServiceError, ServiceErrorKind, SetAccountStatus, SetTenantAccountStatus, UpdateUser, WhoAmI,
};

/// What acme's issuer claims of whoever signs in by it.
fn claims(kind: ActorKind) -> Claims {
    Claims {
        tenant: Some(tenant("acme")),
        issuer: Issuer::new(OF_ACME).unwrap(),
        issuer_tenants: IssuerTenants::Only([tenant("acme")].into()),
        roles: [Role::PlatformOperator].into(),
        ..claims_of(kind, "mallory").unwrap()
    }
}

/// A request of each kind of caller of that issuer's who is after a user, with and without
/// emergency rights.
fn callers(world: &World, user_id: &str) -> Vec<(String, RequestContext)> {
    let named = Claims {
        user_id: Some(user(user_id)),
        ..claims(ActorKind::Human)
    };
    let same_subject = Claims {
        subject: Subject::new(user_id).unwrap(),
        ..named.clone()
    };
    let agent = Claims {
        on_behalf_of: Some(user(user_id)),
        ..claims(ActorKind::Agent)
    };
    let service = claims(ActorKind::Service);
    let mut callers = Vec::new();
    for (name, claims) in [
        ("service", service),
        ("person who is named", named),
        ("person of the same subject", same_subject),
        ("agent", agent),
    ] {
        for break_glass in [false, true] {
            let name = format!("{name} after {user_id}, break glass {break_glass}");
            let claims = Claims {
                break_glass,
                ..claims.clone()
            };
            world.claims.set(&name, Ok(claims));
            let by = world.by(&name).unwrap();
            callers.push((name, by));
        }
    }
    callers
}

/// What is heard of a call; nothing where it was done.
type Heard = (&'static str, Option<ServiceErrorKind>);

/// What a caller hears who asks for a user in every way.
async fn asked(world: &World, by: &RequestContext, of: &str) -> Vec<Heard> {
    let service = &world.service;
    let (user_id, status) = (user(of), AccountStatus::Suspended);
    let update = UpdateUser {
        user_id: user_id.clone(),
        display_name: Edit::Clear,
        primary_email: Edit::Clear,
    };
    let own = LinkIdentity {
        issuer: Issuer::new(OF_ACME).unwrap(),
        ..link(of, "mallory")
    };
    let here = SetTenantAccountStatus {
        user_id: user_id.clone(),
        status: AccountStatus::Active,
    };
    let everywhere = SetAccountStatus {
        user_id: user_id.clone(),
        status,
    };
    let erase = EraseUser {
        user_id: user_id.clone(),
    };
    let export = ExportUser { user_id };
    let unlinked = service.unlink_identity(by, unlink(of, of)).await;
    let here = service.set_tenant_account_status(by, here).await;
    let everywhere = service.set_account_status(by, everywhere).await;
    let ended = [
        ("me", service.me(by, WhoAmI).await.err()),
        ("update", service.update_user(by, update).await.err()),
        ("link", service.link_identity(by, own).await.err()),
        ("unlink", unlinked.err()),
        ("tenant account", here.err()),
        ("account", everywhere.err()),
        ("erase", service.erase_user(by, erase).await.err()),
        ("export", service.export_user(by, export).await.err()),
    ];
    let kind = |error: ServiceError| error.kind().clone();
    ended.map(|(call, error)| (call, error.map(kind))).into()
}

async fn records(world: &World) -> Vec<DomainRecord> {
    let operator = world.by("operator").unwrap();
    let export = ExportUser {
        user_id: user("eve"),
    };
    let exported = world.service.export_user(&operator, export).await;
    exported.unwrap().records
}

#[tokio::test]
async fn whoever_signs_in_by_some_tenants_issuer_reaches_no_user_of_another_tenant() {
    for (name, world) in worlds().await {
        world.person("beta", "eve").await.unwrap();
        let before = records(&world).await;
        assert!(!before.is_empty(), "{name}");
        for ((who, by), (_, other)) in callers(&world, "eve")
            .into_iter()
            .zip(callers(&world, "nobody"))
        {
            let heard = asked(&world, &by, "eve").await;
            for (call, kind) in &heard {
                assert!(kind.is_some(), "{name}: {who}: {call} was done");
            }
            // Nor do they hear that there is such a user.
            let of_nobody = asked(&world, &other, "nobody").await;
            assert_eq!(heard, of_nobody, "{name}: {who}");
        }
        assert!(
            records(&world).await == before,
            "{name}: nothing was written"
        );
    }
}

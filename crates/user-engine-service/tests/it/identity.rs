//! Identities: who may link and unlink them, and what is heard by whoever comes second.

use crate::access_profile::{last_reason, stored, tenant, user};
use crate::place::worlds;
use crate::user::Overtaken;
use user_engine_domain::{ActorKind, ExternalIdentity, Issuer, ReasonCode, RecordKind, Subject};
use user_engine_service::operation::Mutation;
use user_engine_service::scenario::{ISSUER, Racer, World, claims_of};
use user_engine_service::{
    Claims, ConflictCause, CreateUser, EraseUser, IssuerTenants, LinkIdentity, RequestContext,
    Role, UnlinkIdentity, WhoAmI,
};

/// The issuer that may speak for acme alone.
pub(crate) const OF_ACME: &str = "https://acme.example";

fn issuer(issuer: &str) -> Issuer {
    Issuer::new(issuer).unwrap()
}

pub(crate) fn link(user_id: &str, subject: &str) -> LinkIdentity {
    LinkIdentity {
        user_id: user(user_id),
        issuer: issuer(ISSUER),
        subject: Subject::new(subject).unwrap(),
    }
}

pub(crate) fn unlink(user_id: &str, subject: &str) -> UnlinkIdentity {
    UnlinkIdentity {
        user_id: user(user_id),
        issuer: issuer(ISSUER),
        subject: Subject::new(subject).unwrap(),
    }
}

/// Whether a user's identity of this subject is there.
async fn is_linked(world: &World, user_id: &str, subject: &str) -> bool {
    let key = (issuer(ISSUER), Subject::new(subject).unwrap());
    let found = stored::<ExternalIdentity>(world, &key).await;
    found.is_some_and(|found| found.user_id == user(user_id))
}

/// A service of acme's, under the issuer that speaks for acme alone.
fn confined_desk(world: &World) -> RequestContext {
    let claims = Claims {
        tenant: Some(tenant("acme")),
        issuer: issuer(OF_ACME),
        issuer_tenants: IssuerTenants::Only([tenant("acme")].into()),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Service, "confined desk").unwrap()
    };
    world.claims.set("confined desk", Ok(claims));
    world.by("confined desk").unwrap()
}

#[tokio::test]
async fn a_tenant_that_may_not_link_hears_nothing_of_what_is_linked() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        world.person("beta", "bob").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let mut ends = Vec::new();
        for subject in ["bob", "nobody"] {
            let linked = world.service.link_identity(&desk, link("ada", subject));
            let error = linked.await.unwrap_err();
            assert!(error.is_denied(), "{name}: {subject}: {error:?}");
            ends.push((error.kind().clone(), last_reason(&world).await));
        }
        assert_eq!(ends[0], ends[1], "{name}");
        assert_eq!(ends[0].1, Some(ReasonCode::RoleMissing), "{name}");
        assert!(!is_linked(&world, "ada", "nobody").await, "{name}");
    }
}

#[tokio::test]
async fn a_tenant_unlinks_only_what_an_issuer_of_its_own_vouches_for() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let confined = confined_desk(&world);
        let here = LinkIdentity {
            issuer: issuer(OF_ACME),
            ..link("ada", "ada")
        };
        let linked = world.service.link_identity(&confined, here).await;
        linked.unwrap();
        // With it gone, ada could sign in nowhere but in acme.
        for (by, reason) in [
            (&desk, ReasonCode::RoleMissing),
            (&confined, ReasonCode::IssuerForeignToTenant),
        ] {
            let unlinked = world.service.unlink_identity(by, unlink("ada", "ada"));
            assert!(unlinked.await.unwrap_err().is_denied(), "{name}");
            assert_eq!(last_reason(&world).await, Some(reason), "{name}");
        }
        let here = || UnlinkIdentity {
            issuer: issuer(OF_ACME),
            ..unlink("ada", "ada")
        };
        let denied = world.service.unlink_identity(&desk, here()).await;
        assert!(denied.unwrap_err().is_denied(), "{name}");
        let unlinked = world.service.unlink_identity(&confined, here()).await;
        unlinked.unwrap();
        world.service.me(&ada, WhoAmI).await.unwrap();
    }
}

#[tokio::test]
async fn an_agent_links_no_sign_in_that_would_outlast_it() {
    for (name, world) in worlds().await {
        let bob = world.person("acme", "bob").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let eve = CreateUser {
            user_id: Some(user("eve")),
            ..crate::user::create(None)
        };
        world.service.create_user(&desk, eve).await.unwrap();
        // Neither for whom it acts for, nor as an administrator for who has no identity yet.
        for user_id in ["bob", "eve"] {
            let claims = Claims {
                on_behalf_of: Some(user("bob")),
                tenant: Some(tenant("acme")),
                roles: [Role::TenantAdmin].into(),
                ..claims_of(ActorKind::Agent, "agent").unwrap()
            };
            world.claims.set("agent", Ok(claims));
            let agent = world.by("agent").unwrap();
            let linked = world.service.link_identity(&agent, link(user_id, "agents"));
            assert!(linked.await.unwrap_err().is_denied(), "{name}: {user_id}");
            let reason = Some(ReasonCode::RoleMissing);
            assert_eq!(last_reason(&world).await, reason, "{name}: {user_id}");
            assert!(!is_linked(&world, user_id, "agents").await, "{name}");
        }
        // The user itself links what it likes.
        let linked = world.service.link_identity(&bob, link("bob", "agents"));
        linked.await.unwrap();
    }
}

/// What the later one hears of two units that hold the same request.
async fn heard_by_the_later<M: Mutation + Clone>(
    world: &World,
    request: M,
) -> Option<ConflictCause> {
    let operator = world.by("operator").unwrap();
    let mut early = world.service.begin(operator.clone()).unwrap();
    let mut late = world.service.begin(operator).unwrap();
    early.run(request.clone()).await.unwrap();
    late.run(request).await.unwrap();
    early.commit().await.unwrap();
    late.commit().await.unwrap_err().conflict()
}

#[tokio::test]
async fn of_two_units_for_one_identity_the_later_hears_that_it_changed() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let changed = Some(ConflictCause::Changed(Some(RecordKind::ExternalIdentity)));
        let heard = heard_by_the_later(&world, unlink("ada", "ada")).await;
        assert_eq!(heard, changed, "{name}: unlinked");
        // It is linked to this very user, not elsewhere.
        let heard = heard_by_the_later(&world, link("ada", "ada")).await;
        assert_eq!(heard, changed, "{name}: linked");
    }
}

#[tokio::test]
async fn of_two_units_that_erase_one_user_the_later_hears_that_it_changed() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let user_id = user("ada");
        let heard = heard_by_the_later(&world, EraseUser { user_id }).await;
        assert!(
            matches!(heard, Some(ConflictCause::Changed(_))),
            "{name}: {heard:?}"
        );
    }
}

#[tokio::test]
async fn whoever_is_overtaken_looks_again_and_hears_whose_the_identity_is() {
    let exists = ConflictCause::Exists(RecordKind::ExternalIdentity);
    for (winner, cause) in [("ada", exists), ("bob", ConflictCause::LinkedElsewhere)] {
        for (name, overtaken, world) in Overtaken::worlds().await {
            for user_id in ["ada", "bob"] {
                world.person("acme", user_id).await.unwrap();
            }
            let operator = world.by("operator").unwrap();
            let (first, by) = (world.clone(), operator.clone());
            overtaken.by(Box::pin(async move {
                let request = link(winner, "shared");
                first.service.link_identity(&by, request).await?;
                Ok(())
            }) as Racer);
            for when in ["overtaken", "late"] {
                let linked = world
                    .service
                    .link_identity(&operator, link("ada", "shared"));
                let error = linked.await.unwrap_err();
                assert_eq!(error.conflict(), Some(cause), "{name}: {winner}, {when}");
            }
            assert!(overtaken.is_past(), "{name}: it raced");
            assert!(is_linked(&world, winner, "shared").await, "{name}");
        }
    }
}

#[tokio::test]
async fn whoever_is_overtaken_at_unlinking_hears_that_the_identity_changed() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        world.person("acme", "ada").await.unwrap();
        let operator = world.by("operator").unwrap();
        let (first, by) = (world.clone(), operator.clone());
        overtaken.by(Box::pin(async move {
            let request = unlink("ada", "ada");
            first.service.unlink_identity(&by, request).await?;
            Ok(())
        }) as Racer);
        let unlinked = world
            .service
            .unlink_identity(&operator, unlink("ada", "ada"));
        let cause = unlinked.await.unwrap_err().conflict();
        let changed = ConflictCause::Changed(Some(RecordKind::ExternalIdentity));
        assert_eq!(cause, Some(changed), "{name}");
        assert!(overtaken.is_past(), "{name}: it raced");
    }
}

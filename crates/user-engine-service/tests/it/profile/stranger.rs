//! Who doesn't get at a user's values: a tenant that only invited them, and an issuer that speaks
//! for some tenants alone where values belong to none.

use super::*;
use crate::access_profile::{last_reason, logged, seed, tenant};
use crate::place::worlds;
use user_engine_service::{
    Edit, ExportAccessControlFacts, IssuerTenants, Role, ServiceError, ServiceErrorKind, UpdateUser,
};

/// What acme's administrator hears who asks about a user.
async fn asked(world: &World, user_id: &str) -> Vec<Option<ServiceErrorKind>> {
    let admin = world.sign_in("acme", "ada", &[Role::TenantAdmin]).unwrap();
    let desk = world.desk("acme").unwrap();
    let user_id = user(user_id);
    let service = &world.service;
    let asked = GetEffectiveProfile {
        user_id: user_id.clone(),
        ..effective(None)
    };
    let shown = GetProjection {
        user_id: user_id.clone(),
        ..project(ProjectionKind::Admin, None)
    };
    let facts = ExportAccessControlFacts {
        user_id: Some(user_id.clone()),
        ..ExportAccessControlFacts::default()
    };
    let value = SetProfileValue {
        user_id: user_id.clone(),
        ..set("mail.user", TENANT, "\"a\"")
    };
    let cleared = ClearProfileValue {
        user_id,
        ..clear("mail.user", TENANT)
    };
    let mut ends = Vec::new();
    for by in [&admin, &desk] {
        let asked = service.effective_profile(by, asked.clone()).await;
        ends.push(kind(asked));
        ends.push(kind(service.projection(by, shown.clone()).await));
        let facts = service.export_access_control_facts(by, facts.clone()).await;
        ends.push(kind(facts));
        let value = service.set_profile_value(by, value.clone()).await;
        ends.push(kind(value));
        let cleared = service.clear_profile_value(by, cleared.clone()).await;
        ends.push(kind(cleared));
    }
    ends
}

fn kind<T>(ended: Result<T, ServiceError>) -> Option<ServiceErrorKind> {
    ended.err().map(|error| error.kind().clone())
}

#[tokio::test]
async fn an_invitation_that_nobody_answered_opens_no_profile() {
    for (name, world) in worlds().await {
        mail(&world).await;
        world.person("beta", "bob").await.unwrap();
        let begun = Timestamp::from_micros(0).unwrap();
        let invitation = FamilyInvitation {
            tenant: tenant("acme"),
            invitation_id: FamilyInvitation::pending_id(&user("bob")),
            user_id: user("bob"),
            role: MembershipKind::new("child").unwrap(),
            status: InvitationStatus::Pending,
            sent_count: 1,
            expires_at: None,
            created_at: begun,
            updated_at: begun,
        };
        seed(&world, vec![invitation.into()]).await;
        let logs = logged(&world).await;
        let missing = Some(ServiceErrorKind::NotFound(RecordKind::User));
        let of_nobody = asked(&world, "unknown").await;
        assert_eq!(of_nobody, vec![missing; 10], "{name}");
        assert_eq!(asked(&world, "bob").await, of_nobody, "{name}");
        assert_eq!(logged(&world).await, logs, "{name}");
    }
}

/// Ada, as an issuer says that may speak for acme alone.
fn confined(world: &World) -> RequestContext {
    let claims = Claims {
        user_id: Some(user("ada")),
        tenant: Some(tenant("acme")),
        issuer_tenants: IssuerTenants::Only([tenant("acme")].into()),
        ..claims_of(ActorKind::Human, "ada").unwrap()
    };
    world.claims.set("ada of acme alone", Ok(claims));
    world.by("ada of acme alone").unwrap()
}

#[tokio::test]
async fn an_issuer_of_some_tenants_writes_nothing_that_holds_in_all() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let bound = confined(&world);
        let service = &world.service;
        let application = (ProfileScope::Application, Some("mail"));
        for scope in [GLOBAL, application] {
            let theirs = set("mail.user", scope, "\"theirs\"");
            let ended = service.set_profile_value(&bound, theirs.clone()).await;
            assert!(ended.unwrap_err().is_denied(), "{name}");
            assert!(super::set::value_of(&world, &theirs).await.is_none());
            service
                .set_profile_value(&ada, theirs.clone())
                .await
                .unwrap();
            let cleared = service.clear_profile_value(&bound, clear("mail.user", scope));
            assert!(cleared.await.unwrap_err().is_denied(), "{name}");
            assert!(super::set::value_of(&world, &theirs).await.is_some());
        }
        let here = set("mail.user", TENANT, "\"here\"");
        service.set_profile_value(&bound, here).await.unwrap();
        let cleared = service.clear_profile_value(&bound, clear("mail.user", TENANT));
        cleared.await.unwrap();
    }
}

#[tokio::test]
async fn an_issuer_of_some_tenants_reads_no_private_value_that_holds_in_all() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let private = |key: &str| AttributeDefinition {
            visibility: Visibility::Private,
            ..attribute(key)
        };
        let notes = vec![
            private("notes.everywhere"),
            private("notes.here"),
            private("notes.served"),
            attribute("notes.open"),
        ];
        serve(&world, "notes", notes).await;
        let bound = confined(&world);
        let service = &world.service;
        for request in [
            set("notes.everywhere", GLOBAL, "\"a\""),
            set(
                "notes.served",
                (ProfileScope::Application, Some("notes")),
                "\"a\"",
            ),
            set("notes.here", TENANT, "\"a\""),
            set("notes.open", GLOBAL, "\"a\""),
        ] {
            service.set_profile_value(&ada, request).await.unwrap();
        }
        let kept = ["notes.here", "notes.open"];
        let all = [
            "notes.everywhere",
            "notes.here",
            "notes.open",
            "notes.served",
        ];
        for (by, expected) in [(&ada, &all[..]), (&bound, &kept[..])] {
            let profile = service.effective_profile(by, effective(Some("notes")));
            let profile = profile.await.unwrap().attributes;
            assert_eq!(keys(&profile), expected, "{name}");
            let shown = project(ProjectionKind::SelfService, Some("notes"));
            let shown = service.projection(by, shown).await.unwrap().attributes;
            assert_eq!(keys(&shown), expected, "{name}");
        }
    }
}

/// Platform operators, as issuers say that may speak for acme alone: a service, a user of acme, and
/// one with emergency rights.
fn confined_operators(world: &World) -> [(&'static str, RequestContext); 3] {
    let claims = |kind| Claims {
        tenant: Some(tenant("acme")),
        issuer_tenants: IssuerTenants::Only([tenant("acme")].into()),
        ..claims_of(kind, "clerk").unwrap()
    };
    let operates = |kind| Claims {
        roles: [Role::PlatformOperator].into(),
        ..claims(kind)
    };
    let bobs = |claims| Claims {
        user_id: Some(user("bob")),
        subject: Subject::new("bob").unwrap(),
        ..claims
    };
    let breaks = Claims {
        break_glass: true,
        ..bobs(claims(ActorKind::Human))
    };
    [
        ("service of acme alone", operates(ActorKind::Service)),
        ("user of acme alone", bobs(operates(ActorKind::Human))),
        ("breaker of acme alone", breaks),
    ]
    .map(|(name, claims)| {
        world.claims.set(name, Ok(claims));
        (name, world.by(name).unwrap())
    })
}

#[tokio::test]
async fn an_operator_of_some_tenants_issuer_writes_nothing_that_holds_in_all() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        world.person("acme", "bob").await.unwrap();
        let service = &world.service;
        let application = (ProfileScope::Application, Some("mail"));
        for (who, by) in confined_operators(&world) {
            for scope in [GLOBAL, application] {
                let theirs = set("mail.user", scope, "\"theirs\"");
                let ended = service.set_profile_value(&by, theirs.clone()).await;
                assert!(ended.unwrap_err().is_denied(), "{name}: {who}");
                let reason = Some(ReasonCode::PlatformOperatorRequired);
                assert_eq!(last_reason(&world).await, reason, "{name}: {who}");
                assert!(super::set::value_of(&world, &theirs).await.is_none());
                let own = service.set_profile_value(&ada, theirs.clone()).await;
                own.unwrap();
                let cleared = service.clear_profile_value(&by, clear("mail.user", scope));
                assert!(cleared.await.unwrap_err().is_denied(), "{name}: {who}");
                let clear = clear("mail.user", scope);
                service.clear_profile_value(&ada, clear).await.unwrap();
            }
            // In the tenant they do what its administrators do.
            let here = set("mail.admin", TENANT, "\"here\"");
            service.set_profile_value(&by, here).await.unwrap();
            let cleared = service.clear_profile_value(&by, clear("mail.admin", TENANT));
            cleared.await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_operator_of_some_tenants_issuer_sees_what_its_administrators_see() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        world.person("acme", "bob").await.unwrap();
        world.person("beta", "eve").await.unwrap();
        let note = AttributeDefinition {
            visibility: Visibility::Private,
            ..attribute("notes.private")
        };
        serve(&world, "notes", vec![note, attribute("notes.open")]).await;
        let service = &world.service;
        for key in ["notes.private", "notes.open"] {
            let request = set(key, GLOBAL, "\"a\"");
            service.set_profile_value(&ada, request).await.unwrap();
        }
        for (who, by) in confined_operators(&world) {
            let shown = project(ProjectionKind::Admin, Some("notes"));
            let shown = service.projection(&by, shown).await.unwrap().attributes;
            assert_eq!(keys(&shown), ["notes.open"], "{name}: {who}");
            let profile = service.effective_profile(&by, effective(None)).await;
            let profile = profile.unwrap().attributes;
            assert_eq!(keys(&profile), ["notes.open"], "{name}: {who}");
            let audit = project(ProjectionKind::Audit, Some("notes"));
            let audit = service.projection(&by, audit).await;
            assert!(audit.unwrap_err().is_denied(), "{name}: {who}");
            let of_another = GetEffectiveProfile {
                user_id: user("eve"),
                ..effective(None)
            };
            let of_another = service.effective_profile(&by, of_another).await;
            let missing = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(of_another.unwrap_err().kind(), &missing, "{name}: {who}");
        }
    }
}

#[tokio::test]
async fn an_operator_of_some_tenants_issuer_reaches_no_user_of_others_and_nobody_as_nobody() {
    for (name, world) in worlds().await {
        world.person("acme", "bob").await.unwrap();
        world.person("beta", "eve").await.unwrap();
        let update = |user_id: &str| UpdateUser {
            user_id: user(user_id),
            display_name: Edit::Clear,
            primary_email: Edit::Keep,
        };
        let service = &world.service;
        for (who, by) in confined_operators(&world) {
            let foreign = service.update_user(&by, update("eve")).await;
            let missing = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(foreign.unwrap_err().kind(), &missing, "{name}: {who}");
            service.update_user(&by, update("bob")).await.unwrap();
        }
        let nobody = Claims {
            tenant: Some(tenant("acme")),
            issuer_tenants: IssuerTenants::Only([tenant("acme")].into()),
            roles: [Role::PlatformOperator].into(),
            ..claims_of(ActorKind::Human, "nobody").unwrap()
        };
        world.claims.set("nobody", Ok(nobody));
        let nobody = world.by("nobody").unwrap();
        let denied = service.update_user(&nobody, update("bob")).await;
        assert!(denied.unwrap_err().is_denied(), "{name}");
        let reason = Some(ReasonCode::Unauthenticated);
        assert_eq!(last_reason(&world).await, reason, "{name}");
    }
}

fn keys(attributes: &[ResolvedAttribute]) -> Vec<&str> {
    attributes.iter().map(|it| it.key.as_str()).collect()
}

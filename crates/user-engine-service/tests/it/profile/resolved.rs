//! Effective profiles and projections.

use super::{GLOBAL, TENANT, at, effective, json, mail, plain_service, project, set};
use crate::access_profile::{last_reason, logged, membership, seed, user};
use crate::application::{attribute, field, register, retire, serve};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::{
    GetEffectiveProfile, ProjectionKind, Provenance, Role, ServiceErrorKind, SetAccountStatus,
    ShownValue,
};

fn value(key: &str, scope: (ProfileScope, Option<&str>), text: &str) -> ProfileValue {
    let request = set(key, scope, text);
    let has_tenant = request.scope.has_tenant();
    ProfileValue {
        tenant: has_tenant.then(|| TenantId::new("acme").unwrap()),
        user_id: request.user_id,
        attribute_key: request.attribute_key,
        scope: request.scope,
        scope_id: match request.scope {
            ProfileScope::Tenant => Some(ScopeId::new("acme").unwrap()),
            _ => request.scope_id,
        },
        value: request.value,
        updated_by: ActorId::new("seed").unwrap(),
        updated_at: Timestamp::from_micros(0).unwrap(),
    }
}

#[tokio::test]
async fn a_layer_that_does_not_hold_or_fit_is_passed_over() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let blue = membership("ada", (MembershipScopeType::Team, "blue"), "owner");
        let of_globex = ProfileValue {
            tenant: Some(TenantId::new("globex").unwrap()),
            scope_id: Some(ScopeId::new("globex").unwrap()),
            ..value("mail.user", TENANT, "\"another tenant's\"")
        };
        let blue_id = blue.membership_id.as_str().to_owned();
        let under_blue = (ProfileScope::Membership, Some(blue_id.as_str()));
        let elsewhere = (ProfileScope::Application, Some("notes"));
        let application = (ProfileScope::Application, Some("mail"));
        seed(
            &world,
            vec![
                blue.clone().into(),
                of_globex.into(),
                value("mail.user", GLOBAL, "\"global\"").into(),
                value("mail.user", TENANT, "7").into(),
                value("mail.user", application, "\"own\"").into(),
                value("mail.admin", elsewhere, "\"of another application\"").into(),
                value("mail.system", under_blue, "\"under blue\"").into(),
            ],
        )
        .await;
        let profile = world
            .service
            .effective_profile(&ada, effective(Some("mail")));
        let profile = profile.await.unwrap();
        let found = at(&profile, "mail.user").unwrap();
        assert_eq!(found.value, ShownValue::Value(json("\"own\"")), "{name}");
        assert_eq!(
            found.provenance,
            Provenance::Application(ApplicationId::new("mail").unwrap()),
            "{name}"
        );
        assert!(at(&profile, "mail.admin").is_none(), "{name}");
        assert!(at(&profile, "mail.system").is_none(), "{name}");
        let under = GetEffectiveProfile {
            membership_id: Some(blue.membership_id.clone()),
            ..effective(Some("mail"))
        };
        let profile = world.service.effective_profile(&ada, under).await.unwrap();
        let found = at(&profile, "mail.system").unwrap();
        let under_blue = Provenance::Membership(blue.membership_id);
        assert_eq!(found.provenance, under_blue, "{name}");
        // In another tenant, and in none, nothing of this one holds.
        world.person("globex", "zoe").await.unwrap();
        let operator = world.by("operator").unwrap();
        let tenantless = world.service.effective_profile(&operator, effective(None));
        let tenantless = tenantless.await.unwrap();
        assert!(at(&tenantless, "mail.system").is_none(), "{name}");
        let globex = operator.in_tenant(TenantId::new("globex").unwrap());
        let there = world
            .service
            .effective_profile(&globex, effective(None))
            .await;
        assert!(at(&there.unwrap(), "mail.system").is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_value_that_nothing_defines_counts_as_secret_and_private() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let stray = value("stray.a", GLOBAL, "\"canary\"");
        seed(&world, vec![stray.into()]).await;
        let profile = world.service.effective_profile(&ada, effective(None)).await;
        let profile = profile.unwrap();
        let found = at(&profile, "stray.a").unwrap();
        assert_eq!(found.sensitivity, Sensitivity::Secret, "{name}");
        assert!(!found.is_defined, "{name}");
        assert!(!format!("{profile:?}").contains("canary"), "{name}");
        let desk = world.desk("acme").unwrap();
        let seen = world
            .service
            .effective_profile(&desk, effective(None))
            .await;
        assert!(at(&seen.unwrap(), "stray.a").is_none(), "{name}");
        let own = world
            .service
            .effective_profile(&ada, effective(Some("mail")));
        assert!(at(&own.await.unwrap(), "stray.a").is_none(), "{name}");
        let operator = world.by("operator").unwrap();
        let audit = project(ProjectionKind::Audit, None);
        let audit = world.service.projection(&operator, audit).await.unwrap();
        assert_eq!(audit.attributes.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn who_may_not_look_is_told_nothing() {
    for (name, world) in worlds().await {
        mail(&world).await;
        world.person("globex", "zoe").await.unwrap();
        let service = plain_service(&world, Some("acme"));
        let bob = world.person("acme", "bob").await.unwrap();
        let denied = [(&bob, effective(None)), (&service, effective(None))];
        for (context, question) in denied {
            let (audits, events) = logged(&world).await;
            let error = world.service.effective_profile(context, question).await;
            assert!(error.unwrap_err().is_denied(), "{name}");
            assert_eq!(
                last_reason(&world).await,
                Some(ReasonCode::RoleMissing),
                "{name}"
            );
            assert_eq!(logged(&world).await, (audits + 1, events), "{name}");
        }
        let desk = world.desk("acme").unwrap();
        for user_id in ["zoe", "unknown"] {
            let question = GetEffectiveProfile {
                user_id: user(user_id),
                ..effective(None)
            };
            let error = world.service.effective_profile(&desk, question).await;
            assert_eq!(
                error.unwrap_err().kind(),
                &ServiceErrorKind::NotFound(RecordKind::User),
                "{name}"
            );
        }
        let foreign = GetEffectiveProfile {
            membership_id: Some(
                membership("bob", (MembershipScopeType::Team, "red"), "owner").membership_id,
            ),
            ..effective(None)
        };
        let red = membership("bob", (MembershipScopeType::Team, "red"), "owner");
        seed(&world, vec![red.into()]).await;
        let error = world.service.effective_profile(&desk, foreign).await;
        assert_eq!(
            error.unwrap_err().kind(),
            &ServiceErrorKind::NotFound(RecordKind::Membership),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_retired_application_is_as_one_that_never_was() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let operator = world.by("operator").unwrap();
        let registered = world
            .service
            .register_application(&operator, register("old"));
        registered.await.unwrap();
        let retired = world.service.retire_application(&operator, retire("old"));
        retired.await.unwrap();
        let missing = ServiceErrorKind::NotFound(RecordKind::Application);
        let service = plain_service(&world, Some("acme"));
        for id in ["old", "unknown"] {
            let profile = world.service.effective_profile(&ada, effective(Some(id)));
            assert_eq!(profile.await.unwrap_err().kind(), &missing, "{name}");
            let question = project(ProjectionKind::ApplicationRuntime, Some(id));
            let projection = world.service.projection(&service, question).await;
            assert_eq!(projection.unwrap_err().kind(), &missing, "{name}");
        }
    }
}

#[tokio::test]
async fn kinds_for_an_application_need_one_and_an_active_user() {
    for (name, world) in worlds().await {
        mail(&world).await;
        let service = plain_service(&world, Some("acme"));
        let kinds = ProjectionKind::ALL.iter().copied();
        let kinds: Vec<_> = kinds.filter(|kind| kind.needs_application()).collect();
        assert_eq!(kinds.len(), 3, "{name}");
        for kind in &kinds {
            let without = world
                .service
                .projection(&service, project(*kind, None))
                .await;
            assert_eq!(field(&without), Some("application_id"), "{name}");
            let with = world
                .service
                .projection(&service, project(*kind, Some("mail")));
            assert!(with.await.is_ok(), "{name}");
        }
        let suspend = SetAccountStatus {
            user_id: user("ada"),
            status: AccountStatus::Suspended,
        };
        let operator = world.by("operator").unwrap();
        let suspended = world.service.set_account_status(&operator, suspend);
        suspended.await.unwrap();
        for kind in &kinds {
            let with = world
                .service
                .projection(&service, project(*kind, Some("mail")));
            assert!(with.await.unwrap_err().is_denied(), "{name}");
            assert_eq!(
                last_reason(&world).await,
                Some(ReasonCode::AccountInactive),
                "{name}"
            );
        }
        let desk = world.desk("acme").unwrap();
        let admin = world
            .service
            .projection(&desk, project(ProjectionKind::Admin, None));
        assert!(admin.await.is_ok(), "{name}");
        // One without a tenant account is active nowhere in the tenant.
        let red = membership("eve", (MembershipScopeType::Team, "red"), "owner");
        world.person("globex", "eve").await.unwrap();
        seed(&world, vec![red.into()]).await;
        let eve = user_engine_service::GetProjection {
            user_id: user("eve"),
            ..project(ProjectionKind::ApplicationRuntime, Some("mail"))
        };
        let eve = world.service.projection(&service, eve).await;
        assert!(eve.unwrap_err().is_denied(), "{name}");
        assert_eq!(
            last_reason(&world).await,
            Some(ReasonCode::TenantAccountInactive),
            "{name}"
        );
    }
}

#[tokio::test]
async fn each_visibility_and_sensitivity_is_shown_to_those_it_is_for() {
    for (name, world) in worlds().await {
        let mut attributes = Vec::new();
        for visibility in Visibility::ALL {
            for sensitivity in Sensitivity::ALL {
                attributes.push(AttributeDefinition {
                    visibility: *visibility,
                    sensitivity: *sensitivity,
                    default: Some(JsonValue::parse("\"a\"").unwrap()),
                    ..attribute(&format!("all.{visibility}-{sensitivity}"))
                });
            }
        }
        serve(&world, "all", attributes).await;
        world.person("acme", "ada").await.unwrap();
        world.person("acme", "admin").await.unwrap();
        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        let admin = world
            .sign_in("acme", "admin", &[Role::TenantAdmin])
            .unwrap();
        let operator = world.by("operator").unwrap();
        let service = plain_service(&world, Some("acme"));
        let of_application = &["application", "public"][..];
        let of_tenant = &["tenant", "application", "public"];
        let everything = &["private", "tenant", "application", "public"];
        for (kind, context, visible, shows_secrets) in [
            (
                ProjectionKind::ApplicationRuntime,
                &service,
                of_application,
                false,
            ),
            (
                ProjectionKind::AgentContext,
                &service,
                of_application,
                false,
            ),
            (
                ProjectionKind::ClaimsEnrichment,
                &service,
                of_application,
                false,
            ),
            (ProjectionKind::Admin, &admin, of_tenant, true),
            (ProjectionKind::Audit, &operator, everything, true),
            (ProjectionKind::SelfService, &ada, everything, true),
        ] {
            let question = project(kind, Some("all"));
            let projection = world.service.projection(context, question).await.unwrap();
            assert_eq!(
                projection.attributes.len(),
                visible.len() * 4,
                "{name}: {kind:?}"
            );
            for it in &projection.attributes {
                let (visibility, sensitivity) =
                    it.key.as_str()["all.".len()..].split_once('-').unwrap();
                assert!(
                    visible.contains(&visibility),
                    "{name}: {kind:?} {visibility}"
                );
                let is_harmless = ["public", "internal"].contains(&sensitivity);
                let is_shown = it.value.value().is_some();
                assert_eq!(is_shown, is_harmless || shows_secrets, "{name}: {kind:?}");
                assert_eq!(it.provenance, Provenance::CatalogDefault, "{name}");
            }
        }
    }
}

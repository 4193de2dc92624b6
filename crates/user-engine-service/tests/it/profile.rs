//! Profile values, what they resolve to, and who is shown what of it.

mod identity;
mod lapsed;
mod mutability;
mod once;
mod pages;
mod resolved;
mod set;
mod stranger;

use crate::access_profile::user;
use crate::application::{attribute, serve};
use user_engine_domain::*;
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    Claims, ClearProfileValue, EffectiveProfile, GetEffectiveProfile, GetProjection,
    ProjectionKind, RequestContext, ResolvedAttribute, SetProfileValue,
};

pub(crate) fn json(text: &str) -> Sensitive<JsonValue> {
    Sensitive::new(JsonValue::parse(text).unwrap())
}

/// A value of ada's attribute in a scope.
pub(crate) fn set(key: &str, scope: (ProfileScope, Option<&str>), value: &str) -> SetProfileValue {
    SetProfileValue {
        user_id: user("ada"),
        attribute_key: AttributeKey::new(key).unwrap(),
        scope: scope.0,
        scope_id: scope.1.map(|it| ScopeId::new(it).unwrap()),
        value: json(value),
    }
}

pub(crate) fn clear(key: &str, scope: (ProfileScope, Option<&str>)) -> ClearProfileValue {
    let SetProfileValue {
        user_id,
        attribute_key,
        scope,
        scope_id,
        ..
    } = set(key, scope, "null");
    ClearProfileValue {
        user_id,
        attribute_key,
        scope,
        scope_id,
    }
}

pub(crate) const GLOBAL: (ProfileScope, Option<&str>) = (ProfileScope::Global, None);
pub(crate) const TENANT: (ProfileScope, Option<&str>) = (ProfileScope::Tenant, None);

pub(crate) fn effective(application: Option<&str>) -> GetEffectiveProfile {
    GetEffectiveProfile {
        user_id: user("ada"),
        application_id: application.map(|it| ApplicationId::new(it).unwrap()),
        membership_id: None,
    }
}

pub(crate) fn project(kind: ProjectionKind, application: Option<&str>) -> GetProjection {
    GetProjection {
        kind,
        user_id: user("ada"),
        application_id: application.map(|it| ApplicationId::new(it).unwrap()),
        membership_id: None,
    }
}

/// What an attribute resolved to.
pub(crate) fn at<'a>(profile: &'a EffectiveProfile, key: &str) -> Option<&'a ResolvedAttribute> {
    profile.attributes.iter().find(|it| it.key.as_str() == key)
}

/// A service that is no administrator, of a tenant or of none.
pub(crate) fn plain_service(world: &World, tenant: Option<&str>) -> RequestContext {
    let credential = format!("service of {tenant:?}");
    let claims = Claims {
        tenant: tenant.map(|it| TenantId::new(it).unwrap()),
        ..claims_of(ActorKind::Service, &credential).unwrap()
    };
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

/// The application `mail` with an attribute of each mutability, and ada of acme.
pub(crate) async fn mail(world: &World) -> RequestContext {
    let attributes = Mutability::ALL
        .iter()
        .map(|mutability| AttributeDefinition {
            mutability: *mutability,
            ..attribute(&format!("mail.{mutability}"))
        });
    serve(world, "mail", attributes.collect()).await;
    world.person("acme", "ada").await.unwrap()
}

//! Rows: profile values, profiles, projections, identity contexts.

mod shown;
mod value;

use super::application::{attribute, publish, published, registered, retired, values};
use super::argument::{Argument, arguments};
use super::user::confined;
use super::{Matrix, broken, denied, id, json, not_found, refused, rule, unseen, works};
use serde_json::json;
use user_engine_domain::{
    ActorKind, ApplicationId, AttributeDefinition, AttributeKey, CatalogState, JsonValue,
    MembershipId, MembershipScope, MembershipScopeType, Mutability, ProfileScope, ReasonCode,
    RecordKind, Rule, ScopeId, Sensitive, UserId, ValueType,
};
use user_engine_service::scenario::claims_of;
use user_engine_service::{
    AddMembership, Claims, ClearProfileValue, GetEffectiveProfile, GetIdentityContext,
    GetProjection, InviteFamilyMember, ProjectionKind, RequestContext, RetireApplication, Role,
    SetProfileValue,
};

arguments! {
    SetProfileValue {
        user_id: UserId,
        attribute_key: AttributeKey,
        scope: ProfileScope,
        scope_id: Option<ScopeId>,
        value: Sensitive<JsonValue>,
    }
    ClearProfileValue {
        user_id: UserId,
        attribute_key: AttributeKey,
        scope: ProfileScope,
        scope_id: Option<ScopeId>,
    }
    GetEffectiveProfile {
        user_id: UserId,
        application_id: Option<ApplicationId>,
        membership_id: Option<MembershipId>,
    }
    GetProjection {
        kind: ProjectionKind,
        user_id: UserId,
        application_id: Option<ApplicationId>,
        membership_id: Option<MembershipId>,
    }
    GetIdentityContext { application_id: Option<ApplicationId> }
}

impl Argument for ProjectionKind {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        into.push(name);
    }
}

/// Memberships: of whom the rows are about, of a colleague, and of a stranger.
struct Memberships {
    own: MembershipId,
    colleagues: MembershipId,
    strangers: MembershipId,
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    let ada = matrix.person("ada").await;
    matrix.person("bob").await;
    for name in ["eve", "guest"] {
        matrix.foreigner(name).await;
    }
    let desk = matrix.desk();
    let invite = InviteFamilyMember {
        user_id: id("guest"),
        role: id("guest"),
        expires_at: None,
    };
    let service = matrix.world.service.clone();
    service.invite_family_member(&desk, invite).await.unwrap();
    let memberships = Memberships {
        own: member(matrix, &desk, "ada").await,
        colleagues: member(matrix, &desk, "bob").await,
        strangers: member(matrix, &matrix.elsewhere(), "eve").await,
    };
    catalogs(matrix).await;
    value::whose_and_what(matrix, &ada).await;
    value::scopes(matrix, &ada, &memberships).await;
    value::types(matrix).await;
    value::mutability(matrix, &ada).await;
    value::clear(matrix, &ada).await;
    shown::effective_profile(matrix, &ada, &memberships).await;
    shown::projection(matrix, &ada, &memberships).await;
    let about = |name: &str| GetIdentityContext {
        application_id: Some(id(name)),
    };
    let missing = not_found(RecordKind::Application);
    let (unknown, retired) = (about("unknown"), about("retired"));
    unseen!(matrix, ada, identity_context.application_id: unknown, retired => missing);
    works!(matrix, ada, identity_context: about("press"));
}

async fn member(matrix: &Matrix<'_>, desk: &RequestContext, name: &str) -> MembershipId {
    let add = AddMembership {
        user_id: id(name),
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: id("press"),
        },
        kind: id("editor"),
    };
    let added = matrix.world.service.add_membership(desk, add).await;
    added.unwrap().response.membership_id
}

async fn catalogs(matrix: &Matrix<'_>) {
    for name in ["press", "other", "gone"] {
        registered(matrix, name).await;
    }
    let of = |name: &str, mutability| AttributeDefinition {
        mutability,
        ..attribute(name, ValueType::String)
    };
    let typed = |value_type: &ValueType| attribute(&format!("press.{value_type}"), *value_type);
    let mut attributes: Vec<_> = ValueType::ALL.iter().map(typed).collect();
    attributes.extend([
        of("press.system", Mutability::System),
        of("press.admin", Mutability::Admin),
        of("press.fixed", Mutability::Immutable),
        of("press.fixed-here", Mutability::Immutable),
        AttributeDefinition {
            retired: true,
            ..attribute("press.old", ValueType::String)
        },
    ]);
    published(matrix, publish("press", attributes)).await;
    let mut draft = publish("drafted", vec![attribute("drafted.a", ValueType::String)]);
    draft.application_id = id("press");
    draft.state = CatalogState::Draft;
    published(matrix, draft).await;
    let gone = publish("gone", vec![attribute("gone.a", ValueType::String)]);
    published(matrix, gone).await;
    let retire = RetireApplication {
        application_id: id("gone"),
    };
    let service = &matrix.world.service;
    let done = service.retire_application(&matrix.operator(), retire).await;
    done.unwrap();
    retired(matrix, "retired").await;
}

/// An agent that acts for a user.
fn agent(matrix: &Matrix<'_>, name: &str) -> RequestContext {
    let claims = Claims {
        tenant: Some(id("acme")),
        on_behalf_of: Some(id(name)),
        ..claims_of(ActorKind::Agent, "canary-agent").unwrap()
    };
    let credential = format!("canary agent of {name}");
    matrix.world.claims.set(&credential, Ok(claims));
    matrix.world.by(&credential).unwrap()
}

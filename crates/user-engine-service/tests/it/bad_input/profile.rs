//! Rows: profile values, profiles, projections, identity contexts.

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
    whose_and_what(matrix, &ada).await;
    scopes(matrix, &ada, &memberships).await;
    types(matrix).await;
    mutability(matrix, &ada).await;
    clear(matrix, &ada).await;
    effective_profile(matrix, &ada, &memberships).await;
    projection(matrix, &ada, &memberships).await;
    let about = |name: &str| GetIdentityContext {
        application_id: Some(id(name)),
    };
    let missing = not_found(RecordKind::Application);
    let (unknown, retired) = (about("unknown"), about("retired"));
    unseen!(
        matrix,
        identity_context.application_id,
        ada,
        unknown,
        retired,
        missing
    );
    works!(matrix, identity_context, ada, about("press"));
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

fn set(name: &str, key: &str) -> SetProfileValue {
    SetProfileValue {
        user_id: id(name),
        attribute_key: id(key),
        scope: ProfileScope::Tenant,
        scope_id: None,
        value: Sensitive::new(json(json!("canary"))),
    }
}

fn cleared(set: &SetProfileValue) -> ClearProfileValue {
    ClearProfileValue {
        user_id: set.user_id.clone(),
        attribute_key: set.attribute_key.clone(),
        scope: set.scope,
        scope_id: set.scope_id.clone(),
    }
}

fn within(key: &str, scope: ProfileScope, scope_id: Option<ScopeId>) -> SetProfileValue {
    SetProfileValue {
        scope,
        scope_id,
        ..set("ada", key)
    }
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

/// A service of the tenant without any role.
fn plain_service(matrix: &Matrix<'_>) -> RequestContext {
    let claims = Claims {
        tenant: Some(id("acme")),
        ..claims_of(ActorKind::Service, "canary-service").unwrap()
    };
    matrix.world.claims.set("canary service", Ok(claims));
    matrix.world.by("canary service").unwrap()
}

async fn whose_and_what(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let missing = not_found(RecordKind::User);
    for foreign in ["eve", "guest"] {
        let [unknown, foreign] = ["unknown", foreign].map(|name| set(name, "press.string"));
        let clears = [cleared(&unknown), cleared(&foreign)];
        unseen!(
            matrix,
            set_profile_value.user_id,
            desk,
            unknown,
            foreign,
            missing.clone()
        );
        let [unknown, foreign] = clears;
        unseen!(
            matrix,
            clear_profile_value.user_id,
            desk,
            unknown,
            foreign,
            missing.clone()
        );
    }
    let role = denied(ReasonCode::RoleMissing);
    let [unknown, other] = ["unknown", "bob"].map(|name| set(name, "press.string"));
    let clears = [cleared(&unknown), cleared(&other)];
    unseen!(
        matrix,
        set_profile_value.user_id,
        ada,
        unknown,
        other,
        role.clone()
    );
    let [unknown, other] = clears;
    unseen!(
        matrix,
        clear_profile_value.user_id,
        ada,
        unknown,
        other,
        role
    );
    for key in ["canary", ".canary"] {
        let shapeless = SetProfileValue {
            attribute_key: AttributeKey::new(key).unwrap(),
            ..set("ada", "press.string")
        };
        let shape = rule("attribute_key", "must be a namespace, a dot and a name");
        let clear = cleared(&shapeless);
        refused!(
            matrix,
            set_profile_value.attribute_key,
            desk,
            shapeless,
            shape.clone()
        );
        refused!(
            matrix,
            clear_profile_value.attribute_key,
            desk,
            clear,
            shape
        );
    }
    for key in [
        "unknown.a",
        "press.unknown",
        "press.old",
        "drafted.a",
        "gone.a",
    ] {
        let undefined = rule("attribute_key", "must be defined in an active catalog");
        let request = set("ada", key);
        refused!(
            matrix,
            set_profile_value.attribute_key,
            desk,
            request,
            undefined
        );
    }
}

async fn scopes(matrix: &mut Matrix<'_>, ada: &RequestContext, memberships: &Memberships) {
    use ProfileScope::{Application, Global, Membership, Tenant};
    let key = "press.string";
    let (desk, operator) = (matrix.desk(), matrix.operator());
    let confined = confined(matrix, ada).await;
    let platform = denied(ReasonCode::PlatformOperatorRequired);
    for request in [
        within(key, Global, None),
        within(key, Application, Some(id("press"))),
    ] {
        for by in [&desk, &confined] {
            let clear = cleared(&request);
            refused!(
                matrix,
                set_profile_value.scope,
                by,
                request.clone(),
                platform.clone()
            );
            refused!(
                matrix,
                clear_profile_value.scope,
                by,
                clear,
                platform.clone()
            );
        }
    }
    let unresolved = denied(ReasonCode::TenantUnresolved);
    let request = within(key, Tenant, None);
    let clear = cleared(&request);
    refused!(
        matrix,
        set_profile_value.scope,
        operator,
        request,
        unresolved.clone()
    );
    refused!(
        matrix,
        clear_profile_value.scope,
        operator,
        clear,
        unresolved
    );
    let missing = || broken("scope_id", Rule::Missing);
    let absent = rule("scope_id", "must be absent for the scope global");
    for (request, expected) in [
        (within(key, Global, Some(id("acme"))), absent),
        (
            within(key, Tenant, Some(id("elsewhere"))),
            rule("scope_id", "must be the resolved tenant"),
        ),
        (within(key, Application, None), missing()),
        (within(key, Membership, None), missing()),
    ] {
        let clear = cleared(&request);
        refused!(
            matrix,
            set_profile_value.scope_id,
            ada,
            request,
            expected.clone()
        );
        refused!(matrix, clear_profile_value.scope_id, ada, clear, expected);
    }
    let expected = "must be the application that owns the catalog";
    for name in ["other", "unknown"] {
        let foreign = within(key, Application, Some(id(name)));
        refused!(
            matrix,
            set_profile_value.scope_id,
            ada,
            foreign,
            rule("scope_id", expected)
        );
    }
    let of = |membership: &MembershipId| within(key, Membership, Some(ScopeId::from(membership)));
    for foreign in [&memberships.colleagues, &memberships.strangers] {
        let missing = not_found(RecordKind::Membership);
        let (unknown, foreign) = (of(&id("unknown")), of(foreign));
        unseen!(
            matrix,
            set_profile_value.scope_id,
            desk,
            unknown,
            foreign,
            missing
        );
    }
    works!(matrix, set_profile_value, desk, of(&memberships.own));
}

async fn types(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    for value_type in ValueType::ALL {
        for (value, types) in values() {
            let request = SetProfileValue {
                value: Sensitive::new(json(value)),
                ..set("ada", &format!("press.{value_type}"))
            };
            let service = matrix.world.service.clone();
            if types.contains(value_type) {
                service.set_profile_value(&desk, request).await.unwrap();
                continue;
            }
            let of_type = rule("value", "must be of the attribute's value type");
            refused!(matrix, set_profile_value.value, desk, request, of_type);
        }
    }
}

async fn mutability(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    use ProfileScope::{Application, Global};
    let (desk, operator) = (matrix.desk(), matrix.operator_here());
    let agent = agent(matrix, "ada");
    let roles = [Role::TenantAdmin];
    let admin = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &roles)
        .unwrap();
    let immutable = denied(ReasonCode::AttributeImmutable);
    for (by, keys) in [
        (ada, &["press.system", "press.admin", "press.fixed"] as &[_]),
        (&agent, &["press.system", "press.admin", "press.fixed"]),
        (&admin, &["press.system"]),
    ] {
        for key in keys {
            let request = set("ada", key);
            let clear = cleared(&request);
            refused!(
                matrix,
                set_profile_value.attribute_key,
                by,
                request,
                immutable.clone()
            );
            refused!(
                matrix,
                clear_profile_value.attribute_key,
                by,
                clear,
                immutable.clone()
            );
        }
    }
    // What is immutable is set once, by nobody again, and above no value that holds everywhere.
    let everywhere = within("press.fixed", Global, None);
    works!(matrix, set_profile_value, operator, everywhere.clone());
    let here = set("ada", "press.fixed-here");
    works!(matrix, set_profile_value, desk, here.clone());
    let of_application = within("press.fixed", Application, Some(id("press")));
    for (by, request) in [
        (&operator, everywhere),
        (&operator, of_application),
        (&desk, set("ada", "press.fixed")),
        (&desk, here),
    ] {
        let clear = cleared(&request);
        refused!(
            matrix,
            set_profile_value.attribute_key,
            by,
            request,
            immutable.clone()
        );
        refused!(
            matrix,
            clear_profile_value.attribute_key,
            by,
            clear,
            immutable.clone()
        );
    }
}

async fn clear(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let missing = not_found(RecordKind::ProfileValue);
    for key in ["press.admin", "press.unknown", "unknown.a"] {
        let request = cleared(&set("ada", key));
        refused!(
            matrix,
            clear_profile_value.attribute_key,
            desk,
            request,
            missing.clone()
        );
    }
    let request = cleared(&within("press.string", ProfileScope::Global, None));
    refused!(matrix, clear_profile_value.scope, ada, request, missing);
    works!(
        matrix,
        clear_profile_value,
        desk,
        cleared(&set("ada", "press.string"))
    );
}

async fn effective_profile(
    matrix: &mut Matrix<'_>,
    ada: &RequestContext,
    memberships: &Memberships,
) {
    let desk = matrix.desk();
    let about = |name: &str| GetEffectiveProfile {
        user_id: id(name),
        application_id: Some(id("press")),
        membership_id: Some(memberships.own.clone()),
    };
    for foreign in ["eve", "guest"] {
        let missing = not_found(RecordKind::User);
        let [unknown, foreign] = ["unknown", foreign].map(about);
        unseen!(
            matrix,
            effective_profile.user_id,
            desk,
            unknown,
            foreign,
            missing
        );
    }
    let role = denied(ReasonCode::RoleMissing);
    unseen!(
        matrix,
        effective_profile.user_id,
        ada,
        about("unknown"),
        about("bob"),
        role.clone()
    );
    let agent = agent(matrix, "ada");
    refused!(
        matrix,
        effective_profile.actor_kind,
        agent,
        about("ada"),
        role.clone()
    );
    let service = plain_service(matrix);
    let of_none = GetEffectiveProfile {
        application_id: None,
        ..about("ada")
    };
    refused!(
        matrix,
        effective_profile.application_id,
        service,
        of_none,
        role
    );
    let missing = not_found(RecordKind::Application);
    let [unknown, retired] = ["unknown", "retired"].map(|name| GetEffectiveProfile {
        application_id: Some(id(name)),
        ..about("ada")
    });
    unseen!(
        matrix,
        effective_profile.application_id,
        desk,
        unknown,
        retired,
        missing
    );
    let of = |membership_id: &MembershipId| GetEffectiveProfile {
        membership_id: Some(membership_id.clone()),
        ..about("ada")
    };
    for foreign in [&memberships.colleagues, &memberships.strangers] {
        let missing = not_found(RecordKind::Membership);
        let (unknown, foreign) = (of(&id("unknown")), of(foreign));
        unseen!(
            matrix,
            effective_profile.membership_id,
            desk,
            unknown,
            foreign,
            missing
        );
    }
    works!(matrix, effective_profile, desk, about("ada"));
}

async fn projection(matrix: &mut Matrix<'_>, ada: &RequestContext, memberships: &Memberships) {
    use ProjectionKind::{
        Admin, AgentContext, ApplicationRuntime, Audit, ClaimsEnrichment, SelfService,
    };
    let desk = matrix.desk();
    let show = |kind, name: &str| GetProjection {
        kind,
        user_id: id(name),
        application_id: Some(id("press")),
        membership_id: None,
    };
    let (agent, service) = (agent(matrix, "ada"), plain_service(matrix));
    for (by, kinds) in [
        (
            ada,
            &[
                ApplicationRuntime,
                AgentContext,
                ClaimsEnrichment,
                Admin,
                Audit,
            ] as &[_],
        ),
        (
            &agent,
            &[
                ApplicationRuntime,
                ClaimsEnrichment,
                Admin,
                Audit,
                SelfService,
            ],
        ),
        (&service, &[Admin, Audit, SelfService]),
        (&desk, &[Audit, SelfService]),
    ] {
        for kind in kinds {
            let role = denied(ReasonCode::RoleMissing);
            refused!(matrix, projection.kind, by, show(*kind, "ada"), role);
        }
    }
    for kind in [ApplicationRuntime, AgentContext, ClaimsEnrichment] {
        let of_none = GetProjection {
            application_id: None,
            ..show(kind, "ada")
        };
        let missing = broken("application_id", Rule::Missing);
        refused!(matrix, projection.application_id, desk, of_none, missing);
        let account = denied(ReasonCode::AccountInactive);
        refused!(
            matrix,
            projection.user_id,
            desk,
            show(kind, "idle"),
            account
        );
        let tenant_account = denied(ReasonCode::TenantAccountInactive);
        refused!(
            matrix,
            projection.user_id,
            desk,
            show(kind, "away"),
            tenant_account
        );
    }
    for kind in [ApplicationRuntime, Admin] {
        let missing = not_found(RecordKind::User);
        let [unknown, foreign] = ["unknown", "eve"].map(|name| show(kind, name));
        unseen!(matrix, projection.user_id, desk, unknown, foreign, missing);
        let missing = not_found(RecordKind::Application);
        let [unknown, retired] = ["unknown", "retired"].map(|name| GetProjection {
            application_id: Some(id(name)),
            ..show(kind, "ada")
        });
        unseen!(
            matrix,
            projection.application_id,
            desk,
            unknown,
            retired,
            missing
        );
        let of = |membership_id: &MembershipId| GetProjection {
            membership_id: Some(membership_id.clone()),
            ..show(kind, "ada")
        };
        let missing = not_found(RecordKind::Membership);
        let (unknown, foreign) = (of(&id("unknown")), of(&memberships.colleagues));
        unseen!(
            matrix,
            projection.membership_id,
            desk,
            unknown,
            foreign,
            missing
        );
    }
    let role = denied(ReasonCode::RoleMissing);
    let [unknown, other] = ["unknown", "bob"].map(|name| show(SelfService, name));
    unseen!(matrix, projection.user_id, ada, unknown, other, role);
    works!(matrix, projection, desk, show(Admin, "ada"));
}

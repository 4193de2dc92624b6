//! Rows: profiles and projections.

use super::*;

/// A service of the tenant without any role.
fn plain_service(matrix: &Matrix<'_>) -> RequestContext {
    let claims = Claims {
        tenant: Some(id("acme")),
        ..claims_of(ActorKind::Service, "canary-service").unwrap()
    };
    matrix.world.claims.set("canary service", Ok(claims));
    matrix.world.by("canary service").unwrap()
}

pub(super) async fn effective_profile(
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
        unseen!(matrix, desk, effective_profile.user_id: unknown, foreign => missing);
    }
    let role = denied(ReasonCode::RoleMissing);
    unseen!(matrix, ada, effective_profile.user_id: about("unknown"), about("bob") => role.clone());
    let agent = agent(matrix, "ada");
    refused!(matrix, agent, effective_profile.actor_kind: about("ada") => role.clone());
    let service = plain_service(matrix);
    let of_none = GetEffectiveProfile {
        application_id: None,
        ..about("ada")
    };
    refused!(matrix, service, effective_profile.application_id: of_none => role);
    let missing = not_found(RecordKind::Application);
    let [unknown, retired] = ["unknown", "retired"].map(|name| GetEffectiveProfile {
        application_id: Some(id(name)),
        ..about("ada")
    });
    unseen!(matrix, desk, effective_profile.application_id: unknown, retired => missing);
    let of = |membership_id: &MembershipId| GetEffectiveProfile {
        membership_id: Some(membership_id.clone()),
        ..about("ada")
    };
    for foreign in [&memberships.colleagues, &memberships.strangers] {
        let missing = not_found(RecordKind::Membership);
        let (unknown, foreign) = (of(&id("unknown")), of(foreign));
        unseen!(matrix, desk, effective_profile.membership_id: unknown, foreign => missing);
    }
    works!(matrix, desk, effective_profile: about("ada"));
}

pub(super) async fn projection(
    matrix: &mut Matrix<'_>,
    ada: &RequestContext,
    memberships: &Memberships,
) {
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
            refused!(matrix, by, projection.kind: show(*kind, "ada") => role);
        }
    }
    for kind in [ApplicationRuntime, AgentContext, ClaimsEnrichment] {
        let of_none = GetProjection {
            application_id: None,
            ..show(kind, "ada")
        };
        let missing = broken("application_id", Rule::Missing);
        refused!(matrix, desk, projection.application_id: of_none => missing);
        let account = denied(ReasonCode::AccountInactive);
        refused!(matrix, desk, projection.user_id: show(kind, "idle") => account);
        let tenant_account = denied(ReasonCode::TenantAccountInactive);
        refused!(matrix, desk, projection.user_id: show(kind, "away") => tenant_account);
    }
    for kind in [ApplicationRuntime, Admin] {
        let missing = not_found(RecordKind::User);
        let [unknown, foreign] = ["unknown", "eve"].map(|name| show(kind, name));
        unseen!(matrix, desk, projection.user_id: unknown, foreign => missing);
        let missing = not_found(RecordKind::Application);
        let [unknown, retired] = ["unknown", "retired"].map(|name| GetProjection {
            application_id: Some(id(name)),
            ..show(kind, "ada")
        });
        unseen!(matrix, desk, projection.application_id: unknown, retired => missing);
        let of = |membership_id: &MembershipId| GetProjection {
            membership_id: Some(membership_id.clone()),
            ..show(kind, "ada")
        };
        let missing = not_found(RecordKind::Membership);
        let (unknown, foreign) = (of(&id("unknown")), of(&memberships.colleagues));
        unseen!(matrix, desk, projection.membership_id: unknown, foreign => missing);
    }
    let role = denied(ReasonCode::RoleMissing);
    let [unknown, other] = ["unknown", "bob"].map(|name| show(SelfService, name));
    unseen!(matrix, ada, projection.user_id: unknown, other => role);
    works!(matrix, desk, projection: show(Admin, "ada"));
}

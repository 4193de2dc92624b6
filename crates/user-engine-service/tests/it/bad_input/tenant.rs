//! Rows: tenant accounts and memberships.

use super::argument::arguments;
use super::{Matrix, exists, id, not_found, refused, rule, unseen, works};
use user_engine_domain::{
    AccountStatus, MembershipId, MembershipKind, MembershipScope, MembershipScopeType, RecordKind,
    UserId,
};
use user_engine_service::{
    AddMembership, DiagnoseTenant, InviteFamilyMember, RemoveMembership, ResolveTenantContext,
    Role, SetTenantAccountStatus,
};

arguments! {
    ResolveTenantContext {}
    DiagnoseTenant {}
    SetTenantAccountStatus { user_id: UserId, status: AccountStatus }
    AddMembership { user_id: UserId, scope: MembershipScope, kind: MembershipKind }
    RemoveMembership { membership_id: MembershipId }
}

const STATUS: &str = "must follow from the account's present status";

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    let ada = matrix.person("ada").await;
    matrix.foreigner("eve").await;
    matrix.foreigner("guest").await;
    let invite = InviteFamilyMember {
        user_id: id("guest"),
        role: id("guest"),
        expires_at: None,
    };
    let desk = matrix.desk();
    let service = matrix.world.service.clone();
    service.invite_family_member(&desk, invite).await.unwrap();
    works!(matrix, ada, resolve_tenant_context: ResolveTenantContext);
    works!(matrix, desk, tenant_diagnostics: DiagnoseTenant);
    set_tenant_account_status(matrix).await;
    memberships(matrix).await;
}

async fn set_tenant_account_status(matrix: &mut Matrix<'_>) {
    use AccountStatus::{Active, Deactivated, Invited, Suspended};
    let desk = matrix.desk();
    let set = |name: &str, status| SetTenantAccountStatus {
        user_id: id(name),
        status,
    };
    let missing = not_found(RecordKind::User);
    for foreign in ["eve", "guest"] {
        let [unknown, foreign] = ["unknown", foreign].map(|name| set(name, Suspended));
        unseen!(matrix, desk, set_tenant_account_status.user_id:
            unknown, foreign => missing.clone());
    }
    let operator = matrix.operator_here();
    let unknown = set("unknown", Active);
    refused!(matrix, operator, set_tenant_account_status.user_id: unknown => missing);
    let roles = [Role::TenantAdmin];
    let admin = matrix
        .world
        .sign_in("canary-acme", "canary-ada", &roles)
        .unwrap();
    let own = rule(
        "user_id",
        "must not be the caller's own: somebody else changes it",
    );
    refused!(matrix, admin, set_tenant_account_status.user_id: set("ada", Suspended) => own);
    for status in [Suspended, Deactivated] {
        let first = rule(
            "status",
            "must be invited or active for a new tenant account",
        );
        let request = set("eve", status);
        refused!(matrix, operator, set_tenant_account_status.status: request => first);
    }
    for status in [Active, Invited] {
        let request = set("ada", status);
        let refusal = rule("status", STATUS);
        refused!(matrix, desk, set_tenant_account_status.status: request => refusal);
    }
    works!(matrix, desk, set_tenant_account_status: set("ada", Deactivated));
    for status in [Active, Invited, Suspended, Deactivated] {
        let request = set("ada", status);
        let refusal = rule("status", STATUS);
        refused!(matrix, desk, set_tenant_account_status.status: request => refusal);
    }
}

async fn memberships(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let add = |name: &str, scope_type, scope_id: &str| AddMembership {
        user_id: id(name),
        scope: MembershipScope {
            scope_type,
            scope_id: id(scope_id),
        },
        kind: id("editor"),
    };
    let team = MembershipScopeType::Team;
    let missing = not_found(RecordKind::User);
    for foreign in ["eve", "guest"] {
        let [unknown, foreign] = ["unknown", foreign].map(|name| add(name, team, "press"));
        unseen!(matrix, desk, add_membership.user_id: unknown, foreign => missing.clone());
    }
    let family = add("ada", MembershipScopeType::Family, "acme");
    let expected = "must not be a family: its members are onboarded or invited";
    refused!(matrix, desk, add_membership.scope_type: family => rule("scope_type", expected));
    let foreign = add("ada", MembershipScopeType::Tenant, "elsewhere");
    let expected = "must be the record's tenant in a scope of type tenant";
    refused!(matrix, desk, add_membership.scope_id: foreign => rule("scope_id", expected));
    let added = works!(matrix, desk, add_membership: add("ada", team, "press"));
    let twice = exists(RecordKind::Membership);
    refused!(matrix, desk, add_membership.kind: add("ada", team, "press") => twice);
    let service = matrix.world.service.clone();
    let foreign = service
        .add_membership(&matrix.elsewhere(), add("eve", team, "press"))
        .await;
    let remove = |membership_id: &MembershipId| RemoveMembership {
        membership_id: membership_id.clone(),
    };
    let foreign = remove(&foreign.unwrap().response.membership_id);
    let missing = not_found(RecordKind::Membership);
    let unknown = remove(&id("unknown"));
    unseen!(matrix, desk, remove_membership.membership_id: unknown, foreign => missing.clone());
    let right = remove(&added.response.membership_id);
    works!(matrix, desk, remove_membership: right.clone());
    refused!(matrix, desk, remove_membership.membership_id: right => missing);
}

//! Rows: users, their accounts and identities.

mod identity;

use super::argument::arguments;
use super::{
    Expected, Matrix, broken, denied, exists, id, not_found, refused, rule, secret, unseen, works,
};
use user_engine_domain::{
    AccountStatus, Issuer, ReasonCode, RecordKind, Rule, Sensitive, Subject, TenantId, Text, UserId,
};
use user_engine_service::scenario::ISSUER;
use user_engine_service::{
    Claims, ClaimsVerifier, ConflictCause, CreateUser, Edit, EraseUser, EraseUserPart, ExportUser,
    IssuerTenants, LinkIdentity, RequestContext, Role, SetAccountStatus, UnlinkIdentity,
    UpdateUser, WhoAmI,
};

arguments! {
    WhoAmI {}
    CreateUser {
        user_id: Option<UserId>,
        display_name: Option<Sensitive<Text>>,
        primary_email: Option<Sensitive<Text>>,
        status: AccountStatus,
    }
    UpdateUser {
        user_id: UserId,
        display_name: Edit<Sensitive<Text>>,
        primary_email: Edit<Sensitive<Text>>,
    }
    SetAccountStatus { user_id: UserId, status: AccountStatus }
    LinkIdentity { user_id: UserId, issuer: Issuer, subject: Subject }
    UnlinkIdentity { user_id: UserId, issuer: Issuer, subject: Subject }
    EraseUser { user_id: UserId }
    EraseUserPart { user_id: UserId, part: u32 }
    ExportUser { user_id: UserId }
}

const TOMBSTONE: &str = "must not begin like a tombstone";
const STATUS: &str = "must follow from the account's present status";

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    let ada = matrix.person("ada").await;
    matrix.person("bob").await;
    matrix.foreigner("eve").await;
    works!(matrix, ada, me: WhoAmI);
    create_user(matrix).await;
    update_user(matrix, &ada).await;
    set_account_status(matrix).await;
    identity::link_identity(matrix).await;
    identity::unlink_identity(matrix, &ada).await;
    export_user(matrix, &ada).await;
    erase_user(matrix, &ada).await;
}

pub(super) fn create(name: &str) -> CreateUser {
    CreateUser {
        user_id: Some(id(name)),
        display_name: Some(secret("name")),
        primary_email: Some(secret("mail")),
        status: AccountStatus::Active,
    }
}

/// The same caller, by an issuer that may speak for the tenant alone.
pub(super) async fn confined(matrix: &Matrix<'_>, right: &RequestContext) -> RequestContext {
    let claims = &matrix.world.claims;
    let verified = claims.verify(&right.credential, right.deadline).await;
    let verified = verified.unwrap();
    let tenants: Vec<TenantId> = verified.tenant.iter().cloned().collect();
    let confined = Claims {
        issuer_tenants: IssuerTenants::Only(tenants.into_iter().collect()),
        ..verified
    };
    let credential = format!("confined {}", right.credential.expose().as_str());
    claims.set(&credential, Ok(confined));
    matrix.world.by(&credential).unwrap()
}

async fn create_user(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let tombstone = CreateUser {
        user_id: Some(UserId::new("erased:canary").unwrap()),
        ..create("new")
    };
    let refusal = rule("user_id", TOMBSTONE);
    refused!(matrix, desk, create_user.user_id: tombstone => refusal);
    let taken = exists(RecordKind::User);
    unseen!(matrix, desk, create_user.user_id: create("ada"), create("eve") => taken);
    let claims = Claims {
        roles: [].into(),
        ..user_engine_service::scenario::claims_of(
            user_engine_domain::ActorKind::Service,
            "canary-free",
        )
        .unwrap()
    };
    matrix.world.claims.set("canary free", Ok(claims));
    let free = matrix.world.by("canary free").unwrap();
    let role = denied(ReasonCode::RoleMissing);
    refused!(matrix, free, create_user.caller: create("new") => role);
    let nothing = || Some(Sensitive::new(Text::new("").unwrap()));
    let unnamed = CreateUser {
        display_name: nothing(),
        ..create("new")
    };
    let empty = broken("display_name", Rule::Empty);
    refused!(matrix, desk, create_user.display_name: unnamed => empty);
    let unreachable = CreateUser {
        primary_email: nothing(),
        ..create("new")
    };
    let empty = broken("primary_email", Rule::Empty);
    refused!(matrix, desk, create_user.primary_email: unreachable => empty);
    matrix.free("create_user", "every status may be the first", &["status"]);
    works!(matrix, desk, create_user: create("new"));
}

async fn update_user(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let update = |name: &str| UpdateUser {
        user_id: id(name),
        display_name: Edit::Set(secret("name")),
        primary_email: Edit::Clear,
    };
    let missing = not_found(RecordKind::User);
    unseen!(matrix, desk, update_user.user_id: update("unknown"), update("eve") => missing);
    let role = denied(ReasonCode::RoleMissing);
    unseen!(matrix, ada, update_user.user_id: update("unknown"), update("bob") => role);
    let nothing = || Edit::Set(Sensitive::new(Text::new("").unwrap()));
    let unnamed = UpdateUser {
        display_name: nothing(),
        ..update("ada")
    };
    let empty = broken("display_name", Rule::Empty);
    refused!(matrix, desk, update_user.display_name: unnamed => empty);
    let unchanged = UpdateUser {
        display_name: Edit::Keep,
        primary_email: Edit::Keep,
        ..update("ada")
    };
    let expected = "must be set or cleared where the address is kept";
    let refusal = rule("display_name", expected);
    refused!(matrix, desk, update_user.display_name: unchanged => refusal);
    let unreachable = UpdateUser {
        primary_email: nothing(),
        ..update("ada")
    };
    let empty = broken("primary_email", Rule::Empty);
    refused!(matrix, desk, update_user.primary_email: unreachable => empty);
    works!(matrix, desk, update_user: update("ada"));
}

async fn set_account_status(matrix: &mut Matrix<'_>) {
    use AccountStatus::{Active, Deactivated, Invited, Suspended};
    let operator = matrix.operator();
    let set = |user_id: UserId, status| SetAccountStatus { user_id, status };
    let tombstone = set(UserId::new("erased:canary").unwrap(), Suspended);
    let refusal = rule("user_id", TOMBSTONE);
    refused!(matrix, operator, set_account_status.user_id: tombstone => refusal);
    let missing = not_found(RecordKind::Account);
    let unknown = set(id("unknown"), Suspended);
    refused!(matrix, operator, set_account_status.user_id: unknown => missing);
    let roles = [Role::PlatformOperator];
    let bob = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &roles)
        .unwrap();
    let own = "must not be the caller's own: somebody else changes it";
    let refusal = rule("user_id", own);
    refused!(matrix, bob, set_account_status.user_id: set(id("bob"), Suspended) => refusal);
    for status in [Active, Invited] {
        let request = set(id("eve"), status);
        refused!(matrix, operator, set_account_status.status: request => rule("status", STATUS));
    }
    works!(matrix, operator, set_account_status: set(id("eve"), Suspended));
    for status in [Suspended, Invited] {
        let request = set(id("eve"), status);
        refused!(matrix, operator, set_account_status.status: request => rule("status", STATUS));
    }
    works!(matrix, operator, set_account_status: set(id("new"), Deactivated));
    for status in [Active, Invited, Suspended, Deactivated] {
        let request = set(id("new"), status);
        refused!(matrix, operator, set_account_status.status: request => rule("status", STATUS));
    }
    let invited = CreateUser {
        status: Invited,
        ..create("invited")
    };
    let service = matrix.world.service.clone();
    service.create_user(&matrix.desk(), invited).await.unwrap();
    for status in [Invited, Suspended] {
        let request = set(id("invited"), status);
        refused!(matrix, operator, set_account_status.status: request => rule("status", STATUS));
    }
}

async fn export_user(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let export = |name: &str| ExportUser { user_id: id(name) };
    let missing = not_found(RecordKind::User);
    unseen!(matrix, desk, export_user.user_id: export("unknown"), export("eve") => missing.clone());
    let operator = matrix.operator();
    refused!(matrix, operator, export_user.user_id: export("unknown") => missing);
    let role = denied(ReasonCode::RoleMissing);
    unseen!(matrix, ada, export_user.user_id: export("unknown"), export("bob") => role);
    let confined = confined(matrix, ada).await;
    let foreign = denied(ReasonCode::IssuerForeignToTenant);
    refused!(matrix, confined, export_user.issuer_tenants: export("ada") => foreign);
    works!(matrix, desk, export_user: export("ada"));
}

async fn erase_user(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let operator = matrix.operator();
    let erase = |name: &str| EraseUser { user_id: id(name) };
    let part = |name: &str| EraseUserPart {
        user_id: id(name),
        part: 1,
    };
    let user_id = UserId::new("erased:canary").unwrap();
    let tombstone = EraseUser {
        user_id: user_id.clone(),
    };
    let refusal = rule("user_id", TOMBSTONE);
    refused!(matrix, operator, erase_user.user_id: tombstone => refusal.clone());
    let tombstone = EraseUserPart { user_id, part: 1 };
    refused!(matrix, operator, erase_user_part.user_id: tombstone => refusal);
    let missing = not_found(RecordKind::User);
    refused!(matrix, operator, erase_user.user_id: erase("unknown") => missing.clone());
    refused!(matrix, operator, erase_user_part.user_id: part("unknown") => missing.clone());
    let role = denied(ReasonCode::RoleMissing);
    unseen!(matrix, ada, erase_user.user_id: erase("unknown"), erase("bob") => role.clone());
    unseen!(matrix, ada, erase_user_part.user_id: part("unknown"), part("bob") => role);
    matrix.free(
        "erase_user_part",
        "it tells parts apart, and nothing else",
        &["part"],
    );
    works!(matrix, operator, erase_user_part: part("bob"));
    works!(matrix, operator, erase_user: erase("bob"));
    refused!(matrix, operator, erase_user.user_id: erase("bob") => missing);
    let desk = matrix.desk();
    let taken = exists(RecordKind::User);
    refused!(matrix, desk, create_user.user_id: create("bob") => taken);
}

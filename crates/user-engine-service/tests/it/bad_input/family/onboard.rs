//! Rows: bringing a family into its tenant.

use super::*;

pub(super) async fn onboard_family_dataspace(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let missing = not_found(RecordKind::User);
    let [unknown, foreign] = ["unknown", "eve"].map(|name| family(name, vec![]));
    unseen!(matrix, desk, onboard_family_dataspace.founder: unknown, foreign => missing.clone());
    let [unknown, foreign] = ["unknown", "eve"].map(|name| family("ada", vec![known(name)]));
    unseen!(matrix, desk, onboard_family_dataspace.user_id: unknown, foreign => missing);
    let many = (0..101).map(|number| known(&number.to_string())).collect();
    let many = family("ada", many);
    let too_many = broken("members", Rule::TooMany { max_entries: 100 });
    refused!(matrix, desk, onboard_family_dataspace.members: many => too_many);
    for members in [
        vec![known("ada")],
        vec![known("bob"), known("bob")],
        vec![known("bob"), FamilyMember::Invited(invite("bob"))],
        vec![known("bob"), new(create("bob"))],
    ] {
        let once = rule("members", "must name each user once");
        let request = family("ada", members);
        refused!(matrix, desk, onboard_family_dataspace.members: request => once);
    }
    for status in [
        AccountStatus::Invited,
        AccountStatus::Suspended,
        AccountStatus::Deactivated,
    ] {
        let idle = CreateUser {
            status,
            ..create("kid")
        };
        let active = rule("status", "must be active in a family");
        let request = family("ada", vec![new(idle)]);
        refused!(matrix, desk, onboard_family_dataspace.status: request => active);
    }
    let buried = CreateUser {
        user_id: Some(UserId::new("erased:canary").unwrap()),
        ..create("kid")
    };
    let tombstone = rule("user_id", "must not begin like a tombstone");
    let request = family("ada", vec![new(buried)]);
    refused!(matrix, desk, onboard_family_dataspace.user_id: request => tombstone);
    for taken in ["cat", "eve"] {
        let request = family("ada", vec![new(create(taken))]);
        let taken = exists(RecordKind::User);
        refused!(matrix, desk, onboard_family_dataspace.user_id: request => taken);
    }
    let past = InviteFamilyMember {
        expires_at: Some(matrix.seconds(0)),
        ..invite("guest")
    };
    let request = family("ada", vec![known("bob"), FamilyMember::Invited(past)]);
    let ahead = rule("expires_at", "must not have passed");
    refused!(matrix, desk, onboard_family_dataspace.expires_at: request => ahead);
    let any = "any text that the type admits";
    let texts = ["display_name", "primary_email", "kind", "role"];
    matrix.free("onboard_family_dataspace", any, &texts);
    let right = family("ada", vec![known("cat"), new(create("kid"))]);
    works!(matrix, desk, onboard_family_dataspace: right.clone());
    let taken = exists(RecordKind::Membership);
    refused!(matrix, desk, onboard_family_dataspace.founder: right => taken.clone());
    let request = family("bob", vec![known("cat")]);
    refused!(matrix, desk, onboard_family_dataspace.members: request => taken.clone());
    let request = family("bob", vec![FamilyMember::Invited(invite("cat"))]);
    refused!(matrix, desk, onboard_family_dataspace.members: request => taken);
    for (name, reason) in [
        ("idle", ReasonCode::AccountInactive),
        ("away", ReasonCode::TenantAccountInactive),
    ] {
        let inactive = denied(reason);
        let request = family("bob", vec![known(name)]);
        refused!(matrix, desk, onboard_family_dataspace.user_id: request => inactive.clone());
        let request = family(name, vec![]);
        refused!(matrix, desk, onboard_family_dataspace.founder: request => inactive);
    }
}

/// Nobody enters but through another operation, whoever is named.
pub(super) async fn enter_family(matrix: &mut Matrix<'_>) {
    let (desk, operator) = (matrix.desk(), matrix.operator_here());
    let enter = |name: &str, kind: &str, is_new| EnterFamily {
        user_id: id(name),
        kind: id(kind),
        is_new,
    };
    let role = denied(ReasonCode::RoleMissing);
    for by in [&desk, &operator] {
        let (unknown, known) = (
            enter("unknown", "child", false),
            enter("bob", "child", false),
        );
        unseen!(matrix, by, enter_family.user_id: unknown, known => role.clone());
        let (one, other) = (enter("bob", "owner", false), enter("bob", "guest", false));
        unseen!(matrix, by, enter_family.kind: one, other => role.clone());
        let new = enter("new", "child", true);
        refused!(matrix, by, enter_family.is_new: new => role.clone());
    }
}

//! Rows: identities.

use super::*;

pub(super) async fn link_identity(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let link = |name: &str, issuer: &str, subject: &str| LinkIdentity {
        user_id: id(name),
        issuer: Issuer::new(issuer).unwrap(),
        subject: id(subject),
    };
    let [unknown, foreign] = ["unknown", "eve"].map(|name| link(name, ISSUER, "more"));
    let missing = not_found(RecordKind::User);
    unseen!(matrix, desk, link_identity.user_id: unknown, foreign => missing);
    let same = exists(RecordKind::ExternalIdentity);
    refused!(matrix, desk, link_identity.subject: link("ada", ISSUER, "ada") => same);
    let elsewhere = Expected::Conflict(ConflictCause::LinkedElsewhere);
    let [known, foreign] = ["bob", "eve"].map(|subject| link("invited", ISSUER, subject));
    unseen!(matrix, desk, link_identity.subject: known, foreign => elsewhere);
    let role = denied(ReasonCode::RoleMissing);
    let [taken, free] = ["bob", "ada-2"].map(|subject| link("ada", ISSUER, subject));
    unseen!(matrix, desk, link_identity.subject: taken, free => role);
    let confined = confined(matrix, &desk).await;
    let foreign = denied(ReasonCode::IssuerForeignToTenant);
    let other = link("invited", "https://canary.example", "invited");
    refused!(matrix, confined, link_identity.issuer: other.clone() => foreign);
    works!(matrix, desk, link_identity: other);
}

pub(super) async fn unlink_identity(matrix: &mut Matrix<'_>, ada: &RequestContext) {
    let desk = matrix.desk();
    let more = LinkIdentity {
        user_id: id("ada"),
        issuer: Issuer::new("https://canary.example").unwrap(),
        subject: id("ada"),
    };
    let expected = "must not be the user's last identity, which only platform operators unlink";
    let last = UnlinkIdentity {
        user_id: id("ada"),
        issuer: Issuer::new(ISSUER).unwrap(),
        subject: id("ada"),
    };
    let own = ada.clone();
    refused!(matrix, own, unlink_identity.subject: last.clone() => rule("subject", expected));
    let role = denied(ReasonCode::RoleMissing);
    refused!(matrix, desk, unlink_identity.issuer: last => role);
    let service = matrix.world.service.clone();
    service.link_identity(ada, more.clone()).await.unwrap();
    let unlink = |name: &str, subject: &str| UnlinkIdentity {
        user_id: id(name),
        issuer: more.issuer.clone(),
        subject: id(subject),
    };
    let missing = not_found(RecordKind::User);
    let [unknown, foreign] = ["unknown", "eve"].map(|name| unlink(name, "ada"));
    unseen!(matrix, desk, unlink_identity.user_id: unknown, foreign => missing);
    let missing = not_found(RecordKind::ExternalIdentity);
    let [unknown, foreign] = ["unknown", "invited"].map(|subject| unlink("ada", subject));
    unseen!(matrix, own, unlink_identity.subject: unknown, foreign => missing.clone());
    let unknown = UnlinkIdentity {
        issuer: Issuer::new("https://canary.unknown.example").unwrap(),
        ..unlink("ada", "ada")
    };
    refused!(matrix, own, unlink_identity.issuer: unknown => missing);
    let confined = confined(matrix, &desk).await;
    let foreign = denied(ReasonCode::IssuerForeignToTenant);
    refused!(matrix, confined, unlink_identity.issuer: unlink("ada", "ada") => foreign);
    works!(matrix, own, unlink_identity: unlink("ada", "ada"));
}

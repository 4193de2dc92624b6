//! Rows: coming back to a registration, and ending it.

use super::*;

/// What is over, or not yet: for whoever may act.
pub(super) async fn act(matrix: &mut Matrix<'_>) {
    let (desk, vic) = (matrix.desk(), matrix.stranger("vic"));
    let unknown = id("unknown");
    for foreign in foreign(matrix).await {
        let missing = not_found(RecordKind::RegistrationSession);
        let [one, other] = [&unknown, &foreign].map(resume);
        unseen!(matrix, desk, resume_registration.registration_id: one, other => missing.clone());
        let [one, other] = [&unknown, &foreign].map(abandon);
        unseen!(matrix, desk, abandon_registration.registration_id: one, other => missing.clone());
        let [one, other] = [&unknown, &foreign].map(reject);
        unseen!(matrix, desk, reject_registration.registration_id: one, other => missing.clone());
        let [one, other] = [&unknown, &foreign].map(expire);
        unseen!(matrix, desk, expire_registration.registration_id: one, other => missing);
    }
    let [short, given_up, refused] = [
        begun(matrix, &vic, Some(1)).await,
        begun(matrix, &vic, None).await,
        begun(matrix, &vic, None).await,
    ];
    let early = rule("expires_at", "must have passed");
    refused!(matrix, desk, expire_registration.registration_id: expire(&given_up) => early.clone());
    refused!(matrix, desk, expire_registration.registration_id: expire(&short) => early);
    works!(matrix, desk, resume_registration: resume(&short));
    matrix.wait(1);
    let late = rule("expires_at", AHEAD);
    let request = attach(&short);
    refused!(matrix, desk, attach_registration_factor.registration_id: request => late.clone());
    let request = complete(&short);
    refused!(matrix, vic, complete_registration.registration_id: request => late.clone());
    for by in [&desk, &vic] {
        refused!(matrix, by, resume_registration.registration_id: resume(&short) => late.clone());
    }
    works!(matrix, desk, expire_registration: expire(&short));
    works!(matrix, desk, abandon_registration: abandon(&given_up));
    works!(matrix, desk, reject_registration: reject(&refused));
    for ended in [&short, &given_up, &refused] {
        let open = rule("status", OPEN);
        let request = attach(ended);
        refused!(matrix, desk, attach_registration_factor.registration_id: request => open.clone());
        let request = complete(ended);
        refused!(matrix, vic, complete_registration.registration_id: request => open.clone());
        let request = resume(ended);
        refused!(matrix, vic, resume_registration.registration_id: request => open.clone());
        let request = abandon(ended);
        refused!(matrix, vic, abandon_registration.registration_id: request => open.clone());
        let request = reject(ended);
        refused!(matrix, desk, reject_registration.registration_id: request => open.clone());
        refused!(matrix, desk, expire_registration.registration_id: expire(ended) => open);
    }
}

/// Whoever has no role is told the same of what is nowhere and of what is somebody else's, and of
/// every secret that is not the one; the audit record alone knows which it was.
pub(super) async fn whose(matrix: &mut Matrix<'_>) {
    let (desk, vic, will) = (
        matrix.desk(),
        matrix.stranger("vic"),
        matrix.stranger("will"),
    );
    let wills = begun(matrix, &will, None).await;
    let vics = begun(matrix, &vic, None).await;
    let secrets = begun(matrix, &desk, None).await;
    let [abroad, tenantless] = foreign(matrix).await;
    let right = || Some(secret("of sixteen bytes"));
    let wrong = || Some(secret("of some other bytes"));
    let nowhere = || denied(ReasonCode::NotFound);
    let others = || denied(ReasonCode::RoleMissing);
    let mut told = Vec::new();
    for (argument, registration_id, shown, expected) in [
        ("registration_id", &id("unknown"), None, nowhere()),
        ("registration_id", &abroad, None, nowhere()),
        ("registration_id", &abroad, right(), nowhere()),
        ("registration_id", &tenantless, right(), nowhere()),
        ("registration_id", &wills, None, others()),
        ("secret", &wills, right(), others()),
        ("secret", &vics, wrong(), others()),
        ("secret", &secrets, None, others()),
        ("secret", &secrets, wrong(), others()),
        ("secret", &id("unknown"), right(), nowhere()),
    ] {
        let request = CompleteRegistration {
            secret: shown.clone(),
            ..complete(registration_id)
        };
        let one = refused!(matrix, vic, complete_registration[argument]:
            request => expected.clone());
        let request = ResumeRegistration {
            secret: shown.clone(),
            ..resume(registration_id)
        };
        let two = refused!(matrix, vic, resume_registration[argument]: request => expected.clone());
        let request = AbandonRegistration {
            secret: shown,
            ..abandon(registration_id)
        };
        let three = refused!(matrix, vic, abandon_registration[argument]: request => expected);
        told.extend(
            [one, two, three]
                .into_iter()
                .flatten()
                .map(|(kind, _)| kind),
        );
    }
    for kind in &told {
        matrix.alike("a registration of somebody else", kind, &told[0]);
    }
    let shown = ResumeRegistration {
        secret: right(),
        ..resume(&secrets)
    };
    works!(matrix, vic, resume_registration: shown);
}

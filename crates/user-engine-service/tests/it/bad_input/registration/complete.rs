//! Rows: completing.

use super::*;

pub(super) async fn complete_registration(matrix: &mut Matrix<'_>) {
    let (desk, vic) = (matrix.desk(), matrix.stranger("vic"));
    let service = matrix.world.service.clone();
    let own = begun(matrix, &vic, Some(60)).await;
    let missing = denied(ReasonCode::FactorMissing);
    refused!(matrix, vic, complete_registration.registration_id: complete(&own) => missing);
    let soon = AttachRegistrationFactor {
        expires_at: Some(matrix.seconds(1)),
        ..attach(&own)
    };
    service
        .attach_registration_factor(&desk, soon)
        .await
        .unwrap();
    matrix.wait(1);
    let expired = denied(ReasonCode::FactorExpired);
    refused!(matrix, vic, complete_registration.registration_id: complete(&own) => expired);
    service
        .attach_registration_factor(&desk, attach(&own))
        .await
        .unwrap();
    let role = denied(ReasonCode::RoleMissing);
    refused!(matrix, desk, complete_registration.caller: complete(&own) => role);
    // An issuer may name a user; one whom the sign-in isn't linked to is nobody's to take.
    matrix.person("bob").await;
    let claims = Claims {
        tenant: Some(id("acme")),
        user_id: Some(id("bob")),
        ..claims_of(ActorKind::Human, "canary-vic").unwrap()
    };
    matrix.world.claims.set("canary vic as bob", Ok(claims));
    let as_bob = matrix.world.by("canary vic as bob").unwrap();
    let taken = denied(ReasonCode::Unauthenticated);
    refused!(matrix, as_bob, complete_registration.identity: complete(&own) => taken);
    let nothing = || Some(Sensitive::new(Text::new("").unwrap()));
    let unnamed = CompleteRegistration {
        display_name: nothing(),
        ..complete(&own)
    };
    let empty = broken("display_name", Rule::Empty);
    refused!(matrix, vic, complete_registration.display_name: unnamed => empty);
    let unreachable = CompleteRegistration {
        primary_email: nothing(),
        ..complete(&own)
    };
    let empty = broken("primary_email", Rule::Empty);
    refused!(matrix, vic, complete_registration.primary_email: unreachable => empty);
    works!(matrix, vic, complete_registration: complete(&own));
    let over = denied(ReasonCode::RoleMissing);
    refused!(matrix, vic, complete_registration.registration_id: complete(&own) => over.clone());
    refused!(matrix, vic, resume_registration.registration_id: resume(&own) => over.clone());
    refused!(matrix, vic, abandon_registration.registration_id: abandon(&own) => over);
    for (name, reason) in [
        ("idle", ReasonCode::AccountInactive),
        ("away", ReasonCode::TenantAccountInactive),
    ] {
        let by = matrix.stranger(name);
        let theirs = begun(matrix, &by, None).await;
        service
            .attach_registration_factor(&desk, attach(&theirs))
            .await
            .unwrap();
        let inactive = denied(reason);
        refused!(matrix, by, complete_registration.registration_id: complete(&theirs) => inactive);
    }
}

//! Rows: registrations.

use super::argument::{Argument, arguments};
use super::{
    Expected, Matrix, broken, denied, id, not_found, refused, rule, secret, text, too_many, unseen,
    works,
};
use user_engine_domain::*;
use user_engine_ports::Limit;
use user_engine_service::scenario::{ISSUER, claims_of};
use user_engine_service::{
    AbandonRegistration, AttachRegistrationFactor, Claims, CompleteRegistration,
    CountAllRegistrations, CountRegistrations, ExpireRegistration, RegistrationBinding,
    RejectRegistration, RequestContext, ResumeRegistration, StartRegistration,
};

arguments! {
    StartRegistration { bound_to: Option<RegistrationBinding>, expires_at: Option<Timestamp> }
    AttachRegistrationFactor {
        registration_id: RegistrationId,
        factor_type: FactorType,
        normalized_value: Sensitive<Text>,
        display_value: Option<Sensitive<Text>>,
        source_system: Text,
        assurance: Map<Text, Text>,
        evidence_references: List<Text>,
        expires_at: Option<Timestamp>,
    }
    CompleteRegistration {
        registration_id: RegistrationId,
        secret: Option<Sensitive<Text>>,
        display_name: Option<Sensitive<Text>>,
        primary_email: Option<Sensitive<Text>>,
    }
    ResumeRegistration { registration_id: RegistrationId, secret: Option<Sensitive<Text>> }
    AbandonRegistration { registration_id: RegistrationId, secret: Option<Sensitive<Text>> }
    RejectRegistration { registration_id: RegistrationId }
    ExpireRegistration { registration_id: RegistrationId }
    CountRegistrations { after: Option<RecordKey> }
    CountAllRegistrations { after: Option<RecordKey> }
}

impl Argument for RegistrationBinding {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        let _each = |it: &Self| match it {
            Self::SignIn {
                issuer: _,
                subject: _,
            }
            | Self::Secret(_) => {}
        };
        into.push(name);
        Issuer::spell("issuer", into);
        Subject::spell("subject", into);
        Text::spell("secret", into);
    }
}

const OPEN: &str = "must be of an open registration";
const AHEAD: &str = "must lie ahead";

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    start_registration(matrix).await;
    attach_registration_factor(matrix).await;
    complete_registration(matrix).await;
    act(matrix).await;
    whose(matrix).await;
    let place = "it is a place in a list, and every text is one";
    matrix.free("registration_diagnostics", place, &["after"]);
    matrix.free("platform_registration_diagnostics", place, &["after"]);
    let (desk, operator) = (matrix.desk(), matrix.operator());
    works!(
        matrix,
        registration_diagnostics,
        desk,
        CountRegistrations::default()
    );
    let all = CountAllRegistrations::default();
    works!(matrix, platform_registration_diagnostics, operator, all);
}

fn by_secret() -> Option<RegistrationBinding> {
    Some(RegistrationBinding::Secret(secret("of sixteen bytes")))
}

async fn start_registration(matrix: &mut Matrix<'_>) {
    let (vic, desk) = (matrix.stranger("vic"), matrix.desk());
    let sign_in = RegistrationBinding::SignIn {
        issuer: Issuer::new(ISSUER).unwrap(),
        subject: id("vic"),
    };
    let own = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    for bound_to in [Some(sign_in), by_secret()] {
        let named = StartRegistration {
            bound_to,
            expires_at: None,
        };
        let absent = rule("bound_to", "must be absent for a person");
        refused!(matrix, start_registration.bound_to, vic, named, absent);
    }
    let missing = broken("bound_to", Rule::Missing);
    refused!(
        matrix,
        start_registration.bound_to,
        desk,
        own.clone(),
        missing
    );
    for value in ["canary", "canary of short", "", &"canary".repeat(171)] {
        let shown = Sensitive::new(Text::new(value).unwrap());
        let weak = StartRegistration {
            bound_to: Some(RegistrationBinding::Secret(shown)),
            expires_at: None,
        };
        let expected = "16 to 1,024 bytes long";
        let range = broken("secret", Rule::OutOfRange { expected });
        refused!(matrix, start_registration.secret, desk, weak, range);
    }
    for seconds in [0, -1] {
        let past = StartRegistration {
            bound_to: None,
            expires_at: Some(matrix.seconds(seconds)),
        };
        refused!(
            matrix,
            start_registration.expires_at,
            vic,
            past,
            rule("expires_at", AHEAD)
        );
    }
    let anyone = "whoever may sign in so; nothing says that anybody does";
    matrix.free("start_registration", anyone, &["issuer", "subject"]);
    works!(matrix, start_registration, vic, own);
}

/// Begins a registration; it runs out after so many seconds.
async fn begun(matrix: &Matrix<'_>, by: &RequestContext, seconds: Option<i64>) -> RegistrationId {
    let is_service = by.credential.expose().as_str().starts_with("desk");
    let start = StartRegistration {
        bound_to: by_secret().filter(|_| is_service),
        expires_at: seconds.map(|seconds| matrix.seconds(seconds)),
    };
    let started = matrix.world.service.start_registration(by, start).await;
    started.unwrap().response.registration_id
}

fn attach(registration_id: &RegistrationId) -> AttachRegistrationFactor {
    AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: secret("mail"),
        display_value: Some(secret("mail")),
        source_system: text("verifier"),
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    }
}

fn complete(registration_id: &RegistrationId) -> CompleteRegistration {
    CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: Some(secret("name")),
        primary_email: Some(secret("mail")),
    }
}

fn resume(registration_id: &RegistrationId) -> ResumeRegistration {
    ResumeRegistration {
        registration_id: registration_id.clone(),
        secret: None,
    }
}

fn abandon(registration_id: &RegistrationId) -> AbandonRegistration {
    AbandonRegistration {
        registration_id: registration_id.clone(),
        secret: None,
    }
}

fn reject(registration_id: &RegistrationId) -> RejectRegistration {
    RejectRegistration {
        registration_id: registration_id.clone(),
    }
}

fn expire(registration_id: &RegistrationId) -> ExpireRegistration {
    ExpireRegistration {
        registration_id: registration_id.clone(),
    }
}

/// Registrations that the tenant doesn't have: another one's, and one of none.
async fn foreign(matrix: &Matrix<'_>) -> [RegistrationId; 2] {
    let service = &matrix.world.service;
    let start = StartRegistration {
        bound_to: by_secret(),
        expires_at: None,
    };
    let tenantless = service.start_registration(&matrix.operator(), start).await;
    let tenantless = tenantless.unwrap().response.registration_id;
    [begun(matrix, &matrix.elsewhere(), None).await, tenantless]
}

async fn attach_registration_factor(matrix: &mut Matrix<'_>) {
    let (desk, vic) = (matrix.desk(), matrix.stranger("vic"));
    let unknown = id("unknown");
    for foreign in foreign(matrix).await {
        let missing = not_found(RecordKind::RegistrationSession);
        let [unknown, foreign] = [&unknown, &foreign].map(attach);
        unseen!(
            matrix,
            attach_registration_factor.registration_id,
            desk,
            unknown,
            foreign,
            missing
        );
    }
    let own = begun(matrix, &vic, Some(60)).await;
    let nothing = AttachRegistrationFactor {
        normalized_value: Sensitive::new(Text::new("").unwrap()),
        ..attach(&own)
    };
    let empty = broken("normalized_value", Rule::Empty);
    refused!(
        matrix,
        attach_registration_factor.normalized_value,
        desk,
        nothing,
        empty
    );
    let nobodys = AttachRegistrationFactor {
        source_system: Text::new("").unwrap(),
        ..attach(&own)
    };
    let empty = broken("source_system", Rule::Empty);
    refused!(
        matrix,
        attach_registration_factor.source_system,
        desk,
        nobodys,
        empty
    );
    for seconds in [0, -1] {
        let past = AttachRegistrationFactor {
            expires_at: Some(matrix.seconds(seconds)),
            ..attach(&own)
        };
        let ahead = rule("expires_at", AHEAD);
        refused!(
            matrix,
            attach_registration_factor.expires_at,
            desk,
            past,
            ahead
        );
    }
    let limit = Expected::Limit(Limit::Record);
    let assurance = too_many().into_iter().map(|it| (it, text("level")));
    let large = AttachRegistrationFactor {
        assurance: Map::new(assurance.collect()).unwrap(),
        ..attach(&own)
    };
    refused!(
        matrix,
        attach_registration_factor.assurance,
        desk,
        large,
        limit.clone()
    );
    let large = AttachRegistrationFactor {
        evidence_references: List::new(too_many()).unwrap(),
        ..attach(&own)
    };
    refused!(
        matrix,
        attach_registration_factor.evidence_references,
        desk,
        large,
        limit
    );
    let any = "every type is one, and any text may be shown";
    matrix.free(
        "attach_registration_factor",
        any,
        &["factor_type", "display_value"],
    );
    works!(matrix, attach_registration_factor, desk, attach(&own));
    for number in 1..32 {
        let more = AttachRegistrationFactor {
            normalized_value: secret(&number.to_string()),
            ..attach(&own)
        };
        let service = matrix.world.service.clone();
        service
            .attach_registration_factor(&desk, more)
            .await
            .unwrap();
    }
    let more = AttachRegistrationFactor {
        normalized_value: secret("one more"),
        ..attach(&own)
    };
    let full = broken("factors", Rule::TooMany { max_entries: 32 });
    refused!(
        matrix,
        attach_registration_factor.registration_id,
        desk,
        more,
        full
    );
}

async fn complete_registration(matrix: &mut Matrix<'_>) {
    let (desk, vic) = (matrix.desk(), matrix.stranger("vic"));
    let service = matrix.world.service.clone();
    let own = begun(matrix, &vic, Some(60)).await;
    let missing = denied(ReasonCode::FactorMissing);
    refused!(
        matrix,
        complete_registration.registration_id,
        vic,
        complete(&own),
        missing
    );
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
    refused!(
        matrix,
        complete_registration.registration_id,
        vic,
        complete(&own),
        expired
    );
    service
        .attach_registration_factor(&desk, attach(&own))
        .await
        .unwrap();
    let role = denied(ReasonCode::RoleMissing);
    refused!(
        matrix,
        complete_registration.caller,
        desk,
        complete(&own),
        role
    );
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
    refused!(
        matrix,
        complete_registration.identity,
        as_bob,
        complete(&own),
        taken
    );
    let any = "any text that the type admits, or none";
    matrix.free(
        "complete_registration",
        any,
        &["display_name", "primary_email"],
    );
    works!(matrix, complete_registration, vic, complete(&own));
    let over = denied(ReasonCode::RoleMissing);
    refused!(
        matrix,
        complete_registration.registration_id,
        vic,
        complete(&own),
        over.clone()
    );
    refused!(
        matrix,
        resume_registration.registration_id,
        vic,
        resume(&own),
        over.clone()
    );
    refused!(
        matrix,
        abandon_registration.registration_id,
        vic,
        abandon(&own),
        over
    );
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
        refused!(
            matrix,
            complete_registration.registration_id,
            by,
            complete(&theirs),
            inactive
        );
    }
}

/// What is over, or not yet: for whoever may act.
async fn act(matrix: &mut Matrix<'_>) {
    let (desk, vic) = (matrix.desk(), matrix.stranger("vic"));
    let unknown = id("unknown");
    for foreign in foreign(matrix).await {
        let missing = not_found(RecordKind::RegistrationSession);
        let [one, other] = [&unknown, &foreign].map(resume);
        unseen!(
            matrix,
            resume_registration.registration_id,
            desk,
            one,
            other,
            missing.clone()
        );
        let [one, other] = [&unknown, &foreign].map(abandon);
        unseen!(
            matrix,
            abandon_registration.registration_id,
            desk,
            one,
            other,
            missing.clone()
        );
        let [one, other] = [&unknown, &foreign].map(reject);
        unseen!(
            matrix,
            reject_registration.registration_id,
            desk,
            one,
            other,
            missing.clone()
        );
        let [one, other] = [&unknown, &foreign].map(expire);
        unseen!(
            matrix,
            expire_registration.registration_id,
            desk,
            one,
            other,
            missing
        );
    }
    let [short, given_up, refused] = [
        begun(matrix, &vic, Some(1)).await,
        begun(matrix, &vic, None).await,
        begun(matrix, &vic, None).await,
    ];
    let early = rule("expires_at", "must have passed");
    refused!(
        matrix,
        expire_registration.registration_id,
        desk,
        expire(&given_up),
        early.clone()
    );
    refused!(
        matrix,
        expire_registration.registration_id,
        desk,
        expire(&short),
        early
    );
    works!(matrix, resume_registration, desk, resume(&short));
    matrix.wait(1);
    let late = rule("expires_at", AHEAD);
    let request = attach(&short);
    refused!(
        matrix,
        attach_registration_factor.registration_id,
        desk,
        request,
        late.clone()
    );
    let request = complete(&short);
    refused!(
        matrix,
        complete_registration.registration_id,
        vic,
        request,
        late.clone()
    );
    for by in [&desk, &vic] {
        refused!(
            matrix,
            resume_registration.registration_id,
            by,
            resume(&short),
            late.clone()
        );
    }
    works!(matrix, expire_registration, desk, expire(&short));
    works!(matrix, abandon_registration, desk, abandon(&given_up));
    works!(matrix, reject_registration, desk, reject(&refused));
    for ended in [&short, &given_up, &refused] {
        let open = rule("status", OPEN);
        let request = attach(ended);
        refused!(
            matrix,
            attach_registration_factor.registration_id,
            desk,
            request,
            open.clone()
        );
        let request = complete(ended);
        refused!(
            matrix,
            complete_registration.registration_id,
            vic,
            request,
            open.clone()
        );
        let request = resume(ended);
        refused!(
            matrix,
            resume_registration.registration_id,
            vic,
            request,
            open.clone()
        );
        let request = abandon(ended);
        refused!(
            matrix,
            abandon_registration.registration_id,
            vic,
            request,
            open.clone()
        );
        let request = reject(ended);
        refused!(
            matrix,
            reject_registration.registration_id,
            desk,
            request,
            open.clone()
        );
        refused!(
            matrix,
            expire_registration.registration_id,
            desk,
            expire(ended),
            open
        );
    }
}

/// Whoever has no role is told the same of what is nowhere and of what is somebody else's, and of
/// every secret that is not the one; the audit record alone knows which it was.
async fn whose(matrix: &mut Matrix<'_>) {
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
        let one = refused!(
            matrix,
            complete_registration[argument],
            vic,
            request,
            expected.clone()
        );
        let request = ResumeRegistration {
            secret: shown.clone(),
            ..resume(registration_id)
        };
        let two = refused!(
            matrix,
            resume_registration[argument],
            vic,
            request,
            expected.clone()
        );
        let request = AbandonRegistration {
            secret: shown,
            ..abandon(registration_id)
        };
        let three = refused!(
            matrix,
            abandon_registration[argument],
            vic,
            request,
            expected
        );
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
    works!(matrix, resume_registration, vic, shown);
}

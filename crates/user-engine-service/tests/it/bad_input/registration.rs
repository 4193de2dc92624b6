//! Rows: registrations.

mod act;
mod attach;
mod complete;

use super::argument::{Argument, arguments};
use super::{
    Expected, Matrix, broken, denied, id, not_found, places, refused, rule, secret, text, too_many,
    unseen, works,
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
        fn _each(it: &RegistrationBinding) {
            match it {
                RegistrationBinding::SignIn {
                    issuer: _,
                    subject: _,
                }
                | RegistrationBinding::Secret(_) => {}
            }
        }
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
    attach::attach_registration_factor(matrix).await;
    complete::complete_registration(matrix).await;
    act::act(matrix).await;
    act::whose(matrix).await;
    let (desk, operator) = (matrix.desk(), matrix.operator());
    for (after, refusal) in places() {
        let here = CountRegistrations {
            after: after.clone(),
        };
        refused!(matrix, desk, registration_diagnostics.after: here => refusal.clone());
        let all = CountAllRegistrations { after };
        refused!(matrix, operator, platform_registration_diagnostics.after: all => refusal);
    }
    works!(matrix, desk, registration_diagnostics: CountRegistrations::default());
    let all = CountAllRegistrations::default();
    works!(matrix, operator, platform_registration_diagnostics: all);
}

fn by_secret() -> RegistrationBinding {
    RegistrationBinding::Secret(secret("of sixteen bytes"))
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
    for bound_to in [sign_in, by_secret()].map(Some) {
        let named = StartRegistration {
            bound_to,
            expires_at: None,
        };
        let absent = rule("bound_to", "must be absent for a person");
        refused!(matrix, vic, start_registration.bound_to: named => absent);
    }
    let missing = broken("bound_to", Rule::Missing);
    refused!(matrix, desk, start_registration.bound_to: own.clone() => missing);
    for value in ["canary", "canary of short", "", &"canary".repeat(171)] {
        let shown = Sensitive::new(Text::new(value).unwrap());
        let weak = StartRegistration {
            bound_to: Some(RegistrationBinding::Secret(shown)),
            expires_at: None,
        };
        let expected = "16 to 1,024 bytes long";
        let range = broken("secret", Rule::OutOfRange { expected });
        refused!(matrix, desk, start_registration.secret: weak => range);
    }
    for seconds in [0, -1] {
        let past = StartRegistration {
            bound_to: None,
            expires_at: Some(matrix.seconds(seconds)),
        };
        refused!(matrix, vic, start_registration.expires_at: past => rule("expires_at", AHEAD));
    }
    let anyone = "whoever may sign in so; nothing says that anybody does";
    matrix.free("start_registration", anyone, &["issuer", "subject"]);
    works!(matrix, vic, start_registration: own);
}

/// Begins a registration; it runs out after so many seconds.
async fn begun(matrix: &Matrix<'_>, by: &RequestContext, seconds: Option<i64>) -> RegistrationId {
    let is_service = by.credential.expose().as_str().starts_with("desk");
    let start = StartRegistration {
        bound_to: is_service.then(by_secret),
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
        bound_to: Some(by_secret()),
        expires_at: None,
    };
    let tenantless = service.start_registration(&matrix.operator(), start).await;
    let tenantless = tenantless.unwrap().response.registration_id;
    [begun(matrix, &matrix.elsewhere(), None).await, tenantless]
}

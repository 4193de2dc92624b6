//! Fixed records of every kind, for golden files, conformance cases and benchmarks.
//!
//! Ids and instants are the same at every call, and ids agree between the records: they tell of
//! one user, `user-ada`, in one tenant, `acme`. Changing one changes golden files.

mod full;
mod minimal;

use crate::{
    Actor, ActorKind, AuditOutcome, AuditRecord, AuditTarget, DomainRecord, FieldError, JsonValue,
    OutboxEvent, ReasonCode, Record, RecordKind, Sensitive, Text, Timestamp,
};
pub use full::*;
pub use minimal::*;

/// One record of every kind, in the order of the kinds, with every optional field set and every
/// list and map filled.
pub fn reference_records() -> Vec<DomainRecord> {
    RecordKind::ALL
        .iter()
        .map(|kind| reference_record(*kind))
        .collect()
}

/// One record of every kind, in the order of the kinds, with every optional field absent and every
/// list and map as empty as the kind's rules allow.
pub fn minimal_records() -> Vec<DomainRecord> {
    RecordKind::ALL
        .iter()
        .map(|kind| minimal_record(*kind))
        .collect()
}

/// The fully populated record of a kind.
pub fn reference_record(kind: RecordKind) -> DomainRecord {
    match kind {
        RecordKind::AccessProfile => access_profile().into(),
        RecordKind::Account => account().into(),
        RecordKind::ActiveAccessContext => active_access_context().into(),
        RecordKind::Application => application().into(),
        RecordKind::ApplicationBinding => application_binding().into(),
        RecordKind::Catalog => catalog().into(),
        RecordKind::ExternalIdentity => external_identity().into(),
        RecordKind::FamilyInvitation => family_invitation().into(),
        RecordKind::IdentityFactor => identity_factor().into(),
        RecordKind::Membership => membership().into(),
        RecordKind::OnboardingJourney => onboarding_journey().into(),
        RecordKind::PreparedAccount => prepared_account().into(),
        RecordKind::ProfileValue => profile_value().into(),
        RecordKind::RegistrationSession => registration_session().into(),
        RecordKind::TenantAccount => tenant_account().into(),
        RecordKind::User => user().into(),
        RecordKind::WelcomeProtocol => welcome_protocol().into(),
    }
}

/// The record of a kind that holds no more than it must. Where the kind has nothing optional, it
/// equals the full one.
pub fn minimal_record(kind: RecordKind) -> DomainRecord {
    match kind {
        RecordKind::AccessProfile => minimal_access_profile().into(),
        RecordKind::ActiveAccessContext => minimal_active_access_context().into(),
        RecordKind::ApplicationBinding => minimal_application_binding().into(),
        RecordKind::Catalog => minimal_catalog().into(),
        RecordKind::FamilyInvitation => minimal_family_invitation().into(),
        RecordKind::IdentityFactor => minimal_identity_factor().into(),
        RecordKind::OnboardingJourney => minimal_onboarding_journey().into(),
        RecordKind::PreparedAccount => minimal_prepared_account().into(),
        RecordKind::ProfileValue => minimal_profile_value().into(),
        RecordKind::RegistrationSession => minimal_registration_session().into(),
        RecordKind::User => minimal_user().into(),
        RecordKind::WelcomeProtocol => minimal_welcome_protocol().into(),
        RecordKind::Account
        | RecordKind::Application
        | RecordKind::ExternalIdentity
        | RecordKind::Membership
        | RecordKind::TenantAccount => reference_record(kind),
    }
}

/// A denial with every optional field set.
pub fn reference_audit_record() -> AuditRecord {
    AuditRecord {
        audit_id: fixed("audit-1"),
        operation_id: fixed("operation-1"),
        correlation_id: fixed("correlation-1"),
        tenant: Some(fixed("acme")),
        actor: Actor {
            kind: ActorKind::Agent,
            id: fixed("agent-desk"),
            on_behalf_of: Some(fixed("user-ada")),
            break_glass: true,
        },
        operation: fixed("link_identity"),
        target: Some(AuditTarget::of(
            &DomainRecord::from(external_identity()).id(),
        )),
        outcome: AuditOutcome::Denied,
        reason: Some(ReasonCode::IdentityLinkedElsewhere),
        recorded_at: at(90),
    }
}

/// An event with every optional field set, about the reference tenant account.
pub fn reference_outbox_event() -> OutboxEvent {
    OutboxEvent {
        event_id: fixed("event-1"),
        event_type: fixed("tenant_account.status_set"),
        event_version: 1,
        aggregate: crate::RecordId::new(RecordKind::TenantAccount, tenant_account().record_key()),
        tenant: Some(fixed("acme")),
        operation_id: fixed("operation-1"),
        correlation_id: fixed("correlation-1"),
        payload: json(r#"{"status":"active","user_id":"user-ada"}"#),
        occurred_at: at(90),
    }
}

/// The value of a text that this module holds.
fn fixed<T: TryFrom<&'static str, Error = FieldError>>(text: &'static str) -> T {
    kept(T::try_from(text))
}

/// A value that this module holds and a test has made once.
fn kept<T>(value: Result<T, FieldError>) -> T {
    value.unwrap_or_else(|refused| unreachable!("a fixed value breaks a rule: {refused}"))
}

/// So many seconds after 2026-01-01T00:00:00.123456Z.
fn at(seconds: i64) -> Timestamp {
    kept(Timestamp::from_micros(
        1_767_225_600_123_456 + seconds * 1_000_000,
    ))
}

fn json(text: &str) -> JsonValue {
    kept(JsonValue::parse(text))
}

fn secret(text: &'static str) -> Sensitive<Text> {
    Sensitive::new(fixed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_full_and_a_minimal_record_that_keep_its_rules() {
        for records in [reference_records(), minimal_records()] {
            let kinds: Vec<_> = records.iter().map(DomainRecord::kind).collect();
            assert_eq!(kinds, RecordKind::ALL);
            for record in records {
                assert_eq!(record.validate(), Ok(()), "{}", record.kind());
            }
        }
    }

    #[test]
    fn records_of_tenant_kinds_name_their_tenant_first() {
        for record in reference_records() {
            if record.kind().is_tenant_kind() {
                assert_eq!(
                    record.columns().tenant.map(crate::TenantId::as_str),
                    Some("acme")
                );
                assert!(
                    record.record_key().as_str().starts_with("acme/"),
                    "{}",
                    record.kind()
                );
            }
        }
    }

    #[test]
    fn the_audit_record_and_the_event_keep_their_rules() {
        assert_eq!(reference_audit_record().validate(), Ok(()));
        assert_eq!(reference_outbox_event().validate(), Ok(()));
    }

    #[test]
    fn the_key_of_a_record_is_the_key_by_which_it_is_asked_for() {
        let (user, value) = (user(), profile_value());
        assert_eq!(user.record_key(), crate::User::key_of(&user.user_id));
        let key = crate::ProfileValueKey {
            tenant: value.tenant.clone(),
            user_id: value.user_id.clone(),
            attribute_key: value.attribute_key.clone(),
            scope: value.scope,
            scope_id: value.scope_id.clone(),
        };
        assert_eq!(value.record_key(), crate::ProfileValue::key_of(&key));
    }

    #[test]
    fn debug_shows_no_sensitive_value() {
        for record in reference_records() {
            let shown = format!("{record:?}");
            for canary in ["Ada", "ada@", "user-ada", "+49", "Merry"] {
                assert!(!shown.contains(canary), "{} shows {canary}", record.kind());
            }
        }
    }
}

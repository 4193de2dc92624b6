//! Families and invitations into them: who may, what is refused, and that nothing is left behind.

mod entered;
mod invitation;
mod onboard;

use std::collections::BTreeMap;
use user_engine_domain::{
    AccountStatus, AuditOutcome, FamilyInvitation, InvitationId, List, MembershipKind, ReasonCode,
    RecordKind, TenantId, Timestamp, UserId,
};
use user_engine_ports::{AuditQuery, Clock, Deadline, Scope, UserEngineStore};
use user_engine_service::scenario::World;
use user_engine_service::{
    AcceptFamilyInvitation, ConflictCause, CreateUser, FamilyMember, FamilyPerson,
    InviteFamilyMember, OnboardFamilyDataspace, ResendFamilyInvitation, RevokeFamilyInvitation,
    ServiceError, ServiceErrorKind,
};

fn user(user_id: &str) -> UserId {
    UserId::new(user_id).unwrap()
}

fn home() -> TenantId {
    TenantId::new("home").unwrap()
}

fn new(user_id: Option<&str>) -> CreateUser {
    CreateUser {
        user_id: user_id.map(user),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    }
}

fn enters(person: FamilyPerson, kind: &str) -> FamilyMember {
    FamilyMember::Enters {
        person,
        kind: MembershipKind::new(kind).unwrap(),
    }
}

fn knows(user_id: &str) -> FamilyMember {
    enters(FamilyPerson::Known(user(user_id)), "adult")
}

fn family(founder: &str, members: Vec<FamilyMember>) -> OnboardFamilyDataspace {
    OnboardFamilyDataspace {
        founder: FamilyPerson::New(new(Some(founder))),
        members: List::new(members).unwrap(),
    }
}

fn invite(user_id: &str, role: &str) -> InviteFamilyMember {
    InviteFamilyMember {
        user_id: user(user_id),
        role: MembershipKind::new(role).unwrap(),
        expires_at: None,
    }
}

fn pending(user_id: &str) -> InvitationId {
    FamilyInvitation::pending_id(&user(user_id))
}

fn accept(user_id: &str) -> AcceptFamilyInvitation {
    AcceptFamilyInvitation {
        invitation_id: pending(user_id),
    }
}

fn resend(user_id: &str) -> ResendFamilyInvitation {
    ResendFamilyInvitation {
        invitation_id: pending(user_id),
    }
}

fn revoke(user_id: &str) -> RevokeFamilyInvitation {
    RevokeFamilyInvitation {
        invitation_id: pending(user_id),
    }
}

fn seconds(world: &World, seconds: i64) -> Timestamp {
    let micros = world.clock.now().as_micros() + seconds * 1_000_000;
    Timestamp::from_micros(micros).unwrap()
}

/// How much the store holds, without the audit records.
async fn held(world: &World) -> BTreeMap<&'static str, u64> {
    let counts = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    let mut counts = counts.await.unwrap();
    counts.remove("audit_records");
    counts
}

/// The one refusal of a call that left nothing behind.
async fn refused<T: std::fmt::Debug>(
    world: &World,
    call: impl Future<Output = Result<T, ServiceError>>,
) -> ServiceError {
    let before = held(world).await;
    let error = call.await.unwrap_err();
    assert_eq!(held(world).await, before, "{error:?}");
    error
}

/// The reason under which a denied call was audited, once, with nothing else written.
async fn denied<T: std::fmt::Debug>(
    world: &World,
    call: impl Future<Output = Result<T, ServiceError>>,
) -> ReasonCode {
    let error = refused(world, call).await;
    let kind = ServiceErrorKind::AuthorizationDenied { is_audited: true };
    assert_eq!(*error.kind(), kind);
    let query = AuditQuery {
        correlation_id: error.correlation_id().cloned(),
        ..AuditQuery::new(Scope::Platform)
    };
    let page = world.store.audit_records(&query, Deadline::default()).await;
    let entries = page.unwrap().entries;
    assert_eq!(entries.len(), 1);
    let record = entries.into_iter().next().unwrap().unwrap();
    assert_eq!(record.outcome, AuditOutcome::Denied);
    record.reason.unwrap()
}

fn field(error: &ServiceError) -> &'static str {
    error.invalid().unwrap().field()
}

/// Which kind of record a call found there already.
fn exists(error: &ServiceError) -> RecordKind {
    match error.conflict() {
        Some(ConflictCause::Exists(kind)) => kind,
        other => panic!("{other:?}"),
    }
}

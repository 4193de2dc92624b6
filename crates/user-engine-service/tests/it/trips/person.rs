//! Rows: users, tenants, families, logs.

use super::{Table, row};
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, FamilyInvitation, Issuer, List, MembershipKind, MembershipScope,
    MembershipScopeType, ScopeId, Sensitive, Subject, Text, UserId,
};
use user_engine_service::scenario::ISSUER;
use user_engine_service::{
    AcceptFamilyInvitation, AddMembership, AuditRecords, CreateUser, DiagnoseTenant, Edit,
    EraseUser, ExportUser, FamilyMember, FamilyPerson, InviteFamilyMember, LinkIdentity,
    OnboardFamilyDataspace, OperabilitySnapshot, OutboxDiagnostics, OutboxEvents, PurgeExpired,
    RegistrationBinding, RemoveMembership, ResendFamilyInvitation, ResolveTenantContext,
    RevokeFamilyInvitation, SetAccountStatus, SetTenantAccountStatus, StartRegistration,
    UnlinkIdentity, UpdateUser, WhoAmI,
};

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn create(id: &str) -> CreateUser {
    CreateUser {
        user_id: Some(user(id)),
        display_name: Some(Sensitive::new(Text::new("canary name").unwrap())),
        primary_email: Some(Sensitive::new(Text::new("canary@mail.example").unwrap())),
        status: AccountStatus::Active,
    }
}

pub(super) async fn rows(table: &mut Table) {
    let desk = table.world.desk("acme").unwrap();
    let operator = table.world.by("operator").unwrap();
    let ada = table.world.person("acme", "ada").await.unwrap();
    row!(table, me, 1, ada, WhoAmI);
    row!(table, resolve_tenant_context, 1, ada, ResolveTenantContext);
    row!(table, create_user, 2, desk, create("bob"));
    let update = UpdateUser {
        user_id: user("ada"),
        display_name: Edit::Set(Sensitive::new(Text::new("canary Ada").unwrap())),
        primary_email: Edit::Keep,
    };
    row!(table, update_user, 2, ada, update);
    let link = LinkIdentity {
        user_id: user("ada"),
        issuer: Issuer::new("https://other.example").unwrap(),
        subject: Subject::new("ada").unwrap(),
    };
    let unlink = UnlinkIdentity {
        user_id: link.user_id.clone(),
        issuer: link.issuer.clone(),
        subject: link.subject.clone(),
    };
    row!(table, link_identity, 2, ada, link);
    row!(table, unlink_identity, 2, ada, unlink);
    let user_id = user("bob");
    let status = AccountStatus::Suspended;
    let suspend = SetAccountStatus {
        user_id: user_id.clone(),
        status,
    };
    row!(table, set_account_status, 2, operator, suspend);
    let suspend = SetTenantAccountStatus { user_id, status };
    row!(table, set_tenant_account_status, 2, desk, suspend);
    let add = AddMembership {
        user_id: user("ada"),
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new("press").unwrap(),
        },
        kind: MembershipKind::new("editor").unwrap(),
    };
    let added = row!(table, add_membership, 2, desk, add);
    let remove = RemoveMembership {
        membership_id: added.response.membership_id,
    };
    row!(table, remove_membership, 2, desk, remove);
    row!(table, tenant_diagnostics, 1, desk, DiagnoseTenant);
    let export = ExportUser {
        user_id: user("ada"),
    };
    row!(table, export_user, 1, ada, export);
    let erase = EraseUser {
        user_id: user("bob"),
    };
    row!(table, erase_user, 2, operator, erase);
    family(table).await;
    logs(table).await;
}

async fn family(table: &mut Table) {
    let desk = table.world.desk("home").unwrap();
    let founder = table.world.person("home", "eva").await.unwrap();
    drop(founder);
    for id in ["finn", "gus"] {
        table.world.person("acme", id).await.unwrap();
    }
    let guest = MembershipKind::new("guest").unwrap();
    let onboard = OnboardFamilyDataspace {
        founder: FamilyPerson::Known(user("eva")),
        members: List::from([FamilyMember::Enters {
            person: FamilyPerson::New(create("kim")),
            kind: MembershipKind::new("child").unwrap(),
        }]),
    };
    row!(table, onboard_family_dataspace, 2, desk, onboard);
    let invite = |id: &str| InviteFamilyMember {
        user_id: user(id),
        role: guest.clone(),
        expires_at: None,
    };
    row!(table, invite_family_member, 2, desk, invite("finn"));
    let invitation_id = FamilyInvitation::pending_id(&user("finn"));
    let resend = ResendFamilyInvitation {
        invitation_id: invitation_id.clone(),
    };
    row!(table, resend_family_invitation, 2, desk, resend);
    let finn = table.world.sign_in("home", "finn", &[]).unwrap();
    let accept = AcceptFamilyInvitation { invitation_id };
    row!(table, accept_family_invitation, 2, finn, accept);
    let service = table.world.service.clone();
    let invited = service.invite_family_member(&desk, invite("gus")).await;
    invited.unwrap();
    let revoke = RevokeFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&user("gus")),
    };
    row!(table, revoke_family_invitation, 2, desk, revoke);
}

async fn logs(table: &mut Table) {
    let desk = table.world.desk("acme").unwrap();
    let operator = table.world.by("operator").unwrap();
    row!(table, audit_records, 1, desk, AuditRecords::default());
    row!(table, outbox_events, 1, desk, OutboxEvents::default());
    row!(table, operability_snapshot, 2, desk, OperabilitySnapshot);
    let outbox = OutboxDiagnostics { after: None };
    row!(table, outbox_diagnostics, 2, desk, outbox);
    // Something to remove: a registration that ran out.
    let micros = user_engine_ports::Clock::now(&*table.world.clock).as_micros();
    let end = user_engine_domain::Timestamp::from_micros(micros + 1_000_000).unwrap();
    let bound_to = RegistrationBinding::SignIn {
        issuer: Issuer::new(ISSUER).unwrap(),
        subject: Subject::new("somebody").unwrap(),
    };
    let start = StartRegistration {
        bound_to: Some(bound_to),
        expires_at: Some(end),
    };
    let service = table.world.service.clone();
    service.start_registration(&desk, start).await.unwrap();
    table.world.clock.advance(Duration::from_secs(2));
    // Registrations, their factors, the commit, and the operations to forget.
    let purge = PurgeExpired { after: None };
    row!(table, purge_expired, 4, operator, purge);
}

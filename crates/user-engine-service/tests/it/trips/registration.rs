//! Rows: registrations and prepared accounts.

use super::{Table, row};
use user_engine_domain::{
    AccountStatus, ActorKind, Entitlement, FactorRequirement, FactorType, List, Map,
    PreparedAccountId, RegistrationId, Sensitive, TenantAccountEntitlement, TenantId, Text,
    Timestamp,
};
use user_engine_ports::Clock;
use user_engine_service::scenario::claims_of;
use user_engine_service::{
    AbandonRegistration, AccountLayout, AttachRegistrationFactor, ClaimPreparedAccount, Claims,
    CompleteRegistration, CountAllRegistrations, CountRegistrations, ExpirePreparedAccount,
    ExpireRegistration, ListPreparedAccounts, PrepareAccount, RejectRegistration, RequestContext,
    ResumeRegistration, RevokePreparedAccount, StartRegistration, UpdatePreparedAccount,
};

fn stranger(table: &Table, subject: &str) -> RequestContext {
    let claims = Claims {
        tenant: Some(TenantId::new("acme").unwrap()),
        ..claims_of(ActorKind::Human, subject).unwrap()
    };
    table.world.claims.set(subject, Ok(claims));
    table.world.by(subject).unwrap()
}

fn soon(table: &Table) -> Timestamp {
    let micros = table.world.clock.now().as_micros();
    Timestamp::from_micros(micros + 1_000_000).unwrap()
}

async fn begun(
    table: &Table,
    by: &RequestContext,
    expires_at: Option<Timestamp>,
) -> RegistrationId {
    let start = StartRegistration {
        bound_to: None,
        expires_at,
    };
    let started = table.world.service.start_registration(by, start).await;
    started.unwrap().response.registration_id
}

pub(super) async fn rows(table: &mut Table) {
    let desk = table.world.desk("acme").unwrap();
    let operator = table.world.by("operator").unwrap();
    let vic = stranger(table, "vic");
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    // There is nothing to read first: the id is new.
    let started = row!(table, start_registration, 1, vic, start);
    let registration_id = started.response.registration_id;
    let resume = ResumeRegistration {
        registration_id: registration_id.clone(),
        secret: None,
    };
    row!(table, resume_registration, 2, vic, resume);
    let attach = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(Text::new("canary-vic@example").unwrap()),
        display_value: Some(Sensitive::new(Text::new("canary Vic").unwrap())),
        source_system: Text::new("verifier").unwrap(),
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    };
    row!(table, attach_registration_factor, 2, desk, attach);
    let complete = CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    };
    let completed = row!(table, complete_registration, 2, vic, complete);
    // An issuer that knows its users spares the round trip that finds them by their link.
    let claims = Claims {
        tenant: Some(TenantId::new("acme").unwrap()),
        user_id: Some(completed.response.user_id),
        ..claims_of(ActorKind::Human, "vic").unwrap()
    };
    table.world.claims.set("vic", Ok(claims));
    prepared(table, &vic, registration_id).await;
    let will = stranger(table, "will");
    let abandon = AbandonRegistration {
        registration_id: begun(table, &will, None).await,
        secret: None,
    };
    row!(table, abandon_registration, 2, will, abandon);
    let reject = RejectRegistration {
        registration_id: begun(table, &will, None).await,
    };
    row!(table, reject_registration, 2, desk, reject);
    let expire = ExpireRegistration {
        registration_id: begun(table, &will, Some(soon(table))).await,
    };
    table.world.clock.advance(std::time::Duration::from_secs(2));
    row!(table, expire_registration, 2, desk, expire);
    let count = CountRegistrations { after: None };
    row!(table, registration_diagnostics, 1, desk, count);
    let count = CountAllRegistrations { after: None };
    row!(table, platform_registration_diagnostics, 1, operator, count);
}

fn layout(value: &str, expires_at: Option<Timestamp>) -> AccountLayout {
    AccountLayout {
        factor_requirements: List::from([FactorRequirement {
            factor_type: FactorType::Email,
            normalized_value: Sensitive::new(Text::new(value).unwrap()),
            source_system: None,
            evidence_references: List::default(),
        }]),
        entitlements: List::from([Entitlement::TenantAccount(TenantAccountEntitlement {
            status: AccountStatus::Active,
            requires_approval: false,
        })]),
        display_name_hint: None,
        primary_email_hint: None,
        expires_at,
    }
}

async fn laid_out(table: &Table, layout: AccountLayout) -> PreparedAccountId {
    let desk = table.world.desk("acme").unwrap();
    let prepare = PrepareAccount {
        prepared_account_id: None,
        layout,
    };
    let prepared = table.world.service.prepare_account(&desk, prepare).await;
    prepared.unwrap().response.prepared_account_id
}

async fn prepared(table: &mut Table, vic: &RequestContext, registration_id: RegistrationId) {
    let desk = table.world.desk("acme").unwrap();
    let prepare = PrepareAccount {
        prepared_account_id: None,
        layout: layout("canary-vic@example", None),
    };
    // The id is new: there is nothing to read first.
    let prepared = row!(table, prepare_account, 1, desk, prepare);
    let update = UpdatePreparedAccount {
        prepared_account_id: prepared.response.prepared_account_id,
        layout: AccountLayout {
            display_name_hint: Some(Sensitive::new(Text::new("canary Vic").unwrap())),
            ..layout("canary-vic@example", None)
        },
    };
    row!(table, update_prepared_account, 2, desk, update);
    let list = ListPreparedAccounts::default();
    row!(table, list_prepared_accounts, 1, desk, list);
    let claim = ClaimPreparedAccount { registration_id };
    // The registration's factors are known when it is, and the accounts that they claim then.
    row!(table, claim_prepared_account, 3, vic, claim);
    let revoke = RevokePreparedAccount {
        prepared_account_id: laid_out(table, layout("canary-1@example", None)).await,
    };
    row!(table, revoke_prepared_account, 2, desk, revoke);
    let soon = soon(table);
    let expire = ExpirePreparedAccount {
        prepared_account_id: laid_out(table, layout("canary-2@example", Some(soon))).await,
    };
    table.world.clock.advance(std::time::Duration::from_secs(2));
    row!(table, expire_prepared_account, 2, desk, expire);
}

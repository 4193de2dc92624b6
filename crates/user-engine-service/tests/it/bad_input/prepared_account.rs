//! Rows: prepared accounts.

mod claim;
mod layout;

use super::argument::arguments;
use super::{Matrix, broken, exists, id, not_found, places, refused, rule, secret, unseen, works};
use user_engine_domain::*;
use user_engine_service::{
    AccountLayout, ClaimPreparedAccount, ExpirePreparedAccount, ListPreparedAccounts,
    PrepareAccount, RequestContext, RevokePreparedAccount, UpdatePreparedAccount,
};

arguments! {
    AccountLayout {
        factor_requirements: List<FactorRequirement>,
        entitlements: List<Entitlement>,
        display_name_hint: Option<Sensitive<Text>>,
        primary_email_hint: Option<Sensitive<Text>>,
        expires_at: Option<Timestamp>,
    }
    PrepareAccount { prepared_account_id: Option<PreparedAccountId>, layout: AccountLayout }
    UpdatePreparedAccount { prepared_account_id: PreparedAccountId, layout: AccountLayout }
    ListPreparedAccounts {
        status: Option<PreparedAccountStatus>,
        after: Option<RecordKey>,
        limit: Option<u32>,
    }
    RevokePreparedAccount { prepared_account_id: PreparedAccountId }
    ExpirePreparedAccount { prepared_account_id: PreparedAccountId }
    ClaimPreparedAccount { registration_id: RegistrationId }
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    layout::named(matrix).await;
    let desk = matrix.desk();
    let mail = || layout_of("mail", vec![]);
    layout::refused_by(matrix).await;
    works!(matrix, desk, prepare_account: prepare("pending", mail()));
    let taken = exists(RecordKind::PreparedAccount);
    let again = prepare("pending", mail());
    refused!(matrix, desk, prepare_account.prepared_account_id: again => taken);
    ends(matrix).await;
    works!(matrix, desk, update_prepared_account: update("pending", mail()));
    let expected = "1 to 1,000";
    for limit in [0, 1_001, u32::MAX] {
        let request = ListPreparedAccounts {
            limit: Some(limit),
            ..ListPreparedAccounts::default()
        };
        let range = broken("limit", Rule::OutOfRange { expected });
        refused!(matrix, desk, list_prepared_accounts.limit: request => range);
    }
    for (after, refusal) in places() {
        let request = ListPreparedAccounts {
            after,
            ..ListPreparedAccounts::default()
        };
        refused!(matrix, desk, list_prepared_accounts.after: request => refusal);
    }
    matrix.free("list_prepared_accounts", "it narrows", &["status"]);
    works!(matrix, desk, list_prepared_accounts: ListPreparedAccounts::default());
    claim::rows(matrix).await;
}

fn layout_of(value: &str, entitlements: Vec<Entitlement>) -> AccountLayout {
    AccountLayout {
        factor_requirements: List::from([requirement(FactorType::Email, value)]),
        entitlements: List::new(entitlements).unwrap(),
        display_name_hint: Some(secret("name")),
        primary_email_hint: Some(secret("mail")),
        expires_at: None,
    }
}

fn requirement(factor_type: FactorType, value: &str) -> FactorRequirement {
    FactorRequirement {
        factor_type,
        normalized_value: secret(value),
        source_system: None,
        evidence_references: List::default(),
    }
}

fn prepare(name: &str, layout: AccountLayout) -> PrepareAccount {
    PrepareAccount {
        prepared_account_id: Some(id(name)),
        layout,
    }
}

fn update(name: &str, layout: AccountLayout) -> UpdatePreparedAccount {
    UpdatePreparedAccount {
        prepared_account_id: id(name),
        layout,
    }
}

fn revoke(name: &str) -> RevokePreparedAccount {
    RevokePreparedAccount {
        prepared_account_id: id(name),
    }
}

fn expire(name: &str) -> ExpirePreparedAccount {
    ExpirePreparedAccount {
        prepared_account_id: id(name),
    }
}

async fn prepared(matrix: &Matrix<'_>, by: &RequestContext, name: &str, layout: AccountLayout) {
    let done = matrix
        .world
        .service
        .prepare_account(by, prepare(name, layout))
        .await;
    done.unwrap();
}

/// What is unknown, foreign, over, or not over yet.
async fn ends(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let mail = || layout_of("mail", vec![]);
    prepared(matrix, &matrix.elsewhere(), "foreign", mail()).await;
    let missing = not_found(RecordKind::PreparedAccount);
    let [one, other] = ["unknown", "foreign"].map(|name| update(name, mail()));
    unseen!(matrix, desk, update_prepared_account.prepared_account_id:
        one, other => missing.clone());
    let [one, other] = ["unknown", "foreign"].map(revoke);
    unseen!(matrix, desk, revoke_prepared_account.prepared_account_id:
        one, other => missing.clone());
    let [one, other] = ["unknown", "foreign"].map(expire);
    unseen!(matrix, desk, expire_prepared_account.prepared_account_id: one, other => missing);
    let early = rule("expires_at", "must have passed");
    let request = expire("pending");
    refused!(matrix, desk, expire_prepared_account.prepared_account_id: request => early.clone());
    let soon = AccountLayout {
        expires_at: Some(matrix.seconds(1)),
        ..mail()
    };
    prepared(matrix, &desk, "short", soon).await;
    prepared(matrix, &desk, "withdrawn", mail()).await;
    let request = expire("short");
    refused!(matrix, desk, expire_prepared_account.prepared_account_id: request => early);
    matrix.wait(1);
    works!(matrix, desk, expire_prepared_account: expire("short"));
    works!(matrix, desk, revoke_prepared_account: revoke("withdrawn"));
    for name in ["short", "withdrawn"] {
        let pending = rule("status", "must be pending");
        let request = update(name, mail());
        refused!(matrix, desk, update_prepared_account.prepared_account_id:
            request => pending.clone());
        let request = revoke(name);
        refused!(matrix, desk, revoke_prepared_account.prepared_account_id:
            request => pending.clone());
        refused!(matrix, desk, expire_prepared_account.prepared_account_id:
            expire(name) => pending);
    }
}

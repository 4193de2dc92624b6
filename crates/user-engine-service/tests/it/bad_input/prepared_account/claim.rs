//! Rows: claims.

use super::layout::a_text;
use super::{layout_of, prepared, requirement};
use crate::access_profile::seed;
use crate::bad_input::application::{attribute, publish, published};
use crate::bad_input::{Matrix, denied, id, refused, rule, secret, text, works};
use user_engine_domain::*;
use user_engine_service::{AccountLayout, ClaimPreparedAccount, RevokePreparedAccount};

/// What is claimed by: a completed registration of somebody with one verified factor.
struct Shown<'a> {
    name: &'a str,
    tenant: &'a str,
    user: Option<&'a str>,
    status: RegistrationStatus,
    expires_at: Option<Timestamp>,
}

impl<'a> Shown<'a> {
    fn by(user: &'a str, name: &'a str) -> Self {
        Self {
            name,
            tenant: "acme",
            user: Some(user),
            status: RegistrationStatus::Completed,
            expires_at: None,
        }
    }

    /// Its registration and factor, both of its name.
    fn records(&self) -> Vec<DomainRecord> {
        let begun = Timestamp::from_micros(0).unwrap();
        let registration = RegistrationSession {
            registration_id: id(self.name),
            tenant: Some(id(self.tenant)),
            status: self.status,
            user_id: self.user.map(id),
            correlation_id: id("correlation"),
            expires_at: None,
            created_at: begun,
            updated_at: begun,
        };
        let factor = IdentityFactor {
            factor_id: id(self.name),
            registration_id: id(self.name),
            user_id: self.user.map(id),
            factor_type: FactorType::Email,
            normalized_value: secret(self.name),
            display_value: None,
            source_system: text("verifier"),
            assurance: Map::default(),
            evidence_references: List::default(),
            verified_at: begun,
            expires_at: self.expires_at,
        };
        vec![registration.into(), factor.into()]
    }
}

fn claim(name: &str) -> ClaimPreparedAccount {
    ClaimPreparedAccount {
        registration_id: id(name),
    }
}

fn approved(name: &str) -> AccountLayout {
    let account = Entitlement::TenantAccount(TenantAccountEntitlement {
        status: AccountStatus::Active,
        requires_approval: true,
    });
    layout_of(name, vec![account])
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    let ada = matrix.person("ada").await;
    let bob = matrix.person("bob").await;
    matrix.foreigner("eve").await;
    let desk = matrix.desk();
    lay_out(matrix).await;
    let mut told = Vec::new();
    for (by, name, reason) in [
        (&desk, "unknown", ReasonCode::NotFound),
        (&desk, "abroad", ReasonCode::NotFound),
        (&ada, "unknown", ReasonCode::NotFound),
        (&ada, "abroad", ReasonCode::NotFound),
        (&bob, "right", ReasonCode::RoleMissing),
        (&desk, "open", ReasonCode::RegistrationIncomplete),
        (&desk, "unfit", ReasonCode::NotFound),
        (&desk, "half", ReasonCode::FactorMissing),
        (&desk, "late factor", ReasonCode::FactorExpired),
        (&desk, "late account", ReasonCode::Expired),
        (&desk, "withdrawn account", ReasonCode::Revoked),
        (&desk, "two accounts", ReasonCode::Ambiguous),
        (&desk, "approved", ReasonCode::ApprovalRequired),
        (&desk, "of idle", ReasonCode::AccountInactive),
        (&desk, "of away", ReasonCode::TenantAccountInactive),
    ] {
        let expected = denied(reason);
        let refusal = refused!(matrix, by, claim_prepared_account.registration_id:
            claim(name) => expected);
        told.extend(refusal.map(|(kind, _)| kind));
    }
    for kind in &told {
        matrix.alike("a claim that is denied", kind, &told[0]);
    }
    // What was laid out is defined no more.
    let defined = rule("attribute_key", "must be of an active catalog");
    let request = claim("undefined");
    refused!(matrix, desk, claim_prepared_account.registration_id: request => defined);
    works!(matrix, desk, claim_prepared_account: claim("right"));
    let over = denied(ReasonCode::AlreadyClaimed);
    refused!(matrix, desk, claim_prepared_account.registration_id: claim("right") => over);
}

/// Puts registrations and prepared accounts in their places, by name.
async fn lay_out(matrix: &Matrix<'_>) {
    let desk = matrix.desk();
    let mut records = Vec::new();
    for name in [
        "right",
        "unfit",
        "half",
        "late account",
        "withdrawn account",
        "two accounts",
        "approved",
        "undefined",
    ] {
        records.extend(Shown::by("ada", name).records());
    }
    for shown in [
        Shown::by("idle", "of idle"),
        Shown::by("away", "of away"),
        Shown {
            expires_at: Some(matrix.seconds(0)),
            ..Shown::by("ada", "late factor")
        },
        Shown {
            tenant: "elsewhere",
            ..Shown::by("ada", "abroad")
        },
        Shown {
            user: None,
            status: RegistrationStatus::FactorVerified,
            ..Shown::by("ada", "open")
        },
    ] {
        records.extend(shown.records());
    }
    seed(&matrix.world, records).await;
    for name in [
        "right",
        "late factor",
        "of idle",
        "of away",
        "open",
        "abroad",
    ] {
        prepared(matrix, &desk, name, layout_of(name, vec![])).await;
    }
    let half = AccountLayout {
        factor_requirements: List::from([
            requirement(FactorType::Email, "half"),
            requirement(FactorType::Phone, "other half"),
        ]),
        ..layout_of("half", vec![])
    };
    prepared(matrix, &desk, "half", half).await;
    prepared(matrix, &desk, "approved", approved("approved")).await;
    for name in ["one", "two"] {
        prepared(matrix, &desk, name, layout_of("two accounts", vec![])).await;
    }
    let late = AccountLayout {
        expires_at: Some(matrix.seconds(1)),
        ..layout_of("late account", vec![])
    };
    prepared(matrix, &desk, "late account", late).await;
    matrix.wait(1);
    let name = "withdrawn account";
    prepared(matrix, &desk, name, layout_of(name, vec![])).await;
    let withdrawn = RevokePreparedAccount {
        prepared_account_id: id(name),
    };
    let service = &matrix.world.service;
    service
        .revoke_prepared_account(&desk, withdrawn)
        .await
        .unwrap();
    let given = layout_of("undefined", vec![a_text("press.string")]);
    prepared(matrix, &desk, "undefined", given).await;
    let mut next = publish("press", vec![attribute("press.new", ValueType::String)]);
    next.version = CatalogVersion::new("2.0.0").unwrap();
    published(matrix, next).await;
}

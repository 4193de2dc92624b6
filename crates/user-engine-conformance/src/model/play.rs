//! The model's symbolic world as ids and records of a case.

use super::step::{At, Kind, Place};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::{
    DomainRecord, ExternalIdentity, RecordId, RecordKind, TenantAccount, TenantId, User, UserId,
};
use user_engine_ports::{Operation, ReadAnswer, RequestDigest, Scope, Versioned};

/// The ids and records of one play.
#[derive(Clone)]
pub(super) struct World(pub(super) Context);

impl World {
    pub(super) fn tenant(&self, tenant: u8) -> TenantId {
        self.0.tenant(&format!("t{tenant}"))
    }

    pub(super) fn user_id(&self, user: u8) -> UserId {
        self.0.user_id(&format!("u{user}"))
    }

    pub(super) fn scope(&self, at: At) -> Scope {
        match at {
            At::Tenant(tenant) => Scope::Tenant(self.tenant(tenant)),
            At::Tenantless => Scope::Tenantless,
            At::Platform => Scope::Platform,
        }
    }

    pub(super) fn operation(&self, operation: u8, request: u8) -> Operation {
        let Operation { id, .. } = self.0.operation(&format!("op{operation}"));
        Operation::new(id, RequestDigest::of([request]))
    }

    pub(super) const fn kind(kind: Kind) -> RecordKind {
        match kind {
            Kind::Identity => RecordKind::ExternalIdentity,
            Kind::Account => RecordKind::TenantAccount,
            Kind::User => RecordKind::User,
        }
    }

    pub(super) fn id(&self, place: Place) -> RecordId {
        match place {
            Place::Identity(subject) => {
                id_of::<ExternalIdentity>(&self.0.identity_key(&format!("s{subject}")))
            }
            Place::Account(tenant, user) => {
                id_of::<TenantAccount>(&(self.tenant(tenant), self.user_id(user)))
            }
            Place::User(user) => id_of::<User>(&self.user_id(user)),
        }
    }

    /// The record of a place that carries a number.
    pub(super) fn record(&self, place: Place, number: i64, owner: u8) -> DomainRecord {
        match place {
            Place::Identity(subject) => {
                let mut identity = self
                    .0
                    .identity(&format!("s{subject}"), &format!("u{owner}"));
                identity.linked_at = self.0.at(number);
                identity.into()
            }
            Place::Account(tenant, user) => {
                let mut account = self
                    .0
                    .tenant_account(&format!("t{tenant}"), &format!("u{user}"));
                account.updated_at = self.0.at(number);
                account.into()
            }
            Place::User(user) => self.0.user_version(&format!("u{user}"), number).into(),
        }
    }

    /// The number that a record carries; 0 for records of no model.
    pub(super) fn number_of(&self, record: &DomainRecord) -> i64 {
        let at = match record {
            DomainRecord::ExternalIdentity(identity) => identity.linked_at,
            DomainRecord::TenantAccount(account) => account.updated_at,
            DomainRecord::User(user) => user.updated_at,
            _ => self.0.now(),
        };
        (at.as_micros() - self.0.now().as_micros()) / 1_000_000
    }

    /// The answer to a single read by key.
    pub(super) fn one(
        mut answers: Vec<ReadAnswer>,
    ) -> Result<Option<Versioned<DomainRecord>>, Failure> {
        match (answers.pop(), answers.is_empty()) {
            (Some(ReadAnswer::Get(None)), true) => Ok(None),
            (Some(ReadAnswer::Get(Some(Ok(found)))), true) => Ok(Some(found)),
            _ => Err(Failure::broken("a read by key is not answered by a record")),
        }
    }
}

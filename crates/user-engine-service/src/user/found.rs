//! Everything that is found by a user.

use crate::core::flight::Rows;
use crate::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use user_engine_ports::ListQuery;

/// How many registrations are looked into at a time: their factors are lists of their own, and a
/// flight has at most 1,000 reads.
const REGISTRATIONS: usize = 200;

/// Whether records of a kind can mean a user, so that they are found by one.
const fn means_users(kind: RecordKind) -> bool {
    match kind {
        RecordKind::Account
        | RecordKind::ActiveAccessContext
        | RecordKind::ExternalIdentity
        | RecordKind::FamilyInvitation
        | RecordKind::IdentityFactor
        | RecordKind::Membership
        | RecordKind::OnboardingJourney
        | RecordKind::PreparedAccount
        | RecordKind::ProfileValue
        | RecordKind::RegistrationSession
        | RecordKind::TenantAccount
        | RecordKind::User => true,
        RecordKind::AccessProfile
        | RecordKind::Application
        | RecordKind::ApplicationBinding
        | RecordKind::Catalog
        | RecordKind::WelcomeProtocol => false,
    }
}

/// The reads by which a user's records are found: every kind by the user, and the factors of the
/// user's registrations, whether they name the user or not.
pub(super) struct Walk {
    asked: Vec<(ListQuery, Rows)>,
    /// How many of the lists asked for were followed up.
    followed: usize,
    /// How many rows were read in them.
    rows: usize,
    /// Where to stop.
    budget: usize,
    is_whole: bool,
    /// The registrations of which every factor was read.
    exhausted: BTreeSet<String>,
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Walk({} rows)", self.rows)
    }
}

impl Walk {
    /// Asks for a user's records, until so many were read.
    pub(super) fn begin(user_id: &UserId, budget: usize, flight: &mut Flight) -> Self {
        let mut walk = Self {
            asked: Vec::new(),
            followed: 0,
            rows: 0,
            budget,
            is_whole: true,
            exhausted: BTreeSet::new(),
        };
        for kind in RecordKind::ALL.iter().filter(|kind| means_users(**kind)) {
            let mut query = ListQuery::new(*kind, ListBy::User(user_id.clone()));
            if *kind == RecordKind::RegistrationSession {
                query.limit = REGISTRATIONS;
            }
            walk.ask(query, flight);
        }
        walk
    }

    fn ask(&mut self, query: ListQuery, flight: &mut Flight) {
        let place = flight.rows(query.clone());
        self.asked.push((query, place));
    }

    /// Follows up what the last answers leave open.
    pub(super) fn follow(&mut self, answers: &Answers, flight: &mut Flight) -> Result<(), Refusal> {
        let mut open = Vec::new();
        for (query, place) in &self.asked[self.followed..] {
            let (rows, next) = answers.rows(*place)?;
            self.rows += rows.len();
            match (&query.by, next) {
                (_, Some(next)) => open.push(query.clone().after(Some(next.clone()))),
                (ListBy::Scope { scope_id, .. }, None) => {
                    self.exhausted.insert(scope_id.clone());
                }
                (_, None) => {}
            }
            for row in rows {
                if let DomainRecord::RegistrationSession(session) = &row.record {
                    open.push(factors_of(&session.registration_id));
                }
            }
        }
        self.followed = self.asked.len();
        if self.rows > self.budget && !open.is_empty() {
            self.is_whole = false;
            return Ok(());
        }
        for query in open {
            self.ask(query, flight);
        }
        Ok(())
    }

    /// Whether everything was read.
    pub(super) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether every factor of a registration was read.
    pub(super) fn is_exhausted(&self, registration: &RegistrationId) -> bool {
        self.exhausted.contains(registration.as_str())
    }

    /// What was read, each record once, in the order of kinds and keys.
    pub(super) fn records<'a>(
        &self,
        answers: &'a Answers,
    ) -> Result<BTreeMap<RecordId, &'a Versioned<DomainRecord>>, Refusal> {
        let mut records = BTreeMap::new();
        for (_, place) in &self.asked {
            let (rows, _) = answers.rows(*place)?;
            records.extend(rows.into_iter().map(|row| (row.record.id(), row)));
        }
        Ok(records)
    }
}

fn factors_of(registration: &RegistrationId) -> ListQuery {
    let by = ListBy::Scope {
        scope_type: "registration".to_owned(),
        scope_id: registration.as_str().to_owned(),
    };
    ListQuery::new(RecordKind::IdentityFactor, by)
}

/// Buffers the deletion of a record that was found by a user.
pub(super) fn remove(
    found: &Versioned<DomainRecord>,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let at = found.revision;
    match found.record.clone() {
        DomainRecord::Account(it) => draft.remove::<Account>(&it.user_id, at),
        DomainRecord::ActiveAccessContext(it) => {
            draft.remove::<ActiveAccessContext>(&(it.tenant, it.user_id), at)
        }
        DomainRecord::ExternalIdentity(it) => {
            draft.remove::<ExternalIdentity>(&(it.issuer, it.subject), at)
        }
        DomainRecord::FamilyInvitation(it) => {
            draft.remove::<FamilyInvitation>(&(it.tenant, it.invitation_id), at)
        }
        DomainRecord::IdentityFactor(it) => draft.remove::<IdentityFactor>(&it.factor_id, at),
        DomainRecord::Membership(it) => {
            draft.remove::<Membership>(&(it.tenant, it.membership_id), at)
        }
        DomainRecord::OnboardingJourney(it) => {
            draft.remove::<OnboardingJourney>(&(it.tenant, it.journey_id), at)
        }
        DomainRecord::PreparedAccount(it) => {
            draft.remove::<PreparedAccount>(&(it.tenant, it.prepared_account_id), at)
        }
        DomainRecord::ProfileValue(it) => {
            let key = ProfileValueKey {
                tenant: it.tenant,
                user_id: it.user_id,
                attribute_key: it.attribute_key,
                scope: it.scope,
                scope_id: it.scope_id,
            };
            draft.remove::<ProfileValue>(&key, at)
        }
        DomainRecord::RegistrationSession(it) => {
            draft.remove::<RegistrationSession>(&it.registration_id, at)
        }
        DomainRecord::TenantAccount(it) => {
            draft.remove::<TenantAccount>(&(it.tenant, it.user_id), at)
        }
        DomainRecord::User(it) => draft.remove::<User>(&it.user_id, at),
        DomainRecord::AccessProfile(_)
        | DomainRecord::Application(_)
        | DomainRecord::ApplicationBinding(_)
        | DomainRecord::Catalog(_)
        | DomainRecord::WelcomeProtocol(_) => Ok(()),
    }
}

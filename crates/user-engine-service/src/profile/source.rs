//! What an effective profile is read from: one flight, and more only for users with more values
//! than a page holds.

use super::person::{Accounts, Person};
use super::resolution::{Layers, Resolved};
use super::walk::Walk;
use crate::access_profile::worn::WornSlots;
use crate::prelude::*;
use user_engine_ports::PAGE_MAX;

/// Whose profile is asked for, and for what.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) user_id: UserId,
    pub(crate) application_id: Option<ApplicationId>,
    pub(crate) membership_id: Option<MembershipId>,
}

/// The reads of an effective profile.
#[derive(Debug)]
pub struct Source {
    wanted: Wanted,
    person: Person,
    application: Option<One<Application>>,
    membership: Option<One<Membership>>,
    worn: Option<WornSlots>,
    catalogs: Walk<Catalog>,
    values: Walk<ProfileValue>,
    /// Values read by their keys instead of the pages that are left.
    by_key: Option<Vec<One<ProfileValue>>>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) accounts: Accounts,
    /// The hat worn in the tenant, while it holds.
    pub(crate) hat: Option<ActiveAccessContext>,
    pub(crate) resolved: Vec<Resolved>,
}

impl Source {
    /// Asks for everything that is known to be needed.
    pub(crate) fn reads(
        wanted: Wanted,
        admitted: &Admitted,
        flight: &mut Flight,
    ) -> Result<Self, Refusal> {
        let tenant = admitted.tenant.as_ref();
        let user_id = &wanted.user_id;
        let membership = match &wanted.membership_id {
            Some(id) => Some(flight.get(&(admitted.tenant()?.clone(), id.clone()))),
            None => None,
        };
        let catalogs = match &wanted.application_id {
            Some(id) => ListBy::Application(id.clone()),
            None => ListBy::Kind,
        };
        Ok(Self {
            person: Person::reads(admitted, user_id, flight),
            application: wanted.application_id.as_ref().map(|id| flight.get(id)),
            membership,
            worn: tenant.map(|tenant| WornSlots::reads(Some(tenant), user_id, flight)),
            catalogs: Walk::begin(catalogs, flight),
            values: Walk::begin(ListBy::User(user_id.clone()), flight),
            by_key: None,
            wanted,
        })
    }

    /// Asks for what is left: the values by their keys, where an application's fit one flight;
    /// otherwise the next page.
    pub(crate) fn read_on(
        &mut self,
        admitted: &Admitted,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        if let Some(worn) = &mut self.worn {
            worn.read_on(answers, flight)?;
        }
        if self.by_key.is_some() {
            return Ok(());
        }
        let has_catalogs = self.catalogs.open(answers)?.is_none();
        self.catalogs.read_on(answers, flight)?;
        let Some(behind) = self.values.open(answers)? else {
            return Ok(());
        };
        if let Some(owner) = &self.wanted.application_id
            && has_catalogs
        {
            let catalogs = self.catalogs.records(answers)?;
            let mut keys = keys_of(&self.wanted, owner, admitted.tenant.as_ref(), &catalogs);
            keys.retain(|key| ProfileValue::key_of(key) > *behind);
            if keys.len() <= PAGE_MAX {
                self.by_key = Some(keys.iter().map(|key| flight.get(key)).collect());
                return Ok(());
            }
        }
        self.values.read_on(answers, flight)
    }

    /// Resolves what was read.
    ///
    /// # Errors
    ///
    /// `NotFound` of the user, the application or the membership.
    pub(crate) fn found(&self, admitted: &Admitted, answers: &Answers) -> Result<Found, Refusal> {
        let accounts = self.person.require(admitted, answers)?;
        if let Some(place) = self.application {
            require_application(place, answers)?;
        }
        if let Some(place) = self.membership {
            let found = answers.one(place)?;
            let is_theirs = found.is_some_and(|found| found.record.user_id == self.wanted.user_id);
            if !is_theirs {
                return Err(Refusal::NotFound(RecordKind::Membership));
            }
        }
        let hat = match &self.worn {
            Some(worn) => worn.holding(answers, admitted.now)?,
            None => None,
        };
        let mut values = self.values.records(answers)?;
        for place in self.by_key.iter().flatten() {
            values.extend(answers.one(*place)?.map(|found| found.record));
        }
        let layers = Layers {
            tenant: admitted.tenant.as_ref(),
            membership_id: self.wanted.membership_id.as_ref(),
            catalogs: self.catalogs.records(answers)?,
            hat: hat.as_ref(),
            with_undefined: self.wanted.application_id.is_none(),
        };
        let resolved = layers.resolve(values);
        Ok(Found {
            accounts,
            hat,
            resolved,
        })
    }
}

/// Checks that an application is served. To a reader a retired one is as one that never was.
pub(crate) fn require_application(
    place: One<Application>,
    answers: &Answers,
) -> Result<(), Refusal> {
    match answers.one(place)? {
        Some(found) if found.record.state == ApplicationState::Active => Ok(()),
        _ => Err(Refusal::NotFound(RecordKind::Application)),
    }
}

/// The keys of everything that an application's catalogs can resolve to.
fn keys_of(
    wanted: &Wanted,
    owner: &ApplicationId,
    tenant: Option<&TenantId>,
    catalogs: &[Catalog],
) -> Vec<ProfileValueKey> {
    let mut layers = vec![
        (None, ProfileScope::Global, None),
        (None, ProfileScope::Application, Some(ScopeId::from(owner))),
    ];
    if let Some(tenant) = tenant {
        let scope_id = Some(ScopeId::from(tenant));
        layers.push((Some(tenant), ProfileScope::Tenant, scope_id));
        if let Some(id) = &wanted.membership_id {
            let scope_id = Some(ScopeId::from(id));
            layers.push((Some(tenant), ProfileScope::Membership, scope_id));
        }
    }
    let mut keys = Vec::new();
    for catalog in catalogs {
        if catalog.state != CatalogState::Active {
            continue;
        }
        for definition in catalog.attributes.iter().filter(|it| !it.retired) {
            for (tenant, scope, scope_id) in &layers {
                keys.push(ProfileValueKey {
                    tenant: tenant.cloned(),
                    user_id: wanted.user_id.clone(),
                    attribute_key: definition.key.clone(),
                    scope: *scope,
                    scope_id: scope_id.clone(),
                });
            }
        }
    }
    keys
}

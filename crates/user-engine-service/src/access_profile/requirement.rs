//! Whether a user meets what a hat requires, when it is selected and ever after.

use crate::prelude::*;
use crate::profile::walk::Walk;
use std::collections::BTreeSet;

/// The reads by which a user's factors are found, as far as they count in a tenant.
///
/// A factor belongs to no tenant, and whoever verified it did so in a registration. Registrations
/// of other tenants are out of reach in a tenant's scope, so a factor counts when its registration
/// is among those that were read: what another tenant vouched for counts nowhere else.
#[derive(Debug)]
pub(crate) struct VouchedSlots {
    factors: Walk<IdentityFactor>,
    registrations: Many<RegistrationSession>,
}

impl VouchedSlots {
    /// Asks for a user's factors, and for the registrations that they may be from.
    pub(crate) fn reads(user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            factors: Walk::begin(ListBy::User(user_id.clone()), flight),
            registrations: flight.list(ListBy::User(user_id.clone())),
        }
    }

    /// Asks for the next factors of a user with more than a page of them.
    pub(crate) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        self.factors.read_on(answers, flight)
    }

    /// The factors that count, expired or not.
    ///
    /// Those of registrations behind the user's first 1,000 don't: anybody may register as often
    /// as they like, and nobody else is to be held up by that.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for more factors than were read.
    pub(crate) fn factors(
        &self,
        answers: &Answers,
    ) -> Result<Vec<Versioned<IdentityFactor>>, Refusal> {
        let registrations = answers.page(self.registrations)?.records.into_iter();
        let within: BTreeSet<_> = registrations
            .map(|found| found.record.registration_id)
            .collect();
        let mut factors = self.factors.all(answers)?;
        factors.retain(|found| within.contains(&found.record.registration_id));
        Ok(factors)
    }
}

/// The reads by which a wearer is judged.
#[derive(Debug)]
pub(crate) struct WearerSlots {
    account: One<Account>,
    tenant_account: Option<One<TenantAccount>>,
    memberships: Walk<Membership>,
    vouched: VouchedSlots,
}

impl WearerSlots {
    /// Asks for what a user is judged by in a tenant; outside of one nobody wears anything.
    pub(crate) fn reads(tenant: Option<&TenantId>, user_id: &UserId, flight: &mut Flight) -> Self {
        let key = tenant.map(|tenant| (tenant.clone(), user_id.clone()));
        Self {
            account: flight.get(user_id),
            tenant_account: key.map(|key| flight.get(&key)),
            memberships: Walk::begin(ListBy::User(user_id.clone()), flight),
            vouched: VouchedSlots::reads(user_id, flight),
        }
    }

    /// Asks for the next memberships and factors of a user with more than a page of them.
    pub(crate) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        self.memberships.read_on(answers, flight)?;
        self.vouched.read_on(answers, flight)
    }

    /// What was read.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for more memberships or factors than were read.
    pub(crate) fn wearer(&self, answers: &Answers) -> Result<Wearer, Refusal> {
        let account = answers.one(self.account)?;
        Ok(Wearer {
            account: account.map(|found| found.record.status),
            tenant_account: match self.tenant_account {
                Some(place) => answers.one(place)?,
                None => None,
            },
            memberships: self.memberships.all(answers)?,
            factors: self.vouched.factors(answers)?,
        })
    }
}

/// A user as hats judge them.
#[derive(Debug)]
pub(crate) struct Wearer {
    /// The status of the account, where there is one.
    pub(crate) account: Option<AccountStatus>,
    pub(crate) tenant_account: Option<Versioned<TenantAccount>>,
    pub(crate) memberships: Vec<Versioned<Membership>>,
    /// The factors that count in the tenant, expired or not.
    pub(crate) factors: Vec<Versioned<IdentityFactor>>,
}

/// What satisfied a hat's requirements: one membership and one factor for each.
#[derive(Debug, Default)]
pub(crate) struct Matched<'a> {
    pub(crate) memberships: Vec<&'a Versioned<Membership>>,
    pub(crate) factors: Vec<&'a Versioned<IdentityFactor>>,
}

impl Wearer {
    /// The tenant account, while it is active.
    pub(crate) fn active_account(&self) -> Result<&Versioned<TenantAccount>, ReasonCode> {
        self.tenant_account
            .as_ref()
            .filter(|found| found.record.status == AccountStatus::Active)
            .ok_or(ReasonCode::TenantAccountInactive)
    }

    /// The first membership for each requirement, and for each factor type the unexpired factor
    /// that lasts longest; the reason where one is missing.
    pub(crate) fn meets(
        &self,
        profile: &AccessProfile,
        now: Timestamp,
    ) -> Result<Matched<'_>, ReasonCode> {
        let mut matched = Matched::default();
        for requirement in &profile.required_memberships {
            let mut fitting = self.memberships.iter();
            let found = fitting
                .find(|found| fits(requirement, &found.record))
                .ok_or(ReasonCode::MembershipMissing)?;
            let id = &found.record.membership_id;
            if !matched
                .memberships
                .iter()
                .any(|it| it.record.membership_id == *id)
            {
                matched.memberships.push(found);
            }
        }
        for factor_type in &profile.required_factor_types {
            matched.factors.push(self.lasting(*factor_type, now)?);
        }
        Ok(matched)
    }

    /// The unexpired factor of a type that lasts longest.
    pub(crate) fn lasting(
        &self,
        factor_type: FactorType,
        now: Timestamp,
    ) -> Result<&Versioned<IdentityFactor>, ReasonCode> {
        let mut lacking = ReasonCode::FactorMissing;
        let mut longest: Option<&Versioned<IdentityFactor>> = None;
        for factor in &self.factors {
            if factor.record.factor_type != factor_type {
                continue;
            }
            lacking = ReasonCode::FactorExpired;
            let lasts = lasts_until(&factor.record);
            if lasts > now && longest.is_none_or(|it| lasts > lasts_until(&it.record)) {
                longest = Some(factor);
            }
        }
        longest.ok_or(lacking)
    }

    /// Why the worn hat holds no longer; nothing while it does.
    ///
    /// The requirements are the present ones. One that requires approval was approved as it was:
    /// it counts only when it was selected after its last change. The store says which came first:
    /// the instants may be of two nodes, whose clocks differ.
    pub(crate) fn lapse(
        &self,
        context: &Versioned<ActiveAccessContext>,
        profile: Option<&Versioned<AccessProfile>>,
        now: Timestamp,
    ) -> Option<ReasonCode> {
        if self.account != Some(AccountStatus::Active) {
            return Some(ReasonCode::AccountInactive);
        }
        let Some(Versioned { revision, record }) = profile else {
            return Some(ReasonCode::NotFound);
        };
        if let Err(reason) = self.active_account() {
            return Some(reason);
        }
        if let Err(reason) = self.meets(record, now) {
            return Some(reason);
        }
        let is_changed = written(context.revision) < written(*revision)
            || context.record.selected_at < record.updated_at;
        (record.requires_approval && is_changed).then_some(ReasonCode::ApprovalRequired)
    }
}

/// The place of a revision among others: what a unit has yet to commit comes behind everything.
fn written(revision: Revision) -> i64 {
    if revision == Revision::UNCOMMITTED {
        return i64::MAX;
    }
    revision.as_i64()
}

/// When a factor stops to count, the end of time where it never does.
fn lasts_until(factor: &IdentityFactor) -> Timestamp {
    factor.expires_at.unwrap_or(Timestamp::MAX)
}

fn fits(requirement: &MembershipRequirement, membership: &Membership) -> bool {
    let any_or = |wanted: Option<&ScopeId>| {
        wanted.is_none_or(|scope_id| *scope_id == membership.scope.scope_id)
    };
    let as_any = requirement.kind.as_ref();
    requirement.scope_type == membership.scope.scope_type
        && any_or(requirement.scope_id.as_ref())
        && as_any.is_none_or(|kind| *kind == membership.kind)
}

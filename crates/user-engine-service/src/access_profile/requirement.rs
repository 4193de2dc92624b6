//! Whether a user meets what a hat requires, when it is selected and ever after.

use crate::prelude::*;
use std::collections::BTreeSet;

/// The reads by which a user's factors are found, as far as they count in a tenant.
///
/// A factor belongs to no tenant, and whoever verified it did so in a registration. Registrations
/// of other tenants are out of reach in a tenant's scope, so a factor counts when its registration
/// is among those that were read: what another tenant vouched for counts nowhere else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VouchedSlots {
    factors: Many<IdentityFactor>,
    registrations: Many<RegistrationSession>,
}

impl VouchedSlots {
    /// Asks for a user's factors, and for the registrations that they may be from.
    pub(crate) fn reads(user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            factors: flight.list(ListBy::User(user_id.clone())),
            registrations: flight.list(ListBy::User(user_id.clone())),
        }
    }

    /// The factors that count, expired or not.
    ///
    /// Those of registrations behind the user's first 1,000 don't: anybody may register as often
    /// as they like, and nobody else is to be held up by that.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for more than 1,000 factors.
    pub(crate) fn factors(
        self,
        answers: &Answers,
    ) -> Result<Vec<Versioned<IdentityFactor>>, Refusal> {
        let registrations = answers.page(self.registrations)?.records.into_iter();
        let within: BTreeSet<_> = registrations
            .map(|found| found.record.registration_id)
            .collect();
        let mut factors = answers.all(self.factors)?;
        factors.retain(|found| within.contains(&found.record.registration_id));
        Ok(factors)
    }
}

/// The reads by which a wearer is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WearerSlots {
    pub(crate) tenant_account: One<TenantAccount>,
    pub(crate) memberships: Many<Membership>,
    pub(crate) factors: VouchedSlots,
}

impl WearerSlots {
    /// Asks for what a user is judged by in a tenant.
    pub(crate) fn reads(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            tenant_account: flight.get(&(tenant.clone(), user_id.clone())),
            memberships: flight.list(ListBy::User(user_id.clone())),
            factors: VouchedSlots::reads(user_id, flight),
        }
    }

    /// What was read.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for more than 1,000 memberships or factors.
    pub(crate) fn wearer(self, answers: &Answers) -> Result<Wearer, Refusal> {
        Ok(Wearer {
            tenant_account: answers.one(self.tenant_account)?,
            memberships: answers.all(self.memberships)?,
            factors: self.factors.factors(answers)?,
        })
    }
}

/// A user as hats judge them.
#[derive(Debug)]
pub(crate) struct Wearer {
    pub(crate) tenant_account: Option<Versioned<TenantAccount>>,
    pub(crate) memberships: Vec<Versioned<Membership>>,
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
    /// it counts only when it was selected after its last change.
    pub(crate) fn lapse(
        &self,
        context: &ActiveAccessContext,
        profile: Option<&AccessProfile>,
        now: Timestamp,
    ) -> Option<ReasonCode> {
        let Some(profile) = profile else {
            return Some(ReasonCode::NotFound);
        };
        if let Err(reason) = self.active_account() {
            return Some(reason);
        }
        if let Err(reason) = self.meets(profile, now) {
            return Some(reason);
        }
        let is_changed = context.selected_at < profile.updated_at;
        (profile.requires_approval && is_changed).then_some(ReasonCode::ApprovalRequired)
    }
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

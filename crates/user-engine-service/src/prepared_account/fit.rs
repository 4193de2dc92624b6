//! Which prepared account a registration's factors fit.
//!
//! A factor belongs to no tenant: it counts where whoever vouched for it does. Those are services
//! of the registration's tenant, so that its factors count in that tenant and nowhere else: a claim
//! finds registrations of its own tenant or of none. For one of none they are the platform's,
//! services whose credential is of no tenant, by an issuer that speaks for everybody, and operators:
//! its factors count in every tenant, as they do for hats. Which other registrations the same person has doesn't matter: only
//! the factors of the one that claims are looked at.

use crate::prelude::*;
use crate::profile::walk::Walk;
use crate::registration::session::Found;
use std::collections::BTreeMap;

/// The reads of the prepared accounts whose first requirement is one of a registration's factors.
#[derive(Debug)]
pub(super) struct FitSlots(Vec<Walk<PreparedAccount>>);

impl FitSlots {
    /// Asks for them, of factors that have run out too: then the denial can say why.
    pub(super) fn reads(registration: &Found, flight: &mut Flight) -> Self {
        let mut scopes = BTreeMap::new();
        for factor in &registration.factors {
            let factor = &factor.record;
            let value = factor.normalized_value.expose().as_str();
            let scope_id = PreparedAccount::claim_scope_id(factor.factor_type, value);
            // The same value may be there of several source systems.
            scopes.insert(scope_id, factor.factor_type);
        }
        let by = |(scope_id, scope_type): (String, FactorType)| {
            let scope_type = scope_type.as_str().to_owned();
            let by = ListBy::Scope {
                scope_type,
                scope_id,
            };
            Walk::begin(by, flight)
        };
        Self(scopes.into_iter().map(by).collect())
    }

    /// Asks for the next accounts where more than a page of them begin with the same factor, as
    /// those of a campaign with one invitation do; says whether it asked for any.
    pub(super) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<bool, Refusal> {
        let mut is_open = false;
        for walk in &mut self.0 {
            is_open |= walk.open(answers)?.is_some();
            walk.read_on(answers, flight)?;
        }
        Ok(is_open)
    }

    /// The one prepared account that these factors fit and that can be claimed.
    ///
    /// # Errors
    ///
    /// Denied with the reason nearest to a claim: `ambiguous` when more than one can be claimed.
    pub(super) fn one(
        &self,
        registration: &Found,
        answers: &Answers,
        now: Timestamp,
        target: &RecordId,
    ) -> Result<Versioned<PreparedAccount>, Refusal> {
        let denied = |reason| Err(Refusal::Denied(reason, Some(target.clone())));
        let mut nearest = Misfit::NoneFound;
        let mut fitting: Option<Versioned<PreparedAccount>> = None;
        for walk in &self.0 {
            for found in walk.all(answers)? {
                match misfit(&found.record, registration, now) {
                    Some(misfit) => nearest = nearest.max(misfit),
                    None if fitting.is_some() => return denied(ReasonCode::Ambiguous),
                    None => fitting = Some(found),
                }
            }
        }
        match fitting {
            Some(found) => Ok(found),
            None => denied(nearest.reason()),
        }
    }
}

/// Why a prepared account can't be claimed, the nearest to a claim last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Misfit {
    NoneFound,
    FactorMissing,
    FactorExpired,
    Expired,
    Revoked,
    Claimed,
}

impl Misfit {
    const fn reason(self) -> ReasonCode {
        match self {
            Self::NoneFound => ReasonCode::NotFound,
            Self::FactorMissing => ReasonCode::FactorMissing,
            Self::FactorExpired => ReasonCode::FactorExpired,
            Self::Expired => ReasonCode::Expired,
            Self::Revoked => ReasonCode::Revoked,
            Self::Claimed => ReasonCode::AlreadyClaimed,
        }
    }
}

fn misfit(account: &PreparedAccount, registration: &Found, now: Timestamp) -> Option<Misfit> {
    let mut has_run_out_factor = false;
    for requirement in &account.factor_requirements {
        match longest(requirement, registration) {
            None => return Some(Misfit::FactorMissing),
            Some(factor) => has_run_out_factor |= has_run_out(factor.record.expires_at, now),
        }
    }
    match account.status {
        PreparedAccountStatus::Claimed => Some(Misfit::Claimed),
        PreparedAccountStatus::Revoked => Some(Misfit::Revoked),
        PreparedAccountStatus::Expired => Some(Misfit::Expired),
        PreparedAccountStatus::Pending if has_run_out(account.expires_at, now) => {
            Some(Misfit::Expired)
        }
        PreparedAccountStatus::Pending => has_run_out_factor.then_some(Misfit::FactorExpired),
    }
}

/// The factor that meets a requirement and lasts longest, whether it has run out or not.
pub(super) fn longest<'a>(
    requirement: &FactorRequirement,
    registration: &'a Found,
) -> Option<&'a Versioned<IdentityFactor>> {
    let meets = |found: &&Versioned<IdentityFactor>| {
        let factor = &found.record;
        let source = requirement.source_system.as_ref();
        factor.factor_type == requirement.factor_type
            && factor.normalized_value == requirement.normalized_value
            && source.is_none_or(|source| *source == factor.source_system)
    };
    let fitting = registration.factors.iter().filter(meets);
    fitting.max_by_key(|found| found.record.expires_at.unwrap_or(Timestamp::MAX))
}

//! A registration as its operations find it: who may act on it, and what was verified in it.

use super::binding::{binding_id, is_bound_to};
use crate::prelude::*;

/// The most factors of one registration.
pub(crate) const FACTORS_MAX: usize = 32;

/// The record that a registration's operations name.
pub(super) fn target(registration_id: &RegistrationId) -> RecordId {
    let key = RegistrationSession::key_of(registration_id);
    RecordId::new(RecordKind::RegistrationSession, key)
}

/// The reads of a registration with its factors.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationSlots {
    session: One<RegistrationSession>,
    factors: Many<IdentityFactor>,
}

/// A registration with its factors.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) session: Versioned<RegistrationSession>,
    /// What services vouched for.
    pub(crate) factors: Vec<Versioned<IdentityFactor>>,
    /// What the registration is bound to; none once it is completed.
    pub(super) binding: Option<Versioned<IdentityFactor>>,
}

/// The scope by which a registration's factors are found.
fn of_registration(registration_id: &RegistrationId) -> ListBy {
    ListBy::Scope {
        scope_type: "registration".to_owned(),
        scope_id: registration_id.as_str().to_owned(),
    }
}

impl RegistrationSlots {
    pub(crate) fn reads(registration_id: &RegistrationId, flight: &mut Flight) -> Self {
        Self {
            session: flight.get(registration_id),
            factors: flight.list(of_registration(registration_id)),
        }
    }

    /// The registration, whoever asks; `None` where the tenant has no such one.
    pub(crate) fn found(
        self,
        answers: &Answers,
        tenant: Option<&TenantId>,
    ) -> Result<Option<Found>, Refusal> {
        let session = answers.one(self.session)?;
        let Some(session) = session.filter(|found| found.record.tenant.as_ref() == tenant) else {
            return Ok(None);
        };
        self.with_factors(session, answers).map(Some)
    }

    /// The registration of this tenant or of none, whoever asks.
    pub(crate) fn found_or_tenantless(
        self,
        answers: &Answers,
        tenant: &TenantId,
    ) -> Result<Option<Found>, Refusal> {
        let session = answers.one(self.session)?;
        let is_own = |found: &Versioned<RegistrationSession>| {
            found.record.tenant.as_ref().is_none_or(|of| of == tenant)
        };
        let Some(session) = session.filter(is_own) else {
            return Ok(None);
        };
        self.with_factors(session, answers).map(Some)
    }

    fn with_factors(
        self,
        session: Versioned<RegistrationSession>,
        answers: &Answers,
    ) -> Result<Found, Refusal> {
        let mut factors = answers.all(self.factors)?;
        let binding_id = binding_id(&session.record.registration_id)?;
        let place = factors
            .iter()
            .position(|found| found.record.factor_id == binding_id);
        let binding = place.map(|place| factors.remove(place));
        Ok(Found {
            session,
            factors,
            binding,
        })
    }

    /// The registration, for whoever may act on it: its tenant's services and administrators and
    /// platform operators, who need no secret, and the person whom it is bound to.
    ///
    /// # Errors
    ///
    /// `NotFound` for those who act by a role, whether the registration is unknown or another
    /// tenant's. Whoever has none is denied alike for an unknown registration, another tenant's,
    /// another person's, and a secret that is missing, wrong or not asked for, so that trying ids
    /// and secrets leaves a trace and tells nothing. A completed registration is bound to nobody.
    pub(super) fn for_actor(
        self,
        registration_id: &RegistrationId,
        secret: Option<&Sensitive<Text>>,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<Found, Refusal> {
        let found = self.found(answers, admitted.tenant.as_ref())?;
        if admitted.grant != Grant::Anyone {
            return found.ok_or(Refusal::NotFound(RecordKind::RegistrationSession));
        }
        let denied = |reason| Refusal::Denied(reason, Some(target(registration_id)));
        let found = found.ok_or_else(|| denied(ReasonCode::NotFound))?;
        let binding = found.binding.as_ref().map(|found| &found.record);
        if binding.is_some_and(|binding| is_bound_to(binding, admitted, secret)) {
            Ok(found)
        } else {
            Err(denied(ReasonCode::RoleMissing))
        }
    }
}

impl Found {
    /// Refuses a registration that has ended or run out.
    ///
    /// # Errors
    ///
    /// `Validation` of `status` or `expires_at`.
    pub(super) fn require_open(&self, now: Timestamp) -> Result<(), Refusal> {
        let session = &self.session.record;
        if session.status.is_ended() {
            return Err(Refusal::rule("status", "must be of an open registration"));
        }
        if has_run_out(session.expires_at, now) {
            return Err(Refusal::rule("expires_at", "must lie ahead"));
        }
        Ok(())
    }

    /// The verified factors that have not run out.
    pub(crate) fn live_factors(&self, now: Timestamp) -> impl Iterator<Item = &IdentityFactor> {
        let live = move |factor: &&IdentityFactor| !has_run_out(factor.expires_at, now);
        self.factors.iter().map(|found| &found.record).filter(live)
    }
}

/// Refuses an end that doesn't lie ahead.
///
/// # Errors
///
/// `Validation` of `expires_at`.
pub(crate) fn require_ahead(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    if has_run_out(expires_at, now) {
        return Err(Refusal::rule("expires_at", "must lie ahead"));
    }
    Ok(())
}

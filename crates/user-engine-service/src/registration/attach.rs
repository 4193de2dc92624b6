//! Attaching a factor that was verified elsewhere.

use super::event::RegistrationFactorVerified;
use super::session::{FACTORS_MAX, RegistrationSlots, require_ahead, target};
use crate::prelude::*;

request!(
    /// Vouches for a factor of a registering person.
    AttachRegistrationFactor {
        /// The registration.
        registration_id: RegistrationId,
        /// The factor's type.
        factor_type: FactorType,
        /// The value by which it is compared; not empty.
        normalized_value: Sensitive<Text>,
        /// The value to show.
        display_value: Option<Sensitive<Text>>,
        /// The system that verified it; not empty.
        source_system: Text,
        /// What the verification is worth, in the source system's words.
        assurance: Map<Text, Text>,
        /// Where the evidence is kept; references only.
        evidence_references: List<Text>,
        /// When the verification runs out; never, where absent.
        expires_at: Option<Timestamp>,
    }
);

response!(
    /// A factor that was attached.
    AttachedFactor {
        /// The registration.
        registration_id: RegistrationId,
        /// The factor.
        factor_id: FactorId,
        /// The registration's status now.
        status: RegistrationStatus,
        /// Whether the factor had been attached before and is verified anew.
        is_renewed: bool,
        /// When.
        verified_at: Timestamp,
    }
);

impl Operation for AttachRegistrationFactor {
    const SPEC: OperationSpec = OperationSpec {
        name: "attach_registration_factor",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[Grant::Service, Grant::PlatformOperator],
        events: &[RegistrationFactorVerified::SPEC],
    };
    type Slots = RegistrationSlots;

    fn target(&self) -> Option<RecordId> {
        Some(target(&self.registration_id))
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        if self.source_system.as_str().is_empty() {
            return Err(FieldError::new("source_system", Rule::Empty).into());
        }
        Ok(RegistrationSlots::reads(&self.registration_id, flight))
    }
}

impl Mutation for AttachRegistrationFactor {
    type Response = AttachedFactor;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<AttachedFactor>, Refusal> {
        // Judged behind the flight, where a repetition has been answered already.
        require_ahead(self.expires_at, draft.now())?;
        let found = slots.for_actor(&self.registration_id, None, answers, draft.admitted())?;
        found.require_open(draft.now())?;
        let same = |it: &&Versioned<IdentityFactor>| {
            it.record.factor_type == self.factor_type
                && it.record.normalized_value == self.normalized_value
                && it.record.source_system == self.source_system
        };
        let earlier = found.factors.iter().find(same);
        if earlier.is_none() && found.factors.len() >= FACTORS_MAX {
            let max_entries = FACTORS_MAX;
            return Err(FieldError::new("factors", Rule::TooMany { max_entries }).into());
        }
        let verified_at = match earlier {
            Some(earlier) => draft.now_or(earlier.record.verified_at),
            None => draft.now(),
        };
        let factor_id = match earlier {
            Some(earlier) => earlier.record.factor_id.clone(),
            None => draft.fresh()?,
        };
        let factor = self.factor(factor_id.clone(), verified_at);
        draft.put(factor, earlier)?;
        let session = RegistrationSession {
            status: RegistrationStatus::FactorVerified,
            updated_at: draft.now_or(found.session.record.updated_at),
            ..found.session.record
        };
        draft.replace(session.clone(), found.session.revision)?;
        let is_renewed = earlier.is_some();
        let verified = RegistrationFactorVerified {
            registration_id: self.registration_id.clone(),
            factor_id: factor_id.clone(),
            factor_type: self.factor_type,
            is_renewed,
        };
        let response = AttachedFactor {
            registration_id: self.registration_id.clone(),
            factor_id,
            status: session.status,
            is_renewed,
            verified_at,
        };
        Ok(Change::of(&session, &session, &verified, response))
    }
}

impl AttachRegistrationFactor {
    fn factor(&self, factor_id: FactorId, verified_at: Timestamp) -> IdentityFactor {
        IdentityFactor {
            factor_id,
            registration_id: self.registration_id.clone(),
            user_id: None,
            factor_type: self.factor_type,
            normalized_value: self.normalized_value.clone(),
            display_value: self.display_value.clone(),
            source_system: self.source_system.clone(),
            assurance: self.assurance.clone(),
            evidence_references: self.evidence_references.clone(),
            verified_at,
            expires_at: self.expires_at,
        }
    }
}

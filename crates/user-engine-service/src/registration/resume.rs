//! Coming back to a registration.

use super::event::RegistrationResumed;
use super::session::{RegistrationSlots, target};
use crate::prelude::*;

request!(
    /// Comes back to a registration.
    ResumeRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// The secret that the registration is bound to; absent where it is bound to a sign-in.
        /// Who acts by a role needs none, and none is looked at.
        secret: Option<Sensitive<Text>>,
    }
);

response!(
    /// A registration that goes on.
    ResumedRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// `factor_pending` while it waits for a factor, `factor_verified` when it can be
        /// completed.
        status: RegistrationStatus,
        /// How many of its verified factors have not run out.
        factor_count: u32,
        /// When it runs out.
        expires_at: Option<Timestamp>,
    }
);

impl Operation for ResumeRegistration {
    const SPEC: OperationSpec = OperationSpec {
        name: "resume_registration",
        reach: Reach::TenantOrNone,
        stands: Stands::Nowhere,
        grants: &[
            Grant::Service,
            Grant::TenantAdmin,
            Grant::PlatformOperator,
            Grant::Anyone,
        ],
        events: &[RegistrationResumed::SPEC],
    };
    type Slots = RegistrationSlots;

    fn target(&self) -> Option<RecordId> {
        Some(target(&self.registration_id))
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        Ok(RegistrationSlots::reads(&self.registration_id, flight))
    }
}

impl Mutation for ResumeRegistration {
    type Response = ResumedRegistration;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ResumedRegistration>, Refusal> {
        let secret = self.secret.as_ref();
        let found = slots.for_actor(&self.registration_id, secret, answers, draft.admitted())?;
        found.require_open(draft.now())?;
        let factor_count = u32::try_from(found.live_factors(draft.now()).count());
        let factor_count = factor_count.unwrap_or(u32::MAX);
        let from = found.session.record.status;
        let to = if factor_count == 0 {
            RegistrationStatus::FactorPending
        } else {
            RegistrationStatus::FactorVerified
        };
        let session = RegistrationSession {
            status: to,
            updated_at: draft.now_or(found.session.record.updated_at),
            ..found.session.record
        };
        draft.replace(session.clone(), found.session.revision)?;
        let registration_id = self.registration_id.clone();
        let resumed = RegistrationResumed {
            registration_id: registration_id.clone(),
            from,
            to,
        };
        let response = ResumedRegistration {
            registration_id,
            status: to,
            factor_count,
            expires_at: session.expires_at,
        };
        Ok(Change::of(&session, &session, &resumed, response))
    }
}

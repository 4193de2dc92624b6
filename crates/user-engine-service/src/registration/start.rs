//! Beginning a registration.

use super::event::RegistrationStarted;
use super::session::{require_ahead, sign_in_of, starter_id};
use crate::prelude::*;

request!(
    /// Asks for a new registration, in the resolved tenant or in none.
    StartRegistration {
        /// When it runs out; never, where absent.
        expires_at: Option<Timestamp>,
    }
);

response!(
    /// A registration that was begun.
    StartedRegistration {
        /// The registration. Keep it from others: where a service began it, knowing the id is
        /// what resumes and completes it.
        registration_id: RegistrationId,
        /// Its status.
        status: RegistrationStatus,
        /// When it runs out.
        expires_at: Option<Timestamp>,
    }
);

impl Operation for StartRegistration {
    const SPEC: OperationSpec = OperationSpec {
        name: "start_registration",
        reach: Reach::TenantOrNone,
        stands: Stands::Nowhere,
        grants: &[Grant::Anyone],
        events: &[RegistrationStarted::SPEC],
    };
    type Slots = ();

    fn reads(&self, admitted: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        require_ahead(self.expires_at, admitted.now)
    }
}

impl Mutation for StartRegistration {
    type Response = StartedRegistration;

    fn decide(
        &self,
        (): &(),
        _: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<StartedRegistration>, Refusal> {
        let now = draft.now();
        let session = RegistrationSession {
            registration_id: draft.fresh()?,
            tenant: draft.admitted().tenant.clone(),
            status: RegistrationStatus::Started,
            user_id: None,
            correlation_id: draft.correlation_id().clone(),
            expires_at: self.expires_at,
            created_at: now,
            updated_at: now,
        };
        draft.create(session.clone())?;
        if draft.admitted().actor.kind == ActorKind::Human {
            let starter = starter(draft.admitted(), &session)?;
            draft.create(starter)?;
        }
        let RegistrationSession {
            registration_id,
            status,
            expires_at,
            ..
        } = session.clone();
        let started = RegistrationStarted {
            registration_id: registration_id.clone(),
            status,
        };
        let response = StartedRegistration {
            registration_id,
            status,
            expires_at,
        };
        Ok(Change::of(&session, &session, &started, response))
    }
}

/// The sign-in that a person begins with, kept until the completion links it: it ties the
/// registration to the person, and stands for no factor that a completion or claim asks for.
fn starter(admitted: &Admitted, session: &RegistrationSession) -> Result<IdentityFactor, Refusal> {
    Ok(IdentityFactor {
        factor_id: starter_id(&session.registration_id)?,
        registration_id: session.registration_id.clone(),
        user_id: None,
        factor_type: FactorType::Sso,
        normalized_value: Sensitive::new(Text::new(sign_in_of(admitted))?),
        display_value: None,
        source_system: Text::new(admitted.issuer.as_str())?,
        assurance: Map::default(),
        evidence_references: List::default(),
        verified_at: session.created_at,
        expires_at: session.expires_at,
    })
}

//! Beginning a registration.

use super::binding::RegistrationBinding;
use super::event::RegistrationStarted;
use super::session::require_ahead;
use crate::prelude::*;
use std::borrow::Cow;

request!(
    /// Asks for a new registration, in the resolved tenant or in none.
    StartRegistration {
        /// Whose it is. A person gives none, and is bound by the own sign-in; everybody else names
        /// one, since what they begin is somebody else's.
        bound_to: Option<RegistrationBinding>,
        /// When it runs out; never, where absent.
        expires_at: Option<Timestamp>,
    }
);

response!(
    /// A registration that was begun.
    StartedRegistration {
        /// The registration. The id is no secret: it opens nothing by itself.
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
        self.binding(admitted)?.check()
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
        // Judged here, where a repetition has been answered already.
        require_ahead(self.expires_at, draft.now())?;
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
        let binding = self.binding(draft.admitted())?;
        draft.create(binding.factor(&session, &draft.admitted().issuer)?)?;
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

impl StartRegistration {
    /// Whose the registration is.
    ///
    /// # Errors
    ///
    /// `Validation` of `bound_to` when a person names one, or anybody else names none.
    fn binding(&self, admitted: &Admitted) -> Result<Cow<'_, RegistrationBinding>, Refusal> {
        let is_person = admitted.actor.kind == ActorKind::Human;
        match &self.bound_to {
            None if is_person => Ok(Cow::Owned(RegistrationBinding::SignIn {
                issuer: admitted.issuer.clone(),
                subject: admitted.subject.clone(),
            })),
            Some(binding) if !is_person => Ok(Cow::Borrowed(binding)),
            None => Err(FieldError::new("bound_to", Rule::Missing).into()),
            Some(_) => Err(Refusal::rule("bound_to", "must be absent for a person")),
        }
    }
}

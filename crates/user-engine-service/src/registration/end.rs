//! Ending a registration without a user: given up, refused, run out.

use super::event::{RegistrationAbandoned, RegistrationExpired, RegistrationRejected};
use super::session::{Found, RegistrationSlots, target};
use crate::prelude::*;

request!(
    /// Gives a registration up.
    AbandonRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// The secret that the registration is bound to; absent where it is bound to a sign-in.
        /// Who acts by a role needs none, and none is looked at.
        secret: Option<Sensitive<Text>>,
    }
);

request!(
    /// Refuses a registration.
    RejectRegistration {
        /// The registration.
        registration_id: RegistrationId,
    }
);

request!(
    /// Marks a registration that has run out.
    ExpireRegistration {
        /// The registration.
        registration_id: RegistrationId,
    }
);

response!(
    /// A registration that ended without a user.
    EndedRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// The status before.
        from: RegistrationStatus,
        /// The status now.
        to: RegistrationStatus,
        /// When.
        ended_at: Timestamp,
    }
);

/// Those who act on registrations by a role.
const BY_ROLE: &[Grant] = &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator];

/// Saves a registration with the status of its end.
fn ended(
    found: Found,
    to: RegistrationStatus,
    draft: &mut Draft<'_>,
) -> Result<(RegistrationSession, EndedRegistration), Refusal> {
    let from = found.session.record.status;
    let session = RegistrationSession {
        status: to,
        updated_at: draft.now_or(found.session.record.updated_at),
        ..found.session.record
    };
    draft.replace(session.clone(), found.session.revision)?;
    let response = EndedRegistration {
        registration_id: session.registration_id.clone(),
        from,
        to,
        ended_at: session.updated_at,
    };
    Ok((session, response))
}

/// The secret that a request shows.
type Shown<R> = fn(&R) -> Option<&Sensitive<Text>>;

/// Implements an operation that ends a registration.
macro_rules! ending {
    ($request:ident, $name:literal, $stands:expr, $grants:expr, $event:ident, $to:ident, $may:path, $secret:expr) => {
        impl Operation for $request {
            const SPEC: OperationSpec = OperationSpec {
                name: $name,
                reach: Reach::TenantOrNone,
                stands: $stands,
                grants: $grants,
                events: &[$event::SPEC],
            };
            type Slots = RegistrationSlots;

            fn target(&self) -> Option<RecordId> {
                Some(target(&self.registration_id))
            }

            fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
                Ok(RegistrationSlots::reads(&self.registration_id, flight))
            }
        }

        impl Mutation for $request {
            type Response = EndedRegistration;

            fn decide(
                &self,
                slots: &Self::Slots,
                answers: &Answers,
                draft: &mut Draft<'_>,
            ) -> Result<Change<EndedRegistration>, Refusal> {
                const SECRET: Shown<$request> = $secret;
                let (id, secret) = (&self.registration_id, SECRET(self));
                let found = slots.for_actor(id, secret, answers, draft.admitted())?;
                $may(&found, draft.now())?;
                let (session, response) = ended(found, RegistrationStatus::$to, draft)?;
                let event = $event {
                    registration_id: response.registration_id.clone(),
                    from: response.from,
                };
                Ok(Change::of(&session, &session, &event, response))
            }
        }
    };
}

ending!(
    AbandonRegistration,
    "abandon_registration",
    Stands::Nowhere,
    &[
        Grant::Service,
        Grant::TenantAdmin,
        Grant::PlatformOperator,
        Grant::Anyone
    ],
    RegistrationAbandoned,
    Abandoned,
    not_ended,
    |request| request.secret.as_ref()
);
ending!(
    RejectRegistration,
    "reject_registration",
    Stands::InTenant,
    BY_ROLE,
    RegistrationRejected,
    Rejected,
    not_ended,
    |_| None
);
ending!(
    ExpireRegistration,
    "expire_registration",
    Stands::InTenant,
    BY_ROLE,
    RegistrationExpired,
    Expired,
    run_out,
    |_| None
);

/// A registration that has run out may still be given up or refused.
fn not_ended(found: &Found, _: Timestamp) -> Result<(), Refusal> {
    if found.session.record.status.is_ended() {
        return Err(Refusal::rule("status", "must be of an open registration"));
    }
    Ok(())
}

fn run_out(found: &Found, now: Timestamp) -> Result<(), Refusal> {
    not_ended(found, now)?;
    if has_run_out(found.session.record.expires_at, now) {
        return Ok(());
    }
    Err(Refusal::rule("expires_at", "must have passed"))
}

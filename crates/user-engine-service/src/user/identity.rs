//! Linking an issuer's subject to a user, and undoing it.

use super::event::{IdentityLinked, IdentityUnlinked};
use super::in_tenant::Ties;
use crate::port::IssuerTenants;
use crate::prelude::*;
use user_engine_ports::ListQuery;

request!(
    /// Asks for a subject to be linked to a user.
    LinkIdentity {
        /// The user.
        user_id: UserId,
        /// The issuer.
        issuer: Issuer,
        /// The issuer's subject.
        subject: Subject,
    }
);

response!(
    /// A subject that was linked.
    LinkedIdentity {
        /// The user.
        user_id: UserId,
        /// When.
        linked_at: Timestamp,
    }
);

request!(
    /// Asks for a subject not to be linked to its user any more.
    UnlinkIdentity {
        /// The user.
        user_id: UserId,
        /// The issuer.
        issuer: Issuer,
        /// The issuer's subject.
        subject: Subject,
    }
);

response!(
    /// A subject that was unlinked.
    UnlinkedIdentity {
        /// The user.
        user_id: UserId,
        /// When.
        unlinked_at: Timestamp,
    }
);

/// The reads of [`LinkIdentity`] and [`UnlinkIdentity`].
#[derive(Debug)]
pub struct IdentitySlots {
    user: One<User>,
    identity: One<ExternalIdentity>,
    /// Two are enough to tell none, the last and more.
    linked: Many<ExternalIdentity>,
    ties: Option<Ties>,
}

impl IdentitySlots {
    fn reads(
        user_id: &UserId,
        key: &(Issuer, Subject),
        admitted: &Admitted,
        flight: &mut Flight,
    ) -> Self {
        let two = ListQuery::new(RecordKind::ExternalIdentity, ListBy::User(user_id.clone()));
        Self {
            user: flight.get(user_id),
            identity: flight.get(key),
            linked: flight.page(two.limit(2)),
            ties: Ties::of_caller(admitted, user_id, flight),
        }
    }
}

fn target_of(key: &(Issuer, Subject)) -> RecordId {
    RecordId::new(RecordKind::ExternalIdentity, ExternalIdentity::key_of(key))
}

/// An issuer that may speak for some tenants neither gives nor takes what another issuer vouches
/// for.
fn check_issuer(key: &(Issuer, Subject), admitted: &Admitted) -> Result<(), Refusal> {
    match admitted.issuer_tenants {
        IssuerTenants::Only(_) if admitted.issuer != key.0 => {
            let reason = ReasonCode::IssuerForeignToTenant;
            Err(Refusal::Denied(reason, Some(target_of(key))))
        }
        _ => Ok(()),
    }
}

/// The user as changed by a link or its end, whose events keep the user's order.
fn touched(user: User, draft: &Draft<'_>) -> User {
    User {
        updated_at: draft.now_or(user.updated_at),
        ..user
    }
}

impl LinkIdentity {
    fn key(&self) -> (Issuer, Subject) {
        (self.issuer.clone(), self.subject.clone())
    }

    /// Whoever links an identity can sign in as the user, in every tenant and on everything that
    /// is the user's own. So a tenant links the first identity of a user; another one only through
    /// an issuer that signs in nowhere but in that tenant. What a user lets an agent do, the user
    /// can end; so no agent links a sign-in that would outlast it.
    fn check_power(&self, is_first: bool, admitted: &Admitted) -> Result<(), Refusal> {
        let is_confined = admitted.issuer_tenants != IssuerTenants::Any;
        let may = admitted.is_operator()
            || admitted.actor.kind != ActorKind::Agent
                && (admitted.grant == Grant::Own || is_confined || is_first);
        if may {
            return Ok(());
        }
        Err(Refusal::Denied(ReasonCode::RoleMissing, self.target()))
    }
}

/// Both operations are called and read for alike.
macro_rules! on_identity {
    ($request:ident, $name:literal, $event:ident) => {
        impl Operation for $request {
            const SPEC: OperationSpec = OperationSpec {
                name: $name,
                reach: Reach::TenantOrNone,
                stands: Stands::InTenant,
                grants: &[
                    Grant::Own,
                    Grant::TenantAdmin,
                    Grant::Service,
                    Grant::PlatformOperator,
                ],
                events: &[$event::SPEC],
            };
            type Slots = IdentitySlots;

            fn owner(&self) -> Option<&UserId> {
                Some(&self.user_id)
            }

            fn target(&self) -> Option<RecordId> {
                Some(target_of(&self.key()))
            }

            fn reads(
                &self,
                admitted: &Admitted,
                flight: &mut Flight,
            ) -> Result<IdentitySlots, Refusal> {
                check_issuer(&self.key(), admitted)?;
                let key = self.key();
                Ok(IdentitySlots::reads(&self.user_id, &key, admitted, flight))
            }
        }
    };
}

on_identity!(LinkIdentity, "link_identity", IdentityLinked);

impl Mutation for LinkIdentity {
    type Response = LinkedIdentity;
    const CREATES: &'static [RecordKind] = &[RecordKind::ExternalIdentity];

    fn decide(
        &self,
        slots: &IdentitySlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<LinkedIdentity>, Refusal> {
        let admitted = draft.admitted();
        if let Some(ties) = slots.ties {
            ties.require_joined(admitted, answers)?.rely_on(draft)?;
        }
        let user = answers.one(slots.user)?;
        let user = user.ok_or(Refusal::NotFound(RecordKind::User))?;
        let found = answers.one(slots.identity)?;
        let of = found.as_ref().map(|found| &found.record.user_id);
        if of == Some(&self.user_id) {
            let exists = ConflictCause::Exists(RecordKind::ExternalIdentity);
            return Err(Refusal::Conflict(exists));
        }
        // Before anything is said of what is another user's.
        self.check_power(answers.page(slots.linked)?.records.is_empty(), admitted)?;
        if of.is_some() {
            return Err(Refusal::Conflict(ConflictCause::LinkedElsewhere));
        }
        let identity = ExternalIdentity {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            user_id: self.user_id.clone(),
            linked_at: draft.now(),
        };
        draft.create(identity.clone())?;
        let touched = touched(user.record, draft);
        draft.replace(touched.clone(), user.revision)?;
        let user_id = self.user_id.clone();
        let response = LinkedIdentity {
            user_id: user_id.clone(),
            linked_at: identity.linked_at,
        };
        let linked = IdentityLinked { user_id };
        Ok(Change::of(&identity, &touched, &linked, response))
    }
}

impl UnlinkIdentity {
    fn key(&self) -> (Issuer, Subject) {
        (self.issuer.clone(), self.subject.clone())
    }

    /// A tenant that took away what another issuer vouches for would leave the user with what signs
    /// in nowhere but in that tenant, or with nothing. So a tenant unlinks what an issuer of its own
    /// vouches for, by that issuer.
    fn check_power(&self, admitted: &Admitted) -> Result<(), Refusal> {
        let is_confined = admitted.issuer_tenants != IssuerTenants::Any;
        if is_confined || admitted.grant == Grant::Own || admitted.is_operator() {
            return Ok(());
        }
        Err(Refusal::Denied(ReasonCode::RoleMissing, self.target()))
    }
}

on_identity!(UnlinkIdentity, "unlink_identity", IdentityUnlinked);

impl Mutation for UnlinkIdentity {
    type Response = UnlinkedIdentity;

    fn decide(
        &self,
        slots: &IdentitySlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<UnlinkedIdentity>, Refusal> {
        let admitted = draft.admitted();
        if let Some(ties) = slots.ties {
            ties.require_account(admitted, answers)?.rely_on(draft)?;
        }
        self.check_power(admitted)?;
        let user = answers.one(slots.user)?;
        let user = user.ok_or(Refusal::NotFound(RecordKind::User))?;
        let identity = answers
            .one(slots.identity)?
            .filter(|found| found.record.user_id == self.user_id)
            .ok_or(Refusal::NotFound(RecordKind::ExternalIdentity))?;
        let is_last = answers.page(slots.linked)?.records.len() == 1;
        if is_last && !admitted.is_operator() {
            // Nobody could sign in as this user any more, and so nobody undo it; and a tenant that
            // unlinked it could link a first one of its own choice, and sign in as the user.
            return Err(Refusal::rule(
                "subject",
                "must not be the user's last identity, which only platform operators unlink",
            ));
        }
        draft.remove::<ExternalIdentity>(&self.key(), identity.revision)?;
        let touched = touched(user.record, draft);
        draft.replace(touched.clone(), user.revision)?;
        let user_id = self.user_id.clone();
        let response = UnlinkedIdentity {
            user_id: user_id.clone(),
            unlinked_at: draft.now(),
        };
        let unlinked = IdentityUnlinked { user_id };
        Ok(Change::of(&identity.record, &touched, &unlinked, response))
    }
}

//! Linking an issuer's subject to a user, and undoing it.

use super::event::IdentityLinked;
use super::in_tenant::Ties;
use crate::port::IssuerTenants;
use crate::prelude::*;

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

/// The reads of [`LinkIdentity`].
#[derive(Debug)]
pub struct LinkSlots {
    user: One<User>,
    identity: One<ExternalIdentity>,
    ties: Option<Ties>,
}

impl Operation for LinkIdentity {
    const SPEC: OperationSpec = OperationSpec {
        name: "link_identity",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[
            Grant::Own,
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
        ],
        events: &[IdentityLinked::SPEC],
    };
    type Slots = LinkSlots;

    fn owner(&self) -> Option<&UserId> {
        Some(&self.user_id)
    }

    fn target(&self) -> Option<RecordId> {
        let key = ExternalIdentity::key_of(&(self.issuer.clone(), self.subject.clone()));
        Some(RecordId::new(RecordKind::ExternalIdentity, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<LinkSlots, Refusal> {
        let by_tenant = admitted.grant != Grant::Own && !admitted.is_operator();
        let tenant = admitted.tenant.as_ref().filter(|_| by_tenant);
        Ok(LinkSlots {
            user: flight.get(&self.user_id),
            identity: flight.get(&(self.issuer.clone(), self.subject.clone())),
            ties: tenant.map(|tenant| Ties::reads(tenant, &self.user_id, flight)),
        })
    }
}

impl Mutation for LinkIdentity {
    type Response = LinkedIdentity;

    fn decide(
        &self,
        slots: &LinkSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<LinkedIdentity>, Refusal> {
        let admitted = draft.admitted();
        if let (Some(ties), Some(tenant)) = (slots.ties, &admitted.tenant) {
            ties.require(tenant, answers)?;
        }
        if let IssuerTenants::Only(_) = admitted.issuer_tenants
            && admitted.issuer != self.issuer
        {
            return Err(Refusal::Denied(
                ReasonCode::IssuerForeignToTenant,
                self.target(),
            ));
        }
        let user = answers.one(slots.user)?;
        let user = user.ok_or(Refusal::NotFound(RecordKind::User))?;
        if let Some(found) = answers.one(slots.identity)? {
            return Err(Refusal::Conflict(if found.record.user_id == self.user_id {
                ConflictCause::Exists(RecordKind::ExternalIdentity)
            } else {
                ConflictCause::LinkedElsewhere
            }));
        }
        let identity = ExternalIdentity {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            user_id: self.user_id.clone(),
            linked_at: draft.now(),
        };
        draft.create(identity.clone())?;
        // The events of an identity belong to its user, whose record keeps their order.
        let touched = User {
            updated_at: draft.now_or(user.record.updated_at),
            ..user.record
        };
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

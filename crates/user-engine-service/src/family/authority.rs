//! Who may speak for a family.

use crate::prelude::*;

/// The membership kind of who founded the family.
pub(crate) const OWNER: &str = "owner";
/// The membership kind of who speaks for it beside the owners.
const ADULT: &str = "adult";

/// The one family of a tenant, as memberships are in it.
pub(crate) fn family_of(tenant: &TenantId) -> Result<MembershipScope, Refusal> {
    Ok(MembershipScope {
        scope_type: MembershipScopeType::Family,
        scope_id: ScopeId::new(tenant.as_str())?,
    })
}

/// The reads by which a member speaks for the family; administrators, services and operators need
/// none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuthoritySlots(Option<(One<Membership>, One<Membership>)>);

impl AuthoritySlots {
    /// Asks for the caller's own memberships.
    pub(super) fn reads(admitted: &Admitted, flight: &mut Flight) -> Result<Self, Refusal> {
        if admitted.grant != Grant::Own {
            return Ok(Self(None));
        }
        let (tenant, user_id) = (admitted.tenant()?, admitted.user()?);
        let family = family_of(tenant)?;
        let mut get = |kind| -> Result<One<Membership>, Refusal> {
            let kind = MembershipKind::new(kind)?;
            let membership_id = Membership::derive_id(user_id, &family, &kind);
            Ok(flight.get(&(tenant.clone(), membership_id)))
        };
        Ok(Self(Some((get(OWNER)?, get(ADULT)?))))
    }

    /// Requires that the caller speaks for the family, and as an owner where an owner is made; the
    /// membership must still be there at the commit.
    pub(super) fn require(
        self,
        makes: Option<&MembershipKind>,
        target: &RecordId,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        let Some((owner, adult)) = self.0 else {
            return Ok(());
        };
        let denied = |reason| Err(Refusal::Denied(reason, Some(target.clone())));
        let membership = match (answers.one(owner)?, answers.one(adult)?) {
            (Some(owner), _) => owner,
            (None, Some(_)) if makes.is_some_and(|kind| kind.as_str() == OWNER) => {
                return denied(ReasonCode::RoleMissing);
            }
            (None, Some(adult)) => adult,
            (None, None) => return denied(ReasonCode::MembershipMissing),
        };
        let Membership {
            tenant,
            membership_id,
            ..
        } = membership.record;
        draft.rely_on::<Membership>(&(tenant, membership_id), membership.revision)
    }
}

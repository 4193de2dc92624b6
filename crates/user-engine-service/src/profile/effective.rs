//! The effective profile of a user.

use super::audience::Audience;
use super::caller::Caller;
use super::resolution::ResolvedAttribute;
use super::source::{Source, Wanted};
use crate::prelude::*;

/// Asks what a user's attributes resolve to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetEffectiveProfile {
    /// The user.
    pub user_id: UserId,
    /// The application whose active catalogs are resolved; all active catalogs, where absent.
    pub application_id: Option<ApplicationId>,
    /// The membership whose values hold above all others; none of any membership, where absent.
    pub membership_id: Option<MembershipId>,
}

/// What a user's attributes resolve to, as far as the caller sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveProfile {
    /// The user.
    pub user_id: UserId,
    /// The application that was asked for.
    pub application_id: Option<ApplicationId>,
    /// The attributes, in the order of their keys' bytes.
    pub attributes: Vec<ResolvedAttribute>,
}

impl GetEffectiveProfile {
    fn wanted(&self) -> Wanted {
        Wanted {
            user_id: self.user_id.clone(),
            application_id: self.application_id.clone(),
            membership_id: self.membership_id.clone(),
        }
    }

    /// As whom the caller looks at the profile.
    fn audience(&self, admitted: &Admitted) -> Result<Audience, Refusal> {
        let caller = Caller::of(admitted, &self.user_id);
        if caller.is_self && !caller.is_agent {
            Ok(Audience::of_self(caller))
        } else if caller.is_admin || caller.is_operator {
            Ok(Audience::Tenant)
        } else if caller.is_service && self.application_id.is_some() {
            Ok(Audience::Application)
        } else {
            Err(Refusal::Denied(ReasonCode::RoleMissing, self.target()))
        }
    }
}

impl Operation for GetEffectiveProfile {
    const SPEC: OperationSpec = OperationSpec {
        name: "effective_profile",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[
            Grant::Own,
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
        ],
        events: &[],
    };
    type Slots = Source;

    fn owner(&self) -> Option<&UserId> {
        Some(&self.user_id)
    }

    fn target(&self) -> Option<RecordId> {
        let key = User::key_of(&self.user_id);
        Some(RecordId::new(RecordKind::User, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Source, Refusal> {
        self.audience(admitted)?;
        Source::reads(self.wanted(), admitted, flight)
    }

    fn reads_on(
        &self,
        admitted: &Admitted,
        slots: &mut Source,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.read_on(admitted, answers, flight)
    }
}

impl Query for GetEffectiveProfile {
    type Answer = EffectiveProfile;

    fn answer(
        &self,
        slots: &Source,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<EffectiveProfile, Refusal> {
        let audience = self.audience(admitted)?;
        let found = slots.found(admitted, answers)?;
        Ok(EffectiveProfile {
            user_id: self.user_id.clone(),
            application_id: self.application_id.clone(),
            attributes: audience.view(found.resolved),
        })
    }
}

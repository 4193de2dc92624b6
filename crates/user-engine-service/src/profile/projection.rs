//! Projections: an effective profile as one kind of onlooker is shown it.

use super::audience::Audience;
use super::caller::Caller;
use super::resolution::ResolvedAttribute;
use super::source::{Source, Wanted};
use crate::prelude::*;

/// For whom a profile is projected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectionKind {
    /// An application that serves the user.
    ApplicationRuntime,
    /// An agent that works in an application for the user.
    AgentContext,
    /// Whoever issues tokens that an application reads.
    ClaimsEnrichment,
    /// The tenant's administrators.
    Admin,
    /// Who examines what the engine holds.
    Audit,
    /// The user.
    SelfService,
}

impl ProjectionKind {
    /// Every kind, in the order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::ApplicationRuntime,
        Self::AgentContext,
        Self::ClaimsEnrichment,
        Self::Admin,
        Self::Audit,
        Self::SelfService,
    ];

    /// The word by which documents call the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationRuntime => "application_runtime",
            Self::AgentContext => "agent_context",
            Self::ClaimsEnrichment => "claims_enrichment",
            Self::Admin => "admin",
            Self::Audit => "audit",
            Self::SelfService => "self_service",
        }
    }

    const fn audience(self) -> Audience {
        match self {
            Self::ApplicationRuntime | Self::AgentContext | Self::ClaimsEnrichment => {
                Audience::Application
            }
            Self::Admin => Audience::Tenant,
            Self::Audit => Audience::Auditor,
            Self::SelfService => Audience::User,
        }
    }

    /// Whether it is about one application, and about users who are active.
    pub const fn needs_application(self) -> bool {
        matches!(self.audience(), Audience::Application)
    }

    const fn admits(self, caller: Caller) -> bool {
        match self {
            Self::ApplicationRuntime | Self::ClaimsEnrichment => {
                caller.is_service || caller.is_operator
            }
            Self::AgentContext => {
                (caller.is_self && caller.is_agent) || caller.is_service || caller.is_operator
            }
            Self::Admin => caller.is_admin || caller.is_operator,
            Self::Audit => caller.is_operator,
            Self::SelfService => caller.is_self && !caller.is_agent,
        }
    }
}

/// Asks for a projection of a user's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetProjection {
    /// For whom.
    pub kind: ProjectionKind,
    /// The user.
    pub user_id: UserId,
    /// The application whose active catalogs are shown.
    pub application_id: Option<ApplicationId>,
    /// As in [`GetEffectiveProfile`](crate::GetEffectiveProfile).
    pub membership_id: Option<MembershipId>,
}

/// A user's profile as one kind of onlooker is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// For whom.
    pub kind: ProjectionKind,
    /// The user.
    pub user_id: UserId,
    /// The application that was asked for.
    pub application_id: Option<ApplicationId>,
    /// The attributes, in the order of their keys' bytes.
    pub attributes: Vec<ResolvedAttribute>,
    /// The hat worn in the tenant while it holds, for the kinds that need an application.
    pub hat: Option<AccessProfileId>,
    /// The hat's claims.
    pub claims: Sensitive<Map<Text, JsonValue>>,
}

impl GetProjection {
    fn wanted(&self) -> Wanted {
        Wanted {
            user_id: self.user_id.clone(),
            application_id: self.application_id.clone(),
            membership_id: self.membership_id.clone(),
        }
    }
}

impl Operation for GetProjection {
    const SPEC: OperationSpec = OperationSpec {
        name: "projection",
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
        if !self.kind.admits(Caller::of(admitted, &self.user_id)) {
            return Err(Refusal::Denied(ReasonCode::RoleMissing, self.target()));
        }
        if self.kind.needs_application() && self.application_id.is_none() {
            return Err(FieldError::new("application_id", Rule::Missing).into());
        }
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

impl Query for GetProjection {
    type Answer = Projection;

    fn answer(
        &self,
        slots: &Source,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<Projection, Refusal> {
        let found = slots.found(admitted, answers)?;
        let is_about_use = self.kind.needs_application();
        if is_about_use {
            let active = found.accounts.check_active();
            active.map_err(|reason| Refusal::Denied(reason, self.target()))?;
        }
        let hat = found.hat.filter(|_| is_about_use);
        let (hat, claims) = match hat {
            Some(hat) => (Some(hat.access_profile_id), hat.projection_claims),
            None => (None, Map::default()),
        };
        let audience = match self.kind {
            ProjectionKind::SelfService => Audience::of_self(Caller::of(admitted, &self.user_id)),
            kind => kind.audience(),
        };
        Ok(Projection {
            kind: self.kind,
            user_id: self.user_id.clone(),
            application_id: self.application_id.clone(),
            attributes: audience.view(found.resolved),
            hat,
            claims: Sensitive::new(claims),
        })
    }
}

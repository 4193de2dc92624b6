//! The identity context: who the caller is.

use super::source::require_application;
use super::walk::Walk;
use crate::access_profile::requirement::Wearer;
use crate::access_profile::worn::{Worn, WornSlots};
use crate::prelude::*;
use std::collections::BTreeMap;

/// Asks who the caller is, in the resolved tenant where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetIdentityContext {
    /// The application that asks through the caller.
    pub application_id: Option<ApplicationId>,
}

/// A membership that a user holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldMembership {
    /// The membership.
    pub membership_id: MembershipId,
    /// In what.
    pub scope: MembershipScope,
    /// As what.
    pub kind: MembershipKind,
}

/// The hat that a user wears in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WornHat {
    /// The hat.
    pub access_profile_id: AccessProfileId,
    /// What it is worn in.
    pub scope: AccessScope,
    /// The groups that the user counts as being in; none once the hat lapsed.
    pub group_ids: List<GroupId>,
    /// When it was selected.
    pub selected_at: Timestamp,
    /// Why it holds no longer; it lends nothing then.
    pub lapsed: Option<ReasonCode>,
}

/// How far a type of factor vouches for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assurance {
    /// How many unexpired factors of the type there are.
    pub factors: u32,
    /// When the latest of them was verified.
    pub verified_at: Timestamp,
}

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityContext {
    /// The user, or the user whom the agent acts for.
    pub user_id: UserId,
    /// What calls: a person or an agent.
    pub actor: ActorKind,
    /// The resolved tenant.
    pub tenant: Option<TenantId>,
    /// The application that was asked for.
    pub application_id: Option<ApplicationId>,
    /// The status of the user's account.
    pub account: AccountStatus,
    /// The status of the tenant account, where there is one.
    pub tenant_account: Option<AccountStatus>,
    /// The memberships in the tenant, in the order of their ids' bytes.
    pub memberships: Vec<HeldMembership>,
    /// The hat worn in the tenant, lapsed or not.
    pub hat: Option<WornHat>,
    /// How many issuers' subjects are linked to the user.
    pub linked_identities: u32,
    /// What vouches for the user in the tenant, by the type of factor.
    pub assurance: BTreeMap<FactorType, Assurance>,
}

/// The reads of [`GetIdentityContext`].
#[derive(Debug)]
pub struct IdentitySlots {
    user_id: UserId,
    application: Option<One<Application>>,
    worn: WornSlots,
    identities: Walk<ExternalIdentity>,
}

impl Operation for GetIdentityContext {
    const SPEC: OperationSpec = OperationSpec {
        name: "identity_context",
        reach: Reach::TenantOrNone,
        stands: Stands::Anywhere,
        grants: &[Grant::Own],
        events: &[],
    };
    type Slots = IdentitySlots;

    fn target(&self) -> Option<RecordId> {
        let key = Application::key_of(self.application_id.as_ref()?);
        Some(RecordId::new(RecordKind::Application, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<IdentitySlots, Refusal> {
        let user_id = admitted.user()?.clone();
        Ok(IdentitySlots {
            application: self.application_id.as_ref().map(|id| flight.get(id)),
            worn: WornSlots::reads(admitted.tenant.as_ref(), &user_id, flight),
            identities: Walk::begin(ListBy::User(user_id.clone()), flight),
            user_id,
        })
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut IdentitySlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.read_on(answers, flight)
    }
}

impl IdentitySlots {
    fn read_on(&mut self, answers: &Answers, flight: &mut Flight) -> Result<(), Refusal> {
        self.worn.read_profile(answers, flight)?;
        self.worn.wearer.read_on(answers, flight)?;
        self.identities.read_on(answers, flight)
    }
}

/// The factors that have not expired, by their types.
fn assurance(wearer: &Wearer, now: Timestamp) -> BTreeMap<FactorType, Assurance> {
    let mut assurance = BTreeMap::new();
    for Versioned { record: factor, .. } in &wearer.factors {
        if has_run_out(factor.expires_at, now) {
            continue;
        }
        let of_type = assurance.entry(factor.factor_type).or_insert(Assurance {
            factors: 0,
            verified_at: factor.verified_at,
        });
        of_type.factors += 1;
        of_type.verified_at = of_type.verified_at.max(factor.verified_at);
    }
    assurance
}

impl WornHat {
    fn of(worn: Worn) -> Self {
        let Worn { context, lapsed } = worn;
        let holds = lapsed.is_none();
        Self {
            access_profile_id: context.access_profile_id,
            scope: context.scope,
            group_ids: if holds {
                context.group_ids
            } else {
                List::default()
            },
            selected_at: context.selected_at,
            lapsed,
        }
    }
}

impl GetIdentityContext {
    /// Whether a membership is to be shown: not one of another application.
    fn shows(&self, membership: &Membership) -> bool {
        let Some(application_id) = &self.application_id else {
            return true;
        };
        membership.scope.scope_type != MembershipScopeType::Application
            || membership.scope.scope_id == ScopeId::from(application_id)
    }
}

impl Query for GetIdentityContext {
    type Answer = IdentityContext;

    fn answer(
        &self,
        slots: &IdentitySlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<IdentityContext, Refusal> {
        if let Some(place) = slots.application {
            require_application(place, answers)?;
        }
        let wearer = slots.worn.wearer.wearer(answers)?;
        let account = wearer.account.ok_or(Refusal::NotFound(RecordKind::User))?;
        let assurance = assurance(&wearer, admitted.now);
        let worn = slots.worn.worn(&wearer, answers, admitted.now)?;
        let tenant_account = wearer.tenant_account.map(|found| found.record.status);
        let memberships = wearer.memberships.into_iter().map(|found| found.record);
        let memberships = memberships.filter(|it| self.shows(it));
        let identities = slots.identities.records(answers)?.len();
        Ok(IdentityContext {
            user_id: slots.user_id.clone(),
            actor: admitted.actor.kind,
            tenant: admitted.tenant.clone(),
            application_id: self.application_id.clone(),
            account,
            tenant_account,
            memberships: memberships
                .map(|it| HeldMembership {
                    membership_id: it.membership_id,
                    scope: it.scope,
                    kind: it.kind,
                })
                .collect(),
            hat: worn.map(WornHat::of),
            linked_identities: u32::try_from(identities).unwrap_or(u32::MAX),
            assurance,
        })
    }
}

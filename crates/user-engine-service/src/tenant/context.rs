//! Which tenant a caller acts in, and as what.

use crate::port::Role;
use crate::prelude::*;
use crate::profile::walk::Walk;
use std::collections::BTreeSet;

/// Asks in which tenant the caller acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResolveTenantContext;

/// What a caller is in the tenant that the request resolves to.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantContext {
    /// The tenant; absent where the request resolves to none.
    pub tenant: Option<TenantId>,
    /// The user whom the call is by, or whom the agent acts for; absent of services, and of agents
    /// and operators who are no users.
    pub user_id: Option<UserId>,
    /// The status of the user's account in the tenant; absent where there is none.
    pub status: Option<AccountStatus>,
    /// The user's memberships in the tenant, in the order of their keys.
    pub memberships: Vec<Membership>,
    /// The caller's roles. A tenant admin's counts in the tenant of the claims only.
    pub roles: BTreeSet<Role>,
}

/// The reads of [`ResolveTenantContext`].
#[derive(Debug)]
pub struct ContextSlots(Option<(One<TenantAccount>, Walk<Membership>)>);

impl Operation for ResolveTenantContext {
    const SPEC: OperationSpec = OperationSpec {
        name: "resolve_tenant_context",
        reach: Reach::TenantOrNone,
        stands: Stands::Anywhere,
        grants: &[
            Grant::Own,
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
        ],
        events: &[],
    };
    type Slots = ContextSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<ContextSlots, Refusal> {
        let (Some(tenant), Some(user_id)) = (&admitted.tenant, &admitted.user_id) else {
            return Ok(ContextSlots(None));
        };
        let tenant_account = flight.get(&(tenant.clone(), user_id.clone()));
        let memberships = Walk::begin(ListBy::User(user_id.clone()), flight);
        Ok(ContextSlots(Some((tenant_account, memberships))))
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut ContextSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.read_on(answers, flight)
    }
}

impl ContextSlots {
    fn read_on(&mut self, answers: &Answers, flight: &mut Flight) -> Result<(), Refusal> {
        match &mut self.0 {
            Some((_, memberships)) => memberships.read_on(answers, flight),
            None => Ok(()),
        }
    }
}

impl Query for ResolveTenantContext {
    type Answer = TenantContext;

    fn answer(
        &self,
        slots: &ContextSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<TenantContext, Refusal> {
        let mut context = TenantContext {
            tenant: admitted.tenant.clone(),
            user_id: admitted.user_id.clone(),
            status: None,
            memberships: Vec::new(),
            roles: admitted.roles.clone(),
        };
        if let Some((tenant_account, memberships)) = &slots.0 {
            context.status = answers.one(*tenant_account)?.map(|it| it.record.status);
            let memberships = memberships.all(answers)?.into_iter();
            context.memberships = memberships.map(|it| it.record).collect();
        }
        Ok(context)
    }
}

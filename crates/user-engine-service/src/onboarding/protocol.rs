//! Registering and listing welcome protocols.

use super::event::ProtocolRegistered;
use crate::access_profile::list::tenant_page;
use crate::access_profile::register::count;
use crate::prelude::*;

request!(
    /// Asks for a welcome protocol with these steps.
    RegisterWelcomeProtocol {
        /// The protocol; a new one, where the tenant has none of this id.
        protocol_id: ProtocolId,
        /// What sets it off.
        trigger: OnboardingTrigger,
        /// What else must hold.
        matching: ProtocolMatch,
        /// The steps, in the order in which they are done; at least one.
        steps: List<ProtocolStep>,
    }
);

response!(
    /// A welcome protocol that was registered.
    RegisteredWelcomeProtocol {
        /// The protocol.
        protocol_id: ProtocolId,
        /// Whether the tenant had none of this id before.
        is_new: bool,
        /// How many steps it has.
        steps: u32,
    }
);

impl Operation for RegisterWelcomeProtocol {
    const SPEC: OperationSpec = OperationSpec {
        name: "register_welcome_protocol",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::PlatformOperator],
        events: &[ProtocolRegistered::SPEC],
    };
    type Slots = One<WelcomeProtocol>;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = WelcomeProtocol::key_of(&(tenant.clone(), self.protocol_id.clone()));
        Some(RecordId::new(RecordKind::WelcomeProtocol, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let tenant = admitted.tenant()?;
        if self.steps.is_empty() {
            return Err(FieldError::new("steps", Rule::Empty).into());
        }
        let is_silent =
            |step: &ProtocolStep| step.callback_required && step.callback_reference.is_none();
        if self.steps.iter().any(is_silent) {
            return Err(FieldError::new("callback_reference", Rule::Missing).into());
        }
        Ok(flight.get(&(tenant.clone(), self.protocol_id.clone())))
    }
}

impl Mutation for RegisterWelcomeProtocol {
    type Response = RegisteredWelcomeProtocol;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<RegisteredWelcomeProtocol>, Refusal> {
        let found = answers.one(*slots)?;
        let now = draft.now();
        let protocol = WelcomeProtocol {
            tenant: draft.admitted().tenant()?.clone(),
            protocol_id: self.protocol_id.clone(),
            trigger: self.trigger,
            matching: self.matching.clone(),
            steps: self.steps.clone(),
            created_at: found.as_ref().map_or(now, |found| found.record.created_at),
        };
        draft.put(protocol.clone(), found.as_ref())?;
        let (is_new, steps) = (found.is_none(), count(&protocol.steps));
        let registered = ProtocolRegistered {
            protocol_id: protocol.protocol_id.clone(),
            trigger: protocol.trigger,
            is_new,
            steps,
            required_factor_types: protocol.matching.required_factor_types.to_vec(),
        };
        let response = RegisteredWelcomeProtocol {
            protocol_id: protocol.protocol_id.clone(),
            is_new,
            steps,
        };
        Ok(Change::of(&protocol, &protocol, &registered, response))
    }
}

/// Asks for a page of the tenant's welcome protocols.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListWelcomeProtocols {
    /// Begin behind the page that gave this as its `next`.
    pub after: Option<RecordKey>,
    /// At most this many, 1 to 1,000; 100, where absent.
    pub limit: Option<u32>,
}

/// A page of welcome protocols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WelcomeProtocolPage {
    /// The protocols, in the order of their keys; there may be fewer than asked for while more
    /// follow.
    pub protocols: Vec<WelcomeProtocol>,
    /// Where the next page begins; absent at the end.
    pub next: Option<RecordKey>,
}

impl Operation for ListWelcomeProtocols {
    const SPEC: OperationSpec = OperationSpec {
        name: "list_welcome_protocols",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator],
        events: &[],
    };
    type Slots = Many<WelcomeProtocol>;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let (kind, tenant) = (RecordKind::WelcomeProtocol, admitted.tenant()?);
        let query = tenant_page(kind, tenant, self.after.as_ref(), self.limit, 1_000)?;
        Ok(flight.page(query))
    }
}

impl Query for ListWelcomeProtocols {
    type Answer = WelcomeProtocolPage;

    fn answer(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        _: &Admitted,
    ) -> Result<WelcomeProtocolPage, Refusal> {
        let page = answers.page(*slots)?;
        let protocols = page.records.into_iter().map(|found| found.record);
        Ok(WelcomeProtocolPage {
            protocols: protocols.collect(),
            next: page.next,
        })
    }
}

//! Counting journeys and what holds them up.

use crate::access_profile::list::tenant_page;
use crate::access_profile::register::count;
use crate::prelude::*;

/// Asks for counts over the tenant's protocols, and over a page of its journeys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiagnoseOnboarding {
    /// Begin behind the page that gave this as its `next`.
    pub after: Option<RecordKey>,
    /// At most this many journeys, 1 to 1,000; 100, where absent.
    pub limit: Option<u32>,
}

/// Counts about onboarding. Those about journeys are of one page; the sums over the pages are the
/// tenant's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnboardingDiagnostics {
    /// How many welcome protocols the tenant has, on every page.
    pub protocols: u32,
    /// How many journeys this page has.
    pub journeys: u32,
    /// Of these, how many are under way.
    pub active: u32,
    /// Of these, how many wait for a subsystem.
    pub blocked: u32,
    /// Of these, how many are done.
    pub completed: u32,
    /// Of these, how many were given up.
    pub failed: u32,
    /// How many lifecycle gaps the journeys of this page have.
    pub lifecycle_gaps: u32,
    /// Where the next page of journeys begins; absent at the end.
    pub next: Option<RecordKey>,
}

impl Operation for DiagnoseOnboarding {
    const SPEC: OperationSpec = OperationSpec {
        name: "onboarding_diagnostics",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: super::step::STAFF,
        events: &[],
    };
    type Slots = (Many<WelcomeProtocol>, Many<OnboardingJourney>);

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let (kind, tenant) = (RecordKind::OnboardingJourney, admitted.tenant()?);
        let query = tenant_page(kind, tenant, self.after.as_ref(), self.limit, 1_000)?;
        let protocols = flight.list(ListBy::Tenant(tenant.clone()));
        Ok((protocols, flight.page(query)))
    }
}

impl Query for DiagnoseOnboarding {
    type Answer = OnboardingDiagnostics;

    fn answer(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        _: &Admitted,
    ) -> Result<OnboardingDiagnostics, Refusal> {
        let journeys = answers.page(slots.1)?;
        let mut counts = OnboardingDiagnostics {
            protocols: count(&answers.all(slots.0)?),
            journeys: count(&journeys.records),
            next: journeys.next,
            ..OnboardingDiagnostics::default()
        };
        for found in &journeys.records {
            counts.lifecycle_gaps += count(&found.record.lifecycle_gaps);
            *match found.record.status {
                JourneyStatus::Active => &mut counts.active,
                JourneyStatus::Blocked => &mut counts.blocked,
                JourneyStatus::Completed => &mut counts.completed,
                JourneyStatus::Failed => &mut counts.failed,
            } += 1;
        }
        Ok(counts)
    }
}

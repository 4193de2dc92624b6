//! What a tenant holds of accounts, memberships and invitations, counted.

use crate::prelude::*;
use std::collections::BTreeMap;
use user_engine_ports::ListQuery;

/// Asks for the counts of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiagnoseTenant;

/// The counts of a tenant: every one of its rows, and nothing else of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TenantDiagnostics {
    /// Tenant accounts by status; a status that none has is not listed.
    pub accounts: BTreeMap<AccountStatus, u64>,
    /// Memberships by the type of their scope; a type that none has is not listed.
    pub memberships: BTreeMap<MembershipScopeType, u64>,
    /// Invitations that wait for an answer and have not run out.
    pub pending_invitations: u64,
    /// Invitations that wait for an answer and have run out.
    pub lapsed_invitations: u64,
}

/// The reads of [`DiagnoseTenant`]: pages, a thousand rows each, until there are no more.
#[derive(Debug, Default)]
pub struct DiagnosisSlots {
    accounts: Vec<Many<TenantAccount>>,
    memberships: Vec<Many<Membership>>,
    invitations: Vec<Many<FamilyInvitation>>,
}

/// Asks for the page behind the last one of a list that was asked for in the last flight.
fn follow<R: Record>(
    pages: &mut Vec<Many<R>>,
    flights: usize,
    answers: &Answers,
    flight: &mut Flight,
) -> Result<(), Refusal> {
    // A list that has ended has fewer pages than there were flights.
    if pages.len() < flights {
        return Ok(());
    }
    if let Some(last) = pages.last()
        && let Some(next) = answers.next(*last)?
    {
        let query = ListQuery::new(R::KIND, ListBy::Kind).after(Some(next.clone()));
        pages.push(flight.page(query));
    }
    Ok(())
}

impl DiagnosisSlots {
    fn follow(&mut self, answers: &Answers, flight: &mut Flight) -> Result<(), Refusal> {
        let flights = self
            .accounts
            .len()
            .max(self.memberships.len())
            .max(self.invitations.len());
        follow(&mut self.accounts, flights, answers, flight)?;
        follow(&mut self.memberships, flights, answers, flight)?;
        follow(&mut self.invitations, flights, answers, flight)
    }
}

impl Operation for DiagnoseTenant {
    const SPEC: OperationSpec = OperationSpec {
        name: "tenant_diagnostics",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator],
        events: &[],
    };
    type Slots = DiagnosisSlots;

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<DiagnosisSlots, Refusal> {
        Ok(DiagnosisSlots {
            accounts: vec![flight.list(ListBy::Kind)],
            memberships: vec![flight.list(ListBy::Kind)],
            invitations: vec![flight.list(ListBy::Kind)],
        })
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut DiagnosisSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.follow(answers, flight)
    }
}

impl Query for DiagnoseTenant {
    type Answer = TenantDiagnostics;

    fn answer(
        &self,
        slots: &DiagnosisSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<TenantDiagnostics, Refusal> {
        let mut counts = TenantDiagnostics::default();
        for page in &slots.accounts {
            for found in answers.page(*page)?.records {
                *counts.accounts.entry(found.record.status).or_default() += 1;
            }
        }
        for page in &slots.memberships {
            for found in answers.page(*page)?.records {
                let scope_type = found.record.scope.scope_type;
                *counts.memberships.entry(scope_type).or_default() += 1;
            }
        }
        for page in &slots.invitations {
            for found in answers.page(*page)?.records {
                let invitation = found.record;
                if invitation.status != InvitationStatus::Pending {
                    continue;
                }
                let has_lapsed = has_run_out(invitation.expires_at, admitted.now);
                if has_lapsed {
                    counts.lapsed_invitations += 1;
                } else {
                    counts.pending_invitations += 1;
                }
            }
        }
        Ok(counts)
    }
}

//! Counting hats, and those whose wearers no longer meet what they require.

use super::facts::SUBJECTS_MAX;
use super::list::tenant_page;
use super::requirement::WearerSlots;
use crate::prelude::*;

/// Asks for counts over the tenant's hats, and over a page of those who wear one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiagnoseAccessProfiles {
    /// Begin behind the page that gave this as its `next`.
    pub after: Option<RecordKey>,
    /// At most this many wearers, 1 to 100; 100, where absent.
    pub limit: Option<u32>,
}

/// Counts about hats. Those about wearers are of one page; the sums over the pages are the
/// tenant's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessProfileDiagnostics {
    /// How many hats the tenant has, on every page.
    pub profiles: u32,
    /// How many of them require approval, on every page.
    pub profiles_requiring_approval: u32,
    /// How many users of this page wear a hat, lapsed or not.
    pub worn: u32,
    /// Of these, how many wear a hat that the tenant has no longer.
    pub profile_gone: u32,
    /// Of these, how many have no active account, or no active tenant account.
    pub account_inactive: u32,
    /// Of these, how many lack a membership that the hat requires now.
    pub membership_missing: u32,
    /// Of these, how many lack a factor that the hat requires now.
    pub factor_missing: u32,
    /// Of these, how many have such a factor, but none that has not expired.
    pub factor_expired: u32,
    /// Of these, how many selected a hat before its last change that requires approval now.
    pub approval_outdated: u32,
    /// Where the next page of wearers begins; absent at the end.
    pub next: Option<RecordKey>,
}

/// The reads of [`DiagnoseAccessProfiles`].
#[derive(Debug)]
pub struct DiagnosticSlots {
    contexts: Many<ActiveAccessContext>,
    profiles: Many<AccessProfile>,
    wearers: Vec<WearerSlots>,
}

impl Operation for DiagnoseAccessProfiles {
    const SPEC: OperationSpec = OperationSpec {
        name: "access_profile_diagnostics",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator],
        events: &[],
    };
    type Slots = DiagnosticSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<DiagnosticSlots, Refusal> {
        let (kind, tenant) = (RecordKind::ActiveAccessContext, admitted.tenant()?);
        let after = self.after.as_ref();
        let query = tenant_page(kind, tenant, after, self.limit, SUBJECTS_MAX)?;
        Ok(DiagnosticSlots {
            contexts: flight.page(query),
            profiles: flight.list(ListBy::Tenant(tenant.clone())),
            wearers: Vec::new(),
        })
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut DiagnosticSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let tenant = admitted.tenant()?;
        let contexts = answers.page(slots.contexts)?.records;
        slots.wearers = contexts
            .iter()
            .map(|found| WearerSlots::reads(Some(tenant), &found.record.user_id, flight))
            .collect();
        Ok(())
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut DiagnosticSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let mut wearers = slots.wearers.iter_mut();
        wearers.try_for_each(|wearer| wearer.read_on(answers, flight))
    }
}

impl Query for DiagnoseAccessProfiles {
    type Answer = AccessProfileDiagnostics;

    fn answer(
        &self,
        slots: &DiagnosticSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<AccessProfileDiagnostics, Refusal> {
        let profiles = answers.all(slots.profiles)?;
        let contexts = answers.page(slots.contexts)?;
        let mut counts = AccessProfileDiagnostics {
            next: contexts.next,
            ..AccessProfileDiagnostics::default()
        };
        for found in &profiles {
            counts.profiles += 1;
            counts.profiles_requiring_approval += u32::from(found.record.requires_approval);
        }
        for (context, wearer) in contexts.records.iter().zip(&slots.wearers) {
            let id = &context.record.access_profile_id;
            let profile = profiles
                .iter()
                .find(|found| found.record.access_profile_id == *id);
            let wearer = wearer.wearer(answers)?;
            counts.worn += 1;
            let Some(reason) = wearer.lapse(context, profile, admitted.now) else {
                continue;
            };
            match reason {
                ReasonCode::NotFound => counts.profile_gone += 1,
                ReasonCode::AccountInactive | ReasonCode::TenantAccountInactive => {
                    counts.account_inactive += 1;
                }
                ReasonCode::MembershipMissing => counts.membership_missing += 1,
                ReasonCode::FactorMissing => counts.factor_missing += 1,
                ReasonCode::FactorExpired => counts.factor_expired += 1,
                _ => counts.approval_outdated += 1,
            }
        }
        Ok(counts)
    }
}

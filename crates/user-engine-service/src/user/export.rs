//! Exporting a user: every record that is found by the user.

use super::found::Walk;
use super::in_tenant::Ties;
use crate::prelude::*;

/// Asks for everything that is kept about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportUser {
    /// The user.
    pub user_id: UserId,
}

/// Everything that is kept about a user. The records hold sensitive values; `Debug` shows none.
#[derive(Debug, Clone, PartialEq)]
pub struct UserExport {
    /// The user.
    pub user_id: UserId,
    /// The one tenant whose records these are; absent where they are all that there are.
    pub tenant: Option<TenantId>,
    /// The records, in the order of kinds and keys.
    pub records: Vec<DomainRecord>,
}

/// The reads of [`ExportUser`].
#[derive(Debug)]
pub struct ExportSlots {
    user: One<User>,
    walk: Walk,
    ties: Option<Ties>,
}

impl Operation for ExportUser {
    const SPEC: OperationSpec = OperationSpec {
        name: "export_user",
        reach: Reach::ByGrant,
        stands: Stands::InTenant,
        grants: &[Grant::Own, Grant::PlatformOperator, Grant::TenantAdmin],
        events: &[],
    };
    type Slots = ExportSlots;

    fn owner(&self) -> Option<&UserId> {
        Some(&self.user_id)
    }

    fn target(&self) -> Option<RecordId> {
        Some(RecordId::new(RecordKind::User, User::key_of(&self.user_id)))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<ExportSlots, Refusal> {
        Ok(ExportSlots {
            user: flight.get(&self.user_id),
            walk: Walk::begin(&self.user_id, usize::MAX, flight),
            ties: Ties::of_caller(admitted, &self.user_id, flight),
        })
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut ExportSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let tenant = admitted.scope.tenant();
        if let (Some(ties), Some(tenant)) = (slots.ties, tenant) {
            ties.require(tenant, answers)?;
        } else if answers.one(slots.user)?.is_none() {
            return Err(Refusal::NotFound(RecordKind::User));
        }
        slots.walk.follow(answers, flight)
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut ExportSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.walk.follow(answers, flight)
    }
}

impl Query for ExportUser {
    type Answer = UserExport;

    fn answer(
        &self,
        slots: &ExportSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<UserExport, Refusal> {
        let tenant = admitted.scope.tenant();
        let records = slots.walk.records(answers)?.into_values();
        let records = records
            .map(|found| &found.record)
            .filter(|record| tenant.is_none() || record.columns().tenant == tenant)
            .cloned();
        Ok(UserExport {
            user_id: self.user_id.clone(),
            tenant: tenant.cloned(),
            records: records.collect(),
        })
    }
}

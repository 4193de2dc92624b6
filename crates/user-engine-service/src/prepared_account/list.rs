//! Listing a tenant's prepared accounts.

use crate::access_profile::list::tenant_page;
use crate::prelude::*;

/// Asks for a page of the tenant's prepared accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListPreparedAccounts {
    /// Those of this status alone.
    pub status: Option<PreparedAccountStatus>,
    /// Begin behind the page that gave this as its `next`.
    pub after: Option<RecordKey>,
    /// At most this many, 1 to 1,000; 100, where absent.
    pub limit: Option<u32>,
}

/// A page of prepared accounts. What is sensitive in them, its `Debug` doesn't show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedAccountPage {
    /// The prepared accounts, in the order of their keys; there may be fewer than asked for, even
    /// none, while more follow.
    pub prepared_accounts: Vec<PreparedAccount>,
    /// Where the next page begins; absent at the end.
    pub next: Option<RecordKey>,
}

impl Operation for ListPreparedAccounts {
    const SPEC: OperationSpec = OperationSpec {
        name: "list_prepared_accounts",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: super::STAFF,
        events: &[],
    };
    type Slots = Many<PreparedAccount>;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let (kind, tenant) = (RecordKind::PreparedAccount, admitted.tenant()?);
        let query = tenant_page(kind, tenant, self.after.as_ref(), self.limit, 1_000)?;
        Ok(flight.page(query))
    }
}

impl Query for ListPreparedAccounts {
    type Answer = PreparedAccountPage;

    fn answer(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        _: &Admitted,
    ) -> Result<PreparedAccountPage, Refusal> {
        let page = answers.page(*slots)?;
        let asked = |account: &PreparedAccount| self.status.is_none_or(|it| it == account.status);
        let accounts = page.records.into_iter().map(|found| found.record);
        Ok(PreparedAccountPage {
            prepared_accounts: accounts.filter(asked).collect(),
            next: page.next,
        })
    }
}

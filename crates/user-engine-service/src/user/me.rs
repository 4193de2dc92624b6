//! What a user is shown of themselves.

use crate::prelude::*;

/// Asks who the caller is, or whom the agent acts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WhoAmI;

/// A user as they see themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Me {
    /// The user; name and address are sensitive.
    pub user: User,
    /// The account.
    pub account: Account,
    /// How many identities are linked to the user.
    pub identity_count: u64,
    /// The account in the tenant that the request resolved to; absent where it resolved to none.
    pub tenant_account: Option<TenantAccount>,
}

/// The reads of [`WhoAmI`].
#[derive(Debug)]
pub struct MeSlots {
    user: One<User>,
    account: One<Account>,
    identities: Many<ExternalIdentity>,
    tenant_account: Option<One<TenantAccount>>,
}

impl Operation for WhoAmI {
    const SPEC: OperationSpec = OperationSpec {
        name: "me",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[Grant::Own],
        events: &[],
    };
    type Slots = MeSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<MeSlots, Refusal> {
        let user_id = admitted.user()?;
        let tenant = admitted.tenant.as_ref();
        Ok(MeSlots {
            user: flight.get(user_id),
            account: flight.get(user_id),
            identities: flight.list(ListBy::User(user_id.clone())),
            tenant_account: tenant.map(|tenant| flight.get(&(tenant.clone(), user_id.clone()))),
        })
    }
}

impl Query for WhoAmI {
    type Answer = Me;

    fn answer(&self, slots: &MeSlots, answers: &Answers, _: &Admitted) -> Result<Me, Refusal> {
        let missing = Refusal::NotFound(RecordKind::User);
        let (Some(user), Some(account)) = (answers.one(slots.user)?, answers.one(slots.account)?)
        else {
            return Err(missing);
        };
        let tenant_account = match slots.tenant_account {
            Some(place) => answers.one(place)?,
            None => None,
        };
        Ok(Me {
            user: user.record,
            account: account.record,
            identity_count: answers.all(slots.identities)?.len() as u64,
            tenant_account: tenant_account.map(|found| found.record),
        })
    }
}

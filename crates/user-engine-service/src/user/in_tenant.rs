//! Whether a user is to be seen in a tenant.

use crate::prelude::*;
use user_engine_ports::ListQuery;

/// The reads by which a tenant may resolve a user: through a tenant account, a membership, an
/// invitation or a registration of that tenant, and in no other way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ties {
    tenant_account: One<TenantAccount>,
    memberships: Many<Membership>,
    invitations: Many<FamilyInvitation>,
    registrations: Many<RegistrationSession>,
}

impl Ties {
    /// Asks for a user's ties to a tenant.
    pub(crate) fn reads(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        let one = |kind| ListQuery::new(kind, ListBy::User(user_id.clone())).limit(1);
        Self {
            tenant_account: flight.get(&(tenant.clone(), user_id.clone())),
            memberships: flight.page(one(RecordKind::Membership)),
            invitations: flight.page(one(RecordKind::FamilyInvitation)),
            registrations: flight.list(ListBy::User(user_id.clone())),
        }
    }

    /// Asks for a user's ties to the tenant that the caller acts for; a user on their own records
    /// and the platform see whoever there is.
    pub(crate) fn of_caller(
        admitted: &Admitted,
        user_id: &UserId,
        flight: &mut Flight,
    ) -> Option<Self> {
        if admitted.grant == Grant::Own || admitted.is_operator() {
            return None;
        }
        let tenant = admitted.tenant.as_ref()?;
        Some(Self::reads(tenant, user_id, flight))
    }

    /// The user's tenant account in it, where there is one.
    ///
    /// # Errors
    ///
    /// `NotFound` of a user without any tie to the tenant, as of one who doesn't exist.
    pub(crate) fn require(
        self,
        tenant: &TenantId,
        answers: &Answers,
    ) -> Result<Option<Versioned<TenantAccount>>, Refusal> {
        let tenant_account = answers.one(self.tenant_account)?;
        let is_tied = tenant_account.is_some()
            || !answers.page(self.memberships)?.records.is_empty()
            || !answers.page(self.invitations)?.records.is_empty()
            || answers
                .page(self.registrations)?
                .records
                .iter()
                .any(|found| found.record.tenant.as_ref() == Some(tenant));
        if is_tied {
            Ok(tenant_account)
        } else {
            Err(Refusal::NotFound(RecordKind::User))
        }
    }

    /// The user's tenant account, for what only the tenant of a user may do: an invitation or a
    /// registration, which anybody may begin, is no leave to change who the user is.
    ///
    /// # Errors
    ///
    /// `NotFound` without one, as of a user who doesn't exist.
    pub(crate) fn require_account(
        self,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<Versioned<TenantAccount>, Refusal> {
        let tenant_account = self.require(admitted.tenant()?, answers)?;
        tenant_account.ok_or(Refusal::NotFound(RecordKind::User))
    }
}

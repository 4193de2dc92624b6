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
        let is_invited = !answers.page(self.invitations)?.records.is_empty();
        let (has_joined, tenant_account) = self.joined(tenant, answers)?;
        if has_joined || is_invited {
            Ok(tenant_account)
        } else {
            Err(Refusal::NotFound(RecordKind::User))
        }
    }

    /// The user's tenant account in it, where there is one, of a user who has come in. An
    /// invitation, which a tenant writes for whomever it likes, is no leave to make a member of
    /// the user or to sign in in their place.
    ///
    /// # Errors
    ///
    /// `NotFound` of a user without another tie than that, as of one who doesn't exist.
    pub(crate) fn require_joined(
        self,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<Option<Versioned<TenantAccount>>, Refusal> {
        let (has_joined, tenant_account) = self.joined(admitted.tenant()?, answers)?;
        if has_joined {
            Ok(tenant_account)
        } else {
            Err(Refusal::NotFound(RecordKind::User))
        }
    }

    /// The user's tenant account, for what only the tenant of a user may do: to change who the
    /// user is.
    ///
    /// # Errors
    ///
    /// `NotFound` without one, as of a user who doesn't exist.
    pub(crate) fn require_account(
        self,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<Versioned<TenantAccount>, Refusal> {
        let tenant_account = self.require_joined(admitted, answers)?;
        tenant_account.ok_or(Refusal::NotFound(RecordKind::User))
    }

    /// Whether the user has come in, and the tenant account where there is one.
    fn joined(
        self,
        tenant: &TenantId,
        answers: &Answers,
    ) -> Result<(bool, Option<Versioned<TenantAccount>>), Refusal> {
        let tenant_account = answers.one(self.tenant_account)?;
        let is_registered = || -> Result<bool, Refusal> {
            let registrations = answers.page(self.registrations)?.records;
            Ok(registrations
                .iter()
                .any(|found| found.record.tenant.as_ref() == Some(tenant)))
        };
        let has_joined = tenant_account.is_some()
            || !answers.page(self.memberships)?.records.is_empty()
            || is_registered()?;
        Ok((has_joined, tenant_account))
    }
}

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

    /// Checks that the user has come into the tenant, or was invited.
    ///
    /// # Errors
    ///
    /// `NotFound` of a user without any tie to the tenant, as of one who doesn't exist.
    pub(crate) fn require(self, tenant: &TenantId, answers: &Answers) -> Result<(), Refusal> {
        let is_invited = !answers.page(self.invitations)?.records.is_empty();
        if is_invited || self.joined(tenant, answers)?.is_some() {
            Ok(())
        } else {
            Err(Refusal::NotFound(RecordKind::User))
        }
    }

    /// What the user has come into the tenant by. An invitation, which a tenant writes for whomever
    /// it likes, is no leave to make a member of the user or to sign in in their place.
    ///
    /// # Errors
    ///
    /// `NotFound` of a user without another tie than that, as of one who doesn't exist.
    pub(crate) fn require_joined(
        self,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<Joined, Refusal> {
        let joined = self.joined(admitted.tenant()?, answers)?;
        joined.ok_or(Refusal::NotFound(RecordKind::User))
    }

    /// The same, for what only the tenant of a user may do: to change who the user is.
    ///
    /// # Errors
    ///
    /// `NotFound` without a tenant account, as of a user who doesn't exist.
    pub(crate) fn require_account(
        self,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<Joined, Refusal> {
        let joined = self.require_joined(admitted, answers)?;
        match joined {
            Joined::Account(_) => Ok(joined),
            _ => Err(Refusal::NotFound(RecordKind::User)),
        }
    }

    fn joined(self, tenant: &TenantId, answers: &Answers) -> Result<Option<Joined>, Refusal> {
        if let Some(found) = answers.one(self.tenant_account)? {
            return Ok(Some(Joined::Account(found)));
        }
        if let Some(found) = answers.page(self.memberships)?.records.pop() {
            return Ok(Some(Joined::Membership(found)));
        }
        let registrations = answers.page(self.registrations)?.records;
        let mut of_tenant = registrations
            .into_iter()
            .filter(|found| found.record.tenant.as_ref() == Some(tenant));
        Ok(of_tenant.next().map(Joined::Registration))
    }
}

/// What a user has come into a tenant by.
#[derive(Debug)]
pub(crate) enum Joined {
    Account(Versioned<TenantAccount>),
    Membership(Versioned<Membership>),
    Registration(Versioned<RegistrationSession>),
}

impl Joined {
    /// Expects it to stay as it is, so that no tenant acts on a user who leaves it meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Draft::rely_on`].
    pub(crate) fn rely_on(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        match self {
            Self::Account(Versioned { revision, record }) => {
                let key = (record.tenant.clone(), record.user_id.clone());
                draft.rely_on::<TenantAccount>(&key, *revision)
            }
            Self::Membership(Versioned { revision, record }) => {
                let key = (record.tenant.clone(), record.membership_id.clone());
                draft.rely_on::<Membership>(&key, *revision)
            }
            Self::Registration(Versioned { revision, record }) => {
                draft.rely_on::<RegistrationSession>(&record.registration_id, *revision)
            }
        }
    }
}

//! The caller's own standing: the identity that signed in, and the user's accounts.

use super::{Admitted, grant};
use crate::core::draft::Draft;
use crate::core::flight::{Answers, Flight, One};
use crate::core::operation::{Grant, Stands};
use crate::error::Refusal;
use crate::port::IssuerTenants;
use user_engine_domain::{
    Account, AccountStatus, ActorKind, ExternalIdentity, Issuer, ReasonCode, Record, RecordId,
    Subject, TenantAccount, UserId,
};

/// The reads by which the caller's own standing is judged.
#[derive(Debug)]
pub(crate) struct Standing {
    stands: Stands,
    identity: Option<One<ExternalIdentity>>,
    account: Option<One<Account>>,
    tenant_account: Option<One<TenantAccount>>,
}

impl Standing {
    /// Asks for what the caller's standing is judged by. That a person is the user whom the claims
    /// name is checked wherever claims name one.
    pub(crate) fn reads(stands: Stands, admitted: &Admitted, flight: &mut Flight) -> Self {
        let is_confined = is_confined_agent(admitted);
        let stands = grant::stands(stands, admitted.grant, is_confined);
        let mut standing = Self {
            stands,
            identity: None,
            account: None,
            tenant_account: None,
        };
        let Some(user_id) = admitted.user_id.as_ref() else {
            return standing;
        };
        if admitted.actor.kind == ActorKind::Human {
            standing.identity = Some(flight.get::<ExternalIdentity>(&own_identity(admitted)));
        }
        if stands == Stands::Nowhere {
            return standing;
        }
        standing.account = Some(flight.get::<Account>(user_id));
        if let Some(tenant) = &admitted.tenant
            && stands == Stands::InTenant
        {
            let key = (tenant.clone(), user_id.clone());
            standing.tenant_account = Some(flight.get::<TenantAccount>(&key));
        }
        standing
    }

    /// Judges the caller's standing: the identity is linked to the user whom the claims name, and
    /// the accounts are active. A platform operator needs none, but may have none that is not.
    ///
    /// # Errors
    ///
    /// A denial about the record that was judged, so that its audit record names it. The actor of
    /// that audit record is the user whom the claims name; the target tells that the identity is
    /// not theirs.
    pub(crate) fn check(&self, admitted: &Admitted, answers: &Answers) -> Result<(), Refusal> {
        let is_operator = admitted.is_operator();
        if let Some(place) = self.identity {
            let linked = answers.one(place)?.map(|found| found.record.user_id);
            let is_becoming = self.stands == Stands::Nowhere && admitted.grant != Grant::Own;
            let reason = match &linked {
                Some(_) if linked == admitted.user_id => None,
                Some(_) => Some(ReasonCode::IdentityLinkedElsewhere),
                None if is_operator || is_becoming => None,
                None => Some(ReasonCode::Unauthenticated),
            };
            if let Some(reason) = reason {
                let target = target::<ExternalIdentity>(&own_identity(admitted));
                return Err(Refusal::Denied(reason, Some(target)));
            }
        }
        let Some(user_id) = &admitted.user_id else {
            return Ok(());
        };
        if is_confined_agent(admitted) {
            // Whom it says that it acts for is somebody of its tenants, or nobody.
            self.check_tenant_account(user_id, admitted, answers)?;
            return self.check_account(user_id, admitted, answers);
        }
        self.check_account(user_id, admitted, answers)?;
        self.check_tenant_account(user_id, admitted, answers)
    }

    fn check_account(
        &self,
        user_id: &UserId,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<(), Refusal> {
        if let Some(place) = self.account {
            let status = answers.one(place)?.map(|found| found.record.status);
            if !is_active(status, admitted.is_operator()) {
                let target = target::<Account>(user_id);
                return Err(Refusal::Denied(ReasonCode::AccountInactive, Some(target)));
            }
        }
        Ok(())
    }

    fn check_tenant_account(
        &self,
        user_id: &UserId,
        admitted: &Admitted,
        answers: &Answers,
    ) -> Result<(), Refusal> {
        if let (Some(place), Some(tenant)) = (self.tenant_account, &admitted.tenant) {
            let status = answers.one(place)?.map(|found| found.record.status);
            if !is_active(status, admitted.is_operator()) {
                let target = target::<TenantAccount>(&(tenant.clone(), user_id.clone()));
                let reason = ReasonCode::TenantAccountInactive;
                return Err(Refusal::Denied(reason, Some(target)));
            }
        }
        Ok(())
    }
}

impl Standing {
    /// Expects what the caller's standing was judged by to stay as it is until the commit.
    ///
    /// # Errors
    ///
    /// As [`Draft::rely_on`].
    pub(crate) fn rely_on(&self, answers: &Answers, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let admitted = draft.admitted();
        if let Some(place) = self.identity
            && let Some(found) = answers.one(place)?
        {
            draft.rely_on::<ExternalIdentity>(&own_identity(admitted), found.revision)?;
        }
        if let Some(place) = self.account
            && let Some(found) = answers.one(place)?
        {
            draft.rely_on::<Account>(&found.record.user_id, found.revision)?;
        }
        if let Some(place) = self.tenant_account
            && let Some(found) = answers.one(place)?
        {
            let TenantAccount {
                tenant, user_id, ..
            } = found.record;
            draft.rely_on::<TenantAccount>(&(tenant, user_id), found.revision)?;
        }
        Ok(())
    }
}

/// An agent whose issuer may speak for some tenants only.
fn is_confined_agent(admitted: &Admitted) -> bool {
    admitted.actor.kind == ActorKind::Agent && admitted.issuer_tenants != IssuerTenants::Any
}

fn is_active(status: Option<AccountStatus>, is_operator: bool) -> bool {
    match status {
        Some(status) => status == AccountStatus::Active,
        None => is_operator,
    }
}

fn own_identity(admitted: &Admitted) -> (Issuer, Subject) {
    (admitted.issuer.clone(), admitted.subject.clone())
}

fn target<R: Record>(key: &R::Key) -> RecordId {
    RecordId::new(R::KIND, R::key_of(key))
}

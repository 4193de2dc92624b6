//! Preparing an account, and preparing it anew.

use super::event::{AccountPrepared, PreparedAccountUpdated};
use super::layout::{AccountLayout, LayoutSlots};
use super::target;
use crate::access_profile::register::count;
use crate::prelude::*;

request!(
    /// Asks for an account to wait for whoever shows its factors.
    PrepareAccount {
        /// The id to take; from the id source, where absent.
        prepared_account_id: Option<PreparedAccountId>,
        /// What it asks for and gives.
        layout: AccountLayout,
    }
);

request!(
    /// Asks for a pending prepared account to ask for and give something else, as a whole.
    UpdatePreparedAccount {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
        /// What it asks for and gives from now on.
        layout: AccountLayout,
    }
);

response!(
    /// An account that was prepared, or prepared anew.
    PreparedAccountLaidOut {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
        /// How many factors a claim must show.
        factor_requirements: u32,
        /// How many entitlements a claim gives.
        entitlements: u32,
        /// Whether a claim has to be approved.
        requires_approval: bool,
        /// When it runs out.
        expires_at: Option<Timestamp>,
        /// When it was laid out like this.
        updated_at: Timestamp,
    }
);

fn laid_out(account: &PreparedAccount) -> PreparedAccountLaidOut {
    PreparedAccountLaidOut {
        prepared_account_id: account.prepared_account_id.clone(),
        factor_requirements: count(&account.factor_requirements),
        entitlements: count(&account.entitlements),
        requires_approval: account.requires_approval(),
        expires_at: account.expires_at,
        updated_at: account.updated_at,
    }
}

impl Operation for PrepareAccount {
    const SPEC: OperationSpec = OperationSpec {
        name: "prepare_account",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: super::STAFF,
        events: &[AccountPrepared::SPEC],
    };
    type Slots = (Option<One<PreparedAccount>>, LayoutSlots);

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let layout = self.layout.reads(admitted, flight)?;
        let tenant = admitted.tenant()?;
        let id = self.prepared_account_id.as_ref();
        let present = id.map(|id| flight.get(&(tenant.clone(), id.clone())));
        Ok((present, layout))
    }
}

impl Mutation for PrepareAccount {
    type Response = PreparedAccountLaidOut;

    fn decide(
        &self,
        (present, layout): &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<PreparedAccountLaidOut>, Refusal> {
        if let Some(place) = present
            && answers.one(*place)?.is_some()
        {
            let cause = ConflictCause::Exists(RecordKind::PreparedAccount);
            return Err(Refusal::Conflict(cause));
        }
        self.layout.check_now(layout, answers, draft)?;
        let now = draft.now();
        let AccountLayout {
            factor_requirements,
            entitlements,
            display_name_hint,
            primary_email_hint,
            expires_at,
        } = self.layout.clone();
        let account = PreparedAccount {
            tenant: draft.admitted().tenant()?.clone(),
            prepared_account_id: match &self.prepared_account_id {
                Some(id) => id.clone(),
                None => draft.fresh()?,
            },
            factor_requirements,
            entitlements,
            status: PreparedAccountStatus::Pending,
            prepared_by: draft.admitted().actor.id.clone(),
            display_name_hint,
            primary_email_hint,
            claim: None,
            expires_at,
            created_at: now,
            updated_at: now,
        };
        draft.create(account.clone())?;
        let prepared = AccountPrepared {
            prepared_account_id: account.prepared_account_id.clone(),
            factor_types: self.layout.factor_types(),
            entitlements: count(&account.entitlements),
            requires_approval: self.layout.requires_approval(),
        };
        let response = laid_out(&account);
        Ok(Change::of(&account, &account, &prepared, response))
    }
}

impl Operation for UpdatePreparedAccount {
    const SPEC: OperationSpec = OperationSpec {
        name: "update_prepared_account",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: super::STAFF,
        events: &[PreparedAccountUpdated::SPEC],
    };
    type Slots = (One<PreparedAccount>, LayoutSlots);

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = PreparedAccount::key_of(&(tenant.clone(), self.prepared_account_id.clone()));
        Some(RecordId::new(RecordKind::PreparedAccount, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let layout = self.layout.reads(admitted, flight)?;
        let key = (admitted.tenant()?.clone(), self.prepared_account_id.clone());
        Ok((flight.get(&key), layout))
    }
}

impl Mutation for UpdatePreparedAccount {
    type Response = PreparedAccountLaidOut;

    fn decide(
        &self,
        (present, layout): &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<PreparedAccountLaidOut>, Refusal> {
        let found = target::pending(*present, answers)?;
        self.layout.check_now(layout, answers, draft)?;
        let AccountLayout {
            factor_requirements,
            entitlements,
            display_name_hint,
            primary_email_hint,
            expires_at,
        } = self.layout.clone();
        let account = PreparedAccount {
            factor_requirements,
            entitlements,
            display_name_hint,
            primary_email_hint,
            expires_at,
            // Whoever says what it gives answers for it.
            prepared_by: draft.admitted().actor.id.clone(),
            updated_at: draft.now_or(found.record.updated_at),
            ..found.record
        };
        draft.replace(account.clone(), found.revision)?;
        let updated = PreparedAccountUpdated {
            prepared_account_id: account.prepared_account_id.clone(),
            factor_types: self.layout.factor_types(),
            entitlements: count(&account.entitlements),
            requires_approval: self.layout.requires_approval(),
        };
        let response = laid_out(&account);
        Ok(Change::of(&account, &account, &updated, response))
    }
}

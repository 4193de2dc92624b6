//! Coming into a family: what onboarding and acceptance have in common.

use super::authority::family_of;
use super::event::FamilyInvitationRevoked;
use super::invitation::revoked;
use crate::prelude::*;
use crate::profile::walk::Walk;
use crate::tenant::event::{MembershipAdded, TenantAccountStatusChanged};
use crate::user::event::TenantAccountCreated;

request!(
    /// Asks for a user to become a member of the tenant's family, with an active tenant account;
    /// an invitation that waits for them ends, unless it is the one that they come in by.
    ///
    /// For operations that join it and have settled who may come in: by itself it admits nobody.
    EnterFamily {
        /// The user.
        user_id: UserId,
        /// As what.
        kind: MembershipKind,
        /// Whether this very unit created the user with a tenant account, so that there is none to
        /// read.
        is_new: bool,
    }
);

response!(
    /// A user who became a member.
    EnteredFamily {
        /// The membership.
        membership_id: MembershipId,
    }
);

/// The reads of [`EnterFamily`].
#[derive(Debug, Default)]
pub struct EnterSlots {
    /// Absent for a user whom the unit creates.
    present: Option<(One<TenantAccount>, Walk<Membership>)>,
    /// The invitation that may wait; absent for a fresh user id, and for who comes in by it.
    invitation: Option<One<FamilyInvitation>>,
}

impl EnterSlots {
    /// Asks for a user who exists, and for the invitation that may wait for them beside the one
    /// that they come in by.
    pub(super) fn reads(
        tenant: &TenantId,
        user_id: &UserId,
        taken_up: Option<&InvitationId>,
        flight: &mut Flight,
    ) -> Self {
        let mut slots = if taken_up == Some(&FamilyInvitation::pending_id(user_id)) {
            Self::default()
        } else {
            Self::reads_new(tenant, user_id, flight)
        };
        let tenant_account = flight.get(&(tenant.clone(), user_id.clone()));
        let memberships = Walk::begin(ListBy::User(user_id.clone()), flight);
        slots.present = Some((tenant_account, memberships));
        slots
    }

    /// Asks for what may wait for a user whom the unit creates under a chosen id.
    pub(super) fn reads_new(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        let waiting = (tenant.clone(), FamilyInvitation::pending_id(user_id));
        Self {
            present: None,
            invitation: Some(flight.get(&waiting)),
        }
    }

    /// Asks for the next memberships of a user with more than a page of them.
    pub(super) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        match &mut self.present {
            Some((_, memberships)) => memberships.read_on(answers, flight),
            None => Ok(()),
        }
    }

    /// Whether the user has a tenant account, of whatever status.
    pub(super) fn has_account(&self, answers: &Answers) -> Result<bool, Refusal> {
        match &self.present {
            Some((tenant_account, _)) => Ok(answers.one(*tenant_account)?.is_some()),
            None => Ok(false),
        }
    }
}

/// Refuses who is a member of the family already, as whatever kind.
pub(super) fn check_no_member(
    memberships: &Walk<Membership>,
    family: &MembershipScope,
    answers: &Answers,
) -> Result<(), Refusal> {
    let memberships = memberships.all(answers)?;
    if memberships
        .iter()
        .any(|found| found.record.scope == *family)
    {
        let cause = ConflictCause::Exists(RecordKind::Membership);
        return Err(Refusal::Conflict(cause));
    }
    Ok(())
}

impl Operation for EnterFamily {
    const SPEC: OperationSpec = OperationSpec {
        name: "enter_family",
        reach: Reach::Tenant,
        stands: Stands::Anywhere,
        grants: &[],
        events: &[
            MembershipAdded::SPEC,
            TenantAccountCreated::SPEC,
            TenantAccountStatusChanged::SPEC,
            FamilyInvitationRevoked::SPEC,
        ],
    };
    type Slots = EnterSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let (tenant, user_id) = (admitted.tenant()?, &self.user_id);
        Ok(if self.is_new {
            EnterSlots::reads_new(tenant, user_id, flight)
        } else {
            EnterSlots::reads(tenant, user_id, None, flight)
        })
    }
}

impl Mutation for EnterFamily {
    type Response = EnteredFamily;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<EnteredFamily>, Refusal> {
        let tenant = draft.admitted().tenant()?;
        let family = family_of(tenant)?;
        let mut account = None;
        if let Some((tenant_account, memberships)) = &slots.present {
            check_no_member(memberships, &family, answers)?;
            let read = answers.one(*tenant_account)?;
            account = Some((self.open_account(read.as_ref(), draft)?, read));
        }
        let ended = self.end_invitation(slots, answers, draft)?;
        let membership_id = Membership::derive_id(&self.user_id, &family, &self.kind);
        let membership = Membership {
            tenant: tenant.clone(),
            membership_id: membership_id.clone(),
            user_id: self.user_id.clone(),
            scope: family,
            kind: self.kind.clone(),
            created_at: draft.now(),
        };
        draft.create(membership.clone())?;
        let added = MembershipAdded {
            membership_id: membership_id.clone(),
            user_id: self.user_id.clone(),
            scope_type: membership.scope.scope_type,
            scope_id: membership.scope.scope_id.clone(),
        };
        let response = EnteredFamily { membership_id };
        let mut change = Change::of(&membership, &membership, &added, response);
        if let Some(invitation) = ended {
            let revoked = FamilyInvitationRevoked::of(&invitation);
            change = change.and(&invitation, &revoked);
        }
        let (user_id, to) = (self.user_id.clone(), AccountStatus::Active);
        Ok(match account {
            None => change,
            Some((account, None)) => {
                let status = account.status;
                change.and(&account, &TenantAccountCreated { user_id, status })
            }
            Some((account, Some(read))) => match read.record.status {
                AccountStatus::Invited => {
                    let from = Some(AccountStatus::Invited);
                    change.and(&account, &TenantAccountStatusChanged { user_id, from, to })
                }
                _ => change,
            },
        })
    }
}

impl EnterFamily {
    /// Ends the invitation that waits for the user: whoever is a member was not left one by which
    /// to come back as something else. Where none waits, none comes to be before the commit.
    fn end_invitation(
        &self,
        slots: &EnterSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Option<FamilyInvitation>, Refusal> {
        let Some(place) = slots.invitation else {
            return Ok(None);
        };
        let Some(Versioned { revision, record }) = answers.one(place)? else {
            let tenant = draft.admitted().tenant()?.clone();
            let key = (tenant, FamilyInvitation::pending_id(&self.user_id));
            draft.rely_on_absence::<FamilyInvitation>(&key)?;
            return Ok(None);
        };
        if record.status != InvitationStatus::Pending {
            let key = (record.tenant, record.invitation_id);
            draft.rely_on::<FamilyInvitation>(&key, revision)?;
            return Ok(None);
        }
        let invitation = revoked(record, draft);
        draft.replace(invitation.clone(), revision)?;
        Ok(Some(invitation))
    }

    /// Gives the user an active tenant account. One that is active already is written all the
    /// same: the memberships of a user in a family have no key in common, and this is where two
    /// callers who give different ones meet.
    fn open_account(
        &self,
        read: Option<&Versioned<TenantAccount>>,
        draft: &mut Draft<'_>,
    ) -> Result<TenantAccount, Refusal> {
        let tenant = draft.admitted().tenant()?;
        let (created_at, updated_at) = match read {
            None => (draft.now(), draft.now()),
            Some(read) => (read.record.created_at, draft.now_or(read.record.updated_at)),
        };
        let account = TenantAccount {
            tenant: tenant.clone(),
            user_id: self.user_id.clone(),
            status: AccountStatus::Active,
            created_at,
            updated_at,
        };
        match read.map(|read| read.record.status) {
            None | Some(AccountStatus::Invited | AccountStatus::Active) => {}
            Some(AccountStatus::Suspended | AccountStatus::Deactivated) => {
                let target = RecordId::new(RecordKind::TenantAccount, account.record_key());
                let reason = ReasonCode::TenantAccountInactive;
                return Err(Refusal::Denied(reason, Some(target)));
            }
        }
        draft.put(account.clone(), read)?;
        Ok(account)
    }
}

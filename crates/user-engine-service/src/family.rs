//! Family dataspaces and invitations into them.
//!
//! A tenant's family is the scope (`family`, tenant): its members have a membership in it, of a
//! kind such as `owner`, `adult`, `child`, `guest` or `delegated-caretaker`, and a tenant account.
//! Nobody comes in twice, as two kinds neither.

pub(crate) mod accept;
pub(crate) mod authority;
pub(crate) mod enter;
pub(crate) mod event;
pub(crate) mod invitation;
pub(crate) mod invite;
pub(crate) mod onboard;

pub use accept::{AcceptFamilyInvitation, AcceptedFamilyInvitation};
pub use enter::{EnterFamily, EnteredFamily};
pub use invitation::{
    ResendFamilyInvitation, ResentFamilyInvitation, RevokeFamilyInvitation, RevokedFamilyInvitation,
};
pub use invite::{InviteFamilyMember, InvitedFamilyMember};
pub use onboard::{
    FAMILY_MEMBERS_MAX, FamilyMember, FamilyPerson, OnboardFamilyDataspace, OnboardedFamily,
};

use crate::prelude::operations;

operations! {
    /// Brings a family into its tenant, in one commit: the founder as `owner`, everybody who was
    /// named with them, and invitations for those who must accept.
    ///
    /// Users that exist come in at once only where they have a tenant account (operators bring in
    /// anybody); all others are to be invited, or created here. A family that is there already
    /// grows by this: another founder becomes another owner. Every person is an operation of its
    /// own (`create_user`, `enter_family`, `invite_family_member`) with its audit record and
    /// events under the one operation id; `enter_family` tells `membership.added`, and of the
    /// tenant account `tenant_account.created` or `tenant_account.status_changed`. When one is
    /// refused, nothing is written. An invitation that waited for somebody who comes in ends, so
    /// that nobody who leaves the family has one to come back by: `family_invitation.revoked`.
    ///
    /// Callers: tenant admins, services, platform operators. Audit record:
    /// `onboard_family_dataspace` of the founder's membership. Event: `family.onboarded`.
    ///
    /// # Errors
    ///
    /// `Validation` of `members` for more than [`FAMILY_MEMBERS_MAX`] and for a user named twice,
    /// of `status` for a new user who would not be active, of `user_id` for one that could be
    /// taken for a tombstone; `NotFound` of a user without tenant
    /// account, as of one who doesn't exist; a denial for one whose account or tenant account is
    /// not active; `Conflict` `Exists` for who is a member or invited already; those of the inner
    /// operations.
    mutation onboard_family_dataspace(OnboardFamilyDataspace) -> OnboardedFamily;

    declared enter_family(EnterFamily) -> EnteredFamily;

    /// Invites a user into the tenant's family.
    ///
    /// One invitation waits for a user at a time; one that has ended, or run out, makes room for
    /// the next. Whether there is such a user is neither looked up nor told.
    ///
    /// Callers: tenant admins, services, platform operators, and members of the family that are
    /// `owner` or `adult`; only an owner among them makes an `owner`. Audit record:
    /// `invite_family_member` of the invitation. Event: `family_invitation.created`.
    ///
    /// # Errors
    ///
    /// `Validation` of `expires_at` for an end that has passed, of `user_id` for one that could be
    /// taken for a tombstone; a denial without such a membership; `Conflict` `Exists` of the
    /// membership for a member, of the invitation while one waits, also when another call was
    /// faster (`Changed` where an ended one was in its place, or the user came in meanwhile).
    mutation invite_family_member(InviteFamilyMember) -> InvitedFamilyMember;

    /// Counts another sending of an invitation that waits; who sends it listens to the event.
    ///
    /// Callers: as for inviting. Audit record: `resend_family_invitation` of the invitation.
    /// Event: `family_invitation.resent`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an invitation; `Validation` of `status` for one that has ended, of
    /// `expires_at` for one that ran out; a denial as for inviting; `Conflict` when it changed
    /// meanwhile.
    mutation resend_family_invitation(ResendFamilyInvitation) -> ResentFamilyInvitation;

    /// Withdraws an invitation that was not taken up, also when it ran out.
    ///
    /// Callers: as for inviting. Audit record: `revoke_family_invitation` of the invitation.
    /// Event: `family_invitation.revoked`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an invitation; `Validation` of `status` for one that has ended; a
    /// denial as for inviting; `Conflict` when it changed meanwhile.
    mutation revoke_family_invitation(RevokeFamilyInvitation) -> RevokedFamilyInvitation;

    /// Takes up an invitation: the invited user gets the membership and an active tenant account,
    /// by `enter_family` in the same unit, and the journeys begin that accepting sets off, up to
    /// [`JOURNEYS_MAX`](crate::JOURNEYS_MAX). An invitation anew is an occasion of its own.
    ///
    /// Callers: the invited user alone, whose account must be active; a tenant account they need
    /// not have yet. Audit record: `accept_family_invitation` of the invitation. Event:
    /// `family_invitation.accepted`.
    ///
    /// # Errors
    ///
    /// A denial for an invitation that is unknown or another user's (the two look the same), ran
    /// out, was revoked or taken up, and for a tenant account that was suspended or deactivated;
    /// `Conflict` `Exists` of the membership for a member, `Changed` when another call was faster.
    mutation accept_family_invitation(AcceptFamilyInvitation) -> AcceptedFamilyInvitation;
}

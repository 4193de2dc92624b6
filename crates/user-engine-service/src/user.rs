//! Users and their accounts.

pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod erase;
pub(crate) mod event;
pub(crate) mod export;
pub(crate) mod found;
pub(crate) mod identity;
pub(crate) mod in_tenant;
pub(crate) mod me;
pub(crate) mod status;
pub(crate) mod tombstone;
pub(crate) mod update;

pub use create::{CreateUser, CreatedUser};
pub use edit::Edit;
pub use erase::{EraseUser, EraseUserPart, ErasedPart, ErasedUser};
pub use export::{ExportUser, UserExport};
pub use identity::{LinkIdentity, LinkedIdentity, UnlinkIdentity, UnlinkedIdentity};
pub use me::{Me, WhoAmI};
pub use status::{ChangedAccount, SetAccountStatus};
pub use update::{UpdateUser, UpdatedUser};

use crate::prelude::operations;

operations! {
    /// Shows the caller, or the user whom the agent acts for, to themselves: user, account, how
    /// many identities are linked, and in a tenant the tenant account.
    ///
    /// Callers: users, and agents on their behalf. Nothing is audited but a denial.
    ///
    /// # Errors
    ///
    /// `AuthorizationDenied` for whoever is no user; `NotFound` of a user who was erased
    /// meanwhile; `Store` (`LimitExceeded`) of one with more than 1,000 identities.
    query me(WhoAmI) -> Me;

    /// Creates a user with an account, and in a tenant with a tenant account of the same status.
    ///
    /// Callers: tenant admins and services in their tenant, platform operators. Audit record:
    /// `create_user` of the user. Events: `user.created`, in a tenant `tenant_account.created`.
    ///
    /// # Errors
    ///
    /// `Conflict` with `Exists` of the user when the id is taken, also by a user who was erased or
    /// by a call that was faster; `Validation` for an id that begins like a tombstone, and of
    /// `display_name` or `primary_email` that is set to nothing.
    mutation create_user(CreateUser) -> CreatedUser;

    /// Changes a user's name and address: each is kept, set or cleared.
    ///
    /// Callers: the user; tenant admins and services for users with a tenant account in their
    /// tenant; platform operators. Audit record: `update_user` of the user. Event:
    /// `user.updated`, which tells which of the two was given and never what.
    ///
    /// # Errors
    ///
    /// `Validation` of `display_name` or `primary_email` that is set to nothing, and of
    /// `display_name` when both are kept; `NotFound` without such a user, for a tenant also
    /// without a tenant account in it; `Conflict` when the user changed meanwhile.
    mutation update_user(UpdateUser) -> UpdatedUser;

    /// Changes the status of a user's primary account.
    ///
    /// `invited` goes to `active`, `active` to `suspended` and back, everything to `deactivated`.
    /// Callers: platform operators, on any account but their own. Audit record:
    /// `set_account_status` of the account. Event: `account.status_changed`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an account; `Validation` of `status` for another transition, of
    /// `user_id` for the caller's own account, after which nobody could undo it, and for an id
    /// that begins like a tombstone; `Conflict` when the account changed meanwhile.
    mutation set_account_status(SetAccountStatus) -> ChangedAccount;

    /// Links an issuer's subject to a user, who signs in by it from then on.
    ///
    /// Callers: the user, but no agent in the user's stead, which would have a sign-in that outlasts
    /// it; tenant admins and services for users who have come into their tenant, by a tenant
    /// account, a membership or a registration; platform operators. The caller answers for the
    /// subject's being the user's. A tenant links only the first identity of a user, since whoever
    /// links one can sign in as the user everywhere; an issuer that may speak for some tenants
    /// links its own subjects alone, at any time, as they sign in nowhere else. Audit record:
    /// `link_identity` of the identity, by digest. Event: `identity.linked` of the user.
    ///
    /// # Errors
    ///
    /// `Conflict` when the subject is linked already, to this user (`Exists`) or another
    /// (`LinkedElsewhere`), also when another call was faster, or when the user changed meanwhile;
    /// `NotFound` without such a user, for a tenant also of one who was invited at most;
    /// `AuthorizationDenied` to a tenant for another identity than the first, and to agents.
    mutation link_identity(LinkIdentity) -> LinkedIdentity;

    /// Unlinks an issuer's subject from its user, who signs in by it no more.
    ///
    /// Callers: the user, also by an agent; platform operators; tenant admins and services whose
    /// issuer may speak for some tenants only, for its own subjects of users with a tenant account
    /// in their tenant. The last identity of a user is unlinked by platform operators alone:
    /// afterwards nobody can sign in as the user, and so not undo it, and a tenant could link a
    /// first one of its own choice. Audit record: `unlink_identity` of the identity, by digest.
    /// Event: `identity.unlinked` of the user.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, for a tenant also without a tenant account in it, and of a
    /// subject that is not linked to this user; `AuthorizationDenied` to a tenant for what another
    /// issuer vouches for; `Validation` of `subject` for the last one; `Conflict` when the user or
    /// the identity changed meanwhile.
    mutation unlink_identity(UnlinkIdentity) -> UnlinkedIdentity;

    declared erase_user(EraseUser) -> ErasedUser;

    declared erase_user_part(EraseUserPart) -> ErasedPart;

    /// Exports every record that is found by a user, the factors of the user's registrations
    /// included: whole, typed, in the order of kinds and keys. Sensitive values are what it is
    /// for; the records' `Debug` shows none.
    ///
    /// A user of many records is read in several flights, which may see different commits.
    /// Callers: the user and platform operators, who are given the records of all tenants and of
    /// none; tenant admins for users tied to their tenant, who are given the tenant's own records
    /// alone. A user whose issuer may speak for some tenants only is denied. Nothing is audited
    /// but a denial.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, for a tenant also without a tie to it; `Store` with
    /// `Undecodable` when a record can't be read, rather than leaving it out.
    query export_user(ExportUser) -> UserExport;
}

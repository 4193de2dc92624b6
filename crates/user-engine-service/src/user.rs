//! Users and their accounts.

pub(crate) mod create;
pub(crate) mod event;
pub(crate) mod identity;
pub(crate) mod in_tenant;
pub(crate) mod status;
pub(crate) mod tombstone;

pub use create::{CreateUser, CreatedUser};
pub use identity::{LinkIdentity, LinkedIdentity};
pub use status::{ChangedAccount, SetAccountStatus};

use crate::prelude::operations;

operations! {
    /// Creates a user with an account, and in a tenant with a tenant account of the same status.
    ///
    /// Callers: tenant admins, services, platform operators. Audit record: `create_user` of the
    /// user. Events: `user.created`, in a tenant `tenant_account.created`.
    ///
    /// # Errors
    ///
    /// `Conflict` when the id is taken, also by a user who was erased; `Validation` for an id that
    /// begins like a tombstone.
    mutation create_user(CreateUser) -> CreatedUser;

    /// Changes the status of a user's primary account.
    ///
    /// `invited` goes to `active`, `active` to `suspended` and back, everything to `deactivated`.
    /// Callers: platform operators. Audit record: `set_account_status` of the account. Event:
    /// `account.status_changed`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an account, `Validation` of `status` for another transition,
    /// `Conflict` when the account changed meanwhile.
    mutation set_account_status(SetAccountStatus) -> ChangedAccount;

    /// Links an issuer's subject to a user, who signs in by it from then on.
    ///
    /// Callers: the user, tenant admins and services for users of their tenant, platform
    /// operators. Audit record: `link_identity` of the identity, by digest. Event:
    /// `identity.linked` of the user.
    ///
    /// # Errors
    ///
    /// `Conflict` when the subject is linked already, to this user (`Exists`) or another
    /// (`LinkedElsewhere`), also when another call was faster; `NotFound` without such a user.
    mutation link_identity(LinkIdentity) -> LinkedIdentity;
}

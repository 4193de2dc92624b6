//! Tenants: accounts in them, memberships, and who may act in which.

pub(crate) mod account;
pub(crate) mod context;
pub(crate) mod diagnostics;
pub(crate) mod event;
pub(crate) mod membership;

pub use account::{ChangedTenantAccount, SetTenantAccountStatus};
pub use context::{ResolveTenantContext, TenantContext};
pub use diagnostics::{DiagnoseTenant, TenantDiagnostics};
pub use membership::{AddMembership, AddedMembership, RemoveMembership, RemovedMembership};

use crate::prelude::operations;

operations! {
    /// Says in which tenant the caller acts, and as what: the status of the tenant account, the
    /// memberships in the tenant, and the roles.
    ///
    /// The tenant account need not be active, so that whoever is invited or suspended learns it;
    /// the caller's account must be. Callers: users, and agents on their behalf; tenant admins,
    /// services, platform operators. Nothing is audited but a denial.
    ///
    /// # Errors
    ///
    /// `AuthorizationDenied` for a tenant that is not the claims' own.
    query resolve_tenant_context(ResolveTenantContext) -> TenantContext;

    /// Changes the status of a user's account in the tenant, and creates it, `invited` or
    /// `active`, where the user has none.
    ///
    /// Statuses follow each other as those of accounts. Callers: tenant admins and services for
    /// users who have come into their tenant, by a membership or a registration, platform operators for every user, and none of them for
    /// themselves: an active caller could only lose the tenant account, and not take it back.
    /// Audit record: `set_tenant_account_status` of the tenant account. Events:
    /// `tenant_account.status_changed`, without `from` and beside `tenant_account.created` where
    /// it is new.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, for a tenant also of one who was invited at most; `Validation` of
    /// `status` for another transition, or another beginning, and of `user_id` for the caller's
    /// own, and for one that could be taken for a tombstone; `Conflict` when the tenant account changed meanwhile.
    mutation set_tenant_account_status(SetTenantAccountStatus) -> ChangedTenantAccount;

    /// Makes a user a member of a scope of the tenant.
    ///
    /// Callers: tenant admins and services for users who have come into their tenant, by a tenant
    /// account, a membership or a registration; platform operators for every user. Whoever was
    /// invited at most comes in by accepting. Audit record: `add_membership` of the membership. Event: `membership.added`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, for a tenant also of one who was invited at most; `Validation` of
    /// `scope_id` for a scope of the type `tenant` that names another tenant, of `scope_type` for a
    /// family, whose members are onboarded or invited, of `user_id` for one that could be taken
    /// for a tombstone; `Conflict`
    /// (`Exists`) when the user is a member of that scope as that kind already, (`Changed`) when
    /// another call was faster or the user's account changed.
    mutation add_membership(AddMembership) -> AddedMembership;

    /// Ends a membership.
    ///
    /// A hat that was selected by it stays selected; exports judge it anew. Callers: tenant
    /// admins, services, platform operators. Audit record: `remove_membership` of the membership.
    /// Event: `membership.removed`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a membership in the tenant; `Conflict` when it changed meanwhile.
    mutation remove_membership(RemoveMembership) -> RemovedMembership;

    /// Counts the tenant's accounts by status, its memberships by the type of their scope, and its
    /// invitations that wait for an answer: all of them, a thousand rows at a time.
    ///
    /// Callers: tenant admins, services, platform operators.
    ///
    /// # Errors
    ///
    /// `AuthorizationDenied` to others; `Store` with `Undecodable` when a row can't be read.
    query tenant_diagnostics(DiagnoseTenant) -> TenantDiagnostics;
}

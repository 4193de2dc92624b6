//! Access profiles (hats), selecting one, and the facts exported to access control.

pub(crate) mod diagnostics;
pub(crate) mod event;
pub(crate) mod facts;
pub(crate) mod list;
pub(crate) mod register;
pub(crate) mod requirement;
pub(crate) mod select;
pub(crate) mod worn;

pub use diagnostics::{AccessProfileDiagnostics, DiagnoseAccessProfiles};
pub use facts::{
    AccessControlFacts, AccessFacts, ExportAccessControlFacts, FactorFact, HatFacts, MembershipFact,
};
pub use list::{AccessProfilePage, ListAccessProfiles, ListedAccessProfile};
pub use register::{RegisterAccessProfile, RegisteredAccessProfile};
pub use select::{SelectActiveHat, SelectedHat};

use crate::prelude::operations;

operations! {
    /// Creates a hat, or replaces what it requires and grants.
    ///
    /// Everything but the scope may change while the hat is worn; another scope is another hat.
    /// Who wears it keeps what was granted at selection until they select a hat anew. Exports,
    /// diagnostics, profiles and identity contexts judge worn hats by the present requirements, and
    /// one that requires approval counts only when it was selected after its last change, by the
    /// order in which the store wrote the two and whatever the clocks say. Callers: tenant admins,
    /// platform operators. Audit record: `register_access_profile` of the hat. Event:
    /// `access_profile.registered`.
    ///
    /// # Errors
    ///
    /// `Validation` of the field that breaks a rule: `scope_id` of another tenant, `realm`,
    /// `service_id` or `asset_id` that disagrees with the scope, a requirement or group that is
    /// listed twice, `required_memberships` that name another tenant, `profile_defaults` that no
    /// active catalog defines, that are of another type, or the system's, `scope` that differs
    /// from the present one; `Conflict` when the hat or a catalog changed meanwhile.
    mutation register_access_profile(RegisterAccessProfile) -> RegisteredAccessProfile;

    /// Lists the tenant's hats in the order of their keys, page by page.
    ///
    /// Callers: users of the tenant, who are not shown a hat's profile defaults; tenant admins,
    /// services, platform operators.
    ///
    /// # Errors
    ///
    /// `Validation` of `limit` outside 1 to 1,000.
    query list_access_profiles(ListAccessProfiles) -> AccessProfilePage;

    /// Selects the hat that the caller wears in the tenant from now on, in place of any other.
    ///
    /// It needs an active tenant account, every required membership, a verified and unexpired
    /// factor of every required type, and where the hat requires it an approval by the
    /// authorization port. What satisfied the requirements and what the hat grants is kept as it
    /// is now; a membership that is removed later leaves the hat selected, and exports judge it
    /// anew. Selecting the hat that is worn already refreshes it. Starts every onboarding journey
    /// that a selected hat sets off, up to [`JOURNEYS_MAX`](crate::JOURNEYS_MAX). Callers: users, and agents on their behalf. Audit record:
    /// `select_active_hat` of the active access context, and one of `start_onboarding_journey`
    /// for each journey. Events: `access_profile.hat_selected`, for each journey
    /// `onboarding.journey_started`.
    ///
    /// # Errors
    ///
    /// `NotFound` for a hat that the tenant doesn't have; `AuthorizationDenied`, audited as
    /// `tenant_account_inactive`, `membership_missing`, `factor_missing`, `factor_expired` or
    /// `approval_required`; `Conflict` when anything that it rests on changed meanwhile.
    mutation select_active_hat(SelectActiveHat) -> SelectedHat;

    /// Exports what an external policy engine has to know of a user, or page by page of everybody
    /// with a tenant account: statuses, memberships, verified factor types with their expiry, and
    /// the hat worn with its scope, groups and projection claims.
    ///
    /// Every subject's facts are of one snapshot. A hat that lapsed since it was selected is
    /// exported with the reason and grants nothing. Factors count that a registration of this
    /// tenant or of none verified. Callers: services, tenant admins, platform
    /// operators.
    ///
    /// # Errors
    ///
    /// `NotFound` for a user who has not come into the tenant, also one who is invited;
    /// `Validation` of `limit` outside 1 to 100, or of `after` beside a user; `Store` with
    /// `LimitExceeded` for more than 1,000 hats in the tenant.
    query export_access_control_facts(ExportAccessControlFacts) -> AccessControlFacts;

    /// Counts the tenant's hats, how many of them are worn, and the worn ones that lapsed, page by
    /// page of those who wear one.
    ///
    /// Callers: tenant admins, services, platform operators.
    ///
    /// # Errors
    ///
    /// `Validation` of `limit` outside 1 to 100; `Store` with `LimitExceeded` for more than 1,000
    /// hats in the tenant.
    query access_profile_diagnostics(DiagnoseAccessProfiles) -> AccessProfileDiagnostics;
}

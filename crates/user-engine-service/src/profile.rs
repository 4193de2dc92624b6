//! Profile values, what they resolve to, and who is shown what of it.

pub(crate) mod audience;
pub(crate) mod caller;
pub(crate) mod clear;
pub(crate) mod effective;
pub(crate) mod event;
pub(crate) mod identity;
pub(crate) mod person;
pub(crate) mod place;
pub(crate) mod projection;
pub(crate) mod resolution;
pub(crate) mod set;
pub(crate) mod source;
pub(crate) mod walk;

pub use clear::{ClearProfileValue, ClearedProfileValue};
pub use effective::{EffectiveProfile, GetEffectiveProfile};
pub use identity::{Assurance, GetIdentityContext, HeldMembership, IdentityContext, WornHat};
pub use projection::{GetProjection, Projection, ProjectionKind};
pub use resolution::{Provenance, ResolvedAttribute, ShownValue};
pub use set::{SetProfileValue, StoredProfileValue};

use crate::prelude::operations;

operations! {
    /// Sets an attribute's value for a user in one scope.
    ///
    /// The attribute must be defined, and not retired, in the active catalog of the namespace that
    /// its key begins with; the value must be of its type. An application scope names the
    /// application that owns the catalog. A membership scope names a membership of the user's in
    /// the resolved tenant.
    ///
    /// Callers: the user, tenant admins and services for users of their tenant, platform
    /// operators. By the attribute's mutability: `system` services only; `admin` also tenant
    /// admins and platform operators; `user` also the user and agents acting for them;
    /// `immutable` as `admin`, and only while neither this scope nor one below it has a value: what
    /// was set is neither changed nor covered, by calls at once as little as by one behind the
    /// other. Values of other tenants are out of sight.
    /// Values of the scopes `global` and `application` hold in every tenant: they are set by the
    /// user and by platform operators, services among them, unless the issuer may speak for some
    /// tenants only. A platform operator of such an issuer counts as an administrator of the tenant,
    /// here and in the operations below.
    ///
    /// Audit record: `set_profile_value` of the value. Event: `profile_value.set`. Two round
    /// trips; three for an immutable attribute above the scope `global`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, as in a tenant into which the user has not come, or for a
    /// membership that isn't the user's; `Validation` of
    /// `attribute_key`, `scope_id` or `value` by the rules above; `AuthorizationDenied` by
    /// mutability and scope; `Conflict` when the value, the catalog, the membership or the account
    /// changed meanwhile, for an immutable attribute also when the user did, or another immutable
    /// value of the user was set.
    mutation set_profile_value(SetProfileValue) -> StoredProfileValue;

    /// Clears an attribute's value for a user in one scope.
    ///
    /// Callers are those of [`Self::set_profile_value`], by the definition's
    /// mutability, also a retired definition's; a value without definition is cleared as if its
    /// mutability were `admin`, and an immutable one by nobody. The membership of a membership
    /// scope need not be there any more.
    ///
    /// Audit record: `clear_profile_value` of the value. Event: `profile_value.cleared`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user or value; `Validation` of `attribute_key` or `scope_id`;
    /// `AuthorizationDenied` by mutability and scope; `Conflict` when the value or the catalog
    /// changed meanwhile.
    mutation clear_profile_value(ClearProfileValue) -> ClearedProfileValue;

    /// Says what every attribute of a user resolves to, where that comes from, and how carefully
    /// it is to be handled.
    ///
    /// Precedence, lowest first: the catalog's default, the default of the hat worn in the tenant,
    /// the values of the scopes `global`, `tenant`, `application` (of the catalog's owner) and
    /// `membership` (the one that the request names). What has no value in any layer, and what a
    /// layer holds that is not of the attribute's type, is left out. For an application the
    /// attributes of its active catalogs are resolved. Without one, those of all active catalogs,
    /// and every value that none of them defines, or defines as retired: it counts as secret and
    /// private. A hat lends its defaults while its wearer meets what it requires now, as
    /// [`Self::export_access_control_facts`] judges it; one that lapsed is as none.
    ///
    /// Callers: users about themselves, who see everything, but by an issuer that may speak for
    /// some tenants only no private values of the scopes `global` and `application`; tenant admins
    /// and platform operators, who see all but private attributes; services, which have to name an
    /// application and see what it may see, sensitive values redacted. Agents ask for a projection
    /// instead. No audit record but for denials, no event.
    ///
    /// One round trip, whatever the catalogs' size. A user with more than 1,000 values costs one
    /// for each further 1,000; for an application one more is the last, as soon as the values that
    /// its catalogs define and that were not read yet have at most 1,000 keys (250 attributes in
    /// four layers). A worn hat costs one more where it stands behind the tenant's first 50 by its
    /// key, and one for each further 1,000 memberships or factors of its wearer. These go along with
    /// each other. Nothing is refused for how much of it there is.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, application (also a retired one) or membership.
    query effective_profile(GetEffectiveProfile) -> EffectiveProfile;

    /// Shows what an effective profile holds to one kind of onlooker. Callers, by kind:
    ///
    /// | kind | who asks | attributes seen | sensitive and secret values |
    /// |---|---|---|---|
    /// | `application_runtime` | services, platform operators | `application`, `public` | redacted |
    /// | `agent_context` | agents about the user they act for, services, platform operators | `application`, `public` | redacted |
    /// | `claims_enrichment` | services, platform operators | `application`, `public` | redacted |
    /// | `admin` | tenant admins, platform operators | all but `private` | shown |
    /// | `audit` | platform operators | all | shown |
    /// | `self_service` | users about themselves | all, as [`Self::effective_profile`] | shown |
    ///
    /// The first three need an application, show its active catalogs alone, carry the claims of
    /// the hat worn in the tenant, and are given about active users only: the account, and in a
    /// tenant the tenant account. The others may name an application. Hidden attributes are left
    /// out; a redacted one says that it has a value. A hat that lapsed is not in a projection:
    /// neither its id, nor a claim, nor a default.
    ///
    /// No audit record but for denials, no event. Round trips as
    /// [`Self::effective_profile`].
    ///
    /// # Errors
    ///
    /// `Validation` of `application_id` where the kind needs one, `AuthorizationDenied` for
    /// others than those above and about users who are not active, otherwise as
    /// [`Self::effective_profile`].
    query projection(GetProjection) -> Projection;

    /// Says who the caller is, for an application or a tenant: ids, statuses, counts and factor
    /// types only.
    ///
    /// For an application, memberships of other applications are left out. Assurance counts
    /// verified factors that have not expired, and that one of the user's first 1,000 registrations
    /// of the resolved tenant or of none verified. A hat that lapsed is told with the reason, as by
    /// [`Self::export_access_control_facts`], and grants no group. Callers: users about themselves,
    /// agents about the user they act for. No audit record but for denials, no event. One round
    /// trip, and one more for each further 1,000 memberships, identities or factors, as for a worn
    /// hat that stands behind the tenant's first 50 by its key.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an application, also a retired one.
    query identity_context(GetIdentityContext) -> IdentityContext;
}

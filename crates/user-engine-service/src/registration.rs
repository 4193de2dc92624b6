//! Registrations and the factors verified in them.
//!
//! Every registration is bound to one person from its beginning, and nobody else can come back to
//! it, complete it or give it up without a role. A person who begins one is bound by the sign-in.
//! Whoever begins one for a person says by what: the sign-in that is expected, or a secret made up
//! for it and handed to the person, of which a digest is kept. The id opens nothing by itself:
//! events, audit records and receipts hold it. The completion ends the binding; from then on the
//! registration is its user's.
//!
//! Factors are vouched for by services; a person never attaches one.

pub(crate) mod attach;
mod binding;
pub(crate) mod complete;
pub(crate) mod diagnostics;
pub(crate) mod end;
pub(crate) mod event;
pub(crate) mod resume;
pub(crate) mod session;
pub(crate) mod start;

pub use attach::{AttachRegistrationFactor, AttachedFactor};
pub use binding::RegistrationBinding;
pub use complete::{CompleteRegistration, CompletedRegistration};
pub use diagnostics::{CountAllRegistrations, CountRegistrations, RegistrationCounts};
pub use end::{AbandonRegistration, EndedRegistration, ExpireRegistration, RejectRegistration};
pub use resume::{ResumeRegistration, ResumedRegistration};
pub use start::{StartRegistration, StartedRegistration};

use crate::prelude::operations;

operations! {
    /// Begins a registration, in the resolved tenant or in none.
    ///
    /// Callers: anybody whose credential verifies. A person is bound by the own sign-in and names
    /// none, an operator too; a service or an agent begins it for somebody else, and says for
    /// whom. Audit record: `start_registration` of the registration. Event:
    /// `registration.started`.
    ///
    /// # Errors
    ///
    /// `Validation` of `bound_to` when a person gives it, or anybody else doesn't; of `secret`
    /// when it has not 16 to 1,024 bytes; of `expires_at` when it doesn't lie ahead.
    mutation start_registration(StartRegistration) -> StartedRegistration;

    /// Attaches a factor that was verified elsewhere; the registration becomes `factor_verified`.
    ///
    /// The same type, value and source system once more renews the factor that is there. Callers:
    /// services of the registration's tenant, or of the platform for one without tenant, and
    /// platform operators; whoever registers vouches for nothing. Audit record:
    /// `attach_registration_factor` of the registration. Event: `registration.factor_verified`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a registration in the tenant; `Validation` of `normalized_value` or
    /// `source_system` when it is empty, of `expires_at` when it doesn't lie ahead or the
    /// registration has run out, of `status` when it has ended, of `factors` at 32; `Conflict`
    /// when the registration changed meanwhile.
    mutation attach_registration_factor(AttachRegistrationFactor) -> AttachedFactor;

    /// Resolves a registration to the caller: the user whom the sign-in is linked to, or a new
    /// user with an account and that link. The factors become the user's. In a tenant the user
    /// has an active tenant account afterwards.
    ///
    /// Callers: the person whom it is bound to; nobody completes it for somebody else. Of several
    /// who know its secret the first to complete it is its user, and the secret ends with that.
    /// Audit records: `complete_registration` of the registration,
    /// for a new user `create_user` of the user. Events: `registration.completed`; for a new user
    /// `user.created` and `identity.linked`; `tenant_account.created`, and
    /// `account.status_changed` and `tenant_account.status_changed` of those that were laid out as
    /// `invited`.
    ///
    /// # Errors
    ///
    /// Denied, alike for an unknown registration, one of somebody else, one that was completed,
    /// and a secret that is missing, wrong or given where the sign-in counts; without a verified
    /// factor that has not run out; for a user whose account here is suspended or deactivated.
    /// `Validation` of `status` or `expires_at` when the registration has ended or run out, of
    /// `display_name` or `primary_email` when it is empty;
    /// `Conflict` when it changed meanwhile, or another call linked the sign-in.
    mutation complete_registration(CompleteRegistration) -> CompletedRegistration;

    /// Comes back to a registration: it waits for a factor, or can be completed.
    ///
    /// It writes, so that coming back leaves a trace: a registration of which no factor holds any
    /// more becomes `factor_pending` again. Whoever shows its secret is not bound by that, and
    /// shows it again to complete it. Callers: the person whom it is bound to; the tenant's
    /// services and administrators, platform operators. Audit record: `resume_registration` of
    /// the registration. Event: `registration.resumed`.
    ///
    /// # Errors
    ///
    /// Denied for who has no role, as for [`complete_registration`](Self::complete_registration);
    /// `NotFound` for others; `Validation` of `status` or `expires_at` when it has ended or run
    /// out; `Conflict` when it changed meanwhile.
    mutation resume_registration(ResumeRegistration) -> ResumedRegistration;

    /// Gives a registration up.
    ///
    /// Callers: as [`resume_registration`](Self::resume_registration). Audit record:
    /// `abandon_registration` of the registration. Event: `registration.abandoned`.
    ///
    /// # Errors
    ///
    /// As `resume_registration`, but for one that has run out, which may be given up.
    mutation abandon_registration(AbandonRegistration) -> EndedRegistration;

    /// Refuses a registration.
    ///
    /// Callers: the tenant's services and administrators, platform operators. Audit record:
    /// `reject_registration` of the registration. Event: `registration.rejected`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a registration in the tenant; `Validation` of `status` when it has
    /// ended; `Conflict` when it changed meanwhile.
    mutation reject_registration(RejectRegistration) -> EndedRegistration;

    /// Marks a registration that has run out. Nothing rests on the mark.
    ///
    /// Callers: the tenant's services and administrators, platform operators. Audit record:
    /// `expire_registration` of the registration. Event: `registration.expired`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a registration in the tenant; `Validation` of `status` when it has
    /// ended, of `expires_at` when it has not run out; `Conflict` when it changed meanwhile.
    mutation expire_registration(ExpireRegistration) -> EndedRegistration;

    /// Counts a tenant's registrations by status, those that have run out unmarked among them, a
    /// thousand at a time.
    ///
    /// Callers: the tenant's administrators and services, platform operators in the tenant.
    ///
    /// # Errors
    ///
    /// Denied to others; the store's own.
    query registration_diagnostics(CountRegistrations) -> RegistrationCounts;

    /// Counts the registrations of every tenant and of none, a thousand at a time.
    ///
    /// Callers: platform operators.
    ///
    /// # Errors
    ///
    /// Denied to others; the store's own.
    query platform_registration_diagnostics(CountAllRegistrations) -> RegistrationCounts;
}

//! What an operation declares: its name, who may call it, what it reads, decides and tells.

use crate::core::admission::Admitted;
use crate::core::canonical::Canonical;
use crate::core::draft::{Change, Draft};
use crate::core::event::EventSpec;
use crate::core::flight::{Answers, Flight};
use crate::core::response::Response;
use crate::error::Refusal;
use user_engine_domain::{RecordId, RecordKind, TenantId, UserId};

/// Whose rows an operation reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One tenant's; without a tenant the call is denied.
    Tenant,
    /// One tenant's where the request resolves to one, tenantless ones alone where not.
    TenantOrNone,
    /// Every tenant's: the work of platform operators, and of users on all of their own records.
    Platform,
    /// Every tenant's for users on their own records and for platform operators; as
    /// [`Reach::TenantOrNone`] for everybody else.
    ByGrant,
}

/// Where the caller's own accounts must be active, when the caller is a user or acts for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// The account, and in a tenant the tenant account too.
    InTenant,
    /// The account alone: the operation is how a user comes into a tenant, or about no tenant. For
    /// an agent whose issuer may speak for some tenants only, as [`Stands::InTenant`].
    Anywhere,
    /// Not at all: the operation is how somebody becomes a user. For who comes by a role, as
    /// [`Stands::InTenant`].
    Nowhere,
}

/// Why a caller may call an operation; one that holds is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The request is about the caller, or about the user whom the agent acts for.
    Own,
    /// The caller is an administrator of the resolved tenant.
    TenantAdmin,
    /// The caller is a service whose credential is for the resolved tenant; of no tenant where none
    /// is resolved and the request is about no user, as tenantless registrations are; or a platform
    /// operator.
    Service,
    /// The caller is a platform operator.
    PlatformOperator,
    /// Anybody whose credential verifies.
    Anyone,
}

impl Grant {
    /// The word by which documents call the grant.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::TenantAdmin => "tenant-admin",
            Self::Service => "service",
            Self::PlatformOperator => "platform-operator",
            Self::Anyone => "anyone",
        }
    }
}

/// An operation as the service's table prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationSpec {
    /// The name, as audit records spell it.
    pub name: &'static str,
    /// Whose rows it reaches.
    pub reach: Reach,
    /// Where the caller's own accounts must be active.
    pub stands: Stands,
    /// Who may call it; empty where no caller is asked for, or where others join it only.
    pub grants: &'static [Grant],
    /// The events that it tells: the first one always, and it is what the audit record is paired
    /// with; the others where they apply. A first event that stands here twice may be told more
    /// than once. Empty for a read.
    pub events: &'static [EventSpec],
}

impl OperationSpec {
    /// Whether it writes.
    pub const fn is_mutation(&self) -> bool {
        !self.events.is_empty()
    }
}

/// What reads and mutations have in common.
pub trait Operation: Send + Sync {
    /// The operation's line in the table.
    const SPEC: OperationSpec;

    /// The places of its reads in the flight.
    type Slots: Send + Sync;

    /// The user that the request is about, for [`Grant::Own`].
    fn owner(&self) -> Option<&UserId> {
        None
    }

    /// The record that the request names, for the authorizer and the audit record of a denial.
    fn target(&self) -> Option<RecordId> {
        None
    }

    /// The same, of a record whose key begins with the tenant that the request resolved to.
    fn target_in(&self, _tenant: &TenantId) -> Option<RecordId> {
        None
    }

    /// Asks for everything that the decision rests on.
    ///
    /// # Errors
    ///
    /// Refuses a request that can't be read for: a derived id that breaks a rule, say.
    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal>;

    /// Asks for what could only be known from the first answers; a second flight goes out when
    /// anything was asked for. By itself as [`Operation::reads_on`].
    ///
    /// # Errors
    ///
    /// As [`Operation::reads`], and what the first answers already refuse.
    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut Self::Slots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        self.reads_on(admitted, slots, answers, flight)
    }

    /// Asks for what the last answers leave open, the next page of a list say: behind
    /// [`Operation::reads_more`], again and again, until nothing is asked for.
    ///
    /// # Errors
    ///
    /// As [`Operation::reads_more`].
    fn reads_on(
        &self,
        _admitted: &Admitted,
        _slots: &mut Self::Slots,
        _answers: &Answers,
        _flight: &mut Flight,
    ) -> Result<(), Refusal> {
        Ok(())
    }
}

/// An operation that writes. It can't append an audit record or an event by itself: it says what
/// it changed and tells, and the writer does the rest, so that neither can be forgotten.
pub trait Mutation: Operation + Canonical {
    /// What it answers.
    type Response: Response;

    /// The kinds that it creates under keys of the caller's choice. Overtaken at the commit by
    /// another call for one of these, it looks again, once, so that its refusal says what is there.
    const CREATES: &'static [RecordKind] = &[];

    /// Decides by what was read, and buffers the writes.
    ///
    /// # Errors
    ///
    /// A refusal; nothing of this operation is written then, except the record of a denial.
    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<Self::Response>, Refusal>;

    /// What it answers when there is nothing to do: then nothing is decided, written, audited,
    /// told or remembered. For work that looks for itself, as purging does.
    ///
    /// # Errors
    ///
    /// As [`Mutation::decide`].
    fn idle(
        &self,
        _slots: &Self::Slots,
        _answers: &Answers,
        _admitted: &Admitted,
    ) -> Result<Option<Self::Response>, Refusal> {
        Ok(None)
    }
}

/// An operation that reads.
pub trait Query: Operation {
    /// What it answers.
    type Answer: Send;

    /// Answers by what was read.
    ///
    /// # Errors
    ///
    /// A refusal.
    fn answer(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<Self::Answer, Refusal>;
}

/// Declares a request: a structure with its canonical form.
macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::core::canonical::Canonical for $name {
            fn write(&self, canon: &mut $crate::core::canonical::Canon) {
                canon.leaf(stringify!($name).as_bytes());
                $(canon.member(stringify!($field), &self.$field);)*
            }
        }
    };
}
pub(crate) use request;

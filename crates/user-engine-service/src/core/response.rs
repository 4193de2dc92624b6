//! Responses that a receipt can rebuild: ids, statuses, counts and instants.

use std::collections::BTreeMap;
#[cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "every type that may be written is listed below"
    )
)]
use user_engine_domain::*;

/// The entries of a receipt.
pub type Entries = BTreeMap<String, String>;

/// What an operation answers; the receipt of its commit holds the same, so that repeating the
/// operation gives the first answer.
pub trait Response: Sized + Send {
    /// Writes every field.
    fn write(&self, entries: &mut Entries);

    /// Rebuilds the response; `None` when the entries are not of this form.
    fn read(entries: &Entries) -> Option<Self>;
}

/// A field of a response.
pub trait ReceiptField: Sized {
    /// Writes this field under its name.
    fn put(&self, name: &str, entries: &mut Entries);
    /// Reads the field of this name.
    fn take(name: &str, entries: &Entries) -> Option<Self>;
}

macro_rules! id_field {
    ($($name:ident),+ $(,)?) => {
        $(impl ReceiptField for $name {
            fn put(&self, name: &str, entries: &mut Entries) {
                entries.insert(name.to_owned(), self.as_str().to_owned());
            }
            fn take(name: &str, entries: &Entries) -> Option<Self> {
                entries.get(name)?.parse().ok()
            }
        })+
    };
}

id_field!(
    AccessProfileId,
    ApplicationId,
    CatalogNamespace,
    FactorId,
    InvitationId,
    JourneyId,
    MembershipId,
    PreparedAccountId,
    ProtocolId,
    RegistrationId,
    StepKey,
    TenantId,
    UserId,
    AccountStatus,
    ApplicationState,
    CatalogState,
    InvitationStatus,
    JourneyStatus,
    PreparedAccountStatus,
    RegistrationStatus,
    StepStatus,
);

macro_rules! plain_field {
    ($($name:ty),+ $(,)?) => {
        $(impl ReceiptField for $name {
            fn put(&self, name: &str, entries: &mut Entries) {
                entries.insert(name.to_owned(), self.to_string());
            }
            fn take(name: &str, entries: &Entries) -> Option<Self> {
                entries.get(name)?.parse().ok()
            }
        })+
    };
}

plain_field!(bool, u32, u64);

impl ReceiptField for CatalogVersion {
    fn put(&self, name: &str, entries: &mut Entries) {
        entries.insert(name.to_owned(), self.to_string());
    }
    fn take(name: &str, entries: &Entries) -> Option<Self> {
        Self::new(entries.get(name)?).ok()
    }
}

impl ReceiptField for Timestamp {
    fn put(&self, name: &str, entries: &mut Entries) {
        entries.insert(name.to_owned(), self.as_micros().to_string());
    }
    fn take(name: &str, entries: &Entries) -> Option<Self> {
        Self::from_micros(entries.get(name)?.parse().ok()?).ok()
    }
}

impl<T: ReceiptField> ReceiptField for Option<T> {
    fn put(&self, name: &str, entries: &mut Entries) {
        if let Some(value) = self {
            value.put(name, entries);
        }
    }
    fn take(name: &str, entries: &Entries) -> Option<Self> {
        if entries.contains_key(name) {
            T::take(name, entries).map(Some)
        } else {
            Some(None)
        }
    }
}

/// Declares a response.
macro_rules! response {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $crate::core::response::Response for $name {
            fn write(&self, entries: &mut $crate::core::response::Entries) {
                $($crate::core::response::ReceiptField::put(
                    &self.$field, stringify!($field), entries);)+
            }
            fn read(entries: &$crate::core::response::Entries) -> Option<Self> {
                Some(Self {
                    $($field: $crate::core::response::ReceiptField::take(
                        stringify!($field), entries)?,)+
                })
            }
        }
    };
}
pub(crate) use response;

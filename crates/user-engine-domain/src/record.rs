//! What every record kind has in common.

use crate::error::FieldError;
use crate::id::{ApplicationId, TenantId, UserId};
use crate::key::{RecordId, RecordKey};
use crate::kind::RecordKind;
use crate::{
    AccessProfile, Account, ActiveAccessContext, Application, ApplicationBinding, Catalog,
    ExternalIdentity, FamilyInvitation, IdentityFactor, Membership, OnboardingJourney,
    PreparedAccount, ProfileValue, RegistrationSession, TenantAccount, User, WelcomeProtocol,
};
use std::borrow::Cow;
use std::fmt;

/// A record kind's Rust type. Sealed: the set of kinds is closed.
pub trait Record:
    fmt::Debug + Clone + PartialEq + Send + Sync + 'static + Into<DomainRecord> + sealed::Sealed
{
    /// The kind that this type is.
    const KIND: RecordKind;

    /// What names one record of this kind: its key parts in order.
    type Key: ?Sized;

    /// The stored key of the record that `key` names.
    fn key_of(key: &Self::Key) -> RecordKey;

    /// The stored key of this record.
    fn record_key(&self) -> RecordKey;

    /// The columns by which a store finds this record.
    fn columns(&self) -> Columns<'_>;

    /// Checks the rules between this record's fields; each field's own rule holds by its type.
    ///
    /// # Errors
    ///
    /// Names the field that disagrees, never a value.
    fn validate(&self) -> Result<(), FieldError>;

    /// The record inside, when it is of this kind.
    fn from_domain(record: &DomainRecord) -> Option<&Self>;

    /// The record inside, given up, when it is of this kind; otherwise given back.
    ///
    /// # Errors
    ///
    /// Gives a record of another kind back unchanged.
    #[expect(
        clippy::result_large_err,
        reason = "what is given back is what was given"
    )]
    fn try_from_domain(record: DomainRecord) -> Result<Self, DomainRecord>;
}

/// The columns of a record that queries may name; absent where the kind or record has none.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Columns<'a> {
    /// The tenant that the record belongs to.
    pub tenant: Option<&'a TenantId>,
    /// The user that is meant.
    pub user_id: Option<&'a UserId>,
    /// The application that is meant; owned where a record spells it as the id of its scope.
    pub application_id: Option<Cow<'a, ApplicationId>>,
    /// The type of the scope that the record is found by.
    pub scope_type: Option<&'static str>,
    /// The id of that scope.
    pub scope_id: Option<Cow<'a, str>>,
}

impl fmt::Debug for Columns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Columns")
            .field("tenant", &self.tenant)
            .field("user_id", &self.user_id)
            .field("application_id", &self.application_id)
            .field("scope_type", &self.scope_type)
            .finish_non_exhaustive()
    }
}

mod sealed {
    /// Keeps the set of record types closed.
    pub trait Sealed {}
}

macro_rules! domain_record {
    ($($kind:ident,)+) => {
        /// A record of any kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum DomainRecord {
            $(
                #[doc = concat!("See [`", stringify!($kind), "`].")]
                $kind($kind),
            )+
        }

        $(
            impl sealed::Sealed for $kind {}
            impl From<$kind> for DomainRecord {
                fn from(record: $kind) -> Self {
                    Self::$kind(record)
                }
            }
        )+

        impl DomainRecord {
            /// The record's kind.
            pub const fn kind(&self) -> RecordKind {
                match self {
                    $(Self::$kind(_) => RecordKind::$kind,)+
                }
            }

            /// The record's stored key.
            pub fn record_key(&self) -> RecordKey {
                match self {
                    $(Self::$kind(record) => record.record_key(),)+
                }
            }

            /// The columns by which a store finds the record.
            pub fn columns(&self) -> Columns<'_> {
                match self {
                    $(Self::$kind(record) => record.columns(),)+
                }
            }

            /// Checks the rules between the record's fields.
            ///
            /// # Errors
            ///
            /// Names the field that disagrees, never a value.
            pub fn validate(&self) -> Result<(), FieldError> {
                match self {
                    $(Self::$kind(record) => record.validate(),)+
                }
            }
        }
    };
}

domain_record!(
    AccessProfile,
    Account,
    ActiveAccessContext,
    Application,
    ApplicationBinding,
    Catalog,
    ExternalIdentity,
    FamilyInvitation,
    IdentityFactor,
    Membership,
    OnboardingJourney,
    PreparedAccount,
    ProfileValue,
    RegistrationSession,
    TenantAccount,
    User,
    WelcomeProtocol,
);

impl DomainRecord {
    /// The record's kind and key.
    pub fn id(&self) -> RecordId {
        RecordId::new(self.kind(), self.record_key())
    }
}

/// Implements the parts of [`Record`] that are the same for every kind.
macro_rules! record_kind {
    ($kind:ident) => {
        const KIND: $crate::kind::RecordKind = $crate::kind::RecordKind::$kind;

        fn from_domain(record: &$crate::record::DomainRecord) -> Option<&Self> {
            match record {
                $crate::record::DomainRecord::$kind(record) => Some(record),
                _ => None,
            }
        }

        fn try_from_domain(
            record: $crate::record::DomainRecord,
        ) -> Result<Self, $crate::record::DomainRecord> {
            match record {
                $crate::record::DomainRecord::$kind(record) => Ok(record),
                other => Err(other),
            }
        }
    };
}
pub(crate) use record_kind;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldError;

    /// The keys of a tenant kind for each pair of a tenant and an id.
    fn keys<R, I>(pairs: &[(&'static str, &'static str)]) -> Vec<RecordKey>
    where
        R: Record<Key = (TenantId, I)>,
        I: TryFrom<&'static str, Error = FieldError>,
    {
        let key = |(tenant, id): &(&'static str, &'static str)| {
            R::key_of(&(TenantId::new(*tenant).unwrap(), I::try_from(id).unwrap()))
        };
        assert!(R::KIND.is_tenant_kind());
        pairs.iter().map(key).collect()
    }

    #[test]
    fn keys_of_two_tenants_never_meet_in_any_tenant_kind() {
        let pairs = [
            ("a/b", "c"),
            ("a", "b/c"),
            ("a%2Fb", "c"),
            ("a", "b%2Fc"),
            ("a", "~b"),
        ];
        let kinds = [
            keys::<AccessProfile, _>(&pairs),
            keys::<ActiveAccessContext, _>(&pairs),
            keys::<FamilyInvitation, _>(&pairs),
            keys::<Membership, _>(&pairs),
            keys::<OnboardingJourney, _>(&pairs),
            keys::<PreparedAccount, _>(&pairs),
            keys::<TenantAccount, _>(&pairs),
            keys::<WelcomeProtocol, _>(&pairs),
        ];
        let tenant_kinds = RecordKind::ALL.iter().filter(|kind| kind.is_tenant_kind());
        assert_eq!(kinds.len(), tenant_kinds.count());
        for keys in kinds {
            for (index, key) in keys.iter().enumerate() {
                assert!(!keys[index + 1..].contains(key));
            }
            assert!(keys[0].as_str().starts_with("a%2Fb/"));
            assert!(keys[1].as_str().starts_with("a/"));
        }
    }
}

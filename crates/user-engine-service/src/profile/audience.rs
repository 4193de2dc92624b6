//! Onlookers: which attributes each sees, and whose values it is shown.

use super::caller::Caller;
use super::resolution::{Provenance, Resolved, ResolvedAttribute, ShownValue};
use crate::prelude::*;

/// Somebody who looks at a user's profile. Visibilities widen: what the tenant sees the user sees,
/// and what is public everybody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The user.
    User,
    /// The user, as an issuer says that may speak for some tenants only: the user for what is of
    /// the tenant, and no more than the tenant for the values that hold in every one.
    UserInTenant,
    /// The tenant's administrators, and platform operators in their daily work.
    Tenant,
    /// An application, and what acts through one: agents, bearers of tokens.
    Application,
    /// Who examines what the engine holds.
    Auditor,
}

impl Audience {
    /// The caller who is the user.
    pub(crate) const fn of_self(caller: Caller) -> Self {
        if caller.is_confined_self {
            Self::UserInTenant
        } else {
            Self::User
        }
    }

    /// Whether it sees an attribute that was resolved.
    fn sees_resolved(self, resolved: &Resolved) -> bool {
        let is_everywhere = matches!(
            resolved.provenance,
            Provenance::Global | Provenance::Application(_)
        );
        let onlooker = match self {
            Self::UserInTenant if is_everywhere => Self::Tenant,
            other => other,
        };
        onlooker.sees(resolved.visibility)
    }

    /// Whether it sees attributes of a visibility.
    pub(crate) const fn sees(self, visibility: Visibility) -> bool {
        match self {
            Self::User | Self::UserInTenant | Self::Auditor => true,
            Self::Tenant => !matches!(visibility, Visibility::Private),
            Self::Application => {
                matches!(visibility, Visibility::Application | Visibility::Public)
            }
        }
    }

    /// Whether it is shown values of a sensitivity.
    pub(crate) const fn is_shown(self, sensitivity: Sensitivity) -> bool {
        match self {
            Self::User | Self::UserInTenant | Self::Tenant | Self::Auditor => true,
            Self::Application => {
                matches!(sensitivity, Sensitivity::Public | Sensitivity::Internal)
            }
        }
    }

    /// What is left of a resolved profile.
    pub(crate) fn view(self, resolved: Vec<Resolved>) -> Vec<ResolvedAttribute> {
        resolved
            .into_iter()
            .filter(|it| self.sees_resolved(it))
            .map(|it| ResolvedAttribute {
                value: if self.is_shown(it.sensitivity) {
                    ShownValue::Value(it.value)
                } else {
                    ShownValue::Redacted
                },
                key: it.key,
                sensitivity: it.sensitivity,
                is_defined: it.is_defined,
                provenance: it.provenance,
                updated_at: it.updated_at,
            })
            .collect()
    }
}

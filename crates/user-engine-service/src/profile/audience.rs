//! Onlookers: which attributes each sees, and whose values it is shown.

use super::resolution::{Resolved, ResolvedAttribute, ShownValue};
use crate::prelude::*;

/// Somebody who looks at a user's profile. Visibilities widen: what the tenant sees the user sees,
/// and what is public everybody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The user.
    User,
    /// The tenant's administrators, and platform operators in their daily work.
    Tenant,
    /// An application, and what acts through one: agents, bearers of tokens.
    Application,
    /// Who examines what the engine holds.
    Auditor,
}

impl Audience {
    /// Whether it sees attributes of a visibility.
    pub(crate) const fn sees(self, visibility: Visibility) -> bool {
        match self {
            Self::User | Self::Auditor => true,
            Self::Tenant => !matches!(visibility, Visibility::Private),
            Self::Application => {
                matches!(visibility, Visibility::Application | Visibility::Public)
            }
        }
    }

    /// Whether it is shown values of a sensitivity.
    pub(crate) const fn is_shown(self, sensitivity: Sensitivity) -> bool {
        match self {
            Self::User | Self::Tenant | Self::Auditor => true,
            Self::Application => {
                matches!(sensitivity, Sensitivity::Public | Sensitivity::Internal)
            }
        }
    }

    /// What is left of a resolved profile.
    pub(crate) fn view(self, resolved: Vec<Resolved>) -> Vec<ResolvedAttribute> {
        resolved
            .into_iter()
            .filter(|it| self.sees(it.visibility))
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

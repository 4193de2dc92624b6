//! The three scopes of a unit of work, and what each may see and write.

use user_engine_domain::{RecordKind, TenantId};

use crate::read::ListBy;

/// Whose rows a call may reach. There is no default: a caller always says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One tenant's rows, and tenantless rows by full key, by user or by registration.
    Tenant(TenantId),
    /// Tenantless rows alone, reached likewise: sign-in and self-service before a tenant is known.
    Tenantless,
    /// Every row: platform operators and maintenance.
    Platform,
}

impl Scope {
    /// Whether a record of this tenant may be read by its full key.
    pub fn sees(&self, tenant: Option<&TenantId>) -> bool {
        match self {
            Self::Platform => true,
            Self::Tenantless => tenant.is_none(),
            Self::Tenant(own) => tenant.is_none_or(|tenant| tenant == own),
        }
    }

    /// Whether a list by this filter shows a record of this tenant.
    ///
    /// Outside the platform scope tenantless records are listed only by user, by registration, or
    /// when their kind is shared (applications, bindings, catalogs).
    pub fn lists(&self, kind: RecordKind, by: &ListBy, tenant: Option<&TenantId>) -> bool {
        match (self, tenant) {
            (Self::Platform, _) => true,
            (Self::Tenant(own), Some(tenant)) => tenant == own,
            (Self::Tenantless, Some(_)) => false,
            (_, None) => self.lists_tenantless(kind, by),
        }
    }

    /// Whether a list by this filter shows tenantless records of this kind at all.
    pub fn lists_tenantless(&self, kind: RecordKind, by: &ListBy) -> bool {
        match self {
            Self::Platform => true,
            Self::Tenant(_) | Self::Tenantless => match by {
                ListBy::User(_) => true,
                ListBy::Scope { scope_type, .. } => scope_type == REGISTRATION,
                ListBy::Kind | ListBy::Application(_) => kind.is_shared_catalog_kind(),
                ListBy::Tenant(_) => false,
            },
        }
    }

    /// Whether a record of this tenant may be written.
    pub fn admits(&self, tenant: Option<&TenantId>) -> bool {
        self.sees(tenant)
    }

    /// Whether an audit record or event of this tenant may be written: the scope's own tenant,
    /// none in the tenantless scope, any by the platform.
    pub fn admits_log(&self, tenant: Option<&TenantId>) -> bool {
        match self {
            Self::Platform => true,
            Self::Tenantless => tenant.is_none(),
            Self::Tenant(own) => tenant == Some(own),
        }
    }

    /// Whether audit records and events of this tenant are shown; those without tenant are the
    /// platform's alone.
    pub fn sees_log(&self, tenant: Option<&TenantId>) -> bool {
        match self {
            Self::Platform => true,
            Self::Tenantless => false,
            Self::Tenant(own) => tenant == Some(own),
        }
    }

    /// Whether a record of this tenant counts as the scope's own: the tenant's records, the
    /// tenantless ones, or all of them.
    pub fn counts(&self, tenant: Option<&TenantId>) -> bool {
        self.admits_log(tenant)
    }

    /// The text by which operations of this scope are kept apart from those of others.
    pub fn key(&self) -> String {
        match self {
            Self::Tenant(tenant) => format!("tenant:{}", tenant.as_str()),
            Self::Tenantless => "tenantless".to_owned(),
            Self::Platform => "platform".to_owned(),
        }
    }

    /// The tenant, in a tenant's scope.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Tenantless | Self::Platform => None,
        }
    }
}

/// The scope type by which a registration's factors are found.
const REGISTRATION: &str = "registration";

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(id: &str) -> TenantId {
        TenantId::new(id).unwrap()
    }

    #[test]
    fn scope_keys_never_meet() {
        let keys = [
            Scope::Tenantless.key(),
            Scope::Platform.key(),
            Scope::Tenant(tenant("platform")).key(),
            Scope::Tenant(tenant("tenantless")).key(),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[index + 1..].contains(key));
        }
    }

    #[test]
    fn a_tenant_sees_its_own_and_tenantless_rows_only() {
        let scope = Scope::Tenant(tenant("a"));
        assert!(scope.sees(Some(&tenant("a"))) && scope.sees(None));
        assert!(!scope.sees(Some(&tenant("b"))));
        assert!(!scope.sees_log(None) && !scope.sees_log(Some(&tenant("b"))));
        assert!(!Scope::Tenantless.sees(Some(&tenant("a"))));
    }
}

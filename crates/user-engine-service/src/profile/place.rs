//! Where a profile value stands: its key, and the definition that it is judged by.

use super::person::Person;
use crate::prelude::*;

/// What setting and clearing a value read.
#[derive(Debug)]
pub struct Place {
    pub(crate) key: ProfileValueKey,
    pub(crate) person: Person,
    pub(crate) catalog: One<Catalog>,
    pub(crate) value: One<ProfileValue>,
}

impl Place {
    /// Asks for the value of a key, for its user, and for the catalog that it is judged by.
    ///
    /// # Errors
    ///
    /// As [`namespace_of`].
    pub(crate) fn reads(
        key: ProfileValueKey,
        admitted: &Admitted,
        flight: &mut Flight,
    ) -> Result<Self, Refusal> {
        let namespace = namespace_of(&key.attribute_key)?;
        Ok(Self {
            person: Person::reads(admitted, &key.user_id, flight),
            catalog: flight.get(&namespace),
            value: flight.get(&key),
            key,
        })
    }
}

/// The key of a value in the caller's tenant.
///
/// # Errors
///
/// `Validation` of `scope_id` where the scope needs another one or none; `TenantUnresolved` for
/// the scopes of a tenant outside of one.
pub(crate) fn value_key(
    admitted: &Admitted,
    user_id: &UserId,
    attribute_key: &AttributeKey,
    scope: ProfileScope,
    scope_id: Option<&ScopeId>,
) -> Result<ProfileValueKey, Refusal> {
    let tenant = if scope.has_tenant() {
        Some(admitted.tenant()?)
    } else {
        None
    };
    let scope_id = match (scope, scope_id, tenant) {
        (ProfileScope::Global, None, _) => None,
        (ProfileScope::Global, Some(_), _) => {
            return Err(Refusal::rule(
                "scope_id",
                "must be absent for the scope global",
            ));
        }
        (ProfileScope::Tenant, None, Some(tenant)) => Some(ScopeId::from(tenant)),
        (ProfileScope::Tenant, Some(given), Some(tenant)) if *given != ScopeId::from(tenant) => {
            return Err(Refusal::rule("scope_id", "must be the resolved tenant"));
        }
        (_, Some(given), _) => Some(given.clone()),
        (_, None, _) => return Err(FieldError::new("scope_id", Rule::Missing).into()),
    };
    Ok(ProfileValueKey {
        tenant: tenant.cloned(),
        user_id: user_id.clone(),
        attribute_key: attribute_key.clone(),
        scope,
        scope_id,
    })
}

/// The namespace that a key begins with.
///
/// # Errors
///
/// `Validation` of `attribute_key` without one.
pub(crate) fn namespace_of(attribute_key: &AttributeKey) -> Result<CatalogNamespace, Refusal> {
    let malformed = || Refusal::rule("attribute_key", "must be a namespace, a dot and a name");
    let namespace = attribute_key.namespace().ok_or_else(malformed)?;
    CatalogNamespace::new(namespace).map_err(|_| malformed())
}

/// What a catalog in force says about an attribute, retired or not.
pub(crate) fn definition<'a>(
    catalog: &'a Catalog,
    attribute_key: &AttributeKey,
) -> Option<&'a AttributeDefinition> {
    if catalog.state != CatalogState::Active {
        return None;
    }
    catalog
        .attributes
        .iter()
        .find(|it| it.key == *attribute_key)
}

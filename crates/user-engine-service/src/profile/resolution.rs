//! What each attribute of a user resolves to, layer over layer.

use crate::prelude::*;
use std::collections::BTreeMap;

/// The layer that a value comes from, and what names it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// The catalog's default.
    CatalogDefault,
    /// The default of the hat that is worn in the tenant.
    HatDefault(AccessProfileId),
    /// The user's value everywhere.
    Global,
    /// The user's value in the tenant.
    Tenant(TenantId),
    /// The user's value in the application that owns the catalog.
    Application(ApplicationId),
    /// The user's value under the membership that the request names.
    Membership(MembershipId),
}

/// A value, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownValue {
    /// The value.
    Value(Sensitive<JsonValue>),
    /// There is one, and the onlooker may not see it.
    Redacted,
}

impl ShownValue {
    /// The value, unless it was redacted.
    pub const fn value(&self) -> Option<&Sensitive<JsonValue>> {
        match self {
            Self::Value(value) => Some(value),
            Self::Redacted => None,
        }
    }
}

/// An attribute and what it resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedAttribute {
    /// The attribute.
    pub key: AttributeKey,
    /// The value.
    pub value: ShownValue,
    /// How carefully it is to be handled; `secret` without a definition in force.
    pub sensitivity: Sensitivity,
    /// Whether an active catalog defines the attribute, and has not retired it.
    pub is_defined: bool,
    /// Where the value comes from.
    pub provenance: Provenance,
    /// When it was set; absent for defaults.
    pub updated_at: Option<Timestamp>,
}

/// An attribute before anybody looks at it.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) key: AttributeKey,
    pub(crate) value: Sensitive<JsonValue>,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) visibility: Visibility,
    pub(crate) is_defined: bool,
    pub(crate) provenance: Provenance,
    pub(crate) updated_at: Option<Timestamp>,
}

/// What profiles are resolved from.
#[derive(Debug)]
pub(crate) struct Layers<'a> {
    /// The tenant whose values hold.
    pub(crate) tenant: Option<&'a TenantId>,
    /// The membership whose values hold.
    pub(crate) membership_id: Option<&'a MembershipId>,
    /// The catalogs, in whichever state.
    pub(crate) catalogs: Vec<Catalog>,
    /// The hat worn in the tenant, while it holds.
    pub(crate) hat: Option<&'a ActiveAccessContext>,
    /// Whether what no catalog defines is resolved too.
    pub(crate) with_undefined: bool,
}

/// What the catalogs say about one attribute.
struct Defined<'a> {
    definition: &'a AttributeDefinition,
    owner: &'a ApplicationId,
}

impl Layers<'_> {
    /// Resolves every attribute, in the order of the keys.
    pub(crate) fn resolve(&self, values: Vec<ProfileValue>) -> Vec<Resolved> {
        let defined = self.defined();
        let mut resolved = BTreeMap::new();
        for (key, value) in self.highest(values, &defined) {
            let at = defined.get(&key);
            if at.is_some() || self.with_undefined {
                let provenance = provenance(&value);
                let updated_at = Some(value.updated_at);
                let it = judged(key.clone(), at, value.value, provenance, updated_at);
                resolved.insert(key, it);
            }
        }
        if let Some(hat) = self.hat {
            for (key, value) in hat.profile_defaults.expose().iter() {
                let at = defined.get(key);
                let fits = at.map_or(self.with_undefined, |it| it.is_lent(value));
                if fits && !resolved.contains_key(key) {
                    let provenance = Provenance::HatDefault(hat.access_profile_id.clone());
                    let value = Sensitive::new(value.clone());
                    let it = judged(key.clone(), at, value, provenance, None);
                    resolved.insert(key.clone(), it);
                }
            }
        }
        for (key, it) in &defined {
            if let Some(value) = &it.definition.default
                && !resolved.contains_key(*key)
            {
                let value = Sensitive::new(value.clone());
                let provenance = Provenance::CatalogDefault;
                let it = judged((*key).clone(), Some(it), value, provenance, None);
                resolved.insert((*key).clone(), it);
            }
        }
        resolved.into_values().collect()
    }

    /// The attributes that are defined and not retired.
    fn defined(&self) -> BTreeMap<&AttributeKey, Defined<'_>> {
        let mut defined = BTreeMap::new();
        for catalog in &self.catalogs {
            if catalog.state != CatalogState::Active {
                continue;
            }
            for definition in catalog.attributes.iter().filter(|it| !it.retired) {
                let owner = &catalog.application_id;
                defined.insert(&definition.key, Defined { definition, owner });
            }
        }
        defined
    }

    /// The highest value of each attribute that holds here and is of its type.
    fn highest(
        &self,
        values: Vec<ProfileValue>,
        defined: &BTreeMap<&AttributeKey, Defined<'_>>,
    ) -> BTreeMap<AttributeKey, ProfileValue> {
        // What is not defined may still stand in a namespace that had an owner.
        let owners: BTreeMap<_, _> = self
            .catalogs
            .iter()
            .map(|catalog| (catalog.namespace.as_str(), &catalog.application_id))
            .collect();
        let mut highest: BTreeMap<AttributeKey, ProfileValue> = BTreeMap::new();
        for value in values {
            let at = defined.get(&value.attribute_key);
            let namespace = value.attribute_key.namespace();
            let owner = at.map(|it| it.owner).or_else(|| {
                let namespace = namespace?;
                owners.get(namespace).copied()
            });
            let fits = at.is_none_or(|it| it.admits(value.value.expose()));
            if !fits || !self.holds(&value, owner) {
                continue;
            }
            let lower = highest.get(&value.attribute_key);
            if lower.is_none_or(|lower| lower.scope < value.scope) {
                highest.insert(value.attribute_key.clone(), value);
            }
        }
        highest
    }

    /// Whether a value is of a layer that is asked for.
    fn holds(&self, value: &ProfileValue, owner: Option<&ApplicationId>) -> bool {
        let is_of =
            |id: Option<&str>| id.is_some() && value.scope_id.as_ref().map(ScopeId::as_str) == id;
        let is_here = self.tenant.is_some() && value.tenant.as_ref() == self.tenant;
        match value.scope {
            ProfileScope::Global => true,
            ProfileScope::Tenant => is_here,
            ProfileScope::Application => is_of(owner.map(ApplicationId::as_str)),
            ProfileScope::Membership => {
                is_here && is_of(self.membership_id.map(MembershipId::as_str))
            }
        }
    }
}

impl Defined<'_> {
    fn admits(&self, value: &JsonValue) -> bool {
        self.definition.value_type.admits(value)
    }

    /// Whether a hat may say this: what has become the system's since, a tenant doesn't.
    fn is_lent(&self, value: &JsonValue) -> bool {
        self.definition.mutability != Mutability::System && self.admits(value)
    }
}

/// A value with what its definition says about it; without one it is secret and private.
fn judged(
    key: AttributeKey,
    at: Option<&Defined<'_>>,
    value: Sensitive<JsonValue>,
    provenance: Provenance,
    updated_at: Option<Timestamp>,
) -> Resolved {
    let definition = at.map(|it| it.definition);
    Resolved {
        key,
        value,
        sensitivity: definition.map_or(Sensitivity::Secret, |it| it.sensitivity),
        visibility: definition.map_or(Visibility::Private, |it| it.visibility),
        is_defined: definition.is_some(),
        provenance,
        updated_at,
    }
}

fn provenance(value: &ProfileValue) -> Provenance {
    let scope_id = value.scope_id.as_ref();
    let named = match (value.scope, scope_id, &value.tenant) {
        (ProfileScope::Tenant, _, Some(tenant)) => Some(Provenance::Tenant(tenant.clone())),
        (ProfileScope::Application, Some(id), _) => {
            Some(Provenance::Application(ApplicationId::from(id)))
        }
        (ProfileScope::Membership, Some(id), _) => MembershipId::new(id.as_str())
            .ok()
            .map(Provenance::Membership),
        _ => None,
    };
    named.unwrap_or(Provenance::Global)
}

//! Catalogs: which attributes an application defines, and who may see and change them.

use crate::bounded::List;
use crate::catalog_version::CatalogVersion;
use crate::error::FieldError;
use crate::id::{ApplicationId, AttributeKey, CatalogNamespace};
use crate::json::JsonValue;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{inconsistent, unique};
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// How far a catalog has come; a draft never replaces an active one.
    CatalogState, "state", {
        /// Being written; nothing is judged by it.
        Draft = "draft",
        /// In force.
        Active = "active",
        /// In force no more.
        Retired = "retired",
    }
);

closed_enum!(
    /// The type of an attribute's values.
    ValueType, "value_type", {
        /// A string.
        String = "string",
        /// An integer within 64 bits.
        Integer = "integer",
        /// Any number.
        Number = "number",
        /// `true` or `false`.
        Boolean = "boolean",
        /// An array of strings.
        StringList = "string_list",
        /// Any JSON value.
        Json = "json",
    }
);

impl ValueType {
    /// Whether a value is of this type; `null` is of the type `json` only.
    pub fn admits(self, value: &JsonValue) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.is_integer(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::StringList => value.is_string_list(),
            Self::Json => true,
        }
    }
}

closed_enum!(
    /// How carefully an attribute's values are handled, in rising order.
    Sensitivity, "sensitivity", {
        /// Harmless to anyone.
        Public = "public",
        /// For the house.
        Internal = "internal",
        /// Shown by few projections.
        Sensitive = "sensitive",
        /// Shown by few projections and never needed elsewhere; the sensitivity of what no
        /// definition describes.
        Secret = "secret",
    }
);

closed_enum!(
    /// Who may see an attribute, apart from its sensitivity.
    Visibility, "visibility", {
        /// The user.
        Private = "private",
        /// The tenant.
        Tenant = "tenant",
        /// The application that owns the catalog.
        Application = "application",
        /// Anyone.
        Public = "public",
    }
);

closed_enum!(
    /// Who may change an attribute's values.
    Mutability, "mutability", {
        /// The system only.
        System = "system",
        /// Administrators.
        Admin = "admin",
        /// The user too.
        User = "user",
        /// Nobody, once set.
        Immutable = "immutable",
    }
);

/// What a catalog says about one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDefinition {
    /// The full key: the catalog's namespace, a dot and a name.
    pub key: AttributeKey,
    /// The type of its values.
    pub value_type: ValueType,
    /// The value of whoever has set none; of the type `value_type`.
    pub default: Option<JsonValue>,
    /// How carefully its values are handled; never lowered by a later version.
    pub sensitivity: Sensitivity,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who may change its values.
    pub mutability: Mutability,
    /// Whether it was removed. The definition stays, so that its sensitivity can't be laundered.
    pub retired: bool,
}

/// An application's attribute definitions. Key: `namespace`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// The namespace that every attribute key begins with.
    pub namespace: CatalogNamespace,
    /// The application that owns the namespace.
    pub application_id: ApplicationId,
    /// The version; never goes back.
    pub version: CatalogVersion,
    /// How far the catalog has come.
    pub state: CatalogState,
    /// The definitions, in the order of publication; each key once.
    pub attributes: List<AttributeDefinition>,
    /// When this version was published.
    pub published_at: Timestamp,
}

impl Catalog {
    /// Whether the key is this namespace, a dot and a name.
    fn owns(&self, key: &AttributeKey) -> bool {
        key.as_str()
            .strip_prefix(self.namespace.as_str())
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|name| !name.is_empty())
    }
}

impl Record for Catalog {
    record_kind!(Catalog);
    type Key = CatalogNamespace;

    fn key_of(namespace: &CatalogNamespace) -> RecordKey {
        RecordKey::from_parts([Some(namespace.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        Self::key_of(&self.namespace)
    }

    fn columns(&self) -> Columns<'_> {
        let application_id = Some(Cow::Borrowed(&self.application_id));
        Columns {
            application_id,
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        unique(
            "attributes",
            self.attributes.iter().map(|attribute| &attribute.key),
        )?;
        for attribute in &self.attributes {
            if !self.owns(&attribute.key) {
                let expected = "must be the catalog's namespace, a dot and a name";
                return Err(inconsistent("attribute_key", expected));
            }
            if attribute
                .default
                .as_ref()
                .is_some_and(|it| !attribute.value_type.admits(it))
            {
                return Err(inconsistent(
                    "default",
                    "must be of the attribute's value type",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(key: &str) -> AttributeDefinition {
        AttributeDefinition {
            key: AttributeKey::new(key).unwrap(),
            value_type: ValueType::String,
            default: None,
            sensitivity: Sensitivity::Internal,
            visibility: Visibility::Application,
            mutability: Mutability::User,
            retired: false,
        }
    }

    fn catalog(attributes: Vec<AttributeDefinition>) -> Catalog {
        Catalog {
            namespace: CatalogNamespace::new("mail").unwrap(),
            application_id: ApplicationId::new("app").unwrap(),
            version: CatalogVersion::new("1.0.0").unwrap(),
            state: CatalogState::Active,
            attributes: List::new(attributes).unwrap(),
            published_at: Timestamp::from_micros(0).unwrap(),
        }
    }

    #[test]
    fn keys_begin_with_the_namespace_and_a_dot() {
        assert_eq!(
            catalog(vec![attribute("mail.signature")]).validate(),
            Ok(())
        );
        for key in [
            "mail",
            "mail.",
            "mailbox.size",
            "Mail.signature",
            "canary.mail.x",
        ] {
            let error = catalog(vec![attribute(key)]).validate().unwrap_err();
            assert_eq!(error.field(), "attribute_key");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn a_key_is_defined_once() {
        let twice = vec![
            attribute("mail.a"),
            attribute("mail.b"),
            attribute("mail.a"),
        ];
        assert_eq!(catalog(twice).validate().unwrap_err().field(), "attributes");
    }

    #[test]
    fn a_default_is_of_the_value_type() {
        let admitted = [
            (ValueType::String, "\"a\""),
            (ValueType::Integer, "1.0"),
            (ValueType::Number, "1.5"),
            (ValueType::Boolean, "true"),
            (ValueType::StringList, "[\"a\"]"),
            (ValueType::Json, "null"),
        ];
        for (value_type, text) in admitted {
            let mut one = attribute("mail.a");
            one.value_type = value_type;
            one.default = Some(JsonValue::parse(text).unwrap());
            assert_eq!(catalog(vec![one.clone()]).validate(), Ok(()));
            one.default = Some(JsonValue::NULL);
            assert_eq!(
                catalog(vec![one]).validate().is_ok(),
                value_type == ValueType::Json
            );
        }
    }

    #[test]
    fn sensitivity_rises() {
        assert!(Sensitivity::ALL.is_sorted());
        assert!(Sensitivity::Public < Sensitivity::Secret);
    }
}

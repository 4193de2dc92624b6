//! The wire form of a catalog.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    ApplicationId, AttributeDefinition, AttributeKey, Catalog, CatalogNamespace, CatalogState,
    CatalogVersion, JsonValue, List, Mutability, Sensitivity, Timestamp, ValueType, Visibility,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "AttributeDefinition", deny_unknown_fields)]
struct AttributeDefinitionV1 {
    key: AttributeKey,
    value_type: ValueType,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    default: Option<JsonValue>,
    sensitivity: Sensitivity,
    visibility: Visibility,
    mutability: Mutability,
    retired: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Catalog", deny_unknown_fields)]
struct CatalogV1 {
    namespace: CatalogNamespace,
    application_id: ApplicationId,
    version: CatalogVersion,
    state: CatalogState,
    #[serde(with = "crate::wire::list")]
    attributes: List<AttributeDefinition>,
    published_at: Timestamp,
}

wire!(
    AttributeDefinition => AttributeDefinitionV1,
    Catalog => CatalogV1,
);

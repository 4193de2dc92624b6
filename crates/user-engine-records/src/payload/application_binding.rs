//! The wire form of an application binding.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    ApplicationBinding, ApplicationId, CatalogNamespace, Map, Text, Timestamp,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "ApplicationBinding", deny_unknown_fields)]
struct ApplicationBindingV1 {
    application_id: ApplicationId,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    oidc_client_id: Option<Text>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    protected_system: Option<Text>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    catalog_namespace: Option<CatalogNamespace>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    event_identity: Option<Text>,
    deployment: Map<Text, Text>,
    updated_at: Timestamp,
}

wire!(ApplicationBinding => ApplicationBindingV1);

//! The wire form of an application.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{Application, ApplicationId, ApplicationState, Text, Timestamp};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Application", deny_unknown_fields)]
struct ApplicationV1 {
    application_id: ApplicationId,
    display_name: Text,
    state: ApplicationState,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(Application => ApplicationV1);

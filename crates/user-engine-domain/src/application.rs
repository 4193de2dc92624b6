//! Applications that the engine serves.

use crate::error::FieldError;
use crate::id::ApplicationId;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::not_before;
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// Whether an application is served.
    ApplicationState, "state", {
        /// Served.
        Active = "active",
        /// Served no more; its id is never given to another.
        Retired = "retired",
    }
);

/// An application. Key: `application_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The application.
    pub application_id: ApplicationId,
    /// The name to show.
    pub display_name: Text,
    /// Whether it is served.
    pub state: ApplicationState,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl Record for Application {
    record_kind!(Application);
    type Key = ApplicationId;

    fn key_of(application_id: &ApplicationId) -> RecordKey {
        RecordKey::from_parts([Some(application_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        Self::key_of(&self.application_id)
    }

    fn columns(&self) -> Columns<'_> {
        let application_id = Some(Cow::Borrowed(&self.application_id));
        Columns {
            application_id,
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)
    }
}

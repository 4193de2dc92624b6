//! Application bindings: where an application is deployed and what it speaks for.

use crate::bounded::Map;
use crate::error::FieldError;
use crate::id::{ApplicationId, CatalogNamespace};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::text::Text;
use crate::timestamp::Timestamp;
use std::borrow::Cow;

/// An application's one binding. Key: `application_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationBinding {
    /// The application.
    pub application_id: ApplicationId,
    /// Its client id at the identity provider.
    pub oidc_client_id: Option<Text>,
    /// The protected system that it stands for in access control.
    pub protected_system: Option<Text>,
    /// The namespace that its catalog defines attributes in.
    pub catalog_namespace: Option<CatalogNamespace>,
    /// The name that it publishes and receives events under.
    pub event_identity: Option<Text>,
    /// Free facts about its deployment; no secrets.
    pub deployment: Map<Text, Text>,
    /// When this record last changed.
    pub updated_at: Timestamp,
}

impl Record for ApplicationBinding {
    record_kind!(ApplicationBinding);
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
        Ok(())
    }
}

//! The wire form of each record kind, one file a kind, and the envelope around them.
//!
//! A payload is `{"v":1,"record":{…}}`. `v` comes first and sorts first under `jsonb` too (shorter
//! keys first), so that a reader knows the version before the record.

mod access_profile;
mod account;
mod active_access_context;
mod application;
mod application_binding;
mod catalog;
mod entitlement;
mod external_identity;
mod family_invitation;
mod identity_factor;
mod membership;
mod onboarding_journey;
mod prepared_account;
mod profile_value;
mod registration_session;
mod tenant_account;
mod user;
mod welcome_protocol;

use crate::error::Reason;
use crate::wire::{Got, Wire, Written};
use serde::{Deserialize, Serialize};

/// The payload version that this code writes, the same for every kind until one changes.
pub(crate) const VERSION: u16 = 1;

#[derive(Serialize)]
struct EnvelopeOut<W> {
    v: u16,
    record: W,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeIn<T> {
    v: u16,
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    record: T,
}

/// Only the version, whatever else there is.
#[derive(Deserialize)]
struct VersionOnly {
    v: u64,
}

/// Writes a record's payload: the same record gives the same bytes.
pub(crate) fn encode<T: Wire>(record: &T) -> String {
    let envelope = EnvelopeOut {
        v: VERSION,
        record: Written(record),
    };
    let mut text = Vec::with_capacity(512);
    // Writing to a vector can't fail, and no wire form has a map with keys that are not text.
    let written = serde_json::to_writer(&mut text, &envelope);
    debug_assert!(written.is_ok(), "a wire form failed to serialize");
    String::from_utf8(text).unwrap_or_default()
}

/// Reads a record's payload, strictly. On failure says where and why, never what.
pub(crate) fn decode<T: Wire>(payload: &str) -> Result<T, (String, Reason)> {
    match serde_json::from_str::<EnvelopeIn<Got<T>>>(payload) {
        Ok(EnvelopeIn {
            v: VERSION,
            record: Got(record),
        }) => Ok(record),
        Ok(_) => Err(("$.v".to_owned(), Reason::Version)),
        Err(_) => Err(explain::<T>(payload)),
    }
}

/// Reads a refused payload once more, slowly, to find the place.
fn explain<T: Wire>(payload: &str) -> (String, Reason) {
    if let Ok(VersionOnly { v }) = serde_json::from_str(payload)
        && v != u64::from(VERSION)
    {
        return ("$.v".to_owned(), Reason::Version);
    }
    let mut deserializer = serde_json::Deserializer::from_str(payload);
    match serde_path_to_error::deserialize::<_, EnvelopeIn<Got<T>>>(&mut deserializer) {
        Ok(_) => (crate::path::root(), Reason::Trailing),
        Err(error) => {
            // An entitlement of two members is called malformed too: ask for the text as such.
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(payload).is_ok();
            let reason = match error.inner().classify() {
                serde_json::error::Category::Data => Reason::Data,
                _ if is_json => Reason::Data,
                _ => Reason::Syntax,
            };
            (crate::path::render(error.path()), reason)
        }
    }
}

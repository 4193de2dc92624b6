//! The migrations in their order, and what the schema holds.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The schema version that this code needs; adapters and the memory store alike take it from here.
pub const LATEST_SCHEMA_VERSION: u32 = 1;

/// Every migration, in order; append-only.
pub const MANIFEST: &[Migration] = &[Migration {
    version: 1,
    name: "user_engine_store",
    compatible_from: 1,
    sql: include_str!("../sql/0001_user_engine_store.sql"),
}];

/// One step of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The version that this step brings: 1, 2, 3, … without gaps.
    pub version: u32,
    /// The name, as in the file's.
    pub name: &'static str,
    /// The oldest code version that still works on a schema of this version.
    pub compatible_from: u32,
    /// The SQL, run as one transaction.
    pub sql: &'static str,
}

impl Migration {
    /// The SHA-256 of the SQL in hexadecimal.
    pub fn checksum(&self) -> String {
        hex(&[self.sql])
    }

    /// The SHA-256 of all checksums up to this one: a change to any earlier step changes it.
    pub fn chained_checksum(&self) -> String {
        let mut chain = String::new();
        for step in MANIFEST.iter().filter(|step| step.version <= self.version) {
            chain = hex(&[&chain, &step.checksum()]);
        }
        chain
    }
}

/// The kinds that `user_engine_records` holds, in byte order.
pub const RECORD_KINDS: &[&str] = &[
    "access_profile",
    "account",
    "active_access_context",
    "application",
    "application_binding",
    "catalog",
    "external_identity",
    "family_invitation",
    "identity_factor",
    "membership",
    "onboarding_journey",
    "prepared_account",
    "profile_value",
    "registration_session",
    "tenant_account",
    "user",
    "welcome_protocol",
];

/// The names under which a store counts what it holds: adapter-neutral, in byte order.
pub const COUNT_KEYS: &[&str] = &[
    "access_profile",
    "account",
    "active_access_context",
    "application",
    "application_binding",
    "audit_records",
    "catalog",
    "external_identity",
    "family_invitation",
    "identity_factor",
    "membership",
    "onboarding_journey",
    "operations",
    "outbox_events",
    "prepared_account",
    "profile_value",
    "registration_session",
    "tenant_account",
    "user",
    "welcome_protocol",
];

/// The tables that the migrations own, in an order in which they can be emptied. A reset touches
/// these and no others.
pub const OWNED_TABLES: &[&str] = &[
    "user_engine_outbox_events",
    "user_engine_audit_records",
    "user_engine_records",
    "user_engine_operations",
    "user_engine_schema_versions",
];

fn hex(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
    }
    let mut text = String::with_capacity(64);
    for byte in digest.finalize() {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_without_gaps_and_end_at_the_latest() {
        let versions: Vec<_> = MANIFEST.iter().map(|step| step.version).collect();
        assert_eq!(versions, (1..=LATEST_SCHEMA_VERSION).collect::<Vec<_>>());
        for step in MANIFEST {
            assert!((1..=step.version).contains(&step.compatible_from));
        }
    }

    #[test]
    fn names_are_listed_in_byte_order() {
        assert!(RECORD_KINDS.is_sorted() && COUNT_KEYS.is_sorted());
        assert!(RECORD_KINDS.iter().all(|kind| COUNT_KEYS.contains(kind)));
        assert_eq!(COUNT_KEYS.len(), RECORD_KINDS.len() + 3);
    }
}

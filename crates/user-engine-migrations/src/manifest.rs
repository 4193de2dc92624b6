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

/// The functions that the migrations own, with the SHA-256 of each body as the newest migration
/// leaves it: what `pg_proc.prosrc` holds. A store whose body differs was changed by hand.
pub const FUNCTION_DIGESTS: &[(&str, &str)] = &[
    (
        "user_engine_apply",
        "ec30180f39c4149f7e8a726ae3aab5d9f1e6197cd6847202afc9ce34c8761caa",
    ),
    (
        "user_engine_outcome",
        "65635693ed389e06af8bf01a4911ffc3ff665239d88b26e8a67d0dcc71acf0de",
    ),
    (
        "user_engine_purge",
        "4871ac3f6256a7189cb17ee2ae32525b88649d386df289fc079d151fc9de3aff",
    ),
    (
        "user_engine_record_denial",
        "d3be796512c5ffe590a4263ec8160936643b21569babf6c2f40937ee9d764fc3",
    ),
    (
        "user_engine_refuse_unready",
        "22e5d926ea5bd9718ab62cb4baa8c02ba2d04e1b01b21c802854dcb62b166f53",
    ),
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
    fn an_applied_migration_is_never_edited() {
        const PINNED: &[&str] =
            &["08d3b3dc6a228ad7a68a217cc3bf108f552569583b420f08e97ed61138ac73b6"];
        let found: Vec<_> = MANIFEST.iter().map(Migration::checksum).collect();
        assert_eq!(
            found, PINNED,
            "an edited migration refuses every store that ran it: add a new one instead"
        );
    }

    #[test]
    fn a_chained_checksum_covers_every_earlier_step() {
        let mut chain = String::new();
        for step in MANIFEST {
            chain = hex(&[&chain, &step.checksum()]);
            assert_eq!(step.chained_checksum(), chain);
            assert_ne!(chain, step.checksum());
        }
    }

    #[test]
    fn every_function_is_listed_with_the_digest_of_its_newest_body() {
        let mut found = std::collections::BTreeMap::new();
        for step in MANIFEST {
            for part in step.sql.split("\nCREATE ").skip(1) {
                let part = part.strip_prefix("OR REPLACE ").unwrap_or(part);
                let Some(part) = part.strip_prefix("FUNCTION ") else {
                    continue;
                };
                let name = part.split('(').next().unwrap();
                let body = part.split("$function$").nth(1).unwrap();
                found.insert(name, hex(&[body]));
            }
        }
        let listed = FUNCTION_DIGESTS.iter();
        assert_eq!(
            found,
            listed
                .map(|(name, digest)| (*name, (*digest).to_owned()))
                .collect()
        );
        assert!(FUNCTION_DIGESTS.is_sorted());
    }

    #[test]
    fn every_table_is_listed() {
        let created = MANIFEST
            .iter()
            .flat_map(|step| step.sql.lines())
            .filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split(' ').next());
        let mut created: Vec<_> = created.collect();
        let mut listed = OWNED_TABLES.to_vec();
        created.sort_unstable();
        listed.sort_unstable();
        assert_eq!(created, listed);
    }

    #[test]
    fn names_are_listed_in_byte_order() {
        assert!(RECORD_KINDS.is_sorted() && COUNT_KEYS.is_sorted());
        assert!(RECORD_KINDS.iter().all(|kind| COUNT_KEYS.contains(kind)));
        assert_eq!(COUNT_KEYS.len(), RECORD_KINDS.len() + 3);
    }
}

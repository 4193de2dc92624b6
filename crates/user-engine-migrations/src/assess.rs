//! Holding what a store says was applied against the manifest.

use crate::manifest::{LATEST_SCHEMA_VERSION, MANIFEST, Migration};
use std::sync::OnceLock;

/// A row of the versions table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedMigration {
    /// The version.
    pub version: u32,
    /// The name it was applied under.
    pub name: String,
    /// The SHA-256 of the SQL that was applied.
    pub checksum: String,
    /// The oldest code version that still works on it.
    pub compatible_from: u32,
}

impl AppliedMigration {
    /// The row that applying a step leaves behind.
    pub fn of(step: &Migration) -> Self {
        Self {
            version: step.version,
            name: step.name.to_owned(),
            checksum: step.checksum(),
            compatible_from: step.compatible_from,
        }
    }
}

/// Where a store stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The newest version applied; 0 for an empty store.
    pub found: u32,
    /// What is missing, in order; empty for a store that is current or compatibly ahead.
    pub pending: &'static [Migration],
}

/// Why a store can be neither served nor migrated by this code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A migration was changed after it had been applied.
    #[error("migration {version} was applied as {found}, this code has {expected}")]
    ChecksumMismatch {
        /// The migration's version.
        version: u32,
        /// The SHA-256 in this code's manifest.
        expected: String,
        /// The SHA-256 that the store holds.
        found: String,
    },
    /// The store is newer and does not promise to serve this code.
    #[error("schema version {found} is ahead of {known}")]
    Ahead {
        /// The version found.
        found: u32,
        /// The newest version that this code knows.
        known: u32,
    },
    /// A version below the newest is missing or given twice.
    #[error("the applied versions have a gap at {version}")]
    Gap {
        /// The first version that is not where it belongs.
        version: u32,
    },
}

/// The manifest's checksums, computed once: a store may assess itself at every call.
fn checksums() -> &'static [String] {
    static CHECKSUMS: OnceLock<Vec<String>> = OnceLock::new();
    CHECKSUMS.get_or_init(|| MANIFEST.iter().map(Migration::checksum).collect())
}

/// Compares the versions table with the manifest. The rows may come in any order.
///
/// # Errors
///
/// `Gap`, then `ChecksumMismatch` for the first known step that differs, then `Ahead` when a
/// newer step is not compatible with this code.
pub fn assess(applied: &[AppliedMigration]) -> Result<Assessment, SchemaError> {
    let mut rows: Vec<_> = applied.iter().collect();
    rows.sort_by_key(|row| row.version);
    for (row, version) in rows.iter().zip(1..) {
        if row.version != version {
            return Err(SchemaError::Gap { version });
        }
    }
    for ((row, step), expected) in rows.iter().zip(MANIFEST).zip(checksums()) {
        if row.checksum != *expected {
            let found = row.checksum.clone();
            return Err(SchemaError::ChecksumMismatch {
                version: step.version,
                expected: expected.clone(),
                found,
            });
        }
    }
    let found = rows.last().map_or(0, |row| row.version);
    let newer = rows.iter().skip(MANIFEST.len());
    if newer
        .into_iter()
        .any(|row| row.compatible_from > LATEST_SCHEMA_VERSION)
    {
        return Err(SchemaError::Ahead {
            found,
            known: LATEST_SCHEMA_VERSION,
        });
    }
    let pending = MANIFEST.get(rows.len()..).unwrap_or_default();
    Ok(Assessment { found, pending })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn current() -> Vec<AppliedMigration> {
        MANIFEST.iter().map(AppliedMigration::of).collect()
    }

    fn newer(compatible_from: u32) -> AppliedMigration {
        AppliedMigration {
            version: LATEST_SCHEMA_VERSION + 1,
            name: "newer".to_owned(),
            checksum: "0".repeat(64),
            compatible_from,
        }
    }

    #[test]
    fn an_empty_store_needs_every_step_and_a_current_one_none() {
        let empty = assess(&[]).unwrap();
        assert_eq!((empty.found, empty.pending), (0, MANIFEST));
        let now = assess(&current()).unwrap();
        assert_eq!((now.found, now.pending.len()), (LATEST_SCHEMA_VERSION, 0));
    }

    #[test]
    fn a_changed_step_is_named_with_both_digests() {
        let mut rows = current();
        rows[0].checksum = "0".repeat(64);
        let expected = MANIFEST[0].checksum();
        let found = "0".repeat(64);
        let error = SchemaError::ChecksumMismatch {
            version: 1,
            expected,
            found,
        };
        assert_eq!(assess(&rows), Err(error));
    }

    #[test]
    fn a_newer_store_serves_only_when_it_promises_to() {
        let mut rows = current();
        rows.push(newer(LATEST_SCHEMA_VERSION));
        let compatible = assess(&rows).unwrap();
        assert_eq!(compatible.found, LATEST_SCHEMA_VERSION + 1);
        assert!(compatible.pending.is_empty());
        rows.pop();
        rows.push(newer(LATEST_SCHEMA_VERSION + 1));
        assert!(matches!(assess(&rows), Err(SchemaError::Ahead { .. })));
    }

    #[test]
    fn every_table_of_versions_is_current_behind_or_refused() {
        // Each of four rows is absent, as applied, changed, or applied with a later promise.
        for code in 0..4_u32.pow(4) {
            let state = |version: u32| code / 4_u32.pow(version - 1) % 4;
            let rows: Vec<_> = (1..=4)
                .filter(|version| state(*version) > 0)
                .map(|version| {
                    let known = MANIFEST.iter().find(|step| step.version == version);
                    let mut row = known.map_or_else(|| newer(1), AppliedMigration::of);
                    row.version = version;
                    match state(version) {
                        2 => row.checksum = "f".repeat(64),
                        3 => row.compatible_from = version,
                        _ => {}
                    }
                    row
                })
                .collect();
            let mut reversed = rows.clone();
            reversed.reverse();
            assert_eq!(assess(&rows), assess(&reversed), "order matters in {code}");

            let has_gap = rows
                .iter()
                .zip(1..)
                .any(|(row, place)| row.version != place);
            let is_changed = |row: &AppliedMigration| {
                row.version <= LATEST_SCHEMA_VERSION && state(row.version) == 2
            };
            let is_closed = |row: &AppliedMigration| row.compatible_from > LATEST_SCHEMA_VERSION;
            match assess(&rows) {
                Err(SchemaError::Gap { .. }) => assert!(has_gap),
                Err(SchemaError::ChecksumMismatch { .. }) => assert!(rows.iter().any(is_changed)),
                Err(SchemaError::Ahead { .. }) => assert!(rows.iter().any(is_closed)),
                Ok(found) => {
                    assert!(!has_gap && !rows.iter().any(|r| is_changed(r) || is_closed(r)));
                    assert_eq!(found.found as usize, rows.len());
                    let missing = MANIFEST.len().saturating_sub(rows.len());
                    assert_eq!(found.pending.len(), missing);
                }
            }
        }
    }

    #[test]
    fn a_gap_is_no_smaller_version() {
        let rows = [newer(1)];
        assert_eq!(assess(&rows), Err(SchemaError::Gap { version: 1 }));
    }
}

//! The manifest of the schema and the kinds of the domain name the same things.

use user_engine_domain::RecordKind;
use user_engine_migrations::{COUNT_KEYS, MANIFEST, RECORD_KINDS};

#[test]
fn the_manifest_names_every_kind_of_the_domain_and_no_other() {
    let kinds: Vec<_> = RecordKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(RECORD_KINDS, kinds);
}

#[test]
fn every_kind_is_counted_and_so_are_the_three_other_tables() {
    let others = ["audit_records", "operations", "outbox_events"];
    let mut names: Vec<_> = RECORD_KINDS.iter().chain(&others).copied().collect();
    names.sort_unstable();
    assert_eq!(COUNT_KEYS, names);
}

/// What a violation of one of these says quotes the row, into the error and the server's log.
#[test]
fn the_schema_has_no_constraint_whose_message_quotes_a_row() {
    for step in MANIFEST {
        let statements = step
            .sql
            .lines()
            .filter(|line| !line.trim().starts_with("--"));
        for line in statements {
            for word in ["CHECK (", "REFERENCES ", "FOREIGN KEY", "EXCLUDE "] {
                assert!(!line.contains(word), "migration {}: {word}", step.version);
            }
        }
    }
}

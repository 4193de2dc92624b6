//! Golden files: what each kind was stored as, in each payload version, for ever.
//!
//! `tests/golden/v<version>/` holds the payload of each kind's full and minimal reference record,
//! and `columns.tsv` the key and columns of each file. Files are added and never changed. With
//! `USER_ENGINE_WRITE_GOLDEN=1` the missing files of the newest version are written; the case fails
//! all the same, so that nothing can come to pass by it.

use crate::support::decode;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use user_engine_domain::reference::{minimal_record, reference_record};
use user_engine_domain::{DomainRecord, RecordKey, RecordKind};
use user_engine_records::{StoreRecord, store_record_for};

const NEWEST: &str = "v1";
const COLUMNS: &str = "columns.tsv";
const HEADER: &str = "file\trecord_key\ttenant\tuser_id\tapplication_id\tscope_type\tscope_id";
/// How `columns.tsv` spells an absent column; no reference record spells one so.
const ABSENT: &str = "-";

fn folder(version: &str) -> PathBuf {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    PathBuf::from(golden).join(version)
}

/// The files that the newest version must have, with the records they hold.
fn expected() -> BTreeMap<String, DomainRecord> {
    let both = |kind: &RecordKind| {
        [
            (format!("{kind}.json"), reference_record(*kind)),
            (format!("{kind}.minimal.json"), minimal_record(*kind)),
        ]
    };
    RecordKind::ALL.iter().flat_map(both).collect()
}

fn row(file: &str, stored: &StoreRecord) -> String {
    let or_absent = |column: Option<&str>| column.unwrap_or(ABSENT).to_owned();
    [
        file.to_owned(),
        stored.record_key.as_str().to_owned(),
        or_absent(stored.tenant.as_deref()),
        or_absent(stored.user_id.as_deref()),
        or_absent(stored.application_id.as_deref()),
        or_absent(stored.scope_type.as_deref()),
        or_absent(stored.scope_id.as_deref()),
    ]
    .join("\t")
}

fn write_missing() {
    let folder = folder(NEWEST);
    fs::create_dir_all(&folder).unwrap();
    let columns = folder.join(COLUMNS);
    let mut rows = fs::read_to_string(&columns).unwrap_or_else(|_| format!("{HEADER}\n"));
    for (file, record) in expected() {
        let path = folder.join(&file);
        if !path.exists() {
            let stored = store_record_for(&record);
            rows.push_str(&row(&file, &stored));
            rows.push('\n');
            fs::write(path, stored.payload + "\n").unwrap();
        }
    }
    fs::write(columns, rows).unwrap();
}

/// The stored records of a version's golden files.
fn kept(version: &str) -> BTreeMap<String, StoreRecord> {
    let rows = fs::read_to_string(folder(version).join(COLUMNS)).unwrap();
    let mut lines = rows.lines();
    assert_eq!(lines.next(), Some(HEADER));
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            let column = |index: usize| Some(cells[index]).filter(|cell| *cell != ABSENT);
            let boxed = |index: usize| column(index).map(Box::from);
            let payload = fs::read_to_string(folder(version).join(cells[0])).unwrap();
            let stored = StoreRecord {
                record_type: cells[0].split('.').next().unwrap().to_owned().into(),
                record_key: RecordKey::from_stored(cells[1]),
                tenant: boxed(2),
                user_id: boxed(3),
                application_id: boxed(4),
                scope_type: column(5).map(|cell| Cow::Owned(cell.to_owned())),
                scope_id: boxed(6),
                payload: payload.strip_suffix('\n').unwrap().to_owned(),
            };
            (cells[0].to_owned(), stored)
        })
        .collect()
}

#[test]
fn every_kind_has_golden_files_that_equal_its_encoding_byte_for_byte() {
    if std::env::var_os("USER_ENGINE_WRITE_GOLDEN").is_some() {
        assert!(
            std::env::var_os("CI").is_none(),
            "golden files are written by hand"
        );
        write_missing();
        panic!("missing golden files are written: look at them and run again without the variable");
    }
    let (kept, expected) = (kept(NEWEST), expected());
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (file, record) in expected {
        let stored = store_record_for(&record);
        assert_eq!(stored.payload, kept[&file].payload, "{file}");
        assert_eq!(row(&file, &stored), row(&file, &kept[&file]), "{file}");
        assert!(stored == kept[&file], "{file}");
        assert_eq!(decode(&kept[&file]).unwrap(), record, "{file}");
    }
}

#[test]
fn whatever_any_version_wrote_decodes() {
    let folders = fs::read_dir(folder(NEWEST).parent().unwrap()).unwrap();
    for version in folders {
        let version = version.unwrap().file_name().into_string().unwrap();
        let rows = kept(&version);
        let files = fs::read_dir(folder(&version)).unwrap().count();
        assert_eq!(files, rows.len() + 1, "each file of {version} has a row");
        for (file, stored) in rows {
            let record = decode(&stored).unwrap();
            assert_eq!(
                record.kind().as_str(),
                stored.record_type,
                "{version}/{file}"
            );
        }
    }
}

#[test]
fn the_document_shows_every_kind_with_its_fields() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/serialization.md");
    let document = fs::read_to_string(document).unwrap();
    for kind in RecordKind::ALL {
        let heading = format!("\n### `{kind}`\n");
        let (_, section) = document.split_once(&heading).unwrap();
        let section = section.split("\n### ").next().unwrap();
        let payload = store_record_for(&reference_record(*kind)).payload;
        let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
        let documented: Vec<_> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        let mut fields: Vec<_> = payload["record"].as_object().unwrap().keys().collect();
        fields.sort_unstable();
        let mut sorted = documented.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, fields, "{kind}");
    }
}

//! The schema of the fake: recorded versions, the catalog's facts, and what tampering does to
//! them.

use super::Tables;
use crate::answer::{Answer, Fact, VersionRow};
use crate::error::code;
use crate::schema;
use crate::session::SessionError;
use std::collections::BTreeSet;
use user_engine_migrations::{LATEST_SCHEMA_VERSION, OWNED_TABLES};

/// The column whose default [`FakeTamper::ChangeDefault`] changes.
const REVISION: &str = "user_engine_records.revision";

/// What is so of the schema and the server beyond the recorded versions.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) is_migrated: bool,
    tampered: BTreeSet<FakeTamper>,
}

impl Catalog {
    /// Whether the database was changed this way.
    pub(super) fn is(&self, tamper: FakeTamper) -> bool {
        self.tampered.contains(&tamper)
    }
}

/// A change of the database behind the store's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FakeTamper {
    /// The recorded checksum of an applied migration differs.
    AppliedChecksum,
    /// A newer version is recorded that does not promise to serve this code.
    NewerIncompatible,
    /// A newer version is recorded that promises to serve this code.
    NewerCompatible,
    /// The recorded versions can't be read.
    UnreadableVersions,
    /// An index of the store is dropped.
    DropIndex,
    /// A function of the store is replaced.
    ReplaceFunction,
    /// A stranger's trigger fires on a table of the store.
    AddTrigger,
    /// A column of the store is filled in otherwise.
    ChangeDefault,
    /// A stranger's column has to be filled in by every insertion.
    DemandColumn,
    /// A durability setting is lowered.
    LowerDurability,
    /// A temporary table hides one of the store's.
    ForeignShadow,
    /// The server takes no writes.
    ReadOnlyServer,
    /// The role loses a right that the store needs.
    RevokePrivilege,
}

impl Tables {
    pub(super) fn tamper(&mut self, tamper: FakeTamper) {
        self.catalog.tampered.insert(tamper);
        match tamper {
            FakeTamper::AppliedChecksum => {
                for row in self.versions.values_mut() {
                    row.checksum = "0".repeat(64);
                    row.chained_checksum = "0".repeat(64);
                }
            }
            FakeTamper::NewerIncompatible => self.record_newer(1),
            FakeTamper::NewerCompatible => self.record_newer(0),
            // What is so from now on; each is asked for where it shows.
            FakeTamper::UnreadableVersions
            | FakeTamper::DropIndex
            | FakeTamper::ReplaceFunction
            | FakeTamper::AddTrigger
            | FakeTamper::ChangeDefault
            | FakeTamper::DemandColumn
            | FakeTamper::LowerDurability
            | FakeTamper::ForeignShadow
            | FakeTamper::ReadOnlyServer
            | FakeTamper::RevokePrivilege => {}
        }
    }

    /// Records the version after the latest, which serves code from so many versions after it.
    fn record_newer(&mut self, beyond: i32) {
        let latest = i32::try_from(LATEST_SCHEMA_VERSION).unwrap_or(i32::MAX - 1);
        let mark = self
            .versions
            .values()
            .find_map(|row| row.disposable_mark.clone());
        let row = VersionRow {
            version: latest + 1,
            name: "newer".to_owned(),
            checksum: "1".repeat(64),
            chained_checksum: "1".repeat(64),
            compatible_from: latest + beyond,
            disposable_mark: mark,
        };
        self.versions.insert(row.version, row);
    }

    pub(super) fn list_versions(&self) -> Result<Answer, SessionError> {
        if self.catalog.is(FakeTamper::UnreadableVersions) {
            return Err(SessionError::refused("42703"));
        }
        if !self.catalog.is_migrated {
            return Err(SessionError::refused(code::UNDEFINED_TABLE));
        }
        Ok(Answer::Versions(self.versions.values().cloned().collect()))
    }

    pub(super) fn check_version(&self, version: i32) -> Result<Answer, SessionError> {
        let newest = self.versions.keys().next_back().copied();
        let is_there = match (version, newest) {
            (0, _) => !self.catalog.is_migrated,
            (version, newest) => newest == Some(version),
        };
        if is_there {
            Ok(Answer::Done)
        } else {
            Err(SessionError::refused(code::STALE_PLAN))
        }
    }

    pub(super) fn save_version(&mut self, row: VersionRow) -> Answer {
        let disposable_mark = if self.versions.is_empty() {
            row.disposable_mark.clone()
        } else {
            self.versions
                .values()
                .find_map(|row| row.disposable_mark.clone())
        };
        self.catalog.is_migrated = true;
        self.versions.insert(
            row.version,
            VersionRow {
                disposable_mark,
                ..row
            },
        );
        Answer::Done
    }

    pub(super) fn list_facts(&self) -> Answer {
        let catalog = &self.catalog;
        let mut facts = Vec::new();
        let mut say = |topic: &str, name: &str, value: &str| {
            let (topic, name) = (topic.to_owned(), name.to_owned());
            facts.push(Fact {
                topic,
                name,
                value: value.to_owned(),
            });
        };
        let on = |is_on: bool| if is_on { "on" } else { "off" };
        say("setting", "fsync", "on");
        say("setting", "full_page_writes", "on");
        say(
            "setting",
            "synchronous_commit",
            on(!catalog.is(FakeTamper::LowerDurability)),
        );
        say("setting", "server_encoding", "UTF8");
        say(
            "setting",
            "transaction_read_only",
            on(catalog.is(FakeTamper::ReadOnlyServer)),
        );
        say("server", "in_recovery", "off");
        if !catalog.is_migrated {
            return Answer::Facts(facts);
        }
        for table in OWNED_TABLES {
            let is_hidden =
                catalog.is(FakeTamper::ForeignShadow) && *table == "user_engine_records";
            say(
                "table",
                table,
                if is_hidden { "pg_temp_3/rt" } else { "fake/rp" },
            );
        }
        say("table", schema::REVISIONS, "fake/Sp");
        for (column, promised) in schema::COLUMNS {
            say("column", column, promised);
        }
        for (column, promised) in schema::DEFAULTS {
            let is_other = catalog.is(FakeTamper::ChangeDefault) && *column == REVISION;
            say("default", column, if is_other { "1" } else { promised });
        }
        if catalog.is(FakeTamper::AddTrigger) {
            say("added", "user_engine_records", "trigger strange");
        }
        if catalog.is(FakeTamper::DemandColumn) {
            say("column", "user_engine_records.strange", "text not null");
        }
        for index in schema::INDEXES
            .iter()
            .skip(usize::from(catalog.is(FakeTamper::DropIndex)))
        {
            say("index", index, "valid");
        }
        for (function, digest) in schema::function_digests() {
            let is_other =
                catalog.is(FakeTamper::ReplaceFunction) && function == "user_engine_apply";
            say(
                "function",
                function,
                if is_other { "other" } else { &digest },
            );
            say(
                "function_path",
                function,
                "search_path=pg_catalog, fake, pg_temp",
            );
        }
        for (object, rights) in schema::PRIVILEGES {
            let is_lost =
                catalog.is(FakeTamper::RevokePrivilege) && *object == "user_engine_records";
            say(
                "privilege",
                object,
                &if is_lost {
                    String::new()
                } else {
                    rights.join(",")
                },
            );
        }
        Answer::Facts(facts)
    }
}

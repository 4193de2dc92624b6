//! Whether the store can serve: the recorded versions and the catalog held against what this code
//! needs. Never an error.

use crate::answer::{Answer, Fact, VersionRow};
use crate::call::Call;
use crate::error::code;
use crate::options::PostgresOptions;
use crate::schema;
use crate::session::{Mode, Session, SessionError, Why};
use std::collections::BTreeMap;
use user_engine_migrations::{
    AppliedMigration, LATEST_SCHEMA_VERSION, MANIFEST, OWNED_TABLES, SchemaError, assess,
};
use user_engine_ports::{Deadline, NotReady, Readiness, Wall};

/// How often the store is looked at while the two looks of an inspection contradict each other.
const LOOKS_MAX: usize = 4;

/// What the versions table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// There is nothing of ours.
    Nothing,
    /// These versions.
    Versions(Vec<VersionRow>),
    /// It can't be read, or other tables of ours are there without it. Never taken for nothing.
    Unreadable,
}

/// Asks for the recorded versions and the catalog's facts. They are two looks: when a migration ended
/// between them, the table of versions was missing in the first and is there in the second, and
/// both are asked for again.
pub(crate) async fn inspect(
    session: &dyn Session,
    deadline: Deadline,
) -> Result<Vec<Answer>, SessionError> {
    let mut looks = 1;
    loop {
        let calls = vec![Call::ListVersions, Call::ListFacts];
        let answers = session.flight(Mode::Inspect, calls, deadline).await?;
        if looks == LOOKS_MAX || !is_torn(&answers) {
            return Ok(answers);
        }
        looks += 1;
    }
}

fn is_torn(answers: &[Answer]) -> bool {
    match answers {
        [Answer::Refused(state), Answer::Facts(facts)] => {
            state.as_str() == code::UNDEFINED_TABLE
                && facts.iter().any(|fact| fact.topic == "table")
        }
        _ => false,
    }
}

/// Takes an inspection apart: what the versions table says, and the catalog's facts.
pub(crate) fn inspected(answers: Vec<Answer>) -> (Recorded, Vec<Fact>) {
    let mut answers = answers.into_iter();
    let (versions, facts) = (answers.next(), answers.next());
    let Some(Answer::Facts(facts)) = facts else {
        return (Recorded::Unreadable, Vec::new());
    };
    let has_table = facts.iter().any(|fact| fact.topic == "table");
    let recorded = match versions {
        Some(Answer::Versions(rows)) if !rows.is_empty() => Recorded::Versions(rows),
        Some(Answer::Refused(state)) if state.as_str() == code::UNDEFINED_TABLE && !has_table => {
            Recorded::Nothing
        }
        _ => Recorded::Unreadable,
    };
    (recorded, facts)
}

/// The recorded versions as the manifest compares them; `None` when a number makes no sense.
pub(crate) fn applied(rows: &[VersionRow]) -> Option<Vec<AppliedMigration>> {
    let applied = |row: &VersionRow| {
        Some(AppliedMigration {
            version: u32::try_from(row.version).ok()?,
            name: row.name.clone(),
            checksum: row.checksum.clone(),
            compatible_from: u32::try_from(row.compatible_from).ok()?,
        })
    };
    rows.iter().map(applied).collect()
}

/// Why versions can't be served or migrated.
pub(crate) fn not_assessed(error: &SchemaError) -> NotReady {
    match error {
        SchemaError::ChecksumMismatch { version, .. } => {
            NotReady::ChecksumMismatch { version: *version }
        }
        SchemaError::Ahead { found, known } => NotReady::Ahead {
            found: *found,
            known: *known,
        },
        SchemaError::Gap { .. } => NotReady::Unreadable,
    }
}

/// The answer to an inspection.
pub(crate) fn readiness(
    flown: Result<Vec<Answer>, SessionError>,
    options: &PostgresOptions,
) -> Readiness {
    let mut found = Readiness {
        reasons: Vec::new(),
        schema_version: None,
        schema: None,
        wall: Wall::Adapter,
        durability: Vec::new(),
    };
    let answers = match flown {
        Ok(answers) => answers,
        Err(error) => {
            found.reasons.push(unreachable(&error));
            return found;
        }
    };
    let (recorded, facts) = inspected(answers);
    let facts = Facts::new(&facts);
    found.schema = facts.store_schema().map(ToOwned::to_owned);
    let durable = |(name, _): &(&str, _)| {
        Some(((*name).to_owned(), facts.value("setting", name)?.to_owned()))
    };
    found.durability = schema::DURABLE.iter().filter_map(durable).collect();
    match recorded {
        Recorded::Nothing => found.reasons.push(NotReady::NotMigrated),
        Recorded::Unreadable => {
            // A right that is missing says why the versions can't be read.
            found.reasons.extend(facts.missing_privileges());
            found.reasons.push(NotReady::Unreadable);
        }
        Recorded::Versions(rows) => {
            found.schema_version = rows.last().and_then(|row| u32::try_from(row.version).ok());
            found.reasons.extend(of_versions(&rows, options));
            // What a later, compatible schema looks like is its own business.
            let is_ours = found.schema_version == Some(LATEST_SCHEMA_VERSION);
            found.reasons.extend(facts.shadowed());
            if is_ours {
                found.reasons.extend(facts.differing());
            }
            found.reasons.extend(facts.missing_privileges());
        }
    }
    found.reasons.extend(facts.of_server(options));
    found
}

fn unreachable(error: &SessionError) -> NotReady {
    match error {
        SessionError::NotSent {
            why: Why::Deadline, ..
        }
        | SessionError::Lost {
            why: Why::Deadline, ..
        } => NotReady::DeadlineExceeded,
        _ => NotReady::Unreachable,
    }
}

fn of_versions(rows: &[VersionRow], options: &PostgresOptions) -> Vec<NotReady> {
    let mut reasons = Vec::new();
    match applied(rows).map(|applied| assess(&applied)) {
        None => reasons.push(NotReady::Unreadable),
        Some(Err(error)) => reasons.push(not_assessed(&error)),
        Some(Ok(assessment)) if !assessment.pending.is_empty() => reasons.push(NotReady::Behind {
            found: assessment.found,
            needed: LATEST_SCHEMA_VERSION,
        }),
        Some(Ok(_)) => {
            let latest = MANIFEST.last();
            let own = rows.iter().find(|row| {
                latest.is_some_and(|step| i64::from(row.version) == i64::from(step.version))
            });
            let chained = latest.map(user_engine_migrations::Migration::chained_checksum);
            if own.map(|row| &row.chained_checksum) != chained.as_ref() {
                reasons.push(NotReady::ChecksumMismatch {
                    version: LATEST_SCHEMA_VERSION,
                });
            }
        }
    }
    let own = options.disposable_mark.as_deref();
    let is_foreign = |row: &VersionRow| row.disposable_mark.as_deref() != own;
    if rows
        .iter()
        .any(|row| row.disposable_mark.is_some() && is_foreign(row))
    {
        reasons.push(NotReady::Disposable);
    } else if rows.iter().any(is_foreign) {
        // The harness's own handle on a store that is not the harness's.
        reasons.push(NotReady::SchemaDiffers {
            what: "disposable_mark is absent".to_owned(),
        });
    }
    reasons
}

/// The catalog's facts, by topic and name.
struct Facts<'a>(BTreeMap<(&'a str, &'a str), Vec<&'a str>>);

impl<'a> Facts<'a> {
    fn new(facts: &'a [Fact]) -> Self {
        let mut by_name: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for Fact { topic, name, value } in facts {
            by_name
                .entry((topic.as_str(), name.as_str()))
                .or_default()
                .push(value);
        }
        Self(by_name)
    }

    /// The one value of a fact.
    fn value(&self, topic: &str, name: &str) -> Option<&'a str> {
        match self.0.get(&(topic, name)).map(Vec::as_slice) {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    /// Where our tables are: the schema of the first that is no temporary one.
    fn store_schema(&self) -> Option<&'a str> {
        let lasting = |table: &&str| {
            let (schema, is_temporary) = self.place("table", table)?;
            (!is_temporary).then_some(schema)
        };
        std::iter::once(schema::VERSIONS)
            .chain(OWNED_TABLES.iter().copied())
            .find_map(|table| lasting(&table))
    }

    /// The schema that a name resolves to, and whether that is the session's temporary one.
    fn place(&self, topic: &str, name: &str) -> Option<(&'a str, bool)> {
        let (schema, kind) = self.value(topic, name)?.rsplit_once('/')?;
        Some((schema, kind.ends_with('t')))
    }

    /// Tables that temporary or foreign ones hide.
    fn shadowed(&self) -> Vec<NotReady> {
        let schema = self.store_schema();
        let is_hidden = |table: &&&str| {
            let place = self.place("table", table);
            place.is_some_and(|(own, temporary)| temporary || Some(own) != schema)
        };
        let hidden = OWNED_TABLES.iter().filter(is_hidden);
        hidden
            .map(|table| NotReady::Shadowed {
                table: (*table).to_owned(),
            })
            .collect()
    }

    /// What is not as the latest version promises.
    fn differing(&self) -> Vec<NotReady> {
        let mut what = Vec::new();
        for table in OWNED_TABLES {
            match self
                .value("table", table)
                .and_then(|value| value.rsplit_once('/'))
            {
                // An ordinary table, permanent; a temporary one is reported as a shadow.
                Some((_, "rp" | "rt")) => {}
                Some(_) => what.push(format!("{table} is no permanent table")),
                None => what.push(format!("{table} is missing")),
            }
        }
        if self.value("table", schema::REVISIONS).is_none() {
            what.push(format!("{} is missing", schema::REVISIONS));
        }
        what.extend(self.differing_columns());
        for index in schema::INDEXES {
            // The same index may be there twice; one that is valid will do.
            let states = self.0.get(&("index", *index));
            if !states.is_some_and(|states| states.contains(&"valid")) {
                what.push(format!("index {index}"));
            }
        }
        what.extend(self.added());
        let digests = schema::function_digests();
        for function in schema::FUNCTIONS {
            let is_own = self.value("function", function) == digests.get(function).map(|d| &**d);
            let path = self.value("function_path", function).unwrap_or_default();
            if !is_own || !self.leads_home(path) {
                what.push(format!("function {function}"));
            }
        }
        if self.value("setting", "server_encoding") != Some("UTF8") {
            what.push("server_encoding".to_owned());
        }
        what.into_iter()
            .map(|what| NotReady::SchemaDiffers { what })
            .collect()
    }

    /// Columns that are not as promised, and those of strangers that every insertion would have to
    /// fill or that are computed from what is inserted.
    fn differing_columns(&self) -> Vec<String> {
        let mut what = Vec::new();
        for (column, promised) in schema::COLUMNS {
            if self.value("column", column) != Some(promised) {
                what.push(format!("column {column}"));
            }
            let promised = schema::DEFAULTS.iter().find(|(name, _)| name == column);
            if self.value("default", column) != promised.map(|(_, default)| *default) {
                what.push(format!("default of {column}"));
            }
        }
        let is_ours = |column: &str| schema::COLUMNS.iter().any(|(name, _)| *name == column);
        for ((topic, column), values) in &self.0 {
            if *topic != "column" || is_ours(column) {
                continue;
            }
            let is_demanded = values.iter().any(|value| value.ends_with(" not null"));
            // What is computed from a row may refuse it.
            let is_disturbing = match self.value("default", column) {
                None => is_demanded,
                default => default == Some("generated"),
            };
            if is_disturbing {
                what.push(format!("column {column}"));
            }
        }
        what
    }

    /// What strangers hung on our tables that changes, refuses or shows what is written. A plain index
    /// or a comment does none of it.
    fn added(&self) -> Vec<String> {
        let mut what = Vec::new();
        for ((topic, name), values) in &self.0 {
            match *topic {
                "added" => what.extend(values.iter().map(|value| format!("{value} on {name}"))),
                "index" if name.contains(") unique") && !schema::INDEXES.contains(name) => {
                    what.push(format!("index {name}"));
                }
                _ => {}
            }
        }
        what
    }

    /// Whether a function's settings are a search path to the store's own schema and nothing else.
    fn leads_home(&self, path: &str) -> bool {
        let schema = self.store_schema().unwrap_or_default();
        let inner = path
            .strip_prefix("search_path=pg_catalog, ")
            .and_then(|rest| rest.strip_suffix(", pg_temp"));
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
        inner == Some(&quoted) || (inner == Some(schema) && schema.bytes().all(is_plain))
    }

    fn missing_privileges(&self) -> Vec<NotReady> {
        let lacks = |(object, needed): &&(&str, &[&str])| {
            let held: Vec<_> = match self.value("privilege", object) {
                Some(held) => held.split(',').collect(),
                // What is not there at all is reported as a difference.
                None => return false,
            };
            !needed.iter().all(|right| held.contains(right))
        };
        let lacking = schema::PRIVILEGES.iter().filter(lacks);
        lacking
            .map(|(object, _)| NotReady::MissingPrivilege {
                object: (*object).to_owned(),
            })
            .collect()
    }

    /// What the server itself is in the way of.
    fn of_server(&self, options: &PostgresOptions) -> Vec<NotReady> {
        let mut reasons = Vec::new();
        let is_on = |topic, name| self.value(topic, name) == Some("on");
        if is_on("server", "in_recovery") || is_on("setting", "transaction_read_only") {
            reasons.push(NotReady::ReadOnlyServer);
        }
        for (setting, durable) in schema::DURABLE {
            // A disposable server may be a fast one; what a session sets is never taken.
            let is_tolerated =
                options.disposable_mark.is_some() && *setting != "synchronous_commit";
            let value = self.value("setting", setting);
            if !is_tolerated && !value.is_some_and(|value| durable.contains(&value)) {
                reasons.push(NotReady::DurabilityLowered {
                    setting: (*setting).to_owned(),
                });
            }
        }
        reasons
    }
}

//! Changes behind the store's back, each one way, on a database that is thrown away after it.

use crate::factory_postgres::admin::failed;
use tokio_postgres::Client;
use user_engine_conformance::{PowerError, Tamper};

const CHECKSUM_CHANGE: &str = "\
    UPDATE user_engine_schema_versions \
    SET checksum = repeat('0', 64), chained_checksum = repeat('0', 64)";

const NEWER_INCOMPATIBLE: &str = "\
    INSERT INTO user_engine_schema_versions \
    (version, name, checksum, chained_checksum, compatible_from, disposable_mark) \
    SELECT max(version) + 1, 'newer', repeat('a', 64), repeat('b', 64), max(version) + 1, \
    max(disposable_mark) FROM user_engine_schema_versions";

const NEWER_COMPATIBLE: &str = "\
    INSERT INTO user_engine_schema_versions \
    (version, name, checksum, chained_checksum, compatible_from, disposable_mark) \
    SELECT max(version) + 1, 'newer', repeat('a', 64), repeat('b', 64), 1, \
    max(disposable_mark) FROM user_engine_schema_versions";

const VERSIONS_SPOIL: &str =
    "ALTER TABLE user_engine_schema_versions RENAME COLUMN compatible_from TO spoiled";

const MARK_CHANGE: &str = "UPDATE user_engine_schema_versions SET disposable_mark = '1:1:found-0'";

const INDEX_DROP: &str = "DROP INDEX user_engine_records_by_user";

/// The same function with one comment more in its body.
const FUNCTION_REPLACE: &str = "\
    DO $do$ DECLARE definition text; BEGIN \
    SELECT regexp_replace(pg_get_functiondef(p.oid), '\\mBEGIN\\M', E'BEGIN -- changed\\n') \
    INTO STRICT definition FROM pg_proc p \
    WHERE p.proname = 'user_engine_apply' AND p.pronamespace = 'public'::regnamespace; \
    EXECUTE definition; END $do$";

const SHADOW: &str = "\
    CREATE SCHEMA shadow; \
    CREATE TABLE shadow.user_engine_records (LIKE public.user_engine_records); \
    GRANT USAGE ON SCHEMA shadow TO ue_app; \
    GRANT SELECT ON shadow.user_engine_records TO ue_app; \
    DO $do$ BEGIN EXECUTE format('ALTER ROLE ue_app IN DATABASE %I SET search_path = \
    shadow, public', current_database()); END $do$";

const READ_ONLY: &str = "\
    DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
    current_database()); END $do$";

const DURABILITY_LOWER: &str = "\
    DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', \
    current_database()); END $do$";

const PRIVILEGE_REVOKE: &str = "REVOKE INSERT ON user_engine_audit_records FROM ue_app";

/// New settings reach new sessions only.
const SESSIONS_END: &str = "\
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND usename = 'ue_app'";

/// What [`tamper`] can do.
pub(super) const ALL: &[Tamper] = &[
    Tamper::AppliedChecksum,
    Tamper::NewerIncompatible,
    Tamper::NewerCompatible,
    Tamper::UnreadableVersions,
    Tamper::MarkDisposable,
    Tamper::DropIndex,
    Tamper::ReplaceFunction,
    Tamper::LowerDurability,
    Tamper::ForeignShadow,
    Tamper::ReadOnlyServer,
    Tamper::RevokePrivilege,
];

/// Does it; says whether sessions were ended for it.
pub(super) async fn tamper(client: &Client, tamper: Tamper) -> Result<bool, PowerError> {
    let (statement, is_setting) = match tamper {
        Tamper::AppliedChecksum => (CHECKSUM_CHANGE, false),
        Tamper::NewerIncompatible => (NEWER_INCOMPATIBLE, false),
        Tamper::NewerCompatible => (NEWER_COMPATIBLE, false),
        Tamper::UnreadableVersions => (VERSIONS_SPOIL, false),
        Tamper::MarkDisposable => (MARK_CHANGE, false),
        Tamper::DropIndex => (INDEX_DROP, false),
        Tamper::ReplaceFunction => (FUNCTION_REPLACE, false),
        Tamper::LowerDurability => (DURABILITY_LOWER, true),
        Tamper::ForeignShadow => (SHADOW, true),
        Tamper::ReadOnlyServer => (READ_ONLY, true),
        Tamper::RevokePrivilege => (PRIVILEGE_REVOKE, false),
        // There is one migration so far: nothing older can be recorded.
    };
    client
        .batch_execute(statement)
        .await
        .map_err(|error| failed(&error))?;
    if is_setting {
        client
            .batch_execute(SESSIONS_END)
            .await
            .map_err(|error| failed(&error))?;
    }
    Ok(is_setting)
}

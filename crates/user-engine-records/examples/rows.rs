//! All that an adapter needs of the codec: write eight columns, read them back, and go on past a
//! row that can't be decoded.

use std::collections::BTreeMap;
use std::error::Error;
use user_engine_domain::{Account, AccountStatus, DomainRecord, RecordKey, Timestamp, UserId};
use user_engine_records::{
    StoreRecord, domain_record_from_store_record, store_record_for, typed_record_from_store_record,
};

/// What a driver would bind and return: texts, some of them NULL.
#[derive(Clone)]
struct Row {
    record_type: String,
    record_key: String,
    columns: [Option<String>; 5],
    payload: String,
}

fn row_of(stored: &StoreRecord) -> Row {
    let owned = |column: Option<&str>| column.map(str::to_owned);
    Row {
        record_type: stored.record_type.clone().into_owned(),
        record_key: stored.record_key.as_str().to_owned(),
        columns: [
            owned(stored.tenant.as_deref()),
            owned(stored.user_id.as_deref()),
            owned(stored.application_id.as_deref()),
            owned(stored.scope_type.as_deref()),
            owned(stored.scope_id.as_deref()),
        ],
        payload: stored.payload.clone(),
    }
}

fn stored_of(row: Row) -> StoreRecord {
    let [tenant, user_id, application_id, scope_type, scope_id] = row.columns;
    StoreRecord {
        record_type: row.record_type.into(),
        record_key: RecordKey::from_stored(row.record_key),
        tenant: tenant.map(Into::into),
        user_id: user_id.map(Into::into),
        application_id: application_id.map(Into::into),
        scope_type: scope_type.map(Into::into),
        scope_id: scope_id.map(Into::into),
        payload: row.payload,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let at = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z")?;
    let account = Account {
        user_id: UserId::new("user-ada")?,
        status: AccountStatus::Active,
        created_at: at,
        updated_at: at,
    };

    let mut table = BTreeMap::new();
    let stored = store_record_for(&DomainRecord::from(account.clone()));
    let row = row_of(&stored);
    table.insert((row.record_type.clone(), row.record_key.clone()), row);

    // A later release left a row behind that this one does not know.
    let newer = Row {
        record_key: "user-zoe".to_owned(),
        payload: r#"{"v":2,"record":{}}"#.to_owned(),
        ..row_of(&stored)
    };
    table.insert((newer.record_type.clone(), newer.record_key.clone()), newer);

    let (mut read, mut refused) = (0, 0);
    for row in table.into_values() {
        match domain_record_from_store_record(&stored_of(row)) {
            Ok(_) => read += 1,
            // The error may be logged: it names kind, key digest, reason and place only.
            Err(error) => {
                eprintln!("{error}");
                refused += 1;
            }
        }
    }
    assert_eq!((read, refused), (1, 1));
    assert_eq!(typed_record_from_store_record::<Account>(&stored)?, account);
    Ok(())
}

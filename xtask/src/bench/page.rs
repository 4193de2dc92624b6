//! Reading a page of 100 at ten thousand and at a million records, and bytes for each record.

use super::row::{Goal, Row};
use super::server::Bench;
use super::workload::{Failed, mutate, user};
use std::sync::Arc;
use std::time::Instant;
use user_engine_domain::{DomainRecord, RecordKey, TenantAccount, TenantId, UserId};
use user_engine_ports::{ListBy, Scope, SystemClock, UnitOptions, UserEngineStore};
use user_engine_records::store_record_for;
use user_engine_store_memory::InMemoryUserEngineStore;

/// How many pages are read for one figure.
const PAGES: u32 = 300;
/// The two sizes of the table.
const SMALL: i64 = 10_000;
const LARGE: i64 = 1_000_000;
/// How many tenants share the rows.
const TENANTS: i64 = 10;
/// How many users are counted for the bytes of a record.
const USERS: u64 = 100_000;

/// Tenant accounts, spread over the tenants.
const FILL: &str = "INSERT INTO user_engine_records
        (record_type, record_key, tenant, user_id, payload)
    SELECT 'tenant_account', r.tenant || '/' || r.user_id, r.tenant, r.user_id,
        jsonb_build_object('v', 1, 'record', jsonb_build_object(
            'tenant', r.tenant, 'user_id', r.user_id, 'status', 'active',
            'created_at', '2026-01-01T00:00:00.000000Z',
            'updated_at', '2026-01-01T00:00:00.000000Z'))
    FROM generate_series(1, $1::bigint) n, LATERAL (SELECT 'tenant-' || n % $2::bigint AS tenant,
        'user-' || lpad(n::text, 10, '0') AS user_id) r";

/// Every row of this part.
pub(crate) async fn run(bench: &Bench, runs: usize) -> Result<Vec<Row>, Failed> {
    let small = filled(bench, SMALL).await?;
    let large = filled(bench, LARGE).await?;
    let mut rows = Vec::new();
    for (name, by_kind) in [("of a tenant", false), ("of a kind", true)] {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        pages(&*large, LARGE, by_kind).await?;
        pages(&*small, SMALL, by_kind).await?;
        for _ in 0..runs {
            ours.push(pages(&*large, LARGE, by_kind).await?);
            floor.push(pages(&*small, SMALL, by_kind).await?);
        }
        let name = format!("page of 100 {name}, 1,000,000 / 10,000 records");
        rows.push(Row {
            name,
            unit: "µs",
            ours,
            floor,
            goal: Goal::AtMost(1.2),
        });
    }
    rows.push(bytes_in_postgres(bench).await?);
    rows.push(bytes_in_memory().await?);
    Ok(rows)
}

async fn filled(bench: &Bench, count: i64) -> Result<Arc<dyn UserEngineStore>, Failed> {
    let database = bench.database().await?;
    let client = bench.client(&database).await?;
    client.execute(FILL, &[&count, &TENANTS]).await?;
    client
        .batch_execute("VACUUM (ANALYZE) user_engine_records")
        .await?;
    Ok(bench.store_on(&database, bench.socket_folder(), 1))
}

/// Microseconds for one page, at places spread over the whole list.
async fn pages(store: &dyn UserEngineStore, count: i64, by_kind: bool) -> Result<f64, Failed> {
    let begun = Instant::now();
    let mut read = 0;
    for page in 0..i64::from(PAGES) {
        let at = (page * 7_919) % (count * 8 / 10 / TENANTS) * TENANTS;
        let user_id = UserId::new(format!("user-{at:010}"))?;
        let tenant = TenantId::new("tenant-0")?;
        let after = RecordKey::from_parts([Some(tenant.as_str()), Some(user_id.as_str())]);
        let by = if by_kind {
            ListBy::Kind
        } else {
            ListBy::Tenant(tenant)
        };
        let mut tx = store.begin(UnitOptions::read(Scope::Platform));
        read += tx
            .list::<TenantAccount>(by, Some(after), 100)
            .await?
            .records
            .len();
    }
    let micros = begun.elapsed().as_secs_f64() * 1e6 / f64::from(PAGES);
    if read < PAGES as usize * 100 {
        return Err(Failed::Server(format!(
            "{read} rows read, too few to compare"
        )));
    }
    Ok(micros)
}

/// The bytes of one stored payload.
fn payload_bytes() -> Result<f64, Failed> {
    let payload = store_record_for(&DomainRecord::from(user(0)?)).payload;
    Ok(f64::from(u32::try_from(payload.len()).unwrap_or(u32::MAX)))
}

async fn bytes_in_postgres(bench: &Bench) -> Result<Row, Failed> {
    let database = bench.database().await?;
    let store = bench.store_on(&database, bench.socket_folder(), 1);
    let users = 5_000;
    for _ in 0..users {
        mutate(&*store).await?;
    }
    let client = bench.client(&database).await?;
    let size = "SELECT pg_total_relation_size('user_engine_records')::float8";
    let bytes: f64 = client.query_one(size, &[]).await?.get(0);
    let (ours, floor) = (vec![bytes / f64::from(users)], vec![payload_bytes()?]);
    let name = "bytes a user in PostgreSQL, indexes in / payload".to_owned();
    Ok(Row {
        name,
        unit: "B",
        ours,
        floor,
        goal: Goal::None,
    })
}

async fn bytes_in_memory() -> Result<Row, Failed> {
    let store = InMemoryUserEngineStore::migrated(Arc::new(SystemClock));
    let before = resident_bytes();
    for _ in 0..USERS {
        mutate(&store).await?;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = resident_bytes().saturating_sub(before) as f64 / USERS as f64;
    let name = "bytes a user in memory, with audit, event, operation / payload".to_owned();
    Ok(Row {
        name,
        unit: "B",
        ours: vec![each],
        floor: vec![payload_bytes()?],
        goal: Goal::None,
    })
}

/// What this process has in memory, as Linux tells it; zero elsewhere.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

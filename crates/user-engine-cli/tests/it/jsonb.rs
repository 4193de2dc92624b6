//! Records of every kind through real `jsonb`, by the store's own save and read.

use crate::live::server_or_skip;
use crate::world::{World, operation};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use user_engine_domain::{DomainRecord, RecordId, RecordKind};
use user_engine_ports::{Deadline, Read, ReadAnswer, Scope, UnitOptions, UserEngineStore};
use user_engine_records::arbitrary::record;

/// How many records of each kind make the trip.
const RECORDS_MIN: usize = 200;

/// Well below what one unit may hold.
const UNIT_BYTES_MAX: usize = 8 << 20;

/// Saves records in one unit, reads them together and holds them against what was saved.
pub(crate) async fn expect_to_survive(
    store: &dyn UserEngineStore,
    name: &str,
    records: impl IntoIterator<Item = DomainRecord>,
) {
    let records: Vec<DomainRecord> = records.into_iter().collect();
    let mut options = UnitOptions::write(Scope::Platform, operation(name));
    options.deadline = Deadline::after(std::time::Duration::from_mins(1));
    let mut tx = store.begin(options.clone());
    for record in &records {
        tx.save(record.clone()).unwrap();
    }
    tx.commit().await.unwrap();
    let reads: Vec<Read> = records
        .iter()
        .map(|record| Read::Get(record.id()))
        .collect();
    let mut reading = UnitOptions::read(Scope::Platform);
    reading.deadline = options.deadline;
    let answers = store.begin(reading).read(&reads).await.unwrap();
    for (saved, answer) in records.iter().zip(answers) {
        let ReadAnswer::Get(Some(Ok(row))) = answer else {
            panic!("{name}: a record of {} does not read back", saved.kind());
        };
        assert!(
            row.record == *saved,
            "{name}: {} came back changed",
            saved.kind()
        );
    }
}

#[tokio::test]
async fn every_kind_survives_real_jsonb_by_the_stores_own_save_and_read() {
    let Some(server) = server_or_skip("every_kind_survives_real_jsonb") else {
        return;
    };
    let world = World::migrated(server).await;
    let store = world.store();
    let seed: [u8; 32] = std::array::from_fn(|at| {
        let nanos = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        nanos.to_le_bytes()[at % 8]
    });
    println!("seed {seed:?}");
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for kind in RecordKind::ALL {
        let strategy = record(*kind);
        let mut made: BTreeMap<RecordId, DomainRecord> = BTreeMap::new();
        let mut trips = 0;
        let mut travelled = 0;
        let mut bytes = 0;
        while travelled < RECORDS_MIN {
            let one = strategy.new_tree(&mut runner).unwrap().current();
            bytes += one.weight();
            made.insert(one.id(), one);
            if bytes > UNIT_BYTES_MAX || travelled + made.len() >= RECORDS_MIN {
                travelled += made.len();
                trips += 1;
                let unit = std::mem::take(&mut made).into_values();
                expect_to_survive(&store, &format!("{kind}-{trips}"), unit).await;
                bytes = 0;
            }
        }
        println!("{kind}: {travelled} records in {trips} units");
    }
}

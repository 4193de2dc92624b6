//! Stores that are wrong about lists.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::RecordKey;
use user_engine_ports::{Read, ReadAnswer, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "list-page-repeats-last-row",
    wrong: "A page begins with the row that the page before it ended with.",
    killed_by: "list.order.key-bytes",
    fault: fault!(RepeatingFault),
}];

struct RepeatingFault;

impl Fault for RepeatingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), RepeatingUnit)
    }
}

struct RepeatingUnit;

#[async_trait]
impl UnitFault for RepeatingUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let inclusive = |read: &Read| match read {
            Read::List(query) => {
                let mut query = query.clone();
                query.after = query.after.map(|key| {
                    // One character less and a last byte of all ones: just before the key.
                    let text = key.as_str();
                    let cut = text.char_indices().last().map_or(0, |(at, _)| at);
                    RecordKey::from_stored(&text[..cut])
                });
                Read::List(query)
            }
            read @ Read::Get(_) => read.clone(),
        };
        unit.read(&reads.iter().map(inclusive).collect::<Vec<_>>())
            .await
    }
}

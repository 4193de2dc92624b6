//! Stores that do not keep the limits.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_ports::{PAGE_MAX, Read, ReadAnswer, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "page-limit-not-checked",
    wrong: "A page of any size is answered.",
    killed_by: "limit.page.size",
    fault: fault!(PageFault),
}];

struct PageFault;

impl Fault for PageFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), PageUnit)
    }
}

struct PageUnit;

#[async_trait]
impl UnitFault for PageUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let clamp = |read: &Read| match read {
            Read::List(query) => {
                let limit = query.limit.clamp(1, PAGE_MAX);
                Read::List(query.clone().limit(limit))
            }
            read @ Read::Get(_) => read.clone(),
        };
        unit.read(&reads.iter().map(clamp).collect::<Vec<_>>())
            .await
    }
}

//! Stores that do not keep the limits.

mod unit;

use super::wrong::{Swallows, Units};
use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_ports::{
    Limit, PAGE_MAX, Read, ReadAnswer, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "log-entries-not-checked",
        wrong: "Audit records and events beyond the limit are accepted and dropped.",
        killed_by: "limit.unit.log-entries",
        fault: fault!(Units(|_, _| Swallows(|kind, verb| {
            is_over(kind, Limit::UnitEntries) && matches!(verb, Verb::AppendAudit | Verb::Enqueue)
        }))),
    },
    Mutant {
        name: "page-limit-not-checked",
        wrong: "A page of any size is answered.",
        killed_by: "limit.page.size",
        fault: fault!(PageFault),
    },
    Mutant {
        name: "reads-not-checked",
        wrong: "Any number of reads is answered together.",
        killed_by: "limit.reads.flight",
        fault: fault!(Units(|_, _| unit::Chunked)),
    },
    Mutant {
        name: "record-bytes-not-checked",
        wrong: "A record beyond the limit is accepted and dropped.",
        killed_by: "limit.record.bytes",
        fault: fault!(Units(|_, _| Swallows(|kind, _| is_over(
            kind,
            Limit::Record
        )))),
    },
    Mutant {
        name: "record-limit-too-low",
        wrong: "A record of more than half the limit is refused.",
        killed_by: "limit.record.bytes",
        fault: fault!(Units(|_, _| unit::HalfRecord)),
    },
    Mutant {
        name: "refusal-poisons-the-unit",
        wrong: "A unit that was refused a save can't be committed.",
        killed_by: "limit.refused.unit-goes-on",
        fault: fault!(Units(|_, _| unit::Poisoned(None))),
    },
    Mutant {
        name: "rewrites-count-twice",
        wrong: "A record that is written again counts as one more.",
        killed_by: "limit.unit.rewrites",
        fault: fault!(Units(|_, _| unit::CountsCalls(0))),
    },
    Mutant {
        name: "unit-bytes-not-checked",
        wrong: "What makes a unit too large is accepted and dropped.",
        killed_by: "limit.unit.bytes",
        fault: fault!(Units(|_, _| Swallows(|kind, _| {
            is_over(kind, Limit::UnitBytes)
        }))),
    },
    Mutant {
        name: "unit-writes-not-checked",
        wrong: "A save beyond the limit is accepted and dropped.",
        killed_by: "limit.unit.writes",
        fault: fault!(Units(|_, _| Swallows(|kind, verb| {
            is_over(kind, Limit::UnitEntries) && verb == Verb::Save
        }))),
    },
];

fn is_over(kind: &StoreErrorKind, limit: Limit) -> bool {
    *kind == StoreErrorKind::LimitExceeded(limit)
}

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

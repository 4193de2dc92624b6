//! Stores that are wrong about lists.

mod column;
mod page;

use super::wrong::{Answers, Asks, Units};
use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::RecordKey;
use user_engine_ports::{Read, ReadAnswer, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "empty-list-refused",
        wrong: "A list of nothing is an error.",
        killed_by: "list.empty.page",
        fault: fault!(Units(|_, _| page::RefusesEmpty)),
    },
    Mutant {
        name: "full-page-loses-its-last-row",
        wrong: "A page that is full goes on behind a row that it did not give.",
        killed_by: "list.page.sizes",
        fault: fault!(Units(|_, _| Answers(page::lose_last_row))),
    },
    Mutant {
        name: "list-by-scope-ignores-type",
        wrong: "A list by scope asks for the scope's id alone.",
        killed_by: "list.by.scope-type",
        fault: fault!(Units(|_, _| column::ById)),
    },
    Mutant {
        name: "list-by-user-forgets-claims",
        wrong: "A list by user does not give the prepared accounts that the user claimed.",
        killed_by: "list.by.columns",
        fault: fault!(Units(|_, _| Answers(column::forget_claims))),
    },
    Mutant {
        name: "list-goes-on-behind-existing-keys-only",
        wrong: "A page behind a key without a record is the first page.",
        killed_by: "list.after.deleted-key",
        fault: fault!(Units(|_, _| page::AfterExisting)),
    },
    Mutant {
        name: "list-index-not-updated",
        wrong: "A list goes by the columns with which a record was created.",
        killed_by: "list.by.moves",
        fault: fault!(column::FirstColumnsFault::default()),
    },
    Mutant {
        name: "list-ordered-without-case",
        wrong: "A page is ordered without regard to case.",
        killed_by: "list.order.key-bytes",
        fault: fault!(Units(|_, _| Answers(page::order_without_case))),
    },
    Mutant {
        name: "list-page-repeats-last-row",
        wrong: "A page begins with the row that the page before it ended with.",
        killed_by: "list.order.key-bytes",
        fault: fault!(RepeatingFault),
    },
    Mutant {
        name: "list-pages-by-offset",
        wrong: "A page begins behind as many rows as were given before.",
        killed_by: "list.walk.interleaved",
        fault: fault!(Units(|_, _| page::Offset { given: 0 })),
    },
    Mutant {
        name: "page-capped-silently",
        wrong: "A page holds at most a hundred rows and says that nothing is behind them.",
        killed_by: "list.page.largest",
        fault: fault!(Units(|_, _| Answers(page::cap))),
    },
    Mutant {
        name: "page-larger-than-asked",
        wrong: "A page of one row has two.",
        killed_by: "list.page.sizes",
        fault: fault!(Units(|_, _| Asks(page::ask_for_two))),
    },
    Mutant {
        name: "page-read-row-by-row",
        wrong: "Each row of a page is read in a snapshot of its own.",
        killed_by: "list.page.one-snapshot",
        fault: fault!(Units(|_, _| page::RowByRow)),
    },
    Mutant {
        name: "short-page-ends-a-walk",
        wrong: "A page with fewer rows than asked for says that nothing is behind it.",
        killed_by: "list.walk.own-deletes",
        fault: fault!(Units(|_, _| Answers(page::end_when_short))),
    },
];

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

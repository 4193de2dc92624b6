//! The steps of a sequence, and how random ones are made.

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use serde::{Deserialize, Serialize};

/// A record of the model's small world, in the order of its kinds and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Place {
    /// An external identity; its owner can differ.
    Identity(u8),
    /// A tenant's account of a user.
    Account(u8, u8),
    /// A user.
    User(u8),
}

/// A scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum At {
    Tenant(u8),
    Tenantless,
    Platform,
}

/// A kind of the model's world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Identity,
    Account,
    User,
}

/// What a list is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum By {
    Kind,
    Tenant(u8),
    User(u8),
}

/// One step. Steps that make no sense where they stand, such as a commit of a unit that was never
/// begun, do nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Begins a unit in a slot and gives up the one that was there.
    Begin {
        slot: usize,
        at: At,
        operation: u8,
        request: u8,
        second: bool,
    },
    /// Saves a record; guarded by what the unit last saw of it, if it did.
    Save {
        slot: usize,
        place: Place,
        owner: u8,
        guarded: bool,
    },
    /// Deletes a record, guarded likewise.
    Delete {
        slot: usize,
        place: Place,
        guarded: bool,
    },
    /// Expects what the unit last saw of a record.
    Expect { slot: usize, place: Place },
    /// Reads a record in a unit.
    Get { slot: usize, place: Place },
    /// Walks a list in a unit.
    List {
        slot: usize,
        kind: Kind,
        by: By,
        size: usize,
    },
    /// Appends an audit record.
    Audit { slot: usize },
    /// Enqueues an event about a record.
    Event { slot: usize, place: Place },
    /// Sets the receipt.
    Receipt { slot: usize },
    /// Opens a nested part.
    Enter { slot: usize },
    /// Closes a nested part.
    Leave { slot: usize, keep: bool },
    /// Commits the unit.
    Commit { slot: usize },
    /// Rolls the unit back.
    Rollback { slot: usize },
    /// Drops the unit.
    Abandon { slot: usize },
    /// Asks for an operation's outcome.
    Ask { at: At, operation: u8 },
    /// Records a denial.
    Deny { at: At, operation: u8, denial: u8 },
    /// Reads a record in a unit of its own.
    Look { at: At, place: Place },
    /// Walks a list in a unit of its own.
    Walk {
        at: At,
        kind: Kind,
        by: By,
        size: usize,
    },
    /// Walks both logs.
    Logs { at: At, size: usize },
    /// Counts what the platform holds.
    Count,
    /// Gives every unit up, closes the store and opens it again.
    Reopen,
}

/// Which steps are frequent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Records, units and lists.
    Records,
    /// Operations, outcomes, denials and logs.
    Operations,
}

/// Mostly the first, so that units get to their end.
fn slot() -> impl Strategy<Value = usize> {
    proptest::prop_oneof![4 => Just(0_usize), 2 => Just(1_usize), 1 => Just(2_usize)]
}

fn at() -> BoxedStrategy<At> {
    proptest::prop_oneof![
        3 => (0..2_u8).prop_map(At::Tenant),
        3 => Just(At::Tenantless),
        2 => Just(At::Platform),
    ]
    .boxed()
}

fn place() -> BoxedStrategy<Place> {
    proptest::prop_oneof![
        3 => Just(Place::Identity(0)),
        3 => (0..2_u8, 0..2_u8).prop_map(|(tenant, user)| Place::Account(tenant, user)),
        4 => (0..2_u8).prop_map(Place::User),
    ]
    .boxed()
}

fn by() -> BoxedStrategy<(Kind, By)> {
    let kind = || proptest::sample::select(vec![Kind::Identity, Kind::Account, Kind::User]);
    let filter = proptest::prop_oneof![
        Just(By::Kind),
        (0..2_u8).prop_map(By::Tenant),
        (0..2_u8).prop_map(By::User),
    ];
    (kind(), filter).boxed()
}

fn unit_steps() -> BoxedStrategy<Step> {
    proptest::prop_oneof![
        10 => (slot(), place(), 0..2_u8, any::<bool>())
            .prop_map(|(slot, place, owner, guarded)| Step::Save { slot, place, owner, guarded }),
        5 => (slot(), place(), any::<bool>())
            .prop_map(|(slot, place, guarded)| Step::Delete { slot, place, guarded }),
        2 => (slot(), place()).prop_map(|(slot, place)| Step::Expect { slot, place }),
        6 => (slot(), place()).prop_map(|(slot, place)| Step::Get { slot, place }),
        2 => (slot(), by(), 1..4_usize)
            .prop_map(|(slot, (kind, by), size)| Step::List { slot, kind, by, size }),
        1 => slot().prop_map(|slot| Step::Enter { slot }),
        2 => (slot(), any::<bool>()).prop_map(|(slot, keep)| Step::Leave { slot, keep }),
        12 => slot().prop_map(|slot| Step::Commit { slot }),
        1 => slot().prop_map(|slot| Step::Rollback { slot }),
        1 => slot().prop_map(|slot| Step::Abandon { slot }),
    ]
    .boxed()
}

fn log_steps() -> BoxedStrategy<Step> {
    proptest::prop_oneof![
        6 => slot().prop_map(|slot| Step::Audit { slot }),
        3 => (slot(), place()).prop_map(|(slot, place)| Step::Event { slot, place }),
        2 => slot().prop_map(|slot| Step::Receipt { slot }),
        3 => (at(), 0..8_u8).prop_map(|(at, operation)| Step::Ask { at, operation }),
        2 => (at(), 0..8_u8, 0..4_u8)
            .prop_map(|(at, operation, denial)| Step::Deny { at, operation, denial }),
        2 => (at(), 1..4_usize).prop_map(|(at, size)| Step::Logs { at, size }),
    ]
    .boxed()
}

fn look_steps() -> BoxedStrategy<Step> {
    proptest::prop_oneof![
        4 => (at(), place()).prop_map(|(at, place)| Step::Look { at, place }),
        3 => (at(), by(), 1..4_usize)
            .prop_map(|(at, (kind, by), size)| Step::Walk { at, kind, by, size }),
        1 => Just(Step::Count),
        1 => Just(Step::Reopen),
    ]
    .boxed()
}

/// Random sequences of up to 150 steps.
pub(crate) fn sequences(mix: Mix) -> impl Strategy<Value = Vec<Step>> {
    // Fresh ids are common among records, repeated ones among operations.
    let (operations, begins, units, logs) = match mix {
        Mix::Records => (100_u8, 2, 12, 1),
        Mix::Operations => (6_u8, 5, 8, 8),
    };
    let begin = (slot(), at(), 0..operations, 0..10_u8, any::<bool>()).prop_map(
        |(slot, at, operation, request, second)| {
            // One request in ten differs under the same id.
            let request = u8::from(request == 0);
            Step::Begin {
                slot,
                at,
                operation,
                request,
                second,
            }
        },
    );
    let step = proptest::prop_oneof![
        begins => begin,
        units => unit_steps(),
        logs => log_steps(),
        4 => look_steps(),
    ];
    vec(step, 1..150)
}

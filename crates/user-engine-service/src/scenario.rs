//! The world in which stories about the service are told: a store, and ports that a story moves.
//!
//! A story runs unchanged on every store: it is given one that is migrated and empty.

mod canary;
mod hooked;
mod ports;
mod race;
mod story;
mod told;
mod trips;
mod world;

pub use canary::{CANARY, Eavesdropper, SECRET, Watch};
pub use hooked::{HookedStore, Hooks, StoreCall};
pub use ports::{CountingIds, MovableClock, ScriptedAuthorizer, ScriptedClaims};
pub use race::{Overlap, Race, Racer, Ready, Tally, races};
pub use story::{Story, Telling, stories};
pub use told::Told;
pub use trips::CountedStore;
pub use world::{Failed, ISSUER, World, claims_of};

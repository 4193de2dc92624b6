//! The PostgreSQL store of user-engine, over connections that a provider hands in.
//!
//! Every call is one flight: a whole transaction in one round trip, after which nothing stays open
//! on the connection. Reads are selects in one snapshot; a unit of work commits by one autocommit
//! call of a function that the migrations define, and is applied when the server was ready again
//! after it, nothing less. A connection whose flight was not seen to end is never used again.
//!
//! Deliberately absent: credentials, TLS, pool sizing, retries, schema names. The provider hands in
//! a pool or client that nothing else uses; the role's `search_path` says where the store is. No
//! error, trace or `Debug` text holds a value: of what a server says only the SQLSTATE is kept.
//!
//! - `store`, `unit`, `lane`, `options`: the store and its units of work
//! - `session`, `call`, `answer`: the narrow port to a connection, and the statements as data
//! - `statement`, `driver` (feature `tokio-postgres`): their SQL, and the session over a provider's
//!   pool or client
//! - `migrator`, `readiness`, `schema`: bringing the schema up to date, and saying what differs
//! - `fake` (feature `fake`), `testing` (feature `testing`): a stand-in for a server, and sessions
//!   that count, record and cut

mod answer;
mod bound;
mod call;
mod decode;
#[cfg(feature = "tokio-postgres")]
mod driver;
mod encode;
mod error;
#[cfg(feature = "fake")]
pub mod fake;
mod lane;
mod log_cursor;
mod migrator;
mod options;
mod readiness;
mod schema;
mod session;
#[cfg(feature = "tokio-postgres")]
mod statement;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod unit;

pub use answer::*;
pub use bound::Bound;
pub use call::*;
#[cfg(feature = "tokio-postgres")]
pub use driver::{Cancel, ClientSession, PoolSession};
pub use log_cursor::{NoSnapshot, Snapshot};
pub use migrator::PostgresMigrator;
pub use options::PostgresOptions;
pub use session::{Mode, Session, SessionError, Why};
pub use store::PostgresUserEngineStore;

//! Sessions for tests: one that counts and records flights, one that loses connections; and the
//! statements by name.

mod cutting;
mod recording;
#[cfg(feature = "tokio-postgres")]
mod statements;

pub use cutting::{Cut, CuttingSession};
pub use recording::{Flight, RecordingSession};
#[cfg(feature = "tokio-postgres")]
pub use statements::STATEMENTS;

//! Sessions for tests: one that counts and records flights, one that loses connections.

mod cutting;
mod recording;

pub use cutting::{Cut, CuttingSession};
pub use recording::{Flight, RecordingSession};

//! The gate of every test that needs a real server: it is asked for by name, or the test says why
//! it was skipped.

use std::io::Write;
use std::sync::OnceLock;
use user_engine_cli::local_server::{LocalServer, Settings};

/// The throwaway server of this test run; `None`, and a line that says why, unless
/// `USER_ENGINE_LIVE=1`.
pub(crate) fn server_or_skip(test: &str) -> Option<&'static LocalServer> {
    // A static is never dropped: the server's supervisor removes it when the process ends.
    static SERVER: OnceLock<LocalServer> = OnceLock::new();
    if !asked_for() {
        // Straight to the stream: what a passing test prints by macro is never shown.
        let line = format!("skipped {test}: needs a server, and USER_ENGINE_LIVE=1 to start one\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    }
    Some(SERVER.get_or_init(|| LocalServer::start(&Settings::default()).expect("a server")))
}

/// Whether live tests were asked for.
pub(crate) fn asked_for() -> bool {
    std::env::var_os("USER_ENGINE_LIVE").is_some_and(|value| value == "1")
}

//! A listener on everything that is logged and traced in this process, at the finest level.

use log::{LevelFilter, Log, Metadata, Record};
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record as Values};
use tracing::{Event, Subscriber};

/// What is listened for.
pub(super) const CANARY: &str = "kanari-im-protokoll";

static DRIVER_LINES: AtomicU64 = AtomicU64::new(0);
static OWN_TRACES: AtomicU64 = AtomicU64::new(0);
static OVERHEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Listens from now on; again changes nothing.
pub(super) fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(LevelFilter::Trace);
        tracing::subscriber::set_global_default(Listener).unwrap();
    });
}

/// How many lines the driver logged.
pub(super) fn driver_lines() -> u64 {
    DRIVER_LINES.load(Ordering::Relaxed)
}

/// How many spans and events of this workspace were traced.
pub(super) fn own_traces() -> u64 {
    OWN_TRACES.load(Ordering::Relaxed)
}

/// The lines that hold the canary.
pub(super) fn overheard() -> Vec<String> {
    OVERHEARD.lock().unwrap().clone()
}

fn hear(line: String) {
    if line.contains(CANARY) {
        OVERHEARD.lock().unwrap().push(line);
    }
}

struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.target().starts_with("tokio_postgres") {
            DRIVER_LINES.fetch_add(1, Ordering::Relaxed);
        }
        hear(format!("{}: {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

/// Fields, written out.
struct Written(String);

impl Visit for Written {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut written = Written(span.metadata().name().to_owned());
        span.record(&mut written);
        if span.metadata().target().starts_with("user_engine") {
            OWN_TRACES.fetch_add(1, Ordering::Relaxed);
        }
        hear(written.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Values<'_>) {
        let mut written = Written(String::new());
        values.record(&mut written);
        hear(written.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut written = Written(event.metadata().target().to_owned());
        event.record(&mut written);
        if event.metadata().target().starts_with("user_engine") {
            OWN_TRACES.fetch_add(1, Ordering::Relaxed);
        }
        hear(written.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

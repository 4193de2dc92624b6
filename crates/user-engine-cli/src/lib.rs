//! The command user-engine: conformance runs, reports and read-only diagnosis for provider engineers.

//! One test for each case, on the in-memory reference store.

user_engine_conformance::conformance_tests!(user_engine_conformance::MemoryFactory);

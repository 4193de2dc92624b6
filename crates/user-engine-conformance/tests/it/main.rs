//! The suite held against the in-memory reference store, and against its mutants.

mod memory;
mod mutant;
mod runner;

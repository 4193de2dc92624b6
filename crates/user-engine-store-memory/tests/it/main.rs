//! Tests of the reference store from outside.

mod first_program;
mod manifest;

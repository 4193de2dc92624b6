//! The buffered unit of work over a backend that answers from a list.

mod buffered;
mod table;

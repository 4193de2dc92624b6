//! Stores that only a longer sequence of calls shows to be wrong.

use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[];

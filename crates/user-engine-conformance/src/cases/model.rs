//! Random sequences of calls, held against a pure model of the contract.

use crate::case::Case;

pub(crate) const CASES: &[Case] = &[];

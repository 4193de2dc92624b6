//! The mutants, one file for each area of the case that is named for them.

use crate::mutant::Mutant;

mod awkward;
mod beside;
mod cancellation;
mod commit;
mod denial;
mod diagnostics;
mod isolation;
mod limit;
mod list;
mod log;
mod migration;
mod model;
mod nested;
mod operation;
mod readiness;
mod records;
mod scope;
mod unit;
mod wrong;

/// The tables of all areas.
pub(crate) const AREAS: &[&[Mutant]] = &[
    awkward::MUTANTS,
    cancellation::MUTANTS,
    commit::MUTANTS,
    denial::MUTANTS,
    diagnostics::MUTANTS,
    isolation::MUTANTS,
    limit::MUTANTS,
    list::MUTANTS,
    log::MUTANTS,
    migration::MUTANTS,
    model::MUTANTS,
    nested::MUTANTS,
    operation::MUTANTS,
    readiness::MUTANTS,
    records::MUTANTS,
    scope::MUTANTS,
    unit::MUTANTS,
];

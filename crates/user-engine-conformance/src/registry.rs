//! The registry: every case of the suite, area by area.

use crate::case::Case;

/// The suite's own version. It grows with each case that can turn a green provider red.
pub const SUITE_VERSION: &str = "1.2.0";

/// The areas and their tables.
const AREAS: &[(&str, &[Case])] = &[
    ("records", crate::cases::records::CASES),
    ("list", crate::cases::list::CASES),
    ("scope", crate::cases::scope::CASES),
    ("awkward", crate::cases::awkward::CASES),
    ("limit", crate::cases::limit::CASES),
    ("unit", crate::cases::unit::CASES),
    ("nested", crate::cases::nested::CASES),
    ("commit", crate::cases::commit::CASES),
    ("operation", crate::cases::operation::CASES),
    ("isolation", crate::cases::isolation::CASES),
    ("denial", crate::cases::denial::CASES),
    ("readiness", crate::cases::readiness::CASES),
    ("migration", crate::cases::migration::CASES),
    ("log", crate::cases::log::CASES),
    ("cancellation", crate::cases::cancellation::CASES),
    ("diagnostics", crate::cases::diagnostics::CASES),
    ("model", crate::cases::model::CASES),
];

/// Every case, in the order of the areas.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    AREAS.iter().flat_map(|(_, cases)| cases.iter())
}

/// The case of an id.
pub fn find(id: &str) -> Option<&'static Case> {
    cases().find(|case| case.id == id)
}

/// The names of the areas, in order.
pub fn areas() -> impl Iterator<Item = &'static str> {
    AREAS.iter().map(|(area, _)| *area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_dotted_and_begin_with_their_area() {
        let mut seen = BTreeSet::new();
        for (area, cases) in AREAS {
            assert!(!cases.is_empty(), "area {area} has no case");
            for case in *cases {
                assert!(seen.insert(case.id), "{} is there twice", case.id);
                assert_eq!(case.area(), *area, "{}", case.id);
                let parts: Vec<_> = case.id.split('.').collect();
                assert!(parts.len() >= 2, "{} has no second part", case.id);
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                assert!(
                    parts
                        .iter()
                        .all(|part| !part.is_empty() && part.chars().all(plain)),
                    "{} is not of lower-case words",
                    case.id
                );
            }
        }
    }

    #[test]
    fn each_table_is_sorted_by_id() {
        for (area, cases) in AREAS {
            assert!(
                cases.is_sorted_by_key(|case| case.id),
                "area {area} is not sorted"
            );
        }
    }

    #[test]
    fn each_requirement_is_one_sentence() {
        for case in cases() {
            let sentence = case.requirement;
            assert!(sentence.ends_with('.'), "{}: no full stop", case.id);
            assert!(
                !sentence.contains(". "),
                "{}: more than one sentence",
                case.id
            );
            assert!(!sentence.contains('\n'), "{}: a line break", case.id);
            assert!(sentence.len() > 20, "{}: too short", case.id);
        }
    }

    #[test]
    fn names_of_mutants_are_unique() {
        let mut seen = BTreeSet::new();
        for mutant in crate::mutant::mutants() {
            assert!(seen.insert(mutant.name), "{} is there twice", mutant.name);
        }
    }

    #[test]
    fn each_case_kills_a_registered_mutant_and_each_mutant_has_its_case() {
        for case in cases() {
            assert!(!case.kills.is_empty(), "{} kills no mutant", case.id);
            for name in case.kills {
                assert!(
                    crate::mutant::find(name).is_some(),
                    "{}: no mutant {name}",
                    case.id
                );
            }
        }
        for mutant in crate::mutant::mutants() {
            let case = find(mutant.killed_by);
            let case = case.unwrap_or_else(|| panic!("{}: no such case", mutant.name));
            assert!(
                case.kills.contains(&mutant.name),
                "{} not in {}",
                mutant.name,
                case.id
            );
        }
    }
}

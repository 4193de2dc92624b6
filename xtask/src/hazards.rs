//! Whether each case and test that `docs/hazards.md` names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The page, inside the workspace.
const PAGE: &str = "docs/hazards.md";

/// The section whose rules may still be open.
const MAY_BE_OPEN: &str = "Outbox, restore";

/// Checks the page; answers a line for each breach.
pub(crate) fn check(root: &Path) -> Result<Vec<String>, String> {
    let page = fs::read_to_string(root.join(PAGE)).map_err(|error| format!("{PAGE}: {error}"))?;
    let cases: BTreeSet<&str> = user_engine_conformance::cases()
        .map(|case| case.id)
        .collect();
    let is_test = |name: &str| is_test(root, name);
    Ok(breaches(&page, &|id| cases.contains(id), &is_test))
}

fn breaches(
    page: &str,
    is_case: &dyn Fn(&str) -> bool,
    is_test: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut section = "";
    for (number, line) in (1..).zip(page.lines()) {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", hazard, rule, held, ""] = cells[..] else {
            continue;
        };
        if hazard.starts_with("---") || held == "held by" {
            continue;
        }
        let holders: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
        let is_open = section == MAY_BE_OPEN && rule.starts_with("Open: ");
        if holders.is_empty() && !is_open {
            found.push(format!("{PAGE}:{number}: nothing holds this rule"));
        }
        for holder in holders {
            let exists = if holder.contains("::") {
                is_test(holder)
            } else {
                is_case(holder)
            };
            if !exists {
                found.push(format!(
                    "{PAGE}:{number}: {holder}: no case or test of this name"
                ));
            }
        }
    }
    found
}

/// Whether `package::module::function` is a test. `it` as the first module is the package's
/// integration tests; a module `tests` inside a file is not spelled out.
fn is_test(root: &Path, name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let [package, modules @ .., function] = parts.as_slice() else {
        return false;
    };
    let crates = [root.join("crates").join(package), root.join(package)];
    let Some(package) = crates.into_iter().find(|folder| folder.is_dir()) else {
        return false;
    };
    let is_integration = modules.first() == Some(&"it");
    let folder = package.join(if is_integration { "tests" } else { "src" });
    let file = modules.iter().collect::<PathBuf>().with_extension("rs");
    fs::read_to_string(folder.join(file)).is_ok_and(|text| defines(&text, function))
}

/// Whether a text has a test function of this name.
fn defines(text: &str, function: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = |line: &&str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(function))
            .is_some_and(|rest| rest.starts_with('('))
    };
    let place = lines.iter().position(begins);
    place.is_some_and(|place| {
        let attributes = lines[..place].iter().rev();
        attributes
            .take_while(|line| line.starts_with('#'))
            .any(|line| line.starts_with("#[test") || line.starts_with("#[tokio::test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_and_test_that_the_page_names_exists() {
        assert_eq!(check(&crate::root()), Ok(vec![]));
    }

    #[test]
    fn a_name_that_nothing_has_and_a_rule_that_nothing_holds_are_found() {
        let page = "## Secrets\n| a | b | `x.y` `p::m::f` |\n| a | Open: b | |\n";
        assert_eq!(breaches(page, &|_| false, &|_| false).len(), 3);
        assert_eq!(breaches(page, &|_| true, &|_| true).len(), 1);
        let page = "## Outbox, restore\n| a | Open: b | |\n";
        assert_eq!(breaches(page, &|_| true, &|_| true), Vec::<String>::new());
    }

    #[test]
    fn a_function_is_a_test_by_its_attribute() {
        let text =
            "#[test]\nfn one() {}\nfn two() {}\n  #[tokio::test(x)]\n  async fn three() {}\n";
        assert!(defines(text, "one") && defines(text, "three"));
        assert!(!defines(text, "two") && !defines(text, "on"));
    }

    #[test]
    fn the_driver_is_no_version_with_known_holes() {
        let manifest = fs::read_to_string(crate::root().join("Cargo.toml")).unwrap();
        let locked = fs::read_to_string(crate::root().join("Cargo.lock")).unwrap();
        for (name, floor) in [
            ("tokio-postgres", [0, 7, 18]),
            ("postgres-protocol", [0, 6, 12]),
        ] {
            let wanted = manifest
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name} = ")));
            assert!(version(wanted.unwrap()) >= floor, "{name} in the manifest");
            let taken = locked
                .split("[[package]]")
                .filter(|package| package.contains(&format!("name = \"{name}\"\n")));
            for package in taken {
                let at = package.find("version = ").unwrap();
                assert!(version(&package[at..]) >= floor, "{name} in the lock");
            }
        }
    }

    /// The first quoted version of a text.
    fn version(text: &str) -> [u32; 3] {
        let quoted = text.split('"').nth(1).unwrap();
        let parts: Vec<u32> = quoted
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect();
        parts.try_into().unwrap()
    }
}

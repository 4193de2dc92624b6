//! Rules of the house that a compiler does not check, over every text of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

/// The longest Rust file, in lines.
const LINES_MAX: usize = 500;

/// What no text may hold, and why. Split, so that this file does not hold it either.
const FORBIDDEN_ANYWHERE: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("../sha", "red"), "a path outside the repository"),
];

/// What no Rust file may hold, and why.
const FORBIDDEN_IN_RUST: &[(&str, &str)] = &[
    (concat!("todo", "!("), "unfinished"),
    (concat!("unimplemented", "!("), "unfinished"),
    (concat!("dbg", "!("), "left from a search"),
    (
        concat!("#[ig", "nore"),
        "a test that does not run proves nothing: skip it with a reason",
    ),
    (concat!("#[al", "low("), "use expect with a reason"),
    (concat!("#![al", "low("), "use expect with a reason"),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "mod.rs",
    "utils.rs",
    "util.rs",
    "common.rs",
    "helpers.rs",
    "helper.rs",
    "types.rs",
];

const TEXT_ENDINGS: &[&str] = &[
    "rs", "md", "toml", "sql", "json", "yml", "yaml", "sh", "txt", "html",
];

/// Checks the workspace; answers a line for each breach.
pub(crate) fn check(root: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for path in texts(root)? {
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .display()
            .to_string();
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        found.extend(breaches(&name, &text));
    }
    found.sort();
    Ok(found)
}

/// Checks one text under its name inside the workspace.
fn breaches(name: &str, text: &str) -> Vec<String> {
    let mut found = forbidden(name, text, FORBIDDEN_ANYWHERE);
    if Path::new(name)
        .extension()
        .is_none_or(|ending| ending != "rs")
    {
        return found;
    }
    found.extend(forbidden(name, text, FORBIDDEN_IN_RUST));
    if !text.starts_with("//!") {
        found.push(format!(
            "{name}: does not open with a sentence of what it is (//!)"
        ));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX {
        found.push(format!("{name}: {lines} lines are more than {LINES_MAX}"));
    }
    let file = name.rsplit('/').next().unwrap_or(name);
    if EMPTY_NAMES.contains(&file) {
        found.push(format!("{name}: its name does not say what is inside"));
    }
    found
}

fn forbidden(name: &str, text: &str, words: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (word, why) in words {
            if line.contains(word) {
                found.push(format!("{name}:{}: {word}: {why}", number + 1));
            }
        }
    }
    found
}

/// Every text below the root, what is built and what version control keeps left out.
fn texts(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            // A link inside the workspace points at a text that is found by itself.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                let built = name.starts_with("target") && folder == root;
                if !built && name != ".git" && name != "proptest-regressions" {
                    folders.push(path);
                }
            } else if kind.is_file() && is_text(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn is_text(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    let in_ci = folder.is_some_and(|folder| folder == ".ci");
    let ending = path.extension().and_then(|ending| ending.to_str());
    in_ci || ending.is_some_and(|ending| TEXT_ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_the_workspace_is_tidy() {
        assert_eq!(check(&crate::root()), Ok(vec![]));
    }

    #[test]
    fn a_file_that_does_not_say_what_it_is_is_found() {
        assert_eq!(
            breaches("src/a.rs", "fn main() {}\n"),
            ["src/a.rs: does not open with a sentence of what it is (//!)"]
        );
    }

    #[test]
    fn each_forbidden_word_is_found_in_its_line() {
        for (word, why) in FORBIDDEN_ANYWHERE.iter().chain(FORBIDDEN_IN_RUST) {
            let text = format!("//! Says what.\n{word}\n");
            assert_eq!(
                breaches("src/a.rs", &text),
                [format!("src/a.rs:2: {word}: {why}")]
            );
        }
    }

    #[test]
    fn a_long_file_and_an_empty_name_are_found() {
        let long = "//! Says what.\n".repeat(LINES_MAX + 1);
        assert_eq!(breaches("src/a.rs", &long).len(), 1);
        assert_eq!(breaches("src/a/mod.rs", "//! Says what.\n").len(), 1);
    }
}

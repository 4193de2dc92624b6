//! The table of layers: which crate may use which, and what each may pull in. Anything that the
//! table does not list fails.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// One crate of the workspace and what it may name in its manifest.
struct Layer {
    name: &'static str,
    /// Crates of the workspace, without the prefix `user-engine-`.
    ours: &'static [&'static str],
    /// Other crates, always there.
    others: &'static [&'static str],
    /// Other crates that must stay behind a feature.
    optional: &'static [&'static str],
    /// Crates of the workspace that only tests may use.
    tests: &'static [&'static str],
}

/// Arrows point inward: from top to bottom, a crate uses crates above it only.
const LAYERS: &[Layer] = &[
    Layer {
        name: "user-engine-domain",
        ours: &[],
        others: &["serde", "serde_json", "chrono", "sha2", "thiserror"],
        optional: &[],
        tests: &[],
    },
    Layer {
        name: "user-engine-ports",
        ours: &["domain"],
        others: &["async-trait", "thiserror"],
        // The id source of the feature `system`.
        optional: &["uuid"],
        tests: &[],
    },
    Layer {
        name: "user-engine-records",
        ours: &["domain"],
        // serde_path_to_error gives the path of a decoding error, which serde's own text would
        // replace by quoting the value.
        others: &["serde", "serde_json", "serde_path_to_error", "thiserror"],
        // The strategies of the feature `proptest`.
        optional: &["proptest"],
        // Itself, with that feature.
        tests: &["records"],
    },
    Layer {
        name: "user-engine-migrations",
        ours: &[],
        others: &["sha2", "thiserror"],
        optional: &[],
        tests: &[],
    },
    Layer {
        name: "user-engine-store-memory",
        ours: &["domain", "ports", "migrations"],
        // Its lock is never held across an await: no runtime is needed.
        others: &["async-trait"],
        optional: &[],
        tests: &[],
    },
    Layer {
        name: "user-engine-store-postgres",
        ours: &["domain", "ports", "records", "migrations"],
        others: &["async-trait", "serde_json", "thiserror", "tracing"],
        optional: &[
            "tokio-postgres",
            "postgres-protocol",
            "deadpool-postgres",
            // The buffer that the driver has parameters written to.
            "bytes",
            "futures-util",
            "tokio",
        ],
        tests: &[],
    },
    Layer {
        name: "user-engine-conformance",
        ours: &["domain", "ports", "records", "migrations", "store-memory"],
        others: &[
            "async-trait",
            "futures-util",
            "proptest",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
        ],
        optional: &["libtest-mimic", "quick-junit"],
        tests: &[],
    },
    Layer {
        name: "user-engine-service",
        ours: &["domain", "ports"],
        // serde_json: the payloads of events are JSON.
        others: &["async-trait", "serde_json", "thiserror", "tracing"],
        optional: &[],
        // The stores that its stories are told on; itself, with the stories.
        tests: &["service", "store-memory", "store-postgres"],
    },
    Layer {
        name: "user-engine-cli",
        ours: &[
            "domain",
            "ports",
            "records",
            "migrations",
            "store-memory",
            "store-postgres",
            "conformance",
        ],
        others: &[
            "async-trait",
            "clap",
            "deadpool-postgres",
            "indicatif",
            "secrecy",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tokio-postgres",
        ],
        optional: &[],
        // The service, whose stories and races are told on a real server.
        tests: &["service"],
    },
    Layer {
        name: "xtask",
        ours: &[
            "domain",
            "ports",
            "records",
            "migrations",
            "store-memory",
            "store-postgres",
            "conformance",
            "service",
            "cli",
        ],
        others: &[
            // The store that writes down what the service asks of it.
            "async-trait",
            // The floor that the codec is measured beside.
            "chrono",
            "serde",
            "serde_json",
            "tokio",
            "tokio-postgres",
            "deadpool-postgres",
        ],
        optional: &[],
        tests: &[],
    },
];

/// What must not be anywhere below a crate, and with which features that is looked at.
struct Absence {
    name: &'static str,
    flags: &'static [&'static str],
    absent: &'static [&'static str],
}

const DRIVER: &[&str] = &[
    "tokio-postgres",
    "deadpool-postgres",
    "deadpool",
    "postgres-protocol",
    "postgres-types",
    "postgres",
];

const DRIVER_AND_RUNTIME: &[&str] = &[
    "tokio-postgres",
    "deadpool-postgres",
    "deadpool",
    "postgres-protocol",
    "postgres-types",
    "postgres",
    "tokio",
    "async-trait",
];

const ABSENCES: &[Absence] = &[
    Absence {
        name: "user-engine-records",
        flags: &[],
        absent: DRIVER_AND_RUNTIME,
    },
    Absence {
        name: "user-engine-conformance",
        flags: &[],
        absent: DRIVER,
    },
    Absence {
        name: "user-engine-store-memory",
        flags: &[],
        absent: &["tokio"],
    },
    Absence {
        name: "user-engine-store-postgres",
        flags: &["--no-default-features"],
        absent: &[
            "tokio-postgres",
            "deadpool-postgres",
            "deadpool",
            "postgres-protocol",
            "postgres-types",
            "tokio",
        ],
    },
];

/// Checks the workspace; answers a line for each breach.
pub(crate) fn check(root: &Path) -> Result<Vec<String>, String> {
    let metadata = cargo(root, &["metadata", "--format-version", "1", "--no-deps"])?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|_| "cargo metadata printed no JSON".to_owned())?;
    let mut found = breaches_of_edges(&metadata);
    for absence in ABSENCES {
        let mut arguments = vec!["tree", "-p", absence.name, "-e", "normal"];
        arguments.extend(["--prefix", "none", "--format", "{p}"]);
        arguments.extend(absence.flags);
        found.extend(breaches_of_absence(absence, &cargo(root, &arguments)?));
    }
    Ok(found)
}

/// Compares every edge that a manifest names with the table.
fn breaches_of_edges(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for package in members(metadata) {
        let name = text(package, "name");
        // An example stands where a stranger stands: nothing points at it.
        if text(package, "manifest_path").contains("/examples/") {
            continue;
        }
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
            found.push(format!("{name} is not in the table of layers"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let problem = problem_of_edge(layer, dependency);
            found.extend(
                problem.map(|why| format!("{name} -> {}: {why}", text(dependency, "name"))),
            );
        }
    }
    found
}

fn problem_of_edge(layer: &Layer, dependency: &Value) -> Option<&'static str> {
    let name = text(dependency, "name");
    // Cargo's metadata says null for a normal dependency.
    let for_tests = dependency["kind"] == "dev";
    let optional = dependency["optional"] == true;
    if let Some(short) = name.strip_prefix("user-engine-") {
        let listed = layer.ours.contains(&short) || (for_tests && layer.tests.contains(&short));
        return (!listed).then_some("this arrow is not in the table of layers");
    }
    if for_tests || layer.others.contains(&name) {
        return None;
    }
    if !layer.optional.contains(&name) {
        return Some("this dependency is not in the table of layers");
    }
    (!optional).then_some("this dependency must be optional")
}

/// Looks for what must be absent in the list that `cargo tree` prints.
fn breaches_of_absence(absence: &Absence, tree: &str) -> Vec<String> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| absence.absent.contains(name))
        .collect();
    found.sort_unstable();
    found.dedup();
    let with = absence.flags.join(" ");
    found
        .iter()
        .map(|name| format!("{} {with} pulls in {name}", absence.name))
        .collect()
}

fn members(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Runs the cargo that runs this. What a build has fetched is enough: it needs no network then.
fn cargo(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .arg("--locked")
        .current_dir(root)
        .output()
        .map_err(|error| format!("can't run cargo: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!(
        "cargo {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_edge_of_the_workspace_is_in_the_table() {
        assert_eq!(check(&crate::root()), Ok(vec![]));
    }

    fn workspace(name: &str, dependency: &Value) -> Value {
        json!({ "packages": [{
            "name": name,
            "manifest_path": "/a/crates/x/Cargo.toml",
            "dependencies": [dependency],
        }] })
    }

    #[test]
    fn an_arrow_that_points_outward_is_found() {
        let outward = json!({ "name": "user-engine-store-memory", "kind": null });
        assert_eq!(
            breaches_of_edges(&workspace("user-engine-domain", &outward)),
            ["user-engine-domain -> user-engine-store-memory: \
              this arrow is not in the table of layers"]
        );
    }

    #[test]
    fn an_arrow_that_only_tests_use_is_found_too() {
        let outward = json!({ "name": "user-engine-conformance", "kind": "dev" });
        assert_eq!(
            breaches_of_edges(&workspace("user-engine-domain", &outward)).len(),
            1
        );
    }

    #[test]
    fn a_driver_that_is_always_there_is_found() {
        let driver = json!({ "name": "tokio-postgres", "kind": null, "optional": false });
        assert_eq!(
            breaches_of_edges(&workspace("user-engine-store-postgres", &driver)).len(),
            1
        );
        let behind_feature = json!({ "name": "tokio-postgres", "kind": null, "optional": true });
        assert!(
            breaches_of_edges(&workspace("user-engine-store-postgres", &behind_feature)).is_empty()
        );
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let harmless = json!({ "name": "serde", "kind": null });
        assert_eq!(
            breaches_of_edges(&workspace("user-engine-new", &harmless)),
            ["user-engine-new is not in the table of layers"]
        );
    }

    #[test]
    fn a_driver_deep_below_is_found() {
        let tree =
            "user-engine-records v0.1.0 (/a)\nserde v1.0.0\ntokio v1.48.0\ntokio v1.48.0 (*)\n";
        assert_eq!(
            breaches_of_absence(&ABSENCES[0], tree),
            ["user-engine-records  pulls in tokio"]
        );
    }
}

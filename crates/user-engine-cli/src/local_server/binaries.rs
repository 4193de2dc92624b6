//! Where the server's programs are, and which version they are.

use crate::local_server::error::LocalServerError;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the folder of `initdb` and `postgres` to take before any other.
const FOLDER_VARIABLE: &str = "USER_ENGINE_PG_BIN";

/// The oldest major version that the store supports.
pub(super) const OLDEST: u32 = 13;

/// Where distributions put the programs: a parent, and what a folder of one version begins with.
const USUAL_PARENTS: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/usr/libexec", "postgresql"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// The programs of one PostgreSQL version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    version: String,
    major: u32,
    found_by: FoundBy,
}

/// How the programs were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// `USER_ENGINE_PG_BIN` named them.
    Variable,
    /// They are on `PATH`.
    Path,
    /// They are in a folder that distributions use, and of the highest version there.
    UsualFolder,
}

impl Binaries {
    /// Looks in `USER_ENGINE_PG_BIN`, then `PATH`, then the usual folders.
    ///
    /// # Errors
    ///
    /// `NotAServer` when the variable names something else: nothing is guessed then.
    /// `ServerTooOld` when only older versions are there, `NoServerInstalled` when none is.
    pub fn find() -> Result<Self, LocalServerError> {
        if let Some(folder) = env::var_os(FOLDER_VARIABLE) {
            let folder = PathBuf::from(folder);
            return match Self::in_folder(&folder, FoundBy::Variable) {
                Some(binaries) => binaries.supported(),
                None => Err(LocalServerError::NotAServer { folder }),
            };
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .find_map(|folder| Self::in_folder(&folder, FoundBy::Path));
        let found = on_path.or_else(|| {
            usual_folders()
                .iter()
                .filter_map(|folder| Self::in_folder(folder, FoundBy::UsualFolder))
                .max_by_key(|binaries| binaries.major)
        });
        match found {
            Some(binaries) => binaries.supported(),
            None => Err(LocalServerError::NoServerInstalled {
                how_to_install: how_to_install(),
            }),
        }
    }

    /// Asks the programs in one folder for their version; `None` when they are not all there.
    fn in_folder(folder: &Path, found_by: FoundBy) -> Option<Self> {
        if !folder.join("initdb").is_file() || !folder.join("postgres").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let (version, major) = parse_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self {
            folder: folder.to_owned(),
            version,
            major,
            found_by,
        })
    }

    fn supported(self) -> Result<Self, LocalServerError> {
        if self.major < OLDEST {
            return Err(LocalServerError::ServerTooOld {
                folder: self.folder,
                version: self.major,
            });
        }
        Ok(self)
    }

    /// The folder of the programs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The version as the server says it, such as `15.14`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as 15.
    pub fn major_version(&self) -> u32 {
        self.major
    }

    /// How the programs were found.
    pub fn found_by(&self) -> FoundBy {
        self.found_by
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl fmt::Display for FoundBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variable => FOLDER_VARIABLE,
            Self::Path => "PATH",
            Self::UsualFolder => "the distribution's folder",
        })
    }
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` or `… 18beta1`.
fn parse_version(line: &str) -> Option<(String, u32)> {
    let version = line
        .split("(PostgreSQL) ")
        .nth(1)?
        .split_whitespace()
        .next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((version.to_owned(), digits.parse().ok()?))
}

fn usual_folders() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/local/pgsql/bin")];
    for (parent, prefix) in USUAL_PARENTS {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                // Alpine keeps the programs in the version's folder itself.
                folders.push(entry.path().join("bin"));
                folders.push(entry.path());
            }
        }
    }
    folders
}

fn how_to_install() -> &'static str {
    let tools = [
        (
            "/usr/bin/apt-get",
            "install one with `apt-get install postgresql`",
        ),
        (
            "/usr/bin/dnf",
            "install one with `dnf install postgresql-server`",
        ),
        ("/sbin/apk", "install one with `apk add postgresql`"),
        ("/usr/bin/pacman", "install one with `pacman -S postgresql`"),
        (
            "/opt/homebrew/bin/brew",
            "install one with `brew install postgresql`",
        ),
    ];
    tools
        .iter()
        .find(|(tool, _)| Path::new(tool).exists())
        .map_or("install the server package `postgresql`", |(_, words)| {
            words
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_every_spelling() {
        for (line, version, major) in [
            (
                "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)",
                "15.14",
                15,
            ),
            ("postgres (PostgreSQL) 18beta1\n", "18beta1", 18),
            ("postgres (PostgreSQL) 9.6.24", "9.6.24", 9),
        ] {
            assert_eq!(parse_version(line), Some((version.to_owned(), major)));
        }
        assert_eq!(parse_version("postgres: not found"), None);
    }

    #[test]
    fn a_server_that_is_too_old_is_refused_by_its_version() {
        let old = Binaries {
            folder: PathBuf::from("/old/bin"),
            version: "12.22".into(),
            major: 12,
            found_by: FoundBy::Path,
        };
        let refused = old.supported().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "PostgreSQL 12 in /old/bin is older than 13"
        );
    }

    #[test]
    fn without_a_server_one_sentence_says_how_to_install_one() {
        let error = LocalServerError::NoServerInstalled {
            how_to_install: how_to_install(),
        };
        let sentence = error.to_string();
        assert!(
            sentence.starts_with("no PostgreSQL server is installed: install"),
            "{sentence}"
        );
        assert!(!sentence.contains('\n'));
    }
}

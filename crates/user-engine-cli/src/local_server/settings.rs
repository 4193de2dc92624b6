//! The settings that a throwaway server runs with.

use crate::local_server::error::LocalServerError;
use crate::local_server::folder::{Folder, in_folder};
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;

/// The number in the socket's name; there is no TCP port.
pub(super) const PORT: u16 = 5432;

/// How a throwaway server runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether commits reach the disk.
    pub durability: Durability,
    /// More settings of `postgresql.conf`, name and value; they win over the launcher's own.
    pub more: Vec<(String, String)>,
}

/// Whether commits of a throwaway server reach the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// They do not: the data lives as long as the machine runs. The default.
    #[default]
    Fast,
    /// They do, as in production: for crash tests and benchmarks.
    Durable,
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fast => "fast",
            Self::Durable => "durable",
        })
    }
}

impl Settings {
    /// Appends to the file that `initdb` made; the last of two lines wins.
    pub(super) fn write_to(&self, folder: &Folder) -> Result<(), LocalServerError> {
        let path = folder.data_path().join("postgresql.conf");
        OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(self.text(folder).as_bytes()))
            .map_err(in_folder(&path))
    }

    fn text(&self, folder: &Folder) -> String {
        let mut lines = vec![String::new()];
        let mut set = |name: &str, value: &str| {
            let value = value.replace('\\', "\\\\").replace('\'', "''");
            lines.push(format!("{name} = '{value}'\n"));
        };
        set("listen_addresses", "");
        set("port", &PORT.to_string());
        set("unix_socket_directories", &folder.path().to_string_lossy());
        set("max_connections", "100");
        set("shared_buffers", "32MB");
        // What an operator would have: failed statements are logged, parameters are not.
        set("logging_collector", "off");
        set("log_statement", "none");
        set("log_min_error_statement", "error");
        set("lc_messages", "C");
        // Nobody's time zone: a store that leans on the session's is found out here.
        set("timezone", "<+0845>-08:45");
        if self.durability == Durability::Fast {
            set("fsync", "off");
            set("full_page_writes", "off");
        }
        for (name, value) in &self.more {
            set(name, value);
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_can_not_end_its_own_line() {
        let folder = Folder::create().unwrap();
        let settings = Settings {
            more: vec![("application_name".into(), "it's a \\ test".into())],
            ..Settings::default()
        };
        assert!(
            settings
                .text(&folder)
                .contains("application_name = 'it''s a \\\\ test'\n")
        );
    }

    #[test]
    fn only_a_fast_server_gives_up_durability() {
        let folder = Folder::create().unwrap();
        let durable = Settings {
            durability: Durability::Durable,
            more: vec![],
        };
        assert!(Settings::default().text(&folder).contains("fsync = 'off'"));
        assert!(!durable.text(&folder).contains("fsync"));
    }
}

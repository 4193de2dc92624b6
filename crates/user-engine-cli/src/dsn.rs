//! Where a dedicated, disposable database is, without ever printing how to get in.
//!
//! The address comes from the environment only: an argument would be in the process list.

use crate::exit::Stop;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};

/// Names the dedicated, disposable database.
pub const DSN_VARIABLE: &str = "USER_ENGINE_POSTGRES_TEST_DSN";

/// Acknowledges, with the value `1`, that the rows of the store's tables there are deleted.
pub const RESET_VARIABLE: &str = "USER_ENGINE_POSTGRES_TEST_RESET";

/// Allows, with the value `1`, a remote server without TLS: everything is readable on the way.
pub const PLAINTEXT_VARIABLE: &str = "USER_ENGINE_ALLOW_PLAINTEXT_TO_REMOTE";

/// How long a connection attempt may take when the address does not say.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// The address of a database with its credentials. Has no `Debug` and no `Display`.
pub struct Dsn(SecretString);

/// Whether the two things that a reset needs from the caller are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// `USER_ENGINE_POSTGRES_TEST_RESET=1`.
    pub reset: bool,
    /// A remote server may be spoken to in plain text.
    pub plaintext_to_remote: bool,
}

impl Acknowledged {
    /// Reads the environment; `plaintext_to_remote` may also come from a flag.
    pub fn from_environment(plaintext_flag: bool) -> Self {
        let says_yes = |name| std::env::var_os(name).is_some_and(|value| value == "1");
        Self {
            reset: says_yes(RESET_VARIABLE),
            plaintext_to_remote: plaintext_flag || says_yes(PLAINTEXT_VARIABLE),
        }
    }

    /// Goes on only with the acknowledgement that rows are deleted.
    ///
    /// # Errors
    ///
    /// Refused without it.
    pub fn require_reset(self) -> Result<(), Stop> {
        if self.reset {
            return Ok(());
        }
        Err(Stop::refused(format!(
            "{DSN_VARIABLE} names a database whose user_engine_* rows would be deleted: \
             {RESET_VARIABLE}=1 acknowledges that; nothing was touched"
        )))
    }
}

impl Dsn {
    /// Takes the address from the environment; `None` when it is not set or empty.
    ///
    /// # Errors
    ///
    /// Refused when it is not text.
    pub fn from_environment() -> Result<Option<Self>, Stop> {
        match std::env::var(DSN_VARIABLE) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => Ok(Some(Self::new(text))),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Stop::refused(format!("{DSN_VARIABLE} is not UTF-8 text")))
            }
        }
    }

    /// Takes an address as PostgreSQL's clients write it: `postgres://…` or `host=… dbname=…`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// Turns the address into what the driver needs, if it may be spoken to.
    ///
    /// # Errors
    ///
    /// Refused when the address can't be read, or when the server is remote and the connection
    /// would be plain text. The driver's own words are not repeated: they quote the address.
    pub fn config(&self, acknowledged: Acknowledged) -> Result<tokio_postgres::Config, Stop> {
        let mut config = tokio_postgres::Config::from_str(self.0.expose_secret())
            .map_err(|_| Stop::refused(format!("{DSN_VARIABLE} is not a PostgreSQL address")))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(Stop::refused(format!("{DSN_VARIABLE} names no host")));
        }
        if config.get_ssl_mode() == SslMode::Require {
            return Err(Stop::refused(format!(
                "{DSN_VARIABLE} requires TLS, which this build can't speak yet"
            )));
        }
        if is_remote(&config) && !acknowledged.plaintext_to_remote {
            return Err(Stop::refused(format!(
                "{DSN_VARIABLE} names a remote server and this build can't speak TLS yet: \
                 credentials and rows would be readable on the way; \
                 --allow-plaintext-to-remote accepts that"
            )));
        }
        // Nothing is negotiated: a server that asks for less than was decided here gets no say.
        config.ssl_mode(SslMode::Disable);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WAIT);
        }
        Ok(config)
    }
}

/// Whether any way in leaves this machine. An address given beside a name wins over the name.
fn is_remote(config: &tokio_postgres::Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().any(|address| !address.is_loopback());
    }
    config.get_hosts().iter().any(|host| match host {
        Host::Tcp(name) => {
            name != "localhost"
                && !name
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => false,
    })
}

/// What a screen may say of a database: host names, port, database; no user and no password.
pub fn place(config: &tokio_postgres::Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        })
        .chain(config.get_hostaddrs().iter().map(ToString::to_string))
        .collect();
    let ports: Vec<String> = config.get_ports().iter().map(ToString::to_string).collect();
    let port = if ports.is_empty() {
        "5432".to_owned()
    } else {
        ports.join(",")
    };
    let database = config.get_dbname().unwrap_or("(the role's own)");
    format!("database {database} at {} port {port}", hosts.join(","))
}

/// Opens the first connection.
///
/// # Errors
///
/// `Unreachable` in one sentence: no address, no credentials, no backtrace. A server that answers
/// but lets nobody in is unreachable too.
pub async fn connect(
    config: &tokio_postgres::Config,
) -> Result<(tokio_postgres::Client, tokio::task::JoinHandle<()>), Stop> {
    match config.connect(tokio_postgres::NoTls).await {
        Ok((client, connection)) => {
            let driving = tokio::spawn(async move {
                // The client's next call says it too, and without quoting anything.
                drop(connection.await);
            });
            Ok((client, driving))
        }
        Err(error) => {
            let why = match (error.code(), std::error::Error::source(&error)) {
                (Some(state), _) => format!("the server refused with {}", state.code()),
                (None, Some(source)) => source
                    .downcast_ref::<std::io::Error>()
                    .map_or_else(|| "no connection".to_owned(), |io| io.kind().to_string()),
                (None, None) => "no connection".to_owned(),
            };
            Err(Stop::unreachable(format!(
                "can't reach the {}: {why}",
                place(config)
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    const NOTHING: Acknowledged = Acknowledged {
        reset: false,
        plaintext_to_remote: false,
    };

    fn refusal(text: &str) -> Stop {
        match Dsn::new(text).config(NOTHING) {
            Ok(_) => panic!("accepted"),
            Err(stop) => stop,
        }
    }

    #[test]
    fn a_remote_server_is_refused_in_plain_text_unless_accepted() {
        for remote in [
            "postgres://u:hunter2@db.example.org/x",
            "host=10.0.0.7 user=u password=hunter2",
            "host=localhost,db.example.org user=u password=hunter2",
            // The name says local, the address decides.
            "host=localhost hostaddr=10.0.0.7 user=u password=hunter2",
            "host=127.0.0.1.example.org user=u password=hunter2",
        ] {
            let stop = refusal(remote);
            assert_eq!(stop.exit, Exit::Refused, "{remote}");
            assert!(
                stop.sentence.contains("--allow-plaintext-to-remote"),
                "{remote}"
            );
            assert!(!stop.sentence.contains("hunter2"), "{remote}");
            let accepted = Acknowledged {
                plaintext_to_remote: true,
                ..NOTHING
            };
            assert!(Dsn::new(remote).config(accepted).is_ok(), "{remote}");
        }
    }

    #[test]
    fn a_local_server_needs_no_leave() {
        for local in [
            "postgres://u@localhost/x",
            "postgres://u@127.0.0.2:5433/x",
            "postgres://u@[::1]/x",
            "host=/var/run/postgresql user=u",
        ] {
            let config = Dsn::new(local).config(NOTHING).unwrap();
            assert_eq!(config.get_ssl_mode(), SslMode::Disable, "{local}");
        }
    }

    #[test]
    fn an_address_that_asks_for_tls_is_never_downgraded() {
        assert!(
            refusal("host=localhost user=u sslmode=require")
                .sentence
                .contains("TLS")
        );
    }

    #[test]
    fn an_address_that_can_not_be_read_is_not_repeated() {
        for broken in ["hunter2", "postgres://u:hunter2@:x:/", "hunter2=1 host=a"] {
            let stop = refusal(broken);
            assert_eq!(stop.exit, Exit::Refused);
            assert!(
                !stop.to_string().contains("hunter2") && !format!("{stop:?}").contains("hunter2")
            );
        }
    }

    #[test]
    fn the_place_names_neither_role_nor_password() {
        let config = Dsn::new("postgres://rolename:hunter2@localhost:5433/cases").config(NOTHING);
        let place = place(&config.unwrap());
        assert_eq!(place, "database cases at localhost port 5433");
    }

    #[tokio::test]
    async fn an_unreachable_server_is_one_sentence_and_its_own_status() {
        let config = Dsn::new("postgres://u:hunter2@127.0.0.1:1/x")
            .config(NOTHING)
            .unwrap();
        let stop = connect(&config).await.map(|_| ()).unwrap_err();
        assert_eq!(stop.exit, Exit::Unreachable);
        assert_eq!(
            stop.sentence,
            "can't reach the database x at 127.0.0.1 port 1: connection refused"
        );
    }
}

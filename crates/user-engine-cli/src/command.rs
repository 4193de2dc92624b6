//! The command line: what can be asked for, and which options mean what.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The durable store of user-engine, from a shell.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = true)]
pub(crate) struct Command {
    #[command(subcommand)]
    pub(crate) topic: Topic,
}

/// What the command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Topic {
    /// Hold stores to the contract, case by case.
    ///
    /// Without a store it runs memory, the fake and, where a PostgreSQL is installed or
    /// `USER_ENGINE_POSTGRES_TEST_DSN` is set, Postgres. Exit status: 0 reached, 1 a case failed,
    /// 2 refused or misused, 3 server unreachable, 4 nothing ran or the required level is partial.
    #[command(args_conflicts_with_subcommands = true)]
    Conformance(Conformance),
}

/// `conformance` and its verbs.
#[derive(Debug, Args)]
pub(crate) struct Conformance {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// What can be done instead of running the suite.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print every case: its id, level and requirement.
    List(List),
    /// Look at what a run would find: server, role, settings. Changes nothing.
    Doctor(Server),
    /// Print the SQL that migrating would run.
    Plan(Server),
    /// Run the suite against stores that are each wrong in one way; fail on a survivor.
    Mutants(Mutants),
    /// Run the failed cases of a JSON report again, or a file that a model case left.
    Replay(Replay),
    /// Remove what a killed run left behind.
    Cleanup(Server),
}

/// How the suite is run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// The store to run.
    #[arg(long, value_enum, default_value_t = Store::All)]
    pub(crate) store: Store,
    /// The highest level to run, L0 to L5; all that a store claims by default.
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<user_engine_conformance::Level>,
    /// Only cases whose id matches; may be given more than once.
    #[arg(long, value_name = "GLOB")]
    pub(crate) filter: Vec<String>,
    /// The seed of ids and random sequences.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// How many cases run at once.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) jobs: usize,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Where the result is written; the summary is then printed as well.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Fail unless a real server ran.
    #[arg(long)]
    pub(crate) require_live: bool,
    /// Fail unless every store reached this level.
    #[arg(long, value_name = "LEVEL")]
    pub(crate) require_level: Option<user_engine_conformance::Level>,
    /// Fail when a case was skipped.
    #[arg(long)]
    pub(crate) deny_skips: bool,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Server {
    /// Speak plain text to a server on another machine: credentials and rows are readable on the
    /// way.
    #[arg(long)]
    pub(crate) allow_plaintext_to_remote: bool,
    /// Run a throwaway server with durable settings instead of fast ones.
    #[arg(long)]
    pub(crate) durable: bool,
    /// Let the store under test name its statements, on a throwaway server.
    #[arg(long)]
    pub(crate) named_statements: bool,
}

/// What is listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only cases whose id matches; may be given more than once.
    #[arg(long, value_name = "GLOB")]
    pub(crate) filter: Vec<String>,
    /// The highest level to list.
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<user_engine_conformance::Level>,
}

/// Which mutants run.
#[derive(Debug, Args)]
pub(crate) struct Mutants {
    /// Only mutants whose name matches; may be given more than once.
    #[arg(long, value_name = "GLOB")]
    pub(crate) filter: Vec<String>,
    /// The seed of ids and random sequences.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}

/// What is replayed, and on which store.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// A report in JSON, or a replay file.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// A store under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Store {
    /// The in-memory reference.
    Memory,
    /// The Postgres store over a simulated server: adapter logic, not SQL.
    Fake,
    /// The Postgres store over a real server.
    Postgres,
    /// All that can run here.
    All,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A summary for a screen.
    Human,
    /// The reports as JSON.
    Json,
    /// The reports as JUnit XML.
    Junit,
}

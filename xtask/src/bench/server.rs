//! A durable throwaway server for the measurements, and its databases.

use super::floor::Floor;
use super::workload::Failed;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_postgres::{Client, Config, NoTls};
use user_engine_cli::local_server::{DatabaseName, Durability, LocalServer, Settings};
use user_engine_ports::{Deadline, Migrator, UserEngineStore};
use user_engine_store_postgres::{
    ClientSession, PoolSession, PostgresMigrator, PostgresOptions, PostgresUserEngineStore,
};

/// The server, and a number for the next database.
pub(crate) struct Bench {
    server: LocalServer,
    next: std::sync::atomic::AtomicU32,
}

impl Bench {
    /// Starts a server as production has it (`fsync` on) and migrates the template.
    pub(crate) async fn start() -> Result<Self, Failed> {
        let settings = Settings {
            durability: Durability::Durable,
            ..Settings::default()
        };
        let server = LocalServer::start(&settings).map_err(|e| Failed::Server(e.to_string()))?;
        let bench = Self {
            server,
            next: std::sync::atomic::AtomicU32::new(0),
        };
        let template = name("template_of_bench")?;
        bench
            .server
            .create_database(&template)
            .await
            .map_err(server_failed)?;
        let session = ClientSession::new(connect(&bench.config(&template)).await?);
        PostgresMigrator::new(Arc::new(session))
            .migrate(Deadline::default())
            .await?;
        Ok(bench)
    }

    /// Which server, and how durable it is.
    pub(crate) fn describe(&self) -> String {
        format!(
            "PostgreSQL {}, {}",
            self.server.binaries().version(),
            self.server.durability()
        )
    }

    pub(crate) fn socket_folder(&self) -> &Path {
        self.server.socket_folder()
    }

    pub(crate) fn socket_path(&self) -> PathBuf {
        self.socket_folder().join(".s.PGSQL.5432")
    }

    fn config(&self, database: &DatabaseName) -> Config {
        self.server.config(database)
    }

    /// A fresh migrated database.
    pub(crate) async fn database(&self) -> Result<DatabaseName, Failed> {
        let number = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let database = name(&format!("bench_{number}"))?;
        let template = name("template_of_bench")?;
        let created = self
            .server
            .create_database_from_template(&database, &template);
        created.await.map_err(server_failed)?;
        Ok(database)
    }

    /// A store on a fresh database, over a pool of this many connections, with or without named
    /// statements.
    pub(crate) async fn store(
        &self,
        host: &Path,
        connections: usize,
        is_named: bool,
    ) -> Result<Arc<dyn UserEngineStore>, Failed> {
        let database = self.database().await?;
        let session = self.session_on(&database, host, connections);
        let session = if is_named {
            session.named_statements()
        } else {
            session
        };
        Ok(store(session))
    }

    /// A store on a database, over a pool of this many connections, as it is by default.
    pub(crate) fn store_on(
        &self,
        database: &DatabaseName,
        host: &Path,
        connections: usize,
    ) -> Arc<dyn UserEngineStore> {
        store(self.session_on(database, host, connections))
    }

    fn session_on(&self, database: &DatabaseName, host: &Path, connections: usize) -> PoolSession {
        let config = at(&self.config(database), host);
        let keeper = deadpool_postgres::Manager::new(config, NoTls);
        let pool = deadpool_postgres::Pool::builder(keeper)
            .max_size(connections)
            .build();
        PoolSession::new(pool.expect("a pool without time-outs needs no runtime"))
    }

    /// Clients with the floor's prepared statements, on a fresh database.
    pub(crate) async fn floors(
        &self,
        host: &Path,
        clients: usize,
    ) -> Result<Vec<Arc<Floor>>, Failed> {
        let database = self.database().await?;
        let mut floors = Vec::new();
        for _ in 0..clients {
            let client = connect(&at(&self.config(&database), host)).await?;
            floors.push(Arc::new(Floor::prepare(client).await?));
        }
        Ok(floors)
    }

    /// A plain client on a database.
    pub(crate) async fn client(&self, database: &DatabaseName) -> Result<Client, Failed> {
        connect(&self.config(database)).await
    }
}

fn store(session: PoolSession) -> Arc<dyn UserEngineStore> {
    let options = PostgresOptions::default();
    Arc::new(PostgresUserEngineStore::new(Arc::new(session), options))
}

/// The same address on another socket folder.
fn at(config: &Config, host: &Path) -> Config {
    let mut moved = Config::new();
    moved.host_path(host);
    if let Some(port) = config.get_ports().first() {
        moved.port(*port);
    }
    if let Some(user) = config.get_user() {
        moved.user(user);
    }
    if let Some(database) = config.get_dbname() {
        moved.dbname(database);
    }
    moved
}

async fn connect(config: &Config) -> Result<Client, Failed> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn name(text: &str) -> Result<DatabaseName, Failed> {
    DatabaseName::new(text).ok_or_else(|| Failed::Server("a name of ours was refused".into()))
}

fn server_failed(error: impl std::error::Error) -> Failed {
    Failed::Server(error.to_string())
}

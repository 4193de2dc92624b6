//! The factory over a throwaway server: a database for each case, cloned from a migrated template.

use crate::disposable::Mark;
use crate::exit::Stop;
use crate::factory_postgres::admin;
use crate::factory_postgres::sandbox::{self, Farewell, Place, PostgresSandbox};
use crate::factory_postgres::{settings, tampering};
use crate::local_server::{DatabaseName, Durability, LocalServer, Settings};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use user_engine_conformance::{
    FactoryError, Level, Power, PowerError, Sandbox, StoreFactory, Tamper,
};
use user_engine_ports::Capabilities;

/// The role that owns the tables and the role that serves; neither is a superuser.
const ROLES_CREATE: &str = "CREATE ROLE ue_owner LOGIN; CREATE ROLE ue_app LOGIN";

/// What the serving role may do with whatever the owner creates, as a provider would grant it.
const TEMPLATE_PREPARE: &str = "\
    GRANT CREATE, USAGE ON SCHEMA public TO ue_owner; \
    ALTER DEFAULT PRIVILEGES FOR ROLE ue_owner IN SCHEMA public \
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ue_app; \
    ALTER DEFAULT PRIVILEGES FOR ROLE ue_owner IN SCHEMA public \
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO ue_app; \
    ALTER DEFAULT PRIVILEGES FOR ROLE ue_owner IN SCHEMA public \
    GRANT EXECUTE ON FUNCTIONS TO ue_app";

/// Hands out stores on a throwaway server, which lives as long as this.
pub(crate) struct LocalFactory {
    server: Arc<LocalServer>,
    empty: DatabaseName,
    migrated: DatabaseName,
    next: AtomicU64,
    settings: BTreeMap<String, String>,
    names_statements: bool,
}

impl LocalFactory {
    /// Starts a server and migrates a template on it. The stores name their statements or don't.
    ///
    /// # Errors
    ///
    /// Unreachable when there is no server to start or it does not start.
    pub(crate) async fn start(
        durability: Durability,
        names_statements: bool,
    ) -> Result<Self, Stop> {
        let more = vec![("max_connections".to_owned(), "200".to_owned())];
        let server = LocalServer::start(&Settings { durability, more })
            .map_err(|error| Stop::unreachable(sentence(&error)))?;
        let mut factory = Self {
            server: Arc::new(server),
            empty: name("template_empty"),
            migrated: name("template_migrated"),
            next: AtomicU64::new(0),
            settings: BTreeMap::new(),
            names_statements,
        };
        factory.prepare().await.map_err(|why| {
            Stop::unreachable(format!("the throwaway server can't be prepared: {why}"))
        })?;
        Ok(factory)
    }

    async fn prepare(&mut self) -> Result<(), String> {
        let say = |error: PowerError| error.to_string();
        let server = &self.server;
        let client = admin::connect(&server.config(&DatabaseName::maintenance())).await;
        let client = client.map_err(say)?;
        client
            .batch_execute(ROLES_CREATE)
            .await
            .map_err(|e| say(admin::failed(&e)))?;
        self.settings = settings(&client).await?;
        drop(client);
        server
            .create_database(&self.empty)
            .await
            .map_err(|e| sentence(&e))?;
        let client = admin::connect(&server.config(&self.empty))
            .await
            .map_err(say)?;
        client
            .batch_execute(TEMPLATE_PREPARE)
            .await
            .map_err(|e| say(admin::failed(&e)))?;
        drop(client);
        // The server waits for whoever is still leaving a template.
        let cloned = server
            .create_database_from_template(&self.migrated, &self.empty)
            .await;
        cloned.map_err(|error| sentence(&error))?;
        let owner = self.config(&self.migrated, "ue_owner");
        sandbox::migrate(&owner, None).await.map_err(say)
    }

    fn config(&self, database: &DatabaseName, role: &str) -> tokio_postgres::Config {
        let mut config = self.server.config(database);
        config.user(role);
        config
    }

    async fn sandbox(&self, template: &DatabaseName) -> Result<Arc<dyn Sandbox>, FactoryError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let database = name(&format!("case_{number}"));
        let failed = FactoryError::Failed;
        self.server
            .create_database_from_template(&database, template)
            .await
            .map_err(|error| failed(sentence(&error)))?;
        let mut place = Place {
            app: self.config(&database, "ue_app"),
            owner: self.config(&database, "ue_owner"),
            harness: self.server.config(&database),
            mark: None,
            log: Some(self.server.log_path()),
            names_statements: self.names_statements,
        };
        if self.server.durability() == Durability::Fast {
            place.mark = Some(self.mark(&place, *template == self.migrated).await?);
        }
        let farewell = DropDatabase {
            server: self.server.clone(),
            database,
        };
        let opened = PostgresSandbox::open(place, Box::new(farewell)).await;
        Ok(Arc::new(opened.map_err(|error| failed(error.to_string()))?))
    }

    /// The mark of a fresh database, set where there is already a table to hold it.
    async fn mark(&self, place: &Place, is_migrated: bool) -> Result<Mark, FactoryError> {
        let failed = |stop: Stop| FactoryError::Failed(stop.sentence);
        let client = admin::connect(&place.harness).await;
        let mut client = client.map_err(|error| FactoryError::Failed(error.to_string()))?;
        let mark = Mark::of_this_run(&client, true).await.map_err(failed)?;
        if is_migrated {
            crate::disposable::mark(&mut client, &mark)
                .await
                .map_err(failed)?;
        }
        Ok(mark)
    }
}

#[async_trait]
impl StoreFactory for LocalFactory {
    fn label(&self) -> String {
        let version = self.server.binaries().version();
        let named = if self.names_statements {
            ", named statements"
        } else {
            ""
        };
        format!(
            "postgres {version} (throwaway, {}{named})",
            self.server.durability()
        )
    }

    fn capabilities(&self) -> Capabilities {
        sandbox::CAPABILITIES
    }

    fn powers(&self) -> Vec<Power> {
        let mut powers = sandbox::POWERS.to_vec();
        powers.extend([Power::Empty, Power::ServerLog]);
        // A store without the mark is never wiped, this one neither.
        if self.server.durability() == Durability::Fast {
            powers.push(Power::Decoys);
        }
        powers.extend(
            tampering::ALL
                .iter()
                .map(|tamper: &Tamper| Power::Tamper(*tamper)),
        );
        powers
    }

    fn claims(&self) -> Level {
        Level::L2
    }

    fn settings(&self) -> BTreeMap<String, String> {
        self.settings.clone()
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        self.sandbox(&self.migrated).await
    }

    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        self.sandbox(&self.empty).await
    }
}

/// Drops the case's database with whoever is still connected to it.
struct DropDatabase {
    server: Arc<LocalServer>,
    database: DatabaseName,
}

#[async_trait]
impl Farewell for DropDatabase {
    async fn say(&self) {
        // It goes with the server at the latest.
        drop(self.server.drop_database(&self.database).await);
    }
}

/// A name written here; the fallback is never reached, since every one is well formed.
fn name(text: &str) -> DatabaseName {
    DatabaseName::new(text).unwrap_or_else(DatabaseName::maintenance)
}

/// An error with what caused it, as one sentence.
fn sentence(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

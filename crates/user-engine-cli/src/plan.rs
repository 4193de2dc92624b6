//! Prints the SQL that migrating would run, and runs none of it.

use crate::command::Server;
use crate::dsn::{self, Acknowledged, Dsn};
use crate::exit::{Exit, Stop};
use crate::factory_postgres::planned;
use crate::run::{print, runtime};
use user_engine_migrations::MANIFEST;

/// Prints what the dedicated database still needs, or everything where there is none.
///
/// # Errors
///
/// Unreachable, or refused for a store that is ahead, changed or unreadable.
pub(crate) fn plan(server: Server) -> Result<Exit, Stop> {
    let Some(dsn) = Dsn::from_environment()? else {
        let steps: Vec<String> = MANIFEST
            .iter()
            .map(|step| shown(step.version, step.name, step.sql))
            .collect();
        print(&steps.join("\n"))?;
        return Ok(Exit::Reached);
    };
    let said = Acknowledged::from_environment(server.allow_plaintext_to_remote);
    let config = dsn.config(said)?;
    let steps = runtime()?.block_on(async {
        // Says in one sentence when nobody answers.
        drop(dsn::connect(&config).await?);
        planned(&config).await
    })?;
    if steps.is_empty() {
        print("-- nothing to do")?;
    }
    for (step, sql) in steps {
        print(&shown(step.version, &step.name, sql))?;
    }
    Ok(Exit::Reached)
}

fn shown(version: u32, name: &str, sql: &str) -> String {
    format!("-- migration {version}: {name}\n{sql}")
}

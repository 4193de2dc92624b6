//! Removes what a killed run left behind: the mark and rows of a dedicated database, and folders
//! of throwaway servers that nobody watches any more.

use crate::command::Server;
use crate::disposable::{self, Standing};
use crate::dsn::{self, Acknowledged, Dsn};
use crate::exit::{Exit, Stop};
use crate::factory_postgres::lock;
use crate::local_server;
use crate::run::{print, runtime};

/// Cleans up and says what it did. Safe to repeat.
///
/// # Errors
///
/// Refused for a dedicated database without the acknowledgement, and for a store that carries no
/// mark of this harness.
pub(crate) fn cleanup(server: Server) -> Result<Exit, Stop> {
    let folders = local_server::remove_leftovers();
    print(&match folders {
        0 => "throwaway servers: none left behind".to_owned(),
        removed => format!("throwaway servers: {removed} left behind by killed runs, removed"),
    })?;
    if let Some(dsn) = Dsn::from_environment()? {
        let said = Acknowledged::from_environment(server.allow_plaintext_to_remote);
        let what = runtime()?.block_on(dedicated(&dsn, said))?;
        print(&format!("dedicated database: {what}"))?;
    }
    Ok(Exit::Reached)
}

async fn dedicated(dsn: &Dsn, said: Acknowledged) -> Result<&'static str, Stop> {
    said.require_reset()?;
    let config = dsn.config(said)?;
    let _lock = lock(&config).await?;
    let (mut client, _) = dsn::connect(&config).await?;
    match disposable::standing(&client).await? {
        Standing::Absent => Ok("holds no store"),
        Standing::Empty => Ok("holds no row and no mark"),
        Standing::Marked(mark) => {
            disposable::release(&mut client, &mark).await?;
            Ok("the mark is removed, and what the marked run created")
        }
    }
}

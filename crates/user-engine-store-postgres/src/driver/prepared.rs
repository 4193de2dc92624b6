//! Named statements: what a connection has prepared costs less to send and nothing to plan.

use crate::call::Call;
use deadpool_postgres::StatementCache;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Statement};
use user_engine_ports::SqlState;

/// Where the named statements of the connection in flight are kept.
#[derive(Clone, Copy)]
pub(super) enum Names<'a> {
    /// Nowhere: every statement is sent unnamed.
    None,
    /// With the connection of a pool.
    Pooled(&'a StatementCache),
    /// With the one client.
    Own(&'a OwnNames),
}

/// The named statements of one plain client, by their text; a text always has the same types.
#[derive(Default)]
pub(super) struct OwnNames(Mutex<HashMap<&'static str, Statement>>);

impl Names<'_> {
    pub(super) const fn is_some(self) -> bool {
        !matches!(self, Self::None)
    }

    /// The statement under its name. One that the connection has is there at the first poll, with
    /// nothing sent; otherwise the first poll sends the request to prepare it.
    pub(super) async fn get(
        self,
        client: &Client,
        sql: &'static str,
        types: &[Type],
    ) -> Result<Option<Statement>, Error> {
        match self {
            Self::None => Ok(None),
            Self::Pooled(cache) => cache.prepare_typed(client, sql, types).await.map(Some),
            Self::Own(own) => {
                if let Some(statement) = own.lock().get(sql) {
                    return Ok(Some(statement.clone()));
                }
                let statement = client.prepare_typed(sql, types).await?;
                own.lock().insert(sql, statement.clone());
                Ok(Some(statement))
            }
        }
    }

    /// Forgets every name: the server did.
    pub(super) fn clear(self) {
        match self {
            Self::None => {}
            Self::Pooled(cache) => cache.clear(),
            Self::Own(own) => own.lock().clear(),
        }
    }
}

impl OwnNames {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a call is worth a name: asked often, by full keys, so that one plan serves every
/// parameter. Pages are not: their plan depends on what is asked for.
pub(super) const fn deserves_name(call: &Call) -> bool {
    matches!(
        call,
        Call::Apply(_)
            | Call::AppendDenial { .. }
            | Call::GetMany { .. }
            | Call::GetOperation { .. }
    )
}

/// Whether a refusal only says that a named statement is gone (`DISCARD`, another server behind a
/// pooler) or that its result is of another form now. Nothing was done then.
pub(super) fn is_stale(sqlstate: SqlState) -> bool {
    matches!(sqlstate.as_str(), "26000" | "0A000")
}

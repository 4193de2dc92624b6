//! What a run needs of its role's sessions, asked before anything is touched.

use crate::disposable::{Standing, code};
use crate::exit::Stop;
use tokio_postgres::Client;

const SESSION_GET: &str = "\
    SELECT current_setting('synchronous_commit'), current_schema()::text, \
    coalesce(has_schema_privilege(current_schema()::text, 'CREATE'), false)";

/// Goes on only where commits last, and where what a run has to create can be created.
///
/// # Errors
///
/// Refused where the sessions begin with a `synchronous_commit` by which an acknowledged commit may
/// be lost (no store is ready in them), and where there is no store and no right to make one.
pub(crate) async fn require(client: &Client, standing: &Standing) -> Result<(), Stop> {
    let row = client
        .query_typed_one(SESSION_GET, &[])
        .await
        .map_err(|error| {
            Stop::refused(format!(
                "the role's session can't be looked at ({})",
                code(&error)
            ))
        })?;
    let synchronous: String = row.get(0);
    if !matches!(synchronous.as_str(), "on" | "remote_apply") {
        return Err(Stop::refused(format!(
            "sessions of this role begin with synchronous_commit = {synchronous}, by which an \
             acknowledged commit may be lost: set it to on for the role or the database"
        )));
    }
    let creates = match standing {
        Standing::Absent => true,
        // Its tables are taken away and brought back.
        Standing::Marked(mark) => mark.created(),
        Standing::Empty => false,
    };
    let schema: Option<String> = row.get(1);
    match schema {
        _ if !creates || row.get(2) => Ok(()),
        Some(schema) => Err(Stop::refused(format!(
            "the role lacks the right to CREATE in the schema {schema}, where a run would make \
             the store"
        ))),
        None => Err(Stop::refused(
            "the search path of the role names no schema that exists: there is nowhere to CREATE \
             the store",
        )),
    }
}

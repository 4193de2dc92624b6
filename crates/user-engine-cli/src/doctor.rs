//! Says what a run against a real server would find. Reads only.

use crate::command::Server;
use crate::disposable::{self, Standing, code};
use crate::dsn::{self, Acknowledged, DSN_VARIABLE, Dsn, RESET_VARIABLE};
use crate::exit::{Exit, Stop};
use crate::local_server::Binaries;
use crate::role;
use crate::run::{print, runtime};
use tokio_postgres::Client;

/// What the session is and may do.
const SESSION_GET: &str = "\
    SELECT current_setting('server_version'), current_user::text, r.rolsuper, r.rolbypassrls, \
    coalesce(current_schema()::text, '(none)'), current_setting('search_path'), \
    coalesce(has_schema_privilege(current_schema()::text, 'CREATE'), false), \
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean, \
    current_setting('fsync'), current_setting('full_page_writes'), \
    current_setting('synchronous_commit'), current_setting('max_connections'), \
    current_setting('server_encoding') \
    FROM pg_roles r WHERE r.rolname = current_user";

const PROCESS_GET: &str = "SELECT pg_backend_pid()";

/// Prints the findings; what would keep live cases from running decides the exit status.
///
/// # Errors
///
/// What a run would be stopped by.
pub(crate) fn doctor(server: Server) -> Result<Exit, Stop> {
    let mut findings = Findings::default();
    let found = match Dsn::from_environment()? {
        Some(dsn) => {
            let said = Acknowledged::from_environment(server.allow_plaintext_to_remote);
            runtime()?.block_on(dedicated(&mut findings, &dsn, said))
        }
        None => local(&mut findings),
    };
    match &found {
        Ok(()) => findings.say("live cases", "would run"),
        Err(stop) => findings.say("live cases", &format!("would not run: {stop}")),
    }
    print(&findings.0.join("\n"))?;
    Ok(found.err().map_or(Exit::Reached, |stop| stop.exit))
}

#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn say(&mut self, what: &str, found: &str) {
        self.0.push(format!("{what:<12}{found}"));
    }
}

fn local(findings: &mut Findings) -> Result<(), Stop> {
    findings.say(
        "address",
        &format!("{DSN_VARIABLE} is not set: a throwaway server is started"),
    );
    let binaries = Binaries::find().map_err(|error| Stop::unreachable(error.to_string()))?;
    let folder = binaries.folder().display();
    let found_by = binaries.found_by();
    findings.say(
        "server",
        &format!("{} in {folder} (by {found_by})", binaries.version()),
    );
    Ok(())
}

async fn dedicated(findings: &mut Findings, dsn: &Dsn, said: Acknowledged) -> Result<(), Stop> {
    let config = dsn.config(said)?;
    findings.say(
        "address",
        &format!("{DSN_VARIABLE}: {}", dsn::place(&config)),
    );
    let reset = if said.reset {
        "acknowledged"
    } else {
        "not acknowledged"
    };
    findings.say("reset", &format!("{reset} by {RESET_VARIABLE}"));
    let (client, _) = dsn::connect(&config).await?;
    session(findings, &client).await?;
    let (second, _) = dsn::connect(&config).await?;
    let pooled = process(&client).await? == process(&second).await?;
    let between = "between: two sessions share a server process (transaction mode)";
    findings.say("pooler", if pooled { between } else { "none seen" });
    drop(second);
    let standing = disposable::standing(&client).await;
    findings.say(
        "store",
        match &standing {
            Ok(Standing::Absent) => "absent: a run would create it and remove it",
            Ok(Standing::Empty) => {
                "empty: a run would mark it and remove the mark, and stay partial; a database \
                 without these tables reaches L2"
            }
            Ok(Standing::Marked(_)) => "marked by an earlier run of the harness",
            Err(stop) => &stop.sentence,
        },
    );
    role::require(&client, &standing?).await?;
    if said.reset {
        Ok(())
    } else {
        Err(Stop::refused(format!("{RESET_VARIABLE}=1 is missing")))
    }
}

async fn session(findings: &mut Findings, client: &Client) -> Result<(), Stop> {
    let row = client
        .query_typed_one(SESSION_GET, &[])
        .await
        .map_err(|error| unreadable(&error))?;
    let text = |at: usize| row.get::<_, String>(at);
    let yes = |at: usize| if row.get(at) { "yes" } else { "no" };
    findings.say("server", &format!("{}, encoding {}", text(0), text(12)));
    findings.say(
        "role",
        &format!(
            "{} (superuser: {}, bypasses row security: {}, may create in the schema: {})",
            text(1),
            yes(2),
            yes(3),
            yes(6)
        ),
    );
    findings.say("schema", &format!("{} (search path {})", text(4), text(5)));
    findings.say(
        "durability",
        &format!(
            "fsync {}, full_page_writes {}, synchronous_commit {}",
            text(8),
            text(9),
            text(10)
        ),
    );
    findings.say("sessions", &format!("at most {}", text(11)));
    findings.say("read-only", yes(7));
    if row.get(7) {
        return Err(Stop::refused("the server takes no writes"));
    }
    Ok(())
}

async fn process(client: &Client) -> Result<i32, Stop> {
    Ok(client
        .query_typed_one(PROCESS_GET, &[])
        .await
        .map_err(|error| unreadable(&error))?
        .get(0))
}

fn unreadable(error: &tokio_postgres::Error) -> Stop {
    Stop::refused(format!("the server can't be looked at ({})", code(error)))
}

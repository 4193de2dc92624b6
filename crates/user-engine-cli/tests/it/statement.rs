//! Every statement of the adapter as it goes over the wire: known, typed by built-in types,
//! unnamed, and accepted by a migrated database.

use crate::live::server_or_skip;
use crate::world::{World, denial, mutate, operation, user};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio_postgres::NoTls;
use user_engine_domain::{
    Account, ApplicationId, Membership, OperationId, TenantId, Timestamp, User, UserId,
};
use user_engine_migrations::MANIFEST;
use user_engine_ports::{
    AuditQuery, Deadline, ListBy, Migrator, OutboxQuery, Read, Scope, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::testing::STATEMENTS;
use user_engine_store_postgres::{
    Call, ClientSession, Mode, PostgresMigrator, PostgresOptions, PostgresUserEngineStore, Session,
};

/// The first object id that is not built in (PostgreSQL manual, “System Catalog Initial Data”).
const FIRST_NORMAL_OID: u32 = 16_384;

/// Those that only a session with named statements sends.
const NAMED_ONLY: &[&str] = &["APPLY_ONE_SAVE", "APPLY_THREE_SAVES", "APPLY_TWO_SAVES"];

/// A stream that keeps what is written to it.
struct Tapped {
    stream: UnixStream,
    written: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(taken)) = polled {
            self.written.lock().unwrap().extend(&bytes[..taken]);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A statement as it was sent: its name, its text and the types of its parameters; no types where
/// it went as a simple query.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sent {
    name: String,
    sql: String,
    types: Option<Vec<u32>>,
}

/// Reads Parse and Query messages (PostgreSQL manual, “Message Formats”).
fn sent(bytes: &[u8]) -> BTreeSet<Sent> {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes[..4].try_into().unwrap());
    let mut found = BTreeSet::new();
    // The startup message has no type byte.
    let mut at = usize::try_from(number(bytes)).unwrap();
    while at < bytes.len() {
        let length = usize::try_from(number(&bytes[at + 1..])).unwrap();
        let body = &bytes[at + 5..=at + length];
        let mut texts = body.split(|byte| *byte == 0);
        let mut text = || String::from_utf8(texts.next().unwrap().to_vec()).unwrap();
        match bytes[at] {
            b'P' => {
                let (name, sql) = (text(), text());
                let types = &body[name.len() + sql.len() + 4..];
                let types = types.chunks(4).map(number).collect();
                found.insert(Sent {
                    name,
                    sql,
                    types: Some(types),
                });
            }
            b'Q' => {
                let (name, sql) = (String::new(), text());
                found.insert(Sent {
                    name,
                    sql,
                    types: None,
                });
            }
            _ => {}
        }
        at += length + 1;
    }
    found
}

/// Makes the store send everything that it can.
async fn use_everything(store: &PostgresUserEngineStore, session: &dyn Session) {
    let deadline = Deadline::default;
    mutate(store, "m").await.unwrap();
    let user_id = UserId::new("m").unwrap();
    let scope = Scope::Tenant(TenantId::new("t").unwrap());
    // One that knows its operation asks for it with its first read.
    let mut tx = store.begin(UnitOptions::write(scope.clone(), operation("o")));
    tx.get::<User>(&user_id).await.unwrap();
    let mut tx = store.begin(UnitOptions::read(scope.clone()));
    tx.get::<User>(&user_id).await.unwrap();
    let reads =
        ["m", "n"].map(|id| Read::Get(user_engine_domain::DomainRecord::from(user(id)).id()));
    tx.read(&reads).await.unwrap();
    let application = ApplicationId::new("a").unwrap();
    for by in [
        ListBy::Kind,
        ListBy::Tenant(TenantId::new("t").unwrap()),
        ListBy::User(user_id.clone()),
        ListBy::Application(application),
        ListBy::Scope {
            scope_type: "tenant".into(),
            scope_id: "t".into(),
        },
    ] {
        tx.list::<Membership>(by, None, 10).await.unwrap();
    }
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    tx.list::<Account>(ListBy::Kind, None, 10).await.unwrap();
    let platform = Scope::Platform;
    store
        .record_denial(&platform, denial("d"), deadline())
        .await
        .unwrap();
    store.record_counts(&platform, deadline()).await.unwrap();
    let asked = OperationId::new("asked").unwrap();
    store.outcome(&platform, &asked, deadline()).await.unwrap();
    let query = AuditQuery::new(platform.clone());
    store.audit_records(&query, deadline()).await.unwrap();
    let query = OutboxQuery::new(platform);
    store.outbox_events(&query, deadline()).await.unwrap();
    let before = Timestamp::from_micros(0).unwrap();
    store.purge_operations(before, deadline()).await.unwrap();
    store.readiness(deadline()).await;
    for version in [1, i32::MAX] {
        let check = vec![Call::CheckVersion { version }];
        let flown = session.flight(Mode::Migrate, check, deadline()).await;
        assert_eq!(flown.is_ok(), version == 1);
    }
}

#[tokio::test]
async fn every_statement_is_known_typed_by_built_in_types_and_accepted() {
    let Some(server) = server_or_skip("every_statement_is_known_typed") else {
        return;
    };
    let world = World::empty(server).await;
    let written = Arc::new(Mutex::new(Vec::new()));
    let stream = UnixStream::connect(server.socket_folder().join(".s.PGSQL.5432"));
    let tapped = Tapped {
        stream: stream.await.unwrap(),
        written: written.clone(),
    };
    let (client, connection) = world.config().connect_raw(tapped, NoTls).await.unwrap();
    tokio::spawn(connection);
    let session = Arc::new(ClientSession::new(client));
    let migrator = PostgresMigrator::new(session.clone());
    migrator.migrate(Deadline::default()).await.unwrap();
    let store = PostgresUserEngineStore::new(session.clone(), PostgresOptions::default());
    use_everything(&store, &*session).await;

    let sent = sent(&written.lock().unwrap());
    let known: BTreeMap<&str, &str> = STATEMENTS.iter().map(|(name, sql)| (*sql, *name)).collect();
    let mut missing: BTreeSet<&str> = known.values().copied().collect();
    for Sent { name, sql, types } in &sent {
        if MANIFEST.iter().any(|step| step.sql == sql) {
            continue;
        }
        let Some(constant) = known.get(sql.as_str()) else {
            panic!("a statement that no constant holds: {sql}");
        };
        missing.remove(constant);
        assert_eq!(name, "", "{constant} is named: a pooler may lose it");
        let places = (1..=99).take_while(|place| sql.contains(&format!("${place}")));
        let places = places.count();
        let types = types.as_deref().unwrap_or_default();
        assert_eq!(
            types.len(),
            places,
            "{constant} leaves a type to the server"
        );
        for oid in types {
            assert!(
                (1..FIRST_NORMAL_OID).contains(oid),
                "{constant}: type {oid}"
            );
        }
    }
    assert_eq!(missing, NAMED_ONLY.iter().copied().collect(), "never sent");
    // And prepared once more by themselves, with the types that were sent.
    let admin = world.admin().await;
    for Sent { sql, types, .. } in &sent {
        let Some(types) = types else { continue };
        let types: Vec<_> = types
            .iter()
            .map(|oid| tokio_postgres::types::Type::from_oid(*oid).unwrap())
            .collect();
        admin.prepare_typed(sql, &types).await.unwrap();
    }
}

//! What is printed for debugging holds no value of a request, an answer or a record.

use crate::access_profile::user;
use crate::place::worlds;
use crate::user::create;
use serde_json::{Map, Value};
use user_engine_domain::{OperationId, RecordKind, Timestamp, User};
use user_engine_service::CreateUser;
use user_engine_service::operation::{Change, Event, EventSpec};

/// An id that nothing else contains.
const ID: &str = "netkingdom-ada";

#[tokio::test]
async fn a_unit_shows_no_id_while_it_runs_nor_when_it_is_repeated() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let once = desk.with_operation(OperationId::new("once").unwrap());
        for state in ["Open", "Repeated"] {
            let mut unit = world.service.begin(once.clone()).unwrap();
            let ada = CreateUser {
                user_id: Some(user(ID)),
                ..create(None)
            };
            unit.run(ada).await.unwrap();
            let shown = format!("{unit:?}");
            assert!(shown.contains(state), "{name}: {shown}");
            assert!(!shown.contains(ID), "{name}: {shown}");
            unit.commit().await.unwrap();
        }
    }
}

/// An event with an id in its payload.
struct Happened;

impl Event for Happened {
    const SPEC: EventSpec = EventSpec {
        event_type: "it.happened",
        version: 1,
        aggregate: RecordKind::User,
        meaning: "",
        fields: &[],
    };
    type Aggregate = User;

    fn payload(&self) -> Map<String, Value> {
        [("user_id".to_owned(), ID.into())].into_iter().collect()
    }
}

#[test]
fn a_change_shows_what_it_tells_without_its_payload() {
    let now = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let ada = User {
        user_id: user(ID),
        display_name: None,
        primary_email: None,
        created_at: now,
        updated_at: now,
    };
    let shown = format!("{:?}", Change::of(&ada, &ada, &Happened, ()));
    assert!(shown.contains("it.happened"), "{shown}");
    assert!(!shown.contains(ID), "{shown}");
}

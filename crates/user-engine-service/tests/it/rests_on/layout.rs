//! What a prepared account's layout and a hat's rest on.

use super::*;
use crate::access_profile::hat;
use user_engine_service::{PrepareAccount, RegisterAccessProfile};

/// What welcomes by hand, without a step.
fn hello() -> WelcomeProtocol {
    WelcomeProtocol {
        tenant: tenant("acme"),
        protocol_id: ProtocolId::new("hello").unwrap(),
        trigger: OnboardingTrigger::Manual,
        matching: ProtocolMatch::default(),
        steps: List::default(),
        created_at: Timestamp::from_micros(0).unwrap(),
    }
}

/// One of each entitlement that names a record.
fn names() -> Vec<Entitlement> {
    let access = ApplicationBindingEntitlement {
        application_id: application_id("press"),
        requires_approval: false,
    };
    let journey = OnboardingJourneyEntitlement {
        protocol_id: hello().protocol_id,
        requires_approval: false,
    };
    vec![
        given("press.desk"),
        Entitlement::ApplicationBinding(access),
        Entitlement::OnboardingJourney(journey),
    ]
}

#[tokio::test]
async fn a_layout_rests_on_everything_that_its_entitlements_name() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        crate::application::serve(&world, "press", vec![attribute("press.desk")]).await;
        seed(&world, vec![hello().into()]).await;
        let desk = world.desk("acme").unwrap();
        let late = Late {
            name,
            overtaken: &overtaken,
            world: &world,
        };
        let call = || {
            let prepare = PrepareAccount {
                prepared_account_id: None,
                layout: layout(names()),
            };
            world.service.prepare_account(&desk, prepare)
        };
        let catalog = present::<Catalog>(&world, &namespace("press")).await;
        late.is_lost_to(catalog, call()).await;
        let application = present::<Application>(&world, &application_id("press")).await;
        late.is_lost_to(application, call()).await;
        late.is_lost_to(hello(), call()).await;
        call().await.unwrap();
    }
}

#[tokio::test]
async fn a_hat_with_defaults_rests_on_the_catalogs_that_define_them() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        for served in ["mail", "press"] {
            let key = format!("{served}.desk");
            crate::application::serve(&world, served, vec![attribute(&key)]).await;
        }
        let desk = world.desk("acme").unwrap();
        let late = Late {
            name,
            overtaken: &overtaken,
            world: &world,
        };
        let call = || {
            let value = JsonValue::new("a".into()).unwrap();
            let defaults = ["mail.desk", "press.desk"]
                .map(|key| (AttributeKey::new(key).unwrap(), value.clone()));
            let hat = RegisterAccessProfile {
                profile_defaults: Sensitive::new(Map::from(defaults)),
                ..hat("clerk")
            };
            world.service.register_access_profile(&desk, hat)
        };
        for served in ["mail", "press"] {
            let catalog = present::<Catalog>(&world, &namespace(served)).await;
            late.is_lost_to(catalog, call()).await;
        }
        assert!(call().await.unwrap().response.is_new, "{name}");
    }
}

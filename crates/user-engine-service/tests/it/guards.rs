//! What a decision rests on is held until the commit: who acts on what changes meanwhile loses.

use crate::access_profile::{tenant, user};
use crate::application::{application_id, catalog, retire, serve, text};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::operation::Mutation;
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::*;

/// What a request hears at the commit of its unit, when something went first.
async fn heard<'a, M: Mutation>(
    world: &'a World,
    by: RequestContext,
    request: M,
    first: impl AsyncFnOnce(&'a World),
) -> ConflictCause {
    let mut late = world.service.begin(by).unwrap();
    late.run(request).await.unwrap();
    first(world).await;
    late.commit().await.unwrap_err().conflict().unwrap()
}

const fn changed(kind: RecordKind) -> ConflictCause {
    ConflictCause::Changed(Some(kind))
}

fn kind(kind: &str) -> MembershipKind {
    MembershipKind::new(kind).unwrap()
}

fn known(id: &str, as_kind: &str) -> FamilyMember {
    FamilyMember::Enters {
        person: FamilyPerson::Known(user(id)),
        kind: kind(as_kind),
    }
}

/// A family of somebody new, and bob.
fn onboard(as_kind: &str) -> OnboardFamilyDataspace {
    OnboardFamilyDataspace {
        founder: FamilyPerson::New(crate::user::create(None)),
        members: List::from([known("bob", as_kind)]),
    }
}

fn invite(id: &str) -> InviteFamilyMember {
    InviteFamilyMember {
        user_id: user(id),
        role: kind("guest"),
        expires_at: None,
    }
}

fn home(world: &World) -> RequestContext {
    world.desk("home").unwrap()
}

fn operator(world: &World) -> RequestContext {
    world.by("operator").unwrap()
}

async fn suspend_bob(world: &World) {
    let set = SetAccountStatus {
        user_id: user("bob"),
        status: AccountStatus::Suspended,
    };
    let by = operator(world);
    let suspended = world.service.set_account_status(&by, set);
    suspended.await.unwrap();
}

async fn erase(world: &World, user_id: UserId) {
    let by = operator(world);
    let erased = world.service.erase_user(&by, EraseUser { user_id });
    erased.await.unwrap();
}

#[tokio::test]
async fn who_becomes_two_kinds_of_member_at_once_becomes_one() {
    for (name, world) in worlds().await {
        world.person("home", "bob").await.unwrap();
        let heard = heard(&world, home(&world), onboard("adult"), async |world| {
            let service = &world.service;
            let by = home(world);
            let first = service.onboard_family_dataspace(&by, onboard("child"));
            first.await.unwrap();
        });
        assert_eq!(heard.await, changed(RecordKind::TenantAccount), "{name}");
    }
}

#[tokio::test]
async fn who_is_suspended_meanwhile_accepts_no_invitation() {
    for (name, world) in worlds().await {
        world.person("acme", "bob").await.unwrap();
        let bob = world.sign_in("home", "bob", &[]).unwrap();
        let service = &world.service;
        let by = home(&world);
        let invited = service.invite_family_member(&by, invite("bob"));
        invited.await.unwrap();
        let accept = AcceptFamilyInvitation {
            invitation_id: FamilyInvitation::pending_id(&user("bob")),
        };
        let heard = heard(&world, bob, accept, suspend_bob).await;
        assert_eq!(heard, changed(RecordKind::Account), "{name}");
    }
}

#[tokio::test]
async fn who_left_the_family_meanwhile_invites_nobody() {
    for (name, world) in worlds().await {
        let ada = world.person("home", "ada").await.unwrap();
        let founding = OnboardFamilyDataspace {
            founder: FamilyPerson::Known(user("ada")),
            members: List::default(),
        };
        let by = home(&world);
        let founded = world.service.onboard_family_dataspace(&by, founding);
        let membership_id = founded.await.unwrap().response.membership_id;
        let heard = heard(&world, ada, invite("bob"), async |world| {
            let left = RemoveMembership { membership_id };
            let left = world.service.remove_membership(&home(world), left).await;
            left.unwrap();
        });
        assert_eq!(heard.await, changed(RecordKind::Membership), "{name}");
    }
}

#[tokio::test]
async fn who_is_suspended_meanwhile_is_brought_into_no_family() {
    for (name, world) in worlds().await {
        world.person("acme", "bob").await.unwrap();
        let operator = operator(&world).in_tenant(tenant("home"));
        let heard = heard(&world, operator, onboard("child"), suspend_bob).await;
        assert_eq!(heard, changed(RecordKind::Account), "{name}");
    }
}

fn bind(namespace: Option<&str>) -> BindApplication {
    BindApplication {
        application_id: application_id("mail"),
        oidc_client_id: None,
        protected_system: None,
        catalog_namespace: namespace.map(|it| CatalogNamespace::new(it).unwrap()),
        event_identity: None,
        deployment: Map::default(),
    }
}

#[tokio::test]
async fn an_application_that_is_retired_meanwhile_is_not_bound() {
    for (name, world) in worlds().await {
        serve(&world, "mail", Vec::new()).await;
        let heard = heard(&world, operator(&world), bind(None), async |world| {
            let by = operator(world);
            let retired = world.service.retire_application(&by, retire("mail"));
            retired.await.unwrap();
        });
        assert_eq!(heard.await, changed(RecordKind::Application), "{name}");
    }
}

#[tokio::test]
async fn a_namespace_that_is_taken_meanwhile_is_not_bound() {
    for (name, world) in worlds().await {
        serve(&world, "mail", Vec::new()).await;
        serve(&world, "notes", Vec::new()).await;
        let posts = |state| PublishCatalog {
            namespace: CatalogNamespace::new("posts").unwrap(),
            state,
            ..catalog("notes", "1.0.0", Vec::new())
        };
        let service = &world.service;
        let by = operator(&world);
        let draft = service.publish_catalog(&by, posts(CatalogState::Draft));
        draft.await.unwrap();
        let heard = heard(
            &world,
            operator(&world),
            bind(Some("posts")),
            async |world| {
                let active = posts(CatalogState::Active);
                let by = operator(world);
                let taken = world.service.publish_catalog(&by, active);
                taken.await.unwrap();
            },
        );
        assert_eq!(heard.await, changed(RecordKind::Catalog), "{name}");
    }
}

fn protocol_id() -> ProtocolId {
    ProtocolId::new("welcome").unwrap()
}

/// Registers a protocol of one step, or its next version.
async fn protocol(world: &World, trigger: OnboardingTrigger) {
    let step = ProtocolStep {
        step_key: StepKey::new("mailbox").unwrap(),
        subsystem: Subsystem::new("mail").unwrap(),
        task_kind: text("create"),
        external_task_reference: None,
        callback_reference: None,
        support_reference: None,
        callback_required: false,
    };
    let protocol = RegisterWelcomeProtocol {
        protocol_id: protocol_id(),
        trigger,
        matching: ProtocolMatch::default(),
        steps: List::from([step]),
    };
    let by = home(world);
    let registered = world.service.register_welcome_protocol(&by, protocol);
    registered.await.unwrap();
}

fn journey() -> StartOnboardingJourney {
    StartOnboardingJourney {
        protocol_id: protocol_id(),
        user_id: user("bob"),
        source_id: SourceId::new("form").unwrap(),
    }
}

#[tokio::test]
async fn no_journey_begins_for_who_is_erased_meanwhile() {
    for (name, world) in worlds().await {
        protocol(&world, OnboardingTrigger::Manual).await;
        world.person("home", "bob").await.unwrap();
        let heard = heard(&world, home(&world), journey(), async |world| {
            erase(world, user("bob")).await;
        });
        // Both were relied on; the account in the tenant is looked at first.
        assert_eq!(heard.await, changed(RecordKind::TenantAccount), "{name}");
    }
}

#[tokio::test]
async fn a_protocol_that_changes_meanwhile_starts_nothing() {
    for (name, world) in worlds().await {
        protocol(&world, OnboardingTrigger::Manual).await;
        world.person("home", "bob").await.unwrap();
        let heard = heard(&world, home(&world), journey(), async |world| {
            protocol(world, OnboardingTrigger::Manual).await;
        });
        assert_eq!(heard.await, changed(RecordKind::WelcomeProtocol), "{name}");
    }
}

/// Somebody new who has registered in home, and the registration.
async fn registered(world: &World) -> (RegistrationId, UserId) {
    let claims = Claims {
        tenant: Some(tenant("home")),
        ..claims_of(ActorKind::Human, "eve").unwrap()
    };
    world.claims.set("eve", Ok(claims));
    let eve = world.by("eve").unwrap();
    let service = &world.service;
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    let started = service.start_registration(&eve, start).await.unwrap();
    let registration_id = started.response.registration_id;
    let attach = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(text("eve@mail.example")),
        display_value: None,
        source_system: text("verifier"),
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    };
    let by = home(world);
    let attached = service.attach_registration_factor(&by, attach);
    attached.await.unwrap();
    let complete = CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    };
    let completed = service.complete_registration(&eve, complete).await;
    (registration_id, completed.unwrap().response.user_id)
}

#[tokio::test]
async fn a_registration_that_is_erased_meanwhile_starts_nothing() {
    for (name, world) in worlds().await {
        protocol(&world, OnboardingTrigger::RegistrationCompleted).await;
        let (registration_id, user_id) = registered(&world).await;
        let start = StartOnboardingForRegistration {
            registration_id,
            application_id: None,
            realm: None,
            service_id: None,
        };
        let heard = heard(&world, home(&world), start, async |world| {
            erase(world, user_id).await;
        });
        assert_eq!(
            heard.await,
            changed(RecordKind::RegistrationSession),
            "{name}"
        );
    }
}

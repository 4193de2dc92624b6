//! What a decision rests on: records that stay until its commit, and rules that nothing else keeps.

mod claim;
mod factor;
mod hat;
mod joined;
mod layout;
mod onlooker;
mod registration;
mod shown;
mod value;

use crate::access_profile::{seed, stored, tenant, user};
use crate::application::{application_id, attribute, text};
use crate::user::Overtaken;
use user_engine_domain::*;
use user_engine_ports::{Clock, ListBy, Scope, UnitOptions, UserEngineStore};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    AccountLayout, AttachRegistrationFactor, Claims, CompleteRegistration, ConflictCause,
    RequestContext, ServiceError, StartRegistration,
};

/// A call whose commit comes behind somebody else's.
struct Late<'a> {
    name: &'static str,
    overtaken: &'a Overtaken,
    world: &'a World,
}

impl Late<'_> {
    /// Has a record saved again, as it is, behind the call's reads and in front of its commit, and
    /// checks that the call is lost to that.
    async fn is_lost_to<T: std::fmt::Debug>(
        &self,
        record: impl Into<DomainRecord>,
        call: impl Future<Output = Result<T, ServiceError>>,
    ) {
        let record = record.into();
        let (name, kind, world) = (self.name, record.kind(), self.world.clone());
        self.overtaken.by(Box::pin(async move {
            seed(&world, vec![record]).await;
            Ok(())
        }));
        let ended = call.await;
        assert!(self.overtaken.is_past(), "{name}: {kind:?} was not saved");
        let cause = ended.err().and_then(|error| error.conflict());
        let changed = Some(ConflictCause::Changed(Some(kind)));
        assert_eq!(cause, changed, "{name}: nothing rests on {kind:?}");
    }
}

/// A record that is there, as it is.
async fn present<R: Record>(world: &World, key: &R::Key) -> R {
    stored::<R>(world, key).await.unwrap()
}

fn namespace(id: &str) -> CatalogNamespace {
    CatalogNamespace::new(id).unwrap()
}

/// A request in acme of somebody whose issuer names no user.
fn newcomer(world: &World, subject: &str) -> RequestContext {
    let claims = Claims {
        tenant: Some(tenant("acme")),
        ..claims_of(ActorKind::Human, subject).unwrap()
    };
    let credential = format!("{subject}, whom the issuer knows by no id");
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

/// Somebody's registration in acme, with no factor yet.
async fn begun(world: &World, person: &RequestContext) -> RegistrationId {
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    let started = world.service.start_registration(person, start).await;
    started.unwrap().response.registration_id
}

/// Has acme's desk vouch for the e-mail address that everything here waits for.
async fn vouch(
    world: &World,
    registration_id: &RegistrationId,
    source: &str,
    expires_at: Option<Timestamp>,
) {
    let vouch = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(text("eve@example")),
        display_value: None,
        source_system: text(source),
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at,
    };
    let desk = world.desk("acme").unwrap();
    let attached = world.service.attach_registration_factor(&desk, vouch);
    attached.await.unwrap();
}

fn complete(registration_id: &RegistrationId) -> CompleteRegistration {
    CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    }
}

/// What waits for the e-mail address and gives this.
fn layout(entitlements: Vec<Entitlement>) -> AccountLayout {
    let email = FactorRequirement {
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(text("eve@example")),
        source_system: None,
        evidence_references: List::default(),
    };
    AccountLayout {
        factor_requirements: List::from([email]),
        entitlements: List::new(entitlements).unwrap(),
        display_name_hint: None,
        primary_email_hint: None,
        expires_at: None,
    }
}

/// A value of an attribute, as a prepared account gives it.
fn given(key: &str) -> Entitlement {
    Entitlement::ProfileValue(ProfileValueEntitlement {
        attribute_key: AttributeKey::new(key).unwrap(),
        scope: ProfileScope::Tenant,
        value: Sensitive::new(JsonValue::new("a".into()).unwrap()),
        requires_approval: false,
    })
}

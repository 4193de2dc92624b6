//! The operations that are measured, and the ground that each needs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use user_engine_domain::{
    AccountStatus, ActorKind, ApplicationId, AttributeDefinition, AttributeKey, CatalogNamespace,
    CatalogState, CatalogVersion, Entitlement, FactorRequirement, FactorType, Issuer, JsonValue,
    List, Map, Mutability, ProfileScope, RegistrationId, ScopeId, Sensitive, Sensitivity, Subject,
    TenantAccountEntitlement, TenantId, Text, UserId, ValueType, Visibility,
};
use user_engine_service::scenario::{Failed, World, claims_of};
use user_engine_service::{
    AccountLayout, AttachRegistrationFactor, ClaimPreparedAccount, Claims, CompleteRegistration,
    CreateUser, GetEffectiveProfile, LinkIdentity, PrepareAccount, PublishCatalog,
    RegisterApplication, SetProfileValue, StartRegistration,
};

/// What laying the ground gives to the operations: an id for each, where they need one.
pub(crate) type Ground = Arc<Vec<String>>;
type Laying = Pin<Box<dyn Future<Output = Result<Ground, Failed>> + Send>>;
type Running = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

/// An operation that is measured.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Lays the ground for this many operations.
    pub(crate) lay: fn(World, usize) -> Laying,
    /// Does the operation of this number; each is done once.
    pub(crate) run: fn(World, usize, Ground) -> Running,
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "create user",
        lay: |world, _| Box::pin(users(world, 0)),
        run: |world, number, _| Box::pin(create(world, number)),
    },
    Case {
        name: "link identity",
        lay: |world, count| Box::pin(users(world, count)),
        run: |world, number, _| Box::pin(link(world, number)),
    },
    Case {
        name: "set profile value",
        lay: |world, count| Box::pin(users_and_catalog(world, count)),
        run: |world, number, _| Box::pin(set(world, user_id(number), 0, ProfileScope::Tenant)),
    },
    Case {
        name: "effective profile, 50 attributes, 4 layers",
        lay: |world, _| Box::pin(layers(world)),
        run: |world, _, _| Box::pin(resolve(world)),
    },
    Case {
        name: "claim prepared account",
        lay: |world, count| Box::pin(claimable(world, count)),
        run: |world, number, ground| Box::pin(claim(world, number, ground)),
    },
];

/// The credential of the tenant's service, once the world knows it.
const DESK: &str = "desk of acme";
const APPLICATION: &str = "mail";
const ATTRIBUTES: usize = 50;

fn user_id(number: usize) -> String {
    format!("user-{number:09}")
}

fn attribute_key(number: usize) -> String {
    format!("mail.attribute{number:02}")
}

fn text(value: &str) -> Result<Sensitive<Text>, Failed> {
    Ok(Sensitive::new(Text::new(value)?))
}

async fn users(world: World, count: usize) -> Result<Ground, Failed> {
    world.desk("acme")?;
    for number in 0..count {
        create(world.clone(), number).await?;
    }
    Ok(Ground::default())
}

pub(crate) async fn create(world: World, number: usize) -> Result<(), Failed> {
    let request = CreateUser {
        user_id: Some(UserId::new(user_id(number))?),
        display_name: Some(text("Ada Lovelace")?),
        primary_email: Some(text("ada@example.org")?),
        status: AccountStatus::Active,
    };
    let desk = world.by(DESK)?;
    world.service.create_user(&desk, request).await?;
    Ok(())
}

async fn link(world: World, number: usize) -> Result<(), Failed> {
    let request = LinkIdentity {
        user_id: UserId::new(user_id(number))?,
        issuer: Issuer::new("https://id.example")?,
        subject: Subject::new(format!("subject-{number:09}"))?,
    };
    let desk = world.by(DESK)?;
    world.service.link_identity(&desk, request).await?;
    Ok(())
}

async fn users_and_catalog(world: World, count: usize) -> Result<Ground, Failed> {
    catalog(&world).await?;
    users(world, count).await
}

async fn catalog(world: &World) -> Result<(), Failed> {
    let operator = world.by("operator")?;
    let register = RegisterApplication {
        application_id: ApplicationId::new(APPLICATION)?,
        display_name: Text::new("Mail")?,
    };
    world
        .service
        .register_application(&operator, register)
        .await?;
    let attributes = (0..ATTRIBUTES)
        .map(|number| {
            Ok(AttributeDefinition {
                key: AttributeKey::new(attribute_key(number))?,
                value_type: ValueType::String,
                default: Some(JsonValue::new("by default".into())?),
                sensitivity: Sensitivity::Internal,
                visibility: Visibility::Tenant,
                mutability: Mutability::Admin,
                retired: false,
            })
        })
        .collect::<Result<Vec<_>, Failed>>()?;
    let publish = PublishCatalog {
        namespace: CatalogNamespace::new("mail")?,
        application_id: ApplicationId::new(APPLICATION)?,
        version: CatalogVersion::new("1.0.0")?,
        state: CatalogState::Active,
        attributes: List::new(attributes)?,
    };
    world.service.publish_catalog(&operator, publish).await?;
    Ok(())
}

async fn set(
    world: World,
    user_id: String,
    attribute: usize,
    scope: ProfileScope,
) -> Result<(), Failed> {
    let scope_id = match scope {
        ProfileScope::Global | ProfileScope::Membership => None,
        ProfileScope::Tenant => Some(ScopeId::new("acme")?),
        ProfileScope::Application => Some(ScopeId::new(APPLICATION)?),
    };
    let request = SetProfileValue {
        user_id: UserId::new(user_id)?,
        attribute_key: AttributeKey::new(attribute_key(attribute))?,
        scope,
        scope_id,
        value: Sensitive::new(JsonValue::new("a value of some length".into())?),
    };
    // What holds outside of the tenant is no matter of its service.
    let caller = match scope {
        ProfileScope::Global | ProfileScope::Application => "operator",
        ProfileScope::Tenant | ProfileScope::Membership => DESK,
    };
    let context = world.by(caller)?;
    world.service.set_profile_value(&context, request).await?;
    Ok(())
}

/// A user with every attribute set in three scopes, above the catalog's defaults.
async fn layers(world: World) -> Result<Ground, Failed> {
    let ground = users_and_catalog(world.clone(), 1).await?;
    for scope in [
        ProfileScope::Global,
        ProfileScope::Tenant,
        ProfileScope::Application,
    ] {
        for attribute in 0..ATTRIBUTES {
            set(world.clone(), user_id(0), attribute, scope).await?;
        }
    }
    Ok(ground)
}

async fn resolve(world: World) -> Result<(), Failed> {
    let request = GetEffectiveProfile {
        user_id: UserId::new(user_id(0))?,
        application_id: Some(ApplicationId::new(APPLICATION)?),
        membership_id: None,
    };
    let desk = world.by(DESK)?;
    let profile = world.service.effective_profile(&desk, request).await?;
    if profile.attributes.len() == ATTRIBUTES {
        Ok(())
    } else {
        Err(Failed::Untrue(format!(
            "{} attributes resolve",
            profile.attributes.len()
        )))
    }
}

/// Completed registrations of strangers, and a prepared account that fits each.
async fn claimable(world: World, count: usize) -> Result<Ground, Failed> {
    let desk = world.desk("acme")?;
    let mut registrations = Vec::with_capacity(count);
    for number in 0..count {
        let address = format!("person{number}@example.org");
        let prepare = PrepareAccount {
            prepared_account_id: None,
            layout: layout(&address)?,
        };
        world.service.prepare_account(&desk, prepare).await?;
        registrations.push(register(&world, number, &address).await?);
    }
    Ok(Arc::new(registrations))
}

fn layout(address: &str) -> Result<AccountLayout, Failed> {
    Ok(AccountLayout {
        factor_requirements: List::from([FactorRequirement {
            factor_type: FactorType::Email,
            normalized_value: text(address)?,
            source_system: None,
            evidence_references: List::default(),
        }]),
        entitlements: List::from([Entitlement::TenantAccount(TenantAccountEntitlement {
            status: AccountStatus::Active,
            requires_approval: false,
        })]),
        display_name_hint: None,
        primary_email_hint: None,
        expires_at: None,
    })
}

async fn register(world: &World, number: usize, address: &str) -> Result<String, Failed> {
    let credential = format!("person {number}");
    let claims = Claims {
        tenant: Some(TenantId::new("acme")?),
        ..claims_of(ActorKind::Human, &credential)?
    };
    world.claims.set(&credential, Ok(claims));
    let (desk, person) = (world.by(DESK)?, world.by(&credential)?);
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    let started = world.service.start_registration(&person, start).await?;
    let registration_id = started.response.registration_id;
    let attach = AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: text(address)?,
        display_value: None,
        source_system: Text::new("mailer")?,
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    };
    world
        .service
        .attach_registration_factor(&desk, attach)
        .await?;
    let complete = CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    };
    world
        .service
        .complete_registration(&person, complete)
        .await?;
    Ok(registration_id.as_str().to_owned())
}

async fn claim(world: World, number: usize, ground: Ground) -> Result<(), Failed> {
    let missing = || Failed::Untrue(format!("no registration {number}"));
    let registration_id = ground.get(number).ok_or_else(missing)?;
    let request = ClaimPreparedAccount {
        registration_id: RegistrationId::new(registration_id.as_str())?,
    };
    let desk = world.by(DESK)?;
    world.service.claim_prepared_account(&desk, request).await?;
    Ok(())
}

//! Embeds the service in a program: on the memory store, or on PostgreSQL where `DSN` names one.

use async_trait::async_trait;
use std::{collections::BTreeSet, error::Error, sync::Arc};
use tokio_postgres::NoTls;
use user_engine_domain::{AccountStatus, ActorKind, Issuer, Sensitive, Subject, TenantId, Text};
use user_engine_ports::{Deadline, Migrator, SystemClock, UserEngineStore, UuidSource};
use user_engine_service::*;
use user_engine_store_memory::InMemoryUserEngineStore;
use user_engine_store_postgres::{PostgresMigrator, PostgresUserEngineStore};

/// Whoever asks is the help desk of the tenant `acme`; a real one verifies a token.
struct Desk;

#[async_trait]
impl ClaimsVerifier for Desk {
    async fn verify(&self, _: &Credential, _: Deadline) -> Result<Claims, ClaimsError> {
        let text = |_| ClaimsError::Invalid;
        Ok(Claims {
            kind: ActorKind::Service,
            issuer: Issuer::new("https://id.example").map_err(text)?,
            subject: Subject::new("help-desk").map_err(text)?,
            tenant: Some(TenantId::new("acme").map_err(text)?),
            issuer_tenants: IssuerTenants::Any,
            roles: BTreeSet::from([Role::TenantAdmin]),
            user_id: None,
            on_behalf_of: None,
            break_glass: false,
            expires_at: None,
        })
    }
}

/// Allows what the service's own rules allow; a real one asks a policy.
struct OwnRules;

#[async_trait]
impl Authorizer for OwnRules {
    async fn decide(&self, _: &Question<'_>, _: Deadline) -> Decision {
        Decision::Allow
    }
}

async fn store() -> Result<Arc<dyn UserEngineStore>, Box<dyn Error>> {
    let Ok(dsn) = std::env::var("DSN") else {
        return Ok(Arc::new(InMemoryUserEngineStore::migrated(Arc::new(
            SystemClock,
        ))));
    };
    let connections = deadpool_postgres::Manager::new(dsn.parse()?, NoTls);
    let pool = deadpool_postgres::Pool::builder(connections)
        .max_size(4)
        .build()?;
    PostgresMigrator::from_pool(pool.clone())
        .migrate(Deadline::default())
        .await?;
    Ok(Arc::new(PostgresUserEngineStore::from_pool(pool)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = UserEngineService::new(Ports {
        store: store().await?,
        claims: Arc::new(Desk),
        authorizer: Arc::new(OwnRules),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidSource),
        pause: Arc::new(TokioPause),
    });
    let desk = RequestContext::new(Sensitive::new(Text::new("token of the help desk")?));
    let ada = CreateUser {
        user_id: None,
        display_name: Some(Sensitive::new(Text::new("Ada")?)),
        primary_email: None,
        status: AccountStatus::Active,
    };
    let created = service.create_user(&desk, ada).await?;
    let link = LinkIdentity {
        user_id: created.response.user_id,
        issuer: Issuer::new("https://id.example")?,
        subject: Subject::new("ada")?,
    };
    let again = service.link_identity(&desk, link.clone()).await;
    println!("linked: {}", again.is_ok());
    let refused = service.link_identity(&desk, link).await;
    println!("linked twice: {}", refused.expect_err("it is linked"));
    Ok(())
}

/// Waits by the program's own timer.
struct TokioPause;

#[async_trait]
impl user_engine_ports::Pause for TokioPause {
    async fn pause(&self, duration: std::time::Duration) {
        tokio::time::sleep(duration).await;
    }
}

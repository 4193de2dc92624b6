//! Embeds the service in a program: on the memory store, or on PostgreSQL where `DSN` names one.

use async_trait::async_trait;
use std::{collections::BTreeSet, error::Error, sync::Arc, time::Duration};
use user_engine_domain::{AccountStatus, ActorKind, FieldError, Issuer};
use user_engine_domain::{Sensitive, Subject, TenantId, Text};
use user_engine_ports::{Deadline, IdSource, Migrator, Pause};
use user_engine_ports::{SystemClock, UserEngineStore, UuidSource};
use user_engine_service::{AuditRecords, CreateUser, LinkIdentity, WhoAmI};
use user_engine_service::{Authorizer, Claims, ClaimsError, ClaimsVerifier, Credential, Decision};
use user_engine_service::{
    IssuerTenants, Ports, Question, RequestContext, Role, UserEngineService,
};
use user_engine_store_memory::InMemoryUserEngineStore;
use user_engine_store_postgres::{PostgresMigrator, PostgresUserEngineStore};

const ISSUER: &str = "https://id.example";

/// The program around the service: here the credential is the subject itself. A real program
/// verifies a token, asks a policy, and waits by its own timer.
struct Program;

#[async_trait]
impl ClaimsVerifier for Program {
    async fn verify(&self, shown: &Credential, _: Deadline) -> Result<Claims, ClaimsError> {
        let invalid = |_| ClaimsError::Invalid;
        let subject = Subject::new(shown.expose().as_str()).map_err(invalid)?;
        let is_desk = subject.as_str() == "help-desk";
        let (kind, roles) = if is_desk {
            (ActorKind::Service, BTreeSet::from([Role::TenantAdmin]))
        } else {
            (ActorKind::Human, BTreeSet::new())
        };
        Ok(Claims {
            kind,
            roles,
            subject,
            issuer: Issuer::new(ISSUER).map_err(invalid)?,
            tenant: Some(TenantId::new("acme").map_err(invalid)?),
            issuer_tenants: IssuerTenants::Any,
            user_id: None,
            on_behalf_of: None,
            break_glass: false,
            expires_at: None,
        })
    }
}

#[async_trait]
impl Authorizer for Program {
    async fn decide(&self, _: &Question<'_>, _: Deadline) -> Decision {
        Decision::Allow
    }
}

#[async_trait]
impl Pause for Program {
    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

async fn store() -> Result<Arc<dyn UserEngineStore>, Box<dyn Error>> {
    let Ok(dsn) = std::env::var("DSN") else {
        let clock = Arc::new(SystemClock);
        return Ok(Arc::new(InMemoryUserEngineStore::migrated(clock)));
    };
    let keeper = deadpool_postgres::Manager::new(dsn.parse()?, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(keeper).build()?;
    let migrator = PostgresMigrator::from_pool(pool.clone());
    migrator.migrate(Deadline::default()).await?;
    Ok(Arc::new(PostgresUserEngineStore::from_pool(pool)))
}

fn shows(credential: &str) -> Result<RequestContext, FieldError> {
    Ok(RequestContext::new(Sensitive::new(Text::new(credential)?)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let program = Arc::new(Program);
    let service = UserEngineService::new(Ports {
        store: store().await?,
        claims: program.clone(),
        authorizer: program.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidSource),
        pause: program,
    });

    // The help desk makes a user; the same operation id again would give the same user.
    let (desk, subject) = (shows("help-desk")?, Subject::new(UuidSource.next_id())?);
    let ada = CreateUser {
        user_id: None,
        display_name: Some(Sensitive::new(Text::new("Ada")?)),
        primary_email: None,
        status: AccountStatus::Active,
    };
    let made = service.create_user(&desk, ada).await?;
    let link = LinkIdentity {
        user_id: made.response.user_id,
        issuer: Issuer::new(ISSUER)?,
        subject: subject.clone(),
    };
    service.link_identity(&desk, link).await?;

    // The user signs in, is shown their own record, and may not look into the log.
    let ada = shows(subject.as_str())?;
    let me = service.me(&ada, WhoAmI).await?;
    println!("signed in: an account that is {}", me.account.status);
    let refused = service.audit_records(&ada, AuditRecords::default()).await;
    println!(
        "the log: {}",
        refused.expect_err("a user is no administrator")
    );

    // What was done and what was denied, with the operation, by whom.
    let created = AuditRecords {
        correlation_id: Some(made.correlation_id),
        ..AuditRecords::default()
    };
    for record in service.audit_records(&desk, created).await?.entries {
        let record = record.map_err(|row| row.to_string())?;
        println!("audit: {} {}", record.operation.as_str(), record.outcome);
    }
    Ok(())
}

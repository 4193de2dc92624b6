//! Races for identities and accounts.

use super::{Race, Racer, race, racer};
use crate::context::RequestContext;
use crate::error::ConflictCause;
use crate::scenario::story::ensure;
use crate::scenario::{Failed, World};
use crate::user::{CreateUser, LinkIdentity, SetAccountStatus};
use user_engine_domain::{AccountStatus, ExternalIdentity, Issuer, RecordKind, Subject, UserId};
use user_engine_ports::{Scope, UnitOptions, UserEngineStore};

/// This area's races.
pub(super) const RACES: &[Race] = &[
    race!("two users for one subject", subject, |_| false),
    race!("one new status of an account", status, |late| late
        .invalid()
        .is_some_and(|refused| refused.field() == "status")),
    race!("one user id", user_id, |_| false),
];

/// Two users, each by two callers, ask for one subject.
async fn subject(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let desk = world.desk("acme")?;
    let mut racers = Vec::new();
    for name in ["ada", "bob"] {
        let user_id = UserId::new(format!("{name}-{round}"))?;
        let create = CreateUser {
            user_id: Some(user_id.clone()),
            display_name: None,
            primary_email: None,
            status: AccountStatus::Active,
        };
        world.service.create_user(&desk, create).await?;
        for _ in 0..2 {
            let link = LinkIdentity {
                user_id: user_id.clone(),
                issuer: Issuer::new("https://other.example")?,
                subject: Subject::new(format!("subject-{round}"))?,
            };
            racers.push(Box::pin(linking(world.clone(), desk.clone(), link)) as Racer);
        }
    }
    Ok(racers)
}

/// Links a subject, or loses it and hears whose it is: this very user's, or another one's.
async fn linking(world: World, desk: RequestContext, link: LinkIdentity) -> Result<(), Failed> {
    let Err(lost) = world.service.link_identity(&desk, link.clone()).await else {
        return Ok(());
    };
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    let key = (link.issuer, link.subject);
    let linked = tx.get::<ExternalIdentity>(&key).await?;
    let linked = linked.map(|found| found.record.user_id);
    let told = if linked == Some(link.user_id) {
        ConflictCause::Exists(RecordKind::ExternalIdentity)
    } else {
        ConflictCause::LinkedElsewhere
    };
    ensure!(
        lost.conflict() == Some(told),
        "a loser hears {:?} for {told:?}",
        lost.kind()
    );
    Err(lost.into())
}

/// Four operators suspend one active account.
async fn status(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let user_id = UserId::new(format!("cyd-{round}"))?;
    let operator = world.by("operator")?;
    let create = CreateUser {
        user_id: Some(user_id.clone()),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    };
    world.service.create_user(&operator, create).await?;
    let suspend = SetAccountStatus {
        user_id,
        status: AccountStatus::Suspended,
    };
    let racer = || racer!(world, set_account_status, operator, suspend.clone());
    Ok((0..4).map(|_| racer()).collect())
}

/// Four callers create a user of the same id.
async fn user_id(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let operator = world.by("operator")?;
    let create = CreateUser {
        user_id: Some(UserId::new(format!("dan-{round}"))?),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    };
    let racer = || racer!(world, create_user, operator, create.clone());
    Ok((0..4).map(|_| racer()).collect())
}

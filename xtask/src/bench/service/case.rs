//! The operations that are measured, and the ground that each needs.

use std::future::Future;
use std::pin::Pin;
use user_engine_domain::{AccountStatus, Issuer, Sensitive, Subject, Text, UserId};
use user_engine_service::scenario::{Failed, World};
use user_engine_service::{CreateUser, LinkIdentity};

/// A step of a case on its way.
type Going = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

/// An operation that is measured.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Lays the ground for this many operations.
    pub(crate) lay: fn(World, usize) -> Going,
    /// Does the operation of this number; each is done once.
    pub(crate) run: fn(World, usize) -> Going,
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "create user",
        lay: |world, _| Box::pin(async move { Ok(world.desk("acme").map(|_| ())?) }),
        run: |world, number| Box::pin(create(world, number)),
    },
    Case {
        name: "link identity",
        lay: |world, count| {
            Box::pin(async move {
                world.desk("acme")?;
                for number in 0..count {
                    create(world.clone(), number).await?;
                }
                Ok(())
            })
        },
        run: |world, number| Box::pin(link(world, number)),
    },
];

/// The credential of the tenant's service, once the world knows it.
const DESK: &str = "desk of acme";

fn user_id(number: usize) -> Result<UserId, Failed> {
    Ok(UserId::new(format!("user-{number:09}"))?)
}

pub(crate) async fn create(world: World, number: usize) -> Result<(), Failed> {
    let desk = world.by(DESK)?;
    let request = CreateUser {
        user_id: Some(user_id(number)?),
        display_name: Some(Sensitive::new(Text::new("Ada Lovelace")?)),
        primary_email: Some(Sensitive::new(Text::new("ada@example.org")?)),
        status: AccountStatus::Active,
    };
    world.service.create_user(&desk, request).await?;
    Ok(())
}

async fn link(world: World, number: usize) -> Result<(), Failed> {
    let desk = world.by(DESK)?;
    let request = LinkIdentity {
        user_id: user_id(number)?,
        issuer: Issuer::new("https://id.example")?,
        subject: Subject::new(format!("subject-{number:09}"))?,
    };
    world.service.link_identity(&desk, request).await?;
    Ok(())
}

//! Stories: users and their accounts.

use super::{Story, ensure, story};
use crate::error::ConflictCause;
use crate::scenario::{Failed, World};
use crate::user::LinkIdentity;
use user_engine_domain::{Issuer, Subject, UserId};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[story!(
    "a-subject-that-is-linked-can-not-be-linked-again",
    linked_once
)];

async fn linked_once(world: World) -> Result<(), Failed> {
    let ada = world.person("acme", "ada").await?;
    world.person("acme", "bob").await?;
    let link = |user_id: &str| -> Result<LinkIdentity, Failed> {
        Ok(LinkIdentity {
            user_id: UserId::new(user_id)?,
            issuer: Issuer::new("https://other.example")?,
            subject: Subject::new("ada-elsewhere")?,
        })
    };
    world.service.link_identity(&ada, link("ada")?).await?;
    let desk = world.desk("acme")?;
    let again = world.service.link_identity(&desk, link("bob")?).await;
    let cause = again.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::LinkedElsewhere),
        "bob takes what is ada's: {cause:?}"
    );
    Ok(())
}

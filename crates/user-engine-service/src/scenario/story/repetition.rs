//! Stories: calls made twice under one operation id, whatever became of the caller since.

use super::actor::witness::{counts, denied, unlinked, with_claims};
use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::error::ConflictCause;
use crate::scenario::{Failed, ISSUER, World, claims_of};
use crate::user::{CreateUser, EraseUser, LinkIdentity, UnlinkIdentity};
use user_engine_domain::{
    AccountStatus, ActorKind, Issuer, OperationId, ReasonCode, Subject, UserId,
};

/// These stories.
pub(super) const STORIES: &[Story] = &[
    story!(
        "whoever-erased-the-own-user-is-told-so-again",
        erased_oneself
    ),
    story!(
        "whoever-unlinked-the-own-sign-in-is-told-so-again",
        unlinked_oneself
    ),
    story!(
        "several-operations-repeated-give-their-first-answers",
        unit_again
    ),
];

/// A person whose issuer knows no user, of no tenant.
fn unnamed(world: &World, subject: &str) -> Result<RequestContext, Failed> {
    let claims = claims_of(ActorKind::Human, subject)?;
    with_claims(world, &format!("{subject} by sign-in"), claims)
}

fn under(context: &RequestContext, operation_id: &str) -> Result<RequestContext, Failed> {
    let operation_id = OperationId::new(operation_id)?;
    Ok(context.clone().with_operation(operation_id))
}

fn erase(user_id: &str) -> Result<EraseUser, Failed> {
    let user_id = UserId::new(user_id)?;
    Ok(EraseUser { user_id })
}

async fn erased_oneself(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "ada").await?;
    world.person("acme", "bob").await?;
    let ada = unnamed(&world, "ada")?;
    let done = service
        .erase_user(&under(&ada, "goodbye")?, erase("ada")?)
        .await?;
    let before = counts(&world).await?;
    let again = service
        .erase_user(&under(&ada, "goodbye")?, erase("ada")?)
        .await?;
    ensure!(
        again.is_repeated && again.response == done.response,
        "the first answer comes again"
    );
    ensure!(counts(&world).await? == before, "and nothing is written");

    // Nobody is admitted by that: not to anything else, nor anybody else to this.
    let eve = under(&unnamed(&world, "eve")?, "goodbye")?;
    for (context, user_id, subject) in [
        (under(&ada, "another")?, "ada", "ada"),
        (under(&ada, "goodbye")?, "bob", "ada"),
        (eve, "ada", "eve"),
    ] {
        let subject = unlinked(ISSUER, subject);
        let nobody = (ReasonCode::RoleMissing, None, subject.as_str());
        let call = service.erase_user(&context, erase(user_id)?);
        denied(&world, call, nobody).await?;
    }
    Ok(())
}

async fn unlinked_oneself(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "ada").await?;
    let ada = unnamed(&world, "ada")?;
    let identity = |subject: &str| -> Result<(Issuer, Subject), Failed> {
        Ok((Issuer::new(ISSUER)?, Subject::new(subject)?))
    };
    let (issuer, subject) = identity("ada-elsewhere")?;
    let user_id = UserId::new("ada")?;
    let link = LinkIdentity {
        user_id: user_id.clone(),
        issuer,
        subject,
    };
    service.link_identity(&ada, link).await?;
    let (issuer, subject) = identity("ada")?;
    let unlink = UnlinkIdentity {
        user_id,
        issuer,
        subject,
    };
    let once = under(&ada, "unlink")?;
    let done = service.unlink_identity(&once, unlink.clone()).await?;
    let again = service.unlink_identity(&once, unlink.clone()).await?;
    ensure!(
        again.is_repeated && again.response == done.response,
        "the first answer comes again"
    );
    // The sign-in is somebody else's now; what was asked by it stays answered.
    world.person("acme", "bob").await?;
    let bobs = LinkIdentity {
        user_id: UserId::new("bob")?,
        issuer: unlink.issuer.clone(),
        subject: unlink.subject.clone(),
    };
    service.link_identity(&world.by("operator")?, bobs).await?;
    let again = service.unlink_identity(&once, unlink.clone()).await?;
    ensure!(again.is_repeated, "it is answered by what was asked");
    let other = under(&ada, "unlink-again")?;
    let not_hers = service.unlink_identity(&other, unlink).await;
    ensure!(
        not_hers.is_err_and(|error| error.is_denied()),
        "and nothing new is done"
    );
    Ok(())
}

async fn unit_again(world: World) -> Result<(), Failed> {
    let once = under(&world.desk("acme")?, "welcome")?;
    let create = || CreateUser {
        user_id: None,
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    };
    let mut first = Vec::new();
    for is_repeated in [false, true] {
        let mut unit = world.service.begin(once.clone())?;
        let created = unit.run(create()).await?;
        let link = LinkIdentity {
            user_id: created.user_id.clone(),
            issuer: Issuer::new(ISSUER)?,
            subject: Subject::new("ada")?,
        };
        let linked = unit.run(link).await?;
        let done = unit.commit().await?;
        ensure!(
            done.is_repeated == is_repeated,
            "the second is a repetition: {is_repeated}"
        );
        first.push((created, linked));
    }
    ensure!(first[0] == first[1], "the first answers come again");
    let mut other = world.service.begin(once)?;
    let mut elsewhere = create();
    elsewhere.status = AccountStatus::Invited;
    let reused = other.run(elsewhere).await.err();
    let cause = reused.and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::OperationReused),
        "another content is a conflict: {cause:?}"
    );
    Ok(())
}

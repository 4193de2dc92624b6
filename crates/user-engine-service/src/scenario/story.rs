//! The stories, and how one is told.

mod access_profile;
mod actor;
mod application;
mod family;
mod onboarding;
mod operability;
mod prepared_account;
mod profile;
mod registration;
mod repetition;
mod tenant;
mod user;

use super::world::{Failed, World};
use std::future::Future;
use std::pin::Pin;

/// A story on its way.
pub type Telling = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

/// A story about the service, told on a world of its own.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    /// Its name: a sentence about what happens, in lower-case words joined by dashes.
    pub name: &'static str,
    /// Tells it.
    pub tell: fn(World) -> Telling,
}

/// Every story, in the order of their areas.
pub fn stories() -> impl Iterator<Item = &'static Story> {
    [
        actor::STORIES,
        user::STORIES,
        repetition::STORIES,
        tenant::STORIES,
        application::STORIES,
        profile::STORIES,
        registration::STORIES,
        prepared_account::STORIES,
        access_profile::STORIES,
        onboarding::STORIES,
        family::STORIES,
        operability::STORIES,
    ]
    .into_iter()
    .flatten()
}

/// Declares a story: `story!("name", tell)`, where `tell` is an `async fn(World)`.
macro_rules! story {
    ($name:literal, $tell:path) => {
        Story {
            name: $name,
            tell: |world| Box::pin($tell(world)),
        }
    };
}
pub(crate) use story;

/// Ends the story when something is not as it tells.
macro_rules! ensure {
    ($holds:expr, $($told:tt)+) => {
        if !$holds {
            return Err($crate::scenario::Failed::Untrue(format!($($told)+)));
        }
    };
}
pub(crate) use ensure;

//! Actors: who did or asked for something.

use crate::id::ActorId;
use crate::variant::closed_enum;

closed_enum!(
    /// What an actor is.
    ActorKind, "actor_kind", {
        /// A person.
        Human = "human",
        /// A service.
        Service = "service",
        /// A software agent.
        Agent = "agent",
        /// The engine itself.
        System = "system",
    }
);

/// Who did or asked for something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// What it is.
    pub kind: ActorKind,
    /// Its id, as its kind spells it; a person's is the user id.
    pub id: ActorId,
    /// Whom it acts for, where that is somebody else.
    pub on_behalf_of: Option<ActorId>,
    /// Whether it used emergency rights.
    pub break_glass: bool,
}

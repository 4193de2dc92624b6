//! The authorization port: what a caller may do beyond the service's own rules.

use crate::port::claims::Role;
use async_trait::async_trait;
use std::collections::BTreeSet;
use user_engine_domain::{Actor, ReasonCode, RecordId, TenantId};
use user_engine_ports::Deadline;

/// Decides about calls that the service's own rules would admit.
#[async_trait]
pub trait Authorizer: Send + Sync {
    /// Answers a question. An answer that doesn't come in time counts as
    /// [`Decision::Unavailable`].
    async fn decide(&self, question: &Question<'_>, deadline: Deadline) -> Decision;
}

/// What the authorizer is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The operation's name, as audit records spell it.
    pub operation: &'static str,
    /// Who asks; the id of a person is the user id where it is known.
    pub actor: &'a Actor,
    /// The caller's roles.
    pub roles: &'a BTreeSet<Role>,
    /// The resolved tenant.
    pub tenant: Option<&'a TenantId>,
    /// The record that the request names, where it names one; nothing says that it exists.
    pub target: Option<&'a RecordId>,
}

/// The authorizer's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The caller may. Whatever requires an approval is still refused.
    Allow,
    /// The caller may, and an approval of just this is on file.
    Approved,
    /// The caller may not.
    Deny(ReasonCode),
    /// No answer: writes and reads of other people's records are denied; a caller's reads of
    /// their own records go by the service's own rules.
    Unavailable,
}

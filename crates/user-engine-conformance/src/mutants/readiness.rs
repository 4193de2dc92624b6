//! Stores that are wrong about their readiness.

use crate::fault::{Fault, Store};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_ports::{Deadline, Readiness};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "readiness-always-ready",
    wrong: "Readiness gives no reason whatever the store holds.",
    killed_by: "readiness.empty.not-migrated",
    fault: fault!(ReadyFault),
}];

struct ReadyFault;

#[async_trait]
impl Fault for ReadyFault {
    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        Readiness {
            reasons: Vec::new(),
            ..store.readiness(deadline).await
        }
    }
}

//! The two questions of whoever runs the process.

use crate::prelude::*;
use crate::service::UserEngineService;
use user_engine_ports::{Deadline, PORT_VERSION, Readiness};

/// What the process says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The version of this crate.
    pub version: &'static str,
    /// The version of the store port that it was built with.
    pub port_version: u32,
    /// What time the process thinks it is.
    pub now: Timestamp,
}

impl UserEngineService {
    /// Says that the process answers. Nothing else is asked: a process is not restarted because
    /// its store is away.
    ///
    /// Callers: anybody; a probe has no credential, and nothing here is anybody's.
    pub fn health(&self) -> Health {
        Health {
            version: env!("CARGO_PKG_VERSION"),
            port_version: PORT_VERSION,
            now: self.ports().clock.now(),
        }
    }

    /// Says whether the store can serve, and every reason why not. One round trip; never an error.
    ///
    /// Callers: anybody inside the process; a probe has no credential. The answer names objects
    /// and settings of the store and never a stored value: what of it leaves the process is for
    /// whoever serves it to say.
    pub async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.ports().store.readiness(deadline).await
    }
}

/// The table's line of a probe, which asks for no caller.
const fn probe(name: &'static str) -> OperationSpec {
    OperationSpec {
        name,
        reach: Reach::Platform,
        stands: Stands::Nowhere,
        grants: &[],
        events: &[],
    }
}

/// Stands for `health` in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProbeHealth;

/// Stands for `readiness` in the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProbeReadiness;

impl Operation for ProbeHealth {
    const SPEC: OperationSpec = probe("health");
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Operation for ProbeReadiness {
    const SPEC: OperationSpec = probe("readiness");
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        Ok(())
    }
}

//! What a store declares of itself; declarations are binding and probed by the conformance suite.

/// What a store declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The store's name in reports, such as `memory` or `postgres`.
    pub name: &'static str,
    /// Who keeps tenants apart.
    pub wall: Wall,
    /// Whether an acknowledged commit survives the process.
    pub durable: bool,
    /// Whether what answers is a stand-in for the real thing, and what it leaves out.
    pub simulated: Option<&'static str>,
}

/// Who keeps tenants apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// The adapter's own statements.
    Adapter,
    /// The database: row-level security under a role that can't bypass it.
    Database,
}

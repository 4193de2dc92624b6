//! A third party's adapter, held to the contract: the glue is this file, the store is `rows.rs`.
//!
//! `cargo run -p user-engine-conformance --features mimic --example third_party_adapter`

mod commit;
mod rows;

use async_trait::async_trait;
use rows::{RowStore, Schema};
use std::process::ExitCode;
use std::sync::Arc;
use user_engine_conformance::{FactoryError, Level, Sandbox, StoreFactory, conformance_main};
use user_engine_ports::{Capabilities, Migrator, UserEngineStore};

struct Rows;

#[async_trait]
impl StoreFactory for Rows {
    fn label(&self) -> String {
        "rows".to_owned()
    }
    fn capabilities(&self) -> Capabilities {
        rows::CAPABILITIES
    }
    fn powers(&self) -> Vec<user_engine_conformance::Power> {
        Vec::new()
    }
    fn claims(&self) -> Level {
        Level::L2
    }
    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Ok(Arc::new(Fresh(RowStore::default())))
    }
}

struct Fresh(RowStore);

#[async_trait]
impl Sandbox for Fresh {
    fn store(&self) -> Arc<dyn UserEngineStore> {
        Arc::new(self.0.clone())
    }
    fn migrator(&self) -> Arc<dyn Migrator> {
        Arc::new(Schema)
    }
}

fn main() -> ExitCode {
    conformance_main(vec![Arc::new(Rows)])
}

//! Runs a unit of work in a task of its own, as a server does with each request, and once more
//! under the same operation, as a caller does who missed the answer.

use async_trait::async_trait;
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{OperationId, User, reference};
use user_engine_ports::{
    Operation, Pause, Ran, RequestDigest, RetryPolicy, RunError, Scope, SystemClock, Tx,
    UnitOptions, UserEngineStore, run_in_transaction,
};
use user_engine_store_memory::InMemoryUserEngineStore;

/// Waits by the executor's own timer.
struct Sleep;

#[async_trait]
impl Pause for Sleep {
    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Gives a user a new address, or makes the user; says whether there was one.
async fn admit(
    store: Arc<dyn UserEngineStore>,
    user: User,
    operation: Operation,
) -> Result<Ran<bool>, RunError<Infallible>> {
    let options = UnitOptions::write(Scope::Tenantless, operation);
    let unit = async move |mut tx: Tx| {
        let was_there = tx.get::<User>(&user.user_id).await?.is_some();
        tx.save(user.clone())?;
        Ok((tx, was_there))
    };
    run_in_transaction(&*store, &Sleep, &options, RetryPolicy::default(), unit).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store: Arc<dyn UserEngineStore> =
        Arc::new(InMemoryUserEngineStore::migrated(Arc::new(SystemClock)));
    let digest = RequestDigest::of("admit user-ada");
    let operation = Operation::new(OperationId::new("request-1")?, digest);
    for _ in 0..2 {
        let user = reference::user();
        let task = tokio::spawn(admit(store.clone(), user, operation.clone()));
        match task.await?? {
            Ran::Applied { value, .. } => println!("applied; was there before: {value}"),
            Ran::Repeated(receipt) => {
                println!("applied before, as {}", receipt.operation_id.as_str());
            }
        }
    }
    Ok(())
}

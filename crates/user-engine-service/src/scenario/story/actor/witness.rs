//! What a story looks at afterwards: the audit log and the counts of the store.

use super::super::ensure;
use crate::context::RequestContext;
use crate::error::{ServiceError, ServiceErrorKind};
use crate::port::Claims;
use crate::scenario::{Failed, World};
use std::collections::BTreeMap;
use std::future::Future;
use user_engine_domain::{
    AuditOutcome, AuditRecord, CorrelationId, ReasonCode, TenantId, sha256_hex,
};
use user_engine_ports::{AuditQuery, Deadline, Scope, UserEngineStore};

/// What the store holds, by name.
pub(in crate::scenario) async fn counts(
    world: &World,
) -> Result<BTreeMap<&'static str, u64>, Failed> {
    let counted = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    Ok(counted.await?)
}

/// The audit record of a call that was denied: the only thing that the call left behind. Its
/// reason, tenant and actor are as told.
pub(in crate::scenario) async fn denied<T: Send>(
    world: &World,
    call: impl Future<Output = Result<T, ServiceError>> + Send,
    (reason, tenant, actor): (ReasonCode, Option<&str>, &str),
) -> Result<AuditRecord, Failed> {
    let mut expected = counts(world).await?;
    let Err(error) = call.await else {
        return Err(Failed::Untrue(format!("{reason:?} is denied")));
    };
    let is_audited = matches!(
        error.kind(),
        ServiceErrorKind::AuthorizationDenied { is_audited: true }
    );
    ensure!(is_audited, "{reason:?} is denied in writing: {error}");
    *expected.entry("audit_records").or_default() += 1;
    let found = counts(world).await?;
    ensure!(
        found == expected,
        "a denial leaves its audit record alone: {found:?}"
    );
    let mut query = AuditQuery::new(Scope::Platform);
    query.correlation_id = error.correlation_id().cloned();
    let page = world
        .store
        .audit_records(&query, Deadline::default())
        .await?;
    let mut records = page.entries.into_iter().filter_map(Result::ok);
    let (Some(record), None) = (records.next(), records.next()) else {
        return Err(Failed::Untrue("a denial has one audit record".to_owned()));
    };
    ensure!(record.outcome == AuditOutcome::Denied, "it is a denial");
    ensure!(
        record.reason == Some(reason),
        "{reason:?} is not {:?}",
        record.reason
    );
    let resolved = record.tenant.as_ref().map(TenantId::as_str);
    ensure!(resolved == tenant, "{reason:?} is of another tenant");
    ensure!(
        record.actor.id.as_str() == actor,
        "{reason:?} is of another actor"
    );
    Ok(record)
}

/// A request under new claims.
pub(in crate::scenario) fn with_claims(
    world: &World,
    credential: &str,
    claims: Claims,
) -> Result<RequestContext, Failed> {
    world.claims.set(credential, Ok(claims));
    Ok(world.by(credential)?)
}

/// The audit record of the operation that was done last under a correlation id.
pub(in crate::scenario) async fn audited(
    world: &World,
    correlation_id: &CorrelationId,
) -> Result<AuditRecord, Failed> {
    let mut query = AuditQuery::new(Scope::Platform);
    query.correlation_id = Some(correlation_id.clone());
    let page = world
        .store
        .audit_records(&query, Deadline::default())
        .await?;
    let last = page.entries.into_iter().filter_map(Result::ok).next_back();
    last.ok_or_else(|| Failed::Untrue("an operation that was done is audited".to_owned()))
}

/// How an audit record names a person without a user.
pub(in crate::scenario) fn unlinked(issuer: &str, subject: &str) -> String {
    let text = format!("{issuer}\n{subject}");
    let digest = sha256_hex(text);
    format!("unlinked-{}", &digest[..32])
}

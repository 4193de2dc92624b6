//! Tenantless records, and how far each scope reaches them.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use user_engine_domain::reference::{
    account, application, application_binding, catalog, external_identity, identity_factor,
    profile_value, registration_session, tenant_account, user,
};
use user_engine_domain::{
    DomainRecord, ProfileScope, ProfileValue, RecordKind, RegistrationSession, ScopeId, TenantId,
};
use user_engine_ports::{ListBy, ListQuery, Scope};

use crate::fixture::valid;

/// The records of a person that belong to no tenant; all are the user `user-ada`'s.
fn person() -> Vec<DomainRecord> {
    let registration = RegistrationSession {
        tenant: None,
        ..registration_session()
    };
    let everywhere = ProfileValue {
        tenant: None,
        scope: ProfileScope::Global,
        scope_id: None,
        ..profile_value()
    };
    let in_application = ProfileValue {
        tenant: None,
        scope: ProfileScope::Application,
        scope_id: Some(valid(ScopeId::new("app-mail"))),
        ..profile_value()
    };
    vec![
        account().into(),
        external_identity().into(),
        identity_factor().into(),
        everywhere.into(),
        in_application.into(),
        registration.into(),
        user().into(),
    ]
}

/// The scopes that are not the platform's.
fn scopes() -> [Scope; 2] {
    [
        Scope::Tenant(valid(TenantId::new("acme"))),
        Scope::Tenantless,
    ]
}

fn of_user() -> ListBy {
    ListBy::User(user().user_id)
}

fn of_registration() -> ListBy {
    ListBy::Scope {
        scope_type: "registration".to_owned(),
        scope_id: "registration-1".to_owned(),
    }
}

pub(super) async fn reached(ctx: Context) -> Result<(), Failure> {
    let records = person();
    ctx.commit(Scope::Tenantless, "fill", records.clone())
        .await?;
    for scope in scopes() {
        for record in &records {
            let found = ctx.record(scope.clone(), &record.id()).await?;
            same(&found.record, record, "a tenantless record by its key")?;
            let query = ListQuery::new(record.kind(), of_user());
            let keys = ctx.keys(scope.clone(), query).await?;
            let of_kind = records.iter().filter(|it| it.kind() == record.kind());
            same_count(keys.len(), of_kind.count(), "a user's tenantless records")?;
        }
        let query = ListQuery::new(RecordKind::IdentityFactor, of_registration());
        let keys = ctx.keys(scope.clone(), query).await?;
        same_count(keys.len(), 1_u64, "factors of a registration")?;
    }
    // They may be written there too.
    let [tenant, _] = scopes();
    ctx.commit(tenant, "again", records).await?;
    Ok(())
}

pub(super) async fn not_listed(ctx: Context) -> Result<(), Failure> {
    let records = person();
    ctx.commit(Scope::Tenantless, "fill", records.clone())
        .await?;
    let acme: TenantId = valid(TenantId::new("acme"));
    let by_application_scope = ListBy::Scope {
        scope_type: "application".to_owned(),
        scope_id: "app-mail".to_owned(),
    };
    for scope in scopes() {
        for record in &records {
            for by in [
                ListBy::Kind,
                ListBy::Tenant(acme.clone()),
                ListBy::Application(application().application_id),
                by_application_scope.clone(),
            ] {
                let rows = ctx
                    .walk(scope.clone(), ListQuery::new(record.kind(), by))
                    .await?;
                same_count(rows.len(), 0_u64, record.kind().as_str())?;
            }
        }
    }
    Ok(())
}

pub(super) async fn catalogs(ctx: Context) -> Result<(), Failure> {
    let records: [DomainRecord; 3] = [
        application().into(),
        application_binding().into(),
        catalog().into(),
    ];
    ctx.commit(Scope::Tenantless, "fill", records.clone())
        .await?;
    for scope in scopes().into_iter().chain([Scope::Platform]) {
        for record in &records {
            let by_application = ListBy::Application(application().application_id);
            for by in [ListBy::Kind, by_application] {
                let query = ListQuery::new(record.kind(), by);
                let keys = ctx.keys(scope.clone(), query).await?;
                same(&keys, &vec![record.record_key()], record.kind().as_str())?;
            }
        }
    }
    Ok(())
}

pub(super) async fn no_tenants(ctx: Context) -> Result<(), Failure> {
    let in_tenant = profile_value();
    let mut records = person();
    records.push(tenant_account().into());
    records.push(in_tenant.clone().into());
    ctx.commit(Scope::Platform, "fill", records.clone()).await?;
    for kind in RecordKind::ALL {
        let keys = ctx
            .keys(Scope::Tenantless, ListQuery::new(*kind, of_user()))
            .await?;
        let tenantless = records
            .iter()
            .filter(|record| record.kind() == *kind && record.columns().tenant.is_none());
        let mut expected: Vec<_> = tenantless.map(DomainRecord::record_key).collect();
        expected.sort();
        same(&keys, &expected, kind.as_str())?;
    }
    let [tenant, _] = scopes();
    let query = ListQuery::new(RecordKind::ProfileValue, of_user());
    let keys = ctx.keys(tenant, query).await?;
    same_count(keys.len(), 3_u64, "values that the tenant itself sees")
}

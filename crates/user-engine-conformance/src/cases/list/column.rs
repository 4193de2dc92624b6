//! Lists by each column.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::valid;
use user_engine_domain::reference::{self, minimal_identity_factor, reference_records};
use user_engine_domain::{
    ApplicationId, Catalog, DomainRecord, MembershipScope, MembershipScopeType, RecordKind,
    ScopeId, TenantId, UserId,
};
use user_engine_ports::{ListBy, ListQuery, Scope};

/// The filters that the reference records answer to, and whether a record has what each asks for.
fn filters(record: &DomainRecord) -> Vec<(&'static str, ListBy, bool)> {
    let columns = record.columns();
    let has_scope = columns.scope_type.is_some() && columns.scope_id.is_some();
    let scope = ListBy::Scope {
        scope_type: columns.scope_type.unwrap_or("team").to_owned(),
        scope_id: columns
            .scope_id
            .map_or_else(|| "team-red".to_owned(), std::borrow::Cow::into_owned),
    };
    let application = ListBy::Application(valid(ApplicationId::new("app-mail")));
    vec![
        ("kind", ListBy::Kind, true),
        (
            "tenant",
            ListBy::Tenant(valid(TenantId::new("acme"))),
            columns.tenant.is_some(),
        ),
        (
            "user",
            ListBy::User(valid(UserId::new("user-ada"))),
            columns.user_id.is_some(),
        ),
        ("application", application, columns.application_id.is_some()),
        ("scope", scope, has_scope),
    ]
}

/// Filters that no reference record answers to.
fn strangers() -> Vec<ListBy> {
    vec![
        ListBy::Tenant(valid(TenantId::new("elsewhere"))),
        ListBy::User(valid(UserId::new("user-nobody"))),
        ListBy::Application(valid(ApplicationId::new("app-none"))),
        ListBy::Scope {
            scope_type: "team".to_owned(),
            scope_id: "team-none".to_owned(),
        },
    ]
}

pub(super) async fn columns(ctx: Context) -> Result<(), Failure> {
    let records = reference_records();
    ctx.commit(Scope::Platform, "fill", records.clone()).await?;
    for record in &records {
        let kind = record.kind();
        for (name, by, has_it) in filters(record) {
            let rows = ctx.walk(Scope::Platform, ListQuery::new(kind, by)).await?;
            let what = format!("{kind} by {name}");
            same_count(rows.len(), u64::from(has_it), &what)?;
            for row in rows {
                let found = row.map_err(|_| Failure::broken(format!("{what}: undecodable")))?;
                same(&found.record, record, &what)?;
            }
        }
        for by in strangers() {
            let rows = ctx.walk(Scope::Platform, ListQuery::new(kind, by)).await?;
            same_count(rows.len(), 0_u64, "records of a stranger")?;
        }
    }
    Ok(())
}

pub(super) async fn moves(ctx: Context) -> Result<(), Failure> {
    let unresolved = minimal_identity_factor();
    let resolved = reference::identity_factor();
    let catalog = reference::catalog();
    let moved = Catalog {
        application_id: valid(ApplicationId::new("app-other")),
        ..catalog.clone()
    };
    let of_user = ListBy::User(valid(UserId::new("user-ada")));
    let of_old = ListBy::Application(catalog.application_id.clone());
    let of_new = ListBy::Application(moved.application_id.clone());
    let count = async |kind, by: &ListBy| {
        let query = ListQuery::new(kind, by.clone());
        Ok::<_, Failure>(ctx.walk(Scope::Platform, query).await?.len())
    };
    let (factors, catalogs) = (RecordKind::IdentityFactor, RecordKind::Catalog);

    let before: [DomainRecord; 2] = [unresolved.into(), catalog.into()];
    ctx.commit(Scope::Platform, "before", before).await?;
    same_count(count(factors, &of_user).await?, 0_u64, "factors of no one")?;
    same_count(count(catalogs, &of_old).await?, 1_u64, "catalogs at first")?;
    same_count(count(catalogs, &of_new).await?, 0_u64, "catalogs elsewhere")?;

    let after: [DomainRecord; 2] = [resolved.into(), moved.into()];
    ctx.commit(Scope::Platform, "after", after).await?;
    same_count(
        count(factors, &of_user).await?,
        1_u64,
        "factors of the user",
    )?;
    same_count(
        count(catalogs, &of_old).await?,
        0_u64,
        "catalogs left behind",
    )?;
    same_count(count(catalogs, &of_new).await?, 1_u64, "catalogs moved")
}

pub(super) async fn scope_type(ctx: Context) -> Result<(), Failure> {
    let mut memberships = Vec::new();
    for scope_type in [MembershipScopeType::Team, MembershipScopeType::Group] {
        let mut membership = reference::membership();
        membership.scope = MembershipScope {
            scope_type,
            scope_id: valid(ScopeId::new("red")),
        };
        membership.membership_id = user_engine_domain::Membership::derive_id(
            &membership.user_id,
            &membership.scope,
            &membership.kind,
        );
        memberships.push(DomainRecord::from(membership));
    }
    ctx.commit(Scope::Platform, "fill", memberships.clone())
        .await?;
    for membership in memberships {
        let by = ListBy::Scope {
            scope_type: membership.columns().scope_type.unwrap_or("").to_owned(),
            scope_id: "red".to_owned(),
        };
        let query = ListQuery::new(RecordKind::Membership, by);
        let keys = ctx.keys(Scope::Platform, query).await?;
        same(&keys, &vec![membership.record_key()], "the scope's records")?;
    }
    Ok(())
}

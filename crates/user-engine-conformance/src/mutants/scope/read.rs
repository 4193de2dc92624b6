//! Wrong about what a scope reads.

use user_engine_domain::{DomainRecord, TenantId};
use user_engine_ports::{ListBy, Read, ReadAnswer, Scope};

pub(super) fn is_get(scope: &Scope, read: &Read) -> bool {
    *scope != Scope::Platform && matches!(read, Read::Get(_))
}

pub(super) fn is_list(scope: &Scope, read: &Read) -> bool {
    *scope != Scope::Platform && matches!(read, Read::List(_))
}

pub(super) fn is_later_page(scope: &Scope, read: &Read) -> bool {
    *scope != Scope::Platform && matches!(read, Read::List(query) if query.after.is_some())
}

pub(super) fn is_list_by_kind(scope: &Scope, read: &Read) -> bool {
    let is_own = |query: &user_engine_ports::ListQuery| {
        query.by == ListBy::Kind && !query.kind.is_tenant_kind()
    };
    *scope != Scope::Platform && matches!(read, Read::List(query) if is_own(query))
}

pub(super) fn is_tenantless_list_by_user(scope: &Scope, read: &Read) -> bool {
    let by_user = |query: &user_engine_ports::ListQuery| matches!(query.by, ListBy::User(_));
    *scope == Scope::Tenantless && matches!(read, Read::List(query) if by_user(query))
}

pub(super) fn hide_catalogs(scope: &Scope, read: &Read, answer: &mut ReadAnswer) {
    if let (Read::List(query), ReadAnswer::List(page)) = (read, answer)
        && matches!(scope, Scope::Tenant(_))
        && query.kind.is_shared_catalog_kind()
    {
        page.rows.clear();
        page.next = None;
    }
}

/// Takes away a record that was read by its key when its tenant is as the function says.
fn hide(answer: &mut ReadAnswer, hides: fn(Option<&TenantId>) -> bool) {
    let hidden = |record: &DomainRecord| hides(record.columns().tenant);
    if matches!(answer, ReadAnswer::Get(Some(Ok(row))) if hidden(&row.record)) {
        *answer = ReadAnswer::Get(None);
    }
}

pub(super) fn hide_tenants_from_platform(scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if *scope == Scope::Platform {
        hide(answer, |tenant| tenant.is_some());
    }
}

pub(super) fn hide_tenantless_from_tenants(scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if matches!(scope, Scope::Tenant(_)) {
        hide(answer, |tenant| tenant.is_none());
    }
}

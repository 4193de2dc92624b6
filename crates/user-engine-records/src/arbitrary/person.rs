//! Strategies for the kinds that say who somebody is, where, and how somebody comes in.

use super::value::{
    id, instants, json_value, list, map, normalized_value, secret, sized_id, text, timestamp,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashSet;
use user_engine_domain::{
    Account, AccountStatus, ApplicationBindingEntitlement, DomainRecord, Entitlement,
    ExternalIdentity, FactorRequirement, FactorType, FamilyInvitation, IdentityFactor,
    InvitationStatus, Issuer, List, Membership, MembershipEntitlement, MembershipScope,
    MembershipScopeType, OnboardingJourneyEntitlement, PreparedAccount, PreparedAccountClaim,
    PreparedAccountStatus, ProfileScope, ProfileValue, ProfileValueEntitlement,
    RegistrationSession, RegistrationStatus, ScopeId, Sensitive, Subject, TenantAccount,
    TenantAccountEntitlement, TenantId, User,
};

pub(super) fn user() -> BoxedStrategy<DomainRecord> {
    (id(), of(secret()), of(secret()), instants())
        .prop_map(
            |(user_id, display_name, primary_email, [created_at, updated_at, _])| {
                User {
                    user_id,
                    display_name,
                    primary_email,
                    created_at,
                    updated_at,
                }
                .into()
            },
        )
        .boxed()
}

pub(super) fn account() -> BoxedStrategy<DomainRecord> {
    (id(), select(AccountStatus::ALL), instants())
        .prop_map(|(user_id, status, [created_at, updated_at, _])| {
            Account {
                user_id,
                status,
                created_at,
                updated_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn tenant_account() -> BoxedStrategy<DomainRecord> {
    (id(), id(), select(AccountStatus::ALL), instants())
        .prop_map(|(tenant, user_id, status, [created_at, updated_at, _])| {
            TenantAccount {
                tenant,
                user_id,
                status,
                created_at,
                updated_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn external_identity() -> BoxedStrategy<DomainRecord> {
    let issuer = sized_id(Issuer::MAX_BYTES);
    let subject = sized_id(Subject::MAX_BYTES);
    (issuer, subject, id(), timestamp())
        .prop_map(|(issuer, subject, user_id, linked_at)| {
            ExternalIdentity {
                issuer,
                subject,
                user_id,
                linked_at,
            }
            .into()
        })
        .boxed()
}

/// A scope whose id is the tenant's own where the type is `tenant`.
fn membership_scope(tenant: &TenantId) -> BoxedStrategy<MembershipScope> {
    let own = ScopeId::from(tenant);
    (select(MembershipScopeType::ALL), id())
        .prop_map(move |(scope_type, other)| MembershipScope {
            scope_type,
            scope_id: match scope_type {
                MembershipScopeType::Tenant => own.clone(),
                _ => other,
            },
        })
        .boxed()
}

pub(super) fn membership() -> BoxedStrategy<DomainRecord> {
    id::<TenantId>()
        .prop_flat_map(|tenant| {
            let scope = membership_scope(&tenant);
            (Just(tenant), id(), scope, id(), timestamp())
        })
        .prop_map(|(tenant, user_id, scope, kind, created_at)| {
            Membership {
                tenant,
                membership_id: Membership::derive_id(&user_id, &scope, &kind),
                user_id,
                scope,
                kind,
                created_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn family_invitation() -> BoxedStrategy<DomainRecord> {
    let status = select(InvitationStatus::ALL);
    let ids = (id(), id(), id(), id());
    (ids, status, any::<u32>(), any::<bool>(), instants())
        .prop_map(|(ids, status, sent_count, expires, instants)| {
            let (tenant, other, user_id, role) = ids;
            let [created_at, updated_at, end] = instants;
            FamilyInvitation {
                tenant,
                invitation_id: match status {
                    InvitationStatus::Pending => FamilyInvitation::pending_id(&user_id),
                    _ => other,
                },
                user_id,
                role,
                status,
                sent_count,
                expires_at: expires.then_some(end),
                created_at,
                updated_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn profile_value() -> BoxedStrategy<DomainRecord> {
    let ids = (id::<TenantId>(), id(), id(), id(), id());
    (ids, select(ProfileScope::ALL), json_value(), timestamp())
        .prop_map(|(ids, scope, value, updated_at)| {
            let (tenant, user_id, attribute_key, other, updated_by) = ids;
            let scope_id = match scope {
                ProfileScope::Global => None,
                ProfileScope::Tenant => Some(ScopeId::from(&tenant)),
                ProfileScope::Application | ProfileScope::Membership => Some(other),
            };
            ProfileValue {
                tenant: scope.has_tenant().then_some(tenant),
                user_id,
                attribute_key,
                scope,
                scope_id,
                value: Sensitive::new(value),
                updated_by,
                updated_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn registration_session() -> BoxedStrategy<DomainRecord> {
    let ids = (id(), of(id()), of(id()), id());
    let status = select(RegistrationStatus::ALL);
    (ids, status, any::<bool>(), instants())
        .prop_map(|(ids, status, expires, [created_at, updated_at, end])| {
            let (registration_id, tenant, user_id, correlation_id) = ids;
            RegistrationSession {
                registration_id,
                tenant,
                status,
                user_id,
                correlation_id,
                expires_at: expires.then_some(end),
                created_at,
                updated_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn identity_factor() -> BoxedStrategy<DomainRecord> {
    let ids = (id(), id(), of(id()), select(FactorType::ALL));
    let values = (normalized_value(), of(secret()), text());
    let details = (map(text(), text()), list(text()));
    (ids, values, details, any::<bool>(), instants())
        .prop_map(|(ids, values, details, expires, [verified_at, end, _])| {
            let (factor_id, registration_id, user_id, factor_type) = ids;
            let (normalized_value, display_value, source_system) = values;
            let (assurance, evidence_references) = details;
            IdentityFactor {
                factor_id,
                registration_id,
                user_id,
                factor_type,
                normalized_value,
                display_value,
                source_system,
                assurance,
                evidence_references,
                verified_at,
                expires_at: expires.then_some(end),
            }
            .into()
        })
        .boxed()
}

/// One to three requirements, no factor twice.
fn factor_requirements() -> BoxedStrategy<List<FactorRequirement>> {
    let requirement = (
        select(FactorType::ALL),
        normalized_value(),
        of(text()),
        list(text()),
    )
        .prop_map(
            |(factor_type, normalized_value, source_system, evidence_references)| {
                FactorRequirement {
                    factor_type,
                    normalized_value,
                    source_system,
                    evidence_references,
                }
            },
        );
    vec(requirement, 1..4)
        .prop_filter_map("the length is within the limit", |mut requirements| {
            let mut seen = HashSet::new();
            requirements.retain(|it| seen.insert((it.factor_type, it.normalized_value.clone())));
            List::new(requirements).ok()
        })
        .boxed()
}

fn entitlement(tenant: &TenantId) -> BoxedStrategy<Entitlement> {
    let approval = any::<bool>;
    prop_oneof![
        (select(AccountStatus::ALL), approval()).prop_map(|(status, requires_approval)| {
            Entitlement::TenantAccount(TenantAccountEntitlement {
                status,
                requires_approval,
            })
        }),
        (membership_scope(tenant), id(), approval()).prop_map(
            |(scope, kind, requires_approval)| {
                Entitlement::Membership(MembershipEntitlement {
                    scope,
                    kind,
                    requires_approval,
                })
            }
        ),
        (id(), select(ProfileScope::ALL), json_value(), approval()).prop_map(
            |(attribute_key, scope, value, requires_approval)| {
                Entitlement::ProfileValue(ProfileValueEntitlement {
                    attribute_key,
                    scope,
                    value: Sensitive::new(value),
                    requires_approval,
                })
            }
        ),
        (id(), approval()).prop_map(|(application_id, requires_approval)| {
            Entitlement::ApplicationBinding(ApplicationBindingEntitlement {
                application_id,
                requires_approval,
            })
        }),
        (id(), approval()).prop_map(|(protocol_id, requires_approval)| {
            Entitlement::OnboardingJourney(OnboardingJourneyEntitlement {
                protocol_id,
                requires_approval,
            })
        }),
    ]
    .boxed()
}

pub(super) fn prepared_account() -> BoxedStrategy<DomainRecord> {
    id::<TenantId>()
        .prop_flat_map(|tenant| {
            let entitlements = list(entitlement(&tenant));
            let ids = (id(), id(), id(), id());
            let status = select(PreparedAccountStatus::ALL);
            let lists = (factor_requirements(), entitlements);
            let hints = (of(secret()), of(secret()));
            let times = (any::<bool>(), instants());
            (Just(tenant), ids, status, lists, hints, times)
        })
        .prop_map(|(tenant, ids, status, lists, hints, times)| {
            let (prepared_account_id, prepared_by, user_id, registration_id) = ids;
            let (factor_requirements, entitlements) = lists;
            let (display_name_hint, primary_email_hint) = hints;
            let (expires, [created_at, updated_at, end]) = times;
            let claim =
                (status == PreparedAccountStatus::Claimed).then_some(PreparedAccountClaim {
                    user_id,
                    registration_id,
                    claimed_at: updated_at,
                });
            PreparedAccount {
                tenant,
                prepared_account_id,
                factor_requirements,
                entitlements,
                status,
                prepared_by,
                display_name_hint,
                primary_email_hint,
                claim,
                expires_at: expires.then_some(end),
                created_at,
                updated_at,
            }
            .into()
        })
        .boxed()
}

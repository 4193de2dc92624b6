//! Strategies for the kinds of applications, hats and onboarding.

use super::value::{
    id, id_text, instants, json_value, list, map, sized_id, text, timestamp, version,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::HashSet;
use user_engine_domain::{
    AccessProfile, AccessScope, AccessScopeType, ActiveAccessContext, Application,
    ApplicationBinding, ApplicationState, AssetId, AttributeDefinition, AttributeKey, Catalog,
    CatalogNamespace, CatalogState, DomainRecord, FactorType, HandOff, JourneyStatus, JourneyStep,
    JourneyTask, JsonValue, LifecycleGap, List, Map, MembershipRequirement, MembershipScopeType,
    Mutability, OnboardingJourney, OnboardingTrigger, ProtocolMatch, ProtocolStep, RealmId,
    ScopeId, Sensitive, Sensitivity, ServiceId, StepKey, StepStatus, TenantId, Text, ValueType,
    Visibility, WelcomeProtocol,
};

pub(super) fn application() -> BoxedStrategy<DomainRecord> {
    (id(), text(), select(ApplicationState::ALL), instants())
        .prop_map(
            |(application_id, display_name, state, [created_at, updated_at, _])| {
                Application {
                    application_id,
                    display_name,
                    state,
                    created_at,
                    updated_at,
                }
                .into()
            },
        )
        .boxed()
}

pub(super) fn application_binding() -> BoxedStrategy<DomainRecord> {
    let names = (of(text()), of(text()), of(id()), of(text()));
    (id(), names, map(text(), text()), timestamp())
        .prop_map(|(application_id, names, deployment, updated_at)| {
            let (oidc_client_id, protected_system, catalog_namespace, event_identity) = names;
            ApplicationBinding {
                application_id,
                oidc_client_id,
                protected_system,
                catalog_namespace,
                event_identity,
                deployment,
                updated_at,
            }
            .into()
        })
        .boxed()
}

/// A definition under a name of its own; its default, where it fits, is of its type.
fn attribute() -> impl Strategy<Value = (String, AttributeDefinition)> {
    let words = (
        select(ValueType::ALL),
        select(Sensitivity::ALL),
        select(Visibility::ALL),
        select(Mutability::ALL),
    );
    let key = Just(()).prop_filter_map("the key is replaced", |()| AttributeKey::new("x").ok());
    (id_text(100), key, words, of(json_value()), any::<bool>()).prop_map(
        |(name, key, words, default, retired)| {
            let (value_type, sensitivity, visibility, mutability) = words;
            let definition = AttributeDefinition {
                key,
                value_type,
                default: default.filter(|it: &JsonValue| value_type.admits(it)),
                sensitivity,
                visibility,
                mutability,
                retired,
            };
            (name, definition)
        },
    )
}

pub(super) fn catalog() -> BoxedStrategy<DomainRecord> {
    let state = select(CatalogState::ALL);
    (
        sized_id::<CatalogNamespace>(100),
        id(),
        version(),
        state,
        vec(attribute(), 0..4),
        timestamp(),
    )
        .prop_filter_map(
            "the length is within the limit",
            |(namespace, application_id, version, state, named, published_at)| {
                let mut seen = HashSet::new();
                let attributes = named
                    .into_iter()
                    .filter_map(|(name, definition)| {
                        let key = format!("{}.{name}", namespace.as_str());
                        let key = AttributeKey::new(key).ok()?;
                        seen.insert(key.clone())
                            .then_some(AttributeDefinition { key, ..definition })
                    })
                    .collect();
                Some(
                    Catalog {
                        namespace,
                        application_id,
                        version,
                        state,
                        attributes: List::new(attributes).ok()?,
                        published_at,
                    }
                    .into(),
                )
            },
        )
        .boxed()
}

/// A tenant, and a scope whose id is the tenant's own where the type is `tenant`.
fn tenant_and_scope() -> impl Strategy<Value = (TenantId, AccessScope)> {
    (id::<TenantId>(), select(AccessScopeType::ALL), id()).prop_map(
        |(tenant, scope_type, other)| {
            let scope_id = match scope_type {
                AccessScopeType::Tenant => ScopeId::from(&tenant),
                _ => other,
            };
            let scope = AccessScope {
                scope_type,
                scope_id,
            };
            (tenant, scope)
        },
    )
}

type Values = (
    Sensitive<Map<AttributeKey, JsonValue>>,
    Map<Text, JsonValue>,
);

fn values() -> impl Strategy<Value = Values> {
    (map(id(), json_value()), map(text(), json_value()))
        .prop_map(|(defaults, claims)| (Sensitive::new(defaults), claims))
}

fn required_memberships() -> BoxedStrategy<List<MembershipRequirement>> {
    list(
        (select(MembershipScopeType::ALL), of(id()), of(id()))
            .prop_map(|(scope_type, scope_id, kind)| MembershipRequirement {
                scope_type,
                scope_id,
                kind,
            })
            .boxed(),
    )
}

pub(super) fn access_profile() -> BoxedStrategy<DomainRecord> {
    let ids = (tenant_and_scope(), id(), text(), list(id()));
    let named = (
        of(id::<RealmId>()),
        of(id::<ServiceId>()),
        of(id::<AssetId>()),
    );
    let factor_types = list(select(FactorType::ALL).boxed());
    let required = (required_memberships(), factor_types, any::<bool>());
    (ids, named, required, values(), instants())
        .prop_map(|(ids, named, required, values, instants)| {
            let ((tenant, scope), access_profile_id, hat_name, group_ids) = ids;
            let (realm, service_id, asset_id) = named;
            let (required_memberships, required_factor_types, requires_approval) = required;
            let (profile_defaults, projection_claims) = values;
            let [created_at, updated_at, _] = instants;
            let is = |scope_type| scope.scope_type == scope_type;
            let same = |text: &str| scope.scope_id.as_str() == text;
            AccessProfile {
                realm: realm.filter(|it| !is(AccessScopeType::Realm) || same(it.as_str())),
                service_id: service_id
                    .filter(|it| !is(AccessScopeType::Service) || same(it.as_str())),
                asset_id: asset_id.filter(|it| !is(AccessScopeType::Asset) || same(it.as_str())),
                tenant,
                access_profile_id,
                hat_name,
                scope,
                required_memberships,
                required_factor_types,
                profile_defaults,
                projection_claims,
                group_ids,
                requires_approval,
                created_at,
                updated_at,
            }
            .into()
        })
        .boxed()
}

pub(super) fn active_access_context() -> BoxedStrategy<DomainRecord> {
    let lists = (list(id()), list(id()), list(id()));
    (tenant_and_scope(), id(), id(), lists, values(), timestamp())
        .prop_map(|(scoped, user_id, access_profile_id, lists, values, at)| {
            let (tenant, scope) = scoped;
            let (matched_membership_ids, verified_factor_ids, group_ids) = lists;
            let (profile_defaults, projection_claims) = values;
            ActiveAccessContext {
                tenant,
                user_id,
                access_profile_id,
                scope,
                matched_membership_ids,
                verified_factor_ids,
                group_ids,
                projection_claims,
                profile_defaults,
                selected_at: at,
            }
            .into()
        })
        .boxed()
}

fn matching() -> BoxedStrategy<ProtocolMatch> {
    let ids = (of(id()), of(id()), of(id()), of(id()));
    let factor_types = list(select(FactorType::ALL).boxed());
    (ids, of(text()), of(text()), factor_types)
        .prop_map(|(ids, hat, prepared_journey, required_factor_types)| {
            let (application_id, realm, service_id, role) = ids;
            ProtocolMatch {
                application_id,
                realm,
                service_id,
                role,
                hat,
                prepared_journey,
                required_factor_types,
            }
        })
        .boxed()
}

pub(super) fn welcome_protocol() -> BoxedStrategy<DomainRecord> {
    let references = (of(text()), of(text()), of(text()));
    let step = (id::<StepKey>(), id(), text(), references, any::<bool>()).prop_map(
        |(step_key, subsystem, task_kind, references, callback_required)| {
            let (external_task_reference, callback_reference, support_reference) = references;
            ProtocolStep {
                step_key,
                subsystem,
                task_kind,
                external_task_reference,
                callback_reference,
                support_reference,
                callback_required,
            }
        },
    );
    let trigger = select(OnboardingTrigger::ALL);
    let ids = (id(), id());
    (ids, trigger, matching(), vec(step, 0..4), timestamp())
        .prop_filter_map(
            "the length is within the limit",
            |(ids, trigger, matching, mut steps, created_at)| {
                let mut seen = HashSet::new();
                steps.retain(|step| seen.insert(step.step_key.clone()));
                let (tenant, protocol_id) = ids;
                Some(
                    WelcomeProtocol {
                        tenant,
                        protocol_id,
                        trigger,
                        matching,
                        steps: List::new(steps).ok()?,
                        created_at,
                    }
                    .into(),
                )
            },
        )
        .boxed()
}

fn journey_steps() -> impl Strategy<Value = Vec<JourneyStep>> {
    let task = (text(), of(text())).prop_map(|(kind, external_reference)| JourneyTask {
        kind,
        external_reference,
    });
    let hand_off = (id(), of(text()), of(timestamp())).prop_map(
        |(subsystem, callback_reference, received_at)| HandOff {
            subsystem,
            callback_reference,
            received_at,
        },
    );
    let step = (
        id::<StepKey>(),
        select(StepStatus::ALL),
        of(task),
        of(hand_off),
    )
        .prop_map(|(step_key, status, task, hand_off)| JourneyStep {
            step_key,
            status,
            task,
            hand_off,
        });
    vec(step, 0..4).prop_map(|mut steps| {
        let mut seen = HashSet::new();
        steps.retain(|step| seen.insert(step.step_key.clone()));
        steps
    })
}

pub(super) fn onboarding_journey() -> BoxedStrategy<DomainRecord> {
    let words = (select(OnboardingTrigger::ALL), select(JourneyStatus::ALL));
    let ids = (id(), id(), id(), id(), id());
    let pick = any::<Index>();
    (ids, words, journey_steps(), of(id()), pick, instants())
        .prop_filter_map(
            "the length is within the limit",
            |(ids, words, steps, silent, pick, instants)| {
                let (tenant, user_id, protocol_id, source_id, correlation_id) = ids;
                let (trigger, status) = words;
                let [created_at, updated_at, _] = instants;
                let picked = (!steps.is_empty()).then(|| pick.get(&steps).step_key.clone());
                let gap = picked.clone().zip(silent);
                let gaps = gap.map(|(step_key, subsystem)| LifecycleGap {
                    subsystem,
                    step_key,
                });
                Some(
                    OnboardingJourney {
                        tenant,
                        journey_id: OnboardingJourney::derive_id(
                            &protocol_id,
                            trigger,
                            &source_id,
                            &user_id,
                        ),
                        user_id,
                        protocol_id,
                        trigger,
                        source_id,
                        status,
                        active_step_key: picked,
                        steps: List::new(steps).ok()?,
                        lifecycle_gaps: List::new(gaps.into_iter().collect()).ok()?,
                        correlation_id,
                        created_at,
                        updated_at,
                    }
                    .into(),
                )
            },
        )
        .boxed()
}

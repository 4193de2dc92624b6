//! One record of each kind with every optional field set.

use super::{at, fixed, json, secret};
use crate::{
    AccessProfile, AccessScope, AccessScopeType, Account, AccountStatus, ActiveAccessContext,
    Application, ApplicationBinding, ApplicationBindingEntitlement, ApplicationState,
    AttributeDefinition, AttributeKey, Catalog, CatalogState, Entitlement, ExternalIdentity,
    FactorRequirement, FactorType, FamilyInvitation, HandOff, IdentityFactor, InvitationStatus,
    JourneyStatus, JourneyStep, JourneyTask, JsonValue, LifecycleGap, List, Map, Membership,
    MembershipEntitlement, MembershipId, MembershipKind, MembershipRequirement, MembershipScope,
    MembershipScopeType, Mutability, OnboardingJourney, OnboardingJourneyEntitlement,
    OnboardingTrigger, PreparedAccount, PreparedAccountClaim, PreparedAccountStatus, ProfileScope,
    ProfileValue, ProfileValueEntitlement, ProtocolId, ProtocolMatch, ProtocolStep,
    RegistrationSession, RegistrationStatus, ScopeId, Sensitive, Sensitivity, SourceId, StepStatus,
    TenantAccount, TenantAccountEntitlement, Text, User, UserId, ValueType, Visibility,
    WelcomeProtocol,
};

/// The user `user-ada`.
pub fn user() -> User {
    User {
        user_id: fixed("user-ada"),
        display_name: Some(secret("Ada Lovelace")),
        primary_email: Some(secret("ada@example.org")),
        created_at: at(0),
        updated_at: at(1),
    }
}

/// The user's account.
pub fn account() -> Account {
    Account {
        user_id: fixed("user-ada"),
        status: AccountStatus::Active,
        created_at: at(0),
        updated_at: at(2),
    }
}

/// The user's account in the tenant `acme`.
pub fn tenant_account() -> TenantAccount {
    TenantAccount {
        tenant: fixed("acme"),
        user_id: fixed("user-ada"),
        status: AccountStatus::Active,
        created_at: at(3),
        updated_at: at(4),
    }
}

/// An identity of the user.
pub fn external_identity() -> ExternalIdentity {
    ExternalIdentity {
        issuer: fixed("https://login.example.org/realms/north"),
        subject: fixed("f:7/Ada~%"),
        user_id: fixed("user-ada"),
        linked_at: at(5),
    }
}

fn membership_scope() -> MembershipScope {
    MembershipScope {
        scope_type: MembershipScopeType::Team,
        scope_id: fixed("team-red"),
    }
}

/// The user's membership in a team.
pub fn membership() -> Membership {
    let user_id: UserId = fixed("user-ada");
    let scope = membership_scope();
    let kind: MembershipKind = fixed("owner");
    Membership {
        tenant: fixed("acme"),
        membership_id: Membership::derive_id(&user_id, &scope, &kind),
        user_id,
        scope,
        kind,
        created_at: at(6),
    }
}

/// The application `app-mail`.
pub fn application() -> Application {
    Application {
        application_id: fixed("app-mail"),
        display_name: fixed("Mail"),
        state: ApplicationState::Active,
        created_at: at(7),
        updated_at: at(8),
    }
}

/// The application's binding.
pub fn application_binding() -> ApplicationBinding {
    ApplicationBinding {
        application_id: fixed("app-mail"),
        oidc_client_id: Some(fixed("mail-web")),
        protected_system: Some(fixed("system-mail")),
        catalog_namespace: Some(fixed("mail")),
        event_identity: Some(fixed("urn:example:mail")),
        deployment: Map::from([
            (fixed("region"), fixed("north")),
            (fixed("cluster"), fixed("blue")),
        ]),
        updated_at: at(9),
    }
}

/// The application's catalog: one attribute of each value type, one of them retired.
pub fn catalog() -> Catalog {
    let attribute = |key, value_type, default| AttributeDefinition {
        key: fixed(key),
        value_type,
        default: Some(json(default)),
        sensitivity: Sensitivity::Internal,
        visibility: Visibility::Application,
        mutability: Mutability::User,
        retired: false,
    };
    Catalog {
        namespace: fixed("mail"),
        application_id: fixed("app-mail"),
        version: fixed("1.2.0-rc.1"),
        state: CatalogState::Active,
        attributes: List::from([
            AttributeDefinition {
                sensitivity: Sensitivity::Sensitive,
                visibility: Visibility::Private,
                ..attribute("mail.signature", ValueType::String, r#""Regards""#)
            },
            AttributeDefinition {
                mutability: Mutability::Admin,
                ..attribute("mail.quota", ValueType::Integer, "1024")
            },
            AttributeDefinition {
                sensitivity: Sensitivity::Public,
                visibility: Visibility::Public,
                ..attribute("mail.zoom", ValueType::Number, "1.25")
            },
            AttributeDefinition {
                visibility: Visibility::Tenant,
                ..attribute("mail.away", ValueType::Boolean, "false")
            },
            AttributeDefinition {
                mutability: Mutability::System,
                ..attribute("mail.aliases", ValueType::StringList, r#"["a","b"]"#)
            },
            AttributeDefinition {
                sensitivity: Sensitivity::Secret,
                mutability: Mutability::Immutable,
                retired: true,
                ..attribute(
                    "mail.legacy",
                    ValueType::Json,
                    r#"{"deep":[1,null,{"b":-2.5}]}"#,
                )
            },
        ]),
        published_at: at(10),
    }
}

/// A pending invitation of the user.
pub fn family_invitation() -> FamilyInvitation {
    let user_id: UserId = fixed("user-ada");
    FamilyInvitation {
        tenant: fixed("acme"),
        invitation_id: FamilyInvitation::pending_id(&user_id),
        user_id,
        role: fixed("adult"),
        status: InvitationStatus::Pending,
        sent_count: 2,
        expires_at: Some(at(86_400)),
        created_at: at(11),
        updated_at: at(12),
    }
}

/// The user's value of an attribute under the reference membership.
pub fn profile_value() -> ProfileValue {
    let scope_id = ScopeId::from(&membership().membership_id);
    ProfileValue {
        tenant: Some(fixed("acme")),
        user_id: fixed("user-ada"),
        attribute_key: fixed("mail.signature"),
        scope: ProfileScope::Membership,
        scope_id: Some(scope_id),
        value: Sensitive::new(json(r#""Merry regards, Ada""#)),
        updated_by: fixed("user-ada"),
        updated_at: at(13),
    }
}

/// The registration by which the user came in.
pub fn registration_session() -> RegistrationSession {
    RegistrationSession {
        registration_id: fixed("registration-1"),
        tenant: Some(fixed("acme")),
        status: RegistrationStatus::Completed,
        user_id: Some(fixed("user-ada")),
        correlation_id: fixed("correlation-1"),
        expires_at: Some(at(3_600)),
        created_at: at(14),
        updated_at: at(15),
    }
}

/// A factor of the registration.
pub fn identity_factor() -> IdentityFactor {
    IdentityFactor {
        factor_id: fixed("factor-1"),
        registration_id: fixed("registration-1"),
        user_id: Some(fixed("user-ada")),
        factor_type: FactorType::Email,
        normalized_value: secret("ada@example.org"),
        display_value: Some(secret("Ada@Example.org")),
        source_system: fixed("mail-verifier"),
        assurance: Map::from([
            (fixed("level"), fixed("substantial")),
            (fixed("method"), fixed("link")),
        ]),
        evidence_references: List::from([fixed("evidence:1"), fixed("evidence:2")]),
        verified_at: at(16),
        expires_at: Some(at(7_200)),
    }
}

/// A prepared account that the user claimed: an entitlement of each kind.
pub fn prepared_account() -> PreparedAccount {
    PreparedAccount {
        tenant: fixed("acme"),
        prepared_account_id: fixed("prepared-1"),
        factor_requirements: List::from([
            FactorRequirement {
                factor_type: FactorType::Email,
                normalized_value: secret("ada@example.org"),
                source_system: Some(fixed("mail-verifier")),
                evidence_references: List::from([fixed("contract:7")]),
            },
            FactorRequirement {
                factor_type: FactorType::Phone,
                normalized_value: secret("+4930123456"),
                source_system: Some(fixed("sms-verifier")),
                evidence_references: List::from([fixed("contract:8")]),
            },
        ]),
        entitlements: List::from([
            Entitlement::TenantAccount(TenantAccountEntitlement {
                status: AccountStatus::Active,
                requires_approval: false,
            }),
            Entitlement::Membership(MembershipEntitlement {
                scope: membership_scope(),
                kind: fixed("owner"),
                requires_approval: false,
            }),
            Entitlement::ProfileValue(ProfileValueEntitlement {
                attribute_key: fixed("mail.signature"),
                scope: ProfileScope::Tenant,
                value: Sensitive::new(json(r#""Merry regards, Ada""#)),
                requires_approval: false,
            }),
            Entitlement::ApplicationBinding(ApplicationBindingEntitlement {
                application_id: fixed("app-mail"),
                requires_approval: true,
            }),
            Entitlement::OnboardingJourney(OnboardingJourneyEntitlement {
                protocol_id: fixed("protocol-welcome"),
                requires_approval: false,
            }),
        ]),
        status: PreparedAccountStatus::Claimed,
        prepared_by: fixed("user-admin"),
        display_name_hint: Some(secret("Ada Lovelace")),
        primary_email_hint: Some(secret("ada@example.org")),
        claim: Some(PreparedAccountClaim {
            user_id: fixed("user-ada"),
            registration_id: fixed("registration-1"),
            claimed_at: at(19),
        }),
        expires_at: Some(at(86_400)),
        created_at: at(17),
        updated_at: at(19),
    }
}

fn access_scope() -> AccessScope {
    AccessScope {
        scope_type: AccessScopeType::Service,
        scope_id: fixed("service-billing"),
    }
}

fn profile_defaults() -> Sensitive<Map<AttributeKey, JsonValue>> {
    Sensitive::new(Map::from([
        (fixed("mail.signature"), json(r#""Merry billing""#)),
        (fixed("mail.quota"), json("2048")),
    ]))
}

fn projection_claims() -> Map<Text, JsonValue> {
    Map::from([
        (fixed("desk"), json(r#"{"floor":3}"#)),
        (fixed("billing"), json("true")),
    ])
}

/// A hat.
pub fn access_profile() -> AccessProfile {
    AccessProfile {
        tenant: fixed("acme"),
        access_profile_id: fixed("hat-billing"),
        hat_name: fixed("Billing clerk"),
        scope: access_scope(),
        realm: Some(fixed("realm-north")),
        service_id: Some(fixed("service-billing")),
        asset_id: Some(fixed("asset-ledger")),
        required_memberships: List::from([MembershipRequirement {
            scope_type: MembershipScopeType::Team,
            scope_id: Some(fixed("team-red")),
            kind: Some(fixed("owner")),
        }]),
        required_factor_types: List::from([FactorType::Email, FactorType::Eid]),
        profile_defaults: profile_defaults(),
        projection_claims: projection_claims(),
        group_ids: List::from([fixed("group-clerks"), fixed("group-all")]),
        requires_approval: true,
        created_at: at(20),
        updated_at: at(21),
    }
}

/// The hat, worn by the user.
pub fn active_access_context() -> ActiveAccessContext {
    let matched: MembershipId = membership().membership_id;
    ActiveAccessContext {
        tenant: fixed("acme"),
        user_id: fixed("user-ada"),
        access_profile_id: fixed("hat-billing"),
        scope: access_scope(),
        matched_membership_ids: List::from([matched]),
        verified_factor_ids: List::from([fixed("factor-1"), fixed("factor-2")]),
        group_ids: List::from([fixed("group-clerks"), fixed("group-all")]),
        projection_claims: projection_claims(),
        profile_defaults: profile_defaults(),
        selected_at: at(22),
    }
}

/// A protocol of two steps.
pub fn welcome_protocol() -> WelcomeProtocol {
    let step = |step_key, subsystem, callback_required| ProtocolStep {
        step_key: fixed(step_key),
        subsystem: fixed(subsystem),
        task_kind: fixed("provision"),
        external_task_reference: Some(fixed("task:1")),
        callback_reference: Some(fixed("callback:1")),
        support_reference: Some(fixed("support:1")),
        callback_required,
    };
    WelcomeProtocol {
        tenant: fixed("acme"),
        protocol_id: fixed("protocol-welcome"),
        trigger: OnboardingTrigger::RegistrationCompleted,
        matching: ProtocolMatch {
            application_id: Some(fixed("app-mail")),
            realm: Some(fixed("realm-north")),
            service_id: Some(fixed("service-billing")),
            role: Some(fixed("owner")),
            hat: Some(fixed("Billing clerk")),
            prepared_journey: Some(fixed("clerk")),
            required_factor_types: List::from([FactorType::Email]),
        },
        steps: List::from([step("mailbox", "mail", true), step("tour", "guide", false)]),
        created_at: at(23),
    }
}

/// The user's journey through the protocol, blocked at its first step.
pub fn onboarding_journey() -> OnboardingJourney {
    let (user_id, protocol_id): (UserId, ProtocolId) =
        (fixed("user-ada"), fixed("protocol-welcome"));
    let source_id: SourceId = fixed("registration-1");
    let trigger = OnboardingTrigger::RegistrationCompleted;
    let step = |step_key, status, subsystem| JourneyStep {
        step_key: fixed(step_key),
        status,
        task: Some(JourneyTask {
            kind: fixed("provision"),
            external_reference: Some(fixed("task:1")),
        }),
        hand_off: Some(HandOff {
            subsystem: fixed(subsystem),
            callback_reference: Some(fixed("callback:1")),
            received_at: Some(at(25)),
        }),
    };
    OnboardingJourney {
        tenant: fixed("acme"),
        journey_id: OnboardingJourney::derive_id(&protocol_id, trigger, &source_id, &user_id),
        user_id,
        protocol_id,
        trigger,
        source_id,
        status: JourneyStatus::Blocked,
        active_step_key: Some(fixed("mailbox")),
        steps: List::from([
            step("mailbox", StepStatus::InProgress, "mail"),
            step("tour", StepStatus::Pending, "guide"),
        ]),
        lifecycle_gaps: List::from([LifecycleGap {
            subsystem: fixed("mail"),
            step_key: fixed("mailbox"),
        }]),
        correlation_id: fixed("correlation-1"),
        created_at: at(24),
        updated_at: at(26),
    }
}

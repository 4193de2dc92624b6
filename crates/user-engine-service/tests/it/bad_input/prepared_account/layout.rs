//! Rows: what a prepared account asks for and gives.

use super::{layout_of, prepare, prepared, requirement, update};
use crate::bad_input::application::{attribute, publish, published, registered, retired, values};
use crate::bad_input::{
    Expected, Matrix, broken, id, json, not_found, refused, rule, text, too_many,
};
use serde_json::json;
use user_engine_domain::*;
use user_engine_ports::Limit;
use user_engine_service::{AccountLayout, RegisterWelcomeProtocol};

/// Puts what entitlements name in its place: catalogs, applications, protocols.
pub(super) async fn named(matrix: &Matrix<'_>) {
    registered(matrix, "press").await;
    retired(matrix, "retired").await;
    let of = |value_type: &ValueType| attribute(&format!("press.{value_type}"), *value_type);
    let mut attributes: Vec<_> = ValueType::ALL.iter().map(of).collect();
    attributes.push(AttributeDefinition {
        mutability: Mutability::System,
        ..attribute("press.system", ValueType::String)
    });
    attributes.push(AttributeDefinition {
        retired: true,
        ..attribute("press.old", ValueType::String)
    });
    published(matrix, publish("press", attributes)).await;
    let protocol = RegisterWelcomeProtocol {
        protocol_id: id("foreign"),
        trigger: OnboardingTrigger::Manual,
        matching: ProtocolMatch::default(),
        steps: List::from([ProtocolStep {
            step_key: id("greet"),
            subsystem: id("mail"),
            task_kind: text("task"),
            external_task_reference: None,
            callback_reference: None,
            support_reference: None,
            callback_required: false,
        }]),
    };
    let service = &matrix.world.service;
    let done = service
        .register_welcome_protocol(&matrix.elsewhere(), protocol)
        .await;
    done.unwrap();
}

fn asks(requirements: Vec<FactorRequirement>) -> AccountLayout {
    AccountLayout {
        factor_requirements: List::new(requirements).unwrap(),
        ..layout_of("mail", vec![])
    }
}

fn gives(entitlement: Entitlement) -> AccountLayout {
    layout_of("mail", vec![entitlement])
}

fn account(status: AccountStatus) -> Entitlement {
    Entitlement::TenantAccount(TenantAccountEntitlement {
        status,
        requires_approval: false,
    })
}

fn member(scope_type: MembershipScopeType, scope_id: &str) -> Entitlement {
    Entitlement::Membership(MembershipEntitlement {
        scope: MembershipScope {
            scope_type,
            scope_id: id(scope_id),
        },
        kind: id("editor"),
        requires_approval: false,
    })
}

fn value(key: AttributeKey, scope: ProfileScope, value: JsonValue) -> Entitlement {
    Entitlement::ProfileValue(ProfileValueEntitlement {
        attribute_key: key,
        scope,
        value: Sensitive::new(value),
        requires_approval: false,
    })
}

/// A text in a scope of the tenant.
pub(super) fn a_text(key: &str) -> Entitlement {
    value(id(key), ProfileScope::Tenant, json(json!("canary")))
}

fn application(name: &str) -> Entitlement {
    Entitlement::ApplicationBinding(ApplicationBindingEntitlement {
        application_id: id(name),
        requires_approval: false,
    })
}

fn journey(name: &str) -> Entitlement {
    Entitlement::OnboardingJourney(OnboardingJourneyEntitlement {
        protocol_id: id(name),
        requires_approval: false,
    })
}

type Case = (&'static str, AccountLayout, Expected);

fn bad_requirements() -> Vec<Case> {
    let mail = || requirement(FactorType::Email, "mail");
    let field = "factor_requirements";
    let many = (0..33).map(|number| requirement(FactorType::Email, &number.to_string()));
    let of = |factor_type| requirement(factor_type, "value");
    let nobodys = FactorRequirement {
        source_system: Some(Text::new("").unwrap()),
        ..mail()
    };
    let nothing = FactorRequirement {
        normalized_value: Sensitive::new(Text::new("").unwrap()),
        ..mail()
    };
    let large = FactorRequirement {
        evidence_references: List::new(too_many()).unwrap(),
        ..mail()
    };
    let missing = || broken("source_system", Rule::Missing);
    let twice = rule(field, "must not repeat within the record");
    vec![
        (field, asks(vec![]), broken(field, Rule::Empty)),
        (
            field,
            asks(many.collect()),
            broken(field, Rule::TooMany { max_entries: 32 }),
        ),
        (field, asks(vec![mail(), mail()]), twice),
        ("source_system", asks(vec![of(FactorType::Eid)]), missing()),
        ("source_system", asks(vec![of(FactorType::Sso)]), missing()),
        (
            "source_system",
            asks(vec![nobodys]),
            broken("source_system", Rule::Empty),
        ),
        (
            "normalized_value",
            asks(vec![nothing]),
            broken("normalized_value", Rule::Empty),
        ),
        (
            "evidence_references",
            asks(vec![large]),
            Expected::Limit(Limit::Record),
        ),
    ]
}

fn bad_entitlements() -> Vec<Case> {
    let field = "entitlements";
    let team = |scope_id: &str| member(MembershipScopeType::Team, scope_id);
    let many = (0..65).map(|number| team(&number.to_string())).collect();
    let many = layout_of("mail", many);
    let mut cases = vec![(
        field,
        many,
        broken(field, Rule::TooMany { max_entries: 64 }),
    )];
    for one in [
        team("press"),
        a_text("press.string"),
        application("press"),
        journey("any"),
    ] {
        let twice = layout_of("mail", vec![one.clone(), one]);
        cases.push((field, twice, rule(field, "must give each thing once")));
    }
    let accounts = vec![
        account(AccountStatus::Invited),
        account(AccountStatus::Active),
    ];
    let accounts = layout_of("mail", accounts);
    cases.push((field, accounts, rule(field, "must give each thing once")));
    for status in [AccountStatus::Suspended, AccountStatus::Deactivated] {
        let begins = rule("status", "must be invited or active");
        cases.push(("status", gives(account(status)), begins));
    }
    let family = gives(member(MembershipScopeType::Family, "acme"));
    cases.push((
        "scope_type",
        family,
        rule("scope_type", "must not be family"),
    ));
    let foreign = gives(member(MembershipScopeType::Tenant, "elsewhere"));
    let own = rule(
        "scope_id",
        "must be the record's tenant in a scope of type tenant",
    );
    cases.push(("scope_id", foreign, own));
    for scope in ProfileScope::ALL
        .iter()
        .filter(|it| **it != ProfileScope::Tenant)
    {
        let request = gives(value(id("press.string"), *scope, json(json!("canary"))));
        cases.push(("scope", request, rule("scope", "must be tenant")));
    }
    for name in ["unknown", "retired"] {
        let missing = not_found(RecordKind::Application);
        cases.push(("application_id", gives(application(name)), missing));
    }
    for name in ["unknown", "foreign"] {
        let missing = not_found(RecordKind::WelcomeProtocol);
        cases.push(("protocol_id", gives(journey(name)), missing));
    }
    cases
}

fn bad_values() -> Vec<Case> {
    let field = "attribute_key";
    let tenant = ProfileScope::Tenant;
    let mut cases = Vec::new();
    for key in ["canary", ".canary"] {
        let key = AttributeKey::new(key).unwrap();
        let request = gives(value(key, tenant, json(json!("canary"))));
        let shape = rule(field, "must be a namespace, a dot and a name");
        cases.push((field, request, shape));
    }
    for key in ["unknown.a", "press.unknown", "press.old"] {
        let undefined = rule(field, "must be of an active catalog");
        cases.push((field, gives(a_text(key)), undefined));
    }
    let systems = rule(field, "must not be the system's");
    cases.push((field, gives(a_text("press.system")), systems));
    for value_type in ValueType::ALL {
        for (given, types) in values() {
            if types.contains(value_type) {
                continue;
            }
            let key = id(&format!("press.{value_type}"));
            let request = gives(value(key, tenant, json(given)));
            let typed = rule("value", "must be of the attribute's type");
            cases.push(("value", request, typed));
        }
    }
    cases
}

/// Both operations that lay an account out refuse the same.
pub(super) async fn refused_by(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    prepared(matrix, &desk, "changing", layout_of("mail", vec![])).await;
    let mut cases = bad_requirements();
    cases.extend(bad_entitlements());
    cases.extend(bad_values());
    for seconds in [0, -1] {
        let past = AccountLayout {
            expires_at: Some(matrix.seconds(seconds)),
            ..layout_of("mail", vec![])
        };
        cases.push(("expires_at", past, rule("expires_at", "must lie ahead")));
    }
    let nothing = || Some(Sensitive::new(Text::new("").unwrap()));
    let unnamed = AccountLayout {
        display_name_hint: nothing(),
        ..layout_of("mail", vec![])
    };
    let unreachable = AccountLayout {
        primary_email_hint: nothing(),
        ..layout_of("mail", vec![])
    };
    for (field, layout) in [
        ("display_name_hint", unnamed),
        ("primary_email_hint", unreachable),
    ] {
        cases.push((field, layout, broken(field, Rule::Empty)));
    }
    for (argument, layout, expected) in cases {
        let request = prepare("new", layout.clone());
        refused!(matrix, desk, prepare_account[argument]: request => expected.clone());
        let request = update("changing", layout);
        refused!(matrix, desk, update_prepared_account[argument]: request => expected);
    }
    let any = "every value and any text that the types admit";
    let names = ["factor_type", "kind", "requires_approval"];
    matrix.free("prepare_account", any, &names);
    matrix.free("update_prepared_account", any, &names);
}

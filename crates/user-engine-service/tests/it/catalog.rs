//! The tables of operations and events, and the page that shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use user_engine_service::operation::{EventSpec, OperationSpec, Reach, Stands};
use user_engine_service::operations;

/// The operations that the domain's page names.
const NAMED: &[&str] = &[
    "health",
    "readiness",
    "operability_snapshot",
    "outbox_diagnostics",
    "me",
    "create_user",
    "update_user",
    "set_account_status",
    "link_identity",
    "unlink_identity",
    "erase_user",
    "export_user",
    "resolve_tenant_context",
    "set_tenant_account_status",
    "add_membership",
    "remove_membership",
    "tenant_diagnostics",
    "register_application",
    "retire_application",
    "bind_application",
    "publish_catalog",
    "set_profile_value",
    "clear_profile_value",
    "effective_profile",
    "projection",
    "identity_context",
    "start_registration",
    "attach_registration_factor",
    "complete_registration",
    "abandon_registration",
    "expire_registration",
    "resume_registration",
    "registration_diagnostics",
    "prepare_account",
    "update_prepared_account",
    "list_prepared_accounts",
    "revoke_prepared_account",
    "expire_prepared_account",
    "claim_prepared_account",
    "register_access_profile",
    "list_access_profiles",
    "select_active_hat",
    "export_access_control_facts",
    "access_profile_diagnostics",
    "register_welcome_protocol",
    "list_welcome_protocols",
    "start_onboarding_journey",
    "start_onboarding_for_registration",
    "start_onboarding_for_prepared_account",
    "progress_onboarding_step",
    "complete_onboarding_step",
    "skip_onboarding_step",
    "fail_onboarding_step",
    "resume_onboarding_journey",
    "onboarding_diagnostics",
    "onboard_family_dataspace",
    "invite_family_member",
    "resend_family_invitation",
    "revoke_family_invitation",
    "accept_family_invitation",
    "audit_records",
    "outbox_events",
    "purge_expired",
];

/// Lines of the table that are a part of another operation, and no method.
const PARTS: &[&str] = &["enter_family", "erase_user_part"];

/// Operations that ask for no caller.
const OPEN: &[&str] = &["health", "readiness"];

/// Each event once, by type and version.
fn events() -> BTreeMap<(&'static str, u32), EventSpec> {
    let events = operations().flat_map(|spec| spec.events);
    events
        .map(|event| ((event.event_type, event.version), *event))
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_operation_that_the_domain_names_is_in_the_table() {
    let known: BTreeSet<_> = operations().map(|spec| spec.name).collect();
    let missing: Vec<_> = NAMED.iter().filter(|name| !known.contains(*name)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn names_of_operations_are_unique_and_plain() {
    let mut seen = BTreeSet::new();
    for spec in operations() {
        assert!(seen.insert(spec.name), "{} is there twice", spec.name);
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(spec.name.bytes().all(is_plain), "{}", spec.name);
        let is_part = PARTS.contains(&spec.name);
        let is_open = OPEN.contains(&spec.name);
        assert!(
            is_part || is_open == spec.grants.is_empty(),
            "{}",
            spec.name
        );
    }
    assert!(!seen.is_empty(), "there are operations");
}

/// What is written under `src/`, areas and their files.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// How a method is declared, up to its name.
const FORMS: &[&str] = &[
    "mutation ",
    "query ",
    "inspection ",
    "pub async fn ",
    "pub fn ",
];

/// The documentation of each method under `src/`, by its name, in one line.
fn documented() -> BTreeMap<String, String> {
    let mut text = String::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&src, &mut text);
    let (mut methods, mut doc) = (BTreeMap::new(), String::new());
    for line in text.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            doc.push_str(more);
            continue;
        }
        let declared = FORMS.iter().find_map(|form| line.strip_prefix(form));
        if let Some((name, _)) = declared.and_then(|rest| rest.split_once('(')) {
            methods.insert(name.to_owned(), std::mem::take(&mut doc));
        }
        doc.clear();
    }
    methods
}

#[test]
fn every_operation_is_a_method_of_its_name() {
    let methods = documented();
    for spec in operations() {
        let is_part = PARTS.contains(&spec.name);
        assert_eq!(methods.contains_key(spec.name), !is_part, "{}", spec.name);
    }
    assert!(!methods.contains_key("canary_operation"));
}

#[test]
fn every_operation_says_who_calls_it_what_it_leaves_behind_and_how_it_fails() {
    let methods = documented();
    let mut checked = 0;
    for spec in operations().filter(|spec| !PARTS.contains(&spec.name)) {
        let doc = &methods[spec.name];
        let says = |text: &str| assert!(doc.contains(text), "{} without {text}", spec.name);
        if !OPEN.contains(&spec.name) {
            says("Callers");
            says("# Errors");
        }
        if spec.is_mutation() {
            says("Audit record");
        }
        for event in spec.events {
            says(event.event_type);
        }
        checked += 1;
    }
    assert!(checked > 60, "{checked} operations");
}

#[test]
fn a_type_of_event_has_one_form_for_each_version_and_a_dotted_name() {
    let events = events();
    for spec in operations() {
        for event in spec.events {
            let known = events.get(&(event.event_type, event.version));
            assert_eq!(known, Some(event), "{} is declared twice", event.event_type);
        }
    }
    for ((event_type, version), event) in &events {
        let parts: Vec<_> = event_type.split('.').collect();
        let is_word = |part: &&str| {
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            !part.is_empty() && part.bytes().all(is_plain)
        };
        assert!(
            parts.len() == 2 && parts.iter().all(is_word),
            "{event_type}"
        );
        assert!(*version > 0, "{event_type}");
        assert!(event.meaning.ends_with('.'), "{event_type} means something");
        assert!(!event.aggregate.has_personal_key(), "{event_type}");
        let members: BTreeSet<_> = event.fields.iter().map(|(name, _)| name).collect();
        assert_eq!(members.len(), event.fields.len(), "{event_type}");
    }
    assert!(!events.is_empty(), "there are events");
}

/// The words of the page, which the code's own documentation explains.
const fn reach(spec: &OperationSpec) -> &'static str {
    match spec.reach {
        Reach::Tenant => "tenant",
        Reach::TenantOrNone => "tenant, or none",
        Reach::Platform => "platform",
        Reach::ByGrant => "platform for own and platform-operator, else as tenant, or none",
    }
}

const fn standing(spec: &OperationSpec) -> &'static str {
    match spec.stands {
        Stands::InTenant => "account and tenant account",
        Stands::Anywhere => "account",
        Stands::Nowhere => "none",
    }
}

const HEAD: &str = "\
# Events and operations

Generated from the tables in `user-engine-service`; `UPDATE_DOCS=1 cargo test -p \
user-engine-service catalog` writes this page, and the same test without it fails when the page \
and the code disagree.

";

const EVENTS: &str = "\
## Events

Each mutation tells the first event of its line exactly once for each of its audit records, under \
the same operation id, correlation id and tenant; what may be told more than once is marked. The \
others are told where they apply. The aggregate is the record whose events keep their order. A \
payload holds these members and no others: ids, versions, words of closed lists, statuses, counts \
and factor types. A member that has nothing to say is left out.

| event | version | aggregate | payload | told by | meaning |
|---|---|---|---|---|---|
";

const OPERATIONS: &str = "
## Operations

Callers are the grants of which one must hold: `own` for what is the caller's, `tenant-admin` and \
`service` in their tenant, `platform-operator`, `anyone` whose credential verifies. Reach says \
whose rows the operation may touch. Standing says which of the caller's own accounts must be \
active, where the caller is a user or acts for one.

| operation | callers | reach | standing | events |
|---|---|---|---|---|
";

fn page() -> String {
    let mut page = format!("{HEAD}{EVENTS}");
    for event in events().values() {
        let fields = event
            .fields
            .iter()
            .map(|(name, form)| format!("`{name}` {form}"));
        let fields: Vec<_> = fields.collect();
        let told_by: Vec<_> = operations().filter_map(|spec| told(spec, event)).collect();
        let (kind, version) = (event.aggregate.as_str(), event.version);
        let _ = writeln!(
            page,
            "| `{}` | {version} | `{kind}` | {} | {} | {} |",
            event.event_type,
            fields.join(", "),
            told_by.join(", "),
            event.meaning,
        );
    }
    page.push_str(OPERATIONS);
    for spec in operations() {
        let grants: Vec<_> = spec.grants.iter().map(|grant| grant.as_str()).collect();
        let mut events: Vec<String> = Vec::new();
        for event in spec.events {
            let name = format!("`{}`", event.event_type);
            if !events.contains(&name) {
                events.push(name);
            }
        }
        let grants = if PARTS.contains(&spec.name) {
            "a part of others".to_owned()
        } else if grants.is_empty() {
            "whoever asks".to_owned()
        } else {
            grants.join(", ")
        };
        let events = if events.is_empty() {
            "none: it reads".to_owned()
        } else {
            events.join(", ")
        };
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {events} |",
            spec.name,
            grants,
            reach(spec),
            standing(spec),
        );
    }
    page
}

/// How an operation tells an event, if it does.
fn told(spec: &OperationSpec, event: &EventSpec) -> Option<String> {
    let is_first = spec.events.first() == Some(event);
    let times = spec.events.iter().filter(|told| *told == event).count();
    let how = match (is_first, times) {
        (_, 0) => return None,
        (true, 1) => "always",
        (true, _) => "at least once",
        (false, _) => "where it applies",
    };
    Some(format!("`{}` ({how})", spec.name))
}

#[test]
fn the_page_of_events_says_what_the_code_says() {
    let path = root().join("docs/events.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/events.md is not what the code says: UPDATE_DOCS=1 writes it anew"
    );
}

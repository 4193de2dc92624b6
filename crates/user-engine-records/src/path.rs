//! Places in a payload, shown by our own field names only: a member that callers name may itself
//! be a stored value.

use serde_path_to_error::{Path, Segment};
use std::fmt::Write;

/// The whole payload.
pub(crate) fn root() -> String {
    "$".to_owned()
}

/// Renders a place: fields by name, array elements by index, everything else as `*`.
pub(crate) fn render(path: &Path) -> String {
    let mut text = root();
    for segment in path {
        let written = match segment {
            Segment::Seq { index } => write!(text, "[{index}]"),
            Segment::Map { key: name } | Segment::Enum { variant: name }
                if FIELDS.binary_search(&name.as_str()).is_ok() =>
            {
                write!(text, ".{name}")
            }
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => write!(text, ".*"),
        };
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
    text
}

/// Every field name of every wire form, in byte order; a test holds it against the golden files.
pub(crate) const FIELDS: &[&str] = &[
    "access_profile_id",
    "active_step_key",
    "application_binding",
    "application_id",
    "asset_id",
    "assurance",
    "attribute_key",
    "attributes",
    "callback_reference",
    "callback_required",
    "catalog_namespace",
    "claim",
    "claimed_at",
    "correlation_id",
    "created_at",
    "default",
    "deployment",
    "display_name",
    "display_name_hint",
    "display_value",
    "entitlements",
    "event_identity",
    "evidence_references",
    "expires_at",
    "external_reference",
    "external_task_reference",
    "factor_id",
    "factor_requirements",
    "factor_type",
    "group_ids",
    "hand_off",
    "hat",
    "hat_name",
    "invitation_id",
    "issuer",
    "journey_id",
    "key",
    "kind",
    "lifecycle_gaps",
    "linked_at",
    "match",
    "matched_membership_ids",
    "membership",
    "membership_id",
    "mutability",
    "namespace",
    "normalized_value",
    "oidc_client_id",
    "onboarding_journey",
    "prepared_account_id",
    "prepared_by",
    "prepared_journey",
    "primary_email",
    "primary_email_hint",
    "profile_defaults",
    "profile_value",
    "projection_claims",
    "protected_system",
    "protocol_id",
    "published_at",
    "realm",
    "received_at",
    "record",
    "registration_id",
    "required_factor_types",
    "required_memberships",
    "requires_approval",
    "retired",
    "role",
    "scope",
    "scope_id",
    "scope_type",
    "selected_at",
    "sensitivity",
    "sent_count",
    "service_id",
    "source_id",
    "source_system",
    "state",
    "status",
    "step_key",
    "steps",
    "subject",
    "subsystem",
    "support_reference",
    "task",
    "task_kind",
    "tenant",
    "tenant_account",
    "trigger",
    "updated_at",
    "updated_by",
    "user_id",
    "v",
    "value",
    "value_type",
    "verified_at",
    "verified_factor_ids",
    "version",
    "visibility",
];

#[cfg(test)]
mod tests {
    use super::FIELDS;
    use serde_json::Value;
    use std::collections::BTreeSet;
    use std::fs;

    /// Fields below which callers choose the member names.
    const FREE: &[&str] = &[
        "assurance",
        "default",
        "deployment",
        "profile_defaults",
        "projection_claims",
        "value",
    ];

    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, names)),
            Value::Object(members) => {
                for (name, member) in members {
                    names.insert(name.clone());
                    if !FREE.contains(&name.as_str()) {
                        collect(member, names);
                    }
                }
            }
            _ => {}
        }
    }

    #[test]
    fn the_known_fields_are_those_of_the_golden_files_in_byte_order() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
        let mut names = BTreeSet::new();
        for version in fs::read_dir(golden).unwrap() {
            for file in fs::read_dir(version.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|it| it == "json") {
                    let text = fs::read_to_string(path).unwrap();
                    collect(&serde_json::from_str(&text).unwrap(), &mut names);
                }
            }
        }
        assert_eq!(FIELDS, names.into_iter().collect::<Vec<_>>());
        assert!(FIELDS.is_sorted());
    }
}

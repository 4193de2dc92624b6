//! What is told about profile values; never a value.

use crate::prelude::*;

event!("A value of a user's attribute was set." ProfileValueSet: "profile_value.set" v 1 of ProfileValue {
    user_id: UserId,
    attribute_key: AttributeKey,
    scope: ProfileScope,
    scope_id: Option<ScopeId>,
    catalog_version: CatalogVersion,
    is_new: bool,
});
event!("A value of a user's attribute was cleared." ProfileValueCleared: "profile_value.cleared" v 1 of ProfileValue {
    user_id: UserId,
    attribute_key: AttributeKey,
    scope: ProfileScope,
    scope_id: Option<ScopeId>,
});

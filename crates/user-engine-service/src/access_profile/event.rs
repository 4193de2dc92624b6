//! What is told about hats.

use crate::prelude::*;

event!("A hat was created, or what it requires and grants was replaced." AccessProfileRegistered: "access_profile.registered" v 1 of AccessProfile {
    access_profile_id: AccessProfileId,
    scope_type: AccessScopeType,
    is_new: bool,
    requires_approval: bool,
    required_factor_types: Vec<FactorType>,
    required_memberships: u32,
    groups: u32,
});
event!("A user selected the hat to wear in a tenant." HatSelected: "access_profile.hat_selected" v 1 of ActiveAccessContext {
    user_id: UserId,
    access_profile_id: AccessProfileId,
    previous_access_profile_id: Option<AccessProfileId>,
    factor_types: Vec<FactorType>,
    memberships: u32,
    groups: u32,
});

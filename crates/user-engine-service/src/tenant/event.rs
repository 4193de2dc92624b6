//! What is told about tenant accounts and memberships.

use crate::prelude::*;

event!("A user's account in a tenant changed its status." TenantAccountStatusChanged: "tenant_account.status_changed" v 1 of TenantAccount {
    user_id: UserId,
    from: Option<AccountStatus>,
    to: AccountStatus,
});
event!("A user became a member of a scope." MembershipAdded: "membership.added" v 1 of Membership {
    membership_id: MembershipId,
    user_id: UserId,
    scope_type: MembershipScopeType,
    scope_id: ScopeId,
});
event!("A user is no member of a scope any more." MembershipRemoved: "membership.removed" v 1 of Membership {
    membership_id: MembershipId,
    user_id: UserId,
    scope_type: MembershipScopeType,
    scope_id: ScopeId,
});

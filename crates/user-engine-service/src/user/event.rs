//! What is told about users.

use crate::prelude::*;

event!("A user was created." UserCreated: "user.created" v 1 of User {
    user_id: UserId,
    status: AccountStatus,
});
event!("A user's name or address changed." UserUpdated: "user.updated" v 1 of User {
    user_id: UserId,
    name_changed: bool,
    address_changed: bool,
});
event!("A user came into a tenant." TenantAccountCreated: "tenant_account.created" v 1 of TenantAccount {
    user_id: UserId,
    status: AccountStatus,
});
event!("A user's account changed its status." AccountStatusChanged: "account.status_changed" v 1 of Account {
    user_id: UserId,
    from: AccountStatus,
    to: AccountStatus,
});
event!("An issuer's subject was linked to a user." IdentityLinked: "identity.linked" v 1 of User {
    user_id: UserId,
});
event!("An issuer's subject was unlinked from its user." IdentityUnlinked: "identity.unlinked" v 1 of User {
    user_id: UserId,
});
event!("Records of a user who is being erased were removed." UserErasing: "user.erasing" v 1 of User {
    user_id: UserId,
    record_count: u32,
});
event!("A user was erased: nothing is found by the id any more." UserErased: "user.erased" v 1 of User {
    user_id: UserId,
    record_count: u32,
});

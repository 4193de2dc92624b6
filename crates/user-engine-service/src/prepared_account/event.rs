//! What is told about prepared accounts.

use crate::prelude::*;

event!("An account was prepared." AccountPrepared: "prepared_account.prepared" v 1 of PreparedAccount {
    prepared_account_id: PreparedAccountId,
    factor_types: Vec<FactorType>,
    entitlements: u32,
    requires_approval: bool,
});
event!("What a prepared account asks for and gives was replaced." PreparedAccountUpdated: "prepared_account.updated" v 1 of PreparedAccount {
    prepared_account_id: PreparedAccountId,
    factor_types: Vec<FactorType>,
    entitlements: u32,
    requires_approval: bool,
});
event!("A prepared account was withdrawn." PreparedAccountRevoked: "prepared_account.revoked" v 1 of PreparedAccount {
    prepared_account_id: PreparedAccountId,
});
event!("A prepared account was marked as run out." PreparedAccountExpired: "prepared_account.expired" v 1 of PreparedAccount {
    prepared_account_id: PreparedAccountId,
});
event!("A user claimed a prepared account." PreparedAccountClaimed: "prepared_account.claimed" v 1 of PreparedAccount {
    prepared_account_id: PreparedAccountId,
    registration_id: RegistrationId,
    user_id: UserId,
    factor_types: Vec<FactorType>,
    entitlements: u32,
});

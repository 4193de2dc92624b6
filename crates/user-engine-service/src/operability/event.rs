//! What is told about purging.

use crate::prelude::*;

event!("A registration ran out and was removed, or factors of it did." RegistrationPurged: "registration.purged" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    is_removed: bool,
    factor_count: u32,
});

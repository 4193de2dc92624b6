//! What is told about registrations.

use crate::prelude::*;

event!("A registration was begun." RegistrationStarted: "registration.started" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    status: RegistrationStatus,
});
event!("Somebody came back to a registration." RegistrationResumed: "registration.resumed" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    from: RegistrationStatus,
    to: RegistrationStatus,
});
event!("A factor was verified for a registration." RegistrationFactorVerified: "registration.factor_verified" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    factor_id: FactorId,
    factor_type: FactorType,
    is_renewed: bool,
});
event!("A registration resolved to a user." RegistrationCompleted: "registration.completed" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    user_id: UserId,
    is_new_user: bool,
    factor_count: u32,
});
event!("A registration was given up." RegistrationAbandoned: "registration.abandoned" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    from: RegistrationStatus,
});
event!("A registration was refused." RegistrationRejected: "registration.rejected" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    from: RegistrationStatus,
});
event!("A registration was marked as run out." RegistrationExpired: "registration.expired" v 1 of RegistrationSession {
    registration_id: RegistrationId,
    from: RegistrationStatus,
});

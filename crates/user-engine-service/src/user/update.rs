//! Changing how a user is called and written to.

use super::edit::{Edit, check_set};
use super::event::UserUpdated;
use super::in_tenant::Ties;
use crate::prelude::*;

request!(
    /// Asks for another name or address of a user.
    UpdateUser {
        /// The user.
        user_id: UserId,
        /// The name to show.
        display_name: Edit<Sensitive<Text>>,
        /// The address to write to.
        primary_email: Edit<Sensitive<Text>>,
    }
);

response!(
    /// A user that was updated.
    UpdatedUser {
        /// The user.
        user_id: UserId,
        /// When.
        updated_at: Timestamp,
    }
);

/// The reads of [`UpdateUser`].
#[derive(Debug)]
pub struct UpdateSlots {
    user: One<User>,
    ties: Option<Ties>,
}

impl UpdateUser {
    fn check(&self) -> Result<(), Refusal> {
        check_set("display_name", self.display_name.set())?;
        check_set("primary_email", self.primary_email.set())?;
        if self.display_name.is_keep() && self.primary_email.is_keep() {
            return Err(Refusal::rule(
                "display_name",
                "must be set or cleared where the address is kept",
            ));
        }
        Ok(())
    }
}

impl Operation for UpdateUser {
    const SPEC: OperationSpec = OperationSpec {
        name: "update_user",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[
            Grant::Own,
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
        ],
        events: &[UserUpdated::SPEC],
    };
    type Slots = UpdateSlots;

    fn owner(&self) -> Option<&UserId> {
        Some(&self.user_id)
    }

    fn target(&self) -> Option<RecordId> {
        Some(RecordId::new(RecordKind::User, User::key_of(&self.user_id)))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<UpdateSlots, Refusal> {
        self.check()?;
        Ok(UpdateSlots {
            user: flight.get(&self.user_id),
            ties: Ties::of_caller(admitted, &self.user_id, flight),
        })
    }
}

impl Mutation for UpdateUser {
    type Response = UpdatedUser;

    fn decide(
        &self,
        slots: &UpdateSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<UpdatedUser>, Refusal> {
        if let Some(ties) = slots.ties {
            ties.require_account(draft.admitted(), answers)?
                .rely_on(draft)?;
        }
        let found = answers.one(slots.user)?;
        let found = found.ok_or(Refusal::NotFound(RecordKind::User))?;
        let user = User {
            user_id: found.record.user_id,
            display_name: self.display_name.of(found.record.display_name),
            primary_email: self.primary_email.of(found.record.primary_email),
            created_at: found.record.created_at,
            updated_at: draft.now_or(found.record.updated_at),
        };
        draft.replace(user.clone(), found.revision)?;
        let updated = UserUpdated {
            user_id: self.user_id.clone(),
            name_changed: !self.display_name.is_keep(),
            address_changed: !self.primary_email.is_keep(),
        };
        let response = UpdatedUser {
            user_id: self.user_id.clone(),
            updated_at: user.updated_at,
        };
        Ok(Change::of(&user, &user, &updated, response))
    }
}

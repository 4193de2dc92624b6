//! Creating a user.

use super::edit::check_set;
use super::event::{TenantAccountCreated, UserCreated};
use super::tombstone::{check_user_id, tombstone_id};
use crate::prelude::*;

request!(
    /// Asks for a new user with an account, and in a tenant with a tenant account.
    CreateUser {
        /// The id to take, from whoever gives NetKingdom IDs; from the id source, where absent.
        user_id: Option<UserId>,
        /// The name to show.
        display_name: Option<Sensitive<Text>>,
        /// The address to write to.
        primary_email: Option<Sensitive<Text>>,
        /// The status of the account, and of the tenant account.
        status: AccountStatus,
    }
);

response!(
    /// A user that was created.
    CreatedUser {
        /// The user.
        user_id: UserId,
        /// The status of the account.
        status: AccountStatus,
        /// When.
        created_at: Timestamp,
    }
);

impl Operation for CreateUser {
    const SPEC: OperationSpec = OperationSpec {
        name: "create_user",
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator],
        events: &[UserCreated::SPEC, TenantAccountCreated::SPEC],
    };
    type Slots = Option<(One<User>, One<Account>)>;

    fn target(&self) -> Option<RecordId> {
        let user_id = self.user_id.as_ref()?;
        Some(RecordId::new(RecordKind::User, User::key_of(user_id)))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        check_set("display_name", self.display_name.as_ref())?;
        check_set("primary_email", self.primary_email.as_ref())?;
        let is_of_none = admitted.grant == Grant::Service && admitted.tenant.is_none();
        if is_of_none && !admitted.is_operator() {
            // Whom no tenant creates, the platform does.
            return Err(Refusal::Denied(ReasonCode::RoleMissing, self.target()));
        }
        let Some(user_id) = &self.user_id else {
            return Ok(None);
        };
        check_user_id(user_id)?;
        let tombstone = tombstone_id(user_id)?;
        Ok(Some((flight.get(user_id), flight.get(&tombstone))))
    }
}

impl Mutation for CreateUser {
    type Response = CreatedUser;
    const CREATES: &'static [RecordKind] = &[
        RecordKind::User,
        RecordKind::Account,
        RecordKind::TenantAccount,
    ];

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<CreatedUser>, Refusal> {
        if let Some((user, tombstone)) = *slots {
            let is_taken = answers.one(user)?.is_some() || answers.one(tombstone)?.is_some();
            if is_taken {
                return Err(Refusal::Conflict(ConflictCause::Exists(RecordKind::User)));
            }
        }
        if let Some(user_id) = &self.user_id {
            // Whoever has the id meanwhile, and is erased, keeps it.
            draft.rely_on_absence::<Account>(&tombstone_id(user_id)?)?;
        }
        let now = draft.now();
        let user_id = match &self.user_id {
            Some(user_id) => user_id.clone(),
            None => draft.fresh()?,
        };
        let user = User {
            user_id: user_id.clone(),
            display_name: self.display_name.clone(),
            primary_email: self.primary_email.clone(),
            created_at: now,
            updated_at: now,
        };
        draft.create(user.clone())?;
        draft.create(Account {
            user_id: user_id.clone(),
            status: self.status,
            created_at: now,
            updated_at: now,
        })?;
        let status = self.status;
        let created = UserCreated {
            user_id: user_id.clone(),
            status,
        };
        let response = CreatedUser {
            user_id: user_id.clone(),
            status,
            created_at: now,
        };
        let change = Change::of(&user, &user, &created, response);
        let Some(tenant) = &draft.admitted().tenant else {
            return Ok(change);
        };
        let tenant_account = TenantAccount {
            tenant: tenant.clone(),
            user_id: user_id.clone(),
            status,
            created_at: now,
            updated_at: now,
        };
        draft.create(tenant_account.clone())?;
        Ok(change.and(&tenant_account, &TenantAccountCreated { user_id, status }))
    }
}

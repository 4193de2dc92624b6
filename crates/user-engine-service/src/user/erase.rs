//! Erasing a user: everything that is found by the user goes, in one unit or in several.

use super::event::{UserErased, UserErasing};
use super::found::{Walk, remove};
use super::tombstone::{check_user_id, tombstone_id};
use crate::context::{Done, RequestContext};
use crate::error::{ServiceError, ServiceErrorKind};
use crate::prelude::*;
use crate::service::UserEngineService;
use user_engine_ports::{Limit, StoreError, StoreErrorKind, Verb};

/// The most records that one unit removes, below the 1,000 writes that it may have.
const UNIT_MAX: usize = 900;

request!(
    /// Asks for a user to be erased.
    EraseUser {
        /// The user.
        user_id: UserId,
    }
);

response!(
    /// A user who was erased.
    ErasedUser {
        /// The user.
        user_id: UserId,
        /// How many records the unit that ended it removed; those before it told of theirs.
        record_count: u32,
        /// When.
        erased_at: Timestamp,
    }
);

request!(
    /// Asks for a part of the records of a user who is being erased to be removed: 900 at most,
    /// and never the user, the account, or a registration whose factors are left.
    EraseUserPart {
        /// The user.
        user_id: UserId,
        /// Which part it is, from 1.
        part: u32,
    }
);

response!(
    /// A part that was removed.
    ErasedPart {
        /// The user.
        user_id: UserId,
        /// How many records were removed; more may be left.
        record_count: u32,
    }
);

/// The reads of [`EraseUser`] and [`EraseUserPart`].
#[derive(Debug)]
pub struct EraseSlots {
    user: One<User>,
    walk: Walk,
}

impl EraseSlots {
    fn reads(user_id: &UserId, flight: &mut Flight) -> Result<Self, Refusal> {
        check_user_id(user_id)?;
        Ok(Self {
            user: flight.get(user_id),
            walk: Walk::begin(user_id, UNIT_MAX, flight),
        })
    }

    fn user(&self, answers: &Answers) -> Result<Versioned<User>, Refusal> {
        let user = answers.one(self.user)?;
        user.ok_or(Refusal::NotFound(RecordKind::User))
    }
}

/// Both operations are called and read for alike.
macro_rules! erasing {
    ($name:ident, $method:literal, $event:ident) => {
        impl Operation for $name {
            const SPEC: OperationSpec = OperationSpec {
                name: $method,
                reach: Reach::Platform,
                stands: Stands::Anywhere,
                grants: &[Grant::Own, Grant::PlatformOperator],
                events: &[$event::SPEC],
            };
            type Slots = EraseSlots;

            fn owner(&self) -> Option<&UserId> {
                Some(&self.user_id)
            }

            fn target(&self) -> Option<RecordId> {
                Some(RecordId::new(RecordKind::User, User::key_of(&self.user_id)))
            }

            fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<EraseSlots, Refusal> {
                EraseSlots::reads(&self.user_id, flight)
            }

            fn reads_on(
                &self,
                _: &Admitted,
                slots: &mut EraseSlots,
                answers: &Answers,
                flight: &mut Flight,
            ) -> Result<(), Refusal> {
                slots.walk.follow(answers, flight)
            }
        }
    };
}

erasing!(EraseUser, "erase_user", UserErased);
erasing!(EraseUserPart, "erase_user_part", UserErasing);

impl Mutation for EraseUser {
    type Response = ErasedUser;

    fn decide(
        &self,
        slots: &EraseSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ErasedUser>, Refusal> {
        let user = slots.user(answers)?.record;
        let records = slots.walk.records(answers)?;
        if !slots.walk.is_whole() || records.len() > UNIT_MAX {
            return Err(Refusal::Store(too_many()));
        }
        for found in records.values() {
            remove(found, draft)?;
        }
        let now = draft.now();
        draft.create(Account {
            user_id: tombstone_id(&self.user_id)?,
            status: AccountStatus::Deactivated,
            created_at: now,
            updated_at: now,
        })?;
        let user_id = self.user_id.clone();
        let record_count = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let response = ErasedUser {
            user_id: user_id.clone(),
            record_count,
            erased_at: now,
        };
        let erased = UserErased {
            user_id,
            record_count,
        };
        Ok(Change::of(&user, &user, &erased, response))
    }
}

impl Mutation for EraseUserPart {
    type Response = ErasedPart;

    fn decide(
        &self,
        slots: &EraseSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ErasedPart>, Refusal> {
        let user = slots.user(answers)?;
        let records = slots.walk.records(answers)?;
        let mut record_count = 0;
        let records = records.into_values();
        for found in in_parts(&slots.walk, records, draft.admitted()).take(UNIT_MAX) {
            remove(found, draft)?;
            record_count += 1;
        }
        let touched = User {
            updated_at: draft.now_or(user.record.updated_at),
            ..user.record
        };
        draft.replace(touched.clone(), user.revision)?;
        let user_id = self.user_id.clone();
        let response = ErasedPart {
            user_id: user_id.clone(),
            record_count,
        };
        let erasing = UserErasing {
            user_id,
            record_count,
        };
        Ok(Change::of(&touched, &touched, &erasing, response))
    }
}

/// What may go before the user does: factors first, since they are found by their registrations;
/// then registrations of which every factor goes with them or is gone; identities last, and never
/// the one by which the caller goes on.
fn in_parts<'a>(
    walk: &Walk,
    records: impl Iterator<Item = &'a Versioned<DomainRecord>>,
    admitted: &Admitted,
) -> impl Iterator<Item = &'a Versioned<DomainRecord>> {
    let mut parts = [const { Vec::new() }; 4];
    for found in records {
        let turn = match &found.record {
            DomainRecord::User(_) | DomainRecord::Account(_) => continue,
            DomainRecord::IdentityFactor(_) => 0,
            DomainRecord::RegistrationSession(it) if !walk.is_exhausted(&it.registration_id) => {
                continue;
            }
            DomainRecord::RegistrationSession(_) => 2,
            DomainRecord::ExternalIdentity(it)
                if it.issuer == admitted.issuer && it.subject == admitted.subject =>
            {
                continue;
            }
            DomainRecord::ExternalIdentity(_) => 3,
            _ => 1,
        };
        parts[turn].push(found);
    }
    parts.into_iter().flatten()
}

fn too_many() -> StoreError {
    StoreError::new(
        StoreErrorKind::LimitExceeded(Limit::UnitEntries),
        Verb::Delete,
    )
}

fn is_too_many(error: &ServiceError) -> bool {
    let limit = StoreErrorKind::LimitExceeded(Limit::UnitEntries);
    matches!(error.kind(), ServiceErrorKind::Store(error) if *error.kind() == limit)
}

/// The operation id of a part, which follows from that of the whole, so that repeating the whole
/// goes on where it stopped.
fn part_id(whole: &OperationId, part: u32) -> Result<OperationId, FieldError> {
    let digest = sha256_hex(format!("{part}\n{}", whole.as_str()));
    OperationId::new(format!("erase-part-{digest}"))
}

impl UserEngineService {
    /// Erases a user: removes every record that is found by the user in all tenants, the factors
    /// of the user's registrations included, and leaves a tombstone from which nobody can be
    /// found, so that the id is never given again. Audit records and events keep the user id and
    /// nothing else of the user. A link of the same subject made afterwards is a new one.
    ///
    /// A user of more than 900 records is erased in several units: parts of 900 go first, each
    /// under an operation id derived from this one, with an audit record `erase_user_part` and an
    /// event `user.erasing`; the user, the account and the caller's own identity go in the last
    /// unit. When a part or the last unit fails, earlier parts stay removed: **repeat with the
    /// same operation id**, which the error tells. A store's failure behind a part is told with an
    /// unknown effect therefore. A part whose commit was lost is made anew under the next derived
    /// id. When the last unit's commit was lost and is known not to be applied, its operation id
    /// is given up, and repeating under it is a `Conflict` (`OperationReused`): take another id.
    ///
    /// Callers: the user, also by an agent, unless the authorizer keeps that to people; platform
    /// operators; nobody whose issuer may speak for some tenants only. The caller's account must be
    /// active, the tenant account need not be. Audit record: `erase_user` of the user. Event:
    /// `user.erased`.
    ///
    /// # Errors
    ///
    /// `NotFound` without such a user, also after an erasure under another operation id;
    /// `Validation` for an id that begins like a tombstone; `Conflict` when any of the records
    /// changed meanwhile: repeat with the same operation id, and with another one when the id itself
    /// was used or given up (`OperationReused`).
    ///
    /// # Cancellation
    ///
    /// As every mutation; parts that were applied stay.
    pub async fn erase_user(
        &self,
        context: &RequestContext,
        request: EraseUser,
    ) -> Result<Done<ErasedUser>, ServiceError> {
        let tokens = self.tokens(context)?;
        let whole = context
            .clone()
            .with_operation(tokens.operation_id.clone())
            .with_correlation(tokens.correlation_id.clone());
        let told = |error: ServiceError, parts: u32| {
            let error = if parts > 0 {
                error.behind_parts()
            } else {
                error
            };
            error.of(&tokens.operation_id, &tokens.correlation_id)
        };
        let mut parts = 0;
        loop {
            let refused = match self.mutate(&whole, request.clone()).await {
                Err(error) if is_too_many(&error) => error,
                ended => return ended.map_err(|error| told(error, parts)),
            };
            let part = EraseUserPart {
                user_id: request.user_id.clone(),
                part: parts + 1,
            };
            let part_id = part_id(&tokens.operation_id, part.part)
                .map_err(|error| ServiceError::new(ServiceErrorKind::Validation(error)))?;
            let partial = whole.clone().with_operation(part_id);
            match self.mutate(&partial, part).await {
                Ok(done) if done.response.record_count == 0 => return Err(told(refused, parts)),
                Ok(_) => {}
                // Its answer was lost and its id given up; what it would have removed is left for
                // the next one.
                Err(error) if error.conflict() == Some(ConflictCause::OperationReused) => {}
                Err(error) => return Err(told(error, parts)),
            }
            parts += 1;
        }
    }
}

impl ServiceError {
    /// The same failure of the store behind work that stays done.
    fn behind_parts(self) -> Self {
        match self.kind() {
            ServiceErrorKind::Store(error) => {
                let error = error.clone().with_unknown_effect();
                Self::new(ServiceErrorKind::Store(error))
            }
            _ => self,
        }
    }
}

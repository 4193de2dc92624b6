//! Completing a registration: it resolves to a user, who can sign in from then on.

use super::event::RegistrationCompleted;
use super::session::{Found, RegistrationSlots, target};
use crate::port::IssuerTenants;
use crate::prelude::*;
use crate::tenant::event::TenantAccountStatusChanged;
use crate::user::CreateUser;
use crate::user::event::{AccountStatusChanged, IdentityLinked, TenantAccountCreated};

request!(
    /// Asks for a registration to resolve to the caller: the user whom the caller's sign-in is
    /// linked to, or a new one.
    CompleteRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// The secret that the registration is bound to; absent where it is bound to a sign-in.
        secret: Option<Sensitive<Text>>,
        /// The name to show, of a new user.
        display_name: Option<Sensitive<Text>>,
        /// The address to write to, of a new user.
        primary_email: Option<Sensitive<Text>>,
    }
);

response!(
    /// A registration that was completed.
    CompletedRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// The user that it resolved to.
        user_id: UserId,
        /// Whether the user is new.
        is_new_user: bool,
        /// How many verified factors are the user's by it.
        factor_count: u32,
        /// When.
        completed_at: Timestamp,
    }
);

/// The reads of [`CompleteRegistration`].
#[derive(Debug)]
pub struct CompleteSlots {
    registration: RegistrationSlots,
    identity: One<ExternalIdentity>,
    known: Option<KnownUser>,
    create: CreateUser,
    create_slots: <CreateUser as Operation>::Slots,
}

/// The reads of the user whom the caller's sign-in is linked to.
#[derive(Debug, Clone, Copy)]
struct KnownUser {
    account: One<Account>,
    tenant_account: Option<One<TenantAccount>>,
}

impl KnownUser {
    fn reads(user_id: &UserId, admitted: &Admitted, flight: &mut Flight) -> Self {
        let tenant = admitted.tenant.as_ref();
        Self {
            account: flight.get(user_id),
            tenant_account: tenant.map(|tenant| flight.get(&(tenant.clone(), user_id.clone()))),
        }
    }
}

impl Operation for CompleteRegistration {
    const SPEC: OperationSpec = OperationSpec {
        name: "complete_registration",
        reach: Reach::TenantOrNone,
        stands: Stands::Nowhere,
        grants: &[Grant::Anyone],
        events: &[
            RegistrationCompleted::SPEC,
            IdentityLinked::SPEC,
            AccountStatusChanged::SPEC,
            TenantAccountCreated::SPEC,
            TenantAccountStatusChanged::SPEC,
        ],
    };
    type Slots = CompleteSlots;

    fn target(&self) -> Option<RecordId> {
        Some(target(&self.registration_id))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<CompleteSlots, Refusal> {
        if admitted.actor.kind != ActorKind::Human {
            // It resolves to whoever signs in, and nobody signs in for somebody else.
            return Err(Refusal::Denied(ReasonCode::RoleMissing, self.target()));
        }
        let create = CreateUser {
            user_id: given_id(admitted),
            display_name: self.display_name.clone(),
            primary_email: self.primary_email.clone(),
            status: AccountStatus::Active,
        };
        let user_id = admitted.user_id.as_ref();
        Ok(CompleteSlots {
            registration: RegistrationSlots::reads(&self.registration_id, flight),
            identity: flight.get(&(admitted.issuer.clone(), admitted.subject.clone())),
            known: user_id.map(|user_id| KnownUser::reads(user_id, admitted, flight)),
            create_slots: create.reads(admitted, flight)?,
            create,
        })
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut CompleteSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        if let (Some(found), None) = (answers.one(slots.identity)?, slots.known) {
            let user_id = &found.record.user_id;
            slots.known = Some(KnownUser::reads(user_id, admitted, flight));
        }
        Ok(())
    }
}

impl Mutation for CompleteRegistration {
    type Response = CompletedRegistration;

    fn decide(
        &self,
        slots: &CompleteSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<CompletedRegistration>, Refusal> {
        let admitted = draft.admitted();
        let registration = slots.registration;
        let (id, secret) = (&self.registration_id, self.secret.as_ref());
        let found = registration.for_actor(id, secret, answers, admitted)?;
        found.require_open(draft.now())?;
        self.require_factor(&found, draft.now())?;
        let linked = answers.one(slots.identity)?;
        let identity = linked.as_ref().map(|linked| &linked.record);
        let user_id = match identity {
            Some(identity) => identity.user_id.clone(),
            None => self.create(slots, answers, draft)?,
        };
        let is_new_user = identity.is_none();
        let factor_count = take_factors(&found, &user_id, draft)?;
        let session = RegistrationSession {
            status: RegistrationStatus::Completed,
            user_id: Some(user_id.clone()),
            updated_at: draft.now_or(found.session.record.updated_at),
            ..found.session.record
        };
        draft.replace(session.clone(), found.session.revision)?;
        let completed = RegistrationCompleted {
            registration_id: self.registration_id.clone(),
            user_id: user_id.clone(),
            is_new_user,
            factor_count,
        };
        let response = CompletedRegistration {
            registration_id: self.registration_id.clone(),
            user_id: user_id.clone(),
            is_new_user,
            factor_count,
            completed_at: session.updated_at,
        };
        let change = Change::of(&session, &session, &completed, response);
        match (linked, slots.known) {
            (Some(linked), Some(known)) => {
                // Whoever unlinks it meanwhile is not signed in by this.
                let key = (linked.record.issuer, linked.record.subject);
                draft.rely_on::<ExternalIdentity>(&key, linked.revision)?;
                self.welcome(known, &user_id, answers, draft, change)
            }
            _ => link(
                &created(&slots.create, &user_id, draft.now()),
                draft,
                change,
            ),
        }
    }
}

impl CompleteRegistration {
    /// Refuses without a verified factor that has not run out.
    fn require_factor(&self, found: &Found, now: Timestamp) -> Result<(), Refusal> {
        if found.live_factors(now).next().is_some() {
            return Ok(());
        }
        let reason = if found.factors.is_empty() {
            ReasonCode::FactorMissing
        } else {
            ReasonCode::FactorExpired
        };
        Err(Refusal::Denied(reason, self.target()))
    }

    /// Creates the user. An id that the claims give and that is taken, or was once, is denied
    /// without a word about it.
    fn create(
        &self,
        slots: &CompleteSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<UserId, Refusal> {
        let taken = Refusal::Conflict(ConflictCause::Exists(RecordKind::User));
        match draft.join(&slots.create, &slots.create_slots, answers) {
            Ok(created) => Ok(created.user_id),
            Err(refusal) if refusal == taken => {
                Err(Refusal::Denied(ReasonCode::Unauthenticated, self.target()))
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Makes the accounts of a known user active: those that were laid out, and in a tenant one
    /// that is not there yet.
    fn welcome(
        &self,
        known: KnownUser,
        user_id: &UserId,
        answers: &Answers,
        draft: &mut Draft<'_>,
        change: Change<CompletedRegistration>,
    ) -> Result<Change<CompletedRegistration>, Refusal> {
        let denied = |reason| Refusal::Denied(reason, self.target());
        let to = AccountStatus::Active;
        let mut change = change;
        let account = answers.one(known.account)?;
        let account = account.ok_or_else(|| denied(ReasonCode::AccountInactive))?;
        match account.record.status {
            AccountStatus::Active => draft.rely_on::<Account>(user_id, account.revision)?,
            from @ AccountStatus::Invited => {
                let active = Account {
                    status: to,
                    updated_at: draft.now_or(account.record.updated_at),
                    ..account.record
                };
                draft.replace(active.clone(), account.revision)?;
                let user_id = user_id.clone();
                change = change.and(&active, &AccountStatusChanged { user_id, from, to });
            }
            _ => return Err(denied(ReasonCode::AccountInactive)),
        }
        let (Some(place), Some(tenant)) = (known.tenant_account, &draft.admitted().tenant) else {
            return Ok(change);
        };
        let Some(found) = answers.one(place)? else {
            let created = TenantAccount {
                tenant: tenant.clone(),
                user_id: user_id.clone(),
                status: to,
                created_at: draft.now(),
                updated_at: draft.now(),
            };
            draft.create(created.clone())?;
            let event = TenantAccountCreated {
                user_id: user_id.clone(),
                status: to,
            };
            return Ok(change.and(&created, &event));
        };
        match found.record.status {
            AccountStatus::Active => {
                let key = (tenant.clone(), user_id.clone());
                draft.rely_on::<TenantAccount>(&key, found.revision)?;
                Ok(change)
            }
            from @ AccountStatus::Invited => {
                let active = TenantAccount {
                    status: to,
                    updated_at: draft.now_or(found.record.updated_at),
                    ..found.record
                };
                draft.replace(active.clone(), found.revision)?;
                let changed = TenantAccountStatusChanged {
                    user_id: user_id.clone(),
                    from: Some(from),
                    to,
                };
                Ok(change.and(&active, &changed))
            }
            _ => Err(denied(ReasonCode::TenantAccountInactive)),
        }
    }
}

/// The id that a new user takes: that of the claims, where their issuer speaks for everybody, and
/// so gives ids to everybody; otherwise one from the id source. That claims name no other user
/// than the link does was checked at admission.
fn given_id(admitted: &Admitted) -> Option<UserId> {
    let speaks_for_all = admitted.issuer_tenants == IssuerTenants::Any;
    admitted.user_id.clone().filter(|_| speaks_for_all)
}

/// Gives every factor to the user, so that erasing the user finds it, and drops what the
/// registration was bound to: the link says whose it is from now on. Counts those that hold.
fn take_factors(found: &Found, user_id: &UserId, draft: &mut Draft<'_>) -> Result<u32, Refusal> {
    for factor in &found.factors {
        let taken = IdentityFactor {
            user_id: Some(user_id.clone()),
            ..factor.record.clone()
        };
        draft.replace(taken, factor.revision)?;
    }
    if let Some(binding) = &found.binding {
        draft.remove::<IdentityFactor>(&binding.record.factor_id, binding.revision)?;
    }
    let count = found.live_factors(draft.now()).count();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Links the caller's sign-in to the user that was just created.
fn link(
    user: &User,
    draft: &mut Draft<'_>,
    change: Change<CompletedRegistration>,
) -> Result<Change<CompletedRegistration>, Refusal> {
    let admitted = draft.admitted();
    draft.create(ExternalIdentity {
        issuer: admitted.issuer.clone(),
        subject: admitted.subject.clone(),
        user_id: user.user_id.clone(),
        linked_at: draft.now(),
    })?;
    let linked = IdentityLinked {
        user_id: user.user_id.clone(),
    };
    Ok(change.and(user, &linked))
}

/// The user as the joined creation saved it.
fn created(create: &CreateUser, user_id: &UserId, now: Timestamp) -> User {
    User {
        user_id: user_id.clone(),
        display_name: create.display_name.clone(),
        primary_email: create.primary_email.clone(),
        created_at: now,
        updated_at: now,
    }
}

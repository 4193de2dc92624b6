//! Starting every journey that a registration or a claim sets off.

use super::event::{PreparedAccountWelcomed, RegistrationWelcomed};
use super::occasion::{Occasion, OccasionSlots, Welcomed};
use crate::access_profile::register::count;
use crate::prelude::*;

request!(
    /// Asks for the journeys that a completed registration sets off.
    StartOnboardingForRegistration {
        /// The registration.
        registration_id: RegistrationId,
        /// The application that the user registered for.
        application_id: Option<ApplicationId>,
        /// The realm that the user registered for.
        realm: Option<RealmId>,
        /// The service that the user registered for.
        service_id: Option<ServiceId>,
    }
);

request!(
    /// Asks for the journeys that the claim of a prepared account sets off.
    StartOnboardingForPreparedAccount {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
        /// The application that the user came for.
        application_id: Option<ApplicationId>,
        /// The realm that the user came for.
        realm: Option<RealmId>,
        /// The service that the user came for.
        service_id: Option<ServiceId>,
    }
);

response!(
    /// A user for whom journeys were started.
    WelcomedUser {
        /// The user.
        user_id: UserId,
        /// The first journey that was started.
        first_journey_id: JourneyId,
        /// How many were started.
        started: u32,
        /// How many more apply that had been started before.
        started_before: u32,
        /// How many more would have been too many at once; the next call starts them.
        left_out: u32,
    }
);

const GRANTS: &[Grant] = &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator];

/// The reads of both operations: what set the journeys off, and what protocols may ask.
#[derive(Debug)]
pub struct WelcomeSlots<R> {
    source: One<R>,
    occasion: OccasionSlots,
}

/// Why there is nothing to tell: no protocol applies, or each was followed before.
fn first(welcomed: &Welcomed) -> Result<&OnboardingJourney, Refusal> {
    let journey = welcomed.started.first();
    journey.ok_or(if welcomed.started_before == 0 {
        Refusal::NotFound(RecordKind::WelcomeProtocol)
    } else {
        Refusal::Conflict(ConflictCause::Exists(RecordKind::OnboardingJourney))
    })
}

fn response(welcomed: &Welcomed, journey: &OnboardingJourney) -> WelcomedUser {
    WelcomedUser {
        user_id: journey.user_id.clone(),
        first_journey_id: journey.journey_id.clone(),
        started: count(&welcomed.started),
        started_before: welcomed.started_before,
        left_out: welcomed.left_out,
    }
}

impl StartOnboardingForRegistration {
    fn occasion(&self, user_id: &UserId) -> Result<Occasion, Refusal> {
        let trigger = OnboardingTrigger::RegistrationCompleted;
        Ok(Occasion {
            application_id: self.application_id.clone(),
            realm: self.realm.clone(),
            service_id: self.service_id.clone(),
            ..Occasion::new(user_id, trigger, self.registration_id.as_str())?
        })
    }

    /// The tenant's registration, completed, and its user.
    fn completed(
        tenant: &TenantId,
        found: Option<Versioned<RegistrationSession>>,
    ) -> Result<(Versioned<RegistrationSession>, UserId), Refusal> {
        let found = found
            .filter(|found| found.record.tenant.as_ref() == Some(tenant))
            .ok_or(Refusal::NotFound(RecordKind::RegistrationSession))?;
        let is_completed = found.record.status == RegistrationStatus::Completed;
        let user_id = found.record.user_id.clone().filter(|_| is_completed);
        let expected = "must be completed with a user";
        let user_id = user_id.ok_or(Refusal::rule("status", expected))?;
        Ok((found, user_id))
    }
}

impl Operation for StartOnboardingForRegistration {
    const SPEC: OperationSpec = OperationSpec {
        name: "start_onboarding_for_registration",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: GRANTS,
        events: &[RegistrationWelcomed::SPEC],
    };
    type Slots = WelcomeSlots<RegistrationSession>;

    fn target(&self) -> Option<RecordId> {
        let key = RegistrationSession::key_of(&self.registration_id);
        Some(RecordId::new(RecordKind::RegistrationSession, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        Ok(WelcomeSlots {
            source: flight.get(&self.registration_id),
            occasion: OccasionSlots::reads(admitted.tenant()?, flight),
        })
    }

    fn reads_on(
        &self,
        admitted: &Admitted,
        slots: &mut Self::Slots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let found = answers.one(slots.source)?;
        let (_, user_id) = Self::completed(admitted.tenant()?, found)?;
        slots
            .occasion
            .read_on(&self.occasion(&user_id)?, answers, flight)
    }
}

impl Mutation for StartOnboardingForRegistration {
    type Response = WelcomedUser;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<WelcomedUser>, Refusal> {
        let found = answers.one(slots.source)?;
        let (found, user_id) = Self::completed(draft.admitted().tenant()?, found)?;
        draft.rely_on::<RegistrationSession>(&self.registration_id, found.revision)?;
        let occasion = self.occasion(&user_id)?;
        let welcomed = occasion.welcome(&slots.occasion, answers, draft)?;
        let journey = first(&welcomed)?;
        let told = RegistrationWelcomed {
            user_id,
            started: count(&welcomed.started),
            started_before: welcomed.started_before,
        };
        let response = response(&welcomed, journey);
        Ok(Change::of(journey, journey, &told, response))
    }
}

impl StartOnboardingForPreparedAccount {
    fn occasion(&self, account: &PreparedAccount, user_id: &UserId) -> Result<Occasion, Refusal> {
        let trigger = OnboardingTrigger::PreparedAccountClaimed;
        Ok(Occasion {
            application_id: self.application_id.clone(),
            realm: self.realm.clone(),
            service_id: self.service_id.clone(),
            named: entitled(account),
            ..Occasion::new(user_id, trigger, account.prepared_account_id.as_str())?
        })
    }

    /// The account's claimant.
    fn claimed(
        found: Option<Versioned<PreparedAccount>>,
    ) -> Result<(Versioned<PreparedAccount>, UserId), Refusal> {
        let found = found.ok_or(Refusal::NotFound(RecordKind::PreparedAccount))?;
        let claim = found.record.claim.as_ref();
        let user_id = claim.map(|claim| claim.user_id.clone());
        let user_id = user_id.ok_or(Refusal::rule("status", "must be claimed"))?;
        Ok((found, user_id))
    }
}

impl Operation for StartOnboardingForPreparedAccount {
    const SPEC: OperationSpec = OperationSpec {
        name: "start_onboarding_for_prepared_account",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: GRANTS,
        events: &[PreparedAccountWelcomed::SPEC],
    };
    type Slots = WelcomeSlots<PreparedAccount>;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = PreparedAccount::key_of(&(tenant.clone(), self.prepared_account_id.clone()));
        Some(RecordId::new(RecordKind::PreparedAccount, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let tenant = admitted.tenant()?;
        Ok(WelcomeSlots {
            source: flight.get(&(tenant.clone(), self.prepared_account_id.clone())),
            occasion: OccasionSlots::reads(tenant, flight),
        })
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut Self::Slots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let (found, user_id) = Self::claimed(answers.one(slots.source)?)?;
        let occasion = self.occasion(&found.record, &user_id)?;
        slots.occasion.read_on(&occasion, answers, flight)
    }
}

impl Mutation for StartOnboardingForPreparedAccount {
    type Response = WelcomedUser;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<WelcomedUser>, Refusal> {
        let (found, user_id) = Self::claimed(answers.one(slots.source)?)?;
        let account = &found.record;
        let key = (account.tenant.clone(), account.prepared_account_id.clone());
        draft.rely_on::<PreparedAccount>(&key, found.revision)?;
        let occasion = self.occasion(account, &user_id)?;
        let welcomed = occasion.welcome(&slots.occasion, answers, draft)?;
        let journey = first(&welcomed)?;
        let told = PreparedAccountWelcomed {
            user_id,
            prepared_account_id: account.prepared_account_id.clone(),
            started: count(&welcomed.started),
            started_before: welcomed.started_before,
        };
        let response = response(&welcomed, journey);
        Ok(Change::of(journey, journey, &told, response))
    }
}

/// The protocols that an account's entitlements name.
pub(crate) fn entitled(account: &PreparedAccount) -> Vec<ProtocolId> {
    let named = account.entitlements.iter().filter_map(|it| match it {
        Entitlement::OnboardingJourney(it) => Some(it.protocol_id.clone()),
        _ => None,
    });
    named.collect()
}

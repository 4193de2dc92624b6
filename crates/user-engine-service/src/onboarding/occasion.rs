//! What sets journeys off: which protocols apply, and starting them inside any operation.

use super::start::JourneyStart;
use crate::access_profile::requirement::VouchedSlots;
use crate::prelude::*;
use std::collections::BTreeSet;

/// Something that sets onboarding journeys off, and what protocols may ask about it.
#[derive(Debug)]
pub(crate) struct Occasion {
    /// Who is welcomed.
    pub(crate) user_id: UserId,
    /// What happened.
    pub(crate) trigger: OnboardingTrigger,
    /// The registration, prepared account, invitation or hat.
    pub(crate) source_id: SourceId,
    /// The application that is meant.
    pub(crate) application_id: Option<ApplicationId>,
    /// The realm that is meant.
    pub(crate) realm: Option<RealmId>,
    /// The service that is meant.
    pub(crate) service_id: Option<ServiceId>,
    /// The name of the hat that was selected.
    pub(crate) hat: Option<Text>,
    /// Protocols that are meant by name: they apply whatever sets them off, and their ids are the
    /// prepared journeys that others may ask for.
    pub(crate) named: Vec<ProtocolId>,
    /// Membership kinds that the user gets in this very unit, beside those that were read.
    pub(crate) roles: Vec<MembershipKind>,
    /// Factor types verified in this very unit, beside those that were read.
    pub(crate) factor_types: Vec<FactorType>,
}

/// The reads by which it is found which journeys an occasion sets off.
#[derive(Debug)]
pub(crate) struct OccasionSlots {
    protocols: Many<WelcomeProtocol>,
    user: Option<UserSlots>,
}

#[derive(Debug)]
struct UserSlots {
    memberships: Many<Membership>,
    factors: VouchedSlots,
    journeys: Many<OnboardingJourney>,
}

/// The journeys that an occasion set off.
#[derive(Debug)]
pub(crate) struct Welcomed {
    /// Those that were started.
    pub(crate) started: Vec<OnboardingJourney>,
    /// How many more had been started before.
    pub(crate) started_before: u32,
}

impl OccasionSlots {
    /// Asks for a tenant's protocols, and for what they may ask about a user. The user is absent
    /// where the operation creates it, or has yet to read who it is.
    pub(crate) fn reads(tenant: &TenantId, user_id: Option<&UserId>, flight: &mut Flight) -> Self {
        let mut slots = Self {
            protocols: flight.list(ListBy::Tenant(tenant.clone())),
            user: None,
        };
        if let Some(user_id) = user_id {
            slots.reads_user(user_id, flight);
        }
        slots
    }

    /// Asks for what protocols may ask about a user who is known by now.
    pub(crate) fn reads_user(&mut self, user_id: &UserId, flight: &mut Flight) {
        self.user = Some(UserSlots {
            memberships: flight.list(ListBy::User(user_id.clone())),
            factors: VouchedSlots::reads(user_id, flight),
            journeys: flight.list(ListBy::User(user_id.clone())),
        });
    }
}

/// What is known of a user when protocols are asked.
#[derive(Debug, Default)]
struct Known {
    roles: BTreeSet<MembershipKind>,
    factor_types: BTreeSet<FactorType>,
    journeys: BTreeSet<JourneyId>,
}

impl Occasion {
    /// An occasion about which nothing else is known.
    ///
    /// # Errors
    ///
    /// Refuses what is no source id.
    pub(crate) fn new(
        user_id: &UserId,
        trigger: OnboardingTrigger,
        source: &str,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            user_id: user_id.clone(),
            trigger,
            source_id: SourceId::new(source)?,
            application_id: None,
            realm: None,
            service_id: None,
            hat: None,
            named: Vec::new(),
            roles: Vec::new(),
            factor_types: Vec::new(),
        })
    }

    /// A hat that a user selected.
    ///
    /// # Errors
    ///
    /// As [`Occasion::new`].
    pub(crate) fn hat_selected(
        hat: &AccessProfile,
        context: &ActiveAccessContext,
    ) -> Result<Self, Refusal> {
        let scope_id = hat.scope.scope_id.as_str();
        let (mut realm, mut service_id) = (hat.realm.clone(), hat.service_id.clone());
        match hat.scope.scope_type {
            AccessScopeType::Realm => realm = Some(RealmId::new(scope_id)?),
            AccessScopeType::Service => service_id = Some(ServiceId::new(scope_id)?),
            AccessScopeType::Tenant | AccessScopeType::Asset | AccessScopeType::Group => {}
        }
        let trigger = OnboardingTrigger::AccessProfileSelected;
        let source = hat.access_profile_id.as_str();
        Ok(Self {
            realm,
            service_id,
            hat: Some(hat.hat_name.clone()),
            ..Self::new(&context.user_id, trigger, source)?
        })
    }

    /// Starts every journey that this occasion sets off and that was not started before; each with
    /// an audit record of `start_onboarding_journey` and an event of its own. Setting none off is
    /// no refusal.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for more than 1,000 protocols in the tenant, or memberships, factors or
    /// journeys of the user.
    pub(crate) fn welcome(
        &self,
        slots: &OccasionSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Welcomed, Refusal> {
        let known = self.known(slots, answers, draft.now())?;
        let mut welcomed = Welcomed {
            started: Vec::new(),
            started_before: 0,
        };
        for protocol in answers.all(slots.protocols)? {
            if !self.applies(&protocol.record, &known) {
                continue;
            }
            let start = JourneyStart::of(
                protocol,
                &self.user_id,
                self.trigger,
                &self.source_id,
                draft,
            );
            if known.journeys.contains(&start.journey.journey_id) {
                welcomed.started_before += 1;
                continue;
            }
            draft.join(&start, &(), answers)?;
            welcomed.started.push(start.journey);
        }
        Ok(welcomed)
    }

    fn known(
        &self,
        slots: &OccasionSlots,
        answers: &Answers,
        now: Timestamp,
    ) -> Result<Known, Refusal> {
        let mut known = Known {
            roles: self.roles.iter().cloned().collect(),
            factor_types: self.factor_types.iter().copied().collect(),
            journeys: BTreeSet::new(),
        };
        let Some(user) = &slots.user else {
            return Ok(known);
        };
        let memberships = answers.all(user.memberships)?.into_iter();
        known.roles.extend(memberships.map(|it| it.record.kind));
        let factors = user.factors.factors(answers)?.into_iter();
        let lasting = factors
            .map(|it| it.record)
            .filter(|it| it.expires_at.is_none_or(|end| end > now));
        known.factor_types.extend(lasting.map(|it| it.factor_type));
        let journeys = answers.all(user.journeys)?.into_iter();
        known
            .journeys
            .extend(journeys.map(|it| it.record.journey_id));
        Ok(known)
    }

    /// Whether a protocol applies.
    fn applies(&self, protocol: &WelcomeProtocol, known: &Known) -> bool {
        if self.named.contains(&protocol.protocol_id) {
            return true;
        }
        // Taken apart, so that a new condition can't be forgotten here.
        let ProtocolMatch {
            application_id,
            realm,
            service_id,
            role,
            hat,
            prepared_journey,
            required_factor_types,
        } = &protocol.matching;
        let is_prepared = |wanted: &Text| {
            let mut named = self.named.iter();
            named.any(|protocol_id| protocol_id.as_str() == wanted.as_str())
        };
        protocol.trigger == self.trigger
            && holds(application_id.as_ref(), self.application_id.as_ref())
            && holds(realm.as_ref(), self.realm.as_ref())
            && holds(service_id.as_ref(), self.service_id.as_ref())
            && holds(hat.as_ref(), self.hat.as_ref())
            && role.as_ref().is_none_or(|role| known.roles.contains(role))
            && prepared_journey.as_ref().is_none_or(is_prepared)
            && required_factor_types
                .iter()
                .all(|factor_type| known.factor_types.contains(factor_type))
    }
}

/// An absent condition matches anything.
fn holds<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
    wanted.is_none() || wanted == found
}

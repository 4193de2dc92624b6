//! What sets journeys off: which protocols apply, and starting them inside any operation.

use super::start::JourneyStart;
use crate::access_profile::requirement::VouchedSlots;
use crate::prelude::*;
use crate::profile::walk::Walk;
use std::collections::{BTreeMap, BTreeSet};
use user_engine_ports::RECORD_MAX_BYTES;

/// The most journeys that one occasion starts: what a unit of work takes, with room to spare.
pub const JOURNEYS_MAX: usize = 100;
/// The most bytes of them.
const JOURNEYS_MAX_BYTES: usize = 4 * RECORD_MAX_BYTES;
/// How many journeys are asked for in one flight.
const JOURNEYS_ASKED: usize = 500;

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
    protocols: Walk<WelcomeProtocol>,
    user: Option<UserSlots>,
    /// The journeys that may be set off.
    journeys: BTreeMap<JourneyId, One<OnboardingJourney>>,
}

#[derive(Debug)]
struct UserSlots {
    memberships: Walk<Membership>,
    factors: VouchedSlots,
}

/// The journeys that an occasion set off.
#[derive(Debug)]
pub(crate) struct Welcomed {
    /// Those that were started.
    pub(crate) started: Vec<OnboardingJourney>,
    /// How many more had been started before.
    pub(crate) started_before: u32,
    /// How many more would have been too many at once.
    pub(crate) left_out: u32,
}

impl OccasionSlots {
    /// Asks for a tenant's protocols.
    pub(crate) fn reads(tenant: &TenantId, flight: &mut Flight) -> Self {
        Self {
            protocols: Walk::begin(ListBy::Tenant(tenant.clone()), flight),
            user: None,
            journeys: BTreeMap::new(),
        }
    }

    /// The same, and for what protocols may ask about a user who is known by now.
    pub(crate) fn reads_of(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            user: Some(UserSlots::reads(user_id, flight)),
            ..Self::reads(tenant, flight)
        }
    }

    /// Asks for what the last answers leave open: the next protocols, memberships and factors, and
    /// the journeys that the occasion may set off by the protocols that were read; first for the
    /// user's, where the user was not known before.
    pub(crate) fn read_on(
        &mut self,
        occasion: &Occasion,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let mut asked = 0;
        for protocol in self.protocols.records(answers)? {
            let journey_id = occasion.journey_id(&protocol.protocol_id);
            if asked == JOURNEYS_ASKED
                || !occasion.may_apply(&protocol)
                || self.journeys.contains_key(&journey_id)
            {
                continue;
            }
            let place = flight.get(&(protocol.tenant, journey_id.clone()));
            self.journeys.insert(journey_id, place);
            asked += 1;
        }
        self.protocols.read_on(answers, flight)?;
        match &mut self.user {
            Some(user) => {
                user.memberships.read_on(answers, flight)?;
                user.factors.read_on(answers, flight)?;
            }
            None => self.user = Some(UserSlots::reads(&occasion.user_id, flight)),
        }
        Ok(())
    }
}

impl UserSlots {
    fn reads(user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            memberships: Walk::begin(ListBy::User(user_id.clone()), flight),
            factors: VouchedSlots::reads(user_id, flight),
        }
    }
}

/// What is known of a user when protocols are asked.
#[derive(Debug, Default)]
struct Known {
    roles: BTreeSet<MembershipKind>,
    factor_types: BTreeSet<FactorType>,
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
    pub(crate) fn hat_selected(hat: &AccessProfile, user_id: &UserId) -> Result<Self, Refusal> {
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
            ..Self::new(user_id, trigger, source)?
        })
    }

    /// The journey that this occasion sets off by a protocol.
    fn journey_id(&self, protocol_id: &ProtocolId) -> JourneyId {
        OnboardingJourney::derive_id(protocol_id, self.trigger, &self.source_id, &self.user_id)
    }

    /// Starts the journeys that this occasion sets off and that were not started before, up to
    /// [`JOURNEYS_MAX`] of them in the order of their protocols; each with an audit record of
    /// `start_onboarding_journey` and an event of its own. Neither setting none off nor leaving
    /// some out is a refusal: who comes in is not kept out by how many protocols a tenant has.
    ///
    /// # Errors
    ///
    /// The store's `Undecodable`, and `LimitExceeded` where not all was read that is needed.
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
            left_out: 0,
        };
        let mut bytes = 0;
        for protocol in slots.protocols.all(answers)? {
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
            let place = slots.journeys.get(&start.journey.journey_id);
            let place = place.ok_or_else(crate::core::draft::internal)?;
            if answers.one(*place)?.is_some() {
                welcomed.started_before += 1;
                continue;
            }
            let weight = DomainRecord::from(start.journey.clone()).weight();
            let is_too_many = welcomed.started.len() == JOURNEYS_MAX;
            if is_too_many || weight > RECORD_MAX_BYTES || bytes + weight > JOURNEYS_MAX_BYTES {
                welcomed.left_out += 1;
                continue;
            }
            bytes += weight;
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
        };
        let Some(user) = &slots.user else {
            return Ok(known);
        };
        let memberships = user.memberships.all(answers)?.into_iter();
        known.roles.extend(memberships.map(|it| it.record.kind));
        let factors = user.factors.factors(answers)?.into_iter();
        let lasting = factors
            .map(|it| it.record)
            .filter(|it| it.expires_at.is_none_or(|end| end > now));
        known.factor_types.extend(lasting.map(|it| it.factor_type));
        Ok(known)
    }

    /// Whether a protocol applies.
    fn applies(&self, protocol: &WelcomeProtocol, known: &Known) -> bool {
        let ProtocolMatch {
            role,
            required_factor_types,
            ..
        } = &protocol.matching;
        let fits = role.as_ref().is_none_or(|role| known.roles.contains(role))
            && required_factor_types
                .iter()
                .all(|factor_type| known.factor_types.contains(factor_type));
        self.named.contains(&protocol.protocol_id) || fits && self.may_apply(protocol)
    }

    /// Whether a protocol applies to users of some memberships and factors.
    fn may_apply(&self, protocol: &WelcomeProtocol) -> bool {
        if self.named.contains(&protocol.protocol_id) {
            return true;
        }
        // Taken apart, so that a new condition can't be forgotten here.
        let ProtocolMatch {
            application_id,
            realm,
            service_id,
            role: _,
            hat,
            prepared_journey,
            required_factor_types: _,
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
            && prepared_journey.as_ref().is_none_or(is_prepared)
    }
}

/// An absent condition matches anything.
fn holds<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
    wanted.is_none() || wanted == found
}

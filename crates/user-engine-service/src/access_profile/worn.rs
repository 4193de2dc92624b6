//! The hat that a user wears in a tenant, judged whenever it is asked what it lends.

use super::requirement::{Wearer, WearerSlots};
use crate::prelude::*;
use user_engine_ports::ListQuery;

/// How many of the tenant's hats are read along. The worn one is mostly among them; where not it
/// costs a second flight, and nobody else reads a long list for that.
const PROFILES: usize = 50;

/// The reads by which a worn hat is found and judged.
#[derive(Debug)]
pub(crate) struct WornSlots {
    context: Option<One<ActiveAccessContext>>,
    profiles: Option<Many<AccessProfile>>,
    /// The hat itself, where it was not among the first.
    profile: Option<One<AccessProfile>>,
    pub(crate) wearer: WearerSlots,
}

/// A hat that a user selected.
#[derive(Debug)]
pub(crate) struct Worn {
    pub(crate) context: ActiveAccessContext,
    /// Why it holds no longer, and lends nothing.
    pub(crate) lapsed: Option<ReasonCode>,
}

impl WornSlots {
    /// Asks for what a user wears in a tenant; outside of one nobody wears anything.
    pub(crate) fn reads(tenant: Option<&TenantId>, user_id: &UserId, flight: &mut Flight) -> Self {
        let by_tenant = tenant.map(|tenant| ListBy::Tenant(tenant.clone()));
        let first = by_tenant.map(|by| ListQuery::new(RecordKind::AccessProfile, by));
        let key = tenant.map(|tenant| (tenant.clone(), user_id.clone()));
        Self {
            context: key.map(|key| flight.get(&key)),
            profiles: first.map(|query| flight.page(query.limit(PROFILES))),
            profile: None,
            wearer: WearerSlots::reads(tenant, user_id, flight),
        }
    }

    /// Asks for what the judgement of a worn hat lacks; for nothing where none is worn.
    pub(crate) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        if self.context(answers)?.is_none() {
            return Ok(());
        }
        self.read_profile(answers, flight)?;
        self.wearer.read_on(answers, flight)
    }

    /// Asks for the worn hat, where it was not among the first.
    pub(crate) fn read_profile(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        if let Some(Versioned {
            record: context, ..
        }) = self.context(answers)?
            && let Some(profiles) = self.profiles
            && self.profile.is_none()
            && answers.next(profiles)?.is_some()
            && self.profile(&context, answers)?.is_none()
        {
            self.profile = Some(flight.get(&(context.tenant, context.access_profile_id)));
        }
        Ok(())
    }

    /// What is worn while it holds.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` where a wearer's memberships or factors were not read to their end.
    pub(crate) fn holding(
        &self,
        answers: &Answers,
        now: Timestamp,
    ) -> Result<Option<ActiveAccessContext>, Refusal> {
        if self.context(answers)?.is_none() {
            return Ok(None);
        }
        let worn = self.worn(&self.wearer.wearer(answers)?, answers, now)?;
        let holding = worn.filter(|worn| worn.lapsed.is_none());
        Ok(holding.map(|worn| worn.context))
    }

    /// What the wearer wears, whether it holds or not.
    pub(crate) fn worn(
        &self,
        wearer: &Wearer,
        answers: &Answers,
        now: Timestamp,
    ) -> Result<Option<Worn>, Refusal> {
        let Some(context) = self.context(answers)? else {
            return Ok(None);
        };
        let profile = self.profile(&context.record, answers)?;
        let lapsed = wearer.lapse(&context, profile.as_ref(), now);
        let context = context.record;
        Ok(Some(Worn { context, lapsed }))
    }

    fn context(
        &self,
        answers: &Answers,
    ) -> Result<Option<Versioned<ActiveAccessContext>>, Refusal> {
        match self.context {
            Some(place) => answers.one(place),
            None => Ok(None),
        }
    }

    /// The hat that a context names, as far as it was read.
    fn profile(
        &self,
        context: &ActiveAccessContext,
        answers: &Answers,
    ) -> Result<Option<Versioned<AccessProfile>>, Refusal> {
        if let Some(place) = self.profile {
            return answers.one(place);
        }
        let Some(place) = self.profiles else {
            return Ok(None);
        };
        let mut profiles = answers.page(place)?.records.into_iter();
        Ok(profiles.find(|it| it.record.access_profile_id == context.access_profile_id))
    }
}

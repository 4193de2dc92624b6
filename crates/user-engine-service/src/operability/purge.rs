//! Removing what ran out.

use super::event::RegistrationPurged;
use crate::context::{Done, RequestContext};
use crate::core::canonical::Canon;
use crate::core::draft::ENTRIES_MAX;
use crate::core::response::{Entries, ReceiptField};
use crate::error::ServiceError;
use crate::prelude::*;
use crate::service::UserEngineService;
use std::time::Duration;
use user_engine_ports::{ListQuery, OPERATION_RETENTION, StoreError};

/// How many registrations one call looks at.
pub const PURGE_LOOKS_AT: usize = 100;

/// How long a registration stays that was given up, refused or marked as expired, whatever its own
/// end: 30 days, in which somebody may ask what became of it.
pub const ENDED_RETENTION: Duration = Duration::from_hours(30 * 24);

request!(
    /// Asks for registrations and factors that ran out to be removed, in a tenant or everywhere.
    PurgeExpired {
        /// Go on behind this registration; `None` begins at the first.
        after: Option<RecordKey>,
    }
);

response!(
    /// Records that were removed.
    PurgedRecords {
        /// How many registrations were looked at.
        looked_at: u32,
        /// How many of them were removed.
        registration_count: u32,
        /// How many factors were removed, with a registration or without; what registrations were
        /// bound to counts as one each.
        factor_count: u32,
        /// How many registrations and factors can't be decoded, and stay: among those looked at.
        undecodable_count: u32,
        /// Where the next call goes on; `None` when this one reached the end.
        next: Option<RecordKey>,
    }
);

/// What one call removed.
#[derive(Debug, Clone, PartialEq)]
pub struct Purged {
    /// The registrations and factors.
    pub records: Done<PurgedRecords>,
    /// How many operations were forgotten; or why none were, with the records removed all the
    /// same.
    pub operations: Result<u64, StoreError>,
}

impl Canonical for RecordKey {
    fn write(&self, canon: &mut Canon) {
        canon.leaf(self.as_str().as_bytes());
    }
}

impl ReceiptField for RecordKey {
    fn put(&self, name: &str, entries: &mut Entries) {
        entries.insert(name.to_owned(), self.as_str().to_owned());
    }
    fn take(name: &str, entries: &Entries) -> Option<Self> {
        entries.get(name).map(|key| Self::from_stored(key.as_str()))
    }
}

impl UserEngineService {
    /// Removes what ran out, a bounded number at a time: registrations behind their end that no
    /// user came of, and those that were given up, refused or marked as expired
    /// [`ENDED_RETENTION`] ago, with or without an end, with their factors; factors behind their
    /// end of completed registrations; and operations older than [`OPERATION_RETENTION`].
    ///
    /// A call looks at [`PURGE_LOOKS_AT`] registrations, in the order of their keys, and removes
    /// what ran out among them in one unit. Go on with `next` until there is none. Completed
    /// registrations stay: a user came of them, and is erased with them. What can't be decoded
    /// stays, and a registration with such a factor too; the call goes on behind it and counts it.
    ///
    /// Where nothing ran out nothing is written, audited or told, and the operation id stays
    /// unused. Then at most 1,000 operations are forgotten, of every scope: they are the store's
    /// memory of what was asked, not anybody's record, and forgetting them is neither audited nor
    /// told; their number is in the answer.
    ///
    /// Callers: platform operators, as the role that works across tenants; a service that purges
    /// carries it. With a tenant, only that tenant's registrations are looked at. Audit record:
    /// `purge_expired` of the first registration. Event: `registration.purged` of each
    /// registration, with the number of its factors.
    ///
    /// # Errors
    ///
    /// A denial; `Conflict` when a registration changed meanwhile: nothing was removed, call
    /// again.
    ///
    /// # Cancellation
    ///
    /// Dropped between the two parts, the records are removed and no operation is forgotten.
    pub async fn purge_expired(
        &self,
        context: &RequestContext,
        request: PurgeExpired,
    ) -> Result<Purged, ServiceError> {
        let records = self.mutate(context, request).await?;
        let retention = i64::try_from(OPERATION_RETENTION.as_micros()).unwrap_or(i64::MAX);
        let ports = self.ports();
        let before = ports.clock.now().saturating_add_micros(-retention);
        let operations = ports.store.purge_operations(before, context.deadline).await;
        Ok(Purged {
            records,
            operations,
        })
    }
}

/// The reads of [`PurgeExpired`]: a page, then the factors of those that may have something to
/// remove, by their place in the page.
#[derive(Debug)]
pub struct PurgeSlots {
    page: Many<RegistrationSession>,
    factors: Vec<(usize, Many<IdentityFactor>)>,
}

impl Operation for PurgeExpired {
    const SPEC: OperationSpec = OperationSpec {
        name: "purge_expired",
        reach: Reach::Platform,
        stands: Stands::InTenant,
        grants: &[Grant::PlatformOperator],
        // Twice: one is told of each registration.
        events: &[RegistrationPurged::SPEC, RegistrationPurged::SPEC],
    };
    type Slots = PurgeSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<PurgeSlots, Refusal> {
        let by = match &admitted.tenant {
            Some(tenant) => ListBy::Tenant(tenant.clone()),
            None => ListBy::Kind,
        };
        let query = ListQuery::new(RecordKind::RegistrationSession, by)
            .after(self.after.clone())
            .limit(PURGE_LOOKS_AT);
        Ok(PurgeSlots {
            page: flight.page(query),
            factors: Vec::new(),
        })
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut PurgeSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        for (place, row) in answers.each(slots.page)?.into_iter().enumerate() {
            let Ok(found) = row else {
                continue;
            };
            let registration = &found.record;
            if is_over(registration, admitted.now) || is_completed(registration) {
                let by = ListBy::Scope {
                    scope_type: "registration".to_owned(),
                    scope_id: registration.registration_id.as_str().to_owned(),
                };
                slots.factors.push((place, flight.list(by)));
            }
        }
        Ok(())
    }
}

impl Mutation for PurgeExpired {
    type Response = PurgedRecords;

    fn decide(
        &self,
        slots: &PurgeSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<PurgedRecords>, Refusal> {
        let (finds, response) = look(slots, answers, draft.now())?;
        let mut change: Option<Change<PurgedRecords>> = None;
        for find in finds {
            let (registration, purged) = find.remove(draft)?;
            change = Some(match change {
                None => Change::of(&registration, &registration, &purged, response.clone()),
                Some(change) => change.and(&registration, &purged),
            });
        }
        // Nothing to remove is `idle`'s to say.
        change.ok_or(Refusal::NotFound(RecordKind::RegistrationSession))
    }

    fn idle(
        &self,
        slots: &PurgeSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<Option<PurgedRecords>, Refusal> {
        let (finds, response) = look(slots, answers, admitted.now)?;
        Ok(finds.is_empty().then_some(response))
    }
}

/// A registration of which something is to be removed.
struct Find {
    registration: Versioned<RegistrationSession>,
    factors: Vec<Versioned<IdentityFactor>>,
    is_removed: bool,
}

impl Find {
    /// What is to be removed of a registration, and how many of its factors can't be decoded.
    fn of(
        registration: Versioned<RegistrationSession>,
        factors: Many<IdentityFactor>,
        answers: &Answers,
        now: Timestamp,
    ) -> Result<(Self, u32), Refusal> {
        let is_over = is_over(&registration.record, now);
        let rows = answers.each(factors)?;
        let mut is_whole = answers.next(factors)?.is_none();
        let in_all = rows.len();
        let mut factors: Vec<_> = rows.into_iter().flatten().collect();
        let undecodable = in_all - factors.len();
        if !is_over {
            factors.retain(|found| has_run_out(found.record.expires_at, now));
        }
        if factors.len() >= ENTRIES_MAX {
            // More than one unit takes: the rest goes, with the registration, another time.
            factors.truncate(ENTRIES_MAX - 1);
            is_whole = false;
        }
        let find = Self {
            registration,
            factors,
            // It stays while any factor of it does, which is found by it.
            is_removed: is_over && is_whole && undecodable == 0,
        };
        Ok((find, count(undecodable)))
    }

    fn remove(
        self,
        draft: &mut Draft<'_>,
    ) -> Result<(RegistrationSession, RegistrationPurged), Refusal> {
        for factor in &self.factors {
            draft.remove::<IdentityFactor>(&factor.record.factor_id, factor.revision)?;
        }
        let Versioned { revision, record } = self.registration;
        let registration = RegistrationSession {
            updated_at: draft.now_or(record.updated_at),
            ..record
        };
        if self.is_removed {
            draft.remove::<RegistrationSession>(&registration.registration_id, revision)?;
        } else {
            // Touched, so that its events keep their order.
            draft.replace(registration.clone(), revision)?;
        }
        let purged = RegistrationPurged {
            registration_id: registration.registration_id.clone(),
            is_removed: self.is_removed,
            factor_count: count(self.factors.len()),
        };
        Ok((registration, purged))
    }
}

/// Finds what is to be removed, as much as one unit takes, and says how far that goes.
fn look(
    slots: &PurgeSlots,
    answers: &Answers,
    now: Timestamp,
) -> Result<(Vec<Find>, PurgedRecords), Refusal> {
    let rows = answers.each(slots.page)?;
    let mut response = PurgedRecords {
        looked_at: count(rows.len()),
        registration_count: 0,
        factor_count: 0,
        undecodable_count: 0,
        next: answers.next(slots.page)?.cloned(),
    };
    let mut places = slots.factors.iter().peekable();
    let (mut finds, mut room) = (Vec::new(), ENTRIES_MAX);
    let mut last = None;
    for (place, row) in rows.into_iter().enumerate() {
        let registration = match row {
            Ok(registration) => registration,
            Err(key) => {
                response.undecodable_count += 1;
                last = Some(key);
                continue;
            }
        };
        let key = registration.record.record_key();
        if let Some((_, factors)) = places.next_if(|(of, _)| *of == place) {
            let (find, undecodable) = Find::of(registration, *factors, answers, now)?;
            let Some(left) = room.checked_sub(find.factors.len() + 1) else {
                response.looked_at = count(place);
                response.next = last;
                return Ok((finds, response));
            };
            response.undecodable_count += undecodable;
            if find.is_removed || !find.factors.is_empty() {
                room = left;
                response.registration_count += u32::from(find.is_removed);
                response.factor_count += count(find.factors.len());
                finds.push(find);
            }
        }
        last = Some(key);
    }
    Ok((finds, response))
}

/// Whether a registration ran out before any user came of it, or ended long ago without one.
fn is_over(registration: &RegistrationSession, now: Timestamp) -> bool {
    if is_completed(registration) {
        return false;
    }
    let retention = i64::try_from(ENDED_RETENTION.as_micros()).unwrap_or(i64::MAX);
    let is_forgotten = registration.status.is_ended()
        && registration.updated_at.saturating_add_micros(retention) <= now;
    is_forgotten || has_run_out(registration.expires_at, now)
}

fn is_completed(registration: &RegistrationSession) -> bool {
    registration.status == RegistrationStatus::Completed
}

fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}

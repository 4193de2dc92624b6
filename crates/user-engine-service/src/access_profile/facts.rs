//! Exporting what an external policy engine has to know.

use super::list::tenant_page;
use super::requirement::{Wearer, WearerSlots};
use crate::prelude::*;
use crate::user::in_tenant::Ties;

/// The most subjects of a page: each costs six of the thousand reads of a flight.
pub(super) const SUBJECTS_MAX: u32 = 100;

/// Asks for the facts of one user, or of a page of those with a tenant account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportAccessControlFacts {
    /// The user; everybody with a tenant account, where absent.
    pub user_id: Option<UserId>,
    /// Begin behind the page that gave this as its `next`.
    pub after: Option<RecordKey>,
    /// At most this many, 1 to 100; 100, where absent.
    pub limit: Option<u32>,
}

/// Facts of one or several users of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessControlFacts {
    /// The tenant.
    pub tenant: TenantId,
    /// The instant at which everything was judged.
    pub judged_at: Timestamp,
    /// Each user's facts, in the order of the keys of their tenant accounts.
    pub subjects: Vec<AccessFacts>,
    /// Where the next page begins; absent at the end.
    pub next: Option<RecordKey>,
}

/// What is known of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessFacts {
    /// The user.
    pub user_id: UserId,
    /// The status of the primary account.
    pub account_status: Option<AccountStatus>,
    /// The status of the tenant account.
    pub tenant_account_status: Option<AccountStatus>,
    /// Whether both accounts are active; where not, nothing else gives access.
    pub is_active: bool,
    /// The memberships in the tenant.
    pub memberships: Vec<MembershipFact>,
    /// The types of which the user has a verified, unexpired factor.
    pub factors: Vec<FactorFact>,
    /// The hat that the user selected.
    pub hat: Option<HatFacts>,
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipFact {
    /// The membership.
    pub membership_id: MembershipId,
    /// What it is in.
    pub scope: MembershipScope,
    /// As what.
    pub kind: MembershipKind,
}

/// A verified factor that has not expired, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorFact {
    /// Its type.
    pub factor_type: FactorType,
    /// When the one that lasts longest expires; never, where absent.
    pub expires_at: Option<Timestamp>,
}

/// A worn hat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HatFacts {
    /// The hat.
    pub access_profile_id: AccessProfileId,
    /// What it is worn in.
    pub scope: AccessScope,
    /// Since when.
    pub selected_at: Timestamp,
    /// Why it holds no longer; it grants nothing then.
    pub lapsed: Option<ReasonCode>,
    /// The groups that it grants.
    pub group_ids: Vec<GroupId>,
    /// The claims that it grants.
    pub projection_claims: Map<Text, JsonValue>,
}

/// The reads of [`ExportAccessControlFacts`].
#[derive(Debug)]
pub struct FactSlots {
    ties: Option<Ties>,
    page: Option<Many<TenantAccount>>,
    profiles: Option<Many<AccessProfile>>,
    subjects: Vec<SubjectSlots>,
}

#[derive(Debug)]
struct SubjectSlots {
    user_id: UserId,
    context: One<ActiveAccessContext>,
    wearer: WearerSlots,
}

impl SubjectSlots {
    fn reads(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            user_id: user_id.clone(),
            context: flight.get(&(tenant.clone(), user_id.clone())),
            wearer: WearerSlots::reads(Some(tenant), user_id, flight),
        }
    }
}

impl Operation for ExportAccessControlFacts {
    const SPEC: OperationSpec = OperationSpec {
        name: "export_access_control_facts",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator],
        events: &[],
    };
    type Slots = FactSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<FactSlots, Refusal> {
        let tenant = admitted.tenant()?;
        let (after, limit) = (self.after.as_ref(), self.limit);
        let query = tenant_page(
            RecordKind::TenantAccount,
            tenant,
            after,
            limit,
            SUBJECTS_MAX,
        )?;
        let mut slots = FactSlots {
            ties: None,
            page: None,
            profiles: None,
            subjects: Vec::new(),
        };
        match &self.user_id {
            Some(_) if after.is_some() => {
                return Err(Refusal::rule("after", "must be absent beside a user"));
            }
            Some(user_id) => {
                slots.ties = Some(Ties::reads(tenant, user_id, flight));
                slots.profiles = Some(flight.list(ListBy::Tenant(tenant.clone())));
                let subject = SubjectSlots::reads(tenant, user_id, flight);
                slots.subjects.push(subject);
            }
            None => slots.page = Some(flight.page(query)),
        }
        Ok(slots)
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut FactSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let Some(page) = slots.page else {
            return self.reads_on(admitted, slots, answers, flight);
        };
        let tenant = admitted.tenant()?;
        let subjects = answers.page(page)?.records;
        if !subjects.is_empty() {
            slots.profiles = Some(flight.list(ListBy::Tenant(tenant.clone())));
        }
        slots.subjects = subjects
            .iter()
            .map(|found| SubjectSlots::reads(tenant, &found.record.user_id, flight))
            .collect();
        Ok(())
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut FactSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let mut subjects = slots.subjects.iter_mut();
        subjects.try_for_each(|subject| subject.wearer.read_on(answers, flight))
    }
}

impl Query for ExportAccessControlFacts {
    type Answer = AccessControlFacts;

    fn answer(
        &self,
        slots: &FactSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<AccessControlFacts, Refusal> {
        let tenant = admitted.tenant()?;
        if let Some(ties) = slots.ties {
            ties.require_joined(admitted, answers)?;
        }
        let profiles = match slots.profiles {
            Some(profiles) => answers.all(profiles)?,
            None => Vec::new(),
        };
        let subjects = slots.subjects.iter();
        let next = match slots.page {
            Some(page) => answers.page(page)?.next,
            None => None,
        };
        Ok(AccessControlFacts {
            tenant: tenant.clone(),
            judged_at: admitted.now,
            subjects: subjects
                .map(|subject| facts(subject, &profiles, answers, admitted.now))
                .collect::<Result<_, _>>()?,
            next,
        })
    }
}

fn facts(
    subject: &SubjectSlots,
    profiles: &[Versioned<AccessProfile>],
    answers: &Answers,
    now: Timestamp,
) -> Result<AccessFacts, Refusal> {
    let wearer = subject.wearer.wearer(answers)?;
    let is_account_active = wearer.account == Some(AccountStatus::Active);
    let memberships = wearer.memberships.iter().map(|found| MembershipFact {
        membership_id: found.record.membership_id.clone(),
        scope: found.record.scope.clone(),
        kind: found.record.kind.clone(),
    });
    let context = answers.one(subject.context)?;
    let hat = context.map(|found| {
        let id = &found.record.access_profile_id;
        let profile = profiles
            .iter()
            .find(|found| found.record.access_profile_id == *id);
        let lapsed = wearer.lapse(&found, profile, now);
        HatFacts::of(found.record, lapsed)
    });
    Ok(AccessFacts {
        user_id: subject.user_id.clone(),
        account_status: wearer.account,
        tenant_account_status: wearer
            .tenant_account
            .as_ref()
            .map(|found| found.record.status),
        is_active: is_account_active && wearer.active_account().is_ok(),
        memberships: memberships.collect(),
        factors: factors(&wearer, now),
        hat,
    })
}

impl HatFacts {
    fn of(context: ActiveAccessContext, lapsed: Option<ReasonCode>) -> Self {
        let holds = lapsed.is_none();
        let claims = context.projection_claims;
        Self {
            access_profile_id: context.access_profile_id,
            scope: context.scope,
            selected_at: context.selected_at,
            lapsed,
            group_ids: if holds {
                context.group_ids.into_vec()
            } else {
                Vec::new()
            },
            projection_claims: if holds { claims } else { Map::default() },
        }
    }
}

fn factors(wearer: &Wearer, now: Timestamp) -> Vec<FactorFact> {
    let lasting = |factor_type| wearer.lasting(factor_type, now).ok();
    FactorType::ALL
        .iter()
        .filter_map(|factor_type| lasting(*factor_type))
        .map(|found| FactorFact {
            factor_type: found.record.factor_type,
            expires_at: found.record.expires_at,
        })
        .collect()
}

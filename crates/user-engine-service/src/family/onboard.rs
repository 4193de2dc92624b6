//! Bringing a family into its tenant: one unit of work, composed of an operation for each person.

use super::authority::{OWNER, family_of};
use super::enter::{EnterFamily, EnterSlots};
use super::event::FamilyOnboarded;
use super::invite::{InviteFamilyMember, InviteSlots};
use crate::core::canonical::Canon;
use crate::prelude::*;
use crate::user::CreateUser;
use crate::user::tombstone::check_user_id;
use std::collections::BTreeSet;

/// The most people whom one onboarding names beside the founder: what a unit of work and one
/// flight of reads take, with room to spare.
pub const FAMILY_MEMBERS_MAX: usize = 100;

/// Somebody who comes into a family at once.
#[derive(Debug, Clone, PartialEq)]
pub enum FamilyPerson {
    /// A user with an active account, and with a tenant account unless an operator brings them in:
    /// nobody else makes a stranger a member without being asked.
    Known(UserId),
    /// A user to be created, with the status `active`.
    New(CreateUser),
}

/// Somebody who is named with a family.
#[derive(Debug, Clone, PartialEq)]
pub enum FamilyMember {
    /// Comes in at once.
    Enters {
        /// Who.
        person: FamilyPerson,
        /// As what.
        kind: MembershipKind,
    },
    /// Comes in by accepting.
    Invited(InviteFamilyMember),
}

impl Canonical for FamilyPerson {
    fn write(&self, canon: &mut Canon) {
        match self {
            Self::Known(user_id) => canon.member("known", user_id),
            Self::New(create) => canon.member("new", create),
        }
    }
}

impl Canonical for FamilyMember {
    fn write(&self, canon: &mut Canon) {
        match self {
            Self::Enters { person, kind } => {
                canon.member("enters", person);
                canon.member("kind", kind);
            }
            Self::Invited(invite) => canon.member("invited", invite),
        }
    }
}

request!(
    /// Asks for a family to be brought into its tenant.
    OnboardFamilyDataspace {
        /// Who becomes `owner`.
        founder: FamilyPerson,
        /// Everybody else, at most [`FAMILY_MEMBERS_MAX`].
        members: List<FamilyMember>,
    }
);

response!(
    /// A family that was brought into its tenant. Who was created is in the audit records of the
    /// operation.
    OnboardedFamily {
        /// The founder.
        founder: UserId,
        /// The founder's membership.
        membership_id: MembershipId,
        /// How many came in, with the founder.
        member_count: u32,
        /// How many were invited.
        invitation_count: u32,
        /// When.
        onboarded_at: Timestamp,
    }
);

/// The reads for one person.
#[derive(Debug)]
pub enum PersonSlots {
    /// Of somebody who exists.
    Known {
        /// The account.
        account: One<Account>,
        /// The reads of `enter_family`.
        enter: EnterSlots,
        /// Whether the caller may bring in who has no tenant account.
        is_open_to_all: bool,
    },
    /// Of somebody who is to be created.
    New(<CreateUser as Operation>::Slots, EnterSlots),
}

impl PersonSlots {
    fn read_on(&mut self, answers: &Answers, flight: &mut Flight) -> Result<(), Refusal> {
        match self {
            Self::Known { enter, .. } | Self::New(_, enter) => enter.read_on(answers, flight),
        }
    }
}

/// The reads for one member.
#[derive(Debug)]
pub enum MemberSlots {
    /// Of somebody who comes in at once.
    Enters(PersonSlots),
    /// Of somebody who is invited.
    Invited(InviteSlots),
}

impl FamilyPerson {
    fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::Known(user_id) => Some(user_id),
            Self::New(create) => create.user_id.as_ref(),
        }
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<PersonSlots, Refusal> {
        let tenant = admitted.tenant()?;
        match self {
            Self::Known(user_id) => {
                check_user_id(user_id)?;
                Ok(PersonSlots::Known {
                    account: flight.get(user_id),
                    enter: EnterSlots::reads(tenant, user_id, None, flight),
                    is_open_to_all: admitted.is_operator(),
                })
            }
            Self::New(create) if create.status != AccountStatus::Active => {
                Err(Refusal::rule("status", "must be active in a family"))
            }
            Self::New(create) => {
                let slots = create.reads(admitted, flight)?;
                let enter = create.user_id.as_ref();
                let enter = enter.map(|user_id| EnterSlots::reads_new(tenant, user_id, flight));
                Ok(PersonSlots::New(slots, enter.unwrap_or_default()))
            }
        }
    }

    /// Brings the person in.
    fn enter(
        &self,
        kind: MembershipKind,
        slots: &PersonSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<UserId, Refusal> {
        let (user_id, enter_slots) = match (self, slots) {
            (Self::New(create), PersonSlots::New(slots, enter)) => {
                (draft.join(create, slots, answers)?.user_id, enter)
            }
            (
                Self::Known(user_id),
                PersonSlots::Known {
                    account,
                    enter,
                    is_open_to_all,
                },
            ) => {
                let account = answers.one(*account)?;
                let is_seen = *is_open_to_all || enter.has_account(answers)?;
                let account = account
                    .filter(|_| is_seen)
                    .ok_or(Refusal::NotFound(RecordKind::User))?;
                if account.record.status != AccountStatus::Active {
                    let target = RecordId::new(RecordKind::Account, account.record.record_key());
                    let reason = ReasonCode::AccountInactive;
                    return Err(Refusal::Denied(reason, Some(target)));
                }
                draft.rely_on::<Account>(user_id, account.revision)?;
                (user_id.clone(), enter)
            }
            _ => return Err(crate::core::draft::internal()),
        };
        let enter = EnterFamily {
            user_id: user_id.clone(),
            kind,
            is_new: matches!(self, Self::New(_)),
        };
        draft.join(&enter, enter_slots, answers)?;
        Ok(user_id)
    }
}

impl FamilyMember {
    fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::Enters { person, .. } => person.user_id(),
            Self::Invited(invite) => Some(&invite.user_id),
        }
    }
}

impl OnboardFamilyDataspace {
    fn check(&self) -> Result<(), Refusal> {
        if self.members.len() > FAMILY_MEMBERS_MAX {
            let rule = Rule::TooMany {
                max_entries: FAMILY_MEMBERS_MAX,
            };
            return Err(FieldError::new("members", rule).into());
        }
        let members = self.members.iter().filter_map(FamilyMember::user_id);
        let mut named = BTreeSet::new();
        let mut all = self.founder.user_id().into_iter().chain(members);
        if all.all(|user_id| named.insert(user_id)) {
            Ok(())
        } else {
            Err(Refusal::rule("members", "must name each user once"))
        }
    }
}

impl Operation for OnboardFamilyDataspace {
    const SPEC: OperationSpec = OperationSpec {
        name: "onboard_family_dataspace",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::Service, Grant::PlatformOperator],
        events: &[FamilyOnboarded::SPEC],
    };
    type Slots = (PersonSlots, Vec<MemberSlots>);

    /// The founder's membership, where the request says who founds it.
    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let founder = self.founder.user_id()?;
        let kind = MembershipKind::new(OWNER).ok()?;
        let id = Membership::derive_id(founder, &family_of(tenant).ok()?, &kind);
        let key = Membership::key_of(&(tenant.clone(), id));
        Some(RecordId::new(RecordKind::Membership, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        self.check()?;
        let founder = self.founder.reads(admitted, flight)?;
        let mut members = Vec::with_capacity(self.members.len());
        for member in &self.members {
            members.push(match member {
                FamilyMember::Enters { person, .. } => {
                    MemberSlots::Enters(person.reads(admitted, flight)?)
                }
                FamilyMember::Invited(invite) => {
                    MemberSlots::Invited(invite.reads(admitted, flight)?)
                }
            });
        }
        Ok((founder, members))
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut Self::Slots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        read_on(slots, answers, flight)
    }
}

/// Asks for the next memberships of everybody with more than a page of them.
fn read_on(
    (founder, members): &mut (PersonSlots, Vec<MemberSlots>),
    answers: &Answers,
    flight: &mut Flight,
) -> Result<(), Refusal> {
    founder.read_on(answers, flight)?;
    for member in members {
        match member {
            MemberSlots::Enters(person) => person.read_on(answers, flight)?,
            MemberSlots::Invited(invite) => invite.read_on(answers, flight)?,
        }
    }
    Ok(())
}

impl Mutation for OnboardFamilyDataspace {
    type Response = OnboardedFamily;

    fn decide(
        &self,
        (founder_slots, member_slots): &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<OnboardedFamily>, Refusal> {
        let owner = MembershipKind::new(OWNER)?;
        let founder = &self.founder;
        let founder = founder.enter(owner.clone(), founder_slots, answers, draft)?;
        let (mut member_count, mut invitation_count) = (1, 0);
        for (member, slots) in self.members.iter().zip(member_slots) {
            match (member, slots) {
                (FamilyMember::Enters { person, kind }, MemberSlots::Enters(slots)) => {
                    person.enter(kind.clone(), slots, answers, draft)?;
                    member_count += 1;
                }
                (FamilyMember::Invited(invite), MemberSlots::Invited(slots)) => {
                    draft.join(invite, slots, answers)?;
                    invitation_count += 1;
                }
                _ => return Err(crate::core::draft::internal()),
            }
        }
        let tenant = draft.admitted().tenant()?;
        let family = family_of(tenant)?;
        let membership = Membership {
            tenant: tenant.clone(),
            membership_id: Membership::derive_id(&founder, &family, &owner),
            user_id: founder.clone(),
            scope: family,
            kind: owner,
            created_at: draft.now(),
        };
        let onboarded = FamilyOnboarded {
            founder: founder.clone(),
            member_count,
            invitation_count,
        };
        let response = OnboardedFamily {
            founder,
            membership_id: membership.membership_id.clone(),
            member_count,
            invitation_count,
            onboarded_at: draft.now(),
        };
        Ok(Change::of(&membership, &membership, &onboarded, response))
    }
}

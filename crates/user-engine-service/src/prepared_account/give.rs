//! What a claim gives: every entitlement, in the claim's own unit.

use super::layout::{APPLICATION_KIND, application_scope, definition_of, value_key};
use crate::access_profile::register::count;
use crate::core::draft::internal;
use crate::core::event::Told;
use crate::onboarding::{Occasion, OccasionSlots, entitled};
use crate::prelude::*;
use crate::profile::event::ProfileValueSet;
use crate::profile::place::namespace_of;
use crate::profile::walk::Walk;
use crate::tenant::event::{MembershipAdded, TenantAccountStatusChanged};
use crate::user::event::{TenantAccountCreated, UserUpdated};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The reads of what the user has before the claim.
#[derive(Debug)]
pub(super) struct GiveSlots {
    user: One<User>,
    account: One<Account>,
    tenant_account: One<TenantAccount>,
    memberships: Walk<Membership>,
    occasion: OccasionSlots,
    named: Option<NamedSlots>,
}

/// The reads of what the entitlements name.
#[derive(Debug, Default)]
struct NamedSlots {
    /// In the tenant and, which an immutable attribute doesn't hold above, everywhere.
    values: BTreeMap<AttributeKey, [One<ProfileValue>; 2]>,
    catalogs: BTreeMap<CatalogNamespace, One<Catalog>>,
    applications: BTreeMap<ApplicationId, One<Application>>,
}

impl GiveSlots {
    /// Asks for what every claim may change.
    pub(super) fn reads(tenant: &TenantId, user_id: &UserId, flight: &mut Flight) -> Self {
        Self {
            user: flight.get(user_id),
            account: flight.get(user_id),
            tenant_account: flight.get(&(tenant.clone(), user_id.clone())),
            memberships: Walk::begin(ListBy::User(user_id.clone()), flight),
            occasion: OccasionSlots::reads_of(tenant, user_id, flight),
            named: None,
        }
    }

    /// Asks for what the last answers leave open, now that it is known what is claimed.
    pub(super) fn read_on(
        &mut self,
        account: &PreparedAccount,
        user_id: &UserId,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        self.memberships.read_on(answers, flight)?;
        let occasion = claimed(account, user_id)?;
        self.occasion.read_on(&occasion, answers, flight)?;
        self.reads_named(account, user_id, flight)
    }

    /// Asks, once, for what the prepared account's profile values and bindings are judged by.
    fn reads_named(
        &mut self,
        account: &PreparedAccount,
        user_id: &UserId,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        if self.named.is_some() {
            return Ok(());
        }
        let mut slots = NamedSlots::default();
        for entitlement in &account.entitlements {
            if let Entitlement::ApplicationBinding(it) = entitlement {
                let place = flight.get(&it.application_id);
                slots.applications.insert(it.application_id.clone(), place);
            }
            let Entitlement::ProfileValue(it) = entitlement else {
                continue;
            };
            let places = [Some(&account.tenant), None]
                .map(|tenant| flight.get(&value_key(tenant, user_id, &it.attribute_key)));
            slots.values.insert(it.attribute_key.clone(), places);
            let namespace = namespace_of(&it.attribute_key)?;
            if let Entry::Vacant(slot) = slots.catalogs.entry(namespace) {
                let place = flight.get(slot.key());
                slot.insert(place);
            }
        }
        self.named = Some(slots);
        Ok(())
    }
}

/// What a claim gave.
#[derive(Debug)]
pub(super) struct Giving {
    pub(super) tenant_account_status: Option<AccountStatus>,
    pub(super) memberships: u32,
    pub(super) profile_values: u32,
    pub(super) journeys: u32,
    pub(super) told: Vec<Told>,
}

/// The occasion that a claim is.
fn claimed(account: &PreparedAccount, user_id: &UserId) -> Result<Occasion, Refusal> {
    let trigger = OnboardingTrigger::PreparedAccountClaimed;
    Ok(Occasion {
        named: entitled(account),
        ..Occasion::new(user_id, trigger, account.prepared_account_id.as_str())?
    })
}

/// A claim on its way.
struct Claim<'a> {
    account: &'a PreparedAccount,
    user_id: &'a UserId,
    slots: &'a GiveSlots,
    answers: &'a Answers,
}

/// Gives everything. What the user has stays: a claim fills what is missing, and changes nothing.
///
/// # Errors
///
/// Denied when the user's account is not active, or the tenant account suspended or deactivated;
/// `Validation` when an attribute is not in force any more, `NotFound` when an application is
/// not served any more.
pub(super) fn give(
    account: &PreparedAccount,
    user_id: &UserId,
    slots: &GiveSlots,
    answers: &Answers,
    draft: &mut Draft<'_>,
) -> Result<Giving, Refusal> {
    let claim = Claim {
        account,
        user_id,
        slots,
        answers,
    };
    let mut told = Vec::new();
    claim.require_account(draft)?;
    let unchanged = claim.fill_hints(draft, &mut told)?;
    let tenant_account_status = claim.open_tenant_account(draft, &mut told)?;
    let roles = claim.add_memberships(draft, &mut told)?;
    let profile_values = claim.set_values(unchanged, draft, &mut told)?;
    let memberships = count(&roles);
    let journeys = claim.welcome(roles, draft)?;
    Ok(Giving {
        tenant_account_status,
        memberships,
        profile_values,
        journeys,
        told,
    })
}

impl Claim<'_> {
    fn denied(&self, reason: ReasonCode) -> Refusal {
        let key = self.account.record_key();
        let target = RecordId::new(RecordKind::PreparedAccount, key);
        Refusal::Denied(reason, Some(target))
    }

    fn require_account(&self, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let found = self.answers.one(self.slots.account)?;
        let found = found
            .filter(|found| found.record.status == AccountStatus::Active)
            .ok_or_else(|| self.denied(ReasonCode::AccountInactive))?;
        draft.rely_on::<Account>(self.user_id, found.revision)
    }

    /// Fills the name and the address that the user has not; gives the user back where there is
    /// nothing to fill. A tenant says who its own users are: without a tenant account that is
    /// there, or comes with this claim, they stay as they are.
    fn fill_hints(
        &self,
        draft: &mut Draft<'_>,
        told: &mut Vec<Told>,
    ) -> Result<Option<Versioned<User>>, Refusal> {
        let found = self.answers.one(self.slots.user)?;
        let user = found.ok_or_else(|| self.denied(ReasonCode::AccountInactive))?;
        let record = &user.record;
        let here = self.answers.one(self.slots.tenant_account)?;
        let is_ours = here.is_some() || self.given_status().is_some();
        let missing =
            |has: &Option<_>, hint: &Option<_>| is_ours && has.is_none() && hint.is_some();
        let name_changed = missing(&record.display_name, &self.account.display_name_hint);
        let address_changed = missing(&record.primary_email, &self.account.primary_email_hint);
        if !name_changed && !address_changed {
            draft.rely_on::<User>(self.user_id, user.revision)?;
            return Ok(Some(user));
        }
        let Versioned { revision, record } = user;
        let hint = |has: Option<Sensitive<Text>>, hint: &Option<_>| has.or_else(|| hint.clone());
        let user = User {
            updated_at: draft.now_or(record.updated_at),
            display_name: hint(record.display_name, &self.account.display_name_hint),
            primary_email: hint(record.primary_email, &self.account.primary_email_hint),
            ..record
        };
        draft.replace(user.clone(), revision)?;
        let updated = UserUpdated {
            user_id: self.user_id.clone(),
            name_changed,
            address_changed,
        };
        told.push(Told::about(&user, &updated));
        Ok(None)
    }

    /// The status of the tenant account that the prepared account gives, where it gives one.
    fn given_status(&self) -> Option<AccountStatus> {
        self.account.entitlements.iter().find_map(|it| match it {
            Entitlement::TenantAccount(it) => Some(it.status),
            _ => None,
        })
    }

    /// Gives the tenant account, where the prepared account does and the user has none, or one
    /// that was laid out; says which status it has now.
    fn open_tenant_account(
        &self,
        draft: &mut Draft<'_>,
        told: &mut Vec<Told>,
    ) -> Result<Option<AccountStatus>, Refusal> {
        let given = self.given_status();
        let tenant = &self.account.tenant;
        let found = self.answers.one(self.slots.tenant_account)?;
        let from = found.as_ref().map(|found| found.record.status);
        let to = match (from, given) {
            (Some(AccountStatus::Suspended | AccountStatus::Deactivated), _) => {
                return Err(self.denied(ReasonCode::TenantAccountInactive));
            }
            (Some(AccountStatus::Invited), Some(AccountStatus::Active)) => AccountStatus::Active,
            (None, Some(given)) => given,
            (Some(has), _) => {
                if let Some(found) = &found {
                    let key = (tenant.clone(), self.user_id.clone());
                    draft.rely_on::<TenantAccount>(&key, found.revision)?;
                }
                return Ok(Some(has));
            }
            (None, None) => {
                // One that is suspended meanwhile is not passed by.
                let key = (tenant.clone(), self.user_id.clone());
                draft.rely_on_absence::<TenantAccount>(&key)?;
                return Ok(None);
            }
        };
        let before = found.as_ref().map(|found| &found.record);
        let opened = TenantAccount {
            tenant: tenant.clone(),
            user_id: self.user_id.clone(),
            status: to,
            created_at: before.map_or(draft.now(), |before| before.created_at),
            updated_at: before.map_or(draft.now(), |before| draft.now_or(before.updated_at)),
        };
        draft.put(opened.clone(), found.as_ref())?;
        let user_id = self.user_id.clone();
        told.push(match from {
            None => {
                let status = to;
                Told::about(&opened, &TenantAccountCreated { user_id, status })
            }
            Some(_) => Told::about(&opened, &TenantAccountStatusChanged { user_id, from, to }),
        });
        Ok(Some(to))
    }

    /// Adds the memberships that the user has not; gives their kinds.
    fn add_memberships(
        &self,
        draft: &mut Draft<'_>,
        told: &mut Vec<Told>,
    ) -> Result<Vec<MembershipKind>, Refusal> {
        let present = self.slots.memberships.all(self.answers)?;
        let mut kinds = Vec::new();
        for entitlement in &self.account.entitlements {
            let (scope, kind) = match entitlement {
                Entitlement::Membership(it) => (it.scope.clone(), it.kind.clone()),
                Entitlement::ApplicationBinding(it) => (
                    application_scope(&it.application_id),
                    MembershipKind::new(APPLICATION_KIND)?,
                ),
                _ => continue,
            };
            let membership_id = Membership::derive_id(self.user_id, &scope, &kind);
            if present
                .iter()
                .any(|found| found.record.membership_id == membership_id)
            {
                continue;
            }
            if let Entitlement::ApplicationBinding(it) = entitlement {
                self.require_served(&it.application_id, draft)?;
            }
            let membership = Membership {
                tenant: self.account.tenant.clone(),
                membership_id: membership_id.clone(),
                user_id: self.user_id.clone(),
                scope: scope.clone(),
                kind: kind.clone(),
                created_at: draft.now(),
            };
            draft.create(membership.clone())?;
            let added = MembershipAdded {
                membership_id,
                user_id: self.user_id.clone(),
                scope_type: scope.scope_type,
                scope_id: scope.scope_id,
            };
            told.push(Told::about(&membership, &added));
            kinds.push(kind);
        }
        Ok(kinds)
    }

    /// Refuses an application that was retired since it was named.
    fn require_served(
        &self,
        application_id: &ApplicationId,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        let slots = self.slots.named.as_ref().ok_or_else(internal)?;
        let place = slots.applications.get(application_id);
        let found = self.answers.one(*place.ok_or_else(internal)?)?;
        let served = found
            .filter(|found| found.record.state == ApplicationState::Active)
            .ok_or(Refusal::NotFound(RecordKind::Application))?;
        draft.rely_on::<Application>(application_id, served.revision)
    }

    /// Sets the values that the user has not; says how many. Whoever sets an immutable one takes
    /// turns with others who do, by rewriting the user.
    fn set_values(
        &self,
        mut unchanged: Option<Versioned<User>>,
        draft: &mut Draft<'_>,
        told: &mut Vec<Told>,
    ) -> Result<u32, Refusal> {
        let slots = self.slots.named.as_ref().ok_or_else(internal)?;
        let mut set = 0;
        for entitlement in &self.account.entitlements {
            let Entitlement::ProfileValue(it) = entitlement else {
                continue;
            };
            let places = slots.values.get(&it.attribute_key).ok_or_else(internal)?;
            let [here, everywhere] = places.map(|place| self.answers.one(place));
            if here?.is_some() {
                continue;
            }
            let namespace = namespace_of(&it.attribute_key)?;
            let catalog = slots.catalogs.get(&namespace).ok_or_else(internal)?;
            let catalog = self.answers.one(*catalog)?;
            let (catalog, definition) = definition_of(it, catalog.as_ref())?;
            if definition.mutability == Mutability::Immutable {
                if everywhere?.is_some() {
                    continue;
                }
                if let Some(user) = unchanged.take() {
                    draft.replace(user.record, user.revision)?;
                }
            }
            draft.rely_on::<Catalog>(&namespace, catalog.revision)?;
            let key = value_key(Some(&self.account.tenant), self.user_id, &it.attribute_key);
            let value = ProfileValue {
                tenant: key.tenant,
                user_id: key.user_id,
                attribute_key: key.attribute_key,
                scope: key.scope,
                scope_id: key.scope_id,
                value: it.value.clone(),
                // Whoever prepared the account decided on it; the claimant did not.
                updated_by: self.account.prepared_by.clone(),
                updated_at: draft.now(),
            };
            draft.create(value.clone())?;
            let event = ProfileValueSet {
                user_id: self.user_id.clone(),
                attribute_key: it.attribute_key.clone(),
                scope: value.scope,
                scope_id: value.scope_id.clone(),
                catalog_version: catalog.record.version.clone(),
                is_new: true,
            };
            told.push(Told::about(&value, &event));
            set += 1;
        }
        Ok(set)
    }

    /// Starts the journeys that the prepared account names, and those that its claim sets off;
    /// says how many.
    fn welcome(&self, roles: Vec<MembershipKind>, draft: &mut Draft<'_>) -> Result<u32, Refusal> {
        let occasion = Occasion {
            roles,
            ..claimed(self.account, self.user_id)?
        };
        let welcomed = occasion.welcome(&self.slots.occasion, self.answers, draft)?;
        Ok(count(&welcomed.started))
    }
}

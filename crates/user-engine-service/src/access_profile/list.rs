//! Listing a tenant's hats.

use crate::prelude::*;
use user_engine_ports::{ListQuery, PAGE_MAX};

/// How many records a page has, if nothing else was asked for.
const PAGE: u32 = 100;

/// Asks for a page of the tenant's hats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListAccessProfiles {
    /// Begin behind the page that gave this as its `next`.
    pub after: Option<RecordKey>,
    /// At most this many, 1 to 1,000; 100, where absent.
    pub limit: Option<u32>,
}

/// A page of hats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessProfilePage {
    /// The hats, in the order of their keys; there may be fewer than asked for while more follow.
    pub access_profiles: Vec<ListedAccessProfile>,
    /// Where the next page begins; absent at the end.
    pub next: Option<RecordKey>,
}

/// A hat as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccessProfile {
    /// The hat.
    pub access_profile_id: AccessProfileId,
    /// The name to show.
    pub hat_name: Text,
    /// What it is worn in.
    pub scope: AccessScope,
    /// The realm it is for.
    pub realm: Option<RealmId>,
    /// The service it is for.
    pub service_id: Option<ServiceId>,
    /// The asset it is for.
    pub asset_id: Option<AssetId>,
    /// The memberships that a user must have.
    pub required_memberships: List<MembershipRequirement>,
    /// The types of which a user must have a verified, unexpired factor each.
    pub required_factor_types: List<FactorType>,
    /// What holds while the hat is worn; absent for a user who asks, since it may be meant for
    /// the wearers alone.
    pub profile_defaults: Option<Sensitive<Map<AttributeKey, JsonValue>>>,
    /// Claims that projections carry while the hat is worn.
    pub projection_claims: Map<Text, JsonValue>,
    /// The groups that the wearer counts as being in.
    pub group_ids: List<GroupId>,
    /// Whether selecting it has to be approved.
    pub requires_approval: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl ListedAccessProfile {
    fn of(profile: AccessProfile, shows_defaults: bool) -> Self {
        Self {
            access_profile_id: profile.access_profile_id,
            hat_name: profile.hat_name,
            scope: profile.scope,
            realm: profile.realm,
            service_id: profile.service_id,
            asset_id: profile.asset_id,
            required_memberships: profile.required_memberships,
            required_factor_types: profile.required_factor_types,
            profile_defaults: shows_defaults.then_some(profile.profile_defaults),
            projection_claims: profile.projection_claims,
            group_ids: profile.group_ids,
            requires_approval: profile.requires_approval,
            created_at: profile.created_at,
            updated_at: profile.updated_at,
        }
    }
}

/// The query for a page of the tenant's records of a kind.
///
/// # Errors
///
/// `Validation` of `limit` outside 1 to `most`, which is at most 1,000.
pub(crate) fn tenant_page(
    kind: RecordKind,
    tenant: &TenantId,
    after: Option<&RecordKey>,
    limit: Option<u32>,
    most: u32,
) -> Result<ListQuery, Refusal> {
    let limit = limit.unwrap_or(PAGE);
    if limit == 0 || limit > most {
        let expected = if most < 1_000 {
            "1 to 100"
        } else {
            "1 to 1,000"
        };
        return Err(FieldError::new("limit", Rule::OutOfRange { expected }).into());
    }
    let limit = usize::try_from(limit).unwrap_or(PAGE_MAX);
    Ok(ListQuery::new(kind, ListBy::Tenant(tenant.clone()))
        .after(after.cloned())
        .limit(limit))
}

impl Operation for ListAccessProfiles {
    const SPEC: OperationSpec = OperationSpec {
        name: "list_access_profiles",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[
            Grant::TenantAdmin,
            Grant::Service,
            Grant::PlatformOperator,
            Grant::Own,
        ],
        events: &[],
    };
    type Slots = Many<AccessProfile>;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        let (kind, tenant) = (RecordKind::AccessProfile, admitted.tenant()?);
        let query = tenant_page(kind, tenant, self.after.as_ref(), self.limit, 1_000)?;
        Ok(flight.page(query))
    }
}

impl Query for ListAccessProfiles {
    type Answer = AccessProfilePage;

    fn answer(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<AccessProfilePage, Refusal> {
        let page = answers.page(*slots)?;
        let shows_defaults = admitted.grant != Grant::Own;
        let profiles = page.records.into_iter();
        Ok(AccessProfilePage {
            access_profiles: profiles
                .map(|found| ListedAccessProfile::of(found.record, shows_defaults))
                .collect(),
            next: page.next,
        })
    }
}

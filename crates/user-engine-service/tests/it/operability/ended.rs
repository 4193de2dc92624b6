//! What a purge removes of registrations that ended without a user, and for whom.

use super::purge::{counted, factor, purge, registration, save};
use crate::place::worlds;
use std::time::Duration;
use user_engine_domain::{Record, RegistrationSession, RegistrationStatus, TenantId, UserId};
use user_engine_ports::Clock;
use user_engine_service::scenario::World;
use user_engine_service::{ENDED_RETENTION, PurgeExpired, Role};

const STATUSES: [RegistrationStatus; 7] = [
    RegistrationStatus::Started,
    RegistrationStatus::FactorPending,
    RegistrationStatus::FactorVerified,
    RegistrationStatus::Completed,
    RegistrationStatus::Abandoned,
    RegistrationStatus::Expired,
    RegistrationStatus::Rejected,
];

/// Registrations in every status, without an end of their own, that changed just now.
async fn endless(world: &World) {
    let now = world.clock.now();
    let records = STATUSES.into_iter().enumerate().map(|(number, status)| {
        let session = RegistrationSession {
            user_id: (status == RegistrationStatus::Completed).then(|| UserId::new("ada").unwrap()),
            updated_at: now,
            ..registration(number, status, None)
        };
        (session, vec![factor(number, 0, None)])
    });
    save(world, "endless", records.collect()).await;
}

#[tokio::test]
async fn a_registration_that_ended_without_a_user_goes_when_its_time_has_passed() {
    for (name, world) in worlds().await {
        endless(&world).await;
        let instant = Duration::from_micros(1);
        let nearly = ENDED_RETENTION.checked_sub(instant).unwrap();
        world.clock.advance(nearly);
        let early = purge(&world, None).await;
        assert_eq!(
            (early.looked_at, early.registration_count),
            (7, 0),
            "{name}"
        );
        world.clock.advance(instant);
        let purged = purge(&world, None).await;
        let removed = (purged.registration_count, purged.factor_count);
        assert_eq!(removed, (3, 3), "{name}");
        for (number, status) in STATUSES.into_iter().enumerate() {
            let key = registration(number, status, None).registration_id;
            let left = crate::access_profile::stored::<RegistrationSession>(&world, &key).await;
            let is_open = !status.is_ended() || status == RegistrationStatus::Completed;
            assert_eq!(left.is_some(), is_open, "{name}: {status:?}");
        }
    }
}

#[tokio::test]
async fn one_that_ended_goes_at_its_own_end_where_that_is_nearer() {
    for (name, world) in worlds().await {
        let now = world.clock.now();
        let at = |end| {
            let status = RegistrationStatus::Abandoned;
            let session = registration(end, status, Some(now.saturating_add_micros(2)));
            RegistrationSession {
                updated_at: now,
                ..session
            }
        };
        save(&world, "given up", vec![(at(0), vec![])]).await;
        assert_eq!(purge(&world, None).await.registration_count, 0, "{name}");
        world.clock.advance(Duration::from_micros(2));
        assert_eq!(purge(&world, None).await.registration_count, 1, "{name}");
    }
}

/// Whoever purges: a service, or a person whose identity and accounts are expected in the unit.
#[tokio::test]
async fn a_full_unit_is_purged_whoever_asks() {
    for (name, world) in worlds().await {
        world.person("acme", "root").await.unwrap();
        let root = world.sign_in("acme", "root", &[Role::PlatformOperator]);
        let root = root.unwrap().in_tenant(TenantId::new("acme").unwrap());
        let callers = [root, world.by("operator").unwrap()];
        for (round, caller) in callers.into_iter().enumerate() {
            let ended = Some(world.clock.now());
            for number in 0..100 {
                let mut session = registration(number, RegistrationStatus::Started, ended);
                session.tenant = caller.tenant.clone();
                let factors = (0..9).map(|place| factor(number, place, None)).collect();
                let id = format!("{round}: registration {number}");
                save(&world, &id, vec![(session, factors)]).await;
            }
            let mut after = None;
            let mut removed = Vec::new();
            loop {
                let purged = world.service.purge_expired(&caller, PurgeExpired { after });
                let purged = purged.await.unwrap().records.response;
                removed.push(purged.registration_count);
                after = purged.next;
                if after.is_none() {
                    break;
                }
            }
            // 99 registrations with 9 factors each are 990 deletions.
            assert_eq!(removed, [99, 1], "{name}");
            assert_eq!(counted(&world, RegistrationSession::KIND.as_str()).await, 0);
            assert_eq!(counted(&world, "identity_factor").await, 0, "{name}");
        }
    }
}

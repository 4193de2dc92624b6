//! Retiring an application with its catalogs.

use super::application_target;
use super::event::{ApplicationRetired, CatalogRetired};
use crate::core::draft::ENTRIES_MAX;
use crate::prelude::*;
use user_engine_ports::{Limit, StoreError, StoreErrorKind, Verb};

/// The most catalogs that are retired with their application, in one unit.
const CATALOGS_MAX: usize = ENTRIES_MAX - 1;

request!(
    /// Asks for an application to be served no more.
    RetireApplication {
        /// The application.
        application_id: ApplicationId,
    }
);

response!(
    /// An application that was retired.
    RetiredApplication {
        /// The application.
        application_id: ApplicationId,
        /// How many catalogs were retired with it.
        catalogs: u32,
        /// When.
        updated_at: Timestamp,
    }
);

impl Operation for RetireApplication {
    const SPEC: OperationSpec = OperationSpec {
        name: "retire_application",
        reach: Reach::Platform,
        stands: Stands::InTenant,
        grants: &[Grant::PlatformOperator],
        events: &[ApplicationRetired::SPEC, CatalogRetired::SPEC],
    };
    type Slots = (One<Application>, Many<Catalog>);

    fn target(&self) -> Option<RecordId> {
        Some(application_target(&self.application_id))
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        Ok((
            flight.get(&self.application_id),
            flight.list(ListBy::Application(self.application_id.clone())),
        ))
    }
}

impl Mutation for RetireApplication {
    type Response = RetiredApplication;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<RetiredApplication>, Refusal> {
        let found = answers.one(slots.0)?;
        let found = found.ok_or(Refusal::NotFound(RecordKind::Application))?;
        if found.record.state != ApplicationState::Active {
            return Err(Refusal::rule("state", "must be active before"));
        }
        let mut catalogs = answers.all(slots.1)?;
        catalogs.retain(|catalog| catalog.record.state != CatalogState::Retired);
        if catalogs.len() > CATALOGS_MAX {
            let limit = StoreErrorKind::LimitExceeded(Limit::UnitEntries);
            return Err(Refusal::Store(StoreError::new(limit, Verb::Save)));
        }
        let application = Application {
            state: ApplicationState::Retired,
            updated_at: draft.now_or(found.record.updated_at),
            ..found.record
        };
        draft.replace(application.clone(), found.revision)?;
        let application_id = self.application_id.clone();
        let count = u32::try_from(catalogs.len()).unwrap_or(u32::MAX);
        let response = RetiredApplication {
            application_id: application_id.clone(),
            catalogs: count,
            updated_at: application.updated_at,
        };
        let retired = ApplicationRetired {
            application_id,
            catalogs: count,
        };
        let mut change = Change::of(&application, &application, &retired, response);
        for Versioned { revision, record } in catalogs {
            let catalog = Catalog {
                state: CatalogState::Retired,
                ..record
            };
            let retired = CatalogRetired {
                namespace: catalog.namespace.clone(),
                application_id: catalog.application_id.clone(),
                version: catalog.version.clone(),
            };
            change = change.and(&catalog, &retired);
            draft.replace(catalog, revision)?;
        }
        Ok(change)
    }
}

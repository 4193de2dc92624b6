//! Binding an application to where it runs and what it speaks for.

use super::event::ApplicationBound;
use super::served;
use crate::prelude::*;

request!(
    /// Asks for an application's binding, in place of the one it has.
    BindApplication {
        /// The application.
        application_id: ApplicationId,
        /// Its client id at the identity provider.
        oidc_client_id: Option<Text>,
        /// The protected system that it stands for in access control.
        protected_system: Option<Text>,
        /// The namespace that its catalog defines attributes in.
        catalog_namespace: Option<CatalogNamespace>,
        /// The name that it publishes and receives events under.
        event_identity: Option<Text>,
        /// Free facts about its deployment; no secrets.
        deployment: Map<Text, Text>,
    }
);

response!(
    /// An application that was bound.
    BoundApplication {
        /// The application.
        application_id: ApplicationId,
        /// Whether it had no binding before.
        is_new: bool,
        /// When.
        updated_at: Timestamp,
    }
);

/// The reads of [`BindApplication`].
#[derive(Debug)]
pub struct BindSlots {
    application: One<Application>,
    binding: One<ApplicationBinding>,
    catalog: Option<One<Catalog>>,
}

impl Operation for BindApplication {
    const SPEC: OperationSpec = OperationSpec {
        name: "bind_application",
        reach: Reach::Platform,
        stands: Stands::InTenant,
        grants: &[Grant::PlatformOperator],
        events: &[ApplicationBound::SPEC],
    };
    type Slots = BindSlots;

    fn target(&self) -> Option<RecordId> {
        let key = ApplicationBinding::key_of(&self.application_id);
        Some(RecordId::new(RecordKind::ApplicationBinding, key))
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<BindSlots, Refusal> {
        let namespace = self.catalog_namespace.as_ref();
        Ok(BindSlots {
            application: flight.get(&self.application_id),
            binding: flight.get(&self.application_id),
            catalog: namespace.map(|namespace| flight.get(namespace)),
        })
    }
}

impl BindApplication {
    /// Checks that the namespace isn't another application's, and that this stays so.
    fn check_namespace(
        &self,
        catalog: Option<One<Catalog>>,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        let Some(place) = catalog else {
            return Ok(());
        };
        let Some(found) = answers.one(place)? else {
            return Ok(());
        };
        let is_own = found.record.application_id == self.application_id;
        if !is_own && found.record.state == CatalogState::Active {
            return Err(Refusal::rule(
                "catalog_namespace",
                "must not hold another application's active catalog",
            ));
        }
        draft.rely_on::<Catalog>(&found.record.namespace, found.revision)
    }
}

impl Mutation for BindApplication {
    type Response = BoundApplication;

    fn decide(
        &self,
        slots: &BindSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<BoundApplication>, Refusal> {
        let application = served(slots.application, answers)?;
        draft.rely_on::<Application>(&self.application_id, application.revision)?;
        self.check_namespace(slots.catalog, answers, draft)?;
        let before = answers.one(slots.binding)?;
        let updated_at = match &before {
            Some(found) => draft.now_or(found.record.updated_at),
            None => draft.now(),
        };
        let binding = ApplicationBinding {
            application_id: self.application_id.clone(),
            oidc_client_id: self.oidc_client_id.clone(),
            protected_system: self.protected_system.clone(),
            catalog_namespace: self.catalog_namespace.clone(),
            event_identity: self.event_identity.clone(),
            deployment: self.deployment.clone(),
            updated_at,
        };
        draft.put(binding.clone(), before.as_ref())?;
        let application_id = self.application_id.clone();
        let response = BoundApplication {
            application_id: application_id.clone(),
            is_new: before.is_none(),
            updated_at,
        };
        let bound = ApplicationBound {
            application_id,
            catalog_namespace: self.catalog_namespace.clone(),
            deployment_entries: u32::try_from(self.deployment.len()).unwrap_or(u32::MAX),
        };
        Ok(Change::of(&binding, &binding, &bound, response))
    }
}

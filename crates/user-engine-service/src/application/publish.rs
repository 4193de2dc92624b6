//! Publishing a version of a catalog.

use super::event::CatalogPublished;
use super::served;
use crate::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

request!(
    /// Asks for a version of a catalog.
    PublishCatalog {
        /// The namespace that every attribute key begins with.
        namespace: CatalogNamespace,
        /// The application that owns it.
        application_id: ApplicationId,
        /// The version.
        version: CatalogVersion,
        /// `draft` or `active`.
        state: CatalogState,
        /// The definitions. Those of the version before that are left out stay, retired.
        attributes: List<AttributeDefinition>,
    }
);

response!(
    /// A catalog that was published.
    PublishedCatalog {
        /// The namespace.
        namespace: CatalogNamespace,
        /// The version.
        version: CatalogVersion,
        /// Draft or active.
        state: CatalogState,
        /// How many attributes it defines.
        attributes: u32,
        /// How many more stay as retired definitions.
        retired_attributes: u32,
        /// When.
        published_at: Timestamp,
    }
);

impl Operation for PublishCatalog {
    const SPEC: OperationSpec = OperationSpec {
        name: "publish_catalog",
        reach: Reach::Platform,
        stands: Stands::InTenant,
        grants: &[Grant::PlatformOperator],
        events: &[CatalogPublished::SPEC],
    };
    type Slots = (One<Application>, One<Catalog>);

    fn target(&self) -> Option<RecordId> {
        let key = Catalog::key_of(&self.namespace);
        Some(RecordId::new(RecordKind::Catalog, key))
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        if self.state == CatalogState::Retired {
            return Err(Refusal::rule("state", "must be draft or active"));
        }
        Ok((
            flight.get(&self.application_id),
            flight.get(&self.namespace),
        ))
    }
}

impl PublishCatalog {
    /// Holds this version against the one that is there.
    fn check_behind(&self, before: &Catalog) -> Result<(), Refusal> {
        let was_draft = before.state == CatalogState::Draft;
        if !was_draft && before.application_id != self.application_id {
            return Err(Refusal::rule(
                "namespace",
                "must not move to another application",
            ));
        }
        if !was_draft && self.state == CatalogState::Draft {
            return Err(Refusal::rule(
                "state",
                "must not be draft where a catalog is or was active",
            ));
        }
        if self.version < before.version || (!was_draft && self.version == before.version) {
            return Err(Refusal::rule(
                "version",
                "must be above the version that is there",
            ));
        }
        if was_draft {
            return Ok(());
        }
        let defined: BTreeMap<_, _> = self.attributes.iter().map(|it| (&it.key, it)).collect();
        for old in &before.attributes {
            let Some(new) = defined.get(&old.key) else {
                continue;
            };
            if new.sensitivity < old.sensitivity {
                return Err(Refusal::rule("sensitivity", "must not be lowered"));
            }
            if new.value_type != old.value_type {
                return Err(Refusal::rule("value_type", "must not change"));
            }
        }
        Ok(())
    }

    /// Sees to it that the application stays as it is.
    fn hold_application(
        &self,
        application: Versioned<Application>,
        before: Option<&Versioned<Catalog>>,
        draft: &mut Draft<'_>,
    ) -> Result<(), Refusal> {
        let Versioned { revision, record } = application;
        if before.is_some_and(|it| it.record.application_id == self.application_id) {
            return draft.rely_on::<Application>(&self.application_id, revision);
        }
        // Whoever retires the application has not seen this catalog, so both must not pass.
        let touched = Application {
            updated_at: draft.now_or(record.updated_at),
            ..record
        };
        draft.replace(touched, revision)
    }

    /// The definitions of this version, and those it leaves out of the one before, retired.
    fn definitions(&self, before: Option<&Catalog>) -> Result<List<AttributeDefinition>, Refusal> {
        let mut definitions = self.attributes.clone().into_vec();
        let defined: BTreeSet<_> = self.attributes.iter().map(|it| &it.key).collect();
        let before = before.filter(|before| before.state != CatalogState::Draft);
        for old in before.map(|before| &*before.attributes).unwrap_or_default() {
            if !defined.contains(&old.key) {
                definitions.push(AttributeDefinition {
                    retired: true,
                    ..old.clone()
                });
            }
        }
        Ok(List::new(definitions).map_err(|refused| refused.within("attributes"))?)
    }
}

impl Mutation for PublishCatalog {
    type Response = PublishedCatalog;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<PublishedCatalog>, Refusal> {
        let application = served(slots.0, answers)?;
        let before = answers.one(slots.1)?;
        if let Some(before) = &before {
            self.check_behind(&before.record)?;
        }
        let attributes = self.definitions(before.as_ref().map(|before| &before.record))?;
        self.hold_application(application, before.as_ref(), draft)?;
        let catalog = Catalog {
            namespace: self.namespace.clone(),
            application_id: self.application_id.clone(),
            version: self.version.clone(),
            state: self.state,
            attributes,
            published_at: match &before {
                Some(before) => draft.now_or(before.record.published_at),
                None => draft.now(),
            },
        };
        draft.put(catalog.clone(), before.as_ref())?;
        let retired = catalog.attributes.iter().filter(|it| it.retired).count();
        let retired_attributes = u32::try_from(retired).unwrap_or(u32::MAX);
        let all = u32::try_from(catalog.attributes.len()).unwrap_or(u32::MAX);
        let response = PublishedCatalog {
            namespace: catalog.namespace.clone(),
            version: catalog.version.clone(),
            state: catalog.state,
            attributes: all - retired_attributes,
            retired_attributes,
            published_at: catalog.published_at,
        };
        let published = CatalogPublished {
            namespace: catalog.namespace.clone(),
            application_id: catalog.application_id.clone(),
            version: catalog.version.clone(),
            state: catalog.state,
            attributes: response.attributes,
            retired_attributes,
        };
        Ok(Change::of(&catalog, &catalog, &published, response))
    }
}

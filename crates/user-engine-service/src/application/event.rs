//! What is told about applications and their catalogs.

use crate::prelude::*;

event!("An application was registered." ApplicationRegistered: "application.registered" v 1 of Application {
    application_id: ApplicationId,
    state: ApplicationState,
});
event!("An application was retired." ApplicationRetired: "application.retired" v 1 of Application {
    application_id: ApplicationId,
    catalogs: u32,
});
event!("An application was bound to where it runs and what it speaks for." ApplicationBound: "application.bound" v 1 of ApplicationBinding {
    application_id: ApplicationId,
    catalog_namespace: Option<CatalogNamespace>,
    deployment_entries: u32,
});
event!("A version of a catalog was published." CatalogPublished: "catalog.published" v 1 of Catalog {
    namespace: CatalogNamespace,
    application_id: ApplicationId,
    version: CatalogVersion,
    state: CatalogState,
    attributes: u32,
    retired_attributes: u32,
});
event!("A catalog was retired with its application." CatalogRetired: "catalog.retired" v 1 of Catalog {
    namespace: CatalogNamespace,
    application_id: ApplicationId,
    version: CatalogVersion,
});

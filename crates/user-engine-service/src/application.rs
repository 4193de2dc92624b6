//! Applications, their bindings and catalogs.

pub(crate) mod bind;
pub(crate) mod event;
pub(crate) mod publish;
pub(crate) mod register;
pub(crate) mod retire;

pub use bind::{BindApplication, BoundApplication};
pub use publish::{PublishCatalog, PublishedCatalog};
pub use register::{RegisterApplication, RegisteredApplication};
pub use retire::{RetireApplication, RetiredApplication};

use crate::prelude::operations;

operations! {
    /// Registers an application, which is served from then on.
    ///
    /// Callers: platform operators, since applications belong to no tenant. Audit record:
    /// `register_application` of the application. Event: `application.registered`.
    ///
    /// # Errors
    ///
    /// `Conflict` when the id is taken, also by a retired application; `Validation` of
    /// `display_name` when it is empty.
    mutation register_application(RegisterApplication) -> RegisteredApplication;

    /// Retires an application together with its catalogs, in one commit; nothing brings either
    /// back, and their namespaces stay taken, so that nobody else comes to read the values in
    /// them.
    ///
    /// Values of its attributes stay where they are, without a definition in force. Callers:
    /// platform operators. Audit record: `retire_application` of the application. Events:
    /// `application.retired`, and `catalog.retired` for each catalog that was not retired.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an application, `Validation` of `state` when it is retired,
    /// `Conflict` when it or a catalog of it changed meanwhile, also by a new namespace; the
    /// store's `LimitExceeded` beyond 996 catalogs or 16 MiB of them.
    mutation retire_application(RetireApplication) -> RetiredApplication;

    /// Says where an application is deployed and what it speaks for, in place of what was said
    /// before.
    ///
    /// A binding reserves no namespace: publishing does. Callers: platform operators. Audit
    /// record: `bind_application` of the binding. Event: `application.bound` of the binding.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an application; `Validation` of `application_id` when it is
    /// retired, of `catalog_namespace` when another application's catalog is active there;
    /// `Conflict` when one of them changed meanwhile.
    mutation bind_application(BindApplication) -> BoundApplication;

    /// Publishes a version of a catalog, as a draft or to be in force.
    ///
    /// The rules hold against what is there. Drafts are judged by nothing but their version: a
    /// draft follows a draft, also another application's, and at the same version too. An active
    /// catalog needs a higher version than the one before, except a draft's; it stays with its
    /// application, no draft replaces it, no attribute's sensitivity is lowered and no value type
    /// changes. An attribute that is left out stays as a retired definition, and comes back only
    /// under the same rules. A retired catalog keeps all of these rules.
    ///
    /// Callers: platform operators. Audit record: `publish_catalog` of the catalog. Event:
    /// `catalog.published`. The first catalog in a namespace touches the application's record, so
    /// that retiring the application meets it.
    ///
    /// # Errors
    ///
    /// `NotFound` without such an application; `Validation` of `application_id` when it is
    /// retired, and of `namespace`, `state`, `version`, `sensitivity`, `value_type`, `attributes`,
    /// `attribute_key` or `default` by the rules above; `Conflict` when somebody else published
    /// meanwhile.
    mutation publish_catalog(PublishCatalog) -> PublishedCatalog;
}

use crate::prelude::*;

/// The name of an application's record.
fn application_target(application_id: &ApplicationId) -> RecordId {
    RecordId::new(RecordKind::Application, Application::key_of(application_id))
}

/// The application that something is to be done for: there, and served.
fn served(place: One<Application>, answers: &Answers) -> Result<Versioned<Application>, Refusal> {
    let found = answers.one(place)?;
    let found = found.ok_or(Refusal::NotFound(RecordKind::Application))?;
    match found.record.state {
        ApplicationState::Active => Ok(found),
        ApplicationState::Retired => Err(Refusal::rule(
            "application_id",
            "must be of an application that is not retired",
        )),
    }
}

//! Canaries: unique strings in every sensitive field and key, looked for in all that comes out.

use crate::check::present;
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::valid;
use std::fmt::Debug;
use user_engine_domain::{
    AccessProfile, ActiveAccessContext, AttributeKey, DomainRecord, Entitlement, ExternalIdentity,
    FactorRequirement, FactorType, IdentityFactor, Issuer, JsonValue, List, Map, PreparedAccount,
    ProfileScope, ProfileValue, ProfileValueEntitlement, Sensitive, Subject, TenantId, Text, User,
    UserId, reference,
};
use user_engine_ports::{
    AuditQuery, ListBy, ListQuery, OutboxQuery, Precondition, Read, Revision, Scope, StoreError,
};

/// Unique strings, each with the name of the field that holds it.
struct Canaries {
    tag: String,
    planted: Vec<(&'static str, String)>,
}

impl Canaries {
    fn new(ctx: &Context) -> Self {
        Self {
            tag: ctx.fresh_id("x"),
            planted: Vec::new(),
        }
    }

    /// A new string for a field.
    fn text(&mut self, field: &'static str) -> String {
        let canary = format!("canary{}{}", self.planted.len(), self.tag);
        self.planted.push((field, canary.clone()));
        canary
    }

    fn secret(&mut self, field: &'static str) -> Sensitive<Text> {
        Sensitive::new(valid(Text::new(self.text(field))))
    }

    fn json(&mut self, field: &'static str) -> JsonValue {
        let text = self.text(field);
        valid(JsonValue::parse(&format!(r#"{{"deep":["{text}"]}}"#)))
    }

    fn defaults(&mut self, field: &'static str) -> Sensitive<Map<AttributeKey, JsonValue>> {
        let key = valid(AttributeKey::new("mail.signature"));
        Sensitive::new(Map::from([(key, self.json(field))]))
    }

    /// Expects a text that came out to hold none of the strings.
    fn absent_from(&self, channel: &str, text: &str) -> Result<(), Failure> {
        for (field, canary) in &self.planted {
            ensure!(!text.contains(canary.as_str()), "{channel} shows {field}");
        }
        Ok(())
    }

    fn absent_from_debug(&self, channel: &str, shown: &impl Debug) -> Result<(), Failure> {
        self.absent_from(channel, &format!("{shown:?} {shown:#?}"))
    }

    /// Expects an error that shows none of the strings, written out or in its debug form.
    fn absent_from_error<T>(
        &self,
        channel: &str,
        result: Result<T, StoreError>,
    ) -> Result<(), Failure> {
        let Err(error) = result else {
            return Err(Failure::broken(format!(
                "{channel}: accepted, but must be refused"
            )));
        };
        self.absent_from(channel, &error.to_string())?;
        self.absent_from_debug(channel, &error)
    }
}

/// A record of each kind that has sensitive fields or a personal key, filled with canaries.
fn planted(canaries: &mut Canaries) -> Vec<DomainRecord> {
    let tenant = valid(TenantId::new(canaries.text("a tenant id")));
    let user_id = valid(UserId::new(canaries.text("a user id")));
    let requirement = FactorRequirement {
        factor_type: FactorType::Email,
        normalized_value: canaries.secret("a required factor"),
        source_system: None,
        evidence_references: List::from([]),
    };
    let entitlement = Entitlement::ProfileValue(ProfileValueEntitlement {
        attribute_key: valid(AttributeKey::new("mail.signature")),
        scope: ProfileScope::Tenant,
        value: Sensitive::new(canaries.json("an entitled profile value")),
        requires_approval: false,
    });
    vec![
        User {
            user_id: user_id.clone(),
            display_name: Some(canaries.secret("a display name")),
            primary_email: Some(canaries.secret("a primary e-mail")),
            ..reference::user()
        }
        .into(),
        ExternalIdentity {
            issuer: valid(Issuer::new(canaries.text("an issuer"))),
            subject: valid(Subject::new(canaries.text("a subject"))),
            user_id: user_id.clone(),
            ..reference::external_identity()
        }
        .into(),
        IdentityFactor {
            user_id: Some(user_id.clone()),
            normalized_value: canaries.secret("a factor"),
            display_value: Some(canaries.secret("a factor's display form")),
            ..reference::identity_factor()
        }
        .into(),
        ProfileValue {
            tenant: Some(tenant.clone()),
            user_id: user_id.clone(),
            value: Sensitive::new(canaries.json("a profile value")),
            ..reference::profile_value()
        }
        .into(),
        PreparedAccount {
            tenant: tenant.clone(),
            factor_requirements: List::from([requirement]),
            entitlements: List::from([entitlement]),
            display_name_hint: Some(canaries.secret("a display name hint")),
            primary_email_hint: Some(canaries.secret("an e-mail hint")),
            ..reference::prepared_account()
        }
        .into(),
        AccessProfile {
            tenant: tenant.clone(),
            profile_defaults: canaries.defaults("a hat's defaults"),
            ..reference::access_profile()
        }
        .into(),
        ActiveAccessContext {
            tenant,
            user_id,
            profile_defaults: canaries.defaults("a worn hat's defaults"),
            ..reference::active_access_context()
        }
        .into(),
    ]
}

/// Provokes errors about every planted record, and looks into each.
async fn provoke(
    ctx: &Context,
    canaries: &Canaries,
    records: &[DomainRecord],
) -> Result<(), Failure> {
    for record in records {
        let kind = record.kind().as_str();
        for (name, precondition) in [
            ("absent", Precondition::Absent),
            (
                "stale",
                Precondition::Revision(Revision::from_stored(i64::MAX)),
            ),
        ] {
            let mut tx = ctx.begin(Scope::Platform, &format!("{name}-{kind}"));
            tx.save_if(record.clone(), precondition)?;
            canaries.absent_from_debug("an open unit", &tx)?;
            canaries.absent_from_error("a conflict", tx.commit().await)?;
        }
        if record.columns().tenant.is_some() {
            let mut tx = ctx.begin(ctx.tenant_scope("foreign"), &format!("foreign-{kind}"));
            canaries.absent_from_error("a save out of scope", tx.save(record.clone()))?;
        }
    }
    let thief = records.iter().find_map(|record| match record {
        DomainRecord::ExternalIdentity(it) => Some(it.clone()),
        _ => None,
    });
    let thief = ExternalIdentity {
        user_id: ctx.user_id("thief"),
        ..present(thief, "the planted identity")?
    };
    let stolen = ctx.commit(Scope::Platform, "steal", [thief.into()]).await;
    canaries.absent_from_error("a conflict about an owner", stolen)
}

pub(super) async fn errors(ctx: Context) -> Result<(), Failure> {
    let mut canaries = Canaries::new(&ctx);
    let records = planted(&mut canaries);
    ctx.commit(Scope::Platform, "plant", records.clone())
        .await?;
    provoke(&ctx, &canaries, &records).await
}

pub(super) async fn answers(ctx: Context) -> Result<(), Failure> {
    let mut canaries = Canaries::new(&ctx);
    let records = planted(&mut canaries);
    let committed = ctx
        .commit(Scope::Platform, "plant", records.clone())
        .await?;
    canaries.absent_from_debug("a commit's answer", &committed)?;
    // A receipt shows how much it holds; what it holds is looked at by itself.
    let receipt = present(committed.receipt, "the receipt")?;
    for (name, id) in receipt.body.entries() {
        canaries.absent_from("a receipt", name)?;
        canaries.absent_from("a receipt", id)?;
    }

    let mut tx = ctx.reader(Scope::Platform);
    for record in &records {
        let by_kind = ListQuery::new(record.kind(), ListBy::Kind);
        let answers = tx
            .read(&[Read::Get(record.id()), Read::List(by_kind)])
            .await?;
        canaries.absent_from_debug("a read's answer", &answers)?;
    }
    let (store, deadline) = (ctx.store(), ctx.deadline());
    let counts = store.record_counts(&Scope::Platform, deadline).await?;
    canaries.absent_from_debug("the counts", &counts)?;
    let audit = store
        .audit_records(&AuditQuery::new(Scope::Platform), deadline)
        .await?;
    canaries.absent_from_debug("the audit log", &audit)?;
    let outbox = store
        .outbox_events(&OutboxQuery::new(Scope::Platform), deadline)
        .await?;
    canaries.absent_from_debug("the outbox", &outbox)?;
    let operation = ctx.operation("plant");
    let outcome = store
        .outcome(&Scope::Platform, &operation.id, deadline)
        .await?;
    canaries.absent_from_debug("an outcome", &outcome)
}

pub(super) async fn readiness(ctx: Context) -> Result<(), Failure> {
    let mut canaries = Canaries::new(&ctx);
    let records = planted(&mut canaries);
    ctx.commit(Scope::Platform, "plant", records).await?;
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    canaries.absent_from_debug("readiness", &readiness)?;
    for reason in &readiness.reasons {
        canaries.absent_from("a reason", &reason.to_string())?;
    }
    let plan = ctx.migrator().plan(ctx.deadline()).await?;
    canaries.absent_from_debug("a plan", &plan)?;
    let report = ctx.migrator().migrate(ctx.deadline()).await?;
    canaries.absent_from_debug("a migration's report", &report)
}

pub(super) async fn server_log(ctx: Context) -> Result<(), Failure> {
    let mut canaries = Canaries::new(&ctx);
    let records = planted(&mut canaries);
    ctx.commit(Scope::Platform, "plant", records.clone())
        .await?;
    provoke(&ctx, &canaries, &records).await?;
    let operation = ctx.operation("twice");
    let denial = ctx.denial(&operation, &Scope::Tenantless);
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    for _ in 0..2 {
        store
            .record_denial(&scope, denial.clone(), ctx.deadline())
            .await?;
    }
    canaries.absent_from("the server's log", &ctx.server_log().await?)
}

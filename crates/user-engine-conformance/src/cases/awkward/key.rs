//! Keys that a store could take for each other.

use crate::check::{absent, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use user_engine_domain::{
    DomainRecord, ExternalIdentity, Issuer, Record, RecordKind, Subject, TenantAccount, TenantId,
    User, UserId,
};
use user_engine_ports::{ListBy, ListQuery, Scope};

/// Users under these ids, each told apart by when it came to be.
fn users(ctx: &Context, ids: &[&str]) -> Vec<User> {
    let user = |(seconds, id): (i64, &&str)| User {
        user_id: valid(UserId::new(*id)),
        created_at: ctx.at(seconds),
        updated_at: ctx.at(seconds),
        ..ctx.user("any")
    };
    (0..).zip(ids).map(user).collect()
}

/// Saves a user under each id and reads each back by key and by list.
async fn distinct(ctx: &Context, ids: &[&str]) -> Result<(), Failure> {
    let users = users(ctx, ids);
    ctx.commit(
        Scope::Platform,
        "fill",
        users.clone().into_iter().map(Into::into),
    )
    .await?;
    for user in &users {
        let found = ctx.get::<User>(Scope::Platform, &user.user_id).await?;
        let found = present(found, "a user under its own spelling")?;
        same(&found.record, user, "the user")?;
        let by_user = ListQuery::new(RecordKind::User, ListBy::User(user.user_id.clone()));
        let keys = ctx.keys(Scope::Platform, by_user).await?;
        same(&keys, &vec![user.record_key()], "the user's own list")?;
    }
    ordered(ctx, &users).await
}

/// Walks all users and expects them in the order of their keys' bytes.
async fn ordered(ctx: &Context, users: &[User]) -> Result<(), Failure> {
    let mut expected: Vec<_> = users.iter().map(Record::record_key).collect();
    expected.sort_by(|one, other| one.as_str().as_bytes().cmp(other.as_str().as_bytes()));
    for limit in [1_000, 2] {
        let query = ListQuery::new(RecordKind::User, ListBy::Kind).limit(limit);
        let keys = ctx.keys(Scope::Platform, query).await?;
        same_count(keys.len(), expected.len(), "users")?;
        same(&keys, &expected, "the order of the keys")?;
    }
    Ok(())
}

pub(super) async fn case(ctx: Context) -> Result<(), Failure> {
    // Also where one case has another number of letters, or depends on the language.
    let ids = [
        "Ada",
        "ada",
        "ADA",
        "stra\u{df}e",
        "STRASSE",
        "strasse",
        "i",
        "I",
        "\u{130}",
        "\u{131}",
    ];
    distinct(&ctx, &ids).await
}

const SEPARATORS: [&str; 20] = [
    "a/b", "a%2Fb", "a%2fb", "a~b", "a%7Eb", "~a", "%", "%%", "%-", "-", "a:b", "a\\b", "a'b",
    "a\"b", "a;b", "a|b", "a_b", "a%b", "*", "$1",
];

pub(super) async fn separators(ctx: Context) -> Result<(), Failure> {
    distinct(&ctx, &SEPARATORS).await?;
    // Part lists that meet when they are only joined.
    let pairs = [
        ("a/b", "c"),
        ("a", "b/c"),
        ("a%2Fb", "c"),
        ("a", "b%2Fc"),
        ("a:b", "c"),
        ("a", "b:c"),
    ];
    let account = |(tenant, user): (&str, &str)| TenantAccount {
        tenant: valid(TenantId::new(tenant)),
        user_id: valid(UserId::new(user)),
        ..ctx.tenant_account("any", "any")
    };
    let accounts = pairs.map(account);
    ctx.commit(Scope::Platform, "pairs", accounts.clone().map(Into::into))
        .await?;
    for account in accounts {
        let scope = Scope::Tenant(account.tenant.clone());
        let id = DomainRecord::from(account.clone()).id();
        let found = ctx.record(scope, &id).await?;
        same(&found.record, &account.into(), "an account of two parts")?;
    }
    let found = ctx.count(Scope::Platform, "tenant_account").await?;
    same_count(found, pairs.len(), "accounts of two parts")
}

pub(super) async fn normalization(ctx: Context) -> Result<(), Failure> {
    let ids = [
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{c5}",
        "A\u{30a}",
        "\u{212b}",
        "\u{fb01}n",
        "fin",
        "\u{ac00}",
        "\u{1100}\u{1161}",
        "\u{ff21}",
        "A",
        "q\u{307}\u{323}",
        "q\u{323}\u{307}",
    ];
    distinct(&ctx, &ids).await
}

pub(super) async fn white_space(ctx: Context) -> Result<(), Failure> {
    let ids = [
        "ab",
        "a b",
        "a  b",
        "a\u{a0}b",
        "a\u{2003}b",
        "a\u{3000}b",
        "a\u{2028}b",
        "a \u{a0}b",
    ];
    distinct(&ctx, &ids).await
}

pub(super) async fn invisible(ctx: Context) -> Result<(), Failure> {
    let ids = [
        "ab",
        "a\u{200b}b",
        "a\u{200c}b",
        "a\u{200d}b",
        "a\u{feff}b",
        "\u{200b}ab",
        "ab\u{200b}",
        "\u{feff}ab",
        "a\u{ad}b",
        "a\u{200f}b",
        "a\u{202e}b",
        "ab\u{fe0f}",
        "\u{200b}",
    ];
    distinct(&ctx, &ids).await
}

pub(super) async fn astral(ctx: Context) -> Result<(), Failure> {
    let ids = [
        "\u{1f600}",
        "\u{1f601}",
        "a\u{1f600}",
        "\u{1f468}\u{200d}\u{1f469}",
        "\u{1d49c}",
        "\u{10ffff}",
        "\u{10fffe}",
        "\u{fffd}",
        "\u{ffff}",
        "\u{e000}",
        "?",
    ];
    distinct(&ctx, &ids).await
}

pub(super) async fn length(ctx: Context) -> Result<(), Failure> {
    let (ascii, euros) = ("x".repeat(254), "\u{20ac}".repeat(84));
    let slashes = "/".repeat(254);
    let ids = [
        format!("{ascii}a"),
        format!("{ascii}b"),
        ascii.clone(),
        format!("{euros}abc"),
        format!("{euros}abd"),
        format!("{euros}\u{20ac}"),
        // Escaped, these are longer than a key may be.
        format!("{slashes}a"),
        format!("{slashes}b"),
        slashes.clone(),
        "x".to_owned(),
        "/".to_owned(),
        "0".to_owned(),
    ];
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    distinct(&ctx, &ids).await
}

pub(super) async fn order(ctx: Context) -> Result<(), Failure> {
    let long = format!("{}z", "/".repeat(254));
    let mut ids: Vec<&str> = vec![
        "a",
        "B",
        "b",
        "A",
        "Z",
        "_",
        "-",
        "0",
        "10",
        "9",
        "a b",
        "a-b",
        "ab",
        "a\u{301}",
        "\u{e1}",
        "\u{df}",
        "\u{3b1}",
        "\u{430}",
        "\u{4e2d}",
        "\u{e000}",
        "\u{ff5e}",
        "\u{fffd}",
        "\u{10000}",
        "\u{1f600}",
        "\u{10ffff}",
        "\u{200b}",
        &long,
    ];
    ids.extend(SEPARATORS);
    ids.sort_unstable();
    ids.dedup();
    let users = users(&ctx, &ids);
    ctx.commit(
        Scope::Platform,
        "fill",
        users.clone().into_iter().map(Into::into),
    )
    .await?;
    ordered(&ctx, &users).await
}

/// An identity whose issuer and subject are as long as they may be.
fn long_identity(ctx: &Context, last: &str) -> ExternalIdentity {
    let issuer = format!("https://{}", "i".repeat(2_040));
    let subject = format!("{}{last}", "s".repeat(1_023));
    ExternalIdentity {
        issuer: valid(Issuer::new(issuer)),
        subject: valid(Subject::new(subject)),
        user_id: ctx.user_id(last),
        linked_at: ctx.now(),
    }
}

pub(super) async fn digest(ctx: Context) -> Result<(), Failure> {
    let mut identities = ["a", "b", "A"]
        .map(|last| long_identity(&ctx, last))
        .to_vec();
    // The longest key that is spelled out, and the shortest that is not.
    for subject_bytes in [512 - 12, 513 - 12] {
        identities.push(ExternalIdentity {
            issuer: valid(Issuer::new("issuer-text")),
            subject: valid(Subject::new("s".repeat(subject_bytes))),
            ..long_identity(&ctx, "c")
        });
    }
    let lengths: Vec<_> = identities
        .iter()
        .map(|identity| identity.record_key().as_str().len())
        .collect();
    if lengths != [65, 65, 65, 512, 65] {
        return Err(Failure::harness("the keys have other lengths than meant"));
    }
    let records = identities.clone().into_iter().map(Into::into);
    ctx.commit(Scope::Tenantless, "link", records).await?;
    for identity in identities {
        let key = (identity.issuer.clone(), identity.subject.clone());
        let id = id_of::<ExternalIdentity>(&key);
        let found = ctx.record(Scope::Tenantless, &id).await?;
        same(&found.record, &identity.into(), "an identity by its key")?;
    }
    let by_user = ListQuery::new(RecordKind::ExternalIdentity, ListBy::User(ctx.user_id("c")));
    let keys = ctx.keys(Scope::Tenantless, by_user).await?;
    same_count(keys.len(), 2_u64, "identities of one user")
}

pub(super) async fn digest_tenant(ctx: Context) -> Result<(), Failure> {
    let tenant: TenantId = valid(TenantId::new("/".repeat(255)));
    let own = Scope::Tenant(tenant.clone());
    let account = TenantAccount {
        tenant: tenant.clone(),
        ..ctx.tenant_account("any", "ada")
    };
    let record = DomainRecord::from(account.clone());
    let id = record.id();
    if !id.key.as_str().starts_with('~') {
        return Err(Failure::harness("the key is spelled out"));
    }
    ctx.commit(own.clone(), "create", [record.clone()]).await?;
    let found = ctx.record(own.clone(), &id).await?;
    same(&found.record, &record, "the tenant's own record")?;
    let query = ListQuery::new(RecordKind::TenantAccount, ListBy::Tenant(tenant));
    let keys = ctx.keys(own, query.clone()).await?;
    same(&keys, &vec![id.key.clone()], "the tenant's own list")?;
    let other = ctx.tenant_scope("other");
    for scope in [other, Scope::Tenantless] {
        absent(
            ctx.row(scope.clone(), &id).await?.as_ref(),
            "its record elsewhere",
        )?;
        let keys = ctx.keys(scope, query.clone()).await?;
        same_count(keys.len(), 0_u64, "its records listed elsewhere")?;
    }
    Ok(())
}

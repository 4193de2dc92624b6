//! By whom a request is made: what tells a caller's repetition from another's request.

use crate::core::admission::Admitted;
use crate::core::canonical::Canon;
use crate::core::operation::{Mutation, OperationSpec};
use crate::port::Claims;
use user_engine_domain::{ActorId, ExternalIdentity, Issuer, Record, RecordId, Subject, TenantId};
use user_engine_ports::{Read, RequestDigest};

/// Who asks, in whose stead, in which tenant. Whether the issuer names the caller's user doesn't
/// matter to it, nor whether the sign-in is linked to one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    issuer: &'a Issuer,
    subject: &'a Subject,
    on_behalf_of: Option<&'a ActorId>,
    tenant: Option<&'a TenantId>,
}

impl<'a> Caller<'a> {
    pub(crate) fn of(admitted: &'a Admitted) -> Self {
        Self {
            issuer: &admitted.issuer,
            subject: &admitted.subject,
            on_behalf_of: admitted.actor.on_behalf_of.as_ref(),
            tenant: admitted.tenant.as_ref(),
        }
    }

    /// A person, who acts in nobody's stead.
    pub(crate) fn person(claims: &'a Claims, tenant: Option<&'a TenantId>) -> Self {
        Self {
            issuer: &claims.issuer,
            subject: &claims.subject,
            on_behalf_of: None,
            tenant,
        }
    }

    /// The digest of one request of this caller: a foreign repetition is no repetition.
    pub(crate) fn request_digest<M: Mutation>(self, request: &M) -> RequestDigest {
        let OperationSpec { name, .. } = M::SPEC;
        let mut canon = self.canon(name);
        request.write(&mut canon);
        RequestDigest::of(canon.into_bytes())
    }

    /// The digest of a unit of several operations of this caller: what is in it is not known when
    /// it begins, and is compared request by request.
    pub(crate) fn unit_digest(self) -> RequestDigest {
        RequestDigest::of(self.canon("unit").into_bytes())
    }

    /// Asks for the sign-in's link, whatever it is: the cheapest of reads.
    pub(crate) fn sign_in(self) -> Read {
        let key = (self.issuer.clone(), self.subject.clone());
        let key = ExternalIdentity::key_of(&key);
        Read::Get(RecordId::new(ExternalIdentity::KIND, key))
    }

    fn canon(self, name: &str) -> Canon {
        let mut canon = Canon::default();
        canon.leaf(name.as_bytes());
        canon.member("issuer", self.issuer);
        canon.member("subject", self.subject);
        canon.member("on_behalf_of", &self.on_behalf_of);
        canon.member("tenant", &self.tenant);
        canon
    }
}

//! What a registration is bound to from its beginning: a person's sign-in, or a secret.

use crate::core::canonical::Canon;
use crate::prelude::*;

/// The bytes that a secret may have.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 16..=1_024;

/// Whose a registration is that somebody else than the registering person begins. Its id alone
/// opens nothing: ids stand in events and audit records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationBinding {
    /// Whoever signs in like this.
    SignIn {
        /// Who vouches for the person.
        issuer: Issuer,
        /// As whom.
        subject: Subject,
    },
    /// Whoever shows this secret, by whatever sign-in of the registration's tenant; the first who
    /// completes the registration with it ends it.
    ///
    /// Make it up at random for this registration alone, of at least 128 bits, and hand it to the
    /// person and nobody else. It has 16 to 1,024 bytes. What is kept of it is a digest with the
    /// registration's id, until the registration is completed or removed, and the digest of the
    /// request that began it.
    Secret(Sensitive<Text>),
}

impl Canonical for RegistrationBinding {
    fn write(&self, canon: &mut Canon) {
        match self {
            Self::SignIn { issuer, subject } => {
                canon.leaf(b"sign_in");
                canon.member("issuer", issuer);
                canon.member("subject", subject);
            }
            Self::Secret(secret) => canon.member("secret", secret),
        }
    }
}

impl RegistrationBinding {
    /// Refuses a secret that is too short to be one, or too long.
    ///
    /// # Errors
    ///
    /// `Validation` of `secret`.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if let Self::Secret(secret) = self
            && !SECRET_BYTES.contains(&secret.expose().as_str().len())
        {
            let expected = "16 to 1,024 bytes long";
            return Err(FieldError::new("secret", Rule::OutOfRange { expected }).into());
        }
        Ok(())
    }

    /// The factor that holds a registration, until the completion links a sign-in. It stands for
    /// no factor that a completion or claim asks for.
    pub(super) fn factor(
        &self,
        session: &RegistrationSession,
        begun_by: &Issuer,
    ) -> Result<IdentityFactor, Refusal> {
        let registration_id = &session.registration_id;
        let (factor_type, source, digest) = match self {
            Self::SignIn { issuer, subject } => {
                (FactorType::Sso, issuer, digest_of_sign_in(issuer, subject))
            }
            Self::Secret(secret) => {
                let digest = digest_of_secret(registration_id, secret);
                (FactorType::Invite, begun_by, digest)
            }
        };
        Ok(IdentityFactor {
            factor_id: binding_id(registration_id)?,
            registration_id: registration_id.clone(),
            user_id: None,
            factor_type,
            normalized_value: Sensitive::new(Text::new(digest)?),
            display_value: None,
            source_system: Text::new(source.as_str())?,
            assurance: Map::default(),
            evidence_references: List::default(),
            verified_at: session.created_at,
            expires_at: session.expires_at,
        })
    }
}

/// Whether a caller is whom a registration is bound to: by the secret where one is shown, and
/// then by nothing else, by the sign-in where none is.
pub(super) fn is_bound_to(
    binding: &IdentityFactor,
    admitted: &Admitted,
    secret: Option<&Sensitive<Text>>,
) -> bool {
    let shown = match secret {
        Some(secret) => digest_of_secret(&binding.registration_id, secret),
        None => digest_of_sign_in(&admitted.issuer, &admitted.subject),
    };
    binding.normalized_value.expose().as_str() == shown
}

/// The id of the factor that holds a registration.
pub(super) fn binding_id(registration_id: &RegistrationId) -> Result<FactorId, Refusal> {
    let digest = sha256_hex(format!("starter/{}", registration_id.as_str()));
    Ok(FactorId::new(digest)?)
}

/// A sign-in, by digest: until the completion links it, nobody is to be named.
fn digest_of_sign_in(issuer: &Issuer, subject: &Subject) -> String {
    sha256_hex(format!("starter/{}\n{}", issuer.as_str(), subject.as_str()))
}

/// A secret of one registration: shown for another one, it gives another digest.
fn digest_of_secret(registration_id: &RegistrationId, secret: &Sensitive<Text>) -> String {
    let secret = secret.expose().as_str();
    sha256_hex(format!("secret/{}\n{secret}", registration_id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_another_digest_in_every_registration_and_stands_in_none() {
        let secret = Sensitive::new(Text::new("canary-0123456789").unwrap());
        let digest = |id| digest_of_secret(&RegistrationId::new(id).unwrap(), &secret);
        assert_ne!(digest("first"), digest("second"));
        assert!(!digest("first").contains("canary"));
    }
}

//! The record kinds kept as generic records.

use crate::variant::closed_enum;

closed_enum!(
    /// The kind of a stored record.
    ///
    /// Declared in the byte order of the stored strings, so that the derived order is the order
    /// in which every store lists and applies records.
    RecordKind, "record_type", {
        /// A hat: what selecting it requires and grants.
        AccessProfile = "access_profile",
        /// A user's one primary account.
        Account = "account",
        /// The hat that a user wears in a tenant.
        ActiveAccessContext = "active_access_context",
        /// An application.
        Application = "application",
        /// Where an application is deployed and what it speaks for.
        ApplicationBinding = "application_binding",
        /// An application's attribute definitions.
        Catalog = "catalog",
        /// An issuer's subject, linked to one user.
        ExternalIdentity = "external_identity",
        /// An invitation into a family.
        FamilyInvitation = "family_invitation",
        /// A factor verified in a registration.
        IdentityFactor = "identity_factor",
        /// A user's role-like tie to a scope of a tenant.
        Membership = "membership",
        /// A user's way through a welcome protocol.
        OnboardingJourney = "onboarding_journey",
        /// An account laid out before its user registers.
        PreparedAccount = "prepared_account",
        /// One attribute's value in one scope.
        ProfileValue = "profile_value",
        /// A registration under way or ended.
        RegistrationSession = "registration_session",
        /// A user's account in a tenant.
        TenantAccount = "tenant_account",
        /// A user.
        User = "user",
        /// The steps that welcome a user.
        WelcomeProtocol = "welcome_protocol",
    }
);

impl RecordKind {
    /// Whether every record of this kind belongs to a tenant, so that its key begins with it.
    pub const fn is_tenant_kind(self) -> bool {
        match self {
            Self::AccessProfile
            | Self::ActiveAccessContext
            | Self::FamilyInvitation
            | Self::Membership
            | Self::OnboardingJourney
            | Self::PreparedAccount
            | Self::TenantAccount
            | Self::WelcomeProtocol => true,
            Self::Account
            | Self::Application
            | Self::ApplicationBinding
            | Self::Catalog
            | Self::ExternalIdentity
            | Self::IdentityFactor
            | Self::ProfileValue
            | Self::RegistrationSession
            | Self::User => false,
        }
    }

    /// Whether tenantless records of this kind may be listed by kind or by application outside
    /// the platform scope: applications, bindings and catalogs.
    pub const fn is_shared_catalog_kind(self) -> bool {
        matches!(
            self,
            Self::Application | Self::ApplicationBinding | Self::Catalog
        )
    }

    /// Whether the key itself is personal, so that an audit record names it by digest only.
    pub const fn has_personal_key(self) -> bool {
        matches!(self, Self::ExternalIdentity)
    }
}

#[cfg(test)]
mod tests {
    use super::RecordKind;

    #[test]
    fn kinds_are_declared_in_the_byte_order_of_their_strings() {
        assert!(RecordKind::ALL.is_sorted_by_key(|kind| kind.as_str()));
        assert!(RecordKind::ALL.is_sorted());
        assert_eq!(RecordKind::ALL.len(), 17);
    }
}

//! The scopes of a sign-in, and what they let tokens say.

/// The scope of access tokens for the user's own operations.
pub(in crate::user_pool) const SELF_SERVICE: &str = "aws.cognito.signin.user.admin";
/// The scopes that Cognito itself defines.
pub(in crate::user_pool) const STANDARD: [&str; 5] = ["openid", "email", "phone", "profile", SELF_SERVICE];

/// Granted scopes, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::user_pool) struct Scopes(Vec<String>);

impl Scopes {
    pub(in crate::user_pool) fn new(scopes: Vec<String>) -> Self {
        Self(scopes)
    }

    pub(in crate::user_pool) fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|granted| granted == scope)
    }

    /// The claim `scope`.
    pub(in crate::user_pool) fn claim(&self) -> String {
        self.0.join(" ")
    }

    /// Whether ID tokens and `/oauth2/userInfo` contain an attribute. `openid` alone grants all attributes that the app client may read,
    /// as `profile` does.
    pub(in crate::user_pool) fn shows(&self, attribute: &str) -> bool {
        let limited = self.has("email") || self.has("phone");
        if self.has("profile") || !limited {
            return true;
        }
        match attribute {
            "email" | "email_verified" => self.has("email"),
            "phone_number" | "phone_number_verified" => self.has("phone"),
            "identities" => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::new(text.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn scopes_limit_the_attributes() {
        for (granted, attribute, shown) in [
            ("openid", "name", true),
            ("openid", "email", true),
            ("openid aws.cognito.signin.user.admin", "name", true),
            ("openid email", "email", true),
            ("openid email", "name", false),
            ("openid phone", "email", false),
            ("openid phone", "phone_number_verified", true),
            ("openid email profile", "custom:plan", true),
        ] {
            assert_eq!(scopes(granted).shows(attribute), shown, "{granted} {attribute}");
        }
    }
}

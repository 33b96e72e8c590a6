//! Identity providers of a user pool.

use std::fmt;

/// An identity provider of the user pool: where a person signs in with managed login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityProvider {
    /// The user pool itself, with a password, a code or a passkey (`COGNITO`).
    Cognito,
    /// Google (`Google`).
    Google,
    /// Facebook (`Facebook`).
    Facebook,
    /// Apple (`SignInWithApple`).
    SignInWithApple,
    /// Amazon (`LoginWithAmazon`).
    LoginWithAmazon,
    /// A SAML or OpenID Connect provider, by its name in the user pool.
    Other(String),
}

impl IdentityProvider {
    const KNOWN: [(Self, &'static str); 5] = [
        (Self::Cognito, "COGNITO"),
        (Self::Google, "Google"),
        (Self::Facebook, "Facebook"),
        (Self::SignInWithApple, "SignInWithApple"),
        (Self::LoginWithAmazon, "LoginWithAmazon"),
    ];

    /// AWS's name for the provider, such as `SignInWithApple`: the `identity_provider` of the request.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => {
                let known = Self::KNOWN.iter().find(|(provider, _)| provider == known);
                known.map(|(_, name)| *name).unwrap_or_default()
            }
        }
    }
}

impl<T: Into<String>> From<T> for IdentityProvider {
    fn from(name: T) -> Self {
        let name = name.into();
        let known = Self::KNOWN.into_iter().find(|(_, known)| *known == name);
        known.map_or(Self::Other(name), |(provider, _)| provider)
    }
}

impl fmt::Display for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_aws_s_name() {
        for name in ["COGNITO", "Google", "Facebook", "SignInWithApple", "LoginWithAmazon", "Okta"] {
            let provider = IdentityProvider::from(name);
            assert_eq!(provider.as_str(), name);
            assert_eq!(matches!(provider, IdentityProvider::Other(_)), name == "Okta");
        }
    }
}

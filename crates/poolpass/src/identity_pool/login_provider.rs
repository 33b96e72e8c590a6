//! The login providers of an identity pool besides the user pool, and where their tokens come from.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::platform::{BoxFuture, MaybeSend, MaybeSync};

/// A login provider of the identity pool besides its user pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginProvider {
    /// Google (`accounts.google.com`): the source returns an ID token.
    Google,
    /// Facebook (`graph.facebook.com`): the source returns an access token.
    Facebook,
    /// Sign in with Apple (`appleid.apple.com`): the source returns an ID token.
    Apple,
    /// Login with Amazon (`www.amazon.com`): the source returns an access token.
    Amazon,
    /// An OpenID provider that IAM knows, by its issuer such as `https://login.example.com`: the source returns an ID token.
    /// Twitter, which AWS's API reference lists as `api.twitter.com`, is named like one: the source returns the access token, a semicolon
    /// and the token's secret.
    OpenId(String),
    /// A SAML provider, by its ARN in IAM: the source returns the SAML response in base64.
    Saml(String),
    /// The app's own backend (developer-authenticated identities), by the pool's `DeveloperProviderName`: the source returns what
    /// GetOpenIdTokenForDeveloperIdentity has returned to the backend, the token with its identity id.
    Developer(String),
}

/// The key of tokens that identity pools issue themselves.
const COGNITO_IDENTITY: &str = "cognito-identity.amazonaws.com";

impl LoginProvider {
    /// The provider's name in `Logins` of AWS's requests, such as `accounts.google.com`.
    pub fn key(&self) -> &str {
        match self {
            Self::Google => "accounts.google.com",
            Self::Facebook => "graph.facebook.com",
            Self::Apple => "appleid.apple.com",
            Self::Amazon => "www.amazon.com",
            // IAM's name of an OpenID provider has neither scheme nor a slash at the end.
            Self::OpenId(issuer) => {
                let issuer = issuer
                    .strip_prefix("https://")
                    .or_else(|| issuer.strip_prefix("http://"))
                    .unwrap_or(issuer);
                issuer.strip_suffix('/').unwrap_or(issuer)
            }
            Self::Saml(arn) => arn,
            Self::Developer(_) => COGNITO_IDENTITY,
        }
    }

    /// The provider's name in the other languages, such as `google` or `openId`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Facebook => "facebook",
            Self::Apple => "apple",
            Self::Amazon => "amazon",
            Self::OpenId(_) => "openId",
            Self::Saml(_) => "saml",
            Self::Developer(_) => "developer",
        }
    }

    /// The provider of this [code](Self::code), with its issuer, ARN or name where it has one.
    pub fn from_code(code: &str, name: impl Into<String>) -> Option<Self> {
        Some(match code {
            "google" => Self::Google,
            "facebook" => Self::Facebook,
            "apple" => Self::Apple,
            "amazon" => Self::Amazon,
            "openId" => Self::OpenId(name.into()),
            "saml" => Self::Saml(name.into()),
            "developer" => Self::Developer(name.into()),
            _ => return None,
        })
    }

    /// The issuer, ARN or name; `None` for the providers that AWS knows by itself.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::OpenId(name) | Self::Saml(name) | Self::Developer(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        /// The limit of AWS's model.
        const LONGEST: usize = 128;

        let fits = |text: &str| {
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let is_valid = match self {
            Self::Saml(arn) => fits(arn) && arn.starts_with("arn:") && arn.contains(":saml-provider/"),
            Self::Developer(name) => fits(name),
            _ => fits(self.key()),
        };
        if is_valid {
            return Ok(());
        }
        Err(Error::invalid_input(
            "the login provider has no name that AWS takes: an issuer such as https://login.example.com, the ARN of a SAML provider, or \
             the developer provider's name, at most 128 characters",
        ))
    }
}

/// A source of a login provider's tokens. The SDK asks it whenever the AWS credentials have to be renewed.
pub trait LoginToken: fmt::Debug + MaybeSend + MaybeSync {
    /// Returns a token that is valid now, such as the one that the provider's own SDK holds or refreshes.
    ///
    /// # Errors
    ///
    /// [`LoginTokenError`] when the provider has no valid token for the person any more. AWS credentials that are still valid stay in
    /// use; after that, calls fail with kind `LoginExpired`.
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>>;
}

/// A token of a login provider. `Debug` does not show it.
#[derive(Clone)]
pub struct ProviderToken {
    pub(super) token: SecretString,
    pub(super) identity_id: Option<String>,
}

impl ProviderToken {
    /// The token of any provider but the app's own backend.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self { token: token.into(), identity_id: None }
    }

    /// The identity id and the token that GetOpenIdTokenForDeveloperIdentity has returned to the app's backend.
    pub fn developer(identity_id: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { token: token.into(), identity_id: Some(identity_id.into()) }
    }

    /// Checks whether a request can carry it.
    pub(super) fn is_usable(&self) -> bool {
        /// The limit of AWS's model.
        const LONGEST: usize = 50_000;

        let token = self.token.expose_secret();
        (1..=LONGEST).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Debug for ProviderToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderToken").field("identity_id", &self.identity_id).finish_non_exhaustive()
    }
}

/// A source has no token: the cause in words, without a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct LoginTokenError(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_the_name_that_aws_gives_it() {
        for (provider, key) in [
            (LoginProvider::Google, "accounts.google.com"),
            (LoginProvider::Facebook, "graph.facebook.com"),
            (LoginProvider::Apple, "appleid.apple.com"),
            (LoginProvider::Amazon, "www.amazon.com"),
            (LoginProvider::OpenId("https://login.example.com/".into()), "login.example.com"),
            (LoginProvider::OpenId("login.example.com/tenant".into()), "login.example.com/tenant"),
            (
                LoginProvider::Saml("arn:aws:iam::1:saml-provider/adfs".into()),
                "arn:aws:iam::1:saml-provider/adfs",
            ),
            (LoginProvider::Developer("login.my-company".into()), "cognito-identity.amazonaws.com"),
        ] {
            assert_eq!(provider.key(), key);
            assert!(provider.check().is_ok(), "{key}");
            let name = provider.name().unwrap_or_default();
            assert_eq!(LoginProvider::from_code(provider.code(), name), Some(provider.clone()));
        }
        for wrong in [
            LoginProvider::OpenId(String::new()),
            LoginProvider::OpenId("https://".into()),
            LoginProvider::OpenId("a b".into()),
            LoginProvider::OpenId("a".repeat(129)),
            LoginProvider::Saml("adfs".into()),
            LoginProvider::Saml("arn:aws:iam::1:role/adfs".into()),
            LoginProvider::Saml("aws:iam::1:saml-provider/adfs".into()),
            LoginProvider::Saml("arn:aws:iam::1:saml-provider/ad fs".into()),
            LoginProvider::Saml(format!("arn:aws:iam::1:saml-provider/{}", "a".repeat(128))),
            LoginProvider::Developer(String::new()),
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let token = ProviderToken::developer("eu-west-1:1", "secret-token");
        assert!(!format!("{token:?}").contains("secret-token"));
    }
}

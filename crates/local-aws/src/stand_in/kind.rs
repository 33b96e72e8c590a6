//! The kinds of stand-in providers, and where their tokens differ.

use sha2::{Digest as _, Sha256};

/// A kind of provider, which its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Google,
    Apple,
    Facebook,
    Amazon,
    Saml,
    OpenId,
}

impl Kind {
    /// `google`, `apple`, `facebook` and `amazon` are these providers. Names that begin with `saml` are SAML providers, and all
    /// others OpenID providers.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "google" => Self::Google,
            "apple" => Self::Apple,
            "facebook" => Self::Facebook,
            "amazon" => Self::Amazon,
            _ if name.starts_with("saml") => Self::Saml,
            _ => Self::OpenId,
        }
    }

    /// The name on the pages.
    pub(super) fn label(self, name: &str) -> String {
        match self {
            Self::Google => "Google".to_owned(),
            Self::Apple => "Apple".to_owned(),
            Self::Facebook => "Facebook".to_owned(),
            Self::Amazon => "Amazon".to_owned(),
            Self::Saml | Self::OpenId => name.to_owned(),
        }
    }

    /// The `iss` of tokens, or the entity id. Google's and Apple's are the real ones, since Cognito compares them. `url` is the
    /// provider's own URL.
    pub(super) fn issuer(self, url: &str) -> String {
        match self {
            Self::Google => "https://accounts.google.com".to_owned(),
            Self::Apple => "https://appleid.apple.com".to_owned(),
            Self::Amazon => "https://www.amazon.com".to_owned(),
            Self::Saml => format!("{url}/metadata"),
            Self::Facebook | Self::OpenId => url.to_owned(),
        }
    }

    /// Whether the token that identity pools take is an ID token. Facebook and Amazon have an access token for that.
    pub(super) fn has_id_token(self) -> bool {
        matches!(self, Self::Google | Self::Apple | Self::OpenId)
    }

    /// The seconds for which a token for identity pools is valid.
    pub(super) fn token_seconds(self) -> i64 {
        match self {
            Self::Apple => 600,
            Self::Saml => 300,
            Self::Facebook => 60 * 24 * 3600,
            Self::Google | Self::Amazon | Self::OpenId => 3600,
        }
    }

    /// The provider's id of a person, in the form that it has there.
    pub(super) fn subject(self, name: &str, person: &str) -> String {
        let digest = Sha256::digest(format!("{name}/{person}"));
        let digits: String = digest.iter().map(|byte| char::from(b'0' + byte % 10)).collect();
        let hex = hex::encode(digest);
        let start = |text: &str, length: usize| text.chars().take(length).collect::<String>();
        match self {
            Self::Google => format!("1{}", start(&digits, 20)),
            Self::Apple => format!("00{}.{}.{}", start(&digits, 4), start(&hex, 32), start(&digits, 4)),
            Self::Facebook => format!("1{}", start(&digits, 16)),
            Self::Amazon => format!("amzn1.account.{}", start(&hex, 28).to_uppercase()),
            Self::Saml | Self::OpenId => person.to_owned(),
        }
    }

    /// A new opaque access token, in the form that it has there.
    pub(super) fn access_token(self) -> String {
        let random = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        match self {
            Self::Google => format!("ya29.{random}"),
            Self::Facebook => format!("EAA{random}"),
            Self::Amazon => format!("Atza|{random}"),
            Self::Apple | Self::Saml | Self::OpenId => random,
        }
    }
}

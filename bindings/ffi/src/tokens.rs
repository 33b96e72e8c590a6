//! Tokens of the session, their claims, and tokens from elsewhere.

use std::collections::HashMap;
use std::fmt;
use std::time::SystemTime;

use serde_json::Value;

/// Proves who the person is, to identity pools and to backends. A backend must verify the signature.
#[derive(Debug, uniffi::Object)]
pub struct IdToken(pub(crate) poolpass::IdToken);

#[uniffi::export]
impl IdToken {
    /// The token as a JSON Web Token, for an `Authorization` header: a secret.
    pub fn jwt(&self) -> String {
        self.0.jwt().to_owned()
    }

    /// When the token expires, by AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at()
    }

    /// When AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
    pub fn issued_at(&self) -> SystemTime {
        self.0.issued_at()
    }

    /// All claims of the token.
    pub fn claims(&self) -> HashMap<String, Claim> {
        claims(self.0.claims())
    }
}

/// Grants access to the person's account in the user pool, and to APIs that check scopes. A backend must verify the signature.
#[derive(Debug, uniffi::Object)]
pub struct AccessToken(pub(crate) poolpass::AccessToken);

#[uniffi::export]
impl AccessToken {
    /// The token as a JSON Web Token, for an `Authorization` header: a secret.
    pub fn jwt(&self) -> String {
        self.0.jwt().to_owned()
    }

    /// When the token expires, by AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at()
    }

    /// When AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
    pub fn issued_at(&self) -> SystemTime {
        self.0.issued_at()
    }

    /// The OAuth scopes, such as `aws.cognito.signin.user.admin`.
    pub fn scopes(&self) -> Vec<String> {
        self.0.scopes().into_iter().map(ToOwned::to_owned).collect()
    }

    /// All claims of the token.
    pub fn claims(&self) -> HashMap<String, Claim> {
        claims(self.0.claims())
    }
}

/// The value of a claim in a token.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Claim {
    /// JSON's null.
    Null,
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    Elements(Vec<Claim>),
    /// An object.
    Members(HashMap<String, Claim>),
}

impl From<&Value> for Claim {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(elements) => Self::Elements(elements.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Members(members.iter().map(|(name, value)| (name.clone(), value.into())).collect())
            }
        }
    }
}

pub(crate) fn claims(claims: &poolpass::Claims) -> HashMap<String, Claim> {
    claims.iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// The tokens of a session that another SDK or the app's backend began. Swift and Kotlin pass it on at once and keep none, since a
/// generated type prints its members.
#[derive(uniffi::Record)]
pub struct HandedInTokens {
    /// The ID token: a secret.
    pub id_token: String,
    /// The access token: a secret.
    pub access_token: String,
    /// The refresh token: the most valuable secret.
    pub refresh_token: String,
    /// The device of the session.
    pub device: Option<HandedInDevice>,
}

/// The key of a device that another SDK has confirmed, in a user pool that tracks devices.
#[derive(uniffi::Record)]
pub struct HandedInDevice {
    /// The device key.
    pub key: String,
    /// The key of the device's group.
    pub group_key: String,
    /// The password that proves the device: a secret.
    pub password: String,
}

impl From<HandedInTokens> for poolpass::SessionTokens {
    fn from(tokens: HandedInTokens) -> Self {
        let session = Self::new(tokens.id_token, tokens.access_token, tokens.refresh_token);
        match tokens.device {
            Some(device) => {
                session.device(poolpass::DeviceTokens::new(device.key, device.group_key, device.password))
            }
            None => session,
        }
    }
}

/// Shows nothing: tokens are secrets.
impl fmt::Debug for HandedInTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandedInTokens")
    }
}

impl fmt::Debug for HandedInDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandedInDevice")
    }
}

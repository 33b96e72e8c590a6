//! The session: who is signed in, tokens, credentials and events.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use futures_util::StreamExt;
use serde_json::Value;

use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;

/// The person who is signed in, as the ID token describes them.
#[derive(Debug, uniffi::Object)]
pub struct User(pub(crate) poolpass::User);

#[uniffi::export]
impl User {
    /// The user name in the user pool. It differs from what people typed if they signed in with an alias.
    pub fn username(&self) -> String {
        self.0.username().to_owned()
    }

    /// The user's id (`sub`), which never changes.
    pub fn sub(&self) -> String {
        self.0.sub().to_owned()
    }

    /// The email address, where the app client may read it.
    pub fn email(&self) -> Option<String> {
        self.0.email().map(ToOwned::to_owned)
    }

    /// The person's groups in the user pool.
    pub fn groups(&self) -> Vec<String> {
        self.0.groups().into_iter().map(ToOwned::to_owned).collect()
    }

    /// The level at which the person has proved who they are, such as `urn:cognito:loa:4`, if the sign-in or the step-up asked for
    /// one. A refresh keeps it.
    pub fn acr(&self) -> Option<String> {
        self.0.acr().map(ToOwned::to_owned)
    }

    /// The methods with which the person has proved who they are, such as `pwd`, `otp` and `mfa`, where AWS says so. A refresh keeps
    /// them.
    pub fn amr(&self) -> Vec<String> {
        self.0.amr().into_iter().map(ToOwned::to_owned).collect()
    }

    /// When the person last proved who they are, by AWS's clock. A refresh does not change it.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.0.auth_time()
    }

    /// Whether the user pool wants to know if this device shall be remembered (`UserConfirmationNecessary` of ConfirmDevice).
    pub fn device_confirmation_necessary(&self) -> bool {
        self.0.device_confirmation_necessary()
    }

    /// All claims of the ID token.
    pub fn claims(&self) -> HashMap<String, Claim> {
        claims(self.0.claims())
    }
}

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

/// Temporary AWS credentials of one identity.
#[derive(Debug, uniffi::Object)]
pub struct Credentials(pub(crate) poolpass::Credentials);

#[uniffi::export]
impl Credentials {
    /// The access key id (`ASIA…`), which is not a secret.
    pub fn access_key_id(&self) -> String {
        self.0.access_key_id().to_owned()
    }

    /// The secret access key: a secret.
    pub fn secret_access_key(&self) -> String {
        self.0.secret_access_key().to_owned()
    }

    /// The session token, which every request must carry: a secret.
    pub fn session_token(&self) -> Option<String> {
        self.0.session_token().map(ToOwned::to_owned)
    }

    /// When AWS stops accepting the credentials, on the device's clock, right or wrong.
    pub fn expiration(&self) -> Option<SystemTime> {
        self.0.expiration()
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

fn claims(claims: &poolpass::Claims) -> HashMap<String, Claim> {
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

/// The result of signing out. In every case, nobody is signed in on this device any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SignOut {
    /// AWS has revoked the refresh token and the access tokens that came from it.
    Revoked,
    /// The session is gone from this device, but AWS has not confirmed that it revoked the refresh token, because the network was
    /// down or the app client has token revocation switched off. Copies of the token work until they expire.
    LocalOnly,
    /// Nobody was signed in.
    NotSignedIn,
}

impl From<poolpass::SignOut> for SignOut {
    fn from(outcome: poolpass::SignOut) -> Self {
        use poolpass::SignOut as Outcome;

        match outcome {
            Outcome::Revoked => Self::Revoked,
            Outcome::NotSignedIn => Self::NotSignedIn,
            _ => Self::LocalOnly,
        }
    }
}

/// A change of the session.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SessionEvent {
    /// Somebody signed in, here or in another process that shares the store.
    SignedIn,
    /// The session has new tokens.
    Refreshed,
    /// The session ended although nobody signed out here. Show the sign-in page.
    SessionEnded {
        /// Why the session ended.
        reason: SessionEndReason,
    },
    /// The person signed out here, or deleted their account.
    SignedOut,
    /// The identity id in the identity pool is another one: a guest turned out to have an identity already, AWS has merged two
    /// identities, or somebody else has signed in. Data that belongs to the old identity id is out of reach.
    IdentityChanged {
        /// The identity id until now.
        from: String,
        /// The identity id from now on.
        to: String,
    },
}

/// The reason why a session ended.
///
/// Nothing else ends a session: network failures, throttling, HTTP 5xx and malformed answers never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SessionEndReason {
    /// The refresh token was revoked: signed out on another device or everywhere, or ended because the user is signed in too often.
    Revoked,
    /// The refresh token is older than the app client allows.
    Expired,
    /// A refresh token was used again after its rotation. Somebody may have stolen it.
    Reused,
    /// The user was disabled.
    UserDisabled,
    /// The user was deleted.
    UserDeleted,
    /// The password must be reset first.
    PasswordResetRequired,
    /// The user is no longer confirmed.
    UserNotConfirmed,
    /// Another process that shares the store signed out, or its session ended.
    SignedOutElsewhere,
    /// AWS refused the refresh token without a reason.
    Refused,
}

impl From<poolpass::SessionEndReason> for SessionEndReason {
    fn from(reason: poolpass::SessionEndReason) -> Self {
        use poolpass::SessionEndReason as Reason;

        match reason {
            Reason::Revoked => Self::Revoked,
            Reason::Expired => Self::Expired,
            Reason::Reused => Self::Reused,
            Reason::UserDisabled => Self::UserDisabled,
            Reason::UserDeleted => Self::UserDeleted,
            Reason::PasswordResetRequired => Self::PasswordResetRequired,
            Reason::UserNotConfirmed => Self::UserNotConfirmed,
            Reason::SignedOutElsewhere => Self::SignedOutElsewhere,
            _ => Self::Refused,
        }
    }
}

/// A stream of the events of one client, from the moment of subscribing. It ends when the client is dropped.
#[derive(Debug, uniffi::Object)]
pub struct Events {
    stream: Arc<Mutex<Option<poolpass::Events>>>,
    cancel: Cancel,
}

impl Events {
    pub(crate) fn new(stream: poolpass::Events) -> Arc<Self> {
        Arc::new(Self { stream: Arc::new(Mutex::new(Some(stream))), cancel: Cancel::default() })
    }
}

#[uniffi::export]
impl Events {
    /// The same events whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { stream: Arc::clone(&self.stream), cancel: handle.cancel_of() })
    }

    /// Waits for the next event; none when the client is dropped. One call at a time.
    pub async fn next(&self) -> Result<Option<SessionEvent>, PoolpassError> {
        let Some(stream) = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(None);
        };
        // A call that is cancelled puts the stream back, so that nothing is missed.
        let mut stream = ReturnedStream { stream: Some(stream), owner: Arc::clone(&self.stream) };
        call(&self.cancel, async move {
            while let Some(event) = stream.next().await {
                if let Some(event) = mirrored(&event) {
                    return Ok(Some(event));
                }
            }
            Ok(None)
        })
        .await
    }
}

/// A stream that returns to its owner when a call ends or is cancelled.
struct ReturnedStream {
    stream: Option<poolpass::Events>,
    owner: Arc<Mutex<Option<poolpass::Events>>>,
}

impl ReturnedStream {
    async fn next(&mut self) -> Option<poolpass::SessionEvent> {
        self.stream.as_mut()?.next().await
    }
}

impl Drop for ReturnedStream {
    fn drop(&mut self) {
        *self.owner.lock().unwrap_or_else(PoisonError::into_inner) = self.stream.take();
    }
}

fn mirrored(event: &poolpass::SessionEvent) -> Option<SessionEvent> {
    use poolpass::SessionEvent as Event;

    Some(match event {
        Event::SignedIn => SessionEvent::SignedIn,
        Event::Refreshed => SessionEvent::Refreshed,
        Event::SignedOut => SessionEvent::SignedOut,
        Event::SessionEnded { reason } => SessionEvent::SessionEnded { reason: (*reason).into() },
        Event::IdentityChanged { from, to } => {
            SessionEvent::IdentityChanged { from: from.clone(), to: to.clone() }
        }
        _ => return None,
    })
}

//! The session: who is signed in, with which AWS credentials, and how a sign-out ends.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::tokens::{Claim, claims};

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

//! AWS credentials of the identity pool.

use std::sync::Arc;

use super::Client;
use crate::credentials::Credentials;
use crate::error::Error;

/// AWS credentials.
impl Client {
    /// Returns AWS credentials of the person who is signed in, or of a guest if nobody is (GetId, GetCredentialsForIdentity).
    ///
    /// The client keeps them in memory until five minutes before they expire (short-lived ones until a quarter of their life is left),
    /// and then gets new ones. One exchange serves all callers. When somebody signs in or out, the old credentials are gone. A guest
    /// who signs in keeps the identity id.
    ///
    /// While the credentials are valid, the call takes at most two seconds, whatever AWS does: the exchange goes on in the background.
    /// Otherwise it takes at most two minutes.
    ///
    /// Their expiration is on the device's clock, right or wrong, so that it can be compared with that clock.
    ///
    /// # Errors
    ///
    /// `InvalidConfig` without an identity pool, `SignedOut` when nobody is signed in and the pool accepts no guests, `SessionEnded` when
    /// AWS refuses to refresh for good, `LoginExpired` when a third party's login has no valid token any more, `Conflict` when the logins
    /// belong to different identities, `NotAuthorized` when the pool does not accept the login.
    ///
    /// ```no_run
    /// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
    /// let credentials = client.credentials().await?;
    /// println!("{} until {:?}", credentials.access_key_id(), credentials.expiration());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn credentials(&self) -> Result<Credentials, Error> {
        let credentials = self.identity_pool()?.credentials().await?;
        Ok(credentials.with_expiration(|time| self.pipeline().on_device_clock(time)))
    }

    /// Returns the identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. As a part of an object
    /// key or as a partition key, it makes data a person's own.
    ///
    /// It stays the same for a person. The first call gets it together with the credentials.
    ///
    /// Waits as long as [`credentials`](Self::credentials) at most.
    ///
    /// # Errors
    ///
    /// As [`credentials`](Self::credentials).
    pub async fn identity_id(&self) -> Result<String, Error> {
        self.identity_pool()?.identity_id().await
    }

    /// Returns the same client with the credentials of another role, if the sign-in allows more than one (`CustomRoleArn`).
    ///
    /// The role must be among the token's `cognito:roles`, and the identity pool must choose roles by token. Both clients share the
    /// session and the connections; each role has credentials of its own.
    ///
    /// Requests of the new client fail with kind `SignedOut` when nobody is signed in, since guests cannot choose a role.
    pub fn with_role(&self, role_arn: impl Into<String>) -> Self {
        let identity_pool = self.identity_pool.as_ref().map(|pool| pool.with_role(role_arn.into()));
        Self { inner: Arc::clone(&self.inner), identity_pool }
    }
}

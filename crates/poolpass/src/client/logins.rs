//! Logins of third parties at the identity pool, and the classic flow.

use std::sync::Arc;
use std::time::Duration;

use super::Client;
use crate::error::Error;
use crate::identity_pool::{ClassicFlow, LoginProvider, LoginSources, LoginToken};

/// Logins of third parties at the identity pool.
impl Client {
    /// Adds a login of a third party: from now on the AWS credentials are those of the identity that this login leads to, with or without
    /// a user pool (GetId, GetCredentialsForIdentity). It replaces a login with the same provider.
    ///
    /// The SDK asks `source` for a token whenever the credentials have to be renewed. Several logins at once, and the user pool's among
    /// them, lead to one identity: AWS links those that it has not seen before. A guest keeps the identity id, unless the login has an
    /// identity already; then listeners hear [`IdentityChanged`](crate::SessionEvent::IdentityChanged). Signing out leaves these logins:
    /// see [`remove_login`](Self::remove_login).
    ///
    /// Nothing is sent. A login that AWS refuses makes the next call fail: `Conflict` if it belongs to another identity than the other
    /// logins, `LoginExpired` if its token has expired or `source` has none, `NotAuthorized` if the identity pool does not accept it.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a provider name that AWS does not take, `InvalidConfig` without an identity pool.
    pub fn add_login(&self, provider: LoginProvider, source: impl LoginToken + 'static) -> Result<(), Error> {
        self.sources()?.add(provider, Arc::new(source))
    }

    /// Removes a login from this client. The identity stays linked to it: with the same login it is the same again. Nothing is sent.
    ///
    /// # Errors
    ///
    /// `InvalidConfig` without an identity pool.
    pub fn remove_login(&self, provider: &LoginProvider) -> Result<(), Error> {
        self.sources()?.remove(provider);
        self.forget_credentials();
        Ok(())
    }

    /// Unlinks a login from the identity (UnlinkIdentity), and removes it from this client.
    ///
    /// The next time, the login leads to another identity. After the last one, nobody can use the identity any more. The app's own backend
    /// unlinks developer-authenticated logins (UnlinkDeveloperIdentity). It takes at most a minute longer than
    /// [`credentials`](Self::credentials). If AWS cannot be reached, the login stays, so that the call can be repeated.
    ///
    /// # Errors
    ///
    /// As [`credentials`](Self::credentials). `InvalidInput` if the client has no such login, or for one of the app's own backend.
    pub async fn unlink_login(&self, provider: &LoginProvider) -> Result<(), Error> {
        if matches!(provider, LoginProvider::Developer(_)) {
            return Err(Error::invalid_input(
                "the app's backend unlinks developer-authenticated logins (UnlinkDeveloperIdentity)",
            ));
        }
        self.identity_pool()?.unlink(provider).await?;
        self.remove_login(provider)
    }

    /// The providers of the logins that were added, without the user pool.
    pub fn logins(&self) -> Vec<LoginProvider> {
        self.sources().map(LoginSources::providers).unwrap_or_default()
    }

    pub(super) fn sources(&self) -> Result<&LoginSources, Error> {
        self.identity_pool()?;
        Ok(&self.inner.logins)
    }
}

/// The classic flow.
impl Client {
    /// Starts a client with the credentials of a role that the app names, by the classic (basic) flow: GetOpenIdToken of the identity
    /// pool, AssumeRoleWithWebIdentity of STS in the identity pool's region.
    ///
    /// The role's trust policy decides who may use it: with `cognito-identity.amazonaws.com` as its principal, the identity pool as its
    /// `aud`, and `authenticated` or `unauthenticated` as its `amr`. Guests have no other way to services that their session policy leaves
    /// out.
    pub fn classic_flow(&self, role_arn: impl Into<String>) -> ClassicFlowBuilder {
        ClassicFlowBuilder {
            client: self.clone(),
            flow: ClassicFlow { role_arn: role_arn.into(), session_name: None, duration: None, policy: None },
        }
    }
}

/// A client for the classic flow, made by [`Client::classic_flow`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ClassicFlowBuilder {
    client: Client,
    flow: ClassicFlow,
}

impl ClassicFlowBuilder {
    /// Sets the name of the role's session (`RoleSessionName`), 2 to 64 characters, which CloudTrail shows. Default: the identity id, with
    /// a dot in place of the colon.
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.flow.session_name = Some(name.into());
        self
    }

    /// Sets how long the credentials are valid (`DurationSeconds`), 15 minutes to what the role allows. Default: an hour.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.flow.duration = Some(duration);
        self
    }

    /// Sets a session policy (`Policy`), a JSON document that narrows what the role allows. Default: none.
    pub fn policy(mut self, json: impl Into<String>) -> Self {
        self.flow.policy = Some(json.into());
        self
    }

    /// Makes the client, which shares the session, the logins and the connections. Nothing is sent.
    ///
    /// Its requests fail with `OperationNotEnabled` if the identity pool does not allow the classic flow, and with `AccessDenied` if the
    /// role does not trust the identity.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a role, name, duration or policy that AWS does not take, `InvalidConfig` without an identity pool.
    pub fn build(self) -> Result<Client, Error> {
        self.flow.check()?;
        let identity_pool = Some(self.client.identity_pool()?.with_classic_flow(self.flow));
        Ok(Client { inner: self.client.inner, identity_pool })
    }
}

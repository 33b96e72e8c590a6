//! The session: its tokens, its changes and its end.

use super::{Client, SignOutBuilder};
use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::session::{AccessToken, Events, IdToken, SessionManager, SessionTokens, User};

/// The session.
impl Client {
    /// Returns the person who is signed in, as stored: works without a network, however old the tokens are. `None` when nobody is
    /// signed in.
    ///
    /// Waits at most ten seconds, for the store.
    ///
    /// # Errors
    ///
    /// `Store`; `InvalidConfig` without a user pool.
    pub async fn current_user(&self) -> Result<Option<User>, Error> {
        Ok(self.flow()?.manager().current().await?.map(User::from))
    }

    /// Returns the ID token, refreshed if it expires within a minute (within a tenth of its life, if that is less).
    ///
    /// All callers share one refresh, and so do all processes that share the store. When the refresh fails, a token that is still valid
    /// is returned nevertheless.
    ///
    /// While the token is valid, the call takes at most two seconds, whatever AWS and other processes do: the refresh goes on in the
    /// background. With an expired token it takes at most 55 seconds, and a minute more while another process refreshes.
    ///
    /// # Errors
    ///
    /// `SignedOut` when nobody is signed in, `SessionEnded` when AWS refuses to refresh for good: then the session is gone.
    /// `Network`, `Timeout`, `Throttled`, `Unavailable`, `InvalidResponse` when an expired token could not be refreshed now: the
    /// session stays. `Store`; `InvalidConfig` without a user pool.
    pub async fn id_token(&self) -> Result<IdToken, Error> {
        Ok(self.flow()?.manager().fresh().await?.id_token().clone())
    }

    /// Returns the access token, refreshed like [`id_token`](Self::id_token).
    ///
    /// Waits as long as [`id_token`](Self::id_token) at most.
    ///
    /// # Errors
    ///
    /// As [`id_token`](Self::id_token).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.flow()?.manager().fresh().await?.access_token().clone())
    }

    /// Refreshes the session now, for example because the person's attributes or groups have changed (GetTokensFromRefreshToken, or
    /// InitiateAuth with REFRESH_TOKEN_AUTH).
    ///
    /// Joins a refresh that is under way. The call takes at most 55 seconds, and a minute more while another process refreshes.
    ///
    /// # Errors
    ///
    /// As [`id_token`](Self::id_token), also when the old tokens are still valid.
    pub async fn refresh(&self) -> Result<User, Error> {
        Ok(self.flow()?.manager().refresh().await?.into())
    }

    /// Returns a stream of the changes of the session and of the identity id from now on.
    pub fn events(&self) -> Events {
        self.manager().map_or_else(|| self.inner.no_session.events(), SessionManager::events)
    }

    /// Signs out on this device: removes the session and a pending challenge, then has AWS revoke the tokens (RevokeToken).
    ///
    /// The session is gone in any case, even without a network or while another process hangs with the session's lock;
    /// [`SignOut`](crate::SignOut) tells whether AWS has revoked the tokens. It takes at most 13 seconds; the revocation goes on after
    /// that.
    ///
    /// # Errors
    ///
    /// `Store` when the session may still be in the store; `InvalidConfig` without a user pool.
    pub fn sign_out(&self) -> SignOutBuilder {
        SignOutBuilder::new(self.clone())
    }

    /// Signs out on every device (GlobalSignOut): AWS ends all sessions of the user, then this one is removed.
    ///
    /// When AWS cannot be reached or refuses, the session stays, so that the call can be repeated; [`sign_out`](Self::sign_out)
    /// removes it in any case. The call takes at most a minute longer than [`access_token`](Self::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut` when nobody is signed in. `Store` when the session may still be in the store.
    pub async fn sign_out_everywhere(&self) -> Result<(), Error> {
        let outcome = self.flow()?.sign_out_everywhere().await;
        // When AWS was not reached the session goes on, and with it its credentials.
        if outcome.is_ok() || outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Store) {
            self.forget_credentials();
        }
        outcome
    }

    /// The person's account: signing up, passwords, attributes, second factors.
    pub fn account(&self) -> Account {
        Account::new(self.inner.sign_in.clone())
    }

    /// Takes over a session that another SDK or the app's backend began, so that nobody has to sign in again. It replaces the present
    /// session.
    ///
    /// Expired tokens are refreshed first (GetTokensFromRefreshToken, or InitiateAuth with REFRESH_TOKEN_AUTH); with others nothing is
    /// sent. If the present session comes from the same sign-in and is no older, it stays, so that the call can be repeated. Nothing
    /// is revoked. Tokens are not proof: their signatures are not checked here, but by AWS at every use.
    ///
    /// Waits as long as [`refresh`](Self::refresh) at most, and half a minute for the store.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for tokens that are malformed, of another user pool or app client, or of two people: nothing was sent.
    /// `SessionEnded` when AWS refuses to refresh for good, `InvalidResponse` if the refresh token belongs to somebody else, `Network`,
    /// `Timeout`, `Throttled`, `Unavailable` when expired tokens could not be refreshed now. `Store`; `InvalidConfig` without a user
    /// pool. After every error the present session stays.
    pub async fn adopt_session(&self, tokens: SessionTokens) -> Result<User, Error> {
        Ok(self.flow()?.manager().adopt(tokens).await?.into())
    }
}

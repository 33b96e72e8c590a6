//! Accounts: from signing up to deleting the user.
//!
//! - [`sign_up`]: signing up and confirming, before anyone is signed in
//! - [`password`]: a forgotten password, and a changed one
//! - [`attributes`]: what the user pool knows about the person
//! - [`mfa`]: setting up and choosing a second factor

mod attributes;
mod mfa;
mod password;
mod sign_up;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use attributes::UserAttributes;
pub use mfa::{MfaPreference, MfaSetting, MfaSettings};
pub use sign_up::{SignUp, SignUpResult};

use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::session::detached;
use crate::sign_in::SignInFlow;
use crate::user_pool::{Call, ClientMetadata, UserPool};

/// The person's account in the user pool.
///
/// [`with_client_metadata`](Self::with_client_metadata) gives the user pool's Lambda triggers something to go by.
///
/// A call takes at most a minute; one that needs the access token, as long as [`Client::access_token`](crate::Client::access_token)
/// takes in addition.
///
/// ```no_run
/// use poolpass::{Client, Error, SignUp};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let account = client.account();
/// account.sign_up(SignUp::new("ada", "correct horse").attribute("email", "ada@example.com")).await?;
/// account.confirm_sign_up("ada", "123456").await?;
/// let _step = client.sign_in("ada", "correct horse").await?;
/// println!("{:?}", account.attributes().await?.get("email"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    /// Absent where the configuration has no user pool; then every call is an error.
    flow: Option<Arc<SignInFlow>>,
    client_metadata: ClientMetadata,
}

impl Account {
    pub(crate) fn new(flow: Option<Arc<SignInFlow>>) -> Self {
        Self { flow, client_metadata: ClientMetadata::new() }
    }

    /// Something for the user pool's Lambda triggers, sent with every call of this `Account` that takes it.
    #[must_use]
    pub fn with_client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.client_metadata.insert(key.into(), value.into());
        self
    }

    /// Deletes the signed-in user for good (DeleteUser), and forgets the session: both also when the caller goes away meanwhile.
    ///
    /// Waits at most 60 seconds, and for the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut` and `SessionEnded` when nobody is signed in. `Store` when the user is deleted but the session could not be
    /// removed from the store.
    pub async fn delete_user(&self) -> Result<(), Error> {
        let account = self.clone();
        detached(async move {
            account.signed_in(Call::delete_user()).await?;
            let flow = account.flow()?;
            flow.manager().forget().await?;
            flow.pending().clear().await
        })
        .await
    }

    fn flow(&self) -> Result<&SignInFlow, Error> {
        self.flow.as_deref().ok_or_else(UserPool::is_missing)
    }

    fn pool(&self) -> Result<&UserPool, Error> {
        Ok(self.flow()?.pool())
    }

    /// Sends a call with a fresh access token. If AWS says that the token is dead although it looks alive, it is refreshed
    /// and used once more: then the session goes on, or it is over and everyone learns it.
    fn signed_in(&self, call: Call) -> BoxFuture<'_, Result<Object, Error>> {
        Box::pin(async move {
            let flow = self.flow()?;
            let (pool, manager) = (flow.pool(), flow.manager());
            let mut session = manager.fresh().await?;
            let answer = pool.send(call.authorised(session.access_token().jwt())).await;
            match answer {
                Err(error) if is_about_a_dead_token(&error) => {
                    session = manager.refresh().await?;
                    pool.send(call.authorised(session.access_token().jwt())).await
                }
                answer => answer,
            }
        })
    }
}

/// Cognito says so with the code that it also has for a wrong password and for a missing scope.
fn is_about_a_dead_token(error: &Error) -> bool {
    error.kind() == ErrorKind::NotAuthorized
        && ["Access Token has been revoked", "Access Token has expired", "Invalid Access Token"]
            .iter()
            .any(|message| error.message().contains(message))
}

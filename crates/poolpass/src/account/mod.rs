//! Accounts: from signing up to deleting the user.
//!
//! - [`sign_up`]: signing up and confirming, before anyone is signed in
//! - [`password`]: a forgotten password, and a changed one
//! - [`attributes`]: the person's attributes in the user pool
//! - [`devices`]: the devices that the user pool remembers
//! - [`call`]: a call with options, before it is sent
//! - [`mfa`]: setting up and choosing a second factor
//! - [`passkeys`]: registering, listing and deleting passkeys
//! - [`sessions`]: where the person is signed in
//! - [`list`]: what belongs to the person, in pages

mod attributes;
mod call;
mod devices;
mod list;
mod mfa;
mod passkeys;
mod password;
mod sessions;
mod sign_up;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use attributes::UserAttributes;
pub use call::{AccountCall, AccountOptions};
pub use devices::Device;
pub use list::{AccountList, AccountListOptions, AccountPage};
pub use mfa::{MfaPreference, MfaSetting, MfaSettings, UserAuthFactors};
pub use passkeys::{Passkey, PasskeyRegistration};
pub use sessions::{RevokeSession, UserSession};
pub use sign_up::{SignUp, SignUpOptions, SignUpResult};

use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::session::{detached, is_about_a_dead_token};
use crate::sign_in::SignInFlow;
use crate::user_pool::{Call, UserPool};

/// The person's account in the user pool.
///
/// A call takes at most 60 seconds. A call that needs the access token also takes the time to get it, see
/// [`Client::access_token`](crate::Client::access_token).
///
/// ```no_run
/// use poolpass::{Client, Error};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let account = client.account();
/// account.sign_up("ada", "correct horse").attribute("email", "ada@example.com").await?;
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
}

impl Account {
    pub(crate) fn new(flow: Option<Arc<SignInFlow>>) -> Self {
        Self { flow }
    }

    /// Deletes the signed-in user permanently (DeleteUser) and removes the session. Both happen even if the caller drops the future.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut` and `SessionEnded` if nobody is signed in. `Store` if the user is deleted but the session could not be
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

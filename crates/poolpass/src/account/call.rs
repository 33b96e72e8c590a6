//! A call with options, before it is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;

use super::Account;
use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::sign_in::{SignInFlow, SignUpSession};
use crate::user_pool::{Call, CodeDeliveryDetails};

/// Settings of an [`AccountCall`]. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountOptions {
    /// Values for the user pool's Lambda triggers.
    pub client_metadata: BTreeMap<String, String>,
}

/// A call of [`Account`] that can run a Lambda trigger of the user pool. Awaiting it sends the request.
///
/// ```no_run
/// # async fn example(account: poolpass::Account) -> Result<(), poolpass::Error> {
/// account.forgot_password("ada").client_metadata("locale", "en-GB").await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct AccountCall<T> {
    account: Account,
    /// The call, or why its arguments are invalid.
    call: Result<Call, Error>,
    is_signed_in: bool,
    /// Whose sign-up the call confirms.
    confirms: Option<String>,
    options: AccountOptions,
    read: fn(Object) -> Result<T, Error>,
}

impl<T> AccountCall<T> {
    /// A value for the user pool's Lambda triggers.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.client_metadata.insert(key.into(), value.into());
        self
    }

    /// All settings at once.
    pub fn options(mut self, options: AccountOptions) -> Self {
        self.options = options;
        self
    }

    /// A call that needs nobody to be signed in.
    pub(super) fn public(
        account: &Account,
        call: Result<Call, Error>,
        read: fn(Object) -> Result<T, Error>,
    ) -> Self {
        let options = AccountOptions::default();
        Self { account: account.clone(), call, is_signed_in: false, confirms: None, options, read }
    }

    /// A call that goes along with the `Session` of this person's sign-up.
    pub(super) fn confirming(self, username: &str) -> Self {
        Self { confirms: Some(username.to_owned()), ..self }
    }

    /// A call of the signed-in person.
    pub(super) fn signed_in(
        account: &Account,
        call: Result<Call, Error>,
        read: fn(Object) -> Result<T, Error>,
    ) -> Self {
        Self { is_signed_in: true, ..Self::public(account, call, read) }
    }
}

impl<T: 'static> IntoFuture for AccountCall<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { account, call, is_signed_in, confirms, options, read } = self;
        let answer = answer(account, call, options, is_signed_in, confirms);
        Box::pin(async move { read(answer.await?) })
    }
}

/// Shows the operation only: the arguments are secrets and personal data.
impl<T> fmt::Debug for AccountCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.call.as_ref().ok().map(Call::operation);
        f.debug_struct("AccountCall").field("operation", &operation).finish_non_exhaustive()
    }
}

/// Sends the call. The future is boxed so that it is compiled once for every type of result.
fn answer(
    account: Account,
    call: Result<Call, Error>,
    options: AccountOptions,
    is_signed_in: bool,
    confirms: Option<String>,
) -> BoxFuture<'static, Result<Object, Error>> {
    Box::pin(async move {
        let call = call?.client_metadata(&options.client_metadata);
        match confirms {
            Some(username) => confirm(account.flow()?, call, &username).await,
            None if is_signed_in => account.signed_in(call).await,
            None => account.pool()?.send(call).await,
        }
    })
}

/// Confirms a sign-up, and keeps the `Session` with which the person signs in after that.
async fn confirm(flow: &SignInFlow, call: Call, username: &str) -> Result<Object, Error> {
    let sign_up = flow.pending().sign_up().await.ok().flatten();
    let Some(sign_up) = sign_up.filter(|sign_up| sign_up.username == username && !sign_up.is_confirmed)
    else {
        return flow.pool().send(call).await;
    };
    let answer = flow.pool().send(call.clone().in_session(&sign_up.session)).await;
    let mut answer = match answer {
        // The code outlives the session by far.
        Err(error) if error.kind() == ErrorKind::ChallengeExpired => return flow.pool().send(call).await,
        answer => answer?,
    };
    if let Some(session) = answer.maybe_secret("Session")? {
        flow.pending().save_sign_up(SignUpSession { session, is_confirmed: true, ..sign_up }).await;
    }
    Ok(answer)
}

pub(super) fn nothing(_: Object) -> Result<(), Error> {
    Ok(())
}

pub(super) fn delivery(answer: Object) -> Result<Option<CodeDeliveryDetails>, Error> {
    CodeDeliveryDetails::of(answer)
}

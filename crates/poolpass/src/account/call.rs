//! A call with options, before it is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;

use super::Account;
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;
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
        Self { account: account.clone(), call, is_signed_in: false, options: AccountOptions::default(), read }
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
        let read = self.read;
        let answer = answer(self.account, self.call, self.options, self.is_signed_in);
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
) -> BoxFuture<'static, Result<Object, Error>> {
    Box::pin(async move {
        let call = call?.client_metadata(&options.client_metadata);
        if is_signed_in { account.signed_in(call).await } else { account.pool()?.send(call).await }
    })
}

pub(super) fn nothing(_: Object) -> Result<(), Error> {
    Ok(())
}

pub(super) fn delivery(answer: Object) -> Result<Option<CodeDeliveryDetails>, Error> {
    CodeDeliveryDetails::of(answer)
}

//! Signing out.

use std::future::IntoFuture;

use super::Client;
use crate::error::Error;
use crate::platform::BoxFuture;
use crate::session::SignOut;

/// A sign-out, made by [`Client::sign_out`]. Awaiting it signs out.
#[derive(Clone, Debug)]
#[must_use = "nobody is signed out until it is awaited"]
pub struct SignOutBuilder {
    client: Client,
    associated: bool,
}

impl SignOutBuilder {
    pub(super) fn new(client: Client) -> Self {
        Self { client, associated: false }
    }

    /// Whether the session of managed login that the session comes from ends too (`RevokeAssociatedSessions`), if the user pool tracks
    /// sessions. Default: false.
    pub fn associated(mut self, associated: bool) -> Self {
        self.associated = associated;
        self
    }
}

impl IntoFuture for SignOutBuilder {
    type Output = Result<SignOut, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let outcome = self.client.flow()?.sign_out(self.associated).await;
            self.client.forget_credentials();
            outcome
        })
    }
}

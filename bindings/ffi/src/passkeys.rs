//! Passkeys: their registration, and the list of them.

use std::sync::Arc;
use std::time::SystemTime;

use poolpass::AccountListOptions;
use poolpass::platform;

use crate::account::Account;
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::counts;
use crate::error::PoolpassError;

/// A passkey of the signed-in person: a WebAuthn credential that the user pool knows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Passkey {
    /// The id of the credential, in base64url.
    pub credential_id: String,
    /// The name that Cognito gave the passkey, after the authenticator's maker.
    pub friendly_name: String,
    /// The relying party's id: the domain that the passkey signs in to.
    pub relying_party_id: String,
    /// The ways to reach the authenticator, such as `internal`, `hybrid` and `usb`.
    pub transports: Vec<String>,
    /// `platform` for an authenticator within a device, `cross-platform` for one that is carried around.
    pub authenticator_attachment: Option<String>,
    /// The time of the registration.
    pub created: SystemTime,
}

/// A page of passkeys.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PasskeyPage {
    /// The passkeys.
    pub items: Vec<Passkey>,
    /// The token for the next page. None on the last page.
    pub next_token: Option<String>,
}

/// The registration of a passkey that waits for the authenticator.
#[derive(Debug, uniffi::Object)]
pub struct PasskeyRegistration {
    inner: poolpass::PasskeyRegistration,
    cancel: Cancel,
}

/// The reason why an authenticator created no passkey or did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum AuthenticatorErrorKind {
    /// The person said no, or has no passkey for this user. Browsers say the same when the time is over.
    Cancelled,
    /// The person did not act in time.
    TimedOut,
    /// The authenticator already has a passkey of this user.
    AlreadyRegistered,
    /// The domain of the page, or the app, may not use the relying party's id.
    NotAssociated,
    /// The platform has no authenticator that can do this.
    Unsupported,
    /// Anything else.
    Failed,
}

/// Fails as the SDK does when an authenticator fails in this way. Swift and Kotlin call their authenticators themselves, since a foreign
/// interface and the calls that take it would add 10 KB to the library.
#[uniffi::export]
pub fn authenticator_failed(kind: AuthenticatorErrorKind, detail: String) -> Result<(), PoolpassError> {
    let error = platform::AuthenticatorError::new(kind.into(), detail);
    Err(poolpass::Error::from(error).into())
}

#[uniffi::export]
impl Account {
    /// Starts the registration of a passkey for the signed-in person (StartWebAuthnRegistration).
    pub async fn start_passkey_registration(&self) -> Result<Arc<PasskeyRegistration>, PoolpassError> {
        let (account, cancel) = (self.inner.clone(), self.cancel.clone());
        call(&self.cancel, async move {
            let inner = account.start_passkey_registration().await?;
            Ok(Arc::new(PasskeyRegistration { inner, cancel }))
        })
        .await
    }

    /// Fetches a page of the signed-in person's passkeys (ListWebAuthnCredentials).
    pub async fn passkeys_page(
        &self,
        page_size: Option<i32>,
        next_token: Option<String>,
    ) -> Result<PasskeyPage, PoolpassError> {
        let options = AccountListOptions { page_size: counts(page_size, "pageSize")?, next_token };
        let list = self.inner.passkeys().options(options);
        call(&self.cancel, async move { Ok(list.page().await?.into()) }).await
    }

    /// Deletes a passkey of the signed-in person from the user pool (DeleteWebAuthnCredential).
    pub async fn delete_passkey(&self, credential_id: String) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.delete_passkey(&credential_id).await?) }).await
    }
}

#[uniffi::export]
impl PasskeyRegistration {
    /// The options for the authenticator: a `PublicKeyCredentialCreationOptionsJSON` of WebAuthn.
    pub fn creation_options(&self) -> String {
        self.inner.creation_options().to_owned()
    }

    /// The same registration whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// Registers the passkey that the authenticator made (CompleteWebAuthnRegistration).
    pub async fn complete(&self, credential: String) -> Result<(), PoolpassError> {
        let registration = self.inner.clone();
        call(&self.cancel, async move { Ok(registration.complete(&credential).await?) }).await
    }
}

impl From<poolpass::AccountPage<poolpass::Passkey>> for PasskeyPage {
    fn from(page: poolpass::AccountPage<poolpass::Passkey>) -> Self {
        let items = page.items.into_iter().map(|passkey| Passkey {
            credential_id: passkey.credential_id,
            friendly_name: passkey.friendly_name,
            relying_party_id: passkey.relying_party_id,
            transports: passkey.transports,
            authenticator_attachment: passkey.authenticator_attachment,
            created: passkey.created,
        });
        Self { items: items.collect(), next_token: page.next_token }
    }
}

impl From<AuthenticatorErrorKind> for platform::AuthenticatorErrorKind {
    fn from(kind: AuthenticatorErrorKind) -> Self {
        match kind {
            AuthenticatorErrorKind::Cancelled => Self::Cancelled,
            AuthenticatorErrorKind::TimedOut => Self::TimedOut,
            AuthenticatorErrorKind::AlreadyRegistered => Self::AlreadyRegistered,
            AuthenticatorErrorKind::NotAssociated => Self::NotAssociated,
            AuthenticatorErrorKind::Unsupported => Self::Unsupported,
            AuthenticatorErrorKind::Failed => Self::Failed,
        }
    }
}

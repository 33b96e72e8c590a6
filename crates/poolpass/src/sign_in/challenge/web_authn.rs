//! `WEB_AUTHN`.

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::platform::Authenticator;
use crate::sign_in::SignInStep;

/// A passkey (`WEB_AUTHN`).
#[derive(Debug)]
pub struct WebAuthnChallenge(pub(super) Pending);

impl WebAuthnChallenge {
    /// The options for `navigator.credentials.get` or the platform's own call, as WebAuthn's JSON
    /// (`PublicKeyCredentialRequestOptionsJSON`).
    pub fn request_options(&self) -> &str {
        self.0.parameter("CREDENTIAL_REQUEST_OPTIONS").unwrap_or_default()
    }

    /// Answers with the credential that the authenticator returned, as WebAuthn's JSON (`AuthenticationResponseJSON`)
    /// (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a credential that AWS refuses and `ChallengeExpired`: sign in again. `InvalidInput` for a text that
    /// is not a JSON object and `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer(&self, credential_json: &str) -> Result<SignInStep, Error> {
        input::credential(credential_json)?;
        self.0.answer(Object::new().with("CREDENTIAL", credential_json)).await
    }

    /// Lets `authenticator` sign, and answers with its credential (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds, besides the time that the person takes.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the person says no or has no passkey of this user, and `Timeout` when the person does not act in time: the
    /// challenge stays and can be answered in another way. `InvalidConfig` when the page or the app may not use the relying party's
    /// id, and `Platform` when the authenticator fails or there is none. The others are those of [`answer`](Self::answer).
    pub async fn answer_with(&self, authenticator: &dyn Authenticator) -> Result<SignInStep, Error> {
        let credential = authenticator.get(self.request_options()).await?;
        self.answer(&credential).await
    }
}

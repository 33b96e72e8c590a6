//! `WEB_AUTHN`.

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
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
    /// `NotAuthorized` for a credential that AWS refuses and `ChallengeExpired`: sign in again. `InvalidInput` for an empty
    /// text and `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer(&self, credential_json: &str) -> Result<SignInStep, Error> {
        let credential = input::not_empty(credential_json, "the credential is empty")?;
        self.0.answer(Object::new().with("CREDENTIAL", credential)).await
    }
}

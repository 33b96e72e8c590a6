//! The challenge WEB_AUTHN: signing in with a passkey.

use serde_json::{Map, Value, json};

use super::{
    super::{
        challenge::Challenge,
        second_factor::SignInStep,
        sign_in::{after_proof, wrong_password},
        user::UserStatus,
    },
    ceremony::Assertion,
    configuration::UserVerification,
};
use crate::error::AwsError;

impl SignInStep<'_> {
    /// Asks for a signature by one of the user's passkeys.
    pub(in super::super) fn ask_for_passkey(self) -> Result<Value, AwsError> {
        let (pool, user) = (&*self.pool, self.user()?);
        let relying_party_id = pool.web_authn.relying_party_id.as_deref().ok_or_else(wrong_password)?;
        let verification = if pool.passkey_is_mfa(user) {
            UserVerification::Required
        } else {
            pool.web_authn.user_verification
        };
        let (assertion, options) = Assertion::start(relying_party_id, user, verification)?;
        let parameters =
            Map::from_iter([("CREDENTIAL_REQUEST_OPTIONS".to_owned(), json!(options.to_string()))]);
        Ok(self.open("WEB_AUTHN", Challenge::WebAuthn(Box::new(assertion)), parameters))
    }

    /// Continues after the authenticator's answer. A wrong one ends the sign-in.
    pub(in super::super) fn answer_with_passkey(
        mut self,
        session: &str,
        credential: &str,
    ) -> Result<Value, AwsError> {
        let session = self.pool.challenges.close(session).map(|session| session.challenge);
        let Some(Challenge::WebAuthn(assertion)) = session else { return Err(wrong_password()) };
        let user = self.pool.user_mut(&self.username)?;
        let method = assertion.proof(credential, user).ok_or_else(wrong_password)?;
        self.authentication.add(method);
        let user = self.user()?;
        let is_confirmed = user.enabled && user.status == UserStatus::Confirmed;
        if is_confirmed && self.pool.passkey_is_mfa(user) && self.authentication.is_enough() {
            return self.finish();
        }
        after_proof(self)
    }
}

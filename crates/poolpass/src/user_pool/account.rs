//! Accounts: from SignUp to DeleteUser.
//!
//! The calls of a signed-in person get their access token when they are sent.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::tokens::associated_sessions;
use super::{Call, UserPool};
use crate::json::Object;

/// The input of SignUp.
pub(crate) struct NewUser<'a> {
    pub(crate) username: &'a str,
    /// Absent for a person who signs in without one.
    pub(crate) password: Option<&'a str>,
    pub(crate) attributes: &'a BTreeMap<String, String>,
    pub(crate) validation_data: &'a BTreeMap<String, String>,
}

/// One of the settings of SetUserMFAPreference.
#[derive(Clone, Copy)]
pub(crate) struct MfaChoice {
    /// `SMSMfaSettings` and its like.
    pub(crate) name: &'static str,
    pub(crate) enabled: bool,
    /// Absent for a factor that cannot be preferred.
    pub(crate) preferred: Option<bool>,
}

impl UserPool {
    /// SignUp.
    pub(crate) fn sign_up(&self, user: &NewUser<'_>) -> Call {
        let input = self
            .named(user.username)
            .maybe("Password", user.password)
            .with("UserAttributes", attribute_list(user.attributes))
            .with("ValidationData", attribute_list(user.validation_data));
        Call::once("SignUp", input)
    }

    /// ConfirmSignUp.
    pub(crate) fn confirm_sign_up(&self, username: &str, code: &str) -> Call {
        let input = self.named(username).with("ConfirmationCode", code);
        Call::once("ConfirmSignUp", input)
    }

    /// ResendConfirmationCode.
    pub(crate) fn resend_confirmation_code(&self, username: &str) -> Call {
        Call::once("ResendConfirmationCode", self.named(username))
    }

    /// ForgotPassword.
    pub(crate) fn forgot_password(&self, username: &str) -> Call {
        Call::once("ForgotPassword", self.named(username))
    }

    /// ConfirmForgotPassword.
    pub(crate) fn confirm_forgot_password(&self, username: &str, code: &str, password: &str) -> Call {
        let input = self.named(username).with("ConfirmationCode", code).with("Password", password);
        Call::once("ConfirmForgotPassword", input)
    }

    fn named(&self, username: &str) -> Object {
        Object::new()
            .with("ClientId", self.client_id().as_str())
            .maybe("SecretHash", self.secret_hash(username))
            .maybe("UserContextData", self.user_context(username))
            .with("Username", username)
    }
}

impl Call {
    /// The call with the `Session` of the sign-up.
    pub(crate) fn in_session(self, session: &SecretString) -> Self {
        Self { input: self.input.clone().with("Session", session.expose_secret()), ..self }
    }

    /// ChangePassword.
    pub(crate) fn change_password(previous: &str, proposed: &str) -> Self {
        let input = Object::new().with("PreviousPassword", previous).with("ProposedPassword", proposed);
        Self::once("ChangePassword", input)
    }

    /// GetUser.
    pub(crate) fn user() -> Self {
        Self::safe("GetUser", Object::new())
    }

    /// GetUserAuthFactors.
    pub(crate) fn user_auth_factors() -> Self {
        Self::safe("GetUserAuthFactors", Object::new())
    }

    /// UpdateUserAttributes.
    pub(crate) fn update_user_attributes(attributes: &[(&str, &str)]) -> Self {
        let attributes = attributes.iter().map(|(name, value)| attribute(name, value));
        let input = Object::new().with("UserAttributes", attributes.collect::<Vec<_>>());
        Self::once("UpdateUserAttributes", input)
    }

    /// DeleteUserAttributes.
    pub(crate) fn delete_user_attributes(names: &[&str]) -> Self {
        Self::safe("DeleteUserAttributes", Object::new().with("UserAttributeNames", names.to_vec()))
    }

    /// GetUserAttributeVerificationCode.
    pub(crate) fn user_attribute_verification_code(name: &str) -> Self {
        let input = Object::new().with("AttributeName", name);
        Self::once("GetUserAttributeVerificationCode", input)
    }

    /// VerifyUserAttribute.
    pub(crate) fn verify_user_attribute(name: &str, code: &str) -> Self {
        Self::once("VerifyUserAttribute", Object::new().with("AttributeName", name).with("Code", code))
    }

    /// SetUserMFAPreference; what is absent stays as it is.
    pub(crate) fn set_user_mfa_preference(choices: &[MfaChoice]) -> Self {
        let setting = |choice: &MfaChoice| {
            Object::new().with("Enabled", choice.enabled).maybe("PreferredMfa", choice.preferred)
        };
        let input =
            choices.iter().fold(Object::new(), |input, choice| input.with(choice.name, setting(choice)));
        Self::safe("SetUserMFAPreference", input)
    }

    /// StartWebAuthnRegistration. Each call gives a challenge of its own, of which AWS knows the newest.
    pub(crate) fn start_web_authn_registration() -> Self {
        Self::safe("StartWebAuthnRegistration", Object::new())
    }

    /// CompleteWebAuthnRegistration.
    pub(crate) fn complete_web_authn_registration(credential: Object) -> Self {
        Self::once("CompleteWebAuthnRegistration", Object::new().with("Credential", credential))
    }

    /// DeleteWebAuthnCredential.
    pub(crate) fn delete_web_authn_credential(credential_id: &str) -> Self {
        Self::once("DeleteWebAuthnCredential", Object::new().with("CredentialId", credential_id))
    }

    /// RevokeUserSession.
    pub(crate) fn revoke_user_session(id: &str, associated: bool) -> Self {
        Self::once("RevokeUserSession", associated_sessions(associated).with("SessionId", id))
    }

    /// An operation that lists something, such as ListWebAuthnCredentials.
    pub(crate) fn list(operation: &'static str, input: Object) -> Self {
        Self::safe(operation, input)
    }

    /// DeleteUser.
    pub(crate) fn delete_user() -> Self {
        Self::once("DeleteUser", Object::new())
    }
}

/// User attributes as AWS's JSON has them.
fn attribute_list(attributes: &BTreeMap<String, String>) -> Vec<Object> {
    attributes.iter().map(|(name, value)| attribute(name, value)).collect()
}

fn attribute(name: &str, value: &str) -> Object {
    Object::new().with("Name", name).with("Value", value)
}

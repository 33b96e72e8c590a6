//! The person's account.

use std::collections::HashMap;
use std::sync::Arc;

use poolpass::{AccountCall, AccountOptions};

use crate::call::{Cancel, CancelHandle, call};
use crate::convert::{hash_map, pairs};
use crate::error::PoolpassError;
use crate::mfa::{MfaMethod, SoftwareTokenSetup};

/// Signing up, passwords, attributes, second factors.
#[derive(Debug, uniffi::Object)]
pub struct Account {
    pub(crate) inner: poolpass::Account,
    pub(crate) cancel: Cancel,
}

/// The result of a sign-up.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SignUpResult {
    /// Whether the person can sign in at once. Otherwise they have to confirm the sign-up with a code first.
    pub confirmed: bool,
    /// The new user's id (`sub`), which never changes.
    pub sub: String,
    /// Where Cognito sent the code that confirms the sign-up.
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

/// Where Cognito sent a code, masked so that an app can show it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CodeDeliveryDetails {
    /// The medium of the message: `SMS` or `EMAIL`.
    pub delivery_medium: Option<String>,
    /// The masked address or phone number, such as `a***@e***` or `+*******4567`.
    pub destination: Option<String>,
    /// The user attribute that the code verifies, such as `email`, if it verifies one.
    pub attribute_name: Option<String>,
}

/// The second factors that the signed-in person uses.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MfaPreference {
    /// The methods that Cognito may ask for at sign-in.
    pub enabled: Vec<MfaMethod>,
    /// The method that Cognito asks for first, without offering a choice.
    pub preferred: Option<MfaMethod>,
}

/// A change of second factors. Methods that are not set stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MfaSettings {
    /// Codes by SMS. The person needs a verified phone number.
    #[uniffi(default)]
    pub sms: Option<MfaSetting>,
    /// Codes from an authenticator app. The person has to verify the app first.
    #[uniffi(default)]
    pub software_token: Option<MfaSetting>,
    /// Codes by email. The person needs a verified address.
    #[uniffi(default)]
    pub email: Option<MfaSetting>,
}

/// Whether a second factor is used at sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum MfaSetting {
    /// Cognito does not ask for this factor.
    Off,
    /// Cognito may ask for this factor.
    On,
    /// Cognito asks for this factor first.
    Preferred,
}

impl Account {
    pub(crate) fn new(inner: poolpass::Account, cancel: &Cancel) -> Arc<Self> {
        Arc::new(Self { inner, cancel: cancel.clone() })
    }

    async fn delivered(
        &self,
        sending: AccountCall<Option<poolpass::CodeDeliveryDetails>>,
        client_metadata: HashMap<String, String>,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        let sending = sending.options(options(client_metadata));
        call(&self.cancel, async move { Ok(sending.await?.as_ref().map(CodeDeliveryDetails::from)) }).await
    }
}

#[uniffi::export]
impl Account {
    /// The same account whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// Creates a user with a name and a password, or without a password (SignUp).
    pub async fn sign_up(
        &self,
        username: String,
        password: Option<String>,
        attributes: HashMap<String, String>,
        validation_data: HashMap<String, String>,
        client_metadata: HashMap<String, String>,
    ) -> Result<SignUpResult, PoolpassError> {
        let options = poolpass::SignUpOptions {
            attributes: attributes.into_iter().collect(),
            validation_data: validation_data.into_iter().collect(),
            client_metadata: client_metadata.into_iter().collect(),
        };
        let sign_up = match password {
            Some(password) => self.inner.sign_up(username, password),
            None => self.inner.sign_up_without_password(username),
        };
        let sign_up = sign_up.options(options);
        call(&self.cancel, async move {
            let result = sign_up.await?;
            Ok(SignUpResult {
                confirmed: result.confirmed(),
                sub: result.sub().to_owned(),
                code_delivery_details: result.code_delivery_details().map(CodeDeliveryDetails::from),
            })
        })
        .await
    }

    /// Confirms a sign-up with the code that Cognito sent (ConfirmSignUp).
    pub async fn confirm_sign_up(
        &self,
        username: String,
        code: String,
        client_metadata: HashMap<String, String>,
    ) -> Result<(), PoolpassError> {
        let confirm = self.inner.confirm_sign_up(&username, &code).options(options(client_metadata));
        call(&self.cancel, async move { Ok(confirm.await?) }).await
    }

    /// Sends another code that confirms the sign-up (ResendConfirmationCode).
    pub async fn resend_confirmation_code(
        &self,
        username: String,
        client_metadata: HashMap<String, String>,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        self.delivered(self.inner.resend_confirmation_code(&username), client_metadata).await
    }

    /// Sends a code for choosing a new password (ForgotPassword).
    pub async fn forgot_password(
        &self,
        username: String,
        client_metadata: HashMap<String, String>,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        self.delivered(self.inner.forgot_password(&username), client_metadata).await
    }

    /// Sets a new password with the code that Cognito sent (ConfirmForgotPassword).
    pub async fn confirm_forgot_password(
        &self,
        username: String,
        code: String,
        new_password: String,
        client_metadata: HashMap<String, String>,
    ) -> Result<(), PoolpassError> {
        let confirm = self.inner.confirm_forgot_password(&username, &code, new_password);
        let confirm = confirm.options(options(client_metadata));
        call(&self.cancel, async move { Ok(confirm.await?) }).await
    }

    /// Changes the signed-in person's password (ChangePassword).
    pub async fn change_password(
        &self,
        previous_password: String,
        proposed_password: String,
    ) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(
            &self.cancel,
            async move { Ok(account.change_password(previous_password, proposed_password).await?) },
        )
        .await
    }

    /// Reads the attributes from the user pool (GetUser).
    pub async fn attributes(&self) -> Result<HashMap<String, String>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(hash_map(account.attributes().await?.iter())) }).await
    }

    /// Changes attributes (UpdateUserAttributes).
    pub async fn update_attributes(
        &self,
        attributes: HashMap<String, String>,
        client_metadata: HashMap<String, String>,
    ) -> Result<Vec<CodeDeliveryDetails>, PoolpassError> {
        let update = self.inner.update_attributes(&pairs(&attributes)).options(options(client_metadata));
        call(&self.cancel, async move { Ok(update.await?.iter().map(CodeDeliveryDetails::from).collect()) })
            .await
    }

    /// Deletes attributes (DeleteUserAttributes).
    pub async fn delete_attributes(&self, names: Vec<String>) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Ok(account.delete_attributes(&names).await?)
        })
        .await
    }

    /// Sends a code that verifies `email` or `phone_number` (GetUserAttributeVerificationCode).
    pub async fn request_attribute_code(
        &self,
        name: String,
        client_metadata: HashMap<String, String>,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        self.delivered(self.inner.request_attribute_code(&name), client_metadata).await
    }

    /// Verifies `email` or `phone_number` with the code that Cognito sent (VerifyUserAttribute).
    pub async fn verify_attribute(&self, name: String, code: String) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.verify_attribute(&name, &code).await?) }).await
    }

    /// Gets a TOTP secret for the signed-in person's authenticator app (AssociateSoftwareToken).
    pub async fn associate_software_token(&self) -> Result<Arc<SoftwareTokenSetup>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            Ok(Arc::new(SoftwareTokenSetup(account.associate_software_token().await?)))
        })
        .await
    }

    /// Verifies the authenticator app with a first code (VerifySoftwareToken).
    pub async fn verify_software_token(
        &self,
        code: String,
        device_name: Option<String>,
    ) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(
            &self.cancel,
            async move { Ok(account.verify_software_token(&code, device_name.as_deref()).await?) },
        )
        .await
    }

    /// Reads which second factors the signed-in person uses (GetUser).
    pub async fn mfa_preference(&self) -> Result<MfaPreference, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let preference = account.mfa_preference().await?;
            Ok(MfaPreference {
                enabled: preference.enabled().iter().map(MfaMethod::from).collect(),
                preferred: preference.preferred().map(MfaMethod::from),
            })
        })
        .await
    }

    /// Chooses second factors (SetUserMFAPreference).
    pub async fn set_mfa_preference(&self, settings: MfaSettings) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.set_mfa_preference(settings.into()).await?) }).await
    }

    /// Deletes the signed-in user permanently (DeleteUser) and removes the session.
    pub async fn delete_user(&self) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.delete_user().await?) }).await
    }
}

fn options(client_metadata: HashMap<String, String>) -> AccountOptions {
    AccountOptions { client_metadata: client_metadata.into_iter().collect() }
}

impl From<&poolpass::CodeDeliveryDetails> for CodeDeliveryDetails {
    fn from(delivery: &poolpass::CodeDeliveryDetails) -> Self {
        Self {
            delivery_medium: delivery.delivery_medium().map(ToOwned::to_owned),
            destination: delivery.destination().map(ToOwned::to_owned),
            attribute_name: delivery.attribute_name().map(ToOwned::to_owned),
        }
    }
}

impl From<MfaSettings> for poolpass::MfaSettings {
    fn from(settings: MfaSettings) -> Self {
        let mut changes = Self::new();
        if let Some(setting) = settings.sms {
            changes = changes.sms(setting.into());
        }
        if let Some(setting) = settings.software_token {
            changes = changes.software_token(setting.into());
        }
        if let Some(setting) = settings.email {
            changes = changes.email(setting.into());
        }
        changes
    }
}

impl From<MfaSetting> for poolpass::MfaSetting {
    fn from(setting: MfaSetting) -> Self {
        match setting {
            MfaSetting::Off => Self::Off,
            MfaSetting::On => Self::On,
            MfaSetting::Preferred => Self::Preferred,
        }
    }
}

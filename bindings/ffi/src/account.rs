//! The person's account.

use std::collections::HashMap;
use std::sync::Arc;

use poolpass::SignUp;

use crate::call::{Cancel, CancelHandle, call};
use crate::challenge::{MfaMethod, SoftwareTokenSetup};
use crate::convert::{hash_map, pairs};
use crate::error::PoolpassError;

/// Signing up, passwords, attributes, second factors.
#[derive(Debug, uniffi::Object)]
pub struct Account {
    inner: poolpass::Account,
    cancel: Cancel,
}

/// An account that was just made.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SignUpResult {
    /// Whether the person can sign in already; otherwise a code has to be confirmed.
    pub confirmed: bool,
    /// The id that never changes.
    pub sub: String,
    /// Where the code was sent.
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

/// Where a code was sent.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CodeDeliveryDetails {
    /// `EMAIL` or `SMS`.
    pub delivery_medium: Option<String>,
    /// The masked address or phone number.
    pub destination: Option<String>,
    /// The attribute that the code verifies.
    pub attribute_name: Option<String>,
}

/// The second factors that the signed-in person uses.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MfaPreference {
    /// The methods that may be asked for at sign-in.
    pub enabled: Vec<MfaMethod>,
    /// The method that is asked for without giving a choice.
    pub preferred: Option<MfaMethod>,
}

/// A change of second factors; methods that are not set stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MfaSettings {
    /// Codes by SMS; the person needs a verified phone number.
    #[uniffi(default)]
    pub sms: Option<MfaSetting>,
    /// Codes from an authenticator app, which has to be confirmed first.
    #[uniffi(default)]
    pub software_token: Option<MfaSetting>,
    /// Codes by email; the person needs a verified address.
    #[uniffi(default)]
    pub email: Option<MfaSetting>,
}

/// What becomes of one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum MfaSetting {
    /// It is not asked for.
    Off,
    /// It may be asked for.
    On,
    /// It is asked for rather than any other.
    Preferred,
}

impl Account {
    pub(crate) fn new(
        account: poolpass::Account,
        client_metadata: HashMap<String, String>,
        cancel: &Cancel,
    ) -> Arc<Self> {
        let metadata = client_metadata.into_iter();
        let inner = metadata.fold(account, |account, (key, value)| account.with_client_metadata(key, value));
        Arc::new(Self { inner, cancel: cancel.clone() })
    }
}

#[uniffi::export]
impl Account {
    /// The same account whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// Makes an account (SignUp). `validation_data` is for the pre sign-up trigger.
    pub async fn sign_up(
        &self,
        username: String,
        password: String,
        attributes: HashMap<String, String>,
        validation_data: HashMap<String, String>,
    ) -> Result<SignUpResult, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let new = SignUp::new(username, password);
            let new = attributes.into_iter().fold(new, |new, (name, value)| new.attribute(name, value));
            let new =
                validation_data.into_iter().fold(new, |new, (name, value)| new.validation_data(name, value));
            let done = account.sign_up(new).await?;
            Ok(SignUpResult {
                confirmed: done.confirmed(),
                sub: done.sub().to_owned(),
                code_delivery_details: done.code_delivery_details().map(CodeDeliveryDetails::from),
            })
        })
        .await
    }

    /// Confirms the sign-up with the code that was sent (ConfirmSignUp).
    pub async fn confirm_sign_up(&self, username: String, code: String) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.confirm_sign_up(&username, &code).await?) }).await
    }

    /// Sends the code of the sign-up once more (ResendConfirmationCode).
    pub async fn resend_confirmation_code(
        &self,
        username: String,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        let account = self.inner.clone();
        call(
            &self.cancel,
            async move { Ok(sent(account.resend_confirmation_code(&username).await?.as_ref())) },
        )
        .await
    }

    /// Sends a code that allows to choose a new password (ForgotPassword).
    pub async fn forgot_password(
        &self,
        username: String,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(sent(account.forgot_password(&username).await?.as_ref())) }).await
    }

    /// Sets a new password with the code that was sent (ConfirmForgotPassword).
    pub async fn confirm_forgot_password(
        &self,
        username: String,
        code: String,
        new_password: String,
    ) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            Ok(account.confirm_forgot_password(&username, &code, new_password).await?)
        })
        .await
    }

    /// Changes the password of the signed-in person (ChangePassword).
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

    /// The attributes of the signed-in person (GetUser).
    pub async fn attributes(&self) -> Result<HashMap<String, String>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(hash_map(account.attributes().await?.iter())) }).await
    }

    /// Changes attributes (UpdateUserAttributes); where codes were sent to verify them.
    pub async fn update_attributes(
        &self,
        attributes: HashMap<String, String>,
    ) -> Result<Vec<CodeDeliveryDetails>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let sent = account.update_attributes(&pairs(&attributes)).await?;
            Ok(sent.iter().map(CodeDeliveryDetails::from).collect())
        })
        .await
    }

    /// Removes attributes (DeleteUserAttributes).
    pub async fn delete_attributes(&self, names: Vec<String>) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Ok(account.delete_attributes(&names).await?)
        })
        .await
    }

    /// Sends a code that verifies an attribute (GetUserAttributeVerificationCode).
    pub async fn request_attribute_code(
        &self,
        name: String,
    ) -> Result<Option<CodeDeliveryDetails>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(sent(account.request_attribute_code(&name).await?.as_ref())) })
            .await
    }

    /// Verifies an attribute with the code that was sent (VerifyUserAttribute).
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

    /// Confirms the authenticator app with a first code (VerifySoftwareToken).
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

    /// The second factors of the signed-in person (GetUser).
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

    /// Deletes the signed-in person's account (DeleteUser).
    pub async fn delete_user(&self) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.delete_user().await?) }).await
    }
}

fn sent(delivery: Option<&poolpass::CodeDeliveryDetails>) -> Option<CodeDeliveryDetails> {
    delivery.map(CodeDeliveryDetails::from)
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

//! The person's account.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use poolpass::{AccountCall, AccountListOptions, AccountOptions};

use crate::auth_factor::AuthFactor;
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

/// The factors with which the signed-in person can sign in.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UserAuthFactors {
    /// The first factors that the person can choose in a sign-in by USER_AUTH, and those that AWS names besides.
    pub configured: Vec<AuthFactor>,
    /// The second factors that Cognito may ask for.
    pub mfa_methods: Vec<MfaMethod>,
    /// The second factor that Cognito asks for first, without offering a choice.
    pub preferred_mfa: Option<MfaMethod>,
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
    /// Whether a passkey counts as both factors, as it does for a person who signs in with it and has their screen lock checked
    /// (`WebAuthnMfaSettings`). The user pool has to allow it, and the person needs another second factor.
    #[uniffi(default)]
    pub web_authn: Option<bool>,
}

/// A session of the signed-in person, here or elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UserSession {
    /// The session's id, such as `tkn4x…`, for `revokeSession`.
    pub id: String,
    /// AWS's name for the type: `TOKEN` for the session of an app, `SSO` for one of managed login in a browser.
    pub session_type: Option<String>,
    /// The app client that the session belongs to.
    pub client_id: Option<String>,
    /// The time of the sign-in.
    pub created: Option<SystemTime>,
    /// The time of the last refresh.
    pub last_active: Option<SystemTime>,
    /// The device of the last refresh as Cognito reads it from the user agent: an operating system, and a browser or an app.
    pub device_type: Option<String>,
    /// The IP address of the last refresh.
    pub last_ip_address: Option<String>,
    /// The city that Cognito derives from the IP address.
    pub city: Option<String>,
    /// The country that Cognito derives from the IP address, in English.
    pub country: Option<String>,
    /// The session of managed login that this session comes from.
    pub origin_session_id: Option<String>,
    /// Whether it is the session of this client.
    pub is_current: bool,
}

/// A page of a list of sessions.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UserSessionPage {
    /// The sessions of the page.
    pub items: Vec<UserSession>,
    /// The token for the next page. `None` on the last page.
    pub next_token: Option<String>,
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

    /// Reads with which factors the signed-in person can sign in (GetUserAuthFactors).
    pub async fn auth_factors(&self) -> Result<UserAuthFactors, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let factors = account.auth_factors().await?;
            Ok(UserAuthFactors {
                configured: factors.configured.iter().map(AuthFactor::from).collect(),
                mfa_methods: factors.mfa_methods.iter().map(MfaMethod::from).collect(),
                preferred_mfa: factors.preferred_mfa.as_ref().map(MfaMethod::from),
            })
        })
        .await
    }

    /// Chooses second factors (SetUserMFAPreference).
    pub async fn set_mfa_preference(&self, settings: MfaSettings) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.set_mfa_preference(settings.into()).await?) }).await
    }

    /// Fetches a page of the sessions of the signed-in person, here and elsewhere (ListUserSessions).
    pub async fn sessions_page(&self, next_token: Option<String>) -> Result<UserSessionPage, PoolpassError> {
        let list = self.inner.sessions().options(AccountListOptions { page_size: None, next_token });
        call(&self.cancel, async move {
            let page = list.page().await?;
            let items = page.items.into_iter().map(UserSession::from).collect();
            Ok(UserSessionPage { items, next_token: page.next_token })
        })
        .await
    }

    /// Ends another session of the signed-in person (RevokeUserSession).
    pub async fn revoke_session(&self, id: String, associated: bool) -> Result<(), PoolpassError> {
        let revoke = self.inner.revoke_session(id).associated(associated);
        call(&self.cancel, async move { Ok(revoke.await?) }).await
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

impl From<poolpass::UserSession> for UserSession {
    fn from(session: poolpass::UserSession) -> Self {
        Self {
            id: session.id,
            session_type: session.session_type,
            client_id: session.client_id,
            created: session.created,
            last_active: session.last_active,
            device_type: session.device_type,
            last_ip_address: session.last_ip_address,
            city: session.city,
            country: session.country,
            origin_session_id: session.origin_session_id,
            is_current: session.is_current,
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
        if let Some(enabled) = settings.web_authn {
            changes = changes.web_authn(enabled);
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

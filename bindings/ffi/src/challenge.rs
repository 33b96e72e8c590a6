//! Challenges and their answers.

use std::collections::HashMap;
use std::sync::Arc;

use poolpass::challenge;
use poolpass::platform::BoxFuture;

use crate::call::{Cancel, CancelHandle, call};
use crate::convert::{cloned, pairs};
use crate::error::PoolpassError;
use crate::session::User;

/// What comes after a step of signing in.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum SignIn {
    /// The person is signed in.
    Done(Arc<User>),
    /// A challenge has to be answered first.
    Challenge(Challenge),
}

impl SignIn {
    pub(crate) fn new(step: poolpass::SignIn, cancel: &Cancel) -> Self {
        match step {
            poolpass::SignIn::Done(user) => Self::Done(Arc::new(User(user))),
            poolpass::SignIn::Challenge(challenge) => Self::Challenge(Challenge::new(challenge, cancel)),
        }
    }
}

/// What AWS asks for before the person is signed in. Each kind has its own answer.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Challenge {
    /// A code that was sent by SMS.
    SmsCode(Arc<SmsCode>),
    /// A code that was sent by email.
    EmailCode(Arc<EmailCode>),
    /// A code from an authenticator app.
    SoftwareToken(Arc<SoftwareToken>),
    /// A choice among second factors.
    SelectMfaType(Arc<SelectMfaType>),
    /// A second factor has to be set up.
    SetUpMfa(Arc<SetUpMfa>),
    /// A new password has to be chosen.
    NewPassword(Arc<NewPassword>),
    /// Something else, such as a custom challenge.
    Other(Arc<OtherChallenge>),
}

impl Challenge {
    pub(crate) fn new(challenge: poolpass::Challenge, cancel: &Cancel) -> Self {
        use poolpass::Challenge as Kind;

        let asked = Asked {
            name: challenge.name().to_owned(),
            username: challenge.username().to_owned(),
            cancel: cancel.clone(),
        };
        match challenge {
            Kind::SmsCode(inner) => Self::SmsCode(Arc::new(SmsCode { inner: Arc::new(inner), asked })),
            Kind::EmailCode(inner) => Self::EmailCode(Arc::new(EmailCode { inner: Arc::new(inner), asked })),
            Kind::SoftwareToken(inner) => {
                Self::SoftwareToken(Arc::new(SoftwareToken { inner: Arc::new(inner), asked }))
            }
            Kind::SelectMfaType(inner) => {
                Self::SelectMfaType(Arc::new(SelectMfaType { inner: Arc::new(inner), asked }))
            }
            Kind::SetUpMfa(inner) => Self::SetUpMfa(Arc::new(SetUpMfa { inner: Arc::new(inner), asked })),
            Kind::NewPassword(inner) => {
                Self::NewPassword(Arc::new(NewPassword { inner: Arc::new(inner), asked }))
            }
            Kind::Other(inner) => {
                Self::Other(Arc::new(OtherChallenge { inner: Some(Arc::new(inner)), asked }))
            }
            _ => Self::Other(Arc::new(OtherChallenge { inner: None, asked })),
        }
    }
}

/// What every challenge says.
#[derive(Clone, Debug)]
struct Asked {
    name: String,
    username: String,
    cancel: Cancel,
}

impl Asked {
    fn cancellable(&self, handle: &CancelHandle) -> Self {
        Self { cancel: handle.cancel_of(), ..self.clone() }
    }

    fn answer(
        &self,
        answer: BoxFuture<'static, Result<poolpass::SignIn, poolpass::Error>>,
    ) -> BoxFuture<'static, Result<SignIn, PoolpassError>> {
        let cancel = self.cancel.clone();
        call(&self.cancel, async move { Ok(SignIn::new(answer.await?, &cancel)) })
    }
}

/// A code that was sent by SMS (`SMS_MFA`).
#[derive(Debug, uniffi::Object)]
pub struct SmsCode {
    inner: Arc<challenge::SmsCode>,
    asked: Asked,
}

#[uniffi::export]
impl SmsCode {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), asked: self.asked.cancellable(handle) })
    }

    /// The masked phone number.
    pub fn destination(&self) -> Option<String> {
        self.inner.destination().map(ToOwned::to_owned)
    }

    /// Answers with the code (RespondToAuthChallenge).
    pub async fn answer(&self, code: String) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&code).await })).await
    }
}

/// A code that was sent by email (`EMAIL_OTP`).
#[derive(Debug, uniffi::Object)]
pub struct EmailCode {
    inner: Arc<challenge::EmailCode>,
    asked: Asked,
}

#[uniffi::export]
impl EmailCode {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), asked: self.asked.cancellable(handle) })
    }

    /// The masked address.
    pub fn destination(&self) -> Option<String> {
        self.inner.destination().map(ToOwned::to_owned)
    }

    /// Answers with the code (RespondToAuthChallenge).
    pub async fn answer(&self, code: String) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&code).await })).await
    }
}

/// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
#[derive(Debug, uniffi::Object)]
pub struct SoftwareToken {
    inner: Arc<challenge::SoftwareToken>,
    asked: Asked,
}

#[uniffi::export]
impl SoftwareToken {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), asked: self.asked.cancellable(handle) })
    }

    /// The name that the person gave the authenticator app.
    pub fn device_name(&self) -> Option<String> {
        self.inner.device_name().map(ToOwned::to_owned)
    }

    /// Answers with the code (RespondToAuthChallenge).
    pub async fn answer(&self, code: String) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&code).await })).await
    }
}

/// A choice among second factors (`SELECT_MFA_TYPE`).
#[derive(Debug, uniffi::Object)]
pub struct SelectMfaType {
    inner: Arc<challenge::SelectMfaType>,
    asked: Asked,
}

#[uniffi::export]
impl SelectMfaType {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), asked: self.asked.cancellable(handle) })
    }

    /// The methods to choose from.
    pub fn options(&self) -> Vec<MfaMethod> {
        self.inner.options().iter().map(MfaMethod::from).collect()
    }

    /// Answers with the choice (RespondToAuthChallenge).
    pub async fn answer(&self, choice: MfaMethod) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&choice.into()).await })).await
    }
}

/// A second factor has to be set up before the person may sign in (`MFA_SETUP`).
#[derive(Debug, uniffi::Object)]
pub struct SetUpMfa {
    inner: Arc<challenge::SetUpMfa>,
    asked: Asked,
}

#[uniffi::export]
impl SetUpMfa {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), asked: self.asked.cancellable(handle) })
    }

    /// The methods that can be set up.
    pub fn options(&self) -> Vec<MfaMethod> {
        self.inner.options().iter().map(MfaMethod::from).collect()
    }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    pub async fn start_totp(&self) -> Result<Arc<SoftwareTokenSetup>, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        call(
            &self.asked.cancel,
            async move { Ok(Arc::new(SoftwareTokenSetup(challenge.start_totp().await?))) },
        )
        .await
    }

    /// Confirms the authenticator app with a first code (VerifySoftwareToken), and signs in.
    pub async fn confirm_totp(&self, code: String) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.confirm_totp(&code).await })).await
    }

    /// Has codes sent to an email address (RespondToAuthChallenge).
    pub async fn set_up_email(&self, address: String) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.set_up_email(&address).await })).await
    }
}

/// A new password has to be chosen, since an administrator set the present one (`NEW_PASSWORD_REQUIRED`).
#[derive(Debug, uniffi::Object)]
pub struct NewPassword {
    inner: Arc<challenge::NewPassword>,
    asked: Asked,
}

#[uniffi::export]
impl NewPassword {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), asked: self.asked.cancellable(handle) })
    }

    /// The attributes that the answer has to give.
    pub fn required_attributes(&self) -> Vec<String> {
        self.inner.required_attributes().to_vec()
    }

    /// The attributes that the user has already.
    pub fn attributes(&self) -> HashMap<String, String> {
        cloned(self.inner.attributes())
    }

    /// Answers with a password and attributes (RespondToAuthChallenge).
    pub async fn answer(
        &self,
        password: String,
        attributes: HashMap<String, String>,
    ) -> Result<SignIn, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked
            .answer(Box::pin(async move { challenge.answer(password, &pairs(&attributes)).await }))
            .await
    }
}

/// A challenge without a type of its own, such as a custom one: AWS's documentation says how to answer.
#[derive(Debug, uniffi::Object)]
pub struct OtherChallenge {
    /// Absent for a kind that this version of the bindings does not know.
    inner: Option<Arc<challenge::OtherChallenge>>,
    asked: Asked,
}

#[uniffi::export]
impl OtherChallenge {
    /// AWS's name for it.
    pub fn name(&self) -> String {
        self.asked.name.clone()
    }

    /// Who is signing in.
    pub fn username(&self) -> String {
        self.asked.username.clone()
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), asked: self.asked.cancellable(handle) })
    }

    /// What AWS says about it.
    pub fn parameters(&self) -> HashMap<String, String> {
        self.inner.as_ref().map(|challenge| cloned(challenge.parameters())).unwrap_or_default()
    }

    /// Answers with responses as AWS documents them (RespondToAuthChallenge).
    pub async fn answer(&self, responses: HashMap<String, String>) -> Result<SignIn, PoolpassError> {
        let Some(challenge) = self.inner.clone() else {
            return Err(PoolpassError::invalid_input("this version cannot answer such a challenge"));
        };
        self.asked.answer(Box::pin(async move { challenge.answer(&pairs(&responses)).await })).await
    }
}

/// The secret that a person puts into their authenticator app.
#[derive(Debug, uniffi::Object)]
pub struct SoftwareTokenSetup(pub(crate) poolpass::SoftwareTokenSetup);

#[uniffi::export]
impl SoftwareTokenSetup {
    /// The secret in base32.
    pub fn secret(&self) -> String {
        self.0.secret().to_owned()
    }

    /// What the QR code has to say: a secret too.
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        self.0.otpauth_uri(issuer, account)
    }
}

/// A way to prove a second time who one is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum MfaMethod {
    /// A code by SMS (`SMS_MFA`).
    Sms,
    /// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
    SoftwareToken,
    /// A code by email (`EMAIL_OTP`).
    Email,
    /// Another method, by AWS's name for it.
    Other(String),
}

impl From<&poolpass::MfaMethod> for MfaMethod {
    fn from(method: &poolpass::MfaMethod) -> Self {
        match method {
            poolpass::MfaMethod::Sms => Self::Sms,
            poolpass::MfaMethod::SoftwareToken => Self::SoftwareToken,
            poolpass::MfaMethod::Email => Self::Email,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

impl From<MfaMethod> for poolpass::MfaMethod {
    fn from(method: MfaMethod) -> Self {
        match method {
            MfaMethod::Sms => Self::Sms,
            MfaMethod::SoftwareToken => Self::SoftwareToken,
            MfaMethod::Email => Self::Email,
            MfaMethod::Other(name) => Self::Other(name),
        }
    }
}

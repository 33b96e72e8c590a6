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
pub enum SignInStep {
    /// The person is signed in.
    Done(Arc<User>),
    /// A challenge has to be answered first.
    Challenge(Challenge),
}

impl SignInStep {
    pub(crate) fn new(step: poolpass::SignInStep, cancel: &Cancel) -> Self {
        match step {
            poolpass::SignInStep::Done(user) => Self::Done(Arc::new(User(user))),
            poolpass::SignInStep::Challenge(challenge) => Self::Challenge(Challenge::new(challenge, cancel)),
        }
    }
}

/// What AWS asks for before the person is signed in. Each kind has its own answer.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Challenge {
    /// A code that was sent by SMS.
    SmsMfa(Arc<SmsMfaChallenge>),
    /// A code that was sent by email.
    EmailOtp(Arc<EmailOtpChallenge>),
    /// A code from an authenticator app.
    SoftwareTokenMfa(Arc<SoftwareTokenMfaChallenge>),
    /// A choice among second factors.
    SelectMfaType(Arc<SelectMfaTypeChallenge>),
    /// A second factor has to be set up.
    MfaSetup(Arc<MfaSetupChallenge>),
    /// A new password has to be chosen.
    NewPasswordRequired(Arc<NewPasswordRequiredChallenge>),
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
            Kind::SmsMfa(inner) => Self::SmsMfa(Arc::new(SmsMfaChallenge { inner: Arc::new(inner), asked })),
            Kind::EmailOtp(inner) => {
                Self::EmailOtp(Arc::new(EmailOtpChallenge { inner: Arc::new(inner), asked }))
            }
            Kind::SoftwareTokenMfa(inner) => {
                Self::SoftwareTokenMfa(Arc::new(SoftwareTokenMfaChallenge { inner: Arc::new(inner), asked }))
            }
            Kind::SelectMfaType(inner) => {
                Self::SelectMfaType(Arc::new(SelectMfaTypeChallenge { inner: Arc::new(inner), asked }))
            }
            Kind::MfaSetup(inner) => {
                Self::MfaSetup(Arc::new(MfaSetupChallenge { inner: Arc::new(inner), asked }))
            }
            Kind::NewPasswordRequired(inner) => {
                Self::NewPasswordRequired(Arc::new(NewPasswordRequiredChallenge {
                    inner: Arc::new(inner),
                    asked,
                }))
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
        answer: BoxFuture<'static, Result<poolpass::SignInStep, poolpass::Error>>,
    ) -> BoxFuture<'static, Result<SignInStep, PoolpassError>> {
        let cancel = self.cancel.clone();
        call(&self.cancel, async move { Ok(SignInStep::new(answer.await?, &cancel)) })
    }
}

/// A code that was sent by SMS (`SMS_MFA`).
#[derive(Debug, uniffi::Object)]
pub struct SmsMfaChallenge {
    inner: Arc<challenge::SmsMfaChallenge>,
    asked: Asked,
}

#[uniffi::export]
impl SmsMfaChallenge {
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
    pub async fn answer(&self, code: String) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&code).await })).await
    }
}

/// A code that was sent by email (`EMAIL_OTP`).
#[derive(Debug, uniffi::Object)]
pub struct EmailOtpChallenge {
    inner: Arc<challenge::EmailOtpChallenge>,
    asked: Asked,
}

#[uniffi::export]
impl EmailOtpChallenge {
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
    pub async fn answer(&self, code: String) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&code).await })).await
    }
}

/// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
#[derive(Debug, uniffi::Object)]
pub struct SoftwareTokenMfaChallenge {
    inner: Arc<challenge::SoftwareTokenMfaChallenge>,
    asked: Asked,
}

#[uniffi::export]
impl SoftwareTokenMfaChallenge {
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
    pub async fn answer(&self, code: String) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&code).await })).await
    }
}

/// A choice among second factors (`SELECT_MFA_TYPE`).
#[derive(Debug, uniffi::Object)]
pub struct SelectMfaTypeChallenge {
    inner: Arc<challenge::SelectMfaTypeChallenge>,
    asked: Asked,
}

#[uniffi::export]
impl SelectMfaTypeChallenge {
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
    pub fn methods(&self) -> Vec<MfaMethod> {
        self.inner.methods().iter().map(MfaMethod::from).collect()
    }

    /// Answers with the choice (RespondToAuthChallenge).
    pub async fn answer(&self, method: MfaMethod) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.answer(&method.into()).await })).await
    }
}

/// A second factor has to be set up before the person may sign in (`MFA_SETUP`).
#[derive(Debug, uniffi::Object)]
pub struct MfaSetupChallenge {
    inner: Arc<challenge::MfaSetupChallenge>,
    asked: Asked,
}

#[uniffi::export]
impl MfaSetupChallenge {
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
    pub fn methods(&self) -> Vec<MfaMethod> {
        self.inner.methods().iter().map(MfaMethod::from).collect()
    }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    pub async fn associate_software_token(&self) -> Result<Arc<SoftwareTokenSetup>, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        call(&self.asked.cancel, async move {
            Ok(Arc::new(SoftwareTokenSetup(challenge.associate_software_token().await?)))
        })
        .await
    }

    /// Confirms the authenticator app with a first code (VerifySoftwareToken), and signs in.
    pub async fn verify_software_token(
        &self,
        code: String,
        device_name: Option<String>,
    ) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked
            .answer(Box::pin(
                async move { challenge.verify_software_token(&code, device_name.as_deref()).await },
            ))
            .await
    }

    /// Has codes sent to an email address (RespondToAuthChallenge).
    pub async fn set_up_email(&self, address: String) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked.answer(Box::pin(async move { challenge.set_up_email(&address).await })).await
    }
}

/// A new password has to be chosen, since an administrator set the present one (`NEW_PASSWORD_REQUIRED`).
#[derive(Debug, uniffi::Object)]
pub struct NewPasswordRequiredChallenge {
    inner: Arc<challenge::NewPasswordRequiredChallenge>,
    asked: Asked,
}

#[uniffi::export]
impl NewPasswordRequiredChallenge {
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
        new_password: String,
        attributes: HashMap<String, String>,
    ) -> Result<SignInStep, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        self.asked
            .answer(Box::pin(async move { challenge.answer(new_password, &pairs(&attributes)).await }))
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
    pub async fn answer(&self, responses: HashMap<String, String>) -> Result<SignInStep, PoolpassError> {
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
    SmsMfa,
    /// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
    SoftwareTokenMfa,
    /// A code by email (`EMAIL_OTP`).
    EmailOtp,
    /// Another method, by AWS's name for it.
    Other(String),
}

#[uniffi::export]
impl MfaMethod {
    /// The method as a short text, such as `softwareTokenMfa`, the same in every language; AWS's name for a method that Poolpass
    /// does not know.
    pub fn code(&self) -> String {
        poolpass::MfaMethod::from(self.clone()).code().to_owned()
    }
}

/// The method that has this code.
#[uniffi::export]
pub fn mfa_method(code: String) -> MfaMethod {
    MfaMethod::from(&poolpass::MfaMethod::from_code(code))
}

impl From<&poolpass::MfaMethod> for MfaMethod {
    fn from(method: &poolpass::MfaMethod) -> Self {
        match method {
            poolpass::MfaMethod::SmsMfa => Self::SmsMfa,
            poolpass::MfaMethod::SoftwareTokenMfa => Self::SoftwareTokenMfa,
            poolpass::MfaMethod::EmailOtp => Self::EmailOtp,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

impl From<MfaMethod> for poolpass::MfaMethod {
    fn from(method: MfaMethod) -> Self {
        match method {
            MfaMethod::SmsMfa => Self::SmsMfa,
            MfaMethod::SoftwareTokenMfa => Self::SoftwareTokenMfa,
            MfaMethod::EmailOtp => Self::EmailOtp,
            MfaMethod::Other(name) => Self::Other(name),
        }
    }
}

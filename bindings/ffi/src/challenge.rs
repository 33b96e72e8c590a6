//! Challenges and their answers.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use poolpass::Challenge as Kind;

use crate::auth_factor::AuthFactor;
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::{cloned, pairs};
use crate::error::PoolpassError;
use crate::mfa::{MfaMethod, SoftwareTokenSetup};
use crate::session::User;

/// The result of a step of a sign-in: the person is signed in, or a challenge comes next.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum SignInStep {
    /// The person is signed in, and the session is stored.
    Done(Arc<User>),
    /// The user pool asks for something else first.
    Challenge(Arc<Challenge>),
}

impl SignInStep {
    pub(crate) fn new(step: poolpass::SignInStep, cancel: &Cancel) -> Self {
        match step {
            poolpass::SignInStep::Done(user) => Self::Done(Arc::new(User(user))),
            poolpass::SignInStep::Challenge(challenge) => {
                Self::Challenge(Arc::new(Challenge::new(challenge, cancel)))
            }
        }
    }
}

/// `Challenge` of the crate `poolpass`. Swift and Kotlin have a type for each kind, which calls the methods that fit it.
#[derive(Debug, uniffi::Object)]
pub struct Challenge {
    inner: Arc<poolpass::Challenge>,
    cancel: Cancel,
}

/// The parameters of a challenge; each kind has some of them.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct ChallengeDetails {
    /// The masked phone number or email address that the code was sent to.
    pub destination: Option<String>,
    /// The name that the person gave the authenticator app, if any.
    pub device_name: Option<String>,
    /// The methods to choose from, or that can be set up.
    pub methods: Vec<MfaMethod>,
    /// The names of the attributes that the answer has to give.
    pub required_attributes: Vec<String>,
    /// The attributes that the user has.
    pub attributes: HashMap<String, String>,
    /// The first factors to choose from.
    pub available: Vec<AuthFactor>,
    /// The options for the platform's own call for a passkey, as WebAuthn's JSON.
    pub request_options: String,
    /// The parameters of a custom challenge, or of one without a type of its own.
    pub parameters: HashMap<String, String>,
}

/// The answer to a challenge. Swift and Kotlin pass it on at once and keep none, since a generated type prints its members.
#[derive(uniffi::Enum)]
pub enum ChallengeAnswer {
    /// A code.
    Code(String),
    /// A second factor.
    Method(MfaMethod),
    /// A first factor.
    Factor(AuthFactor),
    /// The password.
    Password(String),
    /// The credential of a passkey, as WebAuthn's JSON.
    Credential(String),
    /// The answer to a custom challenge, and data for the user pool's Lambda triggers.
    Custom(String, HashMap<String, String>),
    /// No answer: another code shall be sent.
    Resend,
    /// A new password, and attributes.
    NewPassword(String, HashMap<String, String>),
    /// The first code of an authenticator app, and the app's name.
    SoftwareToken(String, Option<String>),
    /// The email address to send codes to.
    Email(String),
    /// `ChallengeResponses` as AWS documents them.
    Responses(HashMap<String, String>),
}

/// Shows nothing: answers are secrets.
impl fmt::Debug for ChallengeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeAnswer")
    }
}

#[uniffi::export]
impl Challenge {
    /// The kind as a short text, such as `softwareTokenMfa`, the same in every language.
    pub fn kind(&self) -> String {
        self.inner.kind().to_owned()
    }

    /// AWS's name for the challenge, such as `SOFTWARE_TOKEN_MFA`.
    pub fn name(&self) -> String {
        self.inner.name().to_owned()
    }

    /// The user name of the person who is signing in, as the user pool knows it.
    pub fn username(&self) -> String {
        self.inner.username().to_owned()
    }

    /// The parameters of the challenge.
    pub fn details(&self) -> ChallengeDetails {
        let text = |text: Option<&str>| text.map(ToOwned::to_owned);
        let methods = |methods: &[poolpass::MfaMethod]| methods.iter().map(MfaMethod::from).collect();
        let mut details = ChallengeDetails::default();
        match &*self.inner {
            Kind::SmsMfa(challenge) => details.destination = text(challenge.destination()),
            Kind::EmailMfa(challenge) => details.destination = text(challenge.destination()),
            Kind::EmailOtp(challenge) => details.destination = text(challenge.destination()),
            Kind::SmsOtp(challenge) => details.destination = text(challenge.destination()),
            Kind::SelectChallenge(challenge) => {
                details.available = challenge.available().iter().map(AuthFactor::from).collect();
            }
            Kind::WebAuthn(challenge) => challenge.request_options().clone_into(&mut details.request_options),
            Kind::CustomChallenge(challenge) => details.parameters = cloned(challenge.parameters()),
            Kind::SoftwareTokenMfa(challenge) => details.device_name = text(challenge.device_name()),
            Kind::SelectMfaType(challenge) => details.methods = methods(challenge.methods()),
            Kind::MfaSetup(challenge) => details.methods = methods(challenge.methods()),
            Kind::NewPasswordRequired(challenge) => {
                details.required_attributes = challenge.required_attributes().to_vec();
                details.attributes = cloned(challenge.attributes());
            }
            Kind::Other(challenge) => details.parameters = cloned(challenge.parameters()),
            _ => {}
        }
        details
    }

    /// The same challenge whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), cancel: handle.cancel_of() })
    }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    pub async fn associate_software_token(&self) -> Result<Arc<SoftwareTokenSetup>, PoolpassError> {
        let challenge = Arc::clone(&self.inner);
        call(&self.cancel, async move {
            let Kind::MfaSetup(challenge) = &*challenge else { return Err(another_answer()) };
            Ok(Arc::new(SoftwareTokenSetup(challenge.associate_software_token().await?)))
        })
        .await
    }

    /// Answers the challenge. All answers share one method, since each exported method adds 2 to 3 KB to the library.
    pub async fn answer(&self, answer: ChallengeAnswer) -> Result<SignInStep, PoolpassError> {
        let (challenge, cancel) = (Arc::clone(&self.inner), self.cancel.clone());
        let step = async move {
            Ok(match (&*challenge, answer) {
                (Kind::SmsMfa(challenge), ChallengeAnswer::Code(code)) => challenge.answer(&code).await?,
                (Kind::EmailMfa(challenge), ChallengeAnswer::Code(code)) => challenge.answer(&code).await?,
                (Kind::EmailOtp(challenge), ChallengeAnswer::Code(code)) => challenge.answer(&code).await?,
                (Kind::EmailOtp(challenge), ChallengeAnswer::Resend) => challenge.resend().await?,
                (Kind::SmsOtp(challenge), ChallengeAnswer::Code(code)) => challenge.answer(&code).await?,
                (Kind::SmsOtp(challenge), ChallengeAnswer::Resend) => challenge.resend().await?,
                (Kind::SelectChallenge(challenge), ChallengeAnswer::Factor(factor)) => {
                    challenge.answer(&factor.into()).await?
                }
                (Kind::SelectChallenge(challenge), ChallengeAnswer::Password(password)) => {
                    challenge.answer_with_password(password).await?
                }
                (Kind::Password(challenge), ChallengeAnswer::Password(password)) => {
                    challenge.answer(password).await?
                }
                (Kind::WebAuthn(challenge), ChallengeAnswer::Credential(credential)) => {
                    challenge.answer(&credential).await?
                }
                (Kind::CustomChallenge(challenge), ChallengeAnswer::Custom(answer, client_metadata)) => {
                    let mut answer = challenge.answer(answer);
                    for (key, value) in client_metadata {
                        answer = answer.client_metadata(key, value);
                    }
                    answer.await?
                }
                (Kind::SoftwareTokenMfa(challenge), ChallengeAnswer::Code(code)) => {
                    challenge.answer(&code).await?
                }
                (Kind::SelectMfaType(challenge), ChallengeAnswer::Method(method)) => {
                    challenge.answer(&method.into()).await?
                }
                (Kind::MfaSetup(challenge), ChallengeAnswer::SoftwareToken(code, device_name)) => {
                    challenge.verify_software_token(&code, device_name.as_deref()).await?
                }
                (Kind::MfaSetup(challenge), ChallengeAnswer::Email(address)) => {
                    challenge.set_up_email(&address).await?
                }
                (
                    Kind::NewPasswordRequired(challenge),
                    ChallengeAnswer::NewPassword(new_password, attributes),
                ) => challenge.answer(new_password, &pairs(&attributes)).await?,
                (Kind::Other(challenge), ChallengeAnswer::Responses(responses)) => {
                    challenge.answer(&pairs(&responses)).await?
                }
                _ => return Err(another_answer()),
            })
        };
        call(&self.cancel, async move { Ok(SignInStep::new(step.await?, &cancel)) }).await
    }
}

impl Challenge {
    pub(crate) fn new(challenge: poolpass::Challenge, cancel: &Cancel) -> Self {
        Self { inner: Arc::new(challenge), cancel: cancel.clone() }
    }
}

/// The types of Swift and Kotlin prevent this, except for a kind that only a newer core knows.
fn another_answer() -> PoolpassError {
    PoolpassError::invalid_input("this challenge takes another answer")
}

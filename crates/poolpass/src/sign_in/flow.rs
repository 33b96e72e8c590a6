//! The steps of a sign-in.
//!
//! ```text
//! start ── a method of signing in ── InitiateAuth ──┐
//!                                                   ▼
//!        ┌── answer ── RespondToAuthChallenge ──► proceed ──► session
//!        │                                        │  ▲  │
//!    challenge ◄──────────────────────────────────┘  └──┘ challenges that need nothing of the person
//! ```
//!
//! A new way to sign in is a file beside this one, a [`Method`], and an arm in [`SignInFlow::begin`].

use std::sync::Arc;

use futures_util::future::join;
use secrecy::{ExposeSecret, SecretString};

use super::challenge::Challenge;
use super::choice::{self, Choice};
use super::custom;
use super::device;
use super::password::{self, Begun, SrpProof, SrpStart};
use super::pending::PendingStore;
use super::record::SavedChallenge;
use super::{AuthFactor, SignInStep};
use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::platform::{BoxFuture, SessionStore};
use crate::session::{SessionManager, SignOut};
use crate::user_pool::{AuthAnswer, ClientMetadata, StoredDevice, UserPool};

/// Signs people in to one user pool.
#[derive(Debug)]
pub(crate) struct SignInFlow {
    pool: Arc<UserPool>,
    manager: SessionManager,
    pending: PendingStore,
}

const SELECT_CHALLENGE: &str = "SELECT_CHALLENGE";

/// How a sign-in begins. Only a method that proves a password holds one.
#[derive(Clone)]
pub(super) enum Method {
    /// USER_SRP_AUTH.
    Srp(SecretString),
    /// USER_PASSWORD_AUTH.
    Password(SecretString),
    /// USER_AUTH.
    Choice(Choice),
    /// CUSTOM_AUTH, after SRP if there is a password.
    Custom(Option<SecretString>),
}

/// The parts of earlier steps that later ones need.
struct Attempt {
    /// The `USERNAME` of the last step.
    username: String,
    client_metadata: ClientMetadata,
    /// For answering PASSWORD_VERIFIER.
    srp: Option<SrpProof>,
    /// Tells the second-factor form of EMAIL_OTP from the first-factor form.
    first_factor_proved: bool,
    /// How to begin again if the user pool refuses the device. Absent when the person would have to answer again.
    again: Option<Method>,
    /// The level that a step-up asks for; `None` in a sign-in.
    step_up: Option<String>,
}

impl SignInFlow {
    pub(crate) fn new(pool: Arc<UserPool>, manager: SessionManager, store: Arc<dyn SessionStore>) -> Self {
        let pending = PendingStore::new(&pool, store);
        Self { pool, manager, pending }
    }

    pub(crate) fn pool(&self) -> &UserPool {
        &self.pool
    }

    pub(crate) fn manager(&self) -> &SessionManager {
        &self.manager
    }

    pub(crate) fn pending(&self) -> &PendingStore {
        &self.pending
    }

    /// The first step.
    pub(super) async fn start(
        self: &Arc<Self>,
        method: Method,
        username: String,
        client_metadata: ClientMetadata,
    ) -> Result<SignInStep, Error> {
        let _step = self.pending.step()?;
        let again = Some(method.clone());
        self.begin(method, username, client_metadata, again).await
    }

    /// Signs in with the `Session` of a confirmed sign-up.
    pub(crate) async fn auto_sign_in(self: &Arc<Self>) -> Result<SignInStep, Error> {
        let _step = self.pending.step()?;
        let Some(sign_up) = self.pending.sign_up().await?.filter(|sign_up| sign_up.is_confirmed) else {
            return Err(Error::new(ErrorKind::ChallengeExpired, "no confirmed sign-up waits: sign in"));
        };
        let method = Method::Choice(Choice::Confirmed(sign_up.session));
        let step = self.begin(method, sign_up.username, ClientMetadata::new(), None).await;
        if step.as_ref().is_err_and(ends_the_challenge) {
            let _ = self.pending.clear().await;
        }
        step
    }

    /// Sends the code of a first factor again, by beginning anew; the old code and its `Session` are no longer used.
    pub(crate) fn resend<'a>(
        self: &'a Arc<Self>,
        challenge: &'a SavedChallenge,
    ) -> BoxFuture<'a, Result<SignInStep, Error>> {
        Box::pin(async move {
            let _step = self.pending.step_of(challenge)?;
            let factor = AuthFactor::from(challenge.name.clone());
            if let Some(level) = &challenge.step_up {
                return self.step_up_again(level, factor, challenge).await;
            }
            let method = Method::Choice(Choice::Preferred(factor));
            self.begin(method, challenge.username.clone(), challenge.client_metadata.clone(), None).await
        })
    }

    /// The first step for a caller who holds the step.
    fn begin(
        self: &Arc<Self>,
        method: Method,
        username: String,
        client_metadata: ClientMetadata,
        again: Option<Method>,
    ) -> BoxFuture<'_, Result<SignInStep, Error>> {
        Box::pin(async move {
            let pool = &*self.pool;
            let begun = match method {
                Method::Srp(password) => {
                    SrpProof::begin(pool, SrpStart::Password, &username, password, &client_metadata).await?
                }
                Method::Password(password) => {
                    password::send(pool, &username, &password, &client_metadata).await?
                }
                Method::Choice(choice) => choice::begin(pool, &username, choice, &client_metadata).await?,
                Method::Custom(password) => {
                    custom::begin(pool, &username, password, &client_metadata).await?
                }
            };
            let Begun { answer, srp, first_factor_proved } = begun;
            let attempt =
                Attempt { username, client_metadata, srp, first_factor_proved, again, step_up: None };
            self.proceed(attempt, answer).await
        })
    }

    /// Goes on with a step-up to `level` after its first request.
    pub(super) async fn step_up(
        self: &Arc<Self>,
        level: String,
        username: String,
        client_metadata: ClientMetadata,
        begun: Begun,
    ) -> Result<SignInStep, Error> {
        let Begun { answer, srp, first_factor_proved } = begun;
        let step_up = Some(level);
        let attempt = Attempt { username, client_metadata, srp, first_factor_proved, again: None, step_up };
        self.proceed(attempt, answer).await
    }

    /// The answer to a challenge. `client_metadata` goes with it, beside that of the sign-in.
    pub(crate) fn answer<'a>(
        self: &'a Arc<Self>,
        challenge: &'a SavedChallenge,
        responses: Object,
        client_metadata: ClientMetadata,
    ) -> BoxFuture<'a, Result<SignInStep, Error>> {
        Box::pin(async move {
            let _step = self.pending.step_of(challenge)?;
            self.respond(challenge, responses, client_metadata).await
        })
    }

    /// The answer to a challenge that asks for the password, or for a choice among first factors.
    pub(crate) fn answer_with_password<'a>(
        self: &'a Arc<Self>,
        challenge: &'a SavedChallenge,
        password: SecretString,
    ) -> BoxFuture<'a, Result<SignInStep, Error>> {
        Box::pin(async move {
            let _step = self.pending.step_of(challenge)?;
            let is_choice = challenge.name == SELECT_CHALLENGE;
            let offers =
                |name: &str| challenge.name == name || challenge.available.iter().any(|it| it == name);
            let (factor, name, value, srp) = if offers("PASSWORD_SRP") {
                let srp = SrpProof::new(&self.pool, SrpStart::Choice, &challenge.username, password)?;
                ("PASSWORD_SRP", "SRP_A", srp.srp_a().to_owned(), Some(srp))
            } else {
                ("PASSWORD", "PASSWORD", password.expose_secret().to_owned(), None)
            };
            let responses = Object::new().with(name, value).maybe("ANSWER", is_choice.then_some(factor));
            self.respond_with(challenge, responses, ClientMetadata::new(), srp, true).await
        })
    }

    /// Answers a challenge for a caller who holds the step.
    pub(crate) async fn respond(
        self: &Arc<Self>,
        challenge: &SavedChallenge,
        responses: Object,
        client_metadata: ClientMetadata,
    ) -> Result<SignInStep, Error> {
        // A factor that was chosen is not proved yet.
        let proves = challenge.first_factor_proved || challenge.name != SELECT_CHALLENGE;
        self.respond_with(challenge, responses, client_metadata, None, proves).await
    }

    async fn respond_with(
        self: &Arc<Self>,
        challenge: &SavedChallenge,
        responses: Object,
        client_metadata: ClientMetadata,
        srp: Option<SrpProof>,
        first_factor_proved: bool,
    ) -> Result<SignInStep, Error> {
        let session = challenge.session.as_ref();
        let mut metadata = challenge.client_metadata.clone();
        metadata.extend(client_metadata);
        let answer = self
            .pool
            .respond_to_auth_challenge(&challenge.name, session, &challenge.username, responses, &metadata)
            .await;
        let step = match answer {
            Ok(answer) => {
                let (username, client_metadata) =
                    (challenge.username.clone(), challenge.client_metadata.clone());
                let step_up = challenge.step_up.clone();
                let attempt =
                    Attempt { username, client_metadata, srp, first_factor_proved, again: None, step_up };
                self.proceed(attempt, answer).await
            }
            Err(error) => Err(error),
        };
        if step.as_ref().is_err_and(ends_the_challenge) {
            self.pending.clear_challenge(challenge).await;
        }
        step
    }

    /// The challenge that waits for its answer, also from an earlier run of the app.
    pub(crate) async fn pending_challenge(self: &Arc<Self>) -> Result<Option<Challenge>, Error> {
        let saved = self.pending.load(self.pool.pipeline().device_now()).await?;
        saved.map(|saved| Challenge::new(Arc::clone(self), saved)).transpose()
    }

    /// Drops the pending challenge and ends the session.
    pub(crate) async fn sign_out(&self, associated: bool) -> Result<SignOut, Error> {
        // Both at once: neither a store that hangs nor a caller who goes away keeps the session from being forgotten.
        let (outcome, cleared) = join(self.manager.sign_out(associated), self.pending.clear()).await;
        let outcome = outcome?;
        cleared.map(|()| outcome)
    }

    /// Drops the pending challenge and ends every session of the user.
    pub(crate) async fn sign_out_everywhere(&self) -> Result<(), Error> {
        self.manager.sign_out_everywhere().await?;
        self.pending.clear().await
    }

    /// Takes answers until there are tokens, or a challenge that the person has to answer.
    ///
    /// The future is boxed so that it is compiled once for the first step and the later ones.
    fn proceed<'a>(
        self: &'a Arc<Self>,
        mut attempt: Attempt,
        mut answer: AuthAnswer,
    ) -> BoxFuture<'a, Result<SignInStep, Error>> {
        Box::pin(async move {
            loop {
                if let Some(result) = answer.authentication_result {
                    let session = match attempt.step_up {
                        Some(level) => self.manager.step_up(result, level).await?,
                        None => self.manager.begin(result).await?,
                    };
                    // The person is signed in whatever becomes of the challenge, which AWS will not accept again.
                    let _ = self.pending.clear().await;
                    return Ok(SignInStep::Done(session.into()));
                }
                let Some(name) = answer.challenge_name.clone() else {
                    return Err(Error::invalid_response("the answer has neither tokens nor a challenge"));
                };
                if let Some(username) = answer.username() {
                    attempt.username = username.to_owned();
                }
                // The challenges that need nothing of the person.
                answer = match (name.as_str(), attempt.srp.take()) {
                    ("PASSWORD_VERIFIER", Some(proof)) => {
                        attempt.first_factor_proved = true;
                        proof.answer(&self.pool, answer, &attempt.client_metadata).await?
                    }
                    (device::CHALLENGE, _) => {
                        let Some(known) = self.pool.devices().of(&attempt.username).await else {
                            return self.ask(name, attempt, answer).await;
                        };
                        match device::prove(
                            &self.pool,
                            &known,
                            &attempt.username,
                            answer,
                            &attempt.client_metadata,
                        )
                        .await
                        {
                            Err(refusal) if device::is_refusal(&refusal) => {
                                return self.without_device(&known, attempt, refusal).await;
                            }
                            proved => proved?,
                        }
                    }
                    _ => return self.ask(name, attempt, answer).await,
                };
            }
        })
    }

    /// Drops a device that the user pool has refused, and begins the sign-in once more without it.
    async fn without_device(
        self: &Arc<Self>,
        device: &StoredDevice,
        attempt: Attempt,
        refusal: Error,
    ) -> Result<SignInStep, Error> {
        self.pool.devices().forget(&device.ids.key).await?;
        match attempt.again {
            Some(method) => self.begin(method, attempt.username, attempt.client_metadata, None).await,
            None => Err(refusal
                .with_kind(ErrorKind::ChallengeExpired)
                .with_message("the user pool no longer knows this device: sign in again")),
        }
    }

    /// Saves the challenge before it is handed out.
    async fn ask(
        self: &Arc<Self>,
        name: String,
        attempt: Attempt,
        answer: AuthAnswer,
    ) -> Result<SignInStep, Error> {
        let pipeline = self.pool.pipeline();
        let mut saved =
            SavedChallenge::new(pipeline.random(), pipeline.device_now(), name, attempt.username)?;
        saved.session = answer.session;
        saved.parameters = answer.challenge_parameters;
        saved.available = answer.available_challenges;
        saved.first_factor_proved = attempt.first_factor_proved;
        saved.step_up = attempt.step_up;
        saved.client_metadata = attempt.client_metadata;
        let challenge = Challenge::new(Arc::clone(self), saved.clone())?;
        self.pending.save(&saved).await?;
        Ok(SignInStep::Challenge(challenge))
    }
}

/// AWS will not accept another answer to this challenge.
fn ends_the_challenge(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ChallengeExpired
            | ErrorKind::NotAuthorized
            | ErrorKind::UserNotFound
            | ErrorKind::UserNotConfirmed
            | ErrorKind::PasswordResetRequired
            | ErrorKind::TriggerRejected
    )
}

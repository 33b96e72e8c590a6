//! The steps of a sign-in.
//!
//! ```text
//! start ── InitiateAuth ──┬─ PASSWORD_VERIFIER ── RespondToAuthChallenge ──┐
//!                         └─────────────────────────────────────────────┤
//!                                 ┌── answer ── RespondToAuthChallenge ──┤
//!                                 │                                      ▼
//!                             challenge ◄───────── proceed ────────► session
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::join;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::challenge::{Challenge, SavedChallenge};
use super::pending::PendingChallenge;
use super::{AuthFlow, SignInOptions, SignInStep};
use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::platform::{BoxFuture, SessionStore};
use crate::session::{SessionManager, SignOut};
use crate::srp::{ClientEphemeral, Identity, ServerChallenge, SrpError, claim_timestamp};
use crate::user_pool::{AuthAnswer, ClientMetadata, UserPool};

/// Signs people in to one user pool.
#[derive(Debug)]
pub(crate) struct SignInFlow {
    pool: Arc<UserPool>,
    manager: SessionManager,
    pending: PendingChallenge,
}

/// Who is signing in, as later steps need it.
struct Applicant {
    /// The `USERNAME` of the last step.
    username: String,
    client_metadata: ClientMetadata,
}

impl SignInFlow {
    pub(crate) fn new(pool: Arc<UserPool>, manager: SessionManager, store: Arc<dyn SessionStore>) -> Self {
        let pending = PendingChallenge::new(&pool, store);
        Self { pool, manager, pending }
    }

    pub(crate) fn pool(&self) -> &UserPool {
        &self.pool
    }

    pub(crate) fn manager(&self) -> &SessionManager {
        &self.manager
    }

    pub(crate) fn pending(&self) -> &PendingChallenge {
        &self.pending
    }

    /// The first step.
    pub(crate) async fn start(self: &Arc<Self>, options: SignInOptions) -> Result<SignInStep, Error> {
        options.check()?;
        let _step = self.pending.step()?;
        let (username, answer) = match options.flow {
            AuthFlow::UserSrpAuth => self.prove_by_srp(&options).await?,
            AuthFlow::UserPasswordAuth => self.send_password(&options).await?,
        };
        self.proceed(Applicant { username, client_metadata: options.client_metadata }, answer).await
    }

    /// The answer to a challenge.
    pub(crate) fn answer<'a>(
        self: &'a Arc<Self>,
        challenge: &'a SavedChallenge,
        responses: Object,
    ) -> BoxFuture<'a, Result<SignInStep, Error>> {
        Box::pin(async move {
            let _step = self.pending.step_of(challenge)?;
            self.respond(challenge, responses).await
        })
    }

    /// As [`answer`](Self::answer), for a caller who has the step.
    pub(crate) async fn respond(
        self: &Arc<Self>,
        challenge: &SavedChallenge,
        responses: Object,
    ) -> Result<SignInStep, Error> {
        let session = challenge.session.as_ref();
        let metadata = &challenge.client_metadata;
        let answer = self
            .pool
            .respond_to_auth_challenge(&challenge.name, session, &challenge.username, responses, metadata)
            .await;
        match answer {
            Ok(answer) => {
                let username = challenge.username.clone();
                self.proceed(Applicant { username, client_metadata: metadata.clone() }, answer).await
            }
            Err(error) if ends_the_challenge(&error) => {
                // What matters to the caller is the refusal; a challenge that stays in the store is refused again.
                let _ = self.pending.clear().await;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The challenge that waits for its answer, also from an earlier run of the app.
    pub(crate) async fn pending_challenge(self: &Arc<Self>) -> Result<Option<Challenge>, Error> {
        let saved = self.pending.load(self.pool.pipeline().device_now()).await?;
        saved.map(|saved| Challenge::new(Arc::clone(self), saved)).transpose()
    }

    /// Drops the pending challenge and ends the session.
    pub(crate) async fn sign_out(&self) -> Result<SignOut, Error> {
        // Both at once: neither a store that hangs nor a caller who goes away keeps the session from being forgotten.
        let (outcome, cleared) = join(self.manager.sign_out(), self.pending.clear()).await;
        let outcome = outcome?;
        cleared.map(|()| outcome)
    }

    /// Drops the pending challenge and ends every session of the user.
    pub(crate) async fn sign_out_everywhere(&self) -> Result<(), Error> {
        self.manager.sign_out_everywhere().await?;
        self.pending.clear().await
    }

    /// Tokens begin the session; a challenge is saved before it is handed out.
    async fn proceed(
        self: &Arc<Self>,
        applicant: Applicant,
        answer: AuthAnswer,
    ) -> Result<SignInStep, Error> {
        if let Some(result) = answer.authentication_result {
            let session = self.manager.begin(result).await?;
            // The person is signed in whatever becomes of the challenge, which AWS will not accept again.
            let _ = self.pending.clear().await;
            return Ok(SignInStep::Done(session.into()));
        }
        let Some(name) = answer.challenge_name else {
            return Err(Error::invalid_response("the answer has neither tokens nor a challenge"));
        };
        let parameters = answer.challenge_parameters;
        let username = real_username(&parameters).map_or(applicant.username, str::to_owned);
        let pipeline = self.pool.pipeline();
        let mut saved = SavedChallenge::new(pipeline.random(), pipeline.device_now(), name, username)?;
        saved.session = answer.session;
        saved.parameters = parameters;
        saved.client_metadata = applicant.client_metadata;
        let challenge = Challenge::new(Arc::clone(self), saved.clone())?;
        self.pending.save(&saved).await?;
        Ok(SignInStep::Challenge(challenge))
    }

    async fn send_password(&self, options: &SignInOptions) -> Result<(String, AuthAnswer), Error> {
        let parameters = Object::new().with("PASSWORD", options.password.expose_secret());
        let answer = self
            .pool
            .initiate_auth("USER_PASSWORD_AUTH", &options.username, parameters, &options.client_metadata)
            .await?;
        Ok((options.username.clone(), answer))
    }

    /// The claim of the password is signed with the time. Where the answer's `Date` and the device disagree about it, Cognito decides:
    /// it takes a wrong time for a wrong password.
    async fn prove_by_srp(&self, options: &SignInOptions) -> Result<(String, AuthAnswer), Error> {
        let clock = self.pool.pipeline().clock();
        let (ephemeral, answer) = self.ask_for_srp(options).await?;
        if answer.challenge_name.as_deref() != Some("PASSWORD_VERIFIER") {
            return Ok((options.username.clone(), answer));
        }
        let Some([by_dates, other]) = clock.disputed() else {
            return self.prove_password(options, &ephemeral, answer, clock.now()).await;
        };
        match self.prove_password(options, &ephemeral, answer, clock.at(by_dates)).await {
            Err(refusal) if refusal.kind() == ErrorKind::NotAuthorized => {
                let (ephemeral, answer) = self.ask_for_srp(options).await?;
                let proved = self.prove_password(options, &ephemeral, answer, clock.at(other)).await?;
                clock.settle(other, true);
                Ok(proved)
            }
            Ok(proved) => {
                clock.settle(by_dates, false);
                Ok(proved)
            }
            Err(error) => Err(error),
        }
    }

    async fn ask_for_srp(&self, options: &SignInOptions) -> Result<(ClientEphemeral, AuthAnswer), Error> {
        let mut secret = Zeroizing::new([0; 32]);
        self.pool.pipeline().random().fill(secret.as_mut())?;
        let ephemeral = ClientEphemeral::new(*secret).map_err(unusable)?;
        let parameters = Object::new().with("SRP_A", ephemeral.public_hex());
        let answer = self
            .pool
            .initiate_auth("USER_SRP_AUTH", &options.username, parameters, &options.client_metadata)
            .await?;
        Ok((ephemeral, answer))
    }

    /// Answers PASSWORD_VERIFIER, at AWS's time `now`.
    async fn prove_password(
        &self,
        options: &SignInOptions,
        ephemeral: &ClientEphemeral,
        challenge: AuthAnswer,
        now: SystemTime,
    ) -> Result<(String, AuthAnswer), Error> {
        let parameters = challenge.challenge_parameters;
        let parameter = |name: &str| {
            let value = parameters.get(name).map(String::as_str);
            value.ok_or_else(|| Error::invalid_response(format!("the SRP challenge has no {name}")))
        };
        let username = real_username(&parameters).unwrap_or(&options.username);
        let user_id_for_srp = parameter("USER_ID_FOR_SRP").unwrap_or(username);
        let secret_block = parameter("SECRET_BLOCK")?;
        let server = ServerChallenge::parse(parameter("SRP_B")?, parameter("SALT")?).map_err(unusable)?;

        let identity = Identity::user(self.pool.id().pool_name(), user_id_for_srp);
        let key =
            ephemeral.password_key(identity, options.password.expose_secret(), &server).map_err(unusable)?;
        let timestamp = claim_timestamp(now).map_err(unusable)?;
        let signature = key.claim_signature(identity, secret_block, &timestamp).map_err(unusable)?;

        let responses = Object::new()
            .with("PASSWORD_CLAIM_SECRET_BLOCK", secret_block)
            .with("PASSWORD_CLAIM_SIGNATURE", signature)
            .with("TIMESTAMP", timestamp);
        let answer = self
            .pool
            .respond_to_auth_challenge(
                "PASSWORD_VERIFIER",
                challenge.session.as_ref(),
                username,
                responses,
                &options.client_metadata,
            )
            .await?;
        Ok((username.to_owned(), answer))
    }
}

/// The user name that AWS goes by, which is not what the person typed where that was an alias.
fn real_username(parameters: &BTreeMap<String, String>) -> Option<&str> {
    parameters.get("USERNAME").or_else(|| parameters.get("USER_ID_FOR_SRP")).map(String::as_str)
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
    )
}

fn unusable(error: SrpError) -> Error {
    Error::invalid_response(format!("the SRP challenge cannot be used: {error}"))
}

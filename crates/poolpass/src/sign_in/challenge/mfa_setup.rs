//! `MFA_SETUP`.

use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::mfa::{self, MfaMethod, SoftwareTokenSetup};
use crate::sign_in::SignInStep;
use crate::sign_in::record::{SavedChallenge, TotpProgress};
use crate::user_pool::{Call, ClientMetadata, TotpOwner};

/// A second factor has to be set up before the person is signed in (`MFA_SETUP`).
///
/// ```no_run
/// # async fn example(challenge: poolpass::challenge::MfaSetupChallenge) -> Result<(), poolpass::Error> {
/// let setup = challenge.associate_software_token().await?;
/// println!("scan {}", setup.otpauth_uri("Notes", "ada"));
/// let _next = challenge.verify_software_token("123456", None).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MfaSetupChallenge {
    pending: Pending,
    methods: Vec<MfaMethod>,
    /// The challenge after its last step: AWS renews its `Session` with every step.
    state: Mutex<Box<SavedChallenge>>,
}

impl MfaSetupChallenge {
    pub(super) fn new(pending: Pending) -> Result<Self, Error> {
        let methods = pending.mfa_methods("MFAS_CAN_SETUP")?;
        let state = Mutex::new(pending.challenge.clone());
        Ok(Self { pending, methods, state })
    }

    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The methods that can be set up.
    pub fn methods(&self) -> &[MfaMethod] {
        &self.methods
    }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    ///
    /// Calling it again gets another secret and voids the first one.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `ChallengeExpired`: sign in again. `Conflict` while another step is under way: nothing was sent.
    pub async fn associate_software_token(&self) -> Result<SoftwareTokenSetup, Error> {
        let flow = &self.pending.flow;
        let _step = flow.pending().step_of(&self.pending.challenge)?;
        let mut challenge = self.state();
        let owner = TotpOwner::Session(session(&challenge)?);
        let mut association = flow.pool().send(Call::associate_software_token(owner)).await?;
        let secret = association.secret("SecretCode")?;
        challenge.session = association.maybe_secret("Session")?.or(challenge.session);
        challenge.totp = TotpProgress::Associated;
        self.advance(challenge).await?;
        Ok(SoftwareTokenSetup::new(secret))
    }

    /// Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
    /// (RespondToAuthChallenge). `device_name` is shown at later sign-ins.
    ///
    /// Waits at most 130 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch` for a wrong code: ask again, the challenge stays. `ChallengeExpired`: sign in again. `InvalidInput` for
    /// an empty code or before [`associate_software_token`](Self::associate_software_token), and `Conflict` while another step is under way: nothing was
    /// sent.
    pub async fn verify_software_token(
        &self,
        code: &str,
        device_name: Option<&str>,
    ) -> Result<SignInStep, Error> {
        let code = input::code(code)?;
        let flow = &self.pending.flow;
        let _step = flow.pending().step_of(&self.pending.challenge)?;
        let mut challenge = self.state();
        match challenge.totp {
            TotpProgress::NotStarted => {
                return Err(Error::invalid_input("associate_software_token comes first"));
            }
            TotpProgress::Associated => {
                let owner = TotpOwner::Session(session(&challenge)?);
                let call = Call::verify_software_token(owner, &code, device_name);
                let mut verification = flow.pool().send(call).await?;
                mfa::verified(&mut verification)?;
                challenge.session = verification.maybe_secret("Session")?.or(challenge.session);
                challenge.totp = TotpProgress::Verified;
                self.advance(challenge.clone()).await?;
            }
            // An earlier call came this far, and its answer to the challenge got lost.
            TotpProgress::Verified => {}
        }
        flow.respond(&challenge, Object::new(), ClientMetadata::new()).await
    }

    /// Sets up codes by email instead (RespondToAuthChallenge); the next challenge asks for the first code.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for an empty address and `Conflict` while another step is under way: nothing was sent.
    /// `ChallengeExpired`: sign in again.
    pub async fn set_up_email(&self, address: &str) -> Result<SignInStep, Error> {
        let address = input::not_empty(address, "the email address is empty")?;
        let flow = &self.pending.flow;
        let _step = flow.pending().step_of(&self.pending.challenge)?;
        flow.respond(&self.state(), Object::new().with("EMAIL", address), ClientMetadata::new()).await
    }

    fn state(&self) -> Box<SavedChallenge> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn advance(&self, challenge: Box<SavedChallenge>) -> Result<(), Error> {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = challenge.clone();
        self.pending.flow.pending().save(&challenge).await
    }
}

fn session(challenge: &SavedChallenge) -> Result<&SecretString, Error> {
    challenge
        .session
        .as_ref()
        .ok_or_else(|| Error::invalid_response("the challenge MFA_SETUP has no Session"))
}

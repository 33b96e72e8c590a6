//! Pending challenges.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;

use super::{
    authentication::Authentication,
    client::AppClient,
    code::Code,
    custom_auth::{CustomChallenge, History},
    first_factor::FirstFactor,
    mfa::{Factor, SoftwareToken},
    passkeys::Assertion,
    pool::user_not_found,
    srp::{Exchange, Identity},
};
use crate::error::AwsError;

/// The challenge of a pending sign-in.
pub(super) enum Challenge {
    NewPassword,
    SoftwareToken,
    /// A code that was sent by SMS or mail. With `sets_up`, the answer enables the factor.
    Code {
        factor: Factor,
        code: Code,
        sets_up: bool,
    },
    /// SELECT_CHALLENGE.
    SelectFirstFactor,
    /// The password, to be sent.
    Password,
    /// The password, to be proved by SRP.
    PasswordSrp,
    /// A code as first factor.
    OneTimeCode {
        factor: FirstFactor,
        code: Code,
    },
    /// A challenge of a missing user, by its name.
    Pretended(&'static str),
    /// No challenge: a sign-up that waits for its confirmation.
    SignUp,
    /// No challenge: a confirmed sign-up that waits for the sign-in.
    ConfirmedSignUp,
    SelectMfaType {
        factors: Vec<Factor>,
    },
    /// The device whose password has to be proved.
    DeviceSrp {
        key: String,
    },
    MfaSetup {
        software_token: Option<SoftwareToken>,
        is_verified: bool,
    },
    Custom(CustomChallenge),
    WebAuthn(Box<Assertion>),
}

/// A sign-in between two calls, which the client names with its `Session`.
pub(super) struct Session {
    pub(super) username: String,
    pub(super) challenge: Challenge,
    pub(super) authentication: Authentication,
    client_id: String,
    lifetime: Duration,
    expires: SystemTime,
    wrong_answers: u8,
    /// Whether the user was deleted meanwhile. A later user with the same name is another one.
    is_orphaned: bool,
}

/// The challenges of a pool.
#[derive(Default)]
pub(super) struct Challenges {
    sessions: HashMap<String, Session>,
    /// Answered sessions and their expiry times.
    used: HashMap<String, SystemTime>,
    /// SRP exchanges by `SECRET_BLOCK`, since an answer to PASSWORD_VERIFIER needs no `Session`.
    password_verifiers: HashMap<String, PasswordVerifier>,
    /// Likewise for DEVICE_PASSWORD_VERIFIER.
    device_verifiers: HashMap<String, PasswordVerifier>,
}

/// An SRP sign-in that waits for the client's signature.
pub(super) struct PasswordVerifier {
    pub(super) exchange: Exchange,
    pub(super) identity: Identity,
    /// `None` for a missing user if the app client hides that.
    pub(super) username: Option<String>,
    pub(super) client_id: String,
    /// The challenges so far of a custom sign-in, which goes on after the signature.
    pub(super) custom_auth: Option<History>,
    pub(super) authentication: Authentication,
    expires: SystemTime,
}

const MAX_WRONG_ANSWERS: u8 = 5;
/// How long an expired or used session is reported as such. Later it is unknown.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

impl Challenges {
    /// Adds a challenge and returns its `Session`.
    pub(super) fn open(
        &mut self,
        client: &AppClient,
        username: &str,
        challenge: Challenge,
        authentication: Authentication,
        now: SystemTime,
    ) -> String {
        self.sessions.retain(|_, session| now < session.expires + FORGOTTEN_AFTER);
        self.used.retain(|_, expires| now < *expires + FORGOTTEN_AFTER);
        let id = random_text();
        let lifetime = client.settings.challenge_lifetime();
        let session = Session {
            username: username.to_owned(),
            challenge,
            authentication,
            client_id: client.id.clone(),
            lifetime,
            expires: now + lifetime,
            wrong_answers: 0,
            is_orphaned: false,
        };
        self.sessions.insert(id.clone(), session);
        id
    }

    /// The challenge of a session that may be answered. `client` is `None` if the call does not name one.
    pub(super) fn waiting(
        &mut self,
        id: &str,
        client: Option<&AppClient>,
        now: SystemTime,
    ) -> Result<&mut Session, AwsError> {
        if self.used.contains_key(id) {
            return Err(invalid_session(", session can only be used once"));
        }
        let Some(session) = self.sessions.get_mut(id) else { return Err(invalid_session("")) };
        if client.is_some_and(|client| client.id != session.client_id) {
            return Err(invalid_session(""));
        }
        if now >= session.expires {
            return Err(invalid_session(", session is expired"));
        }
        if session.is_orphaned {
            return Err(user_not_found());
        }
        Ok(session)
    }

    /// The challenge of a session.
    pub(super) fn challenge(&self, id: &str) -> Option<&Challenge> {
        self.sessions.get(id).map(|session| &session.challenge)
    }

    /// Counts a wrong answer. After too many of them, the challenge can no longer be answered.
    pub(super) fn wrong_answer(&mut self, id: &str) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.wrong_answers += 1;
            if session.wrong_answers >= MAX_WRONG_ANSWERS {
                self.close(id);
            }
        }
    }

    /// Ends an answered session.
    pub(super) fn close(&mut self, id: &str) -> Option<Session> {
        let session = self.sessions.remove(id)?;
        self.used.insert(id.to_owned(), session.expires);
        Some(session)
    }

    /// Moves a challenge to a new session. The old session counts as used.
    pub(super) fn renew(&mut self, id: &str, now: SystemTime) -> Option<String> {
        let mut session = self.close(id)?;
        session.expires = now + session.lifetime;
        let renewed = random_text();
        self.sessions.insert(renewed.clone(), session);
        Some(renewed)
    }

    pub(super) fn client_of(&self, id: &str) -> Option<&str> {
        self.sessions.get(id).map(|session| session.client_id.as_str())
    }

    /// Keeps an SRP exchange until its signature arrives, under its `secret_block`.
    pub(super) fn expect_signature(
        &mut self,
        secret_block: String,
        client: &AppClient,
        identity: Identity,
        username: Option<String>,
        exchange: Exchange,
        now: SystemTime,
    ) {
        self.password_verifiers.retain(|_, verifier| now < verifier.expires);
        let expires = now + client.settings.challenge_lifetime();
        let verifier = PasswordVerifier {
            exchange,
            identity,
            username,
            client_id: client.id.clone(),
            custom_auth: None,
            authentication: Authentication::default(),
            expires,
        };
        self.password_verifiers.insert(secret_block, verifier);
    }

    /// Makes an SRP exchange a part of a custom sign-in.
    pub(super) fn require_custom_auth(&mut self, secret_block: &str, history: History) {
        if let Some(verifier) = self.password_verifiers.get_mut(secret_block) {
            verifier.custom_auth = Some(history);
        }
    }

    /// Has an SRP exchange go on with what the sign-in has proved and asks for.
    pub(super) fn set_authentication(&mut self, secret_block: &str, authentication: Authentication) {
        let verifiers = [&mut self.password_verifiers, &mut self.device_verifiers];
        if let Some(verifier) = verifiers.into_iter().find_map(|verifiers| verifiers.get_mut(secret_block)) {
            verifier.authentication = authentication;
        }
    }

    /// Removes an SRP exchange, so that it can be answered only once.
    pub(super) fn take_password_verifier(
        &mut self,
        secret_block: &str,
        now: SystemTime,
    ) -> Option<PasswordVerifier> {
        self.password_verifiers.remove(secret_block).filter(|verifier| now < verifier.expires)
    }

    /// The session that waits for this device's DEVICE_SRP_AUTH; the newest, if there are several.
    pub(super) fn awaiting_device(&self, client: &AppClient, username: &str, key: &str) -> Option<String> {
        let waiting = self.sessions.iter().filter(|(_, session)| {
            !session.is_orphaned
                && session.client_id == client.id
                && session.username == username
                && matches!(&session.challenge, Challenge::DeviceSrp { key: expected } if expected == key)
        });
        waiting.max_by_key(|(_, session)| session.expires).map(|(id, _)| id.clone())
    }

    /// As [`expect_signature`](Self::expect_signature), for the password of a device.
    pub(super) fn expect_device_signature(
        &mut self,
        secret_block: String,
        client: &AppClient,
        identity: Identity,
        username: String,
        exchange: Exchange,
        now: SystemTime,
    ) {
        self.device_verifiers.retain(|_, verifier| now < verifier.expires);
        let expires = now + client.settings.challenge_lifetime();
        let username = Some(username);
        let verifier = PasswordVerifier {
            exchange,
            identity,
            username,
            client_id: client.id.clone(),
            custom_auth: None,
            authentication: Authentication::default(),
            expires,
        };
        self.device_verifiers.insert(secret_block, verifier);
    }

    /// As [`take_password_verifier`](Self::take_password_verifier), for the password of a device.
    pub(super) fn take_device_verifier(
        &mut self,
        secret_block: &str,
        now: SystemTime,
    ) -> Option<PasswordVerifier> {
        self.device_verifiers.remove(secret_block).filter(|verifier| now < verifier.expires)
    }

    /// Ends a deleted user's pending challenges.
    pub(super) fn forget_user(&mut self, username: &str) {
        for session in self.sessions.values_mut().filter(|session| session.username == username) {
            session.is_orphaned = true;
        }
        for verifiers in [&mut self.password_verifiers, &mut self.device_verifiers] {
            verifiers.retain(|_, verifier| verifier.username.as_deref() != Some(username));
        }
    }
}

fn invalid_session(detail: &str) -> AwsError {
    AwsError::new("NotAuthorizedException", format!("Invalid session for the user{detail}."))
}

fn random_text() -> String {
    let mut bytes = [0; 96];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

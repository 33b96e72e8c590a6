//! Challenges that wait for their answer.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;

use super::{
    client::AppClient,
    code::Code,
    mfa::{Factor, SoftwareToken},
    srp::{Exchange, Identity},
};
use crate::error::AwsError;

/// What a sign-in waits for.
pub(super) enum Challenge {
    NewPassword,
    SoftwareToken,
    /// A code went out by SMS or mail; `sets_up` when the answer switches the factor on.
    Code {
        factor: Factor,
        code: Code,
        sets_up: bool,
    },
    SelectMfaType {
        factors: Vec<Factor>,
    },
    MfaSetup {
        software_token: Option<SoftwareToken>,
        is_verified: bool,
    },
}

/// A sign-in between two calls; the client names it by its `Session`.
pub(super) struct Session {
    pub(super) username: String,
    pub(super) challenge: Challenge,
    client_id: String,
    lifetime: Duration,
    expires: SystemTime,
    wrong_answers: u8,
}

/// The challenges of a pool.
#[derive(Default)]
pub(super) struct Challenges {
    sessions: HashMap<String, Session>,
    /// Sessions that were answered, and when they would have expired.
    used: HashMap<String, SystemTime>,
    /// By `SECRET_BLOCK`: PASSWORD_VERIFIER may come without a `Session`.
    password_verifiers: HashMap<String, PasswordVerifier>,
}

/// A sign-in by SRP that waits for the client's signature.
pub(super) struct PasswordVerifier {
    pub(super) exchange: Exchange,
    pub(super) identity: Identity,
    /// None for a user that does not exist and whose absence is not told.
    pub(super) username: Option<String>,
    pub(super) client_id: String,
    expires: SystemTime,
}

const MAX_WRONG_ANSWERS: u8 = 5;
/// Until then an expired or used session is called so, later it is unknown.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

impl Challenges {
    /// Opens a challenge and gives its `Session`.
    pub(super) fn open(
        &mut self,
        client: &AppClient,
        username: &str,
        challenge: Challenge,
        now: SystemTime,
    ) -> String {
        self.sessions.retain(|_, session| now < session.expires + FORGOTTEN_AFTER);
        self.used.retain(|_, expires| now < *expires + FORGOTTEN_AFTER);
        let id = random_text();
        let lifetime = client.settings.challenge_lifetime();
        let session = Session {
            username: username.to_owned(),
            challenge,
            client_id: client.id.clone(),
            lifetime,
            expires: now + lifetime,
            wrong_answers: 0,
        };
        self.sessions.insert(id.clone(), session);
        id
    }

    /// The challenge of a session that may be answered. `client` is None where the call does not name one.
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
        Ok(session)
    }

    /// What a session waits for.
    pub(super) fn challenge(&self, id: &str) -> Option<&Challenge> {
        self.sessions.get(id).map(|session| &session.challenge)
    }

    /// Counts a wrong answer. The challenge stays answerable until there were too many.
    pub(super) fn wrong_answer(&mut self, id: &str) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.wrong_answers += 1;
            if session.wrong_answers >= MAX_WRONG_ANSWERS {
                self.close(id);
            }
        }
    }

    /// Ends a session that was answered.
    pub(super) fn close(&mut self, id: &str) -> Option<Session> {
        let session = self.sessions.remove(id)?;
        self.used.insert(id.to_owned(), session.expires);
        Some(session)
    }

    /// Moves a challenge to a new session; the old one counts as used.
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

    /// Keeps an SRP exchange until its signature comes. `secret_block` names it.
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
        let verifier =
            PasswordVerifier { exchange, identity, username, client_id: client.id.clone(), expires };
        self.password_verifiers.insert(secret_block, verifier);
    }

    /// Takes an SRP exchange out: whatever the answer is worth, there is no second one.
    pub(super) fn take_password_verifier(
        &mut self,
        secret_block: &str,
        now: SystemTime,
    ) -> Option<PasswordVerifier> {
        self.password_verifiers.remove(secret_block).filter(|verifier| now < verifier.expires)
    }

    /// Forgets what a user had begun, because the password changed or the user is gone.
    pub(super) fn forget_user(&mut self, username: &str) {
        self.sessions.retain(|_, session| session.username != username);
        self.password_verifiers.retain(|_, verifier| verifier.username.as_deref() != Some(username));
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

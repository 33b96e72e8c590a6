//! Sessions: the temporary credentials of STS, and the principals who hold them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use rand::RngExt;

use crate::{
    account::ACCOUNT_ID,
    iam::{Context, Policy, Role},
};

/// The access key of the account's root, for provisioning.
pub(crate) const ROOT_ACCESS_KEY_ID: &str = "test";
pub(crate) const ROOT_SECRET_ACCESS_KEY: &str = "test";

/// The principal that signed a request.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// The account itself, which may do everything.
    Root,
    /// A principal with an assumed role.
    Session(Arc<Session>),
}

/// An assumed role.
pub(crate) struct Session {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expiration: SystemTime,
    pub(crate) role_name: String,
    pub(crate) role_arn: String,
    role_id: String,
    session_name: String,
    /// The identity provider's context keys, such as `cognito-identity.amazonaws.com:sub`.
    pub(crate) context: Context,
    /// A session policy, which restricts the role's policies.
    pub(crate) policy: Option<Policy>,
}

/// The input of a new session.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) role: &'a Role,
    pub(crate) session_name: &'a str,
    pub(crate) context: Context,
    pub(crate) policy: Option<Policy>,
    pub(crate) now: SystemTime,
    pub(crate) duration: Duration,
}

/// All sessions of the account, by access key. Expired ones are kept, so that they are refused as expired.
#[derive(Debug, Default)]
pub(crate) struct Sts {
    sessions: Mutex<HashMap<String, Arc<Session>>>,
}

impl Sts {
    /// Starts a session.
    pub(crate) fn start(&self, new: NewSession<'_>) -> Arc<Session> {
        const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

        let session = Arc::new(Session {
            access_key_id: format!("ASIA{}", random_text(UPPER, 16)),
            secret_access_key: random_text(BASE64, 40),
            // As long as AWS's, with characters that must be escaped in queries.
            session_token: format!("IQoJb3JpZ2luX2Vj{}==", random_text(BASE64, 622)),
            expiration: new.now + new.duration,
            role_name: new.role.name.clone(),
            role_arn: new.role.arn(),
            role_id: new.role.id.clone(),
            session_name: new.session_name.to_owned(),
            context: new.context,
            policy: new.policy,
        });
        self.sessions().insert(session.access_key_id.clone(), session.clone());
        session
    }

    /// The session of an access key.
    pub(crate) fn session(&self, access_key_id: &str) -> Option<Arc<Session>> {
        self.sessions().get(access_key_id).cloned()
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// `ROLE_ID:SESSION_NAME`, the unique id of an assumed role.
    pub(crate) fn user_id(&self) -> String {
        format!("{}:{}", self.role_id, self.session_name)
    }

    /// The ARN of the session's principal.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{}/{}", self.role_name, self.session_name)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("access_key_id", &self.access_key_id)
            .field("role_arn", &self.role_arn)
            .field("session_name", &self.session_name)
            .finish_non_exhaustive()
    }
}

impl Principal {
    /// The ARN in error messages and GetCallerIdentity.
    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Root => format!("arn:aws:iam::{ACCOUNT_ID}:root"),
            Self::Session(session) => session.arn(),
        }
    }

    pub(crate) fn user_id(&self) -> String {
        match self {
            Self::Root => ACCOUNT_ID.to_owned(),
            Self::Session(session) => session.user_id(),
        }
    }
}

pub(crate) fn random_text(alphabet: &[u8], length: usize) -> String {
    let mut random = rand::rng();
    (0..length)
        .filter_map(|_| alphabet.get(random.random_range(0..alphabet.len())))
        .map(|byte| char::from(*byte))
        .collect()
}

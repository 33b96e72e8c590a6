//! The providers' memory: codes and tokens that they gave out, and the failures that tests ordered.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Deserialize;
use serde_json::Value;

use super::person::Person;

#[derive(Default)]
pub(super) struct State(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    codes: BTreeMap<String, Grant>,
    access_tokens: BTreeMap<(String, String), AccessToken>,
    failures: Vec<(String, Failure)>,
    /// The people who signed in with Apple before, by client.
    known_to_apple: BTreeSet<(String, String)>,
}

/// An access token, which only its provider understands.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    /// The client id.
    pub(crate) app_id: String,
    pub(crate) user_id: String,
    /// Seconds since 1970.
    pub(crate) expires: i64,
    /// The answer of the profile endpoint.
    pub(super) profile: Value,
}

/// The meaning of a code.
pub(super) struct Grant {
    pub(super) provider: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    /// The challenge of PKCE, by S256.
    pub(super) code_challenge: Option<String>,
    pub(super) has_id_token: bool,
    pub(super) person: Person,
    /// Seconds since 1970.
    pub(super) expires: i64,
}

/// A failure of the next answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Failure {
    pub(super) at: Step,
    /// OAuth's error code.
    #[serde(default = "server_error")]
    pub(super) error: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) enum Step {
    /// The redirect or the post back to the user pool.
    Authorize,
    /// The exchange of the code.
    Token,
    /// The profile.
    Profile,
}

fn server_error() -> String {
    "server_error".to_owned()
}

impl State {
    pub(super) fn add_code(&self, grant: Grant) -> String {
        let code = uuid::Uuid::new_v4().to_string();
        self.inner().codes.insert(code.clone(), grant);
        code
    }

    /// Each code is good once.
    pub(super) fn take_code(&self, code: &str) -> Option<Grant> {
        self.inner().codes.remove(code)
    }

    pub(super) fn add_access_token(&self, provider: &str, token: &str, content: AccessToken) {
        self.inner().access_tokens.insert((provider.to_owned(), token.to_owned()), content);
    }

    pub(super) fn access_token(&self, provider: &str, token: &str) -> Option<AccessToken> {
        self.inner().access_tokens.get(&(provider.to_owned(), token.to_owned())).cloned()
    }

    pub(super) fn add_failure(&self, provider: &str, failure: Failure) {
        self.inner().failures.push((provider.to_owned(), failure));
    }

    /// The error of a failure that was ordered for this step.
    pub(super) fn take_failure(&self, provider: &str, step: Step) -> Option<String> {
        let mut inner = self.inner();
        let found =
            inner.failures.iter().position(|(name, failure)| name == provider && failure.at == step)?;
        Some(inner.failures.remove(found).1.error)
    }

    /// Whether this is the person's first sign-in with Apple at a client.
    pub(super) fn is_new_to_apple(&self, client_id: &str, person: &str) -> bool {
        self.inner().known_to_apple.insert((client_id.to_owned(), person.to_owned()))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

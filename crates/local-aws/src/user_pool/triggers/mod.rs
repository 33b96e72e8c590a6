//! Lambda triggers: functions that Cognito runs during an operation.
//!
//! [`Triggers`] holds the functions, [`hooks`] runs them where an operation has a place for them, and [`script`] makes functions from
//! JSON.

mod hooks;
mod script;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) use hooks::{
    ExternalSignUp, TokenClaims, before_authentication, before_external_sign_up, before_message,
    before_sign_up, before_tokens, custom_auth_event, is_custom_auth_set_up, migrated_user, signed_in,
    user_confirmed,
};
pub(crate) use script::TriggerScript;

use crate::error::AwsError;

/// A Lambda trigger of a user pool, named as in AWS's `LambdaConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[non_exhaustive]
pub enum Trigger {
    /// Runs before a sign-up, and may refuse or confirm it.
    PreSignUp,
    /// Runs after a sign-up or a new password was confirmed with a code.
    PostConfirmation,
    /// Runs at the beginning of a sign-in, and may refuse it.
    PreAuthentication,
    /// Runs at the end of a sign-in.
    PostAuthentication,
    /// Decides what comes next in a custom sign-in.
    DefineAuthChallenge,
    /// Makes a custom challenge.
    CreateAuthChallenge,
    /// Checks the answer to a custom challenge.
    VerifyAuthChallengeResponse,
    /// Changes the claims of an ID token.
    PreTokenGeneration,
    /// Supplies a user whom the pool does not have.
    UserMigration,
    /// Writes the message with a code, and may refuse to send it. The message's text is not kept.
    CustomMessage,
}

/// The reason why a trigger has no usable result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TriggerError {
    /// The function threw an error with this text.
    Thrown(String),
    /// Cognito could not run the function: it lacks the permission, or the function took too long.
    NotInvoked,
    /// The function returned no JSON.
    NoJson,
}

/// The triggers of all user pools.
///
/// ```no_run
/// use local_aws::{LocalAws, Trigger, TriggerError};
///
/// fn refuse_robots(aws: &LocalAws, user_pool_id: &str) {
///     aws.triggers().set(user_pool_id, Trigger::PreSignUp, |event| {
///         match event["userName"].as_str() {
///             Some("robot") => Err(TriggerError::Thrown("Only people may sign up".to_owned())),
///             _ => Ok(event),
///         }
///     });
/// }
/// ```
#[derive(Default)]
pub struct Triggers {
    functions: Mutex<BTreeMap<(String, Trigger), Function>>,
    events: Mutex<Vec<Value>>,
    /// By user pool, the user whom PreSignUp links a new identity to.
    links: Mutex<BTreeMap<String, String>>,
}

type Function = Arc<dyn Fn(Value) -> Result<Value, TriggerError> + Send + Sync>;

/// The `response` of an event that a function has returned.
pub(super) struct Output(Map<String, Value>);

impl Trigger {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::UserMigration => "UserMigration",
            Self::CustomMessage => "CustomMessage",
        }
    }
}

impl Triggers {
    /// Sets a trigger of a user pool. The function takes AWS's event and returns it with its `response` filled in. It runs while the
    /// user pools are locked, so it must not send requests to this server, except at `PreSignUp_ExternalProvider`.
    pub fn set(
        &self,
        user_pool_id: &str,
        trigger: Trigger,
        function: impl Fn(Value) -> Result<Value, TriggerError> + Send + Sync + 'static,
    ) {
        self.functions().insert((user_pool_id.to_owned(), trigger), Arc::new(function));
    }

    /// Removes all triggers and events.
    pub fn clear(&self) {
        self.functions().clear();
        self.links().clear();
        self.log().clear();
    }

    /// The events that triggers were run with, the oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.log().clone()
    }

    pub(crate) fn remove_all_of(&self, user_pool_id: &str) {
        self.links().remove(user_pool_id);
        self.functions().retain(|(pool, _), _| pool != user_pool_id);
    }

    /// The user whom the function of PreSignUp links a new identity to, by AdminLinkProviderForUser.
    pub(super) fn linked_user(&self, user_pool_id: &str) -> Option<String> {
        self.links().get(user_pool_id).cloned()
    }

    fn is_set(&self, user_pool_id: &str, trigger: Trigger) -> bool {
        self.functions().contains_key(&(user_pool_id.to_owned(), trigger))
    }

    /// Runs a trigger; `None` if the pool does not have it.
    fn run(&self, user_pool_id: &str, trigger: Trigger, event: Value) -> Result<Option<Output>, AwsError> {
        let function = self.functions().get(&(user_pool_id.to_owned(), trigger)).cloned();
        let Some(function) = function else { return Ok(None) };
        self.log().push(event.clone());
        let name = trigger.name();
        match function(event) {
            Ok(Value::Object(mut event)) => match event.remove("response") {
                Some(Value::Object(response)) => Ok(Some(Output(response))),
                _ => Err(unrecognizable()),
            },
            Ok(_) => Err(unrecognizable()),
            Err(TriggerError::Thrown(text)) => Err(AwsError::new(
                "UserLambdaValidationException",
                format!("{name} failed with error {text}."),
            )),
            Err(TriggerError::NotInvoked) => Err(AwsError::new(
                "UnexpectedLambdaException",
                format!("{name} invocation failed due to error AccessDeniedException."),
            )),
            Err(TriggerError::NoJson) => Err(AwsError::new(
                "InvalidLambdaResponseException",
                "Invalid lambda function output : Invalid JSON",
            )),
        }
    }

    fn functions(&self) -> MutexGuard<'_, BTreeMap<(String, Trigger), Function>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn links(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Vec<Value>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Triggers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Triggers").finish_non_exhaustive()
    }
}

/// Reads members, which are absent, null or of the type that AWS documents.
impl Output {
    pub(super) fn flag(&self, name: &str) -> Result<bool, AwsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(unrecognizable()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, AwsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(unrecognizable()),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<BTreeMap<String, String>, AwsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(BTreeMap::new()),
            Some(value) => serde_json::from_value(value.clone()).map_err(|_| unrecognizable()),
        }
    }
}

pub(super) fn unrecognizable() -> AwsError {
    AwsError::new("InvalidLambdaResponseException", "Unrecognizable lambda output")
}

//! CUSTOM_AUTH: a sign-in whose challenges Lambda triggers make, after the password if the client proves it by SRP.
//!
//! DefineAuthChallenge decides what comes next, CreateAuthChallenge makes a challenge, and VerifyAuthChallengeResponse checks its
//! answer. The pool's second factor is not asked for.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Call,
    authentication::Authentication,
    challenge::Challenge,
    client::AppClient,
    invalid_parameter, not_authorized,
    pool::{UserPool, user_not_found},
    second_factor::SignInStep,
    sign_in::{self, Parameters, wrong_password},
    triggers::{Trigger, custom_auth_event, is_custom_auth_set_up, unrecognizable},
    user::UserStatus,
};
use crate::error::AwsError;

/// A custom challenge that waits for its answer.
pub(super) struct CustomChallenge {
    history: History,
    private_parameters: BTreeMap<String, String>,
    metadata: Option<String>,
}

/// `request.session` of the triggers: the challenges so far, with their results.
#[derive(Default)]
pub(super) struct History(Vec<Value>);

/// InitiateAuth with CUSTOM_AUTH.
pub(super) fn start(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if !client.settings.allows("CUSTOM_AUTH") {
        return Err(invalid_parameter("CUSTOM_AUTH flow not enabled for this client"));
    }
    let typed = parameters.required("USERNAME")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;
    let client_public = match parameters.optional("CHALLENGE_NAME") {
        Some("SRP_A") => Some(parameters.required("SRP_A")?),
        None | Some("CUSTOM_CHALLENGE") => None,
        Some(_) => return Err(invalid_parameter("Invalid CHALLENGE_NAME.")),
    };
    if !is_custom_auth_set_up(call, pool) {
        return Err(invalid_parameter("Custom auth lambda trigger is not configured for the user pool."));
    }
    let username = match pool.find(typed) {
        Some(user) if !user.enabled => return Err(not_authorized("User is disabled.")),
        Some(user) if user.status == UserStatus::Unconfirmed => {
            return Err(AwsError::new("UserNotConfirmedException", "User is not confirmed."));
        }
        Some(user) => user.username.clone(),
        None if client.settings.hides_users() => pool.pretended_username(typed),
        None => return Err(user_not_found()),
    };
    let mut history = History::default();
    if client_public.is_some() {
        history.add("SRP_A", true, None);
    }
    let authentication = Authentication::default();
    SignInStep { call, pool, client, username, authentication }.define_challenge(history, client_public)
}

/// Continues after the signature that CUSTOM_AUTH with SRP begins with.
pub(super) fn after_password(
    mut step: SignInStep<'_>,
    is_right: bool,
    mut history: History,
) -> Result<Value, AwsError> {
    sign_in::count_attempt(&mut step, is_right)?;
    history.add("PASSWORD_VERIFIER", true, None);
    step.define_challenge(history, None)
}

/// RespondToAuthChallenge with CUSTOM_CHALLENGE. Whatever comes next has a new session.
pub(super) fn answer(step: SignInStep<'_>, session: &str, responses: &Parameters) -> Result<Value, AwsError> {
    let answer = responses.required("ANSWER")?;
    let is_custom = matches!(step.pool.challenges.challenge(session), Some(Challenge::Custom(_)));
    let Some(Challenge::Custom(challenge)) =
        is_custom.then(|| step.pool.challenges.close(session)).flatten().map(|closed| closed.challenge)
    else {
        return Err(not_authorized("Invalid session for the user."));
    };
    let CustomChallenge { mut history, private_parameters, metadata } = challenge;
    let request = json!({ "privateChallengeParameters": private_parameters, "challengeAnswer": answer });
    let output = step.run(Trigger::VerifyAuthChallengeResponse, request)?;
    history.add("CUSTOM_CHALLENGE", output.flag("answerCorrect")?, metadata.as_deref());
    step.define_challenge(history, None)
}

impl History {
    fn add(&mut self, name: &str, is_right: bool, metadata: Option<&str>) {
        self.0.push(
            json!({ "challengeName": name, "challengeResult": is_right, "challengeMetadata": metadata }),
        );
    }
}

impl SignInStep<'_> {
    fn define_challenge(self, history: History, client_public: Option<&str>) -> Result<Value, AwsError> {
        let output = self.run(Trigger::DefineAuthChallenge, json!({ "session": history.0 }))?;
        if output.flag("failAuthentication")? {
            return Err(wrong_password());
        }
        if output.flag("issueTokens")? {
            // Nobody signs in as a user who does not exist, whatever the trigger says.
            return if self.user().is_ok() { self.finish() } else { Err(wrong_password()) };
        }
        match output.text("challengeName")? {
            Some("CUSTOM_CHALLENGE") => self.create_challenge(history),
            Some("PASSWORD_VERIFIER") => {
                let client_public =
                    client_public.ok_or_else(|| invalid_parameter("Missing required parameter SRP_A"))?;
                let Self { call, pool, client, username, .. } = self;
                let (answer, secret_block) =
                    sign_in::password_verifier(call, pool, client, &username, client_public)?;
                pool.challenges.require_custom_auth(&secret_block, history);
                Ok(answer)
            }
            _ => Err(unrecognizable()),
        }
    }

    fn create_challenge(self, history: History) -> Result<Value, AwsError> {
        let request = json!({ "challengeName": "CUSTOM_CHALLENGE", "session": history.0 });
        let output = self.run(Trigger::CreateAuthChallenge, request)?;
        let mut parameters = output.texts("publicChallengeParameters")?;
        parameters.insert("USERNAME".to_owned(), self.username.clone());
        let challenge = CustomChallenge {
            history,
            private_parameters: output.texts("privateChallengeParameters")?,
            metadata: output.text("challengeMetadata")?.map(str::to_owned),
        };
        let challenge = Challenge::Custom(challenge);
        let Self { call, pool, client, username, authentication } = self;
        let session = pool.challenges.open(client, &username, challenge, authentication, call.now);
        Ok(json!({
            "ChallengeName": "CUSTOM_CHALLENGE", "Session": session, "ChallengeParameters": parameters,
        }))
    }

    fn run(&self, trigger: Trigger, request: Value) -> Result<super::triggers::Output, AwsError> {
        custom_auth_event(self.call, self.pool, self.client, &self.username, trigger, request)
    }
}

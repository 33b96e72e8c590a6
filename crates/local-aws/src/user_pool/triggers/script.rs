//! Triggers that are written as JSON, for scenarios and the demo.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Trigger, TriggerError, Triggers};

/// The triggers of a user pool: a custom sign-in with questions, and what else each trigger does.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TriggerScript {
    pub(crate) user_pool_id: String,
    custom_auth: Option<CustomAuthScript>,
    #[serde(default)]
    triggers: BTreeMap<Trigger, Behaviour>,
}

/// A sign-in that asks questions in turn, after the password if the client proves it by SRP.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CustomAuthScript {
    challenges: Vec<ChallengeScript>,
    /// The number of wrong answers, to all questions together, that do not end the sign-in.
    #[serde(default)]
    wrong_answers: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChallengeScript {
    #[serde(default)]
    public_parameters: BTreeMap<String, String>,
    /// Adds a public parameter `padding` with so many characters.
    #[serde(default)]
    padding: usize,
    answer: String,
    metadata: Option<String>,
}

/// The behaviour of one trigger. Default: it returns the event as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Behaviour {
    /// Throws an error with this text.
    throws: Option<String>,
    /// Cognito cannot run it.
    #[serde(default)]
    not_invoked: bool,
    /// Throws an error unless `clientMetadata` has these members.
    #[serde(default)]
    client_metadata: BTreeMap<String, String>,
    /// Throws an error unless `validationData` has these members.
    #[serde(default)]
    validation_data: BTreeMap<String, String>,
    /// Sets these members of the response.
    #[serde(default)]
    response: Map<String, Value>,
    /// PreSignUp only: links a new identity of a provider to this user, by AdminLinkProviderForUser.
    links_to: Option<String>,
    /// Returns this in place of the event.
    output: Option<Value>,
}

impl TriggerScript {
    /// Replaces the user pool's triggers.
    pub(crate) fn set(self, triggers: &Triggers) {
        triggers.remove_all_of(&self.user_pool_id);
        let of_custom_auth = [
            Trigger::DefineAuthChallenge,
            Trigger::CreateAuthChallenge,
            Trigger::VerifyAuthChallengeResponse,
        ];
        let mut behaviours = self.triggers;
        if self.custom_auth.is_some() {
            for trigger in of_custom_auth {
                behaviours.entry(trigger).or_default();
            }
        }
        for (trigger, behaviour) in behaviours {
            if let Some(username) = behaviour.links_to.clone().filter(|_| trigger == Trigger::PreSignUp) {
                triggers.links().insert(self.user_pool_id.clone(), username);
            }
            let custom_auth = self.custom_auth.clone().filter(|_| of_custom_auth.contains(&trigger));
            triggers.set(&self.user_pool_id, trigger, move |mut event| {
                behaviour.check(&event)?;
                if let Some(script) = &custom_auth {
                    script.respond(trigger, &mut event);
                }
                Ok(behaviour.finish(event))
            });
        }
    }
}

impl Behaviour {
    fn check(&self, event: &Value) -> Result<(), TriggerError> {
        if self.not_invoked {
            return Err(TriggerError::NotInvoked);
        }
        if let Some(text) = &self.throws {
            return Err(TriggerError::Thrown(text.clone()));
        }
        for (name, required) in
            [("clientMetadata", &self.client_metadata), ("validationData", &self.validation_data)]
        {
            let given = &event["request"][name];
            if let Some((key, _)) = required.iter().find(|(key, value)| given[key] != json!(value)) {
                return Err(TriggerError::Thrown(format!("{name} has no such {key}")));
            }
        }
        Ok(())
    }

    fn finish(&self, mut event: Value) -> Value {
        for (name, value) in &self.response {
            event["response"][name] = value.clone();
        }
        self.output.clone().unwrap_or(event)
    }
}

impl CustomAuthScript {
    fn respond(&self, trigger: Trigger, event: &mut Value) {
        let request = &event["request"];
        event["response"] = match trigger {
            Trigger::DefineAuthChallenge => self.define(&request["session"]),
            Trigger::CreateAuthChallenge => self.create(&request["session"]),
            _ => {
                let is_right = request["privateChallengeParameters"]["answer"] == request["challengeAnswer"];
                json!({ "answerCorrect": is_right && request["userNotFound"] != json!(true) })
            }
        };
    }

    fn define(&self, session: &Value) -> Value {
        let last = session.as_array().and_then(|session| session.last());
        let next =
            |name: &str| json!({ "challengeName": name, "issueTokens": false, "failAuthentication": false });
        if last.is_some_and(|last| last["challengeName"] == "SRP_A") {
            return next("PASSWORD_VERIFIER");
        }
        if answers(session, false) > self.wrong_answers {
            return json!({ "issueTokens": false, "failAuthentication": true });
        }
        if answers(session, true) == self.challenges.len() {
            return json!({ "issueTokens": true, "failAuthentication": false });
        }
        next("CUSTOM_CHALLENGE")
    }

    fn create(&self, session: &Value) -> Value {
        let Some(challenge) = self.challenges.get(answers(session, true)) else { return json!({}) };
        let mut public = challenge.public_parameters.clone();
        if challenge.padding > 0 {
            public.insert("padding".to_owned(), "x".repeat(challenge.padding));
        }
        json!({
            "publicChallengeParameters": public,
            "privateChallengeParameters": { "answer": challenge.answer },
            "challengeMetadata": challenge.metadata,
        })
    }
}

/// The number of right or wrong answers to custom challenges.
fn answers(session: &Value, are_right: bool) -> usize {
    let challenges = session.as_array().into_iter().flatten();
    let custom = challenges.filter(|challenge| challenge["challengeName"] == "CUSTOM_CHALLENGE");
    custom.filter(|challenge| challenge["challengeResult"] == json!(are_right)).count()
}

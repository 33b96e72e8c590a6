//! USER_AUTH for a missing user, if the app client hides that: challenges that look like others and that nobody can answer.

use serde_json::{Map, Value, json};

use super::{
    Call,
    authentication::Authentication,
    challenge::Challenge,
    choice::delivery_parameters,
    client::AppClient,
    delivery::pretended_details,
    invalid_parameter,
    pool::UserPool,
    respond::{not_this_challenge, wrong_code},
    sign_in::{Parameters, password_verifier, wrong_password},
};
use crate::error::AwsError;

/// A sign-in of a missing user.
pub(super) struct Pretence<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) pool: &'a mut UserPool,
    pub(super) client: &'a AppClient,
    pub(super) typed: &'a str,
}

impl Pretence<'_> {
    /// The answer of InitiateAuth.
    pub(super) fn begin(self, preferred: Option<&str>, parameters: &Parameters) -> Result<Value, AwsError> {
        let available = self.pool.pretended_challenges();
        if let Some(name) = available.iter().find(|name| preferred == Some(**name)) {
            return self.pose(name, parameters);
        }
        let mut answer = self.open("SELECT_CHALLENGE", Map::new());
        answer["AvailableChallenges"] = json!(available);
        Ok(answer)
    }

    /// The answer of RespondToAuthChallenge, for the challenge `posed` of this session.
    pub(super) fn answer(
        self,
        session: &str,
        posed: &str,
        name: &str,
        responses: &Parameters,
    ) -> Result<Value, AwsError> {
        if posed != name {
            return Err(not_this_challenge());
        }
        let next = match name {
            "SELECT_CHALLENGE" => {
                let chosen = responses.required("ANSWER")?;
                let available = self.pool.pretended_challenges();
                available.into_iter().find(|name| *name == chosen).ok_or_else(|| {
                    invalid_parameter(format!("{chosen} is not one of the available challenges."))
                })?
            }
            "PASSWORD" => responses.required("PASSWORD").map(|_| "PASSWORD")?,
            "PASSWORD_SRP" => responses.required("SRP_A").map(|_| "PASSWORD_SRP")?,
            _ => {
                responses.required(&format!("{name}_CODE"))?;
                self.pool.challenges.wrong_answer(session);
                return Err(wrong_code());
            }
        };
        self.pool.challenges.close(session);
        self.pose(next, responses)
    }

    fn pose(self, name: &'static str, parameters: &Parameters) -> Result<Value, AwsError> {
        match name {
            "PASSWORD" if let Some(password) = parameters.optional("PASSWORD") => {
                // Takes as long as for a wrong password.
                self.pool.pretended_verifier(self.typed).matches(&self.pool.identity(self.typed), password);
                Err(wrong_password())
            }
            "PASSWORD_SRP" if let Some(client_public) = parameters.optional("SRP_A") => {
                let Self { call, pool, client, typed } = self;
                password_verifier(call, pool, client, typed, client_public).map(|(answer, _)| answer)
            }
            "EMAIL_OTP" => {
                let details = pretended_details(self.typed);
                let destination = details["Destination"].as_str().unwrap_or_default();
                Ok(self.open(name, delivery_parameters("EMAIL", destination)))
            }
            _ => Ok(self.open(name, Map::new())),
        }
    }

    fn open(self, name: &'static str, mut parameters: Map<String, Value>) -> Value {
        let username = self.pool.pretended_username(self.typed);
        let challenge = Challenge::Pretended(name);
        let session = self.pool.challenges.open(
            self.client,
            &username,
            challenge,
            Authentication::default(),
            self.call.now,
        );
        parameters.insert("USERNAME".to_owned(), json!(username));
        json!({ "ChallengeName": name, "Session": session, "ChallengeParameters": parameters })
    }
}

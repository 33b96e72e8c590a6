//! The page of the current step, and its answers: challenges of the sign-in, and codes.

use serde_json::{Value, json};

use super::{
    pages::{self, text_of},
    problem::Problem,
    state::{Challenge, Setup, Step},
    visit::Visit,
};
use crate::{error::AwsError, exchange::Response};

impl Visit<'_> {
    /// `GET /step`.
    pub(super) fn step_page(&self, error: Option<Problem>) -> Response {
        match self.step() {
            None => self.go_to("login"),
            Some(Step::ConfirmSignUp { destination, is_sent_again, .. }) => {
                pages::confirm_sign_up(self, &destination, is_sent_again, error)
            }
            Some(Step::ResetPassword { username, destination }) => {
                pages::reset_password(self, &username, &destination, error)
            }
            Some(Step::Challenge(challenge)) => pages::challenge(self, &challenge, error),
            Some(Step::AddPasskey { options, .. }) => pages::add_passkey(self, &options, error),
        }
    }

    /// `POST /step`.
    pub(super) fn answer(&self) -> Response {
        match self.step() {
            None => self.go_to("login"),
            Some(Step::ConfirmSignUp { username, session, .. }) => self.answer_sign_up(&username, session),
            Some(Step::ResetPassword { username, .. }) => self.reset_password(&username),
            Some(Step::Challenge(challenge)) => self.answer_challenge(challenge),
            Some(Step::AddPasskey { ticket, .. }) => self.add_passkey(ticket.as_deref()),
        }
    }

    fn answer_challenge(&self, mut challenge: Challenge) -> Response {
        if challenge.name == "MFA_SETUP" && challenge.setup.is_none() {
            return self.choose_setup(challenge);
        }
        let username = challenge.username.clone();
        let result = match &challenge.setup {
            Some(Setup::SoftwareToken { .. }) => self.verify_software_token(&mut challenge),
            _ => self.respond(&challenge),
        };
        match result {
            Ok(answer) => self.go_on(&username, &answer),
            Err(error) => self.challenge_failed(&challenge, error),
        }
    }

    /// A wrong answer can be repeated. A challenge that has ended leads back to the beginning.
    fn challenge_failed(&self, challenge: &Challenge, error: AwsError) -> Response {
        let has_ended = error.message.starts_with("Invalid session") || error.message == "User is disabled.";
        let is_first_factor = ["SELECT_CHALLENGE", "WEB_AUTHN"].contains(&challenge.name.as_str());
        if has_ended || is_first_factor {
            return self.sign_in_failed(&challenge.username, error);
        }
        self.step_page(Some(error.into()))
    }

    fn respond(&self, challenge: &Challenge) -> Result<Value, AwsError> {
        let mut responses = json!({ "USERNAME": challenge.username });
        match challenge.name.as_str() {
            "SELECT_CHALLENGE" => match self.form.get("password") {
                Some(password) => {
                    responses["ANSWER"] = json!("PASSWORD");
                    responses["PASSWORD"] = json!(password);
                }
                None => responses["ANSWER"] = json!(self.form.text("answer")),
            },
            "SELECT_MFA_TYPE" => responses["ANSWER"] = json!(self.form.text("answer")),
            "WEB_AUTHN" => responses["CREDENTIAL"] = json!(self.form.text("credential")),
            "MFA_SETUP" => responses["EMAIL"] = json!(self.form.text("email")),
            "NEW_PASSWORD_REQUIRED" => {
                responses["NEW_PASSWORD"] = json!(self.form.text("password"));
                for name in missing_attributes(challenge) {
                    responses[format!("userAttributes.{name}")] = json!(self.form.text(&name));
                }
            }
            name => responses[format!("{name}_CODE")] = json!(self.form.text("code")),
        }
        self.respond_with(challenge, &responses)
    }

    fn respond_with(&self, challenge: &Challenge, responses: &Value) -> Result<Value, AwsError> {
        let input = json!({
            "ChallengeName": challenge.name, "Session": challenge.session, "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", input)
    }

    /// The second factor that the person sets up.
    fn choose_setup(&self, mut challenge: Challenge) -> Response {
        match self.form.text("answer") {
            "EMAIL_OTP" => challenge.setup = Some(Setup::Email),
            _ => {
                let input = json!({ "Session": challenge.session });
                let answer = match self.call("AssociateSoftwareToken", input) {
                    Ok(answer) => answer,
                    Err(error) => return self.challenge_failed(&challenge, error),
                };
                challenge.session = text_of(&answer["Session"]);
                challenge.setup = Some(Setup::SoftwareToken { secret: text_of(&answer["SecretCode"]) });
            }
        }
        self.go_to_step(Step::Challenge(challenge))
    }

    /// The first code of the app, which ends the set-up and the sign-in.
    fn verify_software_token(&self, challenge: &mut Challenge) -> Result<Value, AwsError> {
        let input = json!({ "Session": challenge.session, "UserCode": self.form.text("code") });
        let answer = self.call("VerifySoftwareToken", input)?;
        challenge.session = text_of(&answer["Session"]);
        self.respond_with(challenge, &json!({ "USERNAME": challenge.username }))
    }
}

/// The required attributes that the account still lacks, by NEW_PASSWORD_REQUIRED.
pub(super) fn missing_attributes(challenge: &Challenge) -> Vec<String> {
    listed(&challenge.parameters["requiredAttributes"])
        .into_iter()
        .map(|name| name.trim_start_matches("userAttributes.").to_owned())
        .collect()
}

/// A list that a challenge parameter has as JSON text.
pub(super) fn listed(parameter: &Value) -> Vec<String> {
    serde_json::from_str(parameter.as_str().unwrap_or("[]")).unwrap_or_default()
}

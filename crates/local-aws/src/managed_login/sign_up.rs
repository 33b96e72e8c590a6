//! Signing up, and the code that confirms it.

use serde_json::{Value, json};

use super::{pages, problem::Problem, state::Step, visit::Visit};
use crate::{error::AwsError, exchange::Response};

impl Visit<'_> {
    /// The attributes that the sign-up page asks for besides the name. The address is asked for even where it may be missing, since
    /// the code goes there.
    pub(super) fn asked_attributes(&self) -> Vec<String> {
        let names = &self.settings.username_attributes;
        let mut asked = self.settings.required_attributes.clone();
        if !asked.iter().any(|name| name == "email") && names.is_empty() {
            asked.insert(0, "email".to_owned());
        }
        asked.retain(|name| name != "sub" && !names.contains(&name.as_str()));
        asked
    }

    /// `GET /signup`.
    pub(super) fn sign_up_page(&self, error: Option<Problem>) -> Response {
        if self.settings.allows_sign_up {
            pages::sign_up(self, &self.asked_attributes(), error)
        } else {
            self.sign_in_form(Some("SignUp is not permitted for this user pool".into()))
        }
    }

    /// `POST /signup`.
    pub(super) fn sign_up(&self) -> Response {
        let (username, password) = (self.form.text("username"), self.form.text("password"));
        let attributes: Vec<_> = self
            .asked_attributes()
            .into_iter()
            .filter_map(|name| Some(json!({ "Name": name, "Value": self.form.get(&name)? })))
            .collect();
        let input = json!({ "Username": username, "Password": password, "UserAttributes": attributes });
        let answer = match self.call("SignUp", input) {
            Ok(answer) => answer,
            Err(error) => return self.sign_up_page(Some(error.into())),
        };
        if answer["UserConfirmed"] == true {
            return self.signed_up(username, self.sign_in_with_password(username, password));
        }
        self.confirm_sign_up(username, &answer, answer["Session"].as_str())
    }

    /// Goes on to the code of a sign-up.
    pub(super) fn confirm_sign_up(&self, username: &str, answer: &Value, session: Option<&str>) -> Response {
        self.go_to_step(Step::ConfirmSignUp {
            username: username.to_owned(),
            destination: pages::destination(answer),
            session: session.map(str::to_owned),
            is_sent_again: false,
        })
    }

    /// The code of a sign-up, or the wish for a new one.
    pub(super) fn answer_sign_up(&self, username: &str, session: Option<String>) -> Response {
        if self.form.get("resend").is_some() {
            return match self.call("ResendConfirmationCode", json!({ "Username": username })) {
                Ok(answer) => self.go_to_step(Step::ConfirmSignUp {
                    username: username.to_owned(),
                    destination: pages::destination(&answer),
                    session,
                    is_sent_again: true,
                }),
                Err(error) => self.step_page(Some(error.into())),
            };
        }
        let mut input = json!({ "Username": username, "ConfirmationCode": self.form.text("code") });
        if let Some(session) = &session {
            input["Session"] = json!(session);
        }
        match self.call("ConfirmSignUp", input) {
            Ok(answer) => match answer["Session"].as_str() {
                Some(session) => self.signed_up(username, self.sign_in_by_session(username, session)),
                None => pages::sign_in_with_notice(self, username, self.texts.account_confirmed),
            },
            Err(error) => self.step_page(Some(error.into())),
        }
    }

    /// The code proved an address, so the person need not sign in once more.
    fn sign_in_by_session(&self, username: &str, session: &str) -> Result<Value, AwsError> {
        let parameters = json!({ "USERNAME": username });
        let input = json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters, "Session": session });
        self.call("InitiateAuth", input)
    }

    fn signed_up(&self, username: &str, result: Result<Value, AwsError>) -> Response {
        match result {
            Ok(answer) => self.go_on(username, &answer),
            Err(_) => pages::sign_in_with_notice(self, username, self.texts.account_confirmed),
        }
    }
}

//! The first page: who are you, with which provider, or go on as the user of the browser's session.

use serde_json::json;

use super::{pages, problem::Problem, state::Step, visit::Visit};
use crate::{error::AwsError, exchange::Response, form::Form};

impl Visit<'_> {
    /// `GET /login`. A browser with a session chooses whether to go on with it.
    pub(super) fn sign_in_page(&self) -> Response {
        let wants_other = Form::of_query(self.request).get("another").is_some();
        match self.session_user() {
            Some(user) if !wants_other => pages::session(self, user),
            _ => self.sign_in_form(None),
        }
    }

    /// The user of the browser's session, unless the app wants a new proof, or one by another provider.
    pub(super) fn session_user(&self) -> Option<&str> {
        let request = &self.authorization;
        let asks_anew = request.prompt.iter().any(|prompt| prompt == "login")
            || request.max_age.is_some()
            || request.provider.is_some()
            || !request.acr_values.is_empty();
        self.settings.signed_in_as.as_deref().filter(|_| !asks_anew)
    }

    pub(super) fn sign_in_form(&self, error: Option<Problem>) -> Response {
        let typed = self.form.get("username").or(self.authorization.login_hint.as_deref());
        pages::sign_in(self, typed.unwrap_or_default(), error)
    }

    /// `POST /login`.
    pub(super) fn sign_in(&self) -> Response {
        if self.form.get("resume").is_some() {
            return self.resume();
        }
        let username = self.form.text("username");
        let result = match self.form.get("password") {
            Some(password) => self.sign_in_with_password(username, password),
            None => {
                let parameters = json!({ "USERNAME": username });
                self.call("InitiateAuth", json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters }))
            }
        };
        match result {
            Ok(answer) => self.go_on(username, &answer),
            Err(error) => self.sign_in_failed(username, error),
        }
    }

    /// Sends people whose account is not confirmed, or whose password has to be reset, to these pages.
    pub(super) fn sign_in_failed(&self, username: &str, error: AwsError) -> Response {
        let input = json!({ "Username": username });
        match error.code.as_ref() {
            "UserNotConfirmedException" => match self.call("ResendConfirmationCode", input) {
                Ok(answer) => self.confirm_sign_up(username, &answer, None),
                Err(error) => self.sign_in_form(Some(error.into())),
            },
            "PasswordResetRequiredException" => self.begin_reset(username),
            _ => self.sign_in_form(Some(error.into())),
        }
    }

    /// Goes on as the user of the session.
    fn resume(&self) -> Response {
        if self.session_user().is_none() {
            return self.sign_in_form(None);
        }
        self.finish(None)
    }

    /// `GET` and `POST /forgotPassword`.
    pub(super) fn forgot_password_page(&self, error: Option<Problem>) -> Response {
        pages::forgot_password(self, self.form.text("username"), error)
    }

    pub(super) fn forgot_password(&self) -> Response {
        self.begin_reset(self.form.text("username"))
    }

    fn begin_reset(&self, username: &str) -> Response {
        match self.call("ForgotPassword", json!({ "Username": username })) {
            Ok(answer) => self.go_to_step(Step::ResetPassword {
                username: username.to_owned(),
                destination: pages::destination(&answer),
            }),
            Err(error) => self.forgot_password_page(Some(error.into())),
        }
    }

    /// The code and the new password of a reset, which signs in.
    pub(super) fn reset_password(&self, username: &str) -> Response {
        let password = self.form.text("password");
        let input = json!({
            "Username": username, "ConfirmationCode": self.form.text("code"), "Password": password,
        });
        let result = self
            .call("ConfirmForgotPassword", input)
            .and_then(|_| self.sign_in_with_password(username, password));
        match result {
            Ok(answer) => self.go_on(username, &answer),
            Err(error) => self.step_page(Some(error.into())),
        }
    }
}

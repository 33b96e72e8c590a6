//! Signing in, the session and the credentials.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use poolpass::{
    AuthFactor, AuthFlow, Challenge, Claims, DeviceTokens, Error, MfaMethod, SessionTokens, SignInStep, User,
};
use serde_json::{Map, Value, json};

use super::{Driver, Outcome, nothing};
use crate::arguments::Arguments;

impl Driver {
    pub(super) async fn session_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let client = self.client();
        Some(match operation {
            "signIn" => self.sign_in(with).await,
            "signInWithoutPassword" => self.sign_in_without_password(with).await,
            "autoSignIn" => Ok(client.auto_sign_in().await.map(|step| self.outcome(step))),
            "challenge.answer" | "challenge.answerWithPassword" | "challenge.resend" => {
                self.answer(operation, with).await
            }
            "challenge.associateSoftwareToken" => self.associate_software_token().await,
            "challenge.verifySoftwareToken" => self.answer(operation, with).await,
            "pendingChallenge" => self.pending_challenge().await,
            "currentUser" => {
                Ok(client.current_user().await.map(|person| person.as_ref().map_or(Value::Null, user)))
            }
            "idToken" => Ok(client.id_token().await.map(|token| claims(token.claims()))),
            "accessToken" => Ok(client.access_token().await.map(|token| claims(token.claims()))),
            "refresh" => Ok(client.refresh().await.map(|person| user(&person))),
            "stepUp" => self.step_up(with).await,
            "adoptSession" => self.adopt_session(with).await,
            "signOut" => {
                let sign_out = client.sign_out().associated(with.flag("associated"));
                Ok(sign_out.await.map(|outcome| json!(outcome.code())))
            }
            "signOutEverywhere" => nothing(client.sign_out_everywhere().await),
            "identityId" => Ok(client.identity_id().await.map(|id| json!(id))),
            "credentials" => Ok(client.credentials().await.map(|credentials| {
                let expiration = credentials.expiration().map(rfc3339);
                json!({ "accessKeyId": credentials.access_key_id(), "expiration": expiration })
            })),
            _ => return None,
        })
    }

    async fn sign_in(&self, with: Arguments<'_>) -> Outcome {
        let mut sign_in = self.client().sign_in(with.text("username")?, with.text("password")?);
        if let Some(flow) = with.maybe_text("flow") {
            sign_in = sign_in.flow(AuthFlow::from_code(flow).context("there is no such flow")?);
        }
        for (key, value) in with.texts("clientMetadata")? {
            sign_in = sign_in.client_metadata(key, value);
        }
        Ok(sign_in.await.map(|step| self.outcome(step)))
    }

    async fn sign_in_without_password(&self, with: Arguments<'_>) -> Outcome {
        let mut sign_in = self.client().sign_in_without_password(with.text("username")?);
        if let Some(flow) = with.maybe_text("flow") {
            sign_in = sign_in.flow(AuthFlow::from_code(flow).context("there is no such flow")?);
        }
        if let Some(factor) = with.maybe_text("preferred") {
            sign_in = sign_in.preferred(AuthFactor::from_code(factor));
        }
        for (key, value) in with.texts("clientMetadata")? {
            sign_in = sign_in.client_metadata(key, value);
        }
        Ok(sign_in.await.map(|step| self.outcome(step)))
    }

    async fn step_up(&self, with: Arguments<'_>) -> Outcome {
        let mut step_up = self.client().step_up(with.text("level")?);
        if let Some(seconds) = with.maybe_number("maxAge") {
            step_up = step_up.max_age(Duration::from_secs(seconds));
        }
        for (key, value) in with.texts("clientMetadata")? {
            step_up = step_up.client_metadata(key, value);
        }
        Ok(step_up.await.map(|step| self.outcome(step)))
    }

    async fn adopt_session(&self, with: Arguments<'_>) -> Outcome {
        let (id_token, access_token) = (with.text("idToken")?, with.text("accessToken")?);
        let mut tokens = SessionTokens::new(id_token, access_token, with.text("refreshToken")?);
        if let Some(device) = with.0.get("device").and_then(Value::as_object) {
            let device = Arguments(device);
            let (key, group_key) = (device.text("key")?, device.text("groupKey")?);
            tokens = tokens.device(DeviceTokens::new(key, group_key, device.text("password")?));
        }
        Ok(self.client().adopt_session(tokens).await.map(|person| user(&person)))
    }

    async fn answer(&self, operation: &str, with: Arguments<'_>) -> Outcome {
        let Some(challenge) = self.take_challenge().await? else { bail!("there is no challenge to answer") };
        let outcome = match (operation, &challenge) {
            ("challenge.resend", Challenge::EmailOtp(challenge)) => Ok(challenge.resend().await),
            ("challenge.resend", Challenge::SmsOtp(challenge)) => Ok(challenge.resend().await),
            ("challenge.answerWithPassword", Challenge::SelectChallenge(challenge)) => {
                Ok(challenge.answer_with_password(with.text("password")?).await)
            }
            (_, Challenge::WebAuthn(challenge)) if with.0.contains_key("authenticator") => {
                Ok(challenge.answer_with(&self.authenticator(with)?).await)
            }
            _ => answer(&challenge, with).await,
        };
        if !matches!(outcome, Ok(Ok(_))) {
            self.running().challenge = Some(challenge);
            return outcome.map(|outcome| outcome.map(|_| Value::Null));
        }
        let step = outcome?;
        Ok(step.map(|step| {
            let shown = self.outcome(step);
            // One that is answered is kept, for scenarios that answer it twice.
            self.running().challenge.get_or_insert(challenge);
            shown
        }))
    }

    async fn associate_software_token(&self) -> Outcome {
        let Some(Challenge::MfaSetup(challenge)) = self.take_challenge().await? else {
            bail!("it is not MFA_SETUP")
        };
        let setup = challenge.associate_software_token().await;
        self.running().challenge = Some(Challenge::MfaSetup(challenge));
        Ok(setup.map(
            |setup| json!({ "secret": setup.secret(), "otpauthUri": setup.otpauth_uri("Poolpass", "test") }),
        ))
    }

    async fn pending_challenge(&self) -> Outcome {
        Ok(self
            .client()
            .pending_challenge()
            .await
            .map(|challenge| challenge.map_or(Value::Null, |it| describe(&it))))
    }

    /// The challenge that the last step returned, or after a restart the stored one.
    async fn take_challenge(&self) -> Result<Option<Challenge>> {
        let kept = self.running().challenge.take();
        match kept {
            Some(challenge) => Ok(Some(challenge)),
            None => self.client().pending_challenge().await.context("reading the pending challenge"),
        }
    }

    /// Describes the step, and keeps its challenge for the next answer.
    fn outcome(&self, step: SignInStep) -> Value {
        match step {
            SignInStep::Done(user) => {
                json!({ "kind": "done", "user": self::user(&user) })
            }
            SignInStep::Challenge(challenge) => {
                let description = describe(&challenge);
                self.running().challenge = Some(challenge);
                description
            }
        }
    }
}

async fn answer(challenge: &Challenge, with: Arguments<'_>) -> Result<Result<SignInStep, Error>> {
    Ok(match challenge {
        Challenge::SmsMfa(challenge) => challenge.answer(with.text("code")?).await,
        Challenge::EmailMfa(challenge) => challenge.answer(with.text("code")?).await,
        Challenge::EmailOtp(challenge) => challenge.answer(with.text("code")?).await,
        Challenge::SmsOtp(challenge) => challenge.answer(with.text("code")?).await,
        Challenge::SelectChallenge(challenge) => {
            challenge.answer(&AuthFactor::from_code(with.text("factor")?)).await
        }
        Challenge::Password(challenge) => challenge.answer(with.text("password")?).await,
        Challenge::WebAuthn(challenge) => challenge.answer(with.text("credential")?).await,
        Challenge::CustomChallenge(challenge) => {
            let mut answer = challenge.answer(with.text("answer")?);
            for (key, value) in with.texts("clientMetadata")? {
                answer = answer.client_metadata(key, value);
            }
            answer.await
        }
        Challenge::SoftwareTokenMfa(challenge) => challenge.answer(with.text("code")?).await,
        Challenge::SelectMfaType(challenge) => {
            challenge.answer(&MfaMethod::from_code(with.text("method")?)).await
        }
        Challenge::MfaSetup(challenge) => {
            challenge.verify_software_token(with.text("code")?, with.maybe_text("deviceName")).await
        }
        Challenge::NewPasswordRequired(challenge) => {
            let attributes = with.texts("attributes")?;
            challenge.answer(with.text("newPassword")?, &pairs(&attributes)).await
        }
        Challenge::Other(challenge) => {
            let responses = with.texts("responses")?;
            challenge.answer(&pairs(&responses)).await
        }
        other => bail!("no answer for {}", other.name()),
    })
}

fn describe(challenge: &Challenge) -> Value {
    let methods = |methods: &[MfaMethod]| json!(methods.iter().map(MfaMethod::code).collect::<Vec<_>>());
    let mut description = json!({
        "kind": challenge.kind(), "name": challenge.name(), "username": challenge.username()
    });
    match challenge {
        Challenge::SmsMfa(challenge) => description["destination"] = json!(challenge.destination()),
        Challenge::EmailMfa(challenge) => description["destination"] = json!(challenge.destination()),
        Challenge::EmailOtp(challenge) => description["destination"] = json!(challenge.destination()),
        Challenge::SmsOtp(challenge) => description["destination"] = json!(challenge.destination()),
        Challenge::SelectChallenge(challenge) => {
            let available: Vec<_> = challenge.available().iter().map(AuthFactor::code).collect();
            description["available"] = json!(available);
        }
        Challenge::WebAuthn(challenge) => {
            description["requestOptions"] = json!(challenge.request_options());
        }
        Challenge::CustomChallenge(challenge) => description["parameters"] = json!(challenge.parameters()),
        Challenge::SoftwareTokenMfa(challenge) => description["deviceName"] = json!(challenge.device_name()),
        Challenge::SelectMfaType(challenge) => description["methods"] = methods(challenge.methods()),
        Challenge::MfaSetup(challenge) => description["methods"] = methods(challenge.methods()),
        Challenge::NewPasswordRequired(challenge) => {
            description["requiredAttributes"] = json!(challenge.required_attributes());
            description["attributes"] = json!(challenge.attributes());
        }
        Challenge::Other(challenge) => description["parameters"] = json!(challenge.parameters()),
        _ => {}
    }
    description
}

pub(super) fn user(user: &User) -> Value {
    json!({
        "username": user.username(),
        "sub": user.sub(),
        "deviceConfirmationNecessary": user.device_confirmation_necessary(),
        "acr": user.acr(),
        "amr": user.amr(),
        "authTime": user.auth_time().map(rfc3339),
        "claims": members(user.claims()),
    })
}

fn claims(claims: &Claims) -> Value {
    json!({ "claims": members(claims) })
}

fn members(claims: &Claims) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

pub(super) fn rfc3339(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339()
}

pub(super) fn pairs(texts: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

//! USER_AUTH: a choice of first factors, and the answers to its challenges.

use serde_json::{Map, Value, json};

use super::{
    Call,
    authentication::AuthMethod,
    challenge::Challenge,
    client::AppClient,
    code::{Code, CodeError},
    delivery::{masked, medium_name},
    first_factor::{FirstFactor, Tier, unavailable_in_lite},
    invalid_parameter,
    pool::{UserPool, user_not_found},
    pretence::Pretence,
    respond::{Answer, not_this_challenge, wrong_code},
    second_factor::SignInStep,
    sign_in::{InitiateAuth, Parameters, after_password, after_proof, password_verifier},
    step_up,
    user::UserStatus,
};
use crate::{error::AwsError, messages::Purpose};

/// InitiateAuth with USER_AUTH.
pub(super) fn by_choice(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    input: &InitiateAuth,
) -> Result<Value, AwsError> {
    if !call.allows_flow(client, "USER_AUTH") {
        return Err(invalid_parameter("USER_AUTH is not enabled for the client."));
    }
    if pool.settings.user_pool_tier == Tier::Lite {
        return Err(unavailable_in_lite("Choice-Based Sign-In"));
    }
    let parameters = &input.auth_parameters;
    let typed = parameters.required("USERNAME")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;
    let Some(user) = pool.find(typed) else {
        if client.settings.hides_users() {
            let preferred = parameters.optional("PREFERRED_CHALLENGE");
            return Pretence { call, pool, client, typed }.begin(preferred, parameters);
        }
        return Err(user_not_found());
    };
    if user.status == UserStatus::Unconfirmed {
        return Err(AwsError::new("UserNotConfirmedException", "User is not confirmed."));
    }
    let username = user.username.clone();
    let authentication = step_up::requested(call, pool, user, parameters)?.unwrap_or_default();
    let step = SignInStep { call, pool, client, username, authentication };
    let available = step.choices()?;
    if let Some(session) = &input.session {
        return after_sign_up(step, session);
    }
    let preferred = parameters.optional("PREFERRED_CHALLENGE");
    match preferred.filter(|preferred| available.contains(preferred)) {
        Some(preferred) => begin_with(step, preferred, parameters),
        None if step.needs_only_a_second_factor()? => step.ask_for_second_factor(),
        None if available.is_empty() => {
            Err(invalid_parameter("The user has no first factor to sign in with."))
        }
        None => {
            let mut answer = step.open("SELECT_CHALLENGE", Challenge::SelectFirstFactor, Map::new());
            answer["AvailableChallenges"] = json!(available);
            Ok(answer)
        }
    }
}

impl Answer<'_> {
    /// SELECT_CHALLENGE. The password is checked in the same call.
    pub(super) fn select_challenge(self) -> Result<Value, AwsError> {
        let Challenge::SelectFirstFactor = self.challenge()? else { return Err(not_this_challenge()) };
        let chosen = self.responses.required("ANSWER")?;
        if !self.step.choices()?.contains(&chosen) {
            return Err(invalid_parameter(format!("{chosen} is not one of the available challenges.")));
        }
        self.step.pool.challenges.close(self.session);
        begin_with(self.step, chosen, self.responses)
    }

    /// PASSWORD or PASSWORD_SRP, which was chosen without the password.
    pub(super) fn password(self, name: &str) -> Result<Value, AwsError> {
        match self.challenge()? {
            Challenge::Password if name == "PASSWORD" => self.responses.required("PASSWORD")?,
            Challenge::PasswordSrp if name == "PASSWORD_SRP" => self.responses.required("SRP_A")?,
            _ => return Err(not_this_challenge()),
        };
        self.step.pool.challenges.close(self.session);
        begin_with(self.step, name, self.responses)
    }

    /// EMAIL_OTP or SMS_OTP.
    pub(super) fn one_time_code(mut self, expected: FirstFactor, response: &str) -> Result<Value, AwsError> {
        let given = self.responses.required(response)?;
        let (client, now) = (self.step.client, self.step.call.now);
        let session = self.step.pool.challenges.waiting(self.session, Some(client), now)?;
        let result = match &mut session.challenge {
            Challenge::OneTimeCode { factor, code } if *factor == expected => code.check(given, now),
            _ => return Err(not_this_challenge()),
        };
        match result {
            Ok(()) => {
                self.step.pool.challenges.close(self.session);
                self.step.authentication.add(match expected {
                    FirstFactor::SmsOtp => AuthMethod::Sms,
                    _ => AuthMethod::Email,
                });
                after_proof(self.step)
            }
            Err(CodeError::Mismatch | CodeError::TooManyAttempts) => {
                self.step.pool.challenges.wrong_answer(self.session);
                Err(wrong_code())
            }
            Err(expired @ CodeError::Expired) => Err(expired.into()),
        }
    }
}

/// Poses an available challenge, or takes its answer from the same call.
fn begin_with(step: SignInStep<'_>, name: &str, parameters: &Parameters) -> Result<Value, AwsError> {
    match name {
        "PASSWORD" => match parameters.optional("PASSWORD") {
            Some(password) => {
                let is_right = step.pool.check_password(step.user()?, password);
                after_password(step, is_right)
            }
            None => Ok(step.open(name, Challenge::Password, Map::new())),
        },
        "PASSWORD_SRP" => match parameters.optional("SRP_A") {
            Some(client_public) => {
                let SignInStep { call, pool, client, username, authentication } = step;
                let (answer, secret_block) = password_verifier(call, pool, client, &username, client_public)?;
                pool.challenges.set_authentication(&secret_block, authentication);
                Ok(answer)
            }
            None => Ok(step.open(name, Challenge::PasswordSrp, Map::new())),
        },
        "EMAIL_OTP" => send_code(step, FirstFactor::EmailOtp, name),
        "SMS_OTP" => send_code(step, FirstFactor::SmsOtp, name),
        "WEB_AUTHN" => step.ask_for_passkey(),
        other => Err(invalid_parameter(format!("Challenge {other} is not supported."))),
    }
}

fn send_code(step: SignInStep<'_>, factor: FirstFactor, name: &str) -> Result<Value, AwsError> {
    let attribute = factor.address().unwrap_or_default();
    let code = Code::of_eight_digits(step.call.now, step.client.settings.challenge_lifetime());
    let user = step.user()?;
    step.call.send_code(step.pool, user, attribute, Purpose::SignIn, code.digits())?;
    let parameters = delivery_parameters(
        medium_name(attribute),
        &masked(attribute, user.attribute(attribute).unwrap_or_default()),
    );
    Ok(step.open(name, Challenge::OneTimeCode { factor, code }, parameters))
}

pub(super) fn delivery_parameters(medium: &str, destination: &str) -> Map<String, Value> {
    Map::from_iter([
        ("CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(), json!(medium)),
        ("CODE_DELIVERY_DESTINATION".to_owned(), json!(destination)),
    ])
}

/// The code that confirmed the sign-up has proved an address.
fn after_sign_up(step: SignInStep<'_>, session: &str) -> Result<Value, AwsError> {
    let waiting = step.pool.challenges.waiting(session, Some(step.client), step.call.now)?;
    if waiting.username != step.username || !matches!(waiting.challenge, Challenge::ConfirmedSignUp) {
        return Err(not_this_challenge());
    }
    step.pool.challenges.close(session);
    after_proof(step)
}

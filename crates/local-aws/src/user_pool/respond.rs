//! RespondToAuthChallenge.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;
use time::{PrimitiveDateTime, macros::format_description};

use super::{
    Call,
    attributes::check_preferred_username,
    authentication::AuthMethod,
    challenge::{Challenge, PasswordVerifier},
    client::AppClient,
    code::CodeError,
    custom_auth, device,
    device_sign_in::{device_password_verifier, device_srp_auth},
    first_factor::FirstFactor,
    invalid_parameter,
    mfa::{Factor, SoftwareTokenError},
    not_authorized,
    pool::UserPool,
    pretence::Pretence,
    schema::{Attributes, Writer},
    second_factor::SignInStep,
    sign_in::{Parameters, after_password, wrong_password},
    user::{UserStatus, password_reset_required},
};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RespondToAuthChallenge {
    client_id: String,
    challenge_name: String,
    session: Option<String>,
    #[serde(default)]
    challenge_responses: Parameters,
}

/// The answer to a challenge with a session.
pub(super) struct Answer<'a> {
    pub(super) step: SignInStep<'a>,
    pub(super) session: &'a str,
    pub(super) responses: &'a Parameters,
}

pub(super) fn respond_to_auth_challenge(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: RespondToAuthChallenge = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    let responses = &input.challenge_responses;
    let typed = responses.required("USERNAME")?;
    client.check_secret_hash(typed, responses.optional("SECRET_HASH"))?;
    device::check_presented(pool, &client, responses)?;
    match input.challenge_name.as_str() {
        "PASSWORD_VERIFIER" => return password_verifier(call, pool, &client, responses),
        "DEVICE_SRP_AUTH" => {
            return device_srp_auth(call, pool, &client, input.session.as_deref(), responses);
        }
        "DEVICE_PASSWORD_VERIFIER" => return device_password_verifier(call, pool, &client, responses),
        _ => {}
    }

    let session = input.session.as_deref().unwrap_or_default();
    if session.is_empty() {
        return Err(invalid_parameter("Missing required parameter Session"));
    }
    let waiting = pool.challenges.waiting(session, Some(&client), call.now)?;
    let (username, authentication) = (waiting.username.clone(), waiting.authentication.clone());
    if let Challenge::Pretended(posed) = waiting.challenge {
        if typed != username && pool.pretended_username(typed) != username {
            return Err(not_this_challenge());
        }
        let pretence = Pretence { call, pool, client: &client, typed: &username };
        return pretence.answer(session, posed, &input.challenge_name, responses);
    }
    // A custom challenge may be for a user who does not exist.
    let is_custom = input.challenge_name == "CUSTOM_CHALLENGE";
    if pool.find(typed).map_or(typed, |user| &user.username) != username {
        return Err(not_authorized("Invalid session for the user."));
    }
    match pool.user(&username) {
        Ok(user) if !user.enabled => return Err(not_authorized("User is disabled.")),
        Ok(user) if user.status == UserStatus::ResetRequired => return Err(password_reset_required()),
        Err(missing) if !is_custom => return Err(missing),
        _ => {}
    }
    let step = SignInStep { call, pool, client: &client, username, authentication };
    if is_custom {
        return custom_auth::answer(step, session, responses);
    }
    let answer = Answer { step, session, responses };
    match input.challenge_name.as_str() {
        "NEW_PASSWORD_REQUIRED" => answer.new_password(),
        "SMS_MFA" => answer.code(Factor::Sms, "SMS_MFA_CODE"),
        "EMAIL_OTP" if matches!(answer.challenge(), Ok(Challenge::OneTimeCode { .. })) => {
            answer.one_time_code(FirstFactor::EmailOtp, "EMAIL_OTP_CODE")
        }
        "EMAIL_OTP" => answer.code(Factor::Email, "EMAIL_OTP_CODE"),
        "SMS_OTP" => answer.one_time_code(FirstFactor::SmsOtp, "SMS_OTP_CODE"),
        "SELECT_CHALLENGE" => answer.select_challenge(),
        name @ ("PASSWORD" | "PASSWORD_SRP") => answer.password(name),
        "SOFTWARE_TOKEN_MFA" => answer.software_token(),
        "SELECT_MFA_TYPE" => answer.select_mfa_type(),
        "MFA_SETUP" => answer.mfa_setup(),
        "WEB_AUTHN" => answer.web_authn(),
        other => Err(invalid_parameter(format!("Challenge {other} is not supported."))),
    }
}

/// PASSWORD_VERIFIER contains the secret block, so it needs no session.
fn password_verifier(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    responses: &Parameters,
) -> Result<Value, AwsError> {
    let secret_block = responses.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = responses.required("PASSWORD_CLAIM_SIGNATURE")?;
    let timestamp = responses.required("TIMESTAMP")?;
    let signed_at = parse_timestamp(timestamp)?;
    let typed = responses.required("USERNAME")?;

    let verifier =
        pool.challenges.take_password_verifier(secret_block, call.now).ok_or_else(wrong_password)?;
    if verifier.client_id != client.id || !is_same_user(pool, &verifier, typed) {
        return Err(wrong_password());
    }
    if !is_recent(signed_at, call.now) {
        return Err(wrong_password());
    }
    let secret_block = STANDARD.decode(secret_block).map_err(|_| wrong_password())?;
    let is_right = verifier.exchange.proves(&verifier.identity, &secret_block, timestamp, signature);
    let username = verifier.username.ok_or_else(wrong_password)?;
    let authentication = verifier.authentication;
    let step = SignInStep { call, pool, client, username, authentication };
    match verifier.custom_auth {
        Some(history) => custom_auth::after_password(step, is_right, history),
        None => after_password(step, is_right),
    }
}

impl Answer<'_> {
    fn new_password(self) -> Result<Value, AwsError> {
        let Challenge::NewPassword = self.challenge()? else { return Err(not_this_challenge()) };
        let new_password = self.responses.required("NEW_PASSWORD")?;
        self.step.pool.settings.policies.password_policy.check(new_password)?;
        self.step.pool.check_history(&self.step.username, new_password)?;
        let written: Attributes = self
            .responses
            .with_prefix("userAttributes.")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.check_new_attributes(&written)?;
        check_preferred_username(self.step.pool, &written, &self.step.username)?;

        let verifier = self.step.pool.verifier(&self.step.username, new_password);
        let user = self.step.pool.user_mut(&self.step.username)?;
        user.write_attributes(written, self.step.call.now);
        user.set_password(verifier, self.step.call.now);
        user.status = UserStatus::Confirmed;
        self.step.pool.challenges.close(self.session);
        self.step.ask_for_second_factor()
    }

    fn check_new_attributes(&self, written: &Attributes) -> Result<(), AwsError> {
        let user = self.step.user()?;
        for name in written.keys() {
            if matches!(name.as_str(), "email" | "phone_number") && user.attribute(name).is_some() {
                return Err(AwsError::new(
                    "NotAuthorizedException",
                    format!("Cannot modify an already provided {name}"),
                ));
            }
            if !self.step.client.settings.may_write(name) {
                return Err(not_authorized("A client attempted to write unauthorized attribute"));
            }
        }
        self.step.pool.schema.check_write(Writer::User, written, Some(&user.attributes))?;
        let missing = self
            .step
            .pool
            .schema
            .required()
            .find(|name| user.attribute(name).is_none() && !written.contains_key(*name));
        match missing {
            Some(name) => Err(invalid_parameter(format!("Invalid attributes given, {name} is missing"))),
            None => Ok(()),
        }
    }

    fn code(mut self, expected: Factor, response: &str) -> Result<Value, AwsError> {
        let given = self.responses.required(response)?;
        let session =
            self.step.pool.challenges.waiting(self.session, Some(self.step.client), self.step.call.now)?;
        let (result, sets_up) = match &mut session.challenge {
            Challenge::Code { factor, code, sets_up } if *factor == expected => {
                (code.check(given, self.step.call.now), *sets_up)
            }
            _ => return Err(not_this_challenge()),
        };
        match result {
            Ok(()) => {}
            Err(CodeError::Mismatch | CodeError::TooManyAttempts) => {
                self.step.pool.challenges.wrong_answer(self.session);
                return Err(wrong_code());
            }
            Err(expired @ CodeError::Expired) => return Err(expired.into()),
        }
        if sets_up {
            let user = self.step.pool.user_mut(&self.step.username)?;
            user.set_verified("email", true);
            user.mfa.enable(expected);
        }
        self.step.authentication.add(expected.into());
        self.finish()
    }

    fn software_token(mut self) -> Result<Value, AwsError> {
        let given = self.responses.required("SOFTWARE_TOKEN_MFA_CODE")?;
        let Challenge::SoftwareToken = self.challenge()? else { return Err(not_this_challenge()) };
        let user = self.step.pool.user_mut(&self.step.username)?;
        let token = user.mfa.software_token.as_mut().ok_or_else(|| {
            AwsError::new("SoftwareTokenMFANotFoundException", "The user has no software token.")
        })?;
        match token.check(given, self.step.call.now) {
            Ok(()) => {
                self.step.authentication.add(AuthMethod::SoftwareToken);
                self.finish()
            }
            Err(error @ SoftwareTokenError::AlreadyUsed) => Err(error.into()),
            Err(error @ SoftwareTokenError::Mismatch) => {
                self.step.pool.challenges.wrong_answer(self.session);
                Err(error.into())
            }
        }
    }

    fn web_authn(self) -> Result<Value, AwsError> {
        let credential = self.responses.required("CREDENTIAL")?;
        let Challenge::WebAuthn(_) = self.challenge()? else { return Err(not_this_challenge()) };
        self.step.answer_with_passkey(self.session, credential)
    }

    fn select_mfa_type(self) -> Result<Value, AwsError> {
        let answer = self.responses.required("ANSWER")?;
        let Challenge::SelectMfaType { factors } = self.challenge()? else {
            return Err(not_this_challenge());
        };
        let factor = Factor::by_name(answer).filter(|factor| factors.contains(factor)).ok_or_else(|| {
            invalid_parameter(format!("{answer} is not one of the MFA types to choose from."))
        })?;
        self.step.pool.challenges.close(self.session);
        self.step.ask_for(factor)
    }

    /// Completes the set-up of a verified authenticator app or, if the pool offers it, of the given mail address.
    fn mfa_setup(mut self) -> Result<Value, AwsError> {
        let email = self.responses.optional("EMAIL");
        let session =
            self.step.pool.challenges.waiting(self.session, Some(self.step.client), self.step.call.now)?;
        let Challenge::MfaSetup { software_token, is_verified } = &mut session.challenge else {
            return Err(not_this_challenge());
        };
        if let Some(email) = email.filter(|_| self.step.pool.offered_factors.email) {
            let written = Attributes::from_iter([("email".to_owned(), email.to_owned())]);
            self.step.pool.schema.check_write(Writer::User, &written, None)?;
            self.step.pool.challenges.close(self.session);
            self.step.pool.user_mut(&self.step.username)?.write_attributes(written, self.step.call.now);
            return self.step.ask_for_setup_by_email();
        }
        if !*is_verified {
            return Err(invalid_parameter("User has not verified software token mfa"));
        }
        let software_token = software_token.take();
        let user = self.step.pool.user_mut(&self.step.username)?;
        user.mfa.software_token = software_token;
        user.mfa.enable(Factor::SoftwareToken);
        self.step.authentication.add(AuthMethod::SoftwareToken);
        self.finish()
    }

    pub(super) fn challenge(&self) -> Result<&Challenge, AwsError> {
        self.step.pool.challenges.challenge(self.session).ok_or_else(not_this_challenge)
    }

    fn finish(self) -> Result<Value, AwsError> {
        self.step.pool.challenges.close(self.session);
        self.step.finish()
    }
}

/// Clients send the entered name, the real username, or `USER_ID_FOR_SRP`.
fn is_same_user(pool: &UserPool, verifier: &PasswordVerifier, typed: &str) -> bool {
    match &verifier.username {
        Some(username) => pool.find(typed).is_some_and(|user| user.username == *username),
        None => {
            typed == verifier.identity.username
                || pool.pretended_username(typed) == verifier.identity.username
        }
    }
}

pub(super) fn parse_timestamp(timestamp: &str) -> Result<SystemTime, AwsError> {
    let format = format_description!(
        "[weekday repr:short] [month repr:short] [day padding:none] [hour]:[minute]:[second] UTC [year]"
    );
    PrimitiveDateTime::parse(timestamp, format)
        .map(|time| time.assume_utc().into())
        .map_err(|_| invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."))
}

pub(super) fn is_recent(time: SystemTime, now: SystemTime) -> bool {
    const TOLERANCE: Duration = Duration::from_secs(5 * 60);

    let distance = now.duration_since(time).unwrap_or_else(|error| error.duration());
    distance <= TOLERANCE
}

pub(super) fn wrong_code() -> AwsError {
    AwsError::new("CodeMismatchException", "Invalid code or auth state for the user.")
}

pub(super) fn not_this_challenge() -> AwsError {
    not_authorized("Invalid session for the user.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_english_utc_with_an_unpadded_day() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(1_625_213_045);
        assert_eq!(parse_timestamp("Fri Jul 2 08:04:05 UTC 2021"), Ok(expected));
        for wrong in
            ["", "Fri Jul 2 08:04:05 CET 2021", "Fr Juli 2 08:04:05 UTC 2021", "Fri Jul 2 24:04:05 UTC 2021"]
        {
            assert_eq!(parse_timestamp(wrong).unwrap_err().code, "InvalidParameterException", "{wrong}");
        }
    }

    #[test]
    fn a_signature_counts_five_minutes_around_its_timestamp() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000);
        for (seconds, recent) in [(9_700, true), (9_699, false), (10_300, true), (10_301, false)] {
            assert_eq!(is_recent(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), now), recent);
        }
    }
}

//! InitiateAuth: the first step of a sign-in.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, auth_events,
    authentication::AuthMethod,
    choice,
    client::AppClient,
    custom_auth, device, invalid_parameter, not_authorized,
    pool::{UserPool, user_not_found},
    refresh,
    second_factor::SignInStep,
    srp::Exchange,
    step_up, triggers,
};
use crate::error::AwsError;

/// `AuthParameters` or `ChallengeResponses`.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Parameters(BTreeMap<String, String>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateAuth {
    auth_flow: String,
    client_id: String,
    #[serde(default)]
    pub(super) auth_parameters: Parameters,
    /// Of ConfirmSignUp.
    pub(super) session: Option<String>,
}

const AUTH_FLOWS: &str = "USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, \
                          USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH";

pub(super) fn initiate_auth(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: InitiateAuth = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    let parameters = &input.auth_parameters;
    if !input.auth_flow.starts_with("REFRESH_TOKEN") {
        device::check_presented(pool, &client, parameters)?;
    }
    triggers::before_authentication(call, pool, &client, &input.auth_flow, parameters)?;
    match input.auth_flow.as_str() {
        "USER_SRP_AUTH" => by_srp(call, pool, &client, parameters),
        "USER_PASSWORD_AUTH" => by_password(call, pool, &client, parameters),
        "CUSTOM_AUTH" => custom_auth::start(call, pool, &client, parameters),
        "USER_AUTH" => choice::by_choice(call, pool, &client, &input),
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => refresh::by_refresh_token(call, pool, &client, parameters),
        flow if AUTH_FLOWS.split(", ").any(|known| known == flow) => {
            Err(invalid_parameter(format!("{flow} flow not enabled for this client")))
        }
        flow => Err(invalid_parameter(format!(
            "1 validation error detected: Value '{flow}' at 'authFlow' failed to satisfy constraint: Member must \
             satisfy enum value set: [{AUTH_FLOWS}]"
        ))),
    }
}

impl Parameters {
    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.optional(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| invalid_parameter(format!("Missing required parameter {name}")))
    }

    /// The parameters whose names begin with `prefix`, by the remainder of the name.
    pub(super) fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

/// USER_SRP_AUTH, which returns the challenge PASSWORD_VERIFIER. The answer reveals nothing about the user's state before the
/// password is proved.
fn by_srp(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if !client.settings.allows("USER_SRP_AUTH") {
        return Err(invalid_parameter("USER_SRP_AUTH is not enabled for the client."));
    }
    let typed = parameters.required("USERNAME")?;
    let client_public = parameters.required("SRP_A")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;
    password_verifier(call, pool, client, typed, client_public).map(|(answer, _)| answer)
}

/// The challenge PASSWORD_VERIFIER, and its secret block.
pub(super) fn password_verifier(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    typed: &str,
    client_public: &str,
) -> Result<(Value, String), AwsError> {
    let known = pool.find(typed);
    if known.is_none() && !client.settings.hides_users() {
        return Err(user_not_found());
    }
    let username = known.map(|user| user.username.clone());
    let shown_username = username.clone().unwrap_or_else(|| pool.pretended_username(typed));
    let verifier = known
        .and_then(|user| user.password.clone())
        .unwrap_or_else(|| pool.pretended_verifier(&shown_username));
    let exchange = Exchange::start(verifier, client_public)
        .map_err(|_| invalid_parameter("SRP_A is not a valid public value."))?;

    let secret_block = random_secret_block();
    let answer = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": exchange.salt_hex(),
            "SECRET_BLOCK": secret_block,
            "SRP_B": exchange.server_public_hex(),
            "USERNAME": shown_username,
            "USER_ID_FOR_SRP": shown_username,
        },
    });
    let identity = pool.identity(&shown_username);
    pool.challenges.expect_signature(secret_block.clone(), client, identity, username, exchange, call.now);
    Ok((answer, secret_block))
}

/// USER_PASSWORD_AUTH.
fn by_password(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if !call.allows_flow(client, "USER_PASSWORD_AUTH") {
        return Err(invalid_parameter("USER_PASSWORD_AUTH flow not enabled for this client"));
    }
    let typed = parameters.required("USERNAME")?;
    let password = parameters.required("PASSWORD")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;

    let migrated = match pool.find(typed) {
        Some(_) => None,
        None => triggers::migrated_user(call, pool, client, typed, password)?,
    };
    let Some(user) = pool.find(migrated.as_deref().unwrap_or(typed)) else {
        if client.settings.hides_users() {
            // Takes as long as for a wrong password.
            pool.pretended_verifier(typed).matches(&pool.identity(typed), password);
            return Err(wrong_password());
        }
        return Err(user_not_found());
    };
    let username = user.username.clone();
    let is_right = pool.check_password(user, password);
    // The pages may ask for a level.
    let requested = match call.managed_login {
        Some(_) => step_up::requested(call, pool, user, parameters)?,
        None => None,
    };
    let authentication = requested.unwrap_or_default();
    after_password(SignInStep { call, pool, client, username, authentication }, is_right)
}

/// Continues after a password was right or wrong.
pub(super) fn after_password(mut step: SignInStep<'_>, is_right: bool) -> Result<Value, AwsError> {
    count_attempt(&mut step, is_right)?;
    step.after_first_factor()
}

/// Counts a right or wrong password.
///
/// # Errors
/// `NotAuthorizedException` if it is wrong, and for a user who may not sign in.
pub(super) fn count_attempt(step: &mut SignInStep<'_>, is_right: bool) -> Result<(), AwsError> {
    let now = step.call.now;
    let user = step.pool.user_mut(&step.username)?;
    user.password_attempts.check_lock(now)?;
    if !is_right {
        user.password_attempts.wrong(now);
        auth_events::failed(step.pool, &step.username, now);
        return Err(wrong_password());
    }
    user.password_attempts.right();
    check_enabled(step)?;
    step.authentication.add(AuthMethod::Password);
    Ok(())
}

/// Continues after a first factor that is not a password was proved.
pub(super) fn after_proof(step: SignInStep<'_>) -> Result<Value, AwsError> {
    check_enabled(&step)?;
    step.after_first_factor()
}

fn check_enabled(step: &SignInStep<'_>) -> Result<(), AwsError> {
    if step.user()?.enabled { Ok(()) } else { Err(not_authorized("User is disabled.")) }
}

pub(super) fn wrong_password() -> AwsError {
    not_authorized("Incorrect username or password.")
}

pub(super) fn random_secret_block() -> String {
    let mut bytes = [0; 512];
    rand::rng().fill_bytes(&mut bytes);
    STANDARD.encode(bytes)
}

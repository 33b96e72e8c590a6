//! InitiateAuth: the first step of a sign-in.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, client::AppClient, invalid_parameter, not_authorized, pool::UserPool, pool::user_not_found,
    refresh, second_factor, srp::Exchange,
};
use crate::error::AwsError;

/// `AuthParameters` or `ChallengeResponses`.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Parameters(BTreeMap<String, String>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuth {
    auth_flow: String,
    client_id: String,
    #[serde(default)]
    auth_parameters: Parameters,
}

const AUTH_FLOWS: &str = "USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, \
                          USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH";

pub(super) fn initiate_auth(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: InitiateAuth = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    let parameters = &input.auth_parameters;
    match input.auth_flow.as_str() {
        "USER_SRP_AUTH" => by_srp(call, pool, &client, parameters),
        "USER_PASSWORD_AUTH" => by_password(call, pool, &client, parameters),
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

    /// The parameters whose names begin with `prefix`, by the rest of the name.
    pub(super) fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// USER_SRP_AUTH: answers with the challenge PASSWORD_VERIFIER. Nothing about the user's state is told before the
/// password is proved.
fn by_srp(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if !client.settings.allows("USER_SRP_AUTH") {
        return Err(invalid_parameter("USER_SRP_AUTH is not enabled for the client."));
    }
    let typed = parameters.required("USERNAME")?;
    let client_public = parameters.required("SRP_A")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;

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
    pool.challenges.expect_signature(secret_block, client, identity, username, exchange, call.now);
    Ok(answer)
}

/// USER_PASSWORD_AUTH: the password itself.
fn by_password(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if !client.settings.allows("USER_PASSWORD_AUTH") {
        return Err(invalid_parameter("USER_PASSWORD_AUTH flow not enabled for this client"));
    }
    let typed = parameters.required("USERNAME")?;
    let password = parameters.required("PASSWORD")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;

    let Some(user) = pool.find(typed) else {
        if client.settings.hides_users() {
            // Takes as long as a wrong password does.
            pool.pretended_verifier(typed).matches(&pool.identity(typed), password);
            return Err(wrong_password());
        }
        return Err(user_not_found());
    };
    let username = user.username.clone();
    let is_right = pool.check_password(user, password);
    after_password(call, pool, client, &username, is_right)
}

/// Goes on after a password was proved, or not.
pub(super) fn after_password(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
    is_right: bool,
) -> Result<Value, AwsError> {
    let user = pool.user_mut(username)?;
    user.password_attempts.check_lock(call.now)?;
    if !is_right {
        user.password_attempts.wrong(call.now);
        return Err(wrong_password());
    }
    user.password_attempts.right();
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    second_factor::after_first_factor(call, pool, client, username)
}

pub(super) fn wrong_password() -> AwsError {
    not_authorized("Incorrect username or password.")
}

fn random_secret_block() -> String {
    let mut bytes = [0; 512];
    rand::rng().fill_bytes(&mut bytes);
    STANDARD.encode(bytes)
}

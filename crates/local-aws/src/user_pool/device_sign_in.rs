//! The device's part of a sign-in: DEVICE_SRP_AUTH, and DEVICE_PASSWORD_VERIFIER.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Call,
    challenge::Challenge,
    client::AppClient,
    device::{Device, DeviceIds, device_not_found},
    invalid_parameter, not_authorized,
    pool::UserPool,
    respond::{is_recent, parse_timestamp},
    second_factor::SignInStep,
    sign_in::{Parameters, random_secret_block, wrong_password},
    srp::Exchange,
};
use crate::error::AwsError;

impl SignInStep<'_> {
    /// Whether the presented device makes a second factor unnecessary.
    pub(super) fn has_trusted_device(&self) -> bool {
        let configuration = self.pool.settings.device_configuration;
        configuration.is_some_and(|configuration| configuration.trusts_remembered())
            && self.presented_device().is_some_and(|device| device.remembered)
    }

    pub(super) fn presented_device(&self) -> Option<&Device> {
        self.pool.settings.device_configuration?;
        self.user().ok()?.device(&self.call.device_key()?)
    }

    /// DEVICE_SRP_AUTH: the device has to prove its password.
    pub(super) fn ask_for_device(self, ids: DeviceIds) -> Value {
        let mut parameters = serde_json::Map::new();
        parameters.insert("USERNAME".to_owned(), json!(self.username));
        self.open("DEVICE_SRP_AUTH", Challenge::DeviceSrp { key: ids.key }, parameters)
    }
}

/// The answer to DEVICE_SRP_AUTH. Some clients leave the session out: then it is the one that waits for this device.
pub(super) fn device_srp_auth(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    session: Option<&str>,
    responses: &Parameters,
) -> Result<Value, AwsError> {
    let key = responses.required("DEVICE_KEY")?;
    let client_public = responses.required("SRP_A")?;
    let user = pool.find(responses.required("USERNAME")?).ok_or_else(wrong_password)?;
    let username = user.username.clone();
    let device = user.device(key).ok_or_else(device_not_found)?;
    let exchange = Exchange::start(device.verifier.clone(), client_public)
        .map_err(|_| invalid_parameter("SRP_A is not a valid public value."))?;
    let identity = device.ids.identity();

    let session = match session.filter(|session| !session.is_empty()) {
        Some(session) => session.to_owned(),
        None => pool
            .challenges
            .awaiting_device(client, &username, key)
            .ok_or_else(|| not_authorized("Invalid session for the user."))?,
    };
    let waiting = pool.challenges.waiting(&session, Some(client), call.now)?;
    let is_expected = waiting.username == username
        && matches!(&waiting.challenge, Challenge::DeviceSrp { key: expected } if expected == key);
    if !is_expected {
        return Err(not_authorized("Invalid session for the user."));
    }
    let authentication = waiting.authentication.clone();
    pool.challenges.close(&session);

    let secret_block = random_secret_block();
    let answer = json!({
        "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "DEVICE_KEY": key,
            "SALT": exchange.salt_hex(),
            "SECRET_BLOCK": secret_block,
            "SRP_B": exchange.server_public_hex(),
            "USERNAME": username,
        },
    });
    pool.challenges.expect_device_signature(
        secret_block.clone(),
        client,
        identity,
        username,
        exchange,
        call.now,
    );
    pool.challenges.set_authentication(&secret_block, authentication);
    Ok(answer)
}

/// The answer to DEVICE_PASSWORD_VERIFIER, which contains the secret block, so it needs no session.
pub(super) fn device_password_verifier(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    responses: &Parameters,
) -> Result<Value, AwsError> {
    let key = responses.required("DEVICE_KEY")?;
    let secret_block = responses.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = responses.required("PASSWORD_CLAIM_SIGNATURE")?;
    let timestamp = responses.required("TIMESTAMP")?;
    let signed_at = parse_timestamp(timestamp)?;
    let typed = responses.required("USERNAME")?;

    let verifier = pool.challenges.take_device_verifier(secret_block, call.now).ok_or_else(wrong_password)?;
    let username = verifier.username.ok_or_else(wrong_password)?;
    let is_same = verifier.client_id == client.id
        && verifier.identity.username == key
        && pool.find(typed).is_some_and(|user| user.username == username);
    if !is_same || !is_recent(signed_at, call.now) {
        return Err(wrong_password());
    }
    let secret_block = STANDARD.decode(secret_block).map_err(|_| wrong_password())?;
    if !verifier.exchange.proves(&verifier.identity, &secret_block, timestamp, signature) {
        return Err(wrong_password());
    }
    let user = pool.user_mut(&username)?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    let device = user.device_mut(key)?;
    device.authenticated = call.now;
    let ids = device.ids.clone();
    let authentication = verifier.authentication;
    SignInStep { call, pool, client, username, authentication }.issue_tokens(Some(ids))
}

//! The operations of users on their passkeys.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{Call, invalid_parameter, pool::UserPool},
    ceremony::{Refusal, Registration},
};
use crate::{clock::json_timestamp, error::AwsError};

/// A registration that waits for the authenticator.
pub(in super::super) struct PendingRegistration {
    ceremony: Registration,
    client_id: String,
    expires: SystemTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Start {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Complete {
    access_token: String,
    credential: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    access_token: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    access_token: String,
    credential_id: String,
}

/// The number of passkeys that a user may have.
const MOST: usize = 20;
/// The time for the authenticator.
pub(in super::super) const TIMEOUT: Duration = Duration::from_secs(180);

pub(in super::super) fn start_web_authn_registration(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Start = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let options = start(pool, &caller.username, &caller.client.id, call.now)?;
    Ok(json!({ "CredentialCreationOptions": options }))
}

/// Begins a registration, and returns the options for the authenticator.
pub(in super::super) fn start(
    pool: &mut UserPool,
    username: &str,
    client_id: &str,
    now: SystemTime,
) -> Result<Value, AwsError> {
    check_enabled(pool)?;
    let relying_party_id = relying_party_id(pool)?;
    let user = pool.user(username)?;
    check_number(user.passkeys.credentials.len())?;
    let verification = pool.web_authn.user_verification;
    let (ceremony, options) = Registration::start(relying_party_id, user, verification)?;
    let pending = PendingRegistration { ceremony, client_id: client_id.to_owned(), expires: now + TIMEOUT };
    pool.user_mut(username)?.passkeys.pending = Some(pending);
    Ok(options)
}

pub(in super::super) fn complete_web_authn_registration(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Complete = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    complete(pool, &caller.username, &caller.client.id, &input.credential, call.now)?;
    Ok(json!({}))
}

/// Ends a registration with the authenticator's answer.
pub(in super::super) fn complete(
    pool: &mut UserPool,
    username: &str,
    client_id: &str,
    credential: &Value,
    now: SystemTime,
) -> Result<(), AwsError> {
    check_enabled(pool)?;
    if !credential.is_object() {
        return Err(invalid_parameter("Invalid credential"));
    }
    // The challenge counts once, whatever the answer is.
    let pending = pool.user_mut(username)?.passkeys.pending.take();
    let pending = pending.filter(|pending| now < pending.expires);
    let pending = pending.ok_or_else(|| Refusal::Challenge.of_registration())?;
    if pending.client_id != client_id {
        return Err(AwsError::new(
            "WebAuthnClientMismatchException",
            "The access token is for a different client than the one in the original StartWebAuthnRegistration request.",
        ));
    }
    let credential = pending.ceremony.verify(credential, now).map_err(Refusal::of_registration)?;
    if pool.users.values().any(|user| user.passkeys.credentials.iter().any(|known| known.id == credential.id))
    {
        return Err(invalid_parameter("The credential is already registered."));
    }
    let passkeys = &mut pool.user_mut(username)?.passkeys;
    check_number(passkeys.credentials.len())?;
    passkeys.credentials.push(credential);
    Ok(())
}

pub(in super::super) fn list_web_authn_credentials(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: List = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let credentials = &pool.user(&caller.username)?.passkeys.credentials;
    let first = match &input.next_token {
        None => 0,
        // The token names the first entry of the page, so that a passkey that is deleted meanwhile shifts nothing.
        Some(token) => credentials
            .iter()
            .position(|credential| credential.id_text() == *token)
            .ok_or_else(|| invalid_parameter("Invalid pagination token."))?,
    };
    let size = input.max_results.filter(|size| *size > 0).unwrap_or(MOST);
    let page = credentials.iter().skip(first).take(size).map(|credential| {
        let mut entry = json!({
            "CredentialId": credential.id_text(),
            "FriendlyCredentialName": "Passkey",
            "RelyingPartyId": credential.relying_party_id,
            "AuthenticatorTransports": credential.transports,
            "CreatedAt": json_timestamp(credential.created),
        });
        if let Some(attachment) = &credential.attachment {
            entry["AuthenticatorAttachment"] = json!(attachment);
        }
        entry
    });
    let mut answer = json!({ "Credentials": page.collect::<Vec<_>>() });
    if let Some(next) = credentials.get(first + size) {
        answer["NextToken"] = json!(next.id_text());
    }
    Ok(answer)
}

pub(in super::super) fn delete_web_authn_credential(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Delete = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let credentials = &mut pool.user_mut(&caller.username)?.passkeys.credentials;
    let place = credentials.iter().position(|credential| credential.id_text() == input.credential_id);
    let place = place.ok_or_else(|| {
        AwsError::new("ResourceNotFoundException", "The WebAuthn credential does not exist.")
    })?;
    credentials.remove(place);
    Ok(json!({}))
}

fn check_enabled(pool: &UserPool) -> Result<(), AwsError> {
    if pool.allows_passkeys() {
        return Ok(());
    }
    Err(AwsError::new("WebAuthnNotEnabledException", "WebAuthn is not enabled for the user pool."))
}

fn relying_party_id(pool: &UserPool) -> Result<&str, AwsError> {
    pool.web_authn.relying_party_id.as_deref().ok_or_else(|| {
        AwsError::new(
            "WebAuthnConfigurationMissingException",
            "The user pool has no relying party ID and no domain.",
        )
    })
}

fn check_number(passkeys: usize) -> Result<(), AwsError> {
    if passkeys < MOST {
        return Ok(());
    }
    Err(AwsError::new(
        "LimitExceededException",
        "The user has reached the maximum number of WebAuthn credentials.",
    ))
}

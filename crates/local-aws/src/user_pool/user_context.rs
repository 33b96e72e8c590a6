//! UserContextData: the device data that clients send along for threat protection.
//!
//! `EncodedData` is base64 of a JSON object with `payload`, `signature` and `version`. The payload is JSON too, signed with the app
//! client's id.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::{Call, invalid_parameter};
use crate::error::AwsError;

/// The device data that came with requests, the oldest first.
#[derive(Default)]
pub(crate) struct UserContexts(Mutex<Vec<Value>>);

#[derive(Deserialize)]
struct Envelope {
    payload: String,
    signature: String,
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    context_data: Map<String, Value>,
    username: String,
    user_pool_id: String,
    timestamp: String,
}

impl UserContexts {
    /// The data since the last call.
    pub(crate) fn take(&self) -> Value {
        Value::Array(std::mem::take(&mut *self.list()))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks and keeps the `UserContextData` of a request.
///
/// # Errors
/// `InvalidParameterException` for data that is not in AWS's format, not signed with the client's id, or for another user pool. AWS
/// does not document what it does then.
pub(super) fn check(call: &Call<'_>, input: &Value) -> Result<(), AwsError> {
    let Some(encoded) = input["UserContextData"]["EncodedData"].as_str() else { return Ok(()) };
    let client_id = input["ClientId"].as_str().unwrap_or_default();
    let (version, payload) = read(encoded, client_id).ok_or_else(refused)?;
    if let Ok((pool, _)) = call.pools().by_client(client_id)
        && pool.id != payload.user_pool_id
    {
        return Err(refused());
    }
    call.account.user_contexts.list().push(json!({
        "operation": call.request.operation,
        "version": version,
        "username": payload.username,
        "contextData": payload.context_data,
        "timestamp": payload.timestamp,
    }));
    Ok(())
}

fn read(encoded: &str, client_id: &str) -> Option<(String, Payload)> {
    let envelope: Envelope = serde_json::from_slice(&STANDARD.decode(encoded).ok()?).ok()?;
    let mac = Hmac::<Sha256>::new_from_slice(client_id.as_bytes()).ok()?;
    let mac = mac.chain_update(&envelope.version).chain_update(&envelope.payload);
    mac.verify_slice(&STANDARD.decode(&envelope.signature).ok()?).ok()?;
    let payload: Payload = serde_json::from_str(&envelope.payload).ok()?;
    payload.timestamp.parse::<u64>().ok()?;
    Some((envelope.version, payload))
}

fn refused() -> AwsError {
    invalid_parameter("Invalid UserContextData.")
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool},
        *,
    };

    fn encoded(key: &str, user_pool_id: &str, version: &str, timestamp: &str) -> String {
        let payload = json!({
            "contextData": { "DeviceName": "desk" }, "username": "ada", "userPoolId": user_pool_id,
            "timestamp": timestamp,
        })
        .to_string();
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        let signature =
            STANDARD.encode(mac.chain_update("JS1").chain_update(&payload).finalize().into_bytes());
        STANDARD.encode(json!({ "payload": payload, "signature": signature, "version": version }).to_string())
    }

    fn sign_in(test: &TestPool, encoded: &str) -> Result<Value, AwsError> {
        test.call(
            "InitiateAuth",
            json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "ada", "PASSWORD": PASSWORD },
                "UserContextData": { "EncodedData": encoded },
            }),
        )
    }

    #[test]
    fn signed_device_data_is_kept_and_other_data_refused() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let (id, pool) = (test.client_id.as_str(), test.pool_id.as_str());
        sign_in(&test, &encoded(id, pool, "JS1", "1")).unwrap();
        let kept = test.account.user_contexts.take();
        assert_eq!(
            kept,
            json!([{
                "operation": "InitiateAuth", "version": "JS1", "username": "ada",
                "contextData": { "DeviceName": "desk" }, "timestamp": "1",
            }])
        );
        for wrong in [
            encoded("another", pool, "JS1", "1"),
            encoded(id, "eu-west-1_Other", "JS1", "1"),
            encoded(id, pool, "JS2", "1"),
            encoded(id, pool, "JS1", "soon"),
            STANDARD.encode("{}"),
            "not base64".to_owned(),
            String::new(),
        ] {
            let error = sign_in(&test, &wrong).unwrap_err();
            assert_eq!(error.to_string(), "InvalidParameterException: Invalid UserContextData.", "{wrong}");
        }
        assert_eq!(test.account.user_contexts.take(), json!([]));
    }
}

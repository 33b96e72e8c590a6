//! UserContextData: device data for the threat protection of a user pool.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::UserPool;
use crate::json::Object;
use crate::platform::{MaybeSend, MaybeSync};
use crate::srp::hmac_sha256;

/// Supplies the encoded device data that a user pool's threat protection judges a request by (`UserContextData.EncodedData`). A
/// function `Fn(&str) -> Option<String>` is one.
pub trait UserContextData: MaybeSend + MaybeSync {
    /// Returns the data for a request about the user `username`, as Amazon's context data library encodes it; `None` sends none.
    ///
    /// It is called before each request that can carry the data, so it must return at once.
    fn encoded_data(&self, username: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String> + MaybeSend + MaybeSync> UserContextData for F {
    fn encoded_data(&self, username: &str) -> Option<String> {
        self(username)
    }
}

/// Data about the device that Poolpass encodes for a user pool's threat protection as Amazon's libraries for iOS and Android do.
///
/// The app collects the data, with the names that these libraries use, such as `DeviceId`, `DeviceName`, `DeviceLanguage`,
/// `ClientTimezone` and `ApplicationName`. Cognito compares a sign-in with earlier ones, so the same device has to give the same data.
///
/// ```
/// use poolpass::{Client, Config, DeviceFingerprint};
///
/// # fn client(config: Config) -> Result<Client, poolpass::Error> {
/// let fingerprint = DeviceFingerprint::android([("DeviceId", "7c9e6679"), ("DeviceLanguage", "en_GB")]);
/// Client::builder(config).device_fingerprint(fingerprint).build()
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceFingerprint {
    version: &'static str,
    data: BTreeMap<String, String>,
}

impl DeviceFingerprint {
    /// Device data in the format of Amazon's library for iOS.
    pub fn ios<K: Into<String>, V: Into<String>>(data: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::new("IOS20171114", data)
    }

    /// Device data in the format of Amazon's library for Android.
    pub fn android<K: Into<String>, V: Into<String>>(data: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::new("ANDROID20171114", data)
    }

    fn new<K: Into<String>, V: Into<String>>(
        version: &'static str,
        data: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self { version, data: data.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }

    /// `EncodedData`: the data, signed with the app client's id.
    fn encode(&self, username: &str, user_pool_id: &str, client_id: &str, now: SystemTime) -> String {
        let milliseconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let payload = Object::new()
            .with("contextData", Object::from(&self.data))
            .with("timestamp", milliseconds.to_string())
            .with("userPoolId", user_pool_id)
            .with("username", username)
            .to_text();
        let message = [self.version.as_bytes(), payload.as_bytes()];
        let signature = STANDARD.encode(hmac_sha256(client_id.as_bytes(), &message));
        let signed =
            Object::new().with("payload", payload).with("signature", signature).with("version", self.version);
        STANDARD.encode(signed.to_bytes())
    }
}

/// Shows the names only: the values are personal data.
impl fmt::Debug for DeviceFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceFingerprint")
            .field("version", &self.version)
            .field("data", &self.data.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Where the device data of a client comes from.
#[derive(Clone)]
pub(crate) enum UserContext {
    Provider(Arc<dyn UserContextData>),
    Fingerprint(DeviceFingerprint),
}

impl fmt::Debug for UserContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(_) => f.write_str("UserContextData"),
            Self::Fingerprint(fingerprint) => fingerprint.fmt(f),
        }
    }
}

impl UserPool {
    /// `UserContextData` of a request about `username`.
    pub(super) fn user_context(&self, username: &str) -> Option<Object> {
        let encoded = match self.user_context.as_ref()? {
            UserContext::Provider(provider) => provider.encoded_data(username)?,
            UserContext::Fingerprint(fingerprint) => {
                let now = self.pipeline.clock().now();
                fingerprint.encode(username, self.id.as_str(), self.client_id.as_str(), now)
            }
        };
        (!encoded.is_empty()).then(|| Object::new().with("EncodedData", encoded))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::account::Account;
    use crate::client::Client;
    use crate::sign_in::SignInStep;
    use crate::user_pool::scripted::ScriptedPool;

    fn encoded_for(username: &str) -> Option<String> {
        (username != "nobody").then(|| format!("data of {username}"))
    }

    #[test]
    fn a_fingerprint_is_signed_as_amazon_s_libraries_sign_it() {
        let now = UNIX_EPOCH + std::time::Duration::from_millis(1_800_000_000_123);
        let encoded = DeviceFingerprint::ios([("DeviceName", "Ada's \"phone\"")]).encode(
            "adä",
            "eu-west-1_AbCdEfGhI",
            "client",
            now,
        );
        let signed: Value = serde_json::from_slice(&STANDARD.decode(encoded).unwrap()).unwrap();
        // Computed with OpenSSL.
        assert_eq!(signed["signature"], "JeFREkqZf62Ygx7e62pW9G83iq0r+OnDKlbhAztGtRg=");
        assert_eq!(signed["version"], "IOS20171114");
        let payload: Value = serde_json::from_str(signed["payload"].as_str().unwrap()).unwrap();
        assert_eq!(
            payload,
            json!({
                "contextData": { "DeviceName": "Ada's \"phone\"" }, "username": "adä",
                "userPoolId": "eu-west-1_AbCdEfGhI", "timestamp": "1800000000123",
            })
        );
    }

    #[test]
    fn debug_output_shows_no_device_data() {
        let fingerprint = DeviceFingerprint::android([("DeviceId", "7c9e6679")]);
        let shown = format!("{fingerprint:?} {:?}", UserContext::Fingerprint(fingerprint.clone()));
        assert!(shown.contains("DeviceId") && !shown.contains("7c9e6679"), "{shown}");
    }

    /// The operations of AWS's model that take `UserContextData`, and each user name that the data is about.
    #[tokio::test]
    async fn the_data_goes_with_every_operation_that_takes_it() {
        let pool = ScriptedPool::default();
        let client = pool.client().user_context_data(encoded_for).build().unwrap();
        let account = client.account();
        let mut sent = Vec::new();
        let mut record = |pool: &ScriptedPool| {
            let operation = pool.operations().pop().unwrap();
            sent.push((operation, pool.last_input()["UserContextData"]["EncodedData"].clone()));
        };
        let delivery = json!({});
        pool.answer(json!({ "UserConfirmed": false, "UserSub": "1" }));
        account.sign_up("ada", "pw").await.unwrap();
        record(&pool);
        for call in [
            |account: &Account| account.resend_confirmation_code("ada"),
            |account: &Account| account.forgot_password("ada"),
        ] {
            pool.answer(delivery.clone());
            call(&account).await.unwrap();
            record(&pool);
        }
        for call in [
            |account: &Account| account.confirm_sign_up("ada", "1"),
            |account: &Account| account.confirm_forgot_password("ada", "1", "pw"),
        ] {
            pool.answer(json!({}));
            call(&account).await.unwrap();
            record(&pool);
        }
        sign_in_with_a_code(&client, &pool, &mut record).await;

        let named =
            |operation: &str, username: &str| (operation.to_owned(), json!(format!("data of {username}")));
        let mut expected: Vec<_> =
            ["SignUp", "ResendConfirmationCode", "ForgotPassword", "ConfirmSignUp", "ConfirmForgotPassword"]
                .into_iter()
                .map(|operation| named(operation, "ada"))
                .collect();
        expected.push(named("InitiateAuth", "ada@example.com"));
        expected.push(named("RespondToAuthChallenge", "8f0e"));
        assert_eq!(sent, expected);
    }

    async fn sign_in_with_a_code(
        client: &Client,
        pool: &ScriptedPool,
        record: &mut impl FnMut(&ScriptedPool),
    ) {
        pool.answer(json!({
            "ChallengeName": "RIDDLE", "Session": "s", "ChallengeParameters": { "USERNAME": "8f0e" },
        }));
        let step = client.sign_in("ada@example.com", "pw").flow(crate::AuthFlow::UserPasswordAuth).await;
        record(pool);
        let SignInStep::Challenge(crate::Challenge::Other(riddle)) = step.unwrap() else {
            panic!("a riddle")
        };
        pool.refuse("CodeMismatchException", "wrong");
        riddle.answer(&[("ANSWER", "1")]).await.unwrap_err();
        record(pool);
    }

    #[tokio::test]
    async fn a_request_without_data_has_no_such_member() {
        let pool = ScriptedPool::default();
        let client = pool.client().user_context_data(encoded_for).build().unwrap();
        pool.answer(json!({}));
        client.account().forgot_password("nobody").await.unwrap();
        assert!(pool.last_input().get("UserContextData").is_none());
    }
}

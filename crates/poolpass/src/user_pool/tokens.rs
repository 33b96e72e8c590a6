//! The operations on tokens: the two that refresh, RevokeToken and GlobalSignOut.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use super::{Call, ClientMetadata, DeviceIds, UserPool};
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;

/// `AuthenticationResult`: the tokens of a sign-in or a refresh.
pub(crate) struct AuthenticationResult {
    pub(crate) id_token: SecretString,
    pub(crate) access_token: SecretString,
    /// Absent after a refresh, unless the app client rotates refresh tokens.
    pub(crate) refresh_token: Option<SecretString>,
    /// The key that was sent of a device that the user pool knows.
    pub(crate) device_key: Option<String>,
    /// The keys of a device that it does not know yet.
    pub(crate) new_device: Option<DeviceIds>,
}

impl AuthenticationResult {
    pub(crate) fn read(mut result: Object) -> Result<Self, Error> {
        let device = result.maybe_object("NewDeviceMetadata")?;
        Ok(Self {
            id_token: result.secret("IdToken")?,
            access_token: result.secret("AccessToken")?,
            refresh_token: result.maybe_secret("RefreshToken")?,
            device_key: None,
            new_device: device.map(DeviceIds::read).transpose()?.flatten(),
        })
    }
}

impl UserPool {
    /// GetTokensFromRefreshToken. It takes the app client's secret itself, so that it needs no user name.
    ///
    /// It may be repeated: where it rotates the token, the old one works on for the grace period, which exists for that.
    pub(crate) fn get_tokens_from_refresh_token(
        &self,
        refresh_token: &str,
        device_key: Option<&str>,
        client_metadata: &ClientMetadata,
    ) -> BoxFuture<'_, Result<AuthenticationResult, Error>> {
        let input = Object::new()
            .with("RefreshToken", refresh_token)
            .with("ClientId", self.client_id().as_str())
            .maybe("ClientSecret", self.client_secret())
            .maybe("DeviceKey", device_key)
            .texts("ClientMetadata", client_metadata);
        let asked_at = self.pipeline().device_now();
        let answer = self.send(Call::safe("GetTokensFromRefreshToken", input).refreshing());
        Box::pin(async move {
            let result = AuthenticationResult::read(answer.await?.object("AuthenticationResult")?)?;
            self.learn_time(&result, asked_at);
            Ok(result)
        })
    }

    /// New tokens tell AWS's time.
    pub(super) fn learn_time(&self, result: &AuthenticationResult, asked_at: SystemTime) {
        self.pipeline().token_was_issued(issued_at(result.access_token.expose_secret()), asked_at);
    }

    /// InitiateAuth with REFRESH_TOKEN_AUTH. `username` must be the real one, not an alias, since SECRET_HASH depends on it.
    pub(crate) fn refresh_token_auth(
        &self,
        refresh_token: &str,
        username: &str,
        device_key: Option<&str>,
        client_metadata: &ClientMetadata,
    ) -> BoxFuture<'_, Result<AuthenticationResult, Error>> {
        let parameters = Object::new().with("REFRESH_TOKEN", refresh_token).maybe("DEVICE_KEY", device_key);
        let answer = self.initiate_auth("REFRESH_TOKEN_AUTH", username, parameters, client_metadata);
        Box::pin(async move {
            answer.await?.authentication_result.ok_or_else(|| {
                Error::invalid_response("the answer to a refresh has no tokens").during("InitiateAuth")
            })
        })
    }

    /// RevokeToken: ends the refresh token and every access token that came from it.
    pub(crate) fn revoke_token(&self, refresh_token: &str, associated: bool) -> Call {
        let input = associated_sessions(associated)
            .with("Token", refresh_token)
            .with("ClientId", self.client_id().as_str())
            .maybe("ClientSecret", self.client_secret());
        Call::safe("RevokeToken", input)
    }
}

/// The beginning of an input: whether the sessions end too that are linked to the revoked one. AWS's default is that they do not.
pub(super) fn associated_sessions(end: bool) -> Object {
    Object::new().maybe("RevokeAssociatedSessions", end.then_some("LINKED"))
}

/// Reads when a token was issued, if it says so. The session reads the other claims.
fn issued_at(token: &str) -> Option<SystemTime> {
    let payload = token.split('.').nth(1)?;
    let claims = Object::parse(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?);
    let seconds = Duration::try_from_secs_f64(claims.ok()?.number("iat").ok()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(seconds)
}

impl Call {
    /// GlobalSignOut: ends every session of the user.
    pub(crate) fn global_sign_out() -> Self {
        Self::safe("GlobalSignOut", Object::new())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::aws_request::{Pipeline, RetryPolicy};
    use crate::config::Config;
    use crate::platform::{
        MemoryStore, Request, Response, SystemClock, SystemRandom, Transport, TransportError,
    };

    /// Never answers, and notes when it was asked.
    #[derive(Clone, Debug, Default)]
    struct Silent(Arc<Mutex<Vec<Instant>>>);

    impl Transport for Silent {
        fn send(&self, _request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            self.0.lock().unwrap().push(Instant::now());
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_attempts_of_a_refresh_are_over_before_a_rotated_token_stops_working() {
        const GRACE: Duration = Duration::from_secs(60);
        for max_attempts in [3, 100] {
            let silent = Silent::default();
            let policy = RetryPolicy { max_attempts, ..RetryPolicy::default() };
            let pipeline = Pipeline::new(
                Arc::new(silent.clone()),
                Arc::new(SystemClock),
                Arc::new(SystemRandom),
                policy,
            );
            let config = Config::builder().user_pool("eu-west-1_AbCdEfGhI", "client").build().unwrap();
            let store = Arc::new(MemoryStore::new());
            let pool = UserPool::of(&config, pipeline, store, None, None).unwrap();
            for by_flow in [false, true] {
                let began = Instant::now();
                let outcome = match by_flow {
                    false => pool.get_tokens_from_refresh_token("token", None, &ClientMetadata::new()).await,
                    true => pool.refresh_token_auth("token", "ada", None, &ClientMetadata::new()).await,
                };
                assert!(outcome.is_err());
                assert!(began.elapsed() < GRACE, "{:?}", began.elapsed());
                let asked = std::mem::take(&mut *silent.0.lock().unwrap());
                assert!(asked.len() >= 3, "{asked:?}");
            }
        }
    }
}

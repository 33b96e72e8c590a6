//! Keeping and giving back tokens: the two ways to refresh, RevokeToken and GlobalSignOut.

use secrecy::SecretString;

use super::{Call, ClientMetadata, UserPool};
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;

/// `AuthenticationResult`: the tokens as AWS sends them.
pub(crate) struct AuthenticationResult {
    pub(crate) id_token: SecretString,
    pub(crate) access_token: SecretString,
    /// Absent after a refresh, unless the app client rotates refresh tokens.
    pub(crate) refresh_token: Option<SecretString>,
    /// The key of the device that the user pool remembers from now on.
    pub(crate) device_key: Option<String>,
}

impl AuthenticationResult {
    pub(crate) fn read(mut result: Object) -> Result<Self, Error> {
        let device = result.maybe_object("NewDeviceMetadata")?;
        Ok(Self {
            id_token: result.secret("IdToken")?,
            access_token: result.secret("AccessToken")?,
            refresh_token: result.maybe_secret("RefreshToken")?,
            device_key: device.map(|mut device| device.maybe_text("DeviceKey")).transpose()?.flatten(),
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
        let answer = self.send(Call::safe("GetTokensFromRefreshToken", input));
        Box::pin(async move { AuthenticationResult::read(answer.await?.object("AuthenticationResult")?) })
    }

    /// InitiateAuth with REFRESH_TOKEN_AUTH. `username` is the real one, never an alias: SECRET_HASH is made of it.
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
    pub(crate) fn revoke_token(&self, refresh_token: &str) -> Call {
        let input = Object::new()
            .with("Token", refresh_token)
            .with("ClientId", self.client_id().as_str())
            .maybe("ClientSecret", self.client_secret());
        Call::safe("RevokeToken", input)
    }
}

impl Call {
    /// GlobalSignOut: ends every session of the user.
    pub(crate) fn global_sign_out() -> Self {
        Self::safe("GlobalSignOut", Object::new())
    }
}

//! Keeping and giving back tokens: the two ways to refresh, RevokeToken and GlobalSignOut.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::authentication::Parameters;
use super::{AuthAnswer, ClientMetadata, Empty, UserPool};
use crate::aws_request::Repeat;
use crate::error::Error;

/// `AuthenticationResult`: the tokens as AWS sends them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AuthenticationResult {
    pub(crate) id_token: SecretString,
    pub(crate) access_token: SecretString,
    /// Absent after a refresh, unless the app client rotates refresh tokens.
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) new_device_metadata: Option<NewDeviceMetadata>,
}

/// `NewDeviceMetadata`: the device that the user pool remembers from now on.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewDeviceMetadata {
    pub(crate) device_key: Option<String>,
}

impl UserPool {
    /// GetTokensFromRefreshToken. It takes the app client's secret itself, so that it needs no user name.
    ///
    /// It may be repeated: where it rotates the token, the old one works on for the grace period, which exists for that.
    pub(crate) async fn get_tokens_from_refresh_token(
        &self,
        refresh_token: &str,
        device_key: Option<&str>,
        client_metadata: &ClientMetadata,
    ) -> Result<AuthenticationResult, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            refresh_token: &'a str,
            client_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            client_secret: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            device_key: Option<&'a str>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            client_metadata: &'a ClientMetadata,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            authentication_result: AuthenticationResult,
        }
        let input = Input {
            refresh_token,
            client_id: self.client_id().as_str(),
            client_secret: self.client_secret(),
            device_key,
            client_metadata,
        };
        let output: Output = self.call("GetTokensFromRefreshToken", Repeat::Safe, &input).await?;
        Ok(output.authentication_result)
    }

    /// InitiateAuth with REFRESH_TOKEN_AUTH. `username` is the real one, never an alias: SECRET_HASH is made of it.
    pub(crate) async fn refresh_token_auth(
        &self,
        refresh_token: &str,
        username: &str,
        device_key: Option<&str>,
        client_metadata: &ClientMetadata,
    ) -> Result<AuthenticationResult, Error> {
        let mut parameters = Parameters::new();
        parameters.insert("REFRESH_TOKEN".into(), refresh_token.into());
        if let Some(device_key) = device_key {
            parameters.insert("DEVICE_KEY".into(), device_key.into());
        }
        let answer: AuthAnswer =
            self.initiate_auth("REFRESH_TOKEN_AUTH", username, parameters, client_metadata).await?;
        answer.authentication_result.ok_or_else(|| {
            Error::invalid_response("the answer to a refresh has no tokens").during("InitiateAuth")
        })
    }

    /// RevokeToken: ends the refresh token and every access token that came from it.
    pub(crate) async fn revoke_token(&self, refresh_token: &str) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            token: &'a str,
            client_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            client_secret: Option<&'a str>,
        }
        let input = Input {
            token: refresh_token,
            client_id: self.client_id().as_str(),
            client_secret: self.client_secret(),
        };
        self.call::<Empty>("RevokeToken", Repeat::Safe, &input).await.map(drop)
    }

    /// GlobalSignOut: ends every session of the user.
    pub(crate) async fn global_sign_out(&self, access_token: &str) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            access_token: &'a str,
        }
        self.call::<Empty>("GlobalSignOut", Repeat::Safe, &Input { access_token }).await.map(drop)
    }
}

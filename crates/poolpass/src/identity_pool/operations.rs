//! The operations of Cognito identity pools.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::Login;
use crate::aws_request::{Authorization, AwsRequest, Repeat, Road};
use crate::config::{Config, Endpoint, IdentityPoolId, Service};
use crate::credentials::Credentials;
use crate::error::Error;

#[derive(Debug)]
pub(super) struct Operations {
    pool: IdentityPoolId,
    endpoint: Endpoint,
    road: Road,
    /// The user pool's name among the pool's login providers.
    provider: Option<String>,
}

impl Operations {
    pub(super) fn new(config: &Config, pool: &IdentityPoolId, road: &Road) -> Self {
        let provider = config.user_pool().map(|user_pool| {
            let (id, region) = (user_pool.id(), user_pool.id().region());
            format!("cognito-idp.{region}.{}/{id}", region.dns_suffix())
        });
        Self {
            pool: pool.clone(),
            endpoint: config.endpoint(Service::CognitoIdentity, pool.region()),
            road: road.clone(),
            provider,
        }
    }

    /// AWS's time.
    pub(super) fn now(&self) -> SystemTime {
        self.road.now()
    }

    /// GetId: the identity of this login, or a new guest's.
    pub(super) async fn identity_id(&self, login: Option<&Login>) -> Result<String, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            identity_pool_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            logins: Option<HashMap<&'a str, &'a str>>,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            identity_id: String,
        }

        let input = Input { identity_pool_id: self.pool.as_str(), logins: self.logins(login) };
        let output: Output = self.call("GetId", &input).await?;
        Ok(output.identity_id)
    }

    /// GetCredentialsForIdentity: the identity that AWS settled on, which may be another one, and its credentials.
    pub(super) async fn credentials(
        &self,
        identity_id: &str,
        login: Option<&Login>,
        role: Option<&str>,
    ) -> Result<(String, Credentials), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            identity_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            logins: Option<HashMap<&'a str, &'a str>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            custom_role_arn: Option<&'a str>,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            identity_id: String,
            credentials: SentCredentials,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct SentCredentials {
            access_key_id: String,
            secret_key: SecretString,
            session_token: SecretString,
            /// Seconds since 1970, with a fraction.
            expiration: f64,
        }

        let input = Input { identity_id, logins: self.logins(login), custom_role_arn: role };
        let output: Output = self.call("GetCredentialsForIdentity", &input).await?;
        let sent = output.credentials;
        let expiration = Duration::try_from_secs_f64(sent.expiration)
            .ok()
            .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
            .ok_or_else(|| Error::invalid_response("the credentials' expiration is not a time"))?;
        let credentials = Credentials::new(
            sent.access_key_id,
            sent.secret_key.expose_secret(),
            Some(sent.session_token.expose_secret().to_owned()),
            Some(expiration),
        );
        Ok((output.identity_id, credentials))
    }

    fn logins<'a>(&'a self, login: Option<&'a Login>) -> Option<HashMap<&'a str, &'a str>> {
        let (provider, login) = (self.provider.as_deref()?, login?);
        Some(HashMap::from([(provider, login.id_token.expose_secret())]))
    }

    /// Both operations may be repeated: at worst there is a guest's identity that nobody uses.
    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        input: &impl Serialize,
    ) -> Result<T, Error> {
        let request = AwsRequest::json(&self.endpoint, "1.1", "AWSCognitoIdentityService", operation, input)?;
        self.road.json(&request.repeat(Repeat::Safe), &Authorization::None).await
    }
}

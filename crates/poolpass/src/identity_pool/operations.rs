//! The operations of Cognito identity pools.

use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;

use super::Login;
use crate::aws_request::{Authorization, AwsRequest, Repeat, Road};
use crate::config::{Config, Endpoint, IdentityPoolId, Service};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;

#[derive(Debug)]
pub(super) struct Operations {
    pool: IdentityPoolId,
    endpoint: Endpoint,
    road: Road,
    /// The user pool's name among the pool's login providers.
    provider: Option<String>,
}

impl Operations {
    const TARGET: &str = "AWSCognitoIdentityService";

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

    /// GetId: the identity of the login, or a new one for a guest.
    pub(super) fn identity_id(&self, login: Option<&Login>) -> BoxFuture<'_, Result<String, Error>> {
        let input =
            Object::new().with("IdentityPoolId", self.pool.as_str()).maybe("Logins", self.logins(login));
        let answer = self.call("GetId", input);
        Box::pin(async move { Ok(answer.await?.text("IdentityId")?) })
    }

    /// GetCredentialsForIdentity: also the identity id, which differs from the one asked for where AWS has merged a guest's
    /// identity into the login's.
    pub(super) fn credentials(
        &self,
        identity_id: &str,
        login: Option<&Login>,
        role: Option<&str>,
    ) -> BoxFuture<'_, Result<(String, Credentials), Error>> {
        let input = Object::new()
            .with("IdentityId", identity_id)
            .maybe("Logins", self.logins(login))
            .maybe("CustomRoleArn", role);
        let answer = self.call("GetCredentialsForIdentity", input);
        Box::pin(async move {
            let mut answer = answer.await?;
            Ok((answer.text("IdentityId")?, granted(answer.object("Credentials")?)?))
        })
    }

    fn logins(&self, login: Option<&Login>) -> Option<Object> {
        let (provider, login) = (self.provider.as_deref()?, login?);
        Some(Object::new().with(provider, login.id_token.expose_secret()))
    }

    fn call(&self, operation: &'static str, input: Object) -> BoxFuture<'_, Result<Object, Error>> {
        Box::pin(async move {
            let input = input.to_bytes();
            let request = AwsRequest::json(&self.endpoint, "1.1", Self::TARGET, operation, input)?;
            self.road.json(&request.repeat(Repeat::Safe), &Authorization::None).await
        })
    }
}

fn granted(mut credentials: Object) -> Result<Credentials, Error> {
    let expiration = Duration::try_from_secs_f64(credentials.number("Expiration")?)
        .ok()
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .ok_or_else(|| Error::invalid_response("the credentials' expiration is not a time"))?;
    let (secret_key, token) = (credentials.secret("SecretKey")?, credentials.secret("SessionToken")?);
    Ok(Credentials::new(
        credentials.text("AccessKeyId")?,
        secret_key.expose_secret(),
        Some(token.expose_secret().to_owned()),
        Some(expiration),
    ))
}

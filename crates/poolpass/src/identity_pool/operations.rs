//! The operations of Cognito identity pools.

use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use serde_json::Value;

use super::Login;
use super::guest::is_identity_id;
use crate::aws_request::{AuthScheme, AwsRequest, Pipeline, Protocol, Repeat};
use crate::config::{Config, Endpoint, IdentityPoolId, Service};
use crate::credentials::Credentials;
use crate::dates;
use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::BoxFuture;

#[derive(Debug)]
pub(super) struct Operations {
    pool: IdentityPoolId,
    endpoint: Endpoint,
    pub(super) sts: Endpoint,
    pub(super) pipeline: Pipeline,
}

impl Operations {
    const TARGET: &str = "AWSCognitoIdentityService";
    /// The longest time of a request with all its attempts.
    pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);

    pub(super) fn new(config: &Config, pool: &IdentityPoolId, pipeline: &Pipeline) -> Self {
        Self {
            pool: pool.clone(),
            endpoint: config.endpoint(Service::CognitoIdentity, pool.region()),
            sts: config.endpoint(Service::Sts, pool.region()),
            pipeline: pipeline.clone(),
        }
    }

    /// AWS's time.
    pub(super) fn now(&self) -> SystemTime {
        self.pipeline.now()
    }

    /// GetId: gets the identity of the login, or a new one for a guest.
    pub(super) fn identity_id(&self, login: Option<&Login>) -> BoxFuture<'_, Result<String, Error>> {
        let input = Object::new()
            .with("IdentityPoolId", self.pool.as_str())
            .maybe("Logins", login.map(Login::to_object));
        let answer = self.call("GetId", input);
        Box::pin(async move { identity_in(&mut answer.await?) })
    }

    /// GetCredentialsForIdentity: gets credentials and the identity id, which differs from the given one where AWS has merged a guest's
    /// identity into the login's.
    pub(super) fn credentials(
        &self,
        identity_id: &str,
        login: Option<&Login>,
        role: Option<&str>,
    ) -> BoxFuture<'_, Result<(String, Credentials), Error>> {
        let input = Object::new()
            .with("IdentityId", identity_id)
            .maybe("Logins", login.map(Login::to_object))
            .maybe("CustomRoleArn", role);
        let answer = self.call("GetCredentialsForIdentity", input);
        Box::pin(async move {
            let mut answer = answer.await?;
            Ok((identity_in(&mut answer)?, granted(answer.object("Credentials")?)?))
        })
    }

    /// UnlinkIdentity: ends the link of a login provider to the identity.
    pub(super) fn unlink<'a>(
        &'a self,
        identity_id: &str,
        login: &Login,
        provider: &str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let input = Object::new()
            .with("IdentityId", identity_id)
            .with("Logins", login.to_object())
            .with("LoginsToRemove", vec![Value::from(provider)]);
        let answer = self.call("UnlinkIdentity", input);
        Box::pin(async move { answer.await.map(drop) })
    }

    pub(super) fn call(
        &self,
        operation: &'static str,
        input: Object,
    ) -> BoxFuture<'_, Result<Object, Error>> {
        Box::pin(async move {
            let input = input.to_bytes();
            let request = AwsRequest::json(&self.endpoint, "1.1", Self::TARGET, operation, input)?;
            let mut request = request.repeat(Repeat::Safe);
            if operation == "UnlinkIdentity" {
                request.protocol = &Protocol::JSON_OR_EMPTY;
            }
            request.total_timeout = Some(Self::TOTAL_TIMEOUT);
            self.pipeline.json(&request, &AuthScheme::None).await
        })
    }
}

/// Refuses what is not an identity id: each read of it from the store would make a new guest.
pub(super) fn identity_in(answer: &mut Object) -> Result<String, Error> {
    let id = answer.text("IdentityId")?;
    if is_identity_id(&id) { Ok(id) } else { Err(ParseError::Member("IdentityId").into()) }
}

fn granted(mut credentials: Object) -> Result<Credentials, Error> {
    let expiration = dates::from_unix(credentials.number("Expiration")?)
        .filter(|expiration| dates::calendar(*expiration).is_some())
        .ok_or_else(|| Error::invalid_response("the credentials' expiration is not a time"))?;
    let (secret_key, token) = (credentials.secret("SecretKey")?, credentials.secret("SessionToken")?);
    let credentials = Credentials::new(
        credentials.text("AccessKeyId")?,
        secret_key.expose_secret(),
        Some(token.expose_secret().to_owned()),
        Some(expiration),
    );
    checked(credentials)
}

pub(super) fn checked(credentials: Credentials) -> Result<Credentials, Error> {
    credentials.check().map_err(Error::invalid_response)?;
    Ok(credentials)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_is_no_identity_id_is_an_invalid_response() {
        let read = |id: Value| {
            identity_in(&mut Object::parse(json!({"IdentityId": id}).to_string().as_bytes()).unwrap())
        };
        assert_eq!(read(json!("eu-west-1:guest")).unwrap(), "eu-west-1:guest");
        let long = format!("eu-west-1:{}", "a".repeat(200));
        for id in [
            json!(""),
            json!(" "),
            json!("a\nb"),
            json!("../x:y"),
            json!("é:a"),
            json!(null),
            json!(7),
            json!(long),
        ] {
            assert_eq!(read(id.clone()).unwrap_err().kind(), ErrorKind::InvalidResponse, "{id}");
        }
    }

    #[test]
    fn credentials_that_no_request_can_carry_are_an_invalid_response() {
        let grant = |id: &str, secret: &str, token: &str, expiration: f64| {
            let json = json!({"AccessKeyId": id, "SecretKey": secret, "SessionToken": token, "Expiration": expiration});
            granted(Object::parse(json.to_string().as_bytes()).unwrap())
        };
        assert!(grant("ASIAEXAMPLE", "secret", "token", 4_102_444_800.5).is_ok());
        for (id, secret, token, expiration) in [
            ("ASIA\nEXAMPLE", "secret", "token", 1e9),
            ("", "secret", "token", 1e9),
            ("ASIAÉ", "secret", "token", 1e9),
            ("ASIA", "", "token", 1e9),
            ("ASIA", "secret", "", 1e9),
            ("ASIA", "secret", "to\rken", 1e9),
            ("ASIA", "secret", "token", -1.0),
            ("ASIA", "secret", "token", 1e15),
            ("ASIA", "secret", "token", 1e300),
        ] {
            let error = grant(id, secret, token, expiration).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{id:?} {secret:?} {token:?} {expiration}");
        }
    }
}

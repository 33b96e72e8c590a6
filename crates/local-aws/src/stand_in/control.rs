//! Orders of tests: tokens without a sign-in, and failures.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Kind, Visit, keys,
    state::{AccessToken, Failure},
    tokens::IdToken,
};
use crate::{error::AwsError, saml};

/// A century, in seconds.
const LONGEST_TOKEN: u64 = 100 * 365 * 24 * 3600;

/// `POST /_providers/NAME/token`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenOrder {
    sub: String,
    /// The client or app id, or the audience of a SAML assertion.
    aud: String,
    /// The life of the token. Default: that of the provider.
    seconds: Option<i64>,
    nonce: Option<String>,
    /// More claims of an ID token, the profile of an access token, or the attributes of an assertion.
    #[serde(default)]
    claims: Map<String, Value>,
}

impl Visit<'_> {
    /// Makes a token as an app would get it from the provider: an ID token, an access token of Facebook or Amazon, or a response of
    /// SAML.
    pub(super) fn order_token(&self) -> Result<Value, AwsError> {
        let order: TokenOrder = self.body()?;
        let now = self.account.clock.unix_seconds();
        let seconds = order.seconds.unwrap_or_else(|| self.kind.token_seconds());
        if seconds.unsigned_abs() > LONGEST_TOKEN {
            let message = format!("seconds is at most {LONGEST_TOKEN}, also before now.");
            return Err(AwsError::new("InvalidParameterException", message));
        }
        let expires = now.saturating_add(seconds);
        let token = match self.kind {
            Kind::Google | Kind::Apple | Kind::OpenId => IdToken {
                kind: self.kind,
                issuer: self.issuer(),
                subject: &order.sub,
                audience: &order.aud,
                nonce: order.nonce.as_deref(),
                access_token: None,
                now,
                seconds,
                claims: order.claims,
            }
            .sign()?,
            Kind::Facebook | Kind::Amazon => {
                let token = self.kind.access_token();
                let profile = self.profile_of(&order.sub, Value::Object(order.claims));
                let content = AccessToken { app_id: order.aud, user_id: order.sub, expires, profile };
                self.account.stand_ins.0.add_access_token(self.name, &token, content);
                token
            }
            Kind::Saml => saml::Response {
                issuer: &self.issuer(),
                audience: &order.aud,
                subject: &order.sub,
                destination: None,
                in_response_to: None,
                attributes: attributes(&order.claims),
                now: self.account.clock.now(),
                lifetime: Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
            }
            .encode(&keys::key()?.signing.private, &keys::key()?.certificate)
            .map_err(|error| AwsError::internal(&error))?,
        };
        Ok(json!({ "token": token, "expiresAt": expires }))
    }

    /// `POST /_providers/NAME/failures`: the next answer of a step fails.
    pub(super) fn order_failure(&self) -> Result<Value, AwsError> {
        let failure: Failure = self.body()?;
        self.account.stand_ins.0.add_failure(self.name, failure);
        Ok(json!({}))
    }

    fn body<T: serde::de::DeserializeOwned>(&self) -> Result<T, AwsError> {
        serde_json::from_slice(&self.request.body)
            .map_err(|error| AwsError::new("InvalidParameterException", error.to_string()))
    }
}

/// The attributes of an assertion: each claim is a text or a list of texts.
pub(super) fn attributes(claims: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    claims
        .iter()
        .map(|(name, value)| match value {
            Value::Array(values) => (name.clone(), values.iter().map(text).collect()),
            value => (name.clone(), vec![text(value)]),
        })
        .collect()
}

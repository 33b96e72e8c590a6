//! The secrets of a request, which no error or event about it may show.

use futures_util::TryStreamExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use super::AwsRequest;
use crate::error::Secrets;
use crate::platform::{Body, TransportError};

/// The longest body of an app's own request that is searched for secrets, in bytes.
const SEARCHED_BODY: usize = 256 * 1024;

/// The members of Cognito's requests that are no secrets. Every other member is one.
const HARMLESS: &[&str] = &[
    "AccountId",
    "AttributeName",
    "AuthFlow",
    "ChallengeName",
    "ClientId",
    "CredentialId",
    "CustomRoleArn",
    "DeliveryMedium",
    "DeviceName",
    "DeviceRememberedStatus",
    "FriendlyDeviceName",
    "IdentityId",
    "IdentityPoolId",
    "Name",
    "TIMESTAMP",
    "USERNAME",
    "USER_ID_FOR_SRP",
    "UserPoolId",
    "Username",
    // Of a user's attributes.
    "Value",
    // Of a passkey.
    "authenticatorAttachment",
    "transports",
    "type",
];

/// A request as it was sent, with the secrets that no error about it may show. An answer of AWS carries it in its extensions, since a
/// success may contain errors too.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(super) request: AwsRequest,
    /// The headers of each attempt.
    pub(super) headers: Vec<HeaderMap>,
}

impl Sent {
    pub(super) fn new(request: &AwsRequest) -> Self {
        Self { request: request.clone(), headers: Vec::new() }
    }

    pub(crate) fn secrets(&self) -> Secrets {
        secrets(&self.request, &self.headers)
    }

    /// Removes the secrets from the errors of the body.
    pub(super) fn guard(self, body: Body) -> Body {
        Body::from_stream(body.map_err(move |error| match self.secrets().cut_from(&error.detail) {
            Some(detail) => TransportError { detail, ..error },
            None => error,
        }))
    }
}

fn secrets(request: &AwsRequest, sent: &[HeaderMap]) -> Secrets {
    let mut secrets = Secrets::default();
    for headers in sent {
        for (name, value) in headers {
            add_header(&mut secrets, name, value);
        }
    }
    add_pairs(&mut secrets, request.uri.query().unwrap_or_default());
    let content_type = request.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if request.protocol.is_of_aws && content_type.starts_with(b"application/x-www-form-urlencoded") {
        add_pairs(&mut secrets, std::str::from_utf8(&request.body).unwrap_or_default());
    }
    let target = request.headers.get("x-amz-target").map_or(&b""[..], HeaderValue::as_bytes);
    if target.starts_with(b"AWSCognito") {
        add_members(&mut secrets, &request.body, |name| {
            !HARMLESS.contains(&name) && !name.starts_with("userAttributes.")
        });
    } else if !request.protocol.is_of_aws && request.body.len() <= SEARCHED_BODY {
        add_members(&mut secrets, &request.body, names_a_secret);
        if let Ok(form) = std::str::from_utf8(&request.body) {
            add_pairs(&mut secrets, form);
        }
    }
    secrets
}

/// Whether a header, parameter or member of this name, which an app has chosen, contains a secret.
fn names_a_secret(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "authorization",
        "password",
        "passcode",
        "secret",
        "token",
        "signature",
        "cookie",
        "apikey",
        "api-key",
        "api_key",
        "customer-key",
        "session",
        "verifier",
    ];
    let name = name.to_ascii_lowercase();
    name.ends_with("code") || PARTS.iter().any(|part| name.contains(part))
}

fn add_header(secrets: &mut Secrets, name: &HeaderName, value: &HeaderValue) {
    if !value.is_sensitive() && !names_a_secret(name.as_str()) {
        return;
    }
    let Ok(text) = std::str::from_utf8(value.as_bytes()) else { return };
    // The other parts of a signature's header are no secrets, and help the reader of the message.
    let secret = match text.rsplit_once("Signature=") {
        Some((_, signature)) => signature,
        None if name == AUTHORIZATION => text.split_once(' ').map_or(text, |(_scheme, token)| token),
        None => text,
    };
    secrets.add(secret);
}

/// Adds the secrets of a query or a form.
fn add_pairs(secrets: &mut Secrets, pairs: &str) {
    for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
        if names_a_secret(name) {
            secrets.add(&Zeroizing::new(percent_decode_str(value).decode_utf8_lossy().into_owned()));
        }
    }
}

fn add_members(secrets: &mut Secrets, json: &[u8], is_secret: fn(&str) -> bool) {
    if let Ok(mut value) = serde_json::from_slice(json) {
        add_value(secrets, "", &mut value, is_secret);
    }
}

/// Adds what is secret in the value of the member `name`, and wipes all of it.
fn add_value(secrets: &mut Secrets, name: &str, value: &mut Value, is_secret: fn(&str) -> bool) {
    match value {
        Value::String(text) => {
            if is_secret(name) {
                secrets.add(text);
            }
            text.zeroize();
        }
        Value::Array(values) => {
            values.iter_mut().for_each(|value| add_value(secrets, name, value, is_secret));
        }
        Value::Object(members) => {
            // The app chooses the names of what it passes to its Lambda triggers.
            let is_secret = if name.ends_with("ClientMetadata") { names_a_secret } else { is_secret };
            members.iter_mut().for_each(|(name, value)| add_value(secrets, name, value, is_secret));
        }
        Value::Number(number) if is_secret(name) => secrets.add(&number.to_string()),
        _ => {}
    }
}

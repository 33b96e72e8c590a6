//! The secrets of a request, as AWS's documentation of the operations names them.
//!
//! The list is independent of the SDK's, so that a test finds a name that one of them lacks.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{exchange::Request, route::Service};

/// A secret and the text around it in the request.
#[derive(Debug)]
pub(super) struct RequestSecret {
    /// The name of the header, parameter or member.
    pub(super) name: String,
    pub(super) before: String,
    pub(super) secret: String,
    pub(super) after: &'static str,
}

/// Headers whose whole value is a secret. `authorization` is handled separately.
const HEADERS: &[&str] = &["x-amz-security-token", "x-api-key", "cookie"];

/// Secret members of requests to Cognito and to an app's API, and secret query parameters.
const MEMBERS: &[&str] = &[
    "ANSWER",
    "AccessToken",
    "ClientSecret",
    "Code",
    "ConfirmationCode",
    "DEVICE_KEY",
    "EMAIL_OTP_CODE",
    "NEW_PASSWORD",
    "PASSWORD",
    "PASSWORD_CLAIM_SECRET_BLOCK",
    "PASSWORD_CLAIM_SIGNATURE",
    "Password",
    "PasswordVerifier",
    "PreviousPassword",
    "ProposedPassword",
    "REFRESH_TOKEN",
    "RefreshToken",
    "SECRET_HASH",
    "SMS_MFA_CODE",
    "SMS_OTP_CODE",
    "SOFTWARE_TOKEN_MFA_CODE",
    "SRP_A",
    "Salt",
    "SecretHash",
    "Session",
    "Token",
    "UserCode",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "password",
    "token",
];

pub(super) fn in_request(request: &Request) -> Vec<RequestSecret> {
    let mut secrets = Vec::new();
    for (name, value) in &request.headers {
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else { continue };
        if name == "authorization" {
            let secret = match value.split_once("Signature=") {
                Some((_, signature)) => signature,
                None => value.strip_prefix("Bearer ").unwrap_or(value),
            };
            let scheme = value.strip_suffix(secret).unwrap_or_default();
            secrets.push(RequestSecret::new(name.as_str(), &format!("authorization:{scheme}"), secret, "\n"));
        } else if HEADERS.contains(&name.as_str()) {
            secrets.push(RequestSecret::new(name.as_str(), &format!("{name}:"), value, "\n"));
        }
    }
    for pair in request.uri.query().unwrap_or_default().split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && MEMBERS.contains(&name)
        {
            let value = percent_decode_str(value).decode_utf8_lossy();
            secrets.push(RequestSecret::new(name, &format!("{name}="), &value, "&"));
        }
    }
    if matches!(request.service, Service::UserPool | Service::IdentityPool | Service::ExecuteApi)
        && let Ok(body) = serde_json::from_slice(&request.body)
    {
        in_value("", &body, &mut secrets);
    }
    secrets
}

fn in_value(name: &str, value: &Value, secrets: &mut Vec<RequestSecret>) {
    match value {
        Value::String(secret) if MEMBERS.contains(&name) => {
            secrets.push(RequestSecret::new(name, &format!("\"{name}\":\""), secret, "\""));
        }
        Value::Object(members) => {
            for (member, value) in members {
                // The members of Logins have the issuers' names.
                in_value(if name == "Logins" { "Token" } else { member }, value, secrets);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| in_value(name, value, secrets)),
        _ => {}
    }
}

impl RequestSecret {
    fn new(name: &str, before: &str, secret: &str, after: &'static str) -> Self {
        Self { name: name.to_owned(), before: before.to_owned(), secret: secret.to_owned(), after }
    }
}

//! The secrets of a request, as AWS's documentation of the operations names them.
//!
//! The list is not the SDK's own, so that what one of them forgets is found by the other.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{exchange::Request, route::Service};

/// A secret, and what stands around it in the request.
#[derive(Debug)]
pub(super) struct Planted {
    /// Of the header, parameter or member.
    pub(super) name: String,
    pub(super) before: String,
    pub(super) secret: String,
    pub(super) after: &'static str,
}

/// Headers whose whole value is a secret. `authorization` is looked at closer.
const HEADERS: &[&str] = &["x-amz-security-token", "x-api-key", "cookie"];

/// Members of the requests of Cognito's operations, of an app's API and of queries.
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

pub(super) fn in_request(request: &Request) -> Vec<Planted> {
    let mut planted = Vec::new();
    for (name, value) in &request.headers {
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else { continue };
        if name == "authorization" {
            let secret = match value.split_once("Signature=") {
                Some((_, signature)) => signature,
                None => value.strip_prefix("Bearer ").unwrap_or(value),
            };
            let scheme = value.strip_suffix(secret).unwrap_or_default();
            planted.push(Planted::new(name.as_str(), &format!("authorization:{scheme}"), secret, "\n"));
        } else if HEADERS.contains(&name.as_str()) {
            planted.push(Planted::new(name.as_str(), &format!("{name}:"), value, "\n"));
        }
    }
    for pair in request.uri.query().unwrap_or_default().split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && MEMBERS.contains(&name)
        {
            let value = percent_decode_str(value).decode_utf8_lossy();
            planted.push(Planted::new(name, &format!("{name}="), &value, "&"));
        }
    }
    if matches!(request.service, Service::UserPool | Service::IdentityPool | Service::ExecuteApi)
        && let Ok(body) = serde_json::from_slice(&request.body)
    {
        in_value("", &body, &mut planted);
    }
    planted
}

fn in_value(name: &str, value: &Value, planted: &mut Vec<Planted>) {
    match value {
        Value::String(secret) if MEMBERS.contains(&name) => {
            planted.push(Planted::new(name, &format!("\"{name}\":\""), secret, "\""));
        }
        Value::Object(members) => {
            for (member, value) in members {
                // The members of Logins are called after who has issued the tokens.
                in_value(if name == "Logins" { "Token" } else { member }, value, planted);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| in_value(name, value, planted)),
        _ => {}
    }
}

impl Planted {
    fn new(name: &str, before: &str, secret: &str, after: &'static str) -> Self {
        Self { name: name.to_owned(), before: before.to_owned(), secret: secret.to_owned(), after }
    }
}

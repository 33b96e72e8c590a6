//! Cognito identity pools, which give signed-in users and guests an identity and temporary credentials.

mod admin;
mod credentials;
mod developer;
#[cfg(test)]
mod developer_tests;
mod guest_policy;
mod identity;
mod login_token;
mod open_id;
mod pool;
mod principal_tags;
#[cfg(test)]
mod tests;
mod third_party;
#[cfg(test)]
mod third_party_tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::{open_id::OpenIdTokens, pool::State};
use crate::{
    account::Account,
    aws_json,
    caller::Caller,
    error::AwsError,
    exchange::{Request, Response},
    iam::Context,
    model,
    sts::WebIdentity,
    unsupported,
};

/// The identity pools of the account.
#[derive(Debug, Default)]
pub(crate) struct IdentityPools {
    state: Mutex<State>,
    open_id: OpenIdTokens,
}

impl IdentityPools {
    /// The identity in a token of GetOpenIdToken.
    ///
    /// # Errors
    /// `InvalidIdentityToken` and `ExpiredTokenException`.
    pub(crate) fn verify_open_id_token(&self, token: &str, now: i64) -> Result<WebIdentity, AwsError> {
        self.open_id.verify(token, now)
    }

    /// GetOpenIdTokenForDeveloperIdentity as an app's backend calls it, and answers its app with `identityId` and `token`.
    ///
    /// # Errors
    /// Those of the operation.
    pub(crate) fn as_backend(&self, account: &Account, input: &[u8]) -> Result<Value, AwsError> {
        let input = serde_json::from_slice(input)
            .map_err(|error| invalid_parameter(format!("Invalid input: {error}")))?;
        let answer = developer::open_id_token(account, input)?;
        Ok(json!({ "identityId": answer["IdentityId"], "token": answer["Token"] }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handles a request to the identity pool service.
pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    aws_json::response(operate(account, request))
}

fn operate(account: &Account, request: &Request) -> Result<Value, AwsError> {
    unsupported::check(request)?;
    match request.operation.as_str() {
        // Requests of apps are not signed; they contain login tokens.
        "GetId" => identity::get_id(account, &parse(request)?),
        "UnlinkIdentity" => identity::unlink(account, &parse(request)?),
        "GetCredentialsForIdentity" => credentials::get(account, &parse(request)?),
        "GetOpenIdToken" => credentials::open_id_token(account, &parse(request)?),
        _ => {
            let caller = Caller::of(account, request)?;
            let action = format!("cognito-identity:{}", request.operation);
            caller
                .authorize(account, &action, "*", &Context::default())
                .map_err(|denied| AwsError::new("AccessDeniedException", denied.to_string()))?;
            admin::operate(account, request)
        }
    }
}

/// Parses the input of an operation.
fn parse<T: DeserializeOwned>(request: &Request) -> Result<T, AwsError> {
    let input: Value = serde_json::from_slice(&request.body)
        .map_err(|error| invalid_parameter(format!("Invalid input: {error}")))?;
    model::check("cognito-identity", &request.operation, &input)?;
    serde_json::from_value(input).map_err(|error| invalid_parameter(format!("Invalid input: {error}")))
}

fn invalid_parameter(message: String) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn not_authorized(message: impl Into<std::borrow::Cow<'static, str>>) -> AwsError {
    AwsError::new("NotAuthorizedException", message)
}

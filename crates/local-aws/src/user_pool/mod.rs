//! Cognito user pools: sign-up, sign-in with every factor, tokens, and their administration.
//!
//! [`handle`] finds the operation by name; related operations share a file. Passwords are stored only as SRP verifiers. Errors have
//! AWS's codes and messages.

mod admin_groups;
mod admin_pools;
mod admin_users;
mod attempts;
mod attributes;
mod auth_events;
mod authentication;
mod challenge;
mod choice;
#[cfg(test)]
mod choice_tests;
mod client;
mod code;
mod constraints;
mod custom_auth;
mod delivery;
mod device;
mod device_operations;
mod device_sign_in;
#[cfg(test)]
mod device_tests;
pub(crate) mod domain;
mod first_factor;
mod forgot_password;
mod input;
mod keys;
mod mfa;
mod mfa_setup;
mod operations;
mod passkeys;
mod password;
mod pool;
mod pools;
mod pretence;
mod refresh;
mod replicas;
mod respond;
mod schema;
mod second_factor;
mod self_service;
mod sender;
mod sessions;
mod sign_in;
mod sign_ins;
mod sign_out;
mod sign_up;
mod srp;
mod step_up;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod triggers;
mod user;
mod user_context;
mod user_settings;
mod verified_token;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde_json::json;

pub(crate) use self::keys::SigningKey;
pub(crate) use self::replicas::PATH as REGION_PATH;
pub(crate) use self::triggers::TriggerScript;
pub use self::triggers::{Trigger, TriggerError, Triggers};
pub(crate) use self::user_context::UserContexts;
pub(crate) use self::verified_token::VerifiedToken;
use self::{
    client::AppClient,
    operations::{Operation, operation},
    pools::{Caller, Pools},
};
use crate::{
    account::{ACCOUNT_ID, Account},
    aws_json, caller as signer,
    error::AwsError,
    exchange::{Request, Response},
    iam::Context,
    unsupported,
};

/// The user pools of the account.
#[derive(Default)]
pub(crate) struct UserPools {
    pools: Mutex<Pools>,
}

/// One call of an operation.
struct Call<'a> {
    account: &'a Account,
    request: &'a Request,
    now: SystemTime,
    /// Set if the pages of managed login make the call.
    managed_login: Option<domain::ManagedLogin>,
}

pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    let call = Call { account, request, now: account.clock.now(), managed_login: None };
    let checked = |run: fn(&Call<'_>) -> _| {
        account.limits.take_request(&request.operation, call.now)?;
        unsupported::check(request)?;
        run(&call)
    };
    let result = match operation(&request.operation) {
        Some(Operation::Public(run)) => replicas::check(&call).and_then(|()| checked(run)),
        Some(Operation::Administrative(run)) => authorize(&call).and_then(|()| checked(run)),
        None => Err(AwsError::new("UnknownOperationException", "")),
    };
    aws_json::response(result)
}

/// Administrative calls must be signed and allowed by IAM.
fn authorize(call: &Call<'_>) -> Result<(), AwsError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Target {
        user_pool_id: Option<String>,
    }

    let caller = signer::Caller::of(call.account, call.request)?;
    let Target { user_pool_id } = call.input()?;
    let pool = user_pool_id.as_deref().unwrap_or("*");
    let resource = format!("arn:aws:cognito-idp:{}:{ACCOUNT_ID}:userpool/{pool}", call.account.region);
    let action = format!("cognito-idp:{}", call.request.operation);
    caller
        .authorize(call.account, &action, &resource, &Context::default())
        .map_err(|denied| AwsError::new("AccessDeniedException", denied.to_string()))
}

/// `GET /{userPoolId}/.well-known/jwks.json` and `/openid-configuration`.
pub(crate) fn public_keys(account: &Account, request: &Request) -> Response {
    let id = request.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let document = account.user_pools.lock().by_id(id).and_then(|pool| {
        if request.operation == "GetJwks" {
            return Ok(json!(keys::signing_keys()?.jwks()));
        }
        Ok(domain::open_id_configuration(pool, request))
    });
    let mut response = aws_json::response(document);
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

impl UserPools {
    /// The public keys of a user pool.
    pub(crate) fn jwks(&self, pool: &str) -> Result<jsonwebtoken::jwk::JwkSet, AwsError> {
        self.lock().by_id(pool)?;
        Ok(keys::signing_keys()?.jwks())
    }

    /// The secret of an app client that has one.
    pub(crate) fn client_secret(&self, client_id: &str) -> Option<String> {
        self.lock().by_client(client_id).ok()?.1.secret.clone()
    }

    /// Adds to the `CallbackURLs` and `LogoutURLs` of an app client. Returns whether it exists.
    pub(crate) fn add_callback_urls(&self, client_id: &str, urls: &[String]) -> bool {
        let mut pools = self.lock();
        let Ok((pool, client)) = pools.by_client(client_id) else { return false };
        let mut changed = AppClient::clone(&client);
        changed.settings.oauth.add_urls(urls);
        pool.clients.insert(client_id.to_owned(), Arc::new(changed));
        true
    }

    /// Revokes every refresh token of every pool.
    pub(crate) fn revoke_refresh_tokens(&self) {
        for pool in self.lock().0.values_mut() {
            pool.sign_ins.revoke_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pools> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Call<'a> {
    fn pools(&self) -> MutexGuard<'a, Pools> {
        self.account.user_pools.lock()
    }
}

fn invalid_parameter(message: impl Into<std::borrow::Cow<'static, str>>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn not_authorized(message: &'static str) -> AwsError {
    AwsError::new("NotAuthorizedException", message)
}

//! Cognito user pools.

use crate::{
    account::Account,
    aws_json,
    error::AwsError,
    server::{Request, Response},
};

/// The user pools of the account.
#[derive(Debug, Default)]
pub(crate) struct UserPools {}

/// What an id token says, once it is verified.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedToken {
    pub(crate) sub: String,
    /// The app client that it was issued to.
    pub(crate) audience: String,
    pub(crate) username: String,
    pub(crate) groups: Vec<String>,
    pub(crate) claims: serde_json::Map<String, serde_json::Value>,
}

impl UserPools {
    /// Verifies an id token: signature, issuer, expiry, `token_use` and that the audience is a client of the pool.
    /// `provider` is the issuer without `https://`: `cognito-idp.REGION.amazonaws.com/POOL`; `now` is seconds since 1970.
    pub(crate) fn verify_id_token(
        &self,
        _provider: &str,
        _token: &str,
        _now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        Err(AwsError::new("NotAuthorizedException", "Invalid login token. Couldn't verify signed token."))
    }

    /// Revokes every refresh token of every pool.
    pub(crate) fn revoke_refresh_tokens(&self) {}
}

pub(crate) fn handle(_account: &Account, request: &Request) -> Response {
    let message = format!("The operation {} is unknown.", request.operation);
    aws_json::error_response(&AwsError::new("UnknownOperationException", message))
}

/// `GET /{userPoolId}/.well-known/jwks.json` and `/openid-configuration`.
pub(crate) fn public_keys(_account: &Account, _request: &Request) -> Response {
    aws_json::error_response(&AwsError::new("ResourceNotFoundException", "User pool does not exist."))
}

//! Checks the tokens of logins: whether they are genuine, valid, and meant for the identity pool.

use super::{identity::VerifiedLogin, not_authorized, pool::IdentityPool, third_party};
use crate::{account::Account, error::AwsError, sts::COGNITO_IDENTITY};

/// # Errors
/// `NotAuthorizedException`.
pub(super) fn verify(
    account: &Account,
    pool: &IdentityPool,
    provider: &str,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    if provider == COGNITO_IDENTITY {
        return of_backend(account, pool, token);
    }
    if pool.providers.iter().any(|accepted| accepted.provider_name == provider) {
        return of_user_pool(account, pool, provider, token);
    }
    third_party::verify(account, pool, provider, token)
}

fn of_user_pool(
    account: &Account,
    pool: &IdentityPool,
    provider: &str,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    let verified = account.user_pools.verify_id_token(provider, token, account.clock.unix_seconds())?;
    let accepted = pool
        .providers
        .iter()
        .find(|accepted| accepted.provider_name == provider && accepted.client_id == verified.audience)
        .ok_or_else(|| invalid("Incorrect token audience."))?;
    if accepted.server_side_token_check && !account.user_pools.is_signed_in(&verified) {
        return Err(invalid("Token has been revoked."));
    }
    Ok(VerifiedLogin {
        provider: provider.to_owned(),
        subject: verified.sub,
        client_id: verified.audience,
        claims: verified.claims,
        identity_id: None,
        methods: Vec::new(),
    })
}

/// A token of GetOpenIdTokenForDeveloperIdentity.
fn of_backend(account: &Account, pool: &IdentityPool, token: &str) -> Result<VerifiedLogin, AwsError> {
    let now = account.clock.unix_seconds();
    let identity =
        account.identity_pools.open_id.verify(token, now).map_err(|error| match error.code.as_ref() {
            "ExpiredTokenException" => invalid("Token expired."),
            _ => invalid("Couldn't verify signed token."),
        })?;
    if identity.audience != pool.id
        || identity.authentication_methods.iter().any(|it| it == "unauthenticated")
    {
        return Err(invalid("Incorrect token audience."));
    }
    Ok(VerifiedLogin {
        provider: COGNITO_IDENTITY.to_owned(),
        subject: identity.subject.clone(),
        client_id: identity.audience,
        claims: serde_json::Map::new(),
        identity_id: Some(identity.subject),
        methods: identity.authentication_methods,
    })
}

pub(super) fn invalid(reason: &str) -> AwsError {
    not_authorized(format!("Invalid login token. {reason}"))
}

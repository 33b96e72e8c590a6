//! Finds pools, app clients and the users of access tokens.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use super::{
    client::AppClient,
    not_authorized,
    pool::UserPool,
    tokens::{self, TokenError},
    user::{UserStatus, password_reset_required},
};
use crate::error::AwsError;

/// The pools by id.
#[derive(Default)]
pub(super) struct Pools(pub(super) BTreeMap<String, UserPool>);

/// The user of an access token.
pub(super) struct Caller {
    pub(super) username: String,
    /// The id of the sign-in.
    pub(super) sign_in: String,
    pub(super) client: Arc<AppClient>,
}

impl Pools {
    pub(super) fn by_id(&mut self, id: &str) -> Result<&mut UserPool, AwsError> {
        let not_found =
            || AwsError::new("ResourceNotFoundException", format!("User pool {id} does not exist."));
        self.0.get_mut(id).ok_or_else(not_found)
    }

    pub(super) fn by_client(&mut self, id: &str) -> Result<(&mut UserPool, Arc<AppClient>), AwsError> {
        for pool in self.0.values_mut() {
            if let Some(client) = pool.clients.get(id).cloned() {
                return Ok((pool, client));
            }
        }
        Err(AwsError::new("ResourceNotFoundException", format!("User pool client {id} does not exist.")))
    }

    /// The user of an access token for the user's own operations. The token must be valid, unexpired and not revoked, and the user
    /// must exist.
    pub(super) fn by_access_token(
        &mut self,
        token: &str,
        now: SystemTime,
    ) -> Result<(&mut UserPool, Caller), AwsError> {
        let (pool, caller, scopes) = self.by_any_access_token(token, now)?;
        if !tokens::is_self_service(&scopes) {
            return Err(not_authorized("Access Token does not have required scopes"));
        }
        Ok((pool, caller))
    }

    /// As [`by_access_token`](Self::by_access_token), for a token with any scopes, which it also returns.
    pub(super) fn by_any_access_token(
        &mut self,
        token: &str,
        now: SystemTime,
    ) -> Result<(&mut UserPool, Caller, String), AwsError> {
        let refused = |message| AwsError::new("NotAuthorizedException", message);
        let claims = tokens::verify(token, crate::clock::unix_seconds(now)).map_err(|error| match error {
            TokenError::Expired { .. } => refused("Access Token has expired"),
            TokenError::Malformed | TokenError::BadSignature => refused("Invalid Access Token"),
        })?;
        if tokens::text(&claims, "token_use") != Some("access") {
            return Err(refused("Invalid Access Token"));
        }
        let claim = |name| tokens::text(&claims, name).unwrap_or_default();
        // The client or its pool may have been deleted since.
        let (pool, client) = self.by_client(claim("client_id"))?;
        if pool.issuer() != claim("iss") {
            return Err(refused("Invalid Access Token"));
        }
        let sign_in =
            pool.sign_ins.find(claim("origin_jti")).ok_or_else(|| refused("Invalid Access Token"))?;
        let user = pool.user_of(sign_in)?;
        if sign_in.is_revoked() {
            return Err(refused("Access Token has been revoked"));
        }
        if !user.enabled {
            return Err(refused("User is disabled."));
        }
        if user.status == UserStatus::ResetRequired {
            return Err(password_reset_required());
        }
        let (username, sign_in) = (user.username.clone(), sign_in.id.clone());
        let scopes = claim("scope").to_owned();
        Ok((pool, Caller { username, sign_in, client }, scopes))
    }
}

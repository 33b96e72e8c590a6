//! Tokens of user pools, as identity pools and APIs verify them.

use serde_json::Value;

use super::{
    UserPools,
    tokens::{self, TokenError},
};
use crate::error::AwsError;

/// The contents of a verified ID token.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedToken {
    pub(crate) sub: String,
    /// The app client that the token was issued to.
    pub(crate) audience: String,
    pub(crate) username: String,
    pub(crate) claims: serde_json::Map<String, Value>,
}

impl VerifiedToken {
    /// The id of the user pool.
    pub(crate) fn pool(&self) -> Option<&str> {
        tokens::text(&self.claims, "iss")?.rsplit_once('/').map(|(_, pool)| pool)
    }
}

/// The use of a token.
#[derive(Clone, Copy)]
enum TokenUse {
    Id,
    Access,
}

impl UserPools {
    /// Verifies an ID token: signature, expiry, issuer, `token_use`, and that the audience is a client of the pool.
    /// `provider` is the issuer without `https://`: `cognito-idp.REGION.amazonaws.com/POOL`; `now` is seconds since
    /// 1970. The errors are those of the identity pool.
    pub(crate) fn verify_id_token(
        &self,
        provider: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        self.verify_token(TokenUse::Id, provider, token, now)
    }

    /// As [`verify_id_token`](Self::verify_id_token), for an access token.
    pub(crate) fn verify_access_token(
        &self,
        provider: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        self.verify_token(TokenUse::Access, provider, token, now)
    }

    fn verify_token(
        &self,
        token_use: TokenUse,
        provider: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        let (name, audience, username) = match token_use {
            TokenUse::Id => ("id", "aud", "cognito:username"),
            TokenUse::Access => ("access", "client_id", "username"),
        };
        let refused =
            |detail| AwsError::new("NotAuthorizedException", format!("Invalid login token. {detail}"));
        let claims = tokens::verify(token, now).map_err(|error| match error {
            TokenError::Malformed => refused("Not a valid OpenId Connect identity token.".to_owned()),
            TokenError::BadSignature => refused("Couldn't verify signed token.".to_owned()),
            TokenError::Expired { expiry } => refused(format!("Token expired: {expiry} >= {now}")),
        })?;
        let claim = |name| tokens::text(&claims, name).unwrap_or_default().to_owned();
        let issuer = claim("iss");
        if issuer.strip_prefix("https://") != Some(provider) {
            return Err(refused("Issuer doesn't match providerName".to_owned()));
        }
        if claim("token_use") != name {
            return Err(refused(format!("Not an {name} token.")));
        }
        let audience = claim(audience);
        let mut pools = self.lock();
        let (pool, _) =
            pools.by_client(&audience).map_err(|_| refused("Incorrect token audience.".to_owned()))?;
        if pool.issuer() != issuer {
            return Err(refused("Incorrect token audience.".to_owned()));
        }
        Ok(VerifiedToken { sub: claim("sub"), username: claim(username), audience, claims })
    }

    /// Whether the sign-in of a token is still valid: its user exists, is enabled, and has not signed out everywhere. Identity
    /// pools with `ServerSideTokenCheck` use it.
    pub(crate) fn is_signed_in(&self, token: &VerifiedToken) -> bool {
        let mut pools = self.lock();
        let Ok((pool, _)) = pools.by_client(&token.audience) else { return false };
        let sign_in = tokens::text(&token.claims, "origin_jti").and_then(|id| pool.sign_ins.find(id));
        sign_in.is_some_and(|sign_in| {
            !sign_in.is_revoked() && pool.user_of(sign_in).is_ok_and(|user| user.enabled)
        })
    }
}

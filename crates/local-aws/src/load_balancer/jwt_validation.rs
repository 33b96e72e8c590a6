//! The action `jwt-validation`.

use http::header;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Map, Value};

use super::{
    Visit,
    action::{AdditionalClaim, ClaimFormat, JwtValidation},
    unauthorized,
};
use crate::{account::Account, exchange::Response};

/// Accepts a bearer token that the issuer has signed by RS256 and that has the claims.
pub(super) fn check(visit: &Visit<'_>, config: &JwtValidation) -> Result<(), Response> {
    let value = visit.request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(unauthorized)?;
    let keys = keys(visit.account, config).ok_or_else(unauthorized)?;
    let claims = claims(token, &keys).ok_or_else(unauthorized)?;
    let now = visit.account.clock.unix_seconds();
    let is_timely = claims.get("exp").and_then(Value::as_i64).is_some_and(|exp| now < exp)
        && ["nbf", "iat"]
            .iter()
            .all(|name| claims.get(*name).is_none_or(|time| time.as_i64().is_some_and(|time| time <= now)));
    let is_of_the_issuer = claims.get("iss").and_then(Value::as_str) == Some(&config.issuer);
    let has_claims = config.additional_claims.iter().all(|claim| has(&claims, claim));
    if is_timely && is_of_the_issuer && has_claims { Ok(()) } else { Err(unauthorized()) }
}

/// The issuer's keys, if the endpoint is that of a user pool of this account: no other one can be reached here.
fn keys(account: &Account, config: &JwtValidation) -> Option<JwkSet> {
    let pool = config.jwks_endpoint.strip_suffix("/.well-known/jwks.json")?.rsplit('/').next()?;
    account.user_pools.jwks(pool).ok()
}

/// The claims of a token with a good signature.
fn claims(token: &str, keys: &JwkSet) -> Option<Map<String, Value>> {
    let header = jsonwebtoken::decode_header(token).ok().filter(|header| header.alg == Algorithm::RS256)?;
    let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).ok()?;
    // The times are compared with this server's clock, not with the machine's.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    Some(jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation).ok()?.claims)
}

/// Whether the token has the claim with one of the values.
fn has(claims: &Map<String, Value>, wanted: &AdditionalClaim) -> bool {
    let Some(claim) = claims.get(&wanted.name) else { return false };
    let is_wanted = |text: &str| wanted.values.iter().any(|value| value == text);
    match wanted.format {
        ClaimFormat::SingleString => claim.as_str().is_some_and(is_wanted),
        ClaimFormat::SpaceSeparatedValues => {
            claim.as_str().is_some_and(|text| text.split(' ').any(is_wanted))
        }
        ClaimFormat::StringArray => {
            claim.as_array().is_some_and(|values| values.iter().filter_map(Value::as_str).any(is_wanted))
        }
    }
}

//! Id and access tokens: issued and verified.

use std::time::{Duration, SystemTime};

use jsonwebtoken::{Algorithm, Header, Validation};
use serde_json::{Map, Value, json};

use super::{client::AppClient, keys, pool::UserPool, sign_ins::SignIn, user::User};
use crate::{clock::unix_seconds, error::AwsError};

/// The scope that lets an access token call the user's own operations.
const SELF_SERVICE_SCOPE: &str = "aws.cognito.signin.user.admin";

/// What a verified token says.
pub(super) type Claims = Map<String, Value>;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    Malformed,
    BadSignature,
    Expired { expiry: i64 },
}

/// `AuthenticationResult` with an id and an access token, and with a refresh token where one is given.
pub(super) fn authentication_result(
    pool: &UserPool,
    client: &AppClient,
    user: &User,
    sign_in: &SignIn,
    refresh_token: Option<String>,
    now: SystemTime,
) -> Result<Value, AwsError> {
    let keys = keys::signing_keys()?;
    let settings = &client.settings;
    let id_token = sign(&keys.id_token, &id_claims(pool, client, user, sign_in, now))?;
    let access_token = sign(&keys.access_token, &access_claims(pool, client, user, sign_in, now))?;

    let mut result = json!({
        "AccessToken": access_token,
        "IdToken": id_token,
        "ExpiresIn": settings.access_token_lifetime().as_secs(),
        "TokenType": "Bearer",
    });
    if let Some(refresh_token) = refresh_token {
        result["RefreshToken"] = json!(refresh_token);
    }
    Ok(result)
}

/// Checks the signature and the expiry, and nothing else.
pub(super) fn verify(token: &str, now: i64) -> Result<Claims, TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
    let keys = keys::signing_keys().map_err(|_| TokenError::BadSignature)?;
    let key = header.kid.and_then(|id| keys.by_id(&id)).ok_or(TokenError::BadSignature)?;
    // The expiry is compared with this server's clock, not with the machine's.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.public, &validation)
        .map_err(|_| TokenError::BadSignature)?
        .claims;
    let expiry = claims.get("exp").and_then(Value::as_i64).ok_or(TokenError::Malformed)?;
    if now >= expiry {
        return Err(TokenError::Expired { expiry });
    }
    Ok(claims)
}

/// Whether this is an access token that may call the user's own operations.
pub(super) fn is_self_service(claims: &Claims) -> bool {
    let scopes = text(claims, "scope").unwrap_or_default();
    text(claims, "token_use") == Some("access") && scopes.split(' ').any(|scope| scope == SELF_SERVICE_SCOPE)
}

pub(super) fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn sign(key: &keys::SigningKey, claims: &Claims) -> Result<String, AwsError> {
    let mut header = Header::new(Algorithm::RS256);
    header.typ = None;
    header.kid = Some(key.id.clone());
    jsonwebtoken::encode(&header, claims, &key.private).map_err(|error| AwsError::internal(&error))
}

fn id_claims(pool: &UserPool, client: &AppClient, user: &User, sign_in: &SignIn, now: SystemTime) -> Claims {
    let mut claims = common_claims(pool, user, sign_in, now, client.settings.id_token_lifetime());
    for (name, value) in &user.attributes {
        if client.settings.may_read(name) {
            claims.insert(name.clone(), claim_value(name, value));
        }
    }
    claims.insert("aud".to_owned(), json!(client.id));
    claims.insert("token_use".to_owned(), json!("id"));
    claims.insert("cognito:username".to_owned(), json!(user.username));
    let roles = pool.roles_of(user);
    if let Some(preferred) = roles.preferred {
        claims.insert("cognito:preferred_role".to_owned(), json!(preferred));
    }
    if !roles.all.is_empty() {
        claims.insert("cognito:roles".to_owned(), json!(roles.all));
    }
    claims
}

fn access_claims(
    pool: &UserPool,
    client: &AppClient,
    user: &User,
    sign_in: &SignIn,
    now: SystemTime,
) -> Claims {
    let mut claims = common_claims(pool, user, sign_in, now, client.settings.access_token_lifetime());
    claims.insert("client_id".to_owned(), json!(client.id));
    claims.insert("token_use".to_owned(), json!("access"));
    claims.insert("scope".to_owned(), json!(SELF_SERVICE_SCOPE));
    claims.insert("username".to_owned(), json!(user.username));
    claims
}

fn common_claims(
    pool: &UserPool,
    user: &User,
    sign_in: &SignIn,
    now: SystemTime,
    lifetime: Duration,
) -> Claims {
    let mut claims = Claims::new();
    claims.insert("sub".to_owned(), json!(user.sub));
    claims.insert("iss".to_owned(), json!(pool.issuer()));
    claims.insert("origin_jti".to_owned(), json!(sign_in.id));
    claims.insert("event_id".to_owned(), json!(sign_in.event_id));
    claims.insert("auth_time".to_owned(), json!(unix_seconds(sign_in.time)));
    claims.insert("iat".to_owned(), json!(unix_seconds(now)));
    claims.insert("exp".to_owned(), json!(unix_seconds(now + lifetime)));
    claims.insert("jti".to_owned(), json!(uuid::Uuid::new_v4().to_string()));
    let groups = pool.groups_of(user);
    if !groups.is_empty() {
        claims.insert("cognito:groups".to_owned(), json!(groups));
    }
    claims
}

/// The verified flags are booleans in tokens, everything else is text.
fn claim_value(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        _ => json!(value),
    }
}

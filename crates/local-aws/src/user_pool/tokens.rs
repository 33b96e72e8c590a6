//! Issues and verifies ID and access tokens.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    authentication::AuthClaims, client::AppClient, domain::SELF_SERVICE, keys, pool::UserPool,
    sign_ins::SignIn, triggers::TokenClaims, user::User,
};
use crate::{clock::unix_seconds, error::AwsError};

/// The claims of a verified token.
pub(super) type Claims = Map<String, Value>;

/// The reason why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    Malformed,
    BadSignature,
    Expired { expiry: i64 },
}

/// New tokens for a sign-in.
pub(super) struct Issue<'a> {
    pub(super) pool: &'a UserPool,
    pub(super) client: &'a AppClient,
    pub(super) user: &'a User,
    pub(super) sign_in: &'a SignIn,
    /// The changes by the trigger PreTokenGeneration.
    pub(super) claims: TokenClaims,
    pub(super) now: SystemTime,
}

impl Issue<'_> {
    /// The `AuthenticationResult` with an ID token, an access token and, if given, a refresh token.
    pub(super) fn result(self, refresh_token: Option<String>) -> Result<Value, AwsError> {
        let Self { pool, client, user, sign_in, claims, now } = self;
        let keys = keys::signing_keys()?;
        let access_token = sign(&keys.access_token, &access_claims(pool, client, user, sign_in, now))?;
        let mut id_claims = id_claims(pool, client, user, sign_in, now);
        claims.apply(&mut id_claims);
        if sign_in.scopes.is_some() {
            id_claims.insert("at_hash".to_owned(), json!(at_hash(&access_token)));
        }

        let mut result = json!({
            "AccessToken": access_token,
            "ExpiresIn": client.settings.access_token_lifetime().as_secs(),
            "TokenType": "Bearer",
        });
        if sign_in.scopes.as_ref().is_none_or(|scopes| scopes.has("openid")) {
            result["IdToken"] = json!(sign(&keys.id_token, &id_claims)?);
        }
        if let Some(refresh_token) = refresh_token {
            result["RefreshToken"] = json!(refresh_token);
        }
        Ok(result)
    }
}

/// Checks only the signature and the expiry.
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

/// Whether an access token with these scopes may call the user's own operations.
pub(super) fn is_self_service(scopes: &str) -> bool {
    scopes.split(' ').any(|scope| scope == SELF_SERVICE)
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
        let is_granted = sign_in.scopes.as_ref().is_none_or(|scopes| scopes.shows(name));
        if is_granted && client.settings.may_read(name) {
            claims.insert(name.clone(), claim_value(name, value));
        }
    }
    claims.insert("aud".to_owned(), json!(client.id));
    claims.insert("token_use".to_owned(), json!("id"));
    claims.insert("cognito:username".to_owned(), json!(user.username));
    if let Some(nonce) = &sign_in.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
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
    match &sign_in.scopes {
        Some(scopes) => {
            claims.insert("scope".to_owned(), json!(scopes.claim()));
            claims.insert("version".to_owned(), json!(2));
        }
        None => {
            claims.insert("scope".to_owned(), json!(SELF_SERVICE));
        }
    }
    claims.insert("username".to_owned(), json!(user.username));
    if let Some(device) = &sign_in.device {
        claims.insert("device_key".to_owned(), json!(device.key));
    }
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
    if let Some(AuthClaims { acr, amr }) = &sign_in.claims {
        claims.insert("acr".to_owned(), json!(acr));
        claims.insert("amr".to_owned(), json!(amr));
        claims.retain(|_, value| !value.is_null());
    }
    let groups = pool.groups_of(user);
    if !groups.is_empty() {
        claims.insert("cognito:groups".to_owned(), json!(groups));
    }
    claims
}

/// The access token of an app client for itself, by client credentials.
pub(super) fn machine_token(
    pool: &UserPool,
    client: &AppClient,
    scope: &str,
    now: SystemTime,
) -> Result<String, AwsError> {
    let claims = json!({
        "sub": client.id,
        "client_id": client.id,
        "token_use": "access",
        "scope": scope,
        "auth_time": unix_seconds(now),
        "iss": pool.issuer(),
        "iat": unix_seconds(now),
        "exp": unix_seconds(now + client.settings.access_token_lifetime()),
        "version": 2,
        "jti": uuid::Uuid::new_v4().to_string(),
    });
    let Value::Object(claims) = claims else { return Err(AwsError::internal(&"not an object")) };
    sign(&keys::signing_keys()?.access_token, &claims)
}

/// The claim `at_hash` of OpenID Connect, for RS256.
fn at_hash(access_token: &str) -> String {
    let hash = Sha256::digest(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

/// In tokens, the verified flags are booleans, and `identities` is a list; everything else is text.
fn claim_value(name: &str, value: &str) -> Value {
    match name {
        "identities" => serde_json::from_str(value).unwrap_or_default(),
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        _ => json!(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{TestPool, claims},
        *,
    };

    fn signed_in() -> (TestPool, Value) {
        let test = TestPool::new();
        test.add_user("ada", &[("email", "ada@example.com"), ("email_verified", "true"), ("name", "Ada")]);
        let tokens = test.tokens("ada");
        (test, tokens)
    }

    fn provider(test: &TestPool) -> String {
        format!("cognito-idp.eu-west-1.amazonaws.com/{}", test.pool_id)
    }

    /// The token with one claim changed and the old signature.
    fn forged(token: &Value, name: &str, value: Value) -> String {
        let mut parts: Vec<_> = token.as_str().unwrap().split('.').map(str::to_owned).collect();
        let mut changed = claims(token);
        changed[name] = value;
        parts[1] = URL_SAFE_NO_PAD.encode(changed.to_string());
        parts.join(".")
    }

    #[test]
    fn the_id_token_says_who_it_is() {
        let (test, tokens) = signed_in();
        let claims = claims(&tokens["IdToken"]);
        let now = test.account.clock.unix_seconds();
        assert_eq!(claims["iss"], format!("https://{}", provider(&test)));
        assert_eq!(claims["aud"], test.client_id);
        assert_eq!(claims["token_use"], "id");
        assert_eq!(claims["cognito:username"], "ada");
        assert_eq!(claims["email"], "ada@example.com");
        assert_eq!(claims["email_verified"], true);
        assert_eq!(claims["name"], "Ada");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
        assert!((now - claims["auth_time"].as_i64().unwrap()).abs() < 5);
        assert!(claims.get("cognito:groups").is_none());
    }

    #[test]
    fn the_access_token_says_what_it_is_for() {
        let (test, tokens) = signed_in();
        let access = claims(&tokens["AccessToken"]);
        let id = claims(&tokens["IdToken"]);
        assert_eq!(access["token_use"], "access");
        assert_eq!(access["client_id"], test.client_id);
        assert_eq!(access["scope"], SELF_SERVICE);
        assert_eq!(access["username"], "ada");
        assert!(access.get("email").is_none() && access.get("aud").is_none());
        for same in ["sub", "iss", "origin_jti", "event_id", "auth_time"] {
            assert_eq!(access[same], id[same], "{same}");
        }
        assert_ne!(access["jti"], id["jti"]);
    }

    #[test]
    fn groups_and_their_roles_stand_in_tokens_by_precedence() {
        let (test, _) = signed_in();
        for (name, precedence, role) in [
            ("readers", 10, "arn:aws:iam::000000000000:role/r"),
            ("admins", 1, "arn:aws:iam::000000000000:role/a"),
        ] {
            let group = json!({ "GroupName": name, "Precedence": precedence, "RoleArn": role });
            test.admin("CreateGroup", group).unwrap();
            test.admin("AdminAddUserToGroup", json!({ "Username": "ada", "GroupName": name })).unwrap();
        }
        let tokens = test.tokens("ada");
        let id = claims(&tokens["IdToken"]);
        assert_eq!(id["cognito:groups"], json!(["admins", "readers"]));
        assert_eq!(
            id["cognito:roles"],
            json!(["arn:aws:iam::000000000000:role/a", "arn:aws:iam::000000000000:role/r"])
        );
        assert_eq!(id["cognito:preferred_role"], "arn:aws:iam::000000000000:role/a");
        let access = claims(&tokens["AccessToken"]);
        assert_eq!(access["cognito:groups"], json!(["admins", "readers"]));
        assert!(access.get("cognito:roles").is_none());
    }

    #[test]
    fn a_client_reads_only_its_attributes() {
        let test = TestPool::with(json!({}), json!({ "ReadAttributes": ["email"] }));
        test.add_user("ada", &[("email", "ada@example.com"), ("name", "Ada")]);
        let tokens = test.tokens("ada");
        let id = claims(&tokens["IdToken"]);
        assert_eq!((id.get("email").is_some(), id.get("name").is_some()), (true, false));
        let user = test.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).unwrap();
        let names: Vec<_> =
            user["UserAttributes"].as_array().unwrap().iter().map(|a| a["Name"].clone()).collect();
        assert_eq!(names, ["sub", "email"]);
    }

    #[test]
    fn tokens_verify_against_the_published_keys() {
        let (_, tokens) = signed_in();
        let jwks = keys::signing_keys().unwrap().jwks();
        assert_eq!(jwks.keys.len(), 2);
        for token in [&tokens["IdToken"], &tokens["AccessToken"]] {
            let token = token.as_str().unwrap();
            let header = jsonwebtoken::decode_header(token).unwrap();
            assert_eq!((header.alg, header.typ), (Algorithm::RS256, None));
            let jwk = jwks.find(&header.kid.unwrap()).unwrap();
            let mut validation = Validation::new(Algorithm::RS256);
            validation.validate_aud = false;
            let key = jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap();
            assert!(jsonwebtoken::decode::<Claims>(token, &key, &validation).is_ok());
        }
    }

    #[test]
    fn an_id_token_is_verified_for_the_identity_pool() {
        let (test, tokens) = signed_in();
        let now = test.account.clock.unix_seconds();
        let id_token = tokens["IdToken"].as_str().unwrap();
        let pools = &test.account.user_pools;
        let verified = pools.verify_id_token(&provider(&test), id_token, now).unwrap();
        assert_eq!(verified.audience, test.client_id);
        assert_eq!(json!(verified.sub), claims(&tokens["IdToken"])["sub"]);

        let access_token = tokens["AccessToken"].as_str().unwrap().to_owned();
        for (token, provider, now) in [
            (access_token, provider(&test), now),
            (id_token.to_owned(), "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other".to_owned(), now),
            (id_token.to_owned(), provider(&test), now + 3600),
            (forged(&tokens["IdToken"], "sub", json!("someone-else")), provider(&test), now),
            ("e30.e30.e30".to_owned(), provider(&test), now),
            ("garbage".to_owned(), provider(&test), now),
        ] {
            let error = pools.verify_id_token(&provider, &token, now).unwrap_err();
            assert_eq!(error.code, "NotAuthorizedException");
        }
    }

    #[test]
    fn a_deleted_client_s_tokens_are_no_longer_accepted() {
        let (test, tokens) = signed_in();
        test.admin("DeleteUserPoolClient", json!({ "ClientId": test.client_id })).unwrap();
        let now = test.account.clock.unix_seconds();
        let id_token = tokens["IdToken"].as_str().unwrap();
        assert!(test.account.user_pools.verify_id_token(&provider(&test), id_token, now).is_err());
        assert!(test.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).is_err());
    }

    #[test]
    fn self_service_takes_only_a_whole_and_unexpired_access_token() {
        let (test, tokens) = signed_in();
        let user = |token: Value| test.call("GetUser", json!({ "AccessToken": token }));
        assert!(user(tokens["AccessToken"].clone()).is_ok());
        for token in [
            tokens["IdToken"].clone(),
            tokens["RefreshToken"].clone(),
            json!("a.b.c"),
            json!(forged(&tokens["AccessToken"], "username", json!("bob"))),
            json!(forged(&tokens["AccessToken"], "exp", json!(i64::MAX))),
            json!(unsigned(&tokens["AccessToken"])),
        ] {
            let error = user(token.clone()).unwrap_err();
            assert_eq!(error.to_string(), "NotAuthorizedException: Invalid Access Token", "{token}");
        }
        test.advance(3600);
        let error = user(tokens["AccessToken"].clone()).unwrap_err();
        assert_eq!(error.to_string(), "NotAuthorizedException: Access Token has expired");
    }

    /// The token with `alg: none` and no signature.
    fn unsigned(token: &Value) -> String {
        let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
        format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#))
    }
}

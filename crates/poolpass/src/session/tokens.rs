//! The three tokens of a session, and the claims of two of them.
//!
//! The client reads claims only to show them and to know the expiry. A backend that acts on a token must verify its signature.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::Claims;
use crate::error::Error;
use crate::json;

/// Proves who the person is, to identity pools and to backends. A backend must verify the signature.
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
/// let token = client.id_token().await?;
/// println!("{} {:?} {:?}", token.username(), token.email(), token.claims().text("custom:team"));
/// let header = format!("Bearer {}", token.jwt());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct IdToken(Token);

/// Grants access to the person's account in the user pool, and to APIs that check scopes. A backend must verify the signature.
#[derive(Clone)]
pub struct AccessToken(Token);

/// Gets new ID and access tokens, for days: the most valuable secret.
#[derive(Clone)]
pub(crate) struct RefreshToken(SecretString);

impl IdToken {
    /// Parses a token as Cognito sends it.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when it is not an ID token of a user pool.
    pub(crate) fn parse(jwt: SecretString) -> Result<Self, Error> {
        Token::parse(jwt, "ID token", "id", "cognito:username").map(Self)
    }

    /// The token as a JSON Web Token, for an `Authorization` header: a secret.
    pub fn jwt(&self) -> &str {
        self.0.jwt.expose_secret()
    }

    /// The user name in the user pool (`cognito:username`). It differs from what people typed if they signed in with an alias.
    pub fn username(&self) -> &str {
        &self.0.username
    }

    /// The user's id (`sub`), which never changes.
    pub fn sub(&self) -> &str {
        &self.0.sub
    }

    /// The email address, where the app client may read it.
    pub fn email(&self) -> Option<&str> {
        self.claims().text("email")
    }

    /// The person's groups in the user pool.
    pub fn groups(&self) -> Vec<&str> {
        self.claims().list("cognito:groups")
    }

    /// When AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
    pub fn issued_at(&self) -> SystemTime {
        self.0.issued_at
    }

    /// When the token expires, by AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }

    /// All claims of the token.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }
}

impl AccessToken {
    /// Parses a token as Cognito sends it.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when it is not an access token of a user pool.
    pub(crate) fn parse(jwt: SecretString) -> Result<Self, Error> {
        Token::parse(jwt, "access token", "access", "username").map(Self)
    }

    /// The token as a JSON Web Token, for an `Authorization` header: a secret.
    pub fn jwt(&self) -> &str {
        self.0.jwt.expose_secret()
    }

    /// The user name in the user pool.
    pub fn username(&self) -> &str {
        &self.0.username
    }

    /// The user's id (`sub`), which never changes.
    pub fn sub(&self) -> &str {
        &self.0.sub
    }

    /// The OAuth scopes, such as `aws.cognito.signin.user.admin`.
    pub fn scopes(&self) -> Vec<&str> {
        self.claims().text("scope").map(|scopes| scopes.split_whitespace().collect()).unwrap_or_default()
    }

    /// When AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
    pub fn issued_at(&self) -> SystemTime {
        self.0.issued_at
    }

    /// When the token expires, by AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }

    /// All claims of the token.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }
}

impl RefreshToken {
    pub(crate) fn new(token: SecretString) -> Self {
        Self(token)
    }

    /// The token itself: a secret that must not leave the device.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for RefreshToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

/// The common part of ID tokens and access tokens.
#[derive(Clone)]
struct Token {
    jwt: SecretString,
    claims: Claims,
    username: String,
    sub: String,
    issued_at: SystemTime,
    expires_at: SystemTime,
}

impl Token {
    fn parse(
        jwt: SecretString,
        name: &str,
        token_use: &'static str,
        username_claim: &str,
    ) -> Result<Self, Error> {
        let malformed = || Error::invalid_response(format!("the {name} is malformed"));
        // It is sent in a header.
        if !jwt.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed());
        }
        let claims = Claims::new(payload(jwt.expose_secret()).ok_or_else(malformed)?);
        if claims.text("token_use") != Some(token_use) {
            return Err(malformed());
        }
        let username = claims.text(username_claim).ok_or_else(malformed)?.to_owned();
        let sub = claims.text("sub").ok_or_else(malformed)?.to_owned();
        let issued_at = match claims.get("iat") {
            None | Some(Value::Null) => UNIX_EPOCH,
            Some(_) => claims.time("iat").ok_or_else(malformed)?,
        };
        let expires_at = claims.time("exp").ok_or_else(malformed)?;
        Ok(Self { jwt, claims, username, sub, issued_at, expires_at })
    }
}

/// Base64url as JSON Web Tokens use it, or with the padding that they should not have.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The middle part of a JSON Web Token.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (Some(_header), Some(payload), Some(_signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    match json::value(&BASE64URL.decode(payload).ok()?).ok()? {
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken").field("expires_at", &self.expires_at()).finish_non_exhaustive()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.expires_at()).finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;
    use crate::session::test_tokens::encode;

    fn id_claims() -> Value {
        json!({
            "sub": "8f0e", "cognito:username": "Zoë", "token_use": "id", "iat": 1_700_000_000, "exp": 1_700_003_600,
            "email": "zoe@example.com", "cognito:groups": ["editors", "ops"], "custom:level": "7"
        })
    }

    #[test]
    fn an_id_token_tells_who_the_person_is() {
        let token = IdToken::parse(encode(&id_claims())).unwrap();
        assert_eq!((token.username(), token.sub(), token.email()), ("Zoë", "8f0e", Some("zoe@example.com")));
        assert_eq!(token.groups(), ["editors", "ops"]);
        assert_eq!(token.claims().text("custom:level"), Some("7"));
        assert_eq!(token.claims().read::<u64>("exp"), Some(1_700_003_600));
        assert_eq!(token.expires_at(), UNIX_EPOCH + Duration::from_secs(1_700_003_600));
    }

    #[test]
    fn an_access_token_tells_what_it_is_for() {
        let claims = json!({
            "sub": "8f0e", "username": "ada", "token_use": "access", "iat": 1, "exp": 2,
            "scope": "aws.cognito.signin.user.admin openid"
        });
        let token = AccessToken::parse(encode(&claims)).unwrap();
        assert_eq!(token.scopes(), ["aws.cognito.signin.user.admin", "openid"]);
        assert!(IdToken::parse(encode(&claims)).is_err(), "an access token is no ID token");
    }

    #[test]
    fn what_other_issuers_write_is_read_where_that_is_harmless() {
        let mut claims = id_claims();
        claims["exp"] = json!(1_700_003_600.5);
        claims["iat"] = json!(1.7e9);
        let token = IdToken::parse(encode(&claims)).unwrap();
        assert_eq!(token.expires_at(), UNIX_EPOCH + Duration::from_millis(1_700_003_600_500));
        assert_eq!(token.issued_at(), UNIX_EPOCH + Duration::from_secs(1_700_000_000));

        for absent in [None, Some(Value::Null)] {
            let mut claims = id_claims();
            match absent {
                None => drop(claims.as_object_mut().unwrap().remove("iat")),
                Some(null) => claims["iat"] = null,
            }
            assert_eq!(IdToken::parse(encode(&claims)).unwrap().issued_at(), UNIX_EPOCH);
        }

        // Of four lengths, three are padded.
        for name in ["a", "ab", "abc", "abcd"] {
            let mut claims = id_claims();
            claims["name"] = json!(name);
            let raw = encode(&claims);
            let (head, signature) = raw.expose_secret().rsplit_once('.').unwrap();
            let padding = "=".repeat(head.rsplit_once('.').unwrap().1.len().wrapping_neg() % 4);
            let token = IdToken::parse(format!("{head}{padding}.{signature}").into()).unwrap();
            assert_eq!(token.claims().text("name"), Some(name));
        }
    }

    #[test]
    fn malformed_tokens_are_refused_without_being_quoted() {
        let mut without_expiry = id_claims();
        without_expiry.as_object_mut().unwrap().remove("exp");
        let mut far_future = id_claims();
        far_future["exp"] = json!(u64::MAX);
        let mut negative = id_claims();
        negative["exp"] = json!(-5);
        let with = |name: &str, value: Value| {
            let mut claims = id_claims();
            claims[name] = value;
            encode(&claims)
        };
        let malformed: Vec<SecretString> = vec![
            with("exp", json!("1700003600")),
            with("exp", json!(1e300)),
            with("exp", json!(-0.5)),
            with("exp", json!(1_700_003_600_000_u64)),
            with("exp", json!(i64::MAX)),
            with("exp", json!(true)),
            with("exp", Value::Null),
            with("iat", json!([1])),
            format!("{}\n", encode(&id_claims()).expose_secret()).into(),
            format!(" {}", encode(&id_claims()).expose_secret()).into(),
            encode(&id_claims()).expose_secret().replace(".", ".\u{0}").into(),
            with("iat", json!("yesterday")),
            "".into(),
            "..".into(),
            "secret-token".into(),
            "a.secret-token.c".into(),
            "a.e30.c.d".into(),
            "a.W10.c".into(),
            "a.é.c".into(),
            format!("{}\n", encode(&id_claims()).expose_secret()).into(),
            format!("\r\n{}", encode(&id_claims()).expose_secret()).into(),
            format!("{} x", encode(&id_claims()).expose_secret()).into(),
            format!("{}é", encode(&id_claims()).expose_secret()).into(),
            encode(&json!({})),
            encode(&without_expiry),
            encode(&far_future),
            encode(&negative),
        ];
        for token in malformed {
            let error = IdToken::parse(token.clone()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse);
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn debug_shows_neither_token_nor_personal_data() {
        let token = IdToken::parse(encode(&id_claims())).unwrap();
        let debug = format!("{token:?} {:?} {:?}", token.claims(), RefreshToken::new("hush".into()));
        for hidden in [token.jwt(), "zoe@example.com", "Zoë", "hush"] {
            assert!(!debug.contains(hidden), "{debug}");
        }
    }
}

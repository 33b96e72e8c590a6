//! Tokens of third parties: Google, Apple, Facebook, Amazon, OpenID and SAML. Their stand-ins issue them.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};

use super::{identity::VerifiedLogin, login_token::invalid, not_authorized, pool::IdentityPool};
use crate::{account::Account, error::AwsError, iam::Provider, saml, stand_in};

/// The audiences of SAML responses for AWS.
const SAML_AUDIENCES: [&str; 2] = ["urn:amazon:webservices", "https://signin.aws.amazon.com/saml"];

/// # Errors
/// `NotAuthorizedException`.
pub(super) fn verify(
    account: &Account,
    pool: &IdentityPool,
    provider: &str,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    if let Some(app) = pool.social_providers.get(provider) {
        return match provider {
            "accounts.google.com" => {
                let issuers = ["https://accounts.google.com", "accounts.google.com"];
                let claims = claims(account, "google", &issuers, token)?;
                of_open_id(provider, std::slice::from_ref(app), claims)
            }
            "appleid.apple.com" => {
                let claims = claims(account, "apple", &["https://appleid.apple.com"], token)?;
                of_open_id(provider, std::slice::from_ref(app), claims)
            }
            "graph.facebook.com" => of_access_token(account, provider, "facebook", app, token),
            _ => of_access_token(account, provider, "amazon", app, token),
        };
    }
    let open_id = format!(":oidc-provider/{provider}");
    if let Some(arn) = pool.open_id_provider_arns.iter().find(|arn| arn.ends_with(&open_id)) {
        let Some(Provider::OpenId { url, client_ids, .. }) = account.iam.providers.find(arn) else {
            return Err(not_supported());
        };
        // Only the stand-ins of this server can be asked for their keys.
        let (_, name) =
            url.split_once(stand_in::PATH).ok_or_else(|| invalid("Couldn't retrieve verification key."))?;
        let claims = claims(account, name, &[&url], token)?;
        return of_open_id(provider, &client_ids, claims);
    }
    if pool.saml_provider_arns.iter().any(|arn| arn == provider) {
        let Some(Provider::Saml { metadata, .. }) = account.iam.providers.find(provider) else {
            return Err(not_supported());
        };
        return of_saml(account, provider, &metadata, token);
    }
    Err(not_supported())
}

/// The claims of an ID token: signature, expiry and issuer are right.
fn claims(
    account: &Account,
    stand_in: &str,
    issuers: &[&str],
    token: &str,
) -> Result<Map<String, Value>, AwsError> {
    let header = jsonwebtoken::decode_header(token)
        .map_err(|_| invalid("Not a valid OpenId Connect identity token."))?;
    let unverified = || invalid("Couldn't verify signed token.");
    let keys = account.stand_ins.jwks(stand_in)?;
    let key = header.kid.and_then(|id| keys.find(&id).cloned()).ok_or_else(unverified)?;
    let key = DecodingKey::from_jwk(&key).map_err(|_| unverified())?;
    // The expiry is compared with this server's clock, not with the machine's.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation)
        .map_err(|_| unverified())?
        .claims;
    check_expiry(account, claims.get("exp").and_then(Value::as_i64).ok_or_else(unverified)?)?;
    if !claims.get("iss").and_then(Value::as_str).is_some_and(|issuer| issuers.contains(&issuer)) {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    Ok(claims)
}

fn of_open_id(
    provider: &str,
    client_ids: &[String],
    claims: Map<String, Value>,
) -> Result<VerifiedLogin, AwsError> {
    let text = |name| claims.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let audience = text("aud");
    if !client_ids.contains(&audience) {
        return Err(invalid("Incorrect token audience."));
    }
    login(provider, text("sub"), audience, claims)
}

fn of_access_token(
    account: &Account,
    provider: &str,
    stand_in: &str,
    app: &str,
    token: &str,
) -> Result<VerifiedLogin, AwsError> {
    let found = account
        .stand_ins
        .access_token(stand_in, token)
        .ok_or_else(|| invalid("The provider does not know this access token."))?;
    check_expiry(account, found.expires)?;
    if found.app_id != app {
        return Err(invalid("Incorrect token audience."));
    }
    let claims = Map::from_iter([("sub".to_owned(), json!(found.user_id))]);
    login(provider, found.user_id, found.app_id, claims)
}

fn of_saml(
    account: &Account,
    provider: &str,
    metadata: &str,
    response: &str,
) -> Result<VerifiedLogin, AwsError> {
    let now = account.clock.unix_seconds();
    let metadata = saml::Metadata::read(metadata).map_err(|error| invalid(&error.to_string()))?;
    let assertion = saml::read(response, &metadata, now).map_err(|error| invalid(&error.to_string()))?;
    if assertion.issuer != metadata.entity_id {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    if !SAML_AUDIENCES.contains(&assertion.audience.as_str()) {
        return Err(invalid("Incorrect token audience."));
    }
    let claims = assertion.attributes.into_iter().map(|(name, values)| (name, json!(values)));
    login(provider, assertion.subject, assertion.audience, claims.collect())
}

fn login(
    provider: &str,
    subject: String,
    client_id: String,
    claims: Map<String, Value>,
) -> Result<VerifiedLogin, AwsError> {
    if subject.is_empty() {
        return Err(invalid("Missing subject."));
    }
    let (provider, identity_id, methods) = (provider.to_owned(), None, Vec::new());
    Ok(VerifiedLogin { provider, subject, client_id, claims, identity_id, methods })
}

fn check_expiry(account: &Account, expiry: i64) -> Result<(), AwsError> {
    let now = account.clock.unix_seconds();
    if now >= expiry { Err(invalid(&format!("Token expired: {expiry} >= {now}"))) } else { Ok(()) }
}

fn not_supported() -> AwsError {
    not_authorized("Token is not from a supported provider of this identity pool.")
}

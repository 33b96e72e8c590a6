//! The exchange of a provider's code, and what its tokens say.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
use serde_json::{Value, json};

use super::{Claims, Endpoints, Pending, Refusal, fetch};
use crate::{
    clock::unix_seconds,
    user_pool::domain::{
        Visit,
        providers::{IdentityProvider, ProviderKind},
    },
};

impl Visit<'_> {
    /// The claims of the person of a code. `user` is what Apple posts at the first sign-in.
    pub(super) async fn exchange_code(
        &self,
        pending: &Pending,
        provider: &IdentityProvider,
        code: &str,
        user: Option<&str>,
    ) -> Result<Claims, Refusal> {
        let endpoints = Endpoints::of(provider).await?;
        let secret = self.client_secret(provider)?;
        let client_id = provider.detail("client_id").unwrap_or_default();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("client_id", client_id)
            .append_pair("client_secret", &secret)
            .finish();
        let tokens = call(provider, form_request(provider, &endpoints.token, form)?).await?;
        let mut claims = Claims::default();
        if let Some(id_token) = tokens["id_token"].as_str() {
            claims.add(self.verified(pending, provider, &endpoints, id_token).await?);
        } else if provider.kind.has_id_token() {
            return Err(Refusal::invalid(format!("{} Error - the answer has no ID token", provider.name)));
        }
        if let (Some(url), Some(token)) = (&endpoints.attributes, tokens["access_token"].as_str()) {
            claims.add(call(provider, profile_request(provider, url, token)?).await?);
        }
        if let Some(user) = user.and_then(|user| serde_json::from_str::<Value>(user).ok()) {
            claims
                .add(json!({ "firstName": user["name"]["firstName"], "lastName": user["name"]["lastName"] }));
        }
        Ok(claims)
    }

    /// Apple's client secret is a token that is signed with the app's key.
    fn client_secret(&self, provider: &IdentityProvider) -> Result<String, Refusal> {
        if provider.kind != ProviderKind::SignInWithApple {
            return Ok(provider.detail("client_secret").unwrap_or_default().to_owned());
        }
        let detail = |name: &str| provider.detail(name).unwrap_or_default();
        let refused =
            |_| Refusal::new("server_error", "The private key of SignInWithApple is not a P-256 key.");
        let key = EncodingKey::from_ec_pem(detail("private_key").as_bytes()).map_err(refused)?;
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(detail("key_id").to_owned());
        let claims = json!({
            "iss": detail("team_id"),
            "iat": unix_seconds(self.now),
            "exp": unix_seconds(self.now + Duration::from_secs(300)),
            "aud": "https://appleid.apple.com",
            "sub": detail("client_id"),
        });
        jsonwebtoken::encode(&header, &claims, &key).map_err(refused)
    }

    /// The claims of an ID token whose signature, issuer, audience, time and nonce are right.
    pub(super) async fn verified(
        &self,
        pending: &Pending,
        provider: &IdentityProvider,
        endpoints: &Endpoints,
        token: &str,
    ) -> Result<Value, Refusal> {
        let refused =
            |reason: &str| Refusal::invalid(format!("Bad id_token issued by {}: {reason}", provider.name));
        let url = endpoints.jwks.as_deref().ok_or_else(|| refused("the provider has no keys"))?;
        let keys: JwkSet = serde_json::from_value(fetch::json(url).await?)
            .map_err(|_| refused("the provider's keys are unreadable"))?;
        let header = jsonwebtoken::decode_header(token).map_err(|_| refused("it is malformed"))?;
        let known = header
            .kid
            .as_deref()
            .and_then(|id| keys.find(id))
            .ok_or_else(|| refused("its key is unknown"))?;
        if ![Algorithm::RS256, Algorithm::ES256].contains(&header.alg) {
            return Err(refused("its algorithm is not allowed"));
        }
        let mut validation = Validation::new(header.alg);
        // Times are compared with this server's clock.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_jwk(known).map_err(|_| refused("its key is unreadable"))?;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation)
            .map_err(|_| refused("its signature is wrong"))?
            .claims;
        if claims["iss"].as_str() != provider.detail("oidc_issuer") {
            return Err(refused("its issuer is another"));
        }
        let client_id = provider.detail("client_id").unwrap_or_default();
        let is_ours = match &claims["aud"] {
            Value::Array(audiences) => audiences.iter().any(|audience| audience == client_id),
            audience => audience == client_id,
        };
        if !is_ours {
            return Err(refused("its audience is another"));
        }
        if claims["exp"].as_i64().is_none_or(|expiry| expiry <= unix_seconds(self.now)) {
            return Err(refused("it has expired"));
        }
        if claims["nonce"].as_str() != Some(&pending.nonce) {
            return Err(refused("its nonce is another"));
        }
        Ok(claims)
    }
}

/// Sends a request to a provider. Its error is told to the app with the provider's name.
async fn call(provider: &IdentityProvider, request: Request<Full<Bytes>>) -> Result<Value, Refusal> {
    let (status, body) = fetch::fetch(request).await?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() && answer.is_object() && answer.get("error").is_none() {
        return Ok(answer);
    }
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let reason = format!("{} {}", text("error"), text("error_description"));
    Err(Refusal::invalid(format!("{} Error - {} {}", provider.name, status.as_u16(), reason.trim())))
}

fn form_request(
    provider: &IdentityProvider,
    url: &str,
    form: String,
) -> Result<Request<Full<Bytes>>, Refusal> {
    let request = match provider.detail("token_request_method") {
        Some("GET") => Request::get(format!("{url}?{form}")).body(Full::default()),
        _ => Request::post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form)),
    };
    request.map_err(|error| Refusal::invalid(error.to_string()))
}

fn profile_request(
    provider: &IdentityProvider,
    url: &str,
    token: &str,
) -> Result<Request<Full<Bytes>>, Refusal> {
    let mut url = url.to_owned();
    if provider.detail("attributes_url_add_attributes") == Some("true") {
        let names: Vec<_> = provider.mapping.values().map(String::as_str).collect();
        url.push_str(&names.join(","));
    }
    let request = match provider.detail("attributes_request_method") {
        Some("POST") => Request::post(url),
        _ => Request::get(url),
    };
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Full::default());
    request.map_err(|error| Refusal::invalid(error.to_string()))
}

//! `/oauth2/token`, where apps exchange codes and refresh tokens.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Visit, scopes::Scopes, session::Person, state::Grant};
use crate::{
    error::AwsError,
    exchange::{Response, full},
    form::Form,
    user_pool::{
        Call,
        client::AppClient,
        pool::UserPool,
        sign_ins::SignInDetails,
        tokens::{self, Issue},
        triggers,
    },
};

/// An error of OAuth 2.0, by its code.
#[derive(Debug)]
pub(super) struct OAuthError {
    pub(super) code: &'static str,
    pub(super) description: Option<String>,
}

impl OAuthError {
    pub(super) fn new(code: &'static str) -> Self {
        Self { code, description: None }
    }

    fn described(code: &'static str, error: &AwsError) -> Self {
        Self { code, description: Some(error.message.clone().into_owned()) }
    }
}

impl Visit<'_> {
    pub(super) fn token(&self) -> Response {
        if self.request.method != Method::POST {
            return method_not_allowed();
        }
        json_response(self.tokens())
    }

    fn tokens(&self) -> Result<Value, OAuthError> {
        let form = Form::of_body(self.request);
        let mut pools = self.account.user_pools.lock();
        let pool = pools.by_domain(self.domain).ok_or(OAuthError::new("invalid_request"))?;
        let grant_type = form.get("grant_type").ok_or(OAuthError::new("invalid_request"))?;
        let client = self.client(pool, &form)?;
        match grant_type {
            "authorization_code" => self.by_code(pool, &client, &form),
            "refresh_token" => self.by_refresh_token(pool, &client, &form),
            "client_credentials" => self.by_client_credentials(pool, &client, &form),
            _ => Err(OAuthError::new("unsupported_grant_type")),
        }
    }

    /// The app client, which proves itself by HTTP Basic or in the body if it has a secret.
    pub(super) fn client(
        &self,
        pool: &UserPool,
        form: &Form,
    ) -> Result<std::sync::Arc<AppClient>, OAuthError> {
        let invalid = || OAuthError::new("invalid_client");
        let basic = match self.request.headers.get(header::AUTHORIZATION) {
            Some(value) => Some(basic_credentials(value).ok_or_else(invalid)?),
            None => None,
        };
        let (id, secret) = match (&basic, form.get("client_id")) {
            (Some((id, _)), Some(named)) if id != named => return Err(invalid()),
            (Some((id, secret)), _) => (id.as_str(), Some(secret.as_str())),
            (None, Some(id)) => (id, form.get("client_secret")),
            (None, None) => return Err(OAuthError::new("invalid_request")),
        };
        let client = pool.clients.get(id).ok_or_else(invalid)?;
        if client.has_secret(secret) { Ok(client.clone()) } else { Err(invalid()) }
    }

    fn by_code(&self, pool: &mut UserPool, client: &AppClient, form: &Form) -> Result<Value, OAuthError> {
        let code = form.get("code").ok_or(OAuthError::new("invalid_request"))?;
        let redirect_uri = form.get("redirect_uri").ok_or(OAuthError::new("invalid_request"))?;
        if !client.settings.oauth.allows_flow("code") {
            return Err(OAuthError::new("unauthorized_client"));
        }
        // Even a refused exchange uses the code up.
        let Grant { request, person } =
            pool.domain.codes.take(code, self.now).ok_or(OAuthError::new("invalid_grant"))?;
        if request.client_id != client.id {
            return Err(OAuthError::new("invalid_grant"));
        }
        if request.redirect_uri != redirect_uri {
            return Err(OAuthError::new("unauthorized_client"));
        }
        if !is_verifier(request.code_challenge.as_deref(), form.get("code_verifier")) {
            return Err(OAuthError::new("invalid_grant"));
        }
        let call = self.call();
        let scopes = Scopes::new(request.scopes);
        let (result, refresh_token) = issue(&call, pool, client, &person, scopes, request.nonce)?;
        Ok(answer(&result, Some(&refresh_token)))
    }

    fn by_refresh_token(
        &self,
        pool: &mut UserPool,
        client: &AppClient,
        form: &Form,
    ) -> Result<Value, OAuthError> {
        let refused = || OAuthError::new("invalid_grant");
        let token = form.get("refresh_token").ok_or(OAuthError::new("invalid_request"))?;
        if !client.settings.allows("REFRESH_TOKEN_AUTH") && !client.settings.rotates() {
            return Err(OAuthError::new("unauthorized_client"));
        }
        let sign_in = pool.sign_ins.refresh(client, token, self.now).map_err(|_| refused())?;
        let user = pool.user_of(&sign_in).ok().filter(|user| user.enabled).ok_or_else(refused)?;
        let call = self.call();
        let claims = triggers::before_tokens(&call, pool, client, user, "RefreshTokens")
            .map_err(|error| OAuthError::described("invalid_grant", &error))?;
        let tokens = Issue { pool, client, user, sign_in: &sign_in, claims, now: self.now };
        let result = tokens.result(None).map_err(|error| OAuthError::described("server_error", &error))?;
        if let Some(session) = pool.sign_ins.session_mut(&sign_in.id) {
            session.touch(self.request, self.now);
        }
        let rotated = match client.settings.rotates() {
            true => pool.sign_ins.rotate(token, self.now),
            false => None,
        };
        Ok(answer(&result, rotated.as_deref()))
    }

    fn by_client_credentials(
        &self,
        pool: &UserPool,
        client: &AppClient,
        form: &Form,
    ) -> Result<Value, OAuthError> {
        if !client.settings.oauth.allows_flow("client_credentials") {
            return Err(OAuthError::new("unauthorized_client"));
        }
        let allowed = &client.settings.oauth.allowed_o_auth_scopes;
        let mut scopes = form.words("scope");
        if scopes.is_empty() {
            scopes.clone_from(allowed);
        }
        if !scopes.iter().all(|scope| allowed.contains(scope)) {
            return Err(OAuthError::new("invalid_grant"));
        }
        let token = tokens::machine_token(pool, client, &Scopes::new(scopes).claim(), self.now)
            .map_err(|error| OAuthError::described("server_error", &error))?;
        Ok(json!({
            "access_token": token,
            "expires_in": client.settings.access_token_lifetime().as_secs(),
            "token_type": "Bearer",
        }))
    }

    /// A call without input, for triggers.
    pub(super) fn call(&self) -> Call<'_> {
        Call { account: self.account, request: self.request, now: self.now, managed_login: None }
    }
}

/// Signs a person in with these scopes. Returns an `AuthenticationResult`, and the refresh token.
pub(super) fn issue(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    person: &Person,
    scopes: Scopes,
    nonce: Option<String>,
) -> Result<(Value, String), OAuthError> {
    let refused = || OAuthError::new("invalid_grant");
    let user = pool.users.get(&person.username).filter(|user| user.sub == person.sub && user.enabled);
    let user = user.ok_or_else(refused)?;
    let claims = triggers::before_tokens(call, pool, client, user, "HostedAuth")
        .map_err(|error| OAuthError::described("invalid_request", &error))?;
    let session = pool.begin_session(&person.username, call);
    let user = pool.users.get(&person.username).ok_or_else(refused)?;
    let details = SignInDetails {
        claims: person.claims.clone(),
        session,
        scopes: Some(scopes),
        time: Some(person.time),
    };
    let (mut sign_in, refresh_token) = pool.sign_ins.begin(client, user, details, call.now);
    sign_in.nonce = nonce;
    let tokens = Issue { pool, client, user, sign_in: &sign_in, claims, now: call.now };
    let result = tokens.result(None).map_err(|error| OAuthError::described("server_error", &error))?;
    Ok((result, refresh_token))
}

fn answer(result: &Value, refresh_token: Option<&str>) -> Value {
    let mut answer = json!({
        "access_token": result["AccessToken"],
        "expires_in": result["ExpiresIn"],
        "token_type": "Bearer",
    });
    if result["IdToken"].is_string() {
        answer["id_token"] = result["IdToken"].clone();
    }
    if let Some(refresh_token) = refresh_token {
        answer["refresh_token"] = json!(refresh_token);
    }
    answer
}

/// Whether the verifier of PKCE belongs to the challenge. Without a challenge, none may come.
fn is_verifier(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == challenge
        }
        _ => false,
    }
}

fn basic_credentials(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

pub(super) fn json_response(result: Result<Value, OAuthError>) -> Response {
    let (status, body) = match result {
        Ok(value) => (StatusCode::OK, value),
        Err(OAuthError { code, description }) => {
            let mut body = json!({ "error": code });
            if let Some(description) = description {
                body["error_description"] = json!(description);
            }
            (StatusCode::BAD_REQUEST, body)
        }
    };
    let mut response = http::Response::new(full(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-store, max-age=0, must-revalidate"),
    );
    response
}

pub(super) fn method_not_allowed() -> Response {
    let mut response = http::Response::new(full(""));
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

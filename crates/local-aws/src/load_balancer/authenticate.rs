//! The action `authenticate-cognito`: the load balancer signs the person in at the user pool's domain, and keeps the session in cookies.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Identity, Visit,
    action::{AuthenticateCognito, OnUnauthenticatedRequest},
    cookies, oidc_data, page, unauthorized,
};
use crate::{
    exchange::{Request, Response, full},
    form::Form,
    user_pool::domain,
};

/// The path to which the user pool sends the browser back.
pub(super) const CALLBACK: &str = "/oauth2/idpresponse";
/// The cookie that binds a sign-in to the browser that began it.
const NONCE_COOKIE: &str = "AWSALBAuthNonce";
/// A person has this many seconds to sign in.
const LOGIN_TIMEOUT: i64 = 900;
/// The longest claims and access token together, in bytes.
const MOST_OF_A_SESSION: usize = 11 * 1024;

/// A request that may pass, with the headers for the target and the cookies of a session that was renewed.
pub(super) struct Admitted {
    pub(super) identity: Identity,
    pub(super) cookies: Vec<HeaderValue>,
}

/// The content of the session's cookie.
#[derive(Serialize, Deserialize)]
struct Session {
    client_id: String,
    access_token: String,
    /// When the access token expires.
    expires_at: i64,
    refresh_token: Option<String>,
    claims: Map<String, Value>,
    ends_at: i64,
}

/// The content of the parameter `state`.
#[derive(Serialize, Deserialize)]
struct State {
    client_id: String,
    nonce: String,
    /// Where the browser was going.
    url: String,
    ends_at: i64,
}

/// Lets a request with a session pass, and any other as the rule says.
pub(super) async fn check(visit: &Visit<'_>, config: &AuthenticateCognito) -> Result<Admitted, Response> {
    if let Some(admitted) = admitted(visit, config).await {
        return admitted;
    }
    match config.on_unauthenticated_request {
        OnUnauthenticatedRequest::Allow => Ok(Admitted { identity: Identity::new(), cookies: Vec::new() }),
        OnUnauthenticatedRequest::Deny => Err(unauthorized()),
        OnUnauthenticatedRequest::Authenticate => Err(sign_in(visit, config).unwrap_or_else(broken)),
    }
}

/// `None` without a session.
async fn admitted(visit: &Visit<'_>, config: &AuthenticateCognito) -> Option<Result<Admitted, Response>> {
    let now = visit.account.clock.unix_seconds();
    let sealed = cookies::sharded(&visit.request.headers, &config.session_cookie_name)?;
    let content = cookies::open(&sealed, visit.place)?;
    let mut session: Session = serde_json::from_slice(&content).ok()?;
    if now >= session.ends_at || session.client_id != config.user_pool_client_id {
        return None;
    }
    let mut cookies = Vec::new();
    if now >= session.expires_at {
        let refresh_token = session.refresh_token.clone()?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh_token)];
        let mut renewed = exchange(visit, config, &form, session.ends_at).await?;
        renewed.refresh_token = renewed.refresh_token.or(Some(refresh_token));
        session = renewed;
        match session_cookies(visit, config, &session) {
            Ok(renewed) => cookies = renewed,
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    let issuer = config.issuer()?;
    let data = oidc_data::sign(visit.arn, config, &issuer, &session.claims, now)?;
    let subject = session.claims.get("sub").and_then(Value::as_str)?.to_owned();
    let identity = vec![
        ("x-amzn-oidc-accesstoken", session.access_token),
        ("x-amzn-oidc-identity", subject),
        ("x-amzn-oidc-data", data),
    ];
    Some(Ok(Admitted { identity, cookies }))
}

/// Sends the browser to the user pool's domain.
fn sign_in(visit: &Visit<'_>, config: &AuthenticateCognito) -> Option<Response> {
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let ends_at = visit.account.clock.unix_seconds() + LOGIN_TIMEOUT;
    let url = visit.request.uri.path_and_query()?.as_str().to_owned();
    let state = State { client_id: config.user_pool_client_id.clone(), nonce: nonce.clone(), url, ends_at };
    let state = cookies::seal(&serde_json::to_vec(&state).ok()?, visit.place)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("client_id", &config.user_pool_client_id)
        .append_pair("redirect_uri", &visit.callback())
        .append_pair("response_type", "code")
        .append_pair("scope", &config.scope)
        .append_pair("state", &state)
        .extend_pairs(&config.authentication_request_extra_params);
    let target =
        format!("http://{}{}/oauth2/authorize?{}", visit.host(), config.domain_path(), query.finish());
    let mut response = redirect(&target)?;
    let cookie = cookies::set_cookie(NONCE_COOKIE, &nonce, visit.place, LOGIN_TIMEOUT)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Some(response)
}

/// Handles the way back from the user pool: exchanges the code, and begins the session.
pub(super) async fn callback(visit: &Visit<'_>) -> Response {
    let form = Form::of_query(visit.request);
    let Some(state) = state(visit, &form) else { return unauthorized() };
    let Some(config) = visit.listener.authentication_by(&state.client_id) else {
        return unauthorized();
    };
    let Some(code) = form.get("code") else {
        let status = StatusCode::from_u16(561).unwrap_or(StatusCode::BAD_GATEWAY);
        return page(status, "561 Authentication Error");
    };
    let callback = visit.callback();
    let parameters =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback.as_str())];
    let ends_at = visit.account.clock.unix_seconds() + config.session_timeout;
    let Some(session) = exchange(visit, config, &parameters, ends_at).await else { return broken() };
    let cookies = match session_cookies(visit, config, &session) {
        Ok(cookies) => cookies,
        Err(refusal) => return refusal,
    };
    let Some(mut response) = redirect(&state.url) else { return broken() };
    for cookie in cookies.into_iter().chain(cookies::set_cookie(NONCE_COOKIE, "", visit.place, 0)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The state of an answer, if the same browser began the sign-in.
fn state(visit: &Visit<'_>, form: &Form) -> Option<State> {
    let content = cookies::open(form.get("state")?, visit.place)?;
    let state: State = serde_json::from_slice(&content).ok()?;
    let nonce = cookies::value(&visit.request.headers, NONCE_COOKIE)?;
    let now = visit.account.clock.unix_seconds();
    (state.nonce == nonce && now < state.ends_at).then_some(state)
}

/// Exchanges a code or a refresh token, and asks for the person's claims.
async fn exchange(
    visit: &Visit<'_>,
    config: &AuthenticateCognito,
    form: &[(&str, &str)],
    ends_at: i64,
) -> Option<Session> {
    let secret = visit.account.user_pools.client_secret(&config.user_pool_client_id)?;
    let basic = STANDARD.encode(format!("{}:{secret}", config.user_pool_client_id));
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let token = http::Request::post(format!("{}/oauth2/token", config.domain_path()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Basic {basic}"));
    let tokens = ask(visit, token, form).await?;
    let access_token = tokens["access_token"].as_str()?.to_owned();
    let user_info = http::Request::get(format!("{}/oauth2/userInfo", config.domain_path()))
        .header(header::AUTHORIZATION, format!("Bearer {access_token}"));
    let Value::Object(claims) = ask(visit, user_info, String::new()).await? else { return None };
    Some(Session {
        client_id: config.user_pool_client_id.clone(),
        access_token,
        expires_at: visit.account.clock.unix_seconds() + tokens["expires_in"].as_i64()?,
        refresh_token: tokens["refresh_token"].as_str().map(str::to_owned),
        claims,
        ends_at,
    })
}

/// Asks the user pool's domain, which this server is.
async fn ask(visit: &Visit<'_>, request: http::request::Builder, body: String) -> Option<Value> {
    let (head, ()) = request.header(header::HOST, visit.host()).body(()).ok()?.into_parts();
    let request = Request::new(head, Bytes::from(body), uuid::Uuid::new_v4().to_string());
    visit.account.request_counts.add(&request.operation);
    let answer = domain::handle(visit.account, &request).await;
    if answer.status() != StatusCode::OK {
        return None;
    }
    serde_json::from_slice(&answer.into_body().collect().await.ok()?.to_bytes()).ok()
}

fn session_cookies(
    visit: &Visit<'_>,
    config: &AuthenticateCognito,
    session: &Session,
) -> Result<Vec<HeaderValue>, Response> {
    let claims = serde_json::to_vec(&session.claims).map_err(|_| broken())?;
    if claims.len() + session.access_token.len() > MOST_OF_A_SESSION {
        return Err(broken());
    }
    let content = serde_json::to_vec(session).map_err(|_| broken())?;
    let sealed = cookies::seal(&content, visit.place).ok_or_else(broken)?;
    let seconds = session.ends_at - visit.account.clock.unix_seconds();
    Ok(cookies::shards(&config.session_cookie_name, &sealed, visit.place, seconds))
}

fn redirect(target: &str) -> Option<Response> {
    let mut response = http::Response::new(full(""));
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.insert(header::SERVER, HeaderValue::from_static("awselb/2.0"));
    headers.insert(header::LOCATION, HeaderValue::from_str(target).ok()?);
    Some(response)
}

fn broken() -> Response {
    page(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error")
}

impl AuthenticateCognito {
    /// The name of the user pool's domain, which the rule names by its URL or its prefix.
    pub(super) fn domain(&self) -> &str {
        self.user_pool_domain.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }

    fn domain_path(&self) -> String {
        format!("{}{}", domain::PATH, self.domain())
    }

    pub(super) fn user_pool_id(&self) -> Option<&str> {
        self.user_pool_arn.strip_prefix("arn:aws:cognito-idp:")?.rsplit_once(":userpool/").map(|(_, id)| id)
    }

    /// The issuer of the user pool's tokens.
    fn issuer(&self) -> Option<String> {
        let region = self.user_pool_arn.split(':').nth(3)?;
        Some(format!("https://cognito-idp.{region}.amazonaws.com/{}", self.user_pool_id()?))
    }
}

impl Visit<'_> {
    fn callback(&self) -> String {
        format!("http://{}{}{CALLBACK}", self.host(), self.place)
    }
}

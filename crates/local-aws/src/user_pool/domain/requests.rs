//! Authorization requests: what an app asks for at `/oauth2/authorize`, until it is answered.

use std::{sync::Arc, time::Duration};

use super::{Visit, complete, scopes};
use crate::{
    account::Account,
    exchange::{Request, Response},
    form::Form,
    user_pool::{client::AppClient, pool::UserPool},
};

/// An app's request that its user signs in.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_type: ResponseType,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    /// The challenge of PKCE, by S256.
    pub(crate) code_challenge: Option<String>,
    /// The name of the identity provider that the app has chosen; `COGNITO` for the user pool itself.
    pub(crate) provider: Option<String>,
    pub(crate) prompt: Vec<String>,
    pub(crate) login_hint: Option<String>,
    pub(crate) lang: Option<String>,
    /// Seconds.
    pub(crate) max_age: Option<u64>,
    pub(crate) acr_values: Vec<String>,
    /// Whether the app wants the person to add a passkey first.
    pub(crate) adds_passkey: bool,
    /// The parameters as they came.
    pub(super) query: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseType {
    Code,
    Token,
}

/// A request that cannot be answered.
pub(super) enum Refusal {
    /// On the error page, since the redirect URI is missing or not the client's.
    Page { error: String, client_id: Option<String> },
    /// At the app.
    App { request: Box<AuthorizationRequest>, error: &'static str, description: String },
}

/// How long a person may take at the pages.
const LIFETIME: Duration = Duration::from_secs(3600);
const PARAMETER: &str = "request_id";

/// The authorization request of a page: the one that `request_id` names, or a new one by the parameters of the query, since apps may
/// begin at `/login` too. The latter is also the way on when the known one has ended: after the button "Back", a second click on a
/// button, or a long wait. `adds_passkey`: whether a new one is for `/passkeys/add`.
///
/// # Errors
/// The answer to a request that cannot be granted.
pub(crate) fn authorization(
    account: &Arc<Account>,
    request: &Request,
    domain: &str,
    adds_passkey: bool,
) -> Result<AuthorizationRequest, Response> {
    let visit = Visit { account, request, domain, now: account.clock.now() };
    let query = Form::of_query(request);
    let body = Form::of_body(request);
    let mut pools = account.user_pools.lock();
    let Some(pool) = pools.by_domain(domain) else { return Err(super::not_found()) };
    if let Some(id) = query.get(PARAMETER).or(body.get(PARAMETER))
        && let Some(known) = pool.domain.requests.get(id, visit.now)
    {
        return Ok(known.clone());
    }
    let mut new = visit.new_request(pool, &query).map_err(|refusal| visit.refuse(refusal))?;
    if adds_passkey {
        new.adds_passkey = true;
        pool.domain.requests.insert(new.id.clone(), new.clone(), visit.now, LIFETIME);
    }
    Ok(new)
}

impl Visit<'_> {
    pub(super) fn refuse(&self, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Page { error, client_id } => self.error_page(&error, client_id.as_deref()),
            Refusal::App { request, error, description } => {
                complete::error_redirect(&request, error, &description)
            }
        }
    }

    /// Checks the parameters of a request, and keeps it.
    pub(super) fn new_request(
        &self,
        pool: &mut UserPool,
        query: &Form,
    ) -> Result<AuthorizationRequest, Refusal> {
        let request = checked(pool, query)?;
        pool.domain.requests.insert(request.id.clone(), request.clone(), self.now, LIFETIME);
        Ok(request)
    }
}

/// The errors and their order are Cognito's.
fn checked(pool: &UserPool, query: &Form) -> Result<AuthorizationRequest, Refusal> {
    let page = |error: &str| Refusal::Page { error: error.to_owned(), client_id: query.owned("client_id") };
    let client_id =
        query.get("client_id").ok_or_else(|| page("Required String parameter 'client_id' is not present"))?;
    let client = pool.clients.get(client_id).ok_or_else(|| page("Client does not exist."))?;
    let oauth = &client.settings.oauth;
    if oauth.supported_identity_providers.is_empty() {
        return Err(page("Login pages unavailable. Please contact an administrator."));
    }
    // The default is for clients with one provider.
    let default =
        oauth.default_redirect_uri.as_deref().filter(|_| oauth.supported_identity_providers.len() == 1);
    let redirect_uri = query
        .get("redirect_uri")
        .or(default)
        .ok_or_else(|| page("Required String parameter 'redirect_uri' is not present"))?;
    if !oauth.callback_urls.iter().any(|registered| registered == redirect_uri) {
        return Err(page("redirect_mismatch"));
    }
    let response_type = match query.get("response_type") {
        Some("token") => ResponseType::Token,
        _ => ResponseType::Code,
    };
    let mut request = AuthorizationRequest {
        id: super::state::random_text(),
        client_id: client.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        response_type,
        scopes: Vec::new(),
        state: query.owned("state"),
        nonce: query.owned("nonce"),
        code_challenge: query.owned("code_challenge"),
        provider: None,
        prompt: query.words("prompt"),
        login_hint: query.owned("login_hint"),
        lang: query.owned("lang"),
        max_age: None,
        acr_values: query.words("acr_values"),
        adds_passkey: false,
        query: query.encoded_without(PARAMETER),
    };
    if let Err((error, description)) = complete_request(&mut request, pool, client, query) {
        return Err(Refusal::App { request: Box::new(request), error, description: description.to_owned() });
    }
    request.provider = match (query.get("identity_provider"), query.get("idp_identifier")) {
        (Some(name), _) => Some(name.to_owned()),
        (None, Some(identifier)) => {
            Some(pool.provider_by_identifier(identifier).map_or_else(String::new, |it| it.name.clone()))
        }
        (None, None) => None,
    };
    if request.provider.as_ref().is_some_and(|name| !oauth.supported_identity_providers.contains(name)) {
        return Err(page("Login option is not available. Please try another one"));
    }
    Ok(request)
}

/// The checks whose errors go to the app.
fn complete_request(
    request: &mut AuthorizationRequest,
    pool: &UserPool,
    client: &AppClient,
    query: &Form,
) -> Result<(), (&'static str, &'static str)> {
    let invalid = |description| Err(("invalid_request", description));
    let flow = match query.get("response_type") {
        Some(flow @ "code") => flow,
        Some("token") => "implicit",
        Some(_) => return invalid("response_type must be code or token"),
        None => return invalid("Required String parameter 'response_type' is not present"),
    };
    if !client.settings.oauth.allows_flow(flow) {
        return Err(("unauthorized_client", "The client is not allowed to use this flow"));
    }
    match (query.get("code_challenge"), query.get("code_challenge_method")) {
        (None, None) => {}
        (Some(challenge), Some("S256")) if is_sha256(challenge) => {}
        (Some(_), Some("S256")) => return invalid("code_challenge is not a SHA-256 hash"),
        (None, Some(_)) => return invalid("code_challenge is missing"),
        (Some(_), None) => return invalid("code_challenge_method is missing"),
        (Some(_), Some(_)) => return invalid("code_challenge_method must be S256"),
    }
    let allowed = &client.settings.oauth.allowed_o_auth_scopes;
    request.scopes = query.words("scope");
    if request.scopes.is_empty() {
        request.scopes.clone_from(allowed);
    }
    if !request.scopes.iter().all(|scope| allowed.contains(scope)) {
        // Cognito's error is not `invalid_scope`, which it only says in the description.
        return invalid("invalid_scope");
    }
    let needs_open_id = |scope: &String| scopes::STANDARD[1..4].contains(&scope.as_str());
    if request.scopes.iter().any(needs_open_id) && !request.scopes.iter().any(|scope| scope == "openid") {
        return invalid("invalid_scope");
    }
    if request.prompt.iter().any(|prompt| prompt == "none") && request.prompt.len() > 1 {
        return invalid("prompt none cannot be combined");
    }
    if let Some(max_age) = query.get("max_age") {
        match max_age.parse() {
            Ok(seconds) => request.max_age = Some(seconds),
            Err(_) => return invalid("max_age must be a number of seconds"),
        }
    }
    let levels = &pool.settings.acr_configuration;
    if !request.acr_values.is_empty() && !request.acr_values.iter().any(|name| levels.level(name).is_some()) {
        return invalid("acr_values contains no level of this user pool");
    }
    Ok(())
}

/// Whether a text is 32 bytes in base64url without padding.
fn is_sha256(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl AuthorizationRequest {
    #[cfg(test)]
    pub(super) fn for_test() -> Self {
        Self {
            id: String::new(),
            client_id: String::new(),
            redirect_uri: String::new(),
            response_type: ResponseType::Code,
            scopes: Vec::new(),
            state: None,
            nonce: None,
            code_challenge: None,
            provider: None,
            prompt: Vec::new(),
            login_hint: None,
            lang: None,
            max_age: None,
            acr_values: Vec::new(),
            adds_passkey: false,
            query: String::new(),
        }
    }

    /// The query of the pages: the id, and the app's parameters, which begin anew when the request has ended.
    pub(crate) fn page_query(&self) -> String {
        format!("{PARAMETER}={}&{}", self.id, self.query)
    }

    pub(super) fn prompts(&self, prompt: &str) -> bool {
        self.prompt.iter().any(|asked| asked == prompt)
    }
}

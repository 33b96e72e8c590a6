//! OAuth 2.0 and OpenID Connect: the way of Google, Apple, Facebook, Amazon and other OpenID providers.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    Kind, OAuthError, Visit, json_response, json_with, page,
    person::Person,
    state::{AccessToken, Grant, Step},
    tokens::IdToken,
};
use crate::{error::AwsError, exchange::Response, form::Form, html};

/// The seconds in which a code can be exchanged.
const CODE_SECONDS: i64 = 300;

/// The request of the app, that is the user pool, at `/authorize`.
struct AuthorizationRequest {
    client_id: String,
    redirect_uri: Url,
    scopes: Vec<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    /// Whether the answer is posted, as Apple does.
    is_posted: bool,
}

impl Visit<'_> {
    /// `GET /authorize`: the page that asks who the person is.
    pub(super) fn ask(&self) -> Response {
        let query = Form::of_query(self.request);
        let request = match self.authorization_request(&query) {
            Ok(request) => request,
            Err(response) => return *response,
        };
        if let Err(OAuthError(code, description)) = self.check(&query) {
            return self.back(&request, &[("error", code), ("error_description", &description)]);
        }
        page::ask(self, query.text("login_hint"), &request.client_id)
    }

    /// `POST /authorize`: the person's choice.
    pub(super) fn answer(&self) -> Response {
        let query = Form::of_query(self.request);
        let request = match self.authorization_request(&query) {
            Ok(request) => request,
            Err(response) => return *response,
        };
        if let Err(OAuthError(code, description)) = self.check(&query) {
            return self.back(&request, &[("error", code), ("error_description", &description)]);
        }
        let form = Form::of_body(self.request);
        if form.get("cancel").is_some() {
            // Apple has an error of its own for this.
            let error = if self.kind == Kind::Apple { "user_cancelled_authorize" } else { "access_denied" };
            return self.back(&request, &[("error", error), ("error_description", "The person cancelled.")]);
        }
        if let Some(error) = self.failure(&form) {
            return self
                .back(&request, &[("error", &error), ("error_description", "A failure was ordered.")]);
        }
        let Some(person) = page::chosen(&form) else {
            return page::ask_again(self, &form, &request.client_id);
        };
        if query.words("prompt").iter().any(|prompt| prompt == "consent") && form.get("allow").is_none() {
            return page::consent(self, &form, &request.client_id, &person, &request.scopes);
        }
        let user = self.apple_user(&request, &person);
        let code = self.account.stand_ins.0.add_code(Grant {
            provider: self.name.to_owned(),
            client_id: request.client_id.clone(),
            redirect_uri: request.redirect_uri.to_string(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            has_id_token: self.gives_id_token(&request),
            person,
            expires: self.account.clock.unix_seconds() + CODE_SECONDS,
        });
        let mut parameters = vec![("code", code.as_str())];
        parameters.extend(user.as_deref().map(|user| ("user", user)));
        self.back(&request, &parameters)
    }

    /// The failure that the form or a test ordered for the way back.
    pub(super) fn failure(&self, form: &Form) -> Option<String> {
        let ordered = form.get("fail").map(|_| "server_error".to_owned());
        ordered.or_else(|| self.account.stand_ins.0.take_failure(self.name, Step::Authorize))
    }

    /// The request, or a page if its answer has no place to go to.
    fn authorization_request(&self, query: &Form) -> Result<AuthorizationRequest, Box<Response>> {
        let refused = |text: &str| Box::new(page::error(self, text));
        let client_id = query.get("client_id").ok_or_else(|| refused("The request has no client_id."))?;
        let redirect_uri = query.get("redirect_uri").and_then(|uri| Url::parse(uri).ok());
        let redirect_uri = redirect_uri.ok_or_else(|| refused("The request has no redirect_uri."))?;
        Ok(AuthorizationRequest {
            client_id: client_id.to_owned(),
            redirect_uri,
            scopes: query.text("scope").split([' ', ',']).map(str::to_owned).collect(),
            state: query.get("state").map(str::to_owned),
            nonce: query.get("nonce").map(str::to_owned),
            code_challenge: query.get("code_challenge").map(str::to_owned),
            is_posted: query.get("response_mode") == Some("form_post"),
        })
    }

    fn check(&self, query: &Form) -> Result<(), OAuthError> {
        let refused = |code, text: &str| Err(OAuthError(code, text.to_owned()));
        if query.get("response_type") != Some("code") {
            return refused("unsupported_response_type", "response_type must be code");
        }
        if !matches!(query.get("response_mode"), None | Some("query" | "form_post")) {
            return refused("invalid_request", "response_mode must be query or form_post");
        }
        if query.get("code_challenge").is_some() && query.get("code_challenge_method") != Some("S256") {
            return refused("invalid_request", "code_challenge_method must be S256");
        }
        if query.get("prompt") == Some("none") {
            return refused("login_required", "the person has to say who they are");
        }
        let scopes = query.text("scope");
        let asks_for_more = scopes.split(' ').any(|scope| ["name", "email"].contains(&scope));
        if self.kind == Kind::Apple && asks_for_more && query.get("response_mode") != Some("form_post") {
            return refused(
                "invalid_request",
                "response_mode must be form_post when name or email scope is requested.",
            );
        }
        Ok(())
    }

    fn gives_id_token(&self, request: &AuthorizationRequest) -> bool {
        let is_open_id = request.scopes.iter().any(|scope| scope == "openid");
        self.kind == Kind::Apple || (self.kind.has_id_token() && is_open_id)
    }

    /// Apple tells the name once: at the first sign-in, if the app asked for it.
    fn apple_user(&self, request: &AuthorizationRequest, person: &Person) -> Option<String> {
        let asks = request.scopes.iter().any(|scope| scope == "name");
        let is_told = self.kind == Kind::Apple
            && asks
            && self.account.stand_ins.0.is_new_to_apple(&request.client_id, &person.id);
        is_told.then(|| {
            let name = json!({ "firstName": person.given_name, "lastName": person.family_name });
            json!({ "name": name, "email": person.email }).to_string()
        })
    }

    /// Sends the browser back with these parameters and the state.
    fn back(&self, request: &AuthorizationRequest, parameters: &[(&str, &str)]) -> Response {
        let state = request.state.as_deref().map(|state| ("state", state));
        let parameters: Vec<_> = parameters.iter().copied().chain(state).collect();
        if request.is_posted {
            return page::post_back(self, request.redirect_uri.as_str(), &parameters);
        }
        let mut url = request.redirect_uri.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        html::found(url.as_str())
    }

    /// `/oauth2/token`: the exchange of a code, as form or, as Facebook allows, as query.
    pub(super) fn exchange_code(&self) -> Response {
        match self.tokens() {
            Ok(tokens) => json_with(StatusCode::OK, &tokens),
            Err(OAuthError(code, description)) => {
                let status =
                    if code == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
                json_with(status, &json!({ "error": code, "error_description": description }))
            }
        }
    }

    fn tokens(&self) -> Result<Value, OAuthError> {
        let refused = |code, text: &str| OAuthError(code, text.to_owned());
        if let Some(error) = self.account.stand_ins.0.take_failure(self.name, Step::Token) {
            return Err(OAuthError("invalid_request", error));
        }
        let form = match self.request.body.is_empty() {
            true => Form::of_query(self.request),
            false => Form::of_body(self.request),
        };
        // Facebook's exchange has no grant type.
        let is_code =
            form.get("grant_type").map_or(self.kind == Kind::Facebook, |it| it == "authorization_code");
        if !is_code {
            return Err(refused("unsupported_grant_type", "grant_type must be authorization_code"));
        }
        let (client_id, secret) = self.client(&form);
        if client_id.is_empty() || secret.is_empty() {
            return Err(refused("invalid_client", "the client id or its secret is missing"));
        }
        let now = self.account.clock.unix_seconds();
        let grant = form.get("code").and_then(|code| self.account.stand_ins.0.take_code(code));
        let grant = grant
            .filter(|grant| {
                grant.provider == self.name && grant.client_id == client_id && now < grant.expires
            })
            .ok_or_else(|| refused("invalid_grant", "the code is unknown, was used, or is too old"))?;
        let same_uri = form.get("redirect_uri").and_then(|uri| Url::parse(uri).ok());
        if same_uri.is_none_or(|uri| uri.as_str() != grant.redirect_uri) {
            return Err(refused("invalid_grant", "redirect_uri is not that of the code"));
        }
        let challenge = form.get("code_verifier").map(|text| URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
        if grant.code_challenge.is_some() && challenge != grant.code_challenge {
            return Err(refused("invalid_grant", "code_verifier is not that of the code"));
        }
        self.issue(&grant, now).map_err(|error| OAuthError("server_error", error.to_string()))
    }

    /// The client's id and secret, by HTTP Basic or in the form.
    fn client(&self, form: &Form) -> (String, String) {
        let basic = self.request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let basic = basic.and_then(|value| STANDARD.decode(value.strip_prefix("Basic ")?).ok());
        let basic = basic.and_then(|text| String::from_utf8(text).ok());
        match basic.as_deref().and_then(|text| text.split_once(':')) {
            Some((id, secret)) => (id.to_owned(), secret.to_owned()),
            None => (form.text("client_id").to_owned(), form.text("client_secret").to_owned()),
        }
    }

    fn issue(&self, grant: &Grant, now: i64) -> Result<Value, AwsError> {
        let subject = self.kind.subject(self.name, &grant.person.id);
        let seconds = self.kind.token_seconds();
        let access_token = self.kind.access_token();
        let profile = self.profile_of(&subject, grant.person.claims(self.kind));
        let content = AccessToken {
            app_id: grant.client_id.clone(),
            user_id: subject.clone(),
            expires: now + seconds,
            profile,
        };
        self.account.stand_ins.0.add_access_token(self.name, &access_token, content);
        let mut answer =
            json!({ "access_token": access_token, "token_type": "bearer", "expires_in": seconds });
        if grant.has_id_token {
            let claims = match grant.person.claims(self.kind) {
                Value::Object(claims) => claims,
                _ => Map::new(),
            };
            let token = IdToken {
                kind: self.kind,
                issuer: self.issuer(),
                subject: &subject,
                audience: &grant.client_id,
                nonce: grant.nonce.as_deref(),
                access_token: Some(&access_token),
                now,
                seconds,
                claims,
            };
            answer["id_token"] = json!(token.sign()?);
        }
        Ok(answer)
    }

    /// The profile of a person, with the provider's name for their id.
    pub(super) fn profile_of(&self, subject: &str, mut claims: Value) -> Value {
        let name = match self.kind {
            Kind::Facebook => "id",
            Kind::Amazon => "user_id",
            _ => "sub",
        };
        claims[name] = json!(subject);
        claims
    }

    /// `/profile`: what an access token, as bearer or as parameter, tells of its person. Facebook's answer has the fields that
    /// `fields` names.
    pub(super) fn profile(&self) -> Response {
        if let Some(error) = self.account.stand_ins.0.take_failure(self.name, Step::Profile) {
            return json_with(StatusCode::BAD_REQUEST, &json!({ "error": error }));
        }
        let query = Form::of_query(self.request);
        let form = Form::of_body(self.request);
        let header = self.request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|value| value.strip_prefix("Bearer "));
        let token = bearer.or_else(|| query.get("access_token")).or_else(|| form.get("access_token"));
        let now = self.account.clock.unix_seconds();
        let found = token.and_then(|token| self.account.stand_ins.access_token(self.name, token));
        let Some(mut token) = found.filter(|token| now < token.expires) else {
            return json_with(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_token" }));
        };
        if self.kind == Kind::Facebook
            && let Value::Object(profile) = &mut token.profile
        {
            let fields: Vec<_> = query.get("fields").unwrap_or("name").split(',').collect();
            profile.retain(|name, _| name == "id" || fields.contains(&name.as_str()));
        }
        json_with(StatusCode::OK, &token.profile)
    }

    /// `/.well-known/openid-configuration`.
    pub(super) fn discovery(&self) -> Response {
        let url = self.url();
        json_response(Ok(json!({
            "issuer": self.issuer(),
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/oauth2/token"),
            "userinfo_endpoint": format!("{url}/profile"),
            "jwks_uri": format!("{url}/jwks"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "email", "profile"],
        })))
    }
}

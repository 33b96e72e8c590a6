//! The user pool's side of the pages of managed login: its operations, and what to show.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    providers::IdentityProvider,
    requests::AuthorizationRequest,
    session::{self, COGNITO, Person},
};
use crate::{
    account::Account,
    error::AwsError,
    exchange::Request,
    user_pool::{
        Call, Operation, authentication::AuthClaims, client::AppClient, first_factor::FirstFactor,
        not_authorized, operation, pool::UserPool,
    },
};

/// Marks a call of an operation by the pages, for an authorization request.
#[derive(Clone, Copy)]
pub(in crate::user_pool) struct ManagedLogin;

/// The content of a page.
#[derive(Clone, Debug)]
pub(crate) struct PageSettings {
    pub(crate) client_name: String,
    /// Whether people sign in with the user pool itself.
    pub(crate) has_user_pool: bool,
    pub(crate) allows_sign_up: bool,
    /// The other identity providers, with the URLs of their buttons.
    pub(crate) providers: Vec<ProviderLink>,
    /// `PASSWORD`, `EMAIL_OTP`, `SMS_OTP`, `WEB_AUTHN`: the first factors that the pool allows.
    pub(crate) first_factors: Vec<&'static str>,
    /// The attributes that a person must give to sign up.
    pub(crate) required_attributes: Vec<String>,
    /// The attributes that are the username: `email`, `phone_number`, or none.
    pub(crate) username_attributes: Vec<&'static str>,
    /// The user of the browser's session, who can go on without signing in.
    pub(crate) signed_in_as: Option<String>,
    /// Whether this user is of the user pool itself, not of an identity provider.
    pub(crate) is_local: bool,
}

/// A button "Continue with …".
#[derive(Clone, Debug)]
pub(crate) struct ProviderLink {
    pub(crate) name: String,
    /// `Google`, `Facebook`, `SignInWithApple`, `LoginWithAmazon`, `OIDC` or `SAML`.
    pub(crate) kind: String,
    /// Relative to the domain.
    pub(crate) url: String,
}

/// How long a page has for completing a sign-in, since it may offer a passkey.
const TICKET_LIFETIME: Duration = Duration::from_secs(600);

/// Runs a public operation of the user pool for an authorization request. The client's id, its secret hash and the requested level are
/// added. A finished sign-in answers `{ "SignedIn": ticket }`, for [`complete`](super::complete).
///
/// # Errors
/// Those of the operation; `NotAuthorizedException` if the request is unknown or too old.
pub(crate) fn call(
    account: &Arc<Account>,
    http: &Request,
    request_id: &str,
    name: &str,
    mut input: Value,
) -> Result<Value, AwsError> {
    let now = account.clock.now();
    let (client, request) = {
        let mut pools = account.user_pools.lock();
        let (pool, request) =
            pools.by_request(request_id, now).ok_or_else(|| not_authorized("The sign-in took too long."))?;
        let client = pool.clients.get(&request.client_id).cloned();
        (client.ok_or_else(|| not_authorized("The app client was deleted."))?, request)
    };
    add_client(&mut input, name, &client, &request);
    run(account, http, name, &input)
}

/// `/confirmUser`, the link of a mail: confirms a sign-up without any authorization request.
///
/// # Errors
/// Those of ConfirmSignUp.
pub(crate) fn confirm_user(
    account: &Arc<Account>,
    http: &Request,
    domain: &str,
    client_id: &str,
    username: &str,
    code: &str,
) -> Result<(), AwsError> {
    let client = {
        let mut pools = account.user_pools.lock();
        pools.by_domain(domain).and_then(|pool| pool.clients.get(client_id).cloned())
    };
    let client =
        client.ok_or_else(|| AwsError::new("ResourceNotFoundException", "Client does not exist."))?;
    let mut input = json!({ "ClientId": client.id, "Username": username, "ConfirmationCode": code });
    if let Some(hash) = client.secret_hash(username) {
        input["SecretHash"] = json!(hash);
    }
    run(account, http, "ConfirmSignUp", &input).map(|_| ())
}

/// Runs a public operation as the pages do.
fn run(account: &Arc<Account>, http: &Request, name: &str, input: &Value) -> Result<Value, AwsError> {
    let now = account.clock.now();
    let Some(Operation::Public(run)) = operation(name) else {
        return Err(AwsError::new("UnknownOperationException", ""));
    };
    account.limits.take_request(name, now)?;
    let internal = Request {
        service: crate::route::Service::UserPool,
        operation: name.to_owned(),
        method: http::Method::POST,
        uri: http::Uri::from_static("/"),
        virtual_hosted_uri: None,
        headers: http.headers.clone(),
        body: input.to_string().into(),
        request_id: http.request_id.clone(),
    };
    run(&Call { account, request: &internal, now, managed_login: Some(ManagedLogin) })
}

fn add_client(input: &mut Value, name: &str, client: &AppClient, request: &AuthorizationRequest) {
    input["ClientId"] = json!(client.id);
    let parameters = match name {
        "InitiateAuth" => "AuthParameters",
        "RespondToAuthChallenge" => "ChallengeResponses",
        _ => {
            if let Some(hash) = input["Username"].as_str().and_then(|username| client.secret_hash(username)) {
                input["SecretHash"] = json!(hash);
            }
            return;
        }
    };
    let username = input[parameters]["USERNAME"].as_str();
    if let Some(hash) = username.and_then(|username| client.secret_hash(username)) {
        input[parameters]["SECRET_HASH"] = json!(hash);
    }
    if name == "InitiateAuth" && !request.acr_values.is_empty() {
        input[parameters]["TARGET_ACR_VALUES"] = json!(request.acr_values.join(" "));
    }
}

/// The answer to a finished sign-in, in place of tokens.
pub(in crate::user_pool) fn signed_in(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
    claims: Option<AuthClaims>,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    let person = Person {
        username: user.username.clone(),
        sub: user.sub.clone(),
        provider: None,
        time: call.now,
        claims,
    };
    let ticket = pool.domain.tickets.add(person, call.now, TICKET_LIFETIME);
    Ok(json!({ "SignedIn": ticket }))
}

/// The content of the pages for an authorization request; `None` if it is unknown or too old.
pub(crate) fn page_settings(
    account: &Arc<Account>,
    http: &Request,
    request_id: &str,
) -> Option<PageSettings> {
    let now = account.clock.now();
    let mut pools = account.user_pools.lock();
    let (pool, request) = pools.by_request(request_id, now)?;
    let client = pool.clients.get(&request.client_id)?;
    let supported = &client.settings.oauth.supported_identity_providers;
    let session = session::session_of(http, pool, now).filter(|it| it.is_valid(pool, &request.client_id));
    Some(PageSettings {
        client_name: client.settings.client_name.clone(),
        has_user_pool: supported.iter().any(|name| name == COGNITO),
        allows_sign_up: !pool.settings.admin_create_user_config.allow_admin_create_user_only,
        providers: links(pool, supported, &request),
        first_factors: first_factors(pool),
        required_attributes: pool.schema.required().map(str::to_owned).collect(),
        username_attributes: pool.settings.username_attributes.iter().map(|address| address.name()).collect(),
        is_local: session.as_ref().is_some_and(|session| session.person.provider.is_none()),
        signed_in_as: session.map(|session| session.person.username),
    })
}

/// The buttons of the identity providers, which begin the same request anew with a provider.
fn links(pool: &UserPool, supported: &[String], request: &AuthorizationRequest) -> Vec<ProviderLink> {
    let kept: Vec<_> = url::form_urlencoded::parse(request.query.as_bytes())
        .filter(|(name, _)| !["identity_provider", "idp_identifier"].contains(&&**name))
        .collect();
    let providers = supported.iter().filter_map(|name| pool.identity_providers.get(name));
    let link = |provider: &IdentityProvider| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&kept).append_pair("identity_provider", &provider.name);
        ProviderLink {
            name: provider.name.clone(),
            kind: provider.kind.name().to_owned(),
            url: format!("oauth2/authorize?{}", query.finish()),
        }
    };
    providers.map(link).collect()
}

fn first_factors(pool: &UserPool) -> Vec<&'static str> {
    [
        (FirstFactor::Password, "PASSWORD"),
        (FirstFactor::EmailOtp, "EMAIL_OTP"),
        (FirstFactor::SmsOtp, "SMS_OTP"),
        (FirstFactor::WebAuthn, "WEB_AUTHN"),
    ]
    .into_iter()
    .filter(|(factor, _)| pool.allows_first_factor(*factor))
    .map(|(_, name)| name)
    .collect()
}

impl Call<'_> {
    /// Whether a client may use a flow of InitiateAuth. The pages are not bound by `ExplicitAuthFlows`.
    pub(in crate::user_pool) fn allows_flow(&self, client: &AppClient, flow: &str) -> bool {
        self.managed_login.is_some() && ["USER_AUTH", "USER_PASSWORD_AUTH"].contains(&flow)
            || client.settings.allows(flow)
    }
}

//! Cognito user pools: sign-up, sign-in with every factor, tokens, and their administration.
//!
//! [`handle`] finds the operation by name; related operations share a file. Passwords are stored only as SRP verifiers. Errors have
//! AWS's codes and messages.

mod admin_groups;
mod admin_pools;
mod admin_users;
mod attempts;
mod attributes;
mod auth_events;
mod authentication;
mod challenge;
mod choice;
#[cfg(test)]
mod choice_tests;
mod client;
mod code;
mod constraints;
mod custom_auth;
mod delivery;
mod device;
mod device_operations;
mod device_sign_in;
#[cfg(test)]
mod device_tests;
pub(crate) mod domain;
mod first_factor;
mod forgot_password;
mod keys;
mod mfa;
mod mfa_setup;
mod passkeys;
mod password;
mod pool;
mod pretence;
mod refresh;
mod replicas;
mod respond;
mod schema;
mod second_factor;
mod self_service;
mod sender;
mod sessions;
mod sign_in;
mod sign_ins;
mod sign_out;
mod sign_up;
mod srp;
mod step_up;
#[cfg(test)]
pub(crate) mod testing;
mod tokens;
mod triggers;
mod user;
mod user_context;
mod user_settings;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) use self::keys::SigningKey;
pub(crate) use self::replicas::PATH as REGION_PATH;
pub(crate) use self::triggers::TriggerScript;
pub use self::triggers::{Trigger, TriggerError, Triggers};
pub(crate) use self::user_context::UserContexts;
use self::{
    client::AppClient,
    pool::UserPool,
    tokens::TokenError,
    user::{UserStatus, password_reset_required},
};
use crate::{
    account::{ACCOUNT_ID, Account},
    aws_json, caller as signer,
    error::AwsError,
    exchange::{Request, Response},
    iam::Context,
    model, unsupported,
};

/// The user pools of the account.
#[derive(Default)]
pub(crate) struct UserPools {
    pools: Mutex<Pools>,
}

/// The contents of a verified ID token.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedToken {
    pub(crate) sub: String,
    /// The app client that the token was issued to.
    pub(crate) audience: String,
    pub(crate) username: String,
    pub(crate) claims: serde_json::Map<String, Value>,
}

impl VerifiedToken {
    /// The id of the user pool.
    pub(crate) fn pool(&self) -> Option<&str> {
        tokens::text(&self.claims, "iss")?.rsplit_once('/').map(|(_, pool)| pool)
    }
}

/// The use of a token.
#[derive(Clone, Copy)]
enum TokenUse {
    Id,
    Access,
}

/// One call of an operation.
struct Call<'a> {
    account: &'a Account,
    request: &'a Request,
    now: SystemTime,
    /// Set if the pages of managed login make the call.
    managed_login: Option<domain::ManagedLogin>,
}

/// The pools by id.
#[derive(Default)]
struct Pools(BTreeMap<String, UserPool>);

/// The user of an access token.
struct Caller {
    username: String,
    /// The id of the sign-in.
    sign_in: String,
    client: Arc<AppClient>,
}

/// An operation, with its kind of caller.
enum Operation {
    /// Anyone. The operation itself requires a password, a code or a token.
    Public(fn(&Call<'_>) -> Result<Value, AwsError>),
    /// Callers with a signature whom IAM allows it.
    Administrative(fn(&Call<'_>) -> Result<Value, AwsError>),
}

pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    let call = Call { account, request, now: account.clock.now(), managed_login: None };
    let checked = |run: fn(&Call<'_>) -> _| {
        account.limits.take_request(&request.operation, call.now)?;
        unsupported::check(request)?;
        run(&call)
    };
    let result = match operation(&request.operation) {
        Some(Operation::Public(run)) => replicas::check(&call).and_then(|()| checked(run)),
        Some(Operation::Administrative(run)) => authorize(&call).and_then(|()| checked(run)),
        None => Err(AwsError::new("UnknownOperationException", "")),
    };
    aws_json::response(result)
}

fn operation(name: &str) -> Option<Operation> {
    use Operation::{Administrative, Public};

    Some(match name {
        "SignUp" => Public(sign_up::sign_up),
        "ConfirmSignUp" => Public(sign_up::confirm_sign_up),
        "ResendConfirmationCode" => Public(sign_up::resend_confirmation_code),
        "ForgotPassword" => Public(forgot_password::forgot_password),
        "ConfirmForgotPassword" => Public(forgot_password::confirm_forgot_password),
        "InitiateAuth" => Public(sign_in::initiate_auth),
        "RespondToAuthChallenge" => Public(respond::respond_to_auth_challenge),
        "GetTokensFromRefreshToken" => Public(refresh::tokens_from_refresh_token),
        "RevokeToken" => Public(sign_out::revoke_token),
        "GlobalSignOut" => Public(sign_out::global_sign_out),
        "ListUserSessions" => Public(sessions::list_user_sessions),
        "RevokeUserSession" => Public(sessions::revoke_user_session),
        "GetUser" => Public(self_service::user),
        "ChangePassword" => Public(self_service::change_password),
        "DeleteUser" => Public(self_service::delete_user),
        "UpdateUserAttributes" => Public(attributes::update_user_attributes),
        "DeleteUserAttributes" => Public(attributes::delete_user_attributes),
        "GetUserAttributeVerificationCode" => Public(attributes::user_attribute_verification_code),
        "VerifyUserAttribute" => Public(attributes::verify_user_attribute),
        "AssociateSoftwareToken" => Public(mfa_setup::associate_software_token),
        "VerifySoftwareToken" => Public(mfa_setup::verify_software_token),
        "SetUserSettings" => Public(user_settings::set_user_settings),
        "UpdateAuthEventFeedback" => Public(auth_events::update_feedback),
        "SetUserMFAPreference" => Public(mfa_setup::set_user_mfa_preference),
        "GetUserAuthFactors" => Public(mfa_setup::user_auth_factors),
        "ConfirmDevice" => Public(device_operations::confirm_device),
        "GetDevice" => Public(device_operations::device),
        "ListDevices" => Public(device_operations::list_devices),
        "UpdateDeviceStatus" => Public(device_operations::update_device_status),
        "ForgetDevice" => Public(device_operations::forget_device),
        "StartWebAuthnRegistration" => Public(passkeys::start_web_authn_registration),
        "CompleteWebAuthnRegistration" => Public(passkeys::complete_web_authn_registration),
        "ListWebAuthnCredentials" => Public(passkeys::list_web_authn_credentials),
        "DeleteWebAuthnCredential" => Public(passkeys::delete_web_authn_credential),

        "UpdateUserPool" => Administrative(admin_pools::update_user_pool),
        "CreateUserPool" => Administrative(admin_pools::create_user_pool),
        "DescribeUserPool" => Administrative(admin_pools::describe_user_pool),
        "DeleteUserPool" => Administrative(admin_pools::delete_user_pool),
        "ListUserPools" => Administrative(admin_pools::list_user_pools),
        "SetUserPoolMfaConfig" => Administrative(admin_pools::set_user_pool_mfa_config),
        "CreateUserPoolClient" => Administrative(admin_pools::create_user_pool_client),
        "DescribeUserPoolClient" => Administrative(admin_pools::describe_user_pool_client),
        "UpdateUserPoolClient" => Administrative(admin_pools::update_user_pool_client),
        "DeleteUserPoolClient" => Administrative(admin_pools::delete_user_pool_client),
        "ListUserPoolClients" => Administrative(admin_pools::list_user_pool_clients),
        "AdminCreateUser" => Administrative(admin_users::create_user),
        "AdminGetUser" => Administrative(admin_users::user),
        "AdminDeleteUser" => Administrative(admin_users::delete_user),
        "AdminSetUserPassword" => Administrative(admin_users::set_user_password),
        "AdminResetUserPassword" => Administrative(admin_users::reset_user_password),
        "AdminConfirmSignUp" => Administrative(admin_users::confirm_sign_up),
        "AdminUpdateUserAttributes" => Administrative(admin_users::update_user_attributes),
        "AdminEnableUser" => Administrative(admin_users::enable_user),
        "AdminDisableUser" => Administrative(admin_users::disable_user),
        "AdminUserGlobalSignOut" => Administrative(admin_users::user_global_sign_out),
        "AdminListUserSessions" => Administrative(sessions::admin_list_user_sessions),
        "AdminRevokeUserSession" => Administrative(sessions::admin_revoke_user_session),
        "SetUserPoolSessionConfiguration" => Administrative(sessions::set_user_pool_session_configuration),
        "GetUserPoolSessionConfiguration" => Administrative(sessions::user_pool_session_configuration),
        "AdminSetUserMFAPreference" => Administrative(mfa_setup::admin_set_user_mfa_preference),
        "AdminGetDevice" => Administrative(device_operations::device),
        "AdminListDevices" => Administrative(device_operations::list_devices),
        "AdminUpdateDeviceStatus" => Administrative(device_operations::update_device_status),
        "AdminForgetDevice" => Administrative(device_operations::forget_device),
        "AdminDeleteSoftwareToken" => Administrative(admin_users::delete_software_token),
        "AdminSetUserSettings" => Administrative(user_settings::admin_set_user_settings),
        "AdminListUserAuthEvents" => Administrative(auth_events::list_user_auth_events),
        "AdminUpdateAuthEventFeedback" => Administrative(auth_events::admin_update_feedback),
        "SetRiskConfiguration" => Administrative(auth_events::set_risk_configuration),
        "CreateUserPoolReplica" => Administrative(replicas::create),
        "UpdateUserPoolReplica" => Administrative(replicas::update),
        "DeleteUserPoolReplica" => Administrative(replicas::delete),
        "ListUserPoolReplicas" => Administrative(replicas::list),
        "AdminLinkProviderForUser" => Administrative(domain::linking::link),
        "AdminDisableProviderForUser" => Administrative(domain::linking::disable),
        "CreateIdentityProvider" => Administrative(domain::providers::create),
        "DescribeIdentityProvider" => Administrative(domain::providers::describe),
        "UpdateIdentityProvider" => Administrative(domain::providers::update),
        "DeleteIdentityProvider" => Administrative(domain::providers::delete),
        "ListIdentityProviders" => Administrative(domain::providers::list),
        "GetIdentityProviderByIdentifier" => Administrative(domain::providers::by_identifier),
        "CreateResourceServer" => Administrative(domain::resource_servers::create),
        "DescribeResourceServer" => Administrative(domain::resource_servers::describe),
        "UpdateResourceServer" => Administrative(domain::resource_servers::update),
        "DeleteResourceServer" => Administrative(domain::resource_servers::delete),
        "ListResourceServers" => Administrative(domain::resource_servers::list),
        "CreateUserPoolDomain" => Administrative(domain::create),
        "DescribeUserPoolDomain" => Administrative(domain::describe),
        "UpdateUserPoolDomain" => Administrative(domain::update),
        "DeleteUserPoolDomain" => Administrative(domain::delete),
        "CreateGroup" => Administrative(admin_groups::create_group),
        "DeleteGroup" => Administrative(admin_groups::delete_group),
        "AdminAddUserToGroup" => Administrative(admin_groups::add_user_to_group),
        "AdminRemoveUserFromGroup" => Administrative(admin_groups::remove_user_from_group),
        _ => return None,
    })
}

/// Administrative calls must be signed and allowed by IAM.
fn authorize(call: &Call<'_>) -> Result<(), AwsError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Target {
        user_pool_id: Option<String>,
    }

    let caller = signer::Caller::of(call.account, call.request)?;
    let Target { user_pool_id } = call.input()?;
    let pool = user_pool_id.as_deref().unwrap_or("*");
    let resource = format!("arn:aws:cognito-idp:{}:{ACCOUNT_ID}:userpool/{pool}", call.account.region);
    let action = format!("cognito-idp:{}", call.request.operation);
    caller
        .authorize(call.account, &action, &resource, &Context::default())
        .map_err(|denied| AwsError::new("AccessDeniedException", denied.to_string()))
}

/// `GET /{userPoolId}/.well-known/jwks.json` and `/openid-configuration`.
pub(crate) fn public_keys(account: &Account, request: &Request) -> Response {
    let id = request.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let document = account.user_pools.lock().by_id(id).and_then(|pool| {
        if request.operation == "GetJwks" {
            return Ok(json!(keys::signing_keys()?.jwks()));
        }
        Ok(domain::open_id_configuration(pool, request))
    });
    let mut response = aws_json::response(document);
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

impl UserPools {
    /// Verifies an ID token: signature, expiry, issuer, `token_use`, and that the audience is a client of the pool.
    /// `provider` is the issuer without `https://`: `cognito-idp.REGION.amazonaws.com/POOL`; `now` is seconds since
    /// 1970. The errors are those of the identity pool.
    pub(crate) fn verify_id_token(
        &self,
        provider: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        self.verify_token(TokenUse::Id, provider, token, now)
    }

    /// The public keys of a user pool.
    pub(crate) fn jwks(&self, pool: &str) -> Result<jsonwebtoken::jwk::JwkSet, AwsError> {
        self.lock().by_id(pool)?;
        Ok(keys::signing_keys()?.jwks())
    }

    /// The secret of an app client that has one.
    pub(crate) fn client_secret(&self, client_id: &str) -> Option<String> {
        self.lock().by_client(client_id).ok()?.1.secret.clone()
    }

    /// As [`verify_id_token`](Self::verify_id_token), for an access token.
    pub(crate) fn verify_access_token(
        &self,
        provider: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        self.verify_token(TokenUse::Access, provider, token, now)
    }

    fn verify_token(
        &self,
        token_use: TokenUse,
        provider: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedToken, AwsError> {
        let (name, audience, username) = match token_use {
            TokenUse::Id => ("id", "aud", "cognito:username"),
            TokenUse::Access => ("access", "client_id", "username"),
        };
        let refused =
            |detail| AwsError::new("NotAuthorizedException", format!("Invalid login token. {detail}"));
        let claims = tokens::verify(token, now).map_err(|error| match error {
            TokenError::Malformed => refused("Not a valid OpenId Connect identity token.".to_owned()),
            TokenError::BadSignature => refused("Couldn't verify signed token.".to_owned()),
            TokenError::Expired { expiry } => refused(format!("Token expired: {expiry} >= {now}")),
        })?;
        let claim = |name| tokens::text(&claims, name).unwrap_or_default().to_owned();
        let issuer = claim("iss");
        if issuer.strip_prefix("https://") != Some(provider) {
            return Err(refused("Issuer doesn't match providerName".to_owned()));
        }
        if claim("token_use") != name {
            return Err(refused(format!("Not an {name} token.")));
        }
        let audience = claim(audience);
        let mut pools = self.lock();
        let (pool, _) =
            pools.by_client(&audience).map_err(|_| refused("Incorrect token audience.".to_owned()))?;
        if pool.issuer() != issuer {
            return Err(refused("Incorrect token audience.".to_owned()));
        }
        Ok(VerifiedToken { sub: claim("sub"), username: claim(username), audience, claims })
    }

    /// Whether the sign-in of a token is still valid: its user exists, is enabled, and has not signed out everywhere. Identity
    /// pools with `ServerSideTokenCheck` use it.
    pub(crate) fn is_signed_in(&self, token: &VerifiedToken) -> bool {
        let mut pools = self.lock();
        let Ok((pool, _)) = pools.by_client(&token.audience) else { return false };
        let sign_in = tokens::text(&token.claims, "origin_jti").and_then(|id| pool.sign_ins.find(id));
        sign_in.is_some_and(|sign_in| {
            !sign_in.is_revoked() && pool.user_of(sign_in).is_ok_and(|user| user.enabled)
        })
    }

    /// Adds to the `CallbackURLs` and `LogoutURLs` of an app client. Returns whether it exists.
    pub(crate) fn add_callback_urls(&self, client_id: &str, urls: &[String]) -> bool {
        let mut pools = self.lock();
        let Ok((pool, client)) = pools.by_client(client_id) else { return false };
        let mut changed = AppClient::clone(&client);
        changed.settings.oauth.add_urls(urls);
        pool.clients.insert(client_id.to_owned(), Arc::new(changed));
        true
    }

    /// Revokes every refresh token of every pool.
    pub(crate) fn revoke_refresh_tokens(&self) {
        for pool in self.lock().0.values_mut() {
            pool.sign_ins.revoke_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pools> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Call<'a> {
    /// The input of the operation.
    fn input<I: DeserializeOwned>(&self) -> Result<I, AwsError> {
        let mut input: Value =
            serde_json::from_slice(&self.request.body).map_err(|error| unreadable(&error))?;
        remove_nulls(&mut input);
        model::check("cognito-idp", &self.request.operation, &input)?;
        constraints::check(&input)?;
        user_context::check(self, &input)?;
        serde_json::from_value(input).map_err(|error| unreadable(&error))
    }

    fn pools(&self) -> MutexGuard<'a, Pools> {
        self.account.user_pools.lock()
    }
}

impl Pools {
    fn by_id(&mut self, id: &str) -> Result<&mut UserPool, AwsError> {
        let not_found =
            || AwsError::new("ResourceNotFoundException", format!("User pool {id} does not exist."));
        self.0.get_mut(id).ok_or_else(not_found)
    }

    fn by_client(&mut self, id: &str) -> Result<(&mut UserPool, Arc<AppClient>), AwsError> {
        for pool in self.0.values_mut() {
            if let Some(client) = pool.clients.get(id).cloned() {
                return Ok((pool, client));
            }
        }
        Err(AwsError::new("ResourceNotFoundException", format!("User pool client {id} does not exist.")))
    }

    /// The user of an access token for the user's own operations. The token must be valid, unexpired and not revoked, and the user
    /// must exist.
    fn by_access_token(&mut self, token: &str, now: SystemTime) -> Result<(&mut UserPool, Caller), AwsError> {
        let (pool, caller, scopes) = self.by_any_access_token(token, now)?;
        if !tokens::is_self_service(&scopes) {
            return Err(not_authorized("Access Token does not have required scopes"));
        }
        Ok((pool, caller))
    }

    /// As [`by_access_token`](Self::by_access_token), for a token with any scopes, which it also returns.
    fn by_any_access_token(
        &mut self,
        token: &str,
        now: SystemTime,
    ) -> Result<(&mut UserPool, Caller, String), AwsError> {
        let refused = |message| AwsError::new("NotAuthorizedException", message);
        let claims = tokens::verify(token, crate::clock::unix_seconds(now)).map_err(|error| match error {
            TokenError::Expired { .. } => refused("Access Token has expired"),
            TokenError::Malformed | TokenError::BadSignature => refused("Invalid Access Token"),
        })?;
        if tokens::text(&claims, "token_use") != Some("access") {
            return Err(refused("Invalid Access Token"));
        }
        let claim = |name| tokens::text(&claims, name).unwrap_or_default();
        // The client or its pool may have been deleted since.
        let (pool, client) = self.by_client(claim("client_id"))?;
        if pool.issuer() != claim("iss") {
            return Err(refused("Invalid Access Token"));
        }
        let sign_in =
            pool.sign_ins.find(claim("origin_jti")).ok_or_else(|| refused("Invalid Access Token"))?;
        let user = pool.user_of(sign_in)?;
        if sign_in.is_revoked() {
            return Err(refused("Access Token has been revoked"));
        }
        if !user.enabled {
            return Err(refused("User is disabled."));
        }
        if user.status == UserStatus::ResetRequired {
            return Err(password_reset_required());
        }
        let (username, sign_in) = (user.username.clone(), sign_in.id.clone());
        let scopes = claim("scope").to_owned();
        Ok((pool, Caller { username, sign_in, client }, scopes))
    }
}

/// Names the missing or unknown member, but quotes nothing of the request.
/// Removes members that are `null`, which AWS takes as absent. amazon-cognito-identity-js sends `DEVICE_KEY` so.
fn remove_nulls(value: &mut Value) {
    let Value::Object(members) = value else { return };
    members.retain(|_, member| !member.is_null());
    members.values_mut().for_each(remove_nulls);
}

fn unreadable(error: &serde_json::Error) -> AwsError {
    let text = error.to_string();
    if error.is_data()
        && text.starts_with("missing field")
        && let Some(member) = text.split('`').nth(1)
    {
        return invalid_parameter(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be \
             null"
        ));
    }
    if error.is_data() && text.starts_with("unknown variant") {
        let allowed = text.split_once("expected").map_or("", |(_, allowed)| allowed.trim());
        return invalid_parameter(format!(
            "1 validation error detected: a value failed to satisfy constraint: Member must satisfy enum value set: \
             {allowed}"
        ));
    }
    AwsError::new("SerializationException", "The request could not be read: malformed JSON or a wrong type.")
}

fn invalid_parameter(message: impl Into<std::borrow::Cow<'static, str>>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn not_authorized(message: &'static str) -> AwsError {
    AwsError::new("NotAuthorizedException", message)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use http_body_util::BodyExt as _;

    use super::{
        testing::{TestPool, request},
        *,
    };

    const OPERATIONS: &str = "SignUp ConfirmSignUp ResendConfirmationCode ForgotPassword ConfirmForgotPassword \
        InitiateAuth RespondToAuthChallenge GetTokensFromRefreshToken RevokeToken GlobalSignOut GetUser \
        ChangePassword DeleteUser UpdateUserAttributes DeleteUserAttributes GetUserAttributeVerificationCode \
        VerifyUserAttribute AssociateSoftwareToken VerifySoftwareToken SetUserMFAPreference GetUserAuthFactors \
        StartWebAuthnRegistration CompleteWebAuthnRegistration ListWebAuthnCredentials DeleteWebAuthnCredential \
        CreateUserPool UpdateUserPool DescribeUserPool DeleteUserPool ListUserPools SetUserPoolMfaConfig CreateUserPoolClient \
        DescribeUserPoolClient UpdateUserPoolClient DeleteUserPoolClient ListUserPoolClients AdminCreateUser \
        AdminGetUser AdminDeleteUser AdminSetUserPassword AdminResetUserPassword AdminConfirmSignUp \
        AdminUpdateUserAttributes AdminEnableUser AdminDisableUser AdminUserGlobalSignOut \
        AdminSetUserMFAPreference ConfirmDevice GetDevice ListDevices UpdateDeviceStatus ForgetDevice AdminGetDevice \
        AdminListDevices AdminUpdateDeviceStatus AdminForgetDevice CreateUserPoolDomain DescribeUserPoolDomain \
        UpdateUserPoolDomain DeleteUserPoolDomain CreateIdentityProvider DescribeIdentityProvider UpdateIdentityProvider \
        DeleteIdentityProvider ListIdentityProviders GetIdentityProviderByIdentifier CreateResourceServer \
        DescribeResourceServer UpdateResourceServer DeleteResourceServer ListResourceServers \
        AdminLinkProviderForUser AdminDisableProviderForUser \
        SetUserSettings UpdateAuthEventFeedback AdminSetUserSettings AdminDeleteSoftwareToken \
        AdminListUserAuthEvents AdminUpdateAuthEventFeedback SetRiskConfiguration CreateUserPoolReplica \
        UpdateUserPoolReplica DeleteUserPoolReplica ListUserPoolReplicas CreateGroup DeleteGroup AdminAddUserToGroup AdminRemoveUserFromGroup";

    #[test]
    fn whatever_comes_in_the_answer_is_a_client_error_and_no_panic() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let strange: Vec<Value> =
            vec![json!(null), json!(1), json!([]), json!({}), json!(""), json!({ "a": 1 })];
        for name in OPERATIONS.split_whitespace() {
            let run = |body: &str| {
                let request = request(name, body.to_owned());
                let call = Call {
                    account: &test.account,
                    request: &request,
                    now: test.account.clock.now(),
                    managed_login: None,
                };
                match operation(name).unwrap() {
                    Operation::Public(run) | Operation::Administrative(run) => run(&call),
                }
            };
            for body in ["", "{", "nonsense", "[]", "null", "\"\"", "\u{0}", "{\"ClientId\":\"é\"}"] {
                if let Err(error) = run(body) {
                    assert_eq!(error.status, StatusCode::BAD_REQUEST, "{name} {body}: {error}");
                }
            }
            for member in [
                "ClientId",
                "UserPoolId",
                "Username",
                "Session",
                "AccessToken",
                "AuthParameters",
                "AuthFlow",
                "ChallengeResponses",
                "UserAttributes",
                "Password",
            ] {
                for value in &strange {
                    let mut input = json!({
                        "ClientId": test.client_id, "UserPoolId": "eu-west-1_none", "Username": "ada",
                        "AuthFlow": "USER_SRP_AUTH", "ChallengeName": "PASSWORD_VERIFIER",
                    });
                    input[member] = value.clone();
                    if let Err(error) = run(&input.to_string()) {
                        assert_eq!(error.status, StatusCode::BAD_REQUEST, "{name} {input}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn malformed_json_and_missing_members_are_told_apart() {
        let test = TestPool::new();
        let code = |body: &'static str| {
            let request = request("SignUp", body);
            let call = Call {
                account: &test.account,
                request: &request,
                now: test.account.clock.now(),
                managed_login: None,
            };
            sign_up::sign_up(&call).unwrap_err()
        };
        assert_eq!(code("{\"ClientId\":").code, "SerializationException");
        assert_eq!(
            code("{\"ClientId\":\"x\"}").to_string(),
            "InvalidParameterException: 1 validation error detected: Value null at 'username' failed to satisfy \
             constraint: Member must not be null"
        );
        let wrong_type = code("{\"ClientId\":\"x\",\"Username\":\"ada\",\"Password\":[\"secret-1\"]}");
        assert_eq!(wrong_type.code, "SerializationException");
        assert!(!wrong_type.message.contains("secret-1"));
    }

    #[test]
    fn administrative_calls_must_be_signed() {
        let test = TestPool::new();
        for name in OPERATIONS.split_whitespace() {
            if let Some(Operation::Administrative(_)) = operation(name) {
                let response = handle(&test.account, &request(name, "{}"));
                assert_eq!(
                    response.headers()["x-amzn-errortype"],
                    "MissingAuthenticationTokenException",
                    "{name}"
                );
            }
        }
    }

    #[tokio::test]
    async fn unknown_operations_are_refused_in_aws_s_form() {
        let test = TestPool::new();
        let response = handle(&test.account, &request("MakeCoffee", "{}"));
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["__type"], "UnknownOperationException");
    }
}

//! STS: temporary credentials for principals who may assume a role.

mod session;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Value, json};

pub(crate) use self::session::{
    NewSession, Principal, ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY, Session, Sts, random_text,
};
use crate::{
    account::{ACCOUNT_ID, Account},
    caller::Caller,
    clock::rfc3339,
    error::AwsError,
    exchange::{Request, Response},
    iam::{Context, Policy, PolicyKind, Role, TrustedPrincipal, parse},
    model,
    query_protocol::{self, Parameters, validation_error},
    unsupported,
};

/// The name of identity pools as an identity provider, in trust policies and context keys.
pub(crate) const COGNITO_IDENTITY: &str = "cognito-identity.amazonaws.com";

/// The longest lifetime of a session that another session starts, whatever the role allows.
const MOST_OF_A_CHAIN: Duration = Duration::from_secs(3600);
/// The longest session policy, in characters.
const MOST_SESSION_POLICY: usize = 2048;

/// An identity of an identity pool, in the terms of trust policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebIdentity {
    /// The identity id.
    pub(crate) subject: String,
    /// The identity pool.
    pub(crate) audience: String,
    /// `authenticated` or `unauthenticated`, then the providers that the user signed in with.
    pub(crate) authentication_methods: Vec<String>,
    /// Session tags, by key.
    pub(crate) tags: BTreeMap<String, String>,
}

/// Handles a request to STS.
pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    let parameters = Parameters::of(request);
    let result = unsupported::check(request).and_then(|()| operate(account, request, &parameters));
    query_protocol::response(request, result)
}

fn operate(account: &Account, request: &Request, parameters: &Parameters) -> Result<Value, AwsError> {
    match request.operation.as_str() {
        "GetCallerIdentity" => caller_identity(account, request),
        "AssumeRole" => assume_role(account, request, parameters),
        "AssumeRoleWithWebIdentity" => assume_role_with_web_identity(account, parameters),
        operation => Err(AwsError::new(
            "InvalidAction",
            format!("Could not find operation {operation} for version 2011-06-15"),
        )),
    }
}

/// Starts a session of `role` for an identity of an identity pool, if the role trusts it.
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn assume_with_web_identity(
    account: &Account,
    role: &Role,
    identity: &WebIdentity,
    session_name: &str,
    policy: Option<Policy>,
    duration: Duration,
) -> Result<Arc<Session>, AwsError> {
    let mut context = Context::default();
    context.set("sts:RoleSessionName", session_name);
    context.set("aws:FederatedProvider", COGNITO_IDENTITY);
    context.set(&format!("{COGNITO_IDENTITY}:sub"), identity.subject.as_str());
    context.set(&format!("{COGNITO_IDENTITY}:aud"), identity.audience.as_str());
    context.set_list(&format!("{COGNITO_IDENTITY}:amr"), identity.authentication_methods.clone());
    let provider = TrustedPrincipal::Federated(COGNITO_IDENTITY);
    if !role.trust.trusts(provider, "sts:AssumeRoleWithWebIdentity", &context) {
        return Err(access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity"));
    }
    if !identity.tags.is_empty() {
        for (key, value) in &identity.tags {
            context.set(&format!("aws:RequestTag/{key}"), value.as_str());
        }
        context.set_list("aws:TagKeys", identity.tags.keys().cloned().collect());
        if !role.trust.trusts(provider, "sts:TagSession", &context) {
            return Err(access_denied("Not authorized to perform sts:TagSession"));
        }
        context.remove("aws:TagKeys");
        for (key, value) in &identity.tags {
            context.remove(&format!("aws:RequestTag/{key}"));
            context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
        }
    }
    let now = account.clock.now();
    Ok(account.sts.start(NewSession { role, session_name, context, policy, now, duration }))
}

fn caller_identity(account: &Account, request: &Request) -> Result<Value, AwsError> {
    // It needs no permission, and cannot be denied.
    let principal = Caller::of(account, request)?.principal;
    Ok(json!({ "Arn": principal.arn(), "UserId": principal.user_id(), "Account": ACCOUNT_ID }))
}

fn assume_role(account: &Account, request: &Request, parameters: &Parameters) -> Result<Value, AwsError> {
    let caller = Caller::of(account, request)?;
    let input = Input::of("AssumeRole", parameters)?;
    let not_authorized = || {
        access_denied(&format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
            caller.principal.arn(),
            input.role_arn
        ))
    };
    let mut context = caller.context.clone();
    if let Some(external_id) = parameters.optional("ExternalId") {
        context.set("sts:ExternalId", external_id);
    }
    context.set("sts:RoleSessionName", input.session_name);
    caller.authorize(account, "sts:AssumeRole", input.role_arn, &context)?;
    let role = account.iam.role_by_arn(input.role_arn).ok_or_else(not_authorized)?;
    let arn = caller.principal.arn();
    let trusted = TrustedPrincipal::Aws { arn: &arn, account: ACCOUNT_ID };
    if !role.trust.trusts(trusted, "sts:AssumeRole", &context) {
        return Err(not_authorized());
    }
    let duration = input.duration(&role)?;
    if matches!(caller.principal, Principal::Session(_)) && duration > MOST_OF_A_CHAIN {
        let message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(validation_error(message.to_owned()));
    }
    let session = account.sts.start(NewSession {
        role: &role,
        session_name: input.session_name,
        context: Context::default(),
        duration,
        policy: input.policy,
        now: account.clock.now(),
    });
    Ok(describe(&session))
}

fn assume_role_with_web_identity(account: &Account, parameters: &Parameters) -> Result<Value, AwsError> {
    let input = Input::of("AssumeRoleWithWebIdentity", parameters)?;
    let token = parameters.required("WebIdentityToken")?;
    let identity = account.identity_pools.verify_open_id_token(token, account.clock.unix_seconds())?;
    let not_authorized = || access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let role = account.iam.role_by_arn(input.role_arn).ok_or_else(not_authorized)?;
    let duration = input.duration(&role)?;
    let packed = packed_size(parameters.optional("Policy"), &identity.tags)?;
    let session =
        assume_with_web_identity(account, &role, &identity, input.session_name, input.policy, duration)?;
    let mut answer = describe(&session);
    if let Some(percent) = packed {
        answer["PackedPolicySize"] = percent.into();
    }
    answer["SubjectFromWebIdentityToken"] = identity.subject.into();
    answer["Audience"] = identity.audience.into();
    answer["Provider"] = COGNITO_IDENTITY.into();
    Ok(answer)
}

/// The common input of both ways to assume a role.
struct Input<'a> {
    role_arn: &'a str,
    session_name: &'a str,
    seconds: Option<u64>,
    policy: Option<Policy>,
}

impl<'a> Input<'a> {
    fn of(operation: &str, parameters: &'a Parameters) -> Result<Self, AwsError> {
        model::query_input("sts", operation, parameters)?;
        let session_name = parameters.required("RoleSessionName")?;
        if let Some(policy) =
            parameters.optional("Policy").filter(|policy| policy.len() > MOST_SESSION_POLICY)
        {
            return Err(validation_error(format!(
                "1 validation error detected: Value '{policy}' at 'policy' failed to satisfy constraint: Member must have \
                 length less than or equal to {MOST_SESSION_POLICY}"
            )));
        }
        Ok(Self {
            role_arn: parameters.required("RoleArn")?,
            session_name,
            seconds: parameters.number("DurationSeconds", 900..=43200)?,
            policy: parameters
                .optional("Policy")
                .map(|text| parse(text, PolicyKind::Identity))
                .transpose()?,
        })
    }

    fn duration(&self, role: &Role) -> Result<Duration, AwsError> {
        let seconds = self.seconds.unwrap_or(3600);
        if seconds > role.max_session_duration {
            let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
            return Err(validation_error(message.to_owned()));
        }
        Ok(Duration::from_secs(seconds))
    }
}

/// How much of their common limit the session policy and the session tags take, in percent. AWS packs them in a way of its own: this
/// counts characters.
///
/// # Errors
/// `PackedPolicyTooLarge`.
fn packed_size(policy: Option<&str>, tags: &BTreeMap<String, String>) -> Result<Option<usize>, AwsError> {
    let tags: usize = tags.iter().map(|(key, value)| key.len() + value.len()).sum();
    let size = policy.map_or(0, str::len) + tags;
    if size == 0 {
        return Ok(None);
    }
    let percent = (size * 100).div_ceil(MOST_SESSION_POLICY);
    if percent > 100 {
        let message =
            format!("Packed size of session tags and session policy consumes {percent}% of allotted space.");
        return Err(AwsError::new("PackedPolicyTooLarge", message));
    }
    Ok(Some(percent))
}

fn describe(session: &Session) -> Value {
    json!({
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": rfc3339(session.expiration),
        },
        "AssumedRoleUser": { "AssumedRoleId": session.user_id(), "Arn": session.arn() },
    })
}

fn access_denied(message: &str) -> AwsError {
    AwsError::new("AccessDenied", message.to_owned()).with_status(http::StatusCode::FORBIDDEN)
}

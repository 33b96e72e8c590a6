//! The caller of a request and its permissions.

use http::{StatusCode, header::USER_AGENT};

use crate::{
    account::{ACCOUNT_ID, Account},
    clock::{rfc3339, unix_seconds},
    error::AwsError,
    exchange::Request,
    iam::{Context, Decision, evaluate},
    sigv4,
    sts::Principal,
};

/// The verified sender of a request, with the context keys of the request that are the same for every service.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// The context keys that are the same for every service.
    pub(crate) context: Context,
}

/// The caller's policies do not allow an action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct AccessDenied(String);

impl Caller {
    /// Verifies the signature of the request.
    ///
    /// # Errors
    /// Those of [`sigv4::authenticate`].
    pub(crate) fn of(account: &Account, request: &Request) -> Result<Self, AwsError> {
        let principal = sigv4::authenticate(account, request)?;
        let context = context(account, request, &principal);
        Ok(Self { principal, context })
    }

    /// Whether the caller may take `action` on `resource`, an ARN. `details` are the context keys of the
    /// service.
    ///
    /// # Errors
    /// [`AccessDenied`] with AWS's message.
    pub(crate) fn authorize(
        &self,
        account: &Account,
        action: &str,
        resource: &str,
        details: &Context,
    ) -> Result<(), AccessDenied> {
        let Principal::Session(session) = &self.principal else { return Ok(()) };
        let mut context = self.context.clone();
        context.extend(details);
        let policies = account.iam.policies_of(&session.role_name);
        let by_role = evaluate(policies.iter().map(AsRef::as_ref), action, resource, &context);
        let by_session = session.policy.as_ref().map(|policy| evaluate([policy], action, resource, &context));
        let reason = match (by_role, by_session) {
            (Decision::Allowed, None | Some(Decision::Allowed)) => return Ok(()),
            (Decision::ExplicitlyDenied, _) => "with an explicit deny in an identity-based policy".to_owned(),
            (_, Some(Decision::ExplicitlyDenied)) => "with an explicit deny in a session policy".to_owned(),
            (Decision::ImplicitlyDenied, _) => {
                format!("because no identity-based policy allows the {action} action")
            }
            (_, Some(Decision::ImplicitlyDenied)) => {
                format!("because no session policy allows the {action} action")
            }
        };
        Err(AccessDenied(format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} {reason}",
            self.principal.arn()
        )))
    }
}

impl From<AccessDenied> for AwsError {
    /// The message of IAM, STS and S3.
    fn from(denied: AccessDenied) -> Self {
        Self::new("AccessDenied", denied.0).with_status(StatusCode::FORBIDDEN)
    }
}

fn context(account: &Account, request: &Request, principal: &Principal) -> Context {
    let now = account.clock.now();
    let mut context = Context::default();
    context.set("aws:CurrentTime", rfc3339(now));
    context.set("aws:EpochTime", unix_seconds(now).to_string());
    context.set("aws:SecureTransport", "false");
    context.set("aws:SourceIp", "127.0.0.1");
    context.set("aws:RequestedRegion", account.region.as_str());
    context.set("aws:PrincipalAccount", ACCOUNT_ID);
    context.set("aws:userid", principal.user_id());
    if let Some(agent) = request.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()) {
        context.set("aws:UserAgent", agent);
    }
    match principal {
        Principal::Root => {
            context.set("aws:PrincipalType", "Account");
            context.set("aws:PrincipalArn", principal.arn());
        }
        Principal::Session(session) => {
            context.set("aws:PrincipalType", "AssumedRole");
            context.set("aws:PrincipalArn", session.role_arn.as_str());
            context.extend(&session.context);
        }
    }
    context
}

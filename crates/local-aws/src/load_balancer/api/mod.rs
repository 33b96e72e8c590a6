//! Elastic Load Balancing's API, version 2, over the query protocol.

mod listeners;
mod load_balancers;
mod rules;
mod target_groups;
#[cfg(test)]
mod tests;

use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    account::{ACCOUNT_ID, Account},
    caller::Caller,
    error::AwsError,
    exchange::{Request, Response},
    iam::Context,
    model,
    query_protocol::{self, Parameters, validation_error},
};

/// A verified request.
struct Call<'a> {
    account: &'a Account,
    request: &'a Request,
    caller: Caller,
    input: Value,
}

pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    query_protocol::response(request, operate(account, request))
}

fn operate(account: &Account, request: &Request) -> Result<Value, AwsError> {
    let caller = Caller::of(account, request)?;
    let parameters = Parameters::of(request);
    let action = format!("elasticloadbalancing:{}", request.operation);
    let resource = resource(account, request, &parameters);
    caller.authorize(account, &action, &resource, &Context::default()).map_err(AwsError::from)?;
    let input = model::query_input("elbv2", &request.operation, &parameters)?;
    let call = Call { account, request, caller, input };
    match request.operation.as_str() {
        "CreateLoadBalancer" => load_balancers::create(&call),
        "DescribeLoadBalancers" => load_balancers::describe(&call),
        "DeleteLoadBalancer" => load_balancers::delete(&call),
        "CreateTargetGroup" => target_groups::create(&call),
        "DescribeTargetGroups" => target_groups::describe(&call),
        "DeleteTargetGroup" => target_groups::delete(&call),
        "RegisterTargets" => target_groups::register(&call),
        "DeregisterTargets" => target_groups::deregister(&call),
        "CreateListener" => listeners::create(&call),
        "DescribeListeners" => listeners::describe(&call),
        "DeleteListener" => listeners::delete(&call),
        "CreateRule" => rules::create(&call),
        "DescribeRules" => rules::describe(&call),
        "ModifyRule" => rules::modify(&call),
        "DeleteRule" => rules::delete(&call),
        operation => Err(AwsError::new(
            "InvalidAction",
            format!("Could not find operation {operation} for version 2015-12-01"),
        )),
    }
}

/// The resource that a policy names for the operation.
fn resource(account: &Account, request: &Request, parameters: &Parameters) -> String {
    let named = |kind: &str| format!("{}*", arn(account, kind, parameters.optional("Name").unwrap_or("*")));
    match request.operation.as_str() {
        "CreateLoadBalancer" => named("loadbalancer/app"),
        "CreateTargetGroup" => named("targetgroup"),
        operation if operation.starts_with("Describe") => "*".to_owned(),
        _ => ["LoadBalancerArn", "ListenerArn", "RuleArn", "TargetGroupArn"]
            .iter()
            .find_map(|name| parameters.optional(name))
            .unwrap_or("*")
            .to_owned(),
    }
}

impl Call<'_> {
    /// # Errors
    /// `NotImplemented`, status 501, for a parameter of AWS that local-aws does not know.
    fn input<T: DeserializeOwned>(&self) -> Result<T, AwsError> {
        serde_json::from_value(self.input.clone()).map_err(|error| {
            let message = format!("local-aws does not know this of {}: {error}", self.request.operation);
            AwsError::new("NotImplemented", message).with_status(StatusCode::NOT_IMPLEMENTED)
        })
    }

    /// The host and the port of this server, as the caller knows them.
    fn host(&self) -> &str {
        let host = self.request.headers.get(header::HOST);
        host.and_then(|host| host.to_str().ok()).unwrap_or_default()
    }
}

/// The beginning of an ARN, up to the id that AWS generates.
fn arn(account: &Account, kind: &str, name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{}:{ACCOUNT_ID}:{kind}/{name}/", account.region)
}

fn new_id() -> String {
    hex::encode(rand::random::<[u8; 8]>())
}

/// # Errors
/// `ValidationError` for a text that is no ARN of the kind, such as `listener`.
fn check_arn(arn: &str, kind: &str, what: &str) -> Result<(), AwsError> {
    let rest = arn.strip_prefix("arn:aws:elasticloadbalancing:");
    if rest
        .and_then(|rest| rest.splitn(3, ':').nth(2))
        .is_some_and(|rest| rest.starts_with(&format!("{kind}/")))
    {
        return Ok(());
    }
    Err(validation_error(format!("'{arn}' is not a valid {what} ARN")))
}

/// # Errors
/// `ValidationError` for a name that ELBv2 refuses.
fn check_name(name: &str, member: &str) -> Result<(), AwsError> {
    const LONGEST: usize = 32;
    const PATTERN: &str = "(?!^-)(?!.*-$)^[A-Za-z0-9-]+$";

    let violated = |constraint: String| {
        validation_error(format!(
            "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: {constraint}"
        ))
    };
    if name.chars().count() > LONGEST {
        return Err(violated(format!("Member must have length less than or equal to {LONGEST}")));
    }
    let is_name = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if !is_name || name.starts_with('-') || name.ends_with('-') {
        return Err(violated(format!("Member must satisfy regular expression pattern: {PATTERN}")));
    }
    Ok(())
}

fn no_load_balancer() -> AwsError {
    AwsError::new("LoadBalancerNotFound", "One or more load balancers not found")
}

fn no_target_group() -> AwsError {
    AwsError::new("TargetGroupNotFound", "One or more target groups not found")
}

fn no_listener() -> AwsError {
    AwsError::new("ListenerNotFound", "One or more listeners not found")
}

fn no_rule() -> AwsError {
    AwsError::new("RuleNotFound", "One or more rules not found")
}

//! Listeners.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        action::Action,
        state::{Listener, LoadBalancer, Rule},
    },
    Call, check_arn, new_id, no_listener, no_load_balancer, rules,
};
use crate::{error::AwsError, query_protocol::validation_error};

const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";
const MOST_LISTENERS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    load_balancer_arn: String,
    protocol: Option<String>,
    port: Option<u16>,
    ssl_policy: Option<String>,
    #[serde(default)]
    certificates: Vec<Certificate>,
    default_actions: Vec<Action>,
    #[serde(default)]
    _tags: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Certificate {
    certificate_arn: Option<String>,
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Create = call.input()?;
    check_arn(&input.load_balancer_arn, "loadbalancer", "load balancer")?;
    let missing = |what: &str| validation_error(format!("A listener {what} must be specified"));
    let port = input.port.ok_or_else(|| missing("port"))?;
    let is_https = match input.protocol.as_deref().ok_or_else(|| missing("protocol"))? {
        "HTTPS" => true,
        "HTTP" => false,
        other => {
            let message = format!("Protocol '{other}' must be one of 'HTTPS, HTTP'");
            return Err(AwsError::new("UnsupportedProtocol", message));
        }
    };
    let certificate = certificate(&input, is_https)?;
    let actions = rules::checked_actions(call, input.default_actions, is_https)?;

    let mut state = call.account.load_balancers.lock();
    rules::check_target_groups(&state, &actions, &input.load_balancer_arn)?;
    let arn = &input.load_balancer_arn;
    let balancer = state.load_balancers.values_mut().find(|balancer| balancer.arn == *arn);
    let balancer = balancer.ok_or_else(no_load_balancer)?;
    let ssl_policy = is_https.then(|| input.ssl_policy.unwrap_or_else(|| DEFAULT_SSL_POLICY.to_owned()));
    if let Some(existing) = balancer.listeners.get(&port) {
        let is_same = existing.is_https == is_https
            && existing.certificate == certificate
            && existing.ssl_policy == ssl_policy
            && existing.default_rule.actions == actions;
        if !is_same {
            let message = format!("A listener already exists on this port for this load balancer '{arn}'");
            return Err(AwsError::new("DuplicateListener", message));
        }
        return Ok(json!({ "Listeners": [describe_one(balancer, port, existing)] }));
    }
    if balancer.listeners.len() >= MOST_LISTENERS {
        let message = format!("A load balancer can only have '{MOST_LISTENERS}' listeners");
        return Err(AwsError::new("TooManyListeners", message));
    }
    let listener_arn = format!("{}/{}", arn.replacen(":loadbalancer/", ":listener/", 1), new_id());
    let default_rule = Rule { arn: rules::new_arn(&listener_arn), conditions: Vec::new(), actions };
    let listener = Listener {
        arn: listener_arn,
        is_https,
        certificate,
        ssl_policy,
        default_rule,
        rules: BTreeMap::new(),
    };
    let answer = json!({ "Listeners": [describe_one(balancer, port, &listener)] });
    balancer.listeners.insert(port, listener);
    Ok(answer)
}

/// The certificate of an HTTPS listener. There is no Certificate Manager here, so any one counts as right.
fn certificate(input: &Create, is_https: bool) -> Result<Option<String>, AwsError> {
    let refused = |message: &str| Err(validation_error(message.to_owned()));
    match (&input.certificates[..], is_https) {
        ([], false) if input.ssl_policy.is_some() => {
            refused("An SSL policy can only be specified for HTTPS listeners")
        }
        ([], false) => Ok(None),
        (_, false) => refused("Certificates can only be specified for HTTPS listeners"),
        ([], true) => refused("A certificate must be specified for HTTPS listeners"),
        ([Certificate { certificate_arn: Some(arn) }], true) => {
            if !arn.starts_with("arn:aws:acm:") && !arn.starts_with("arn:aws:iam:") {
                let message = format!("Certificate ARN '{arn}' is not valid");
                return Err(AwsError::new("CertificateNotFound", message));
            }
            Ok(Some(arn.clone()))
        }
        _ => refused("Exactly one certificate with its ARN must be specified"),
    }
}

pub(super) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Describe {
        load_balancer_arn: Option<String>,
        #[serde(default)]
        listener_arns: Vec<String>,
    }
    let Describe { load_balancer_arn: user, listener_arns: arns } = call.input()?;
    if user.is_some() != arns.is_empty() {
        return Err(validation_error(
            "You must specify either listener ARNs or a load balancer ARN".to_owned(),
        ));
    }
    let state = call.account.load_balancers.lock();
    if let Some(arn) = &user {
        check_arn(arn, "loadbalancer", "load balancer")?;
        state.load_balancer(arn).ok_or_else(no_load_balancer)?;
    }
    let balancers = || state.load_balancers.values();
    for arn in &arns {
        check_arn(arn, "listener", "listener")?;
        let mut listeners = balancers().flat_map(|balancer| balancer.listeners.values());
        if !listeners.any(|listener| listener.arn == *arn) {
            return Err(no_listener());
        }
    }
    let of_balancer = |balancer: &LoadBalancer| -> Vec<Value> {
        let is_wanted = |(_, listener): &(&u16, &Listener)| {
            user.as_ref() == Some(&balancer.arn) || arns.contains(&listener.arn)
        };
        let found = balancer.listeners.iter().filter(is_wanted);
        found.map(|(port, listener)| describe_one(balancer, *port, listener)).collect()
    };
    Ok(json!({ "Listeners": balancers().flat_map(of_balancer).collect::<Vec<_>>() }))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Delete {
        listener_arn: String,
    }
    let Delete { listener_arn: arn } = call.input()?;
    check_arn(&arn, "listener", "listener")?;
    let mut state = call.account.load_balancers.lock();
    state.listener_mut(&arn).ok_or_else(no_listener)?;
    for balancer in state.load_balancers.values_mut() {
        balancer.listeners.retain(|_, listener| listener.arn != arn);
    }
    Ok(json!({}))
}

fn describe_one(balancer: &LoadBalancer, port: u16, listener: &Listener) -> Value {
    let certificate = listener.certificate.as_ref().map(|arn| json!([{ "CertificateArn": arn }]));
    json!({
        "ListenerArn": listener.arn,
        "LoadBalancerArn": balancer.arn,
        "Port": port,
        "Protocol": if listener.is_https { "HTTPS" } else { "HTTP" },
        "Certificates": certificate,
        "SslPolicy": listener.ssl_policy,
        "DefaultActions": listener.default_rule.actions.iter().map(Action::describe).collect::<Vec<_>>(),
    })
}

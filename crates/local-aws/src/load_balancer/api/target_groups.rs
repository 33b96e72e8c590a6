//! Target groups: servers on this machine.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::state::{State, TargetGroup},
    Call, arn, check_arn, check_name, new_id, no_target_group,
};
use crate::{error::AwsError, query_protocol::validation_error};

/// The only address of a target.
const THIS_MACHINE: &str = "127.0.0.1";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    name: String,
    protocol: Option<Protocol>,
    #[serde(default)]
    _protocol_version: ProtocolVersion,
    port: Option<u16>,
    vpc_id: Option<String>,
    target_type: Option<TargetType>,
    #[serde(default)]
    _ip_address_type: IpAddressType,
    #[serde(default)]
    _tags: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Protocol {
    Http,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ProtocolVersion {
    #[default]
    Http1,
}

/// There are no instances, functions, and load balancers behind load balancers here.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum TargetType {
    Ip,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum IpAddressType {
    #[default]
    Ipv4,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Registration {
    target_group_arn: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Target {
    id: String,
    port: Option<u16>,
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Create = call.input()?;
    check_name(&input.name, "targetGroupName")?;
    let missing = |what: &str| validation_error(format!("A {what} must be specified"));
    let _: Protocol = input.protocol.ok_or_else(|| missing("protocol"))?;
    let port = input.port.ok_or_else(|| missing("port"))?;
    let vpc_id = input.vpc_id.ok_or_else(|| missing("VPC ID"))?;
    if input.target_type.is_none() {
        let message =
            "local-aws has no targets of the type instance, which is the default. The type ip is there.";
        return Err(AwsError::new("NotImplemented", message).with_status(http::StatusCode::NOT_IMPLEMENTED));
    }
    let mut state = call.account.load_balancers.lock();
    if let Some(existing) = state.target_groups.get(&input.name) {
        if existing.port != port || existing.vpc_id != vpc_id {
            return Err(AwsError::new(
                "DuplicateTargetGroupName",
                format!(
                    "A target group with the same name '{}' exists, but with different settings",
                    input.name
                ),
            ));
        }
        return Ok(json!({ "TargetGroups": [describe_one(&state, existing)] }));
    }
    let arn = arn(call.account, "targetgroup", &input.name) + &new_id();
    let group = TargetGroup::new(arn, input.name, port, vpc_id);
    let answer = json!({ "TargetGroups": [describe_one(&state, &group)] });
    state.target_groups.insert(group.name.clone(), group);
    Ok(answer)
}

pub(super) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Describe {
        load_balancer_arn: Option<String>,
        #[serde(default)]
        target_group_arns: Vec<String>,
        #[serde(default)]
        names: Vec<String>,
    }
    let Describe { load_balancer_arn: user, target_group_arns: arns, names } = call.input()?;
    let state = call.account.load_balancers.lock();
    for arn in &arns {
        check_arn(arn, "targetgroup", "target group")?;
    }
    if let Some(user) = &user {
        check_arn(user, "loadbalancer", "load balancer")?;
        state.load_balancer(user).ok_or_else(super::no_load_balancer)?;
    }
    let groups = || state.target_groups.values();
    let is_unknown = |arn: &String| !groups().any(|group| group.arn == *arn);
    if names.iter().any(|name| !state.target_groups.contains_key(name)) || arns.iter().any(is_unknown) {
        return Err(no_target_group());
    }
    let is_wanted = |group: &&TargetGroup| {
        user.as_ref().is_none_or(|user| state.users_of(&group.arn).contains(user))
            && (arns.is_empty() || arns.contains(&group.arn))
            && (names.is_empty() || names.contains(&group.name))
    };
    let found = groups().filter(is_wanted).map(|group| describe_one(&state, group));
    Ok(json!({ "TargetGroups": found.collect::<Vec<_>>() }))
}

/// Deletes the target group. Deleting one that is not there succeeds, as at AWS.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Delete {
        target_group_arn: String,
    }
    let Delete { target_group_arn: arn } = call.input()?;
    check_arn(&arn, "targetgroup", "target group")?;
    let mut state = call.account.load_balancers.lock();
    if !state.users_of(&arn).is_empty() {
        let message = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(AwsError::new("ResourceInUse", message));
    }
    state.target_groups.retain(|_, group| group.arn != arn);
    Ok(json!({}))
}

pub(super) fn register(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Registration = call.input()?;
    let mut state = call.account.load_balancers.lock();
    let (group, ports) = registration(&mut state, &input)?;
    for port in ports {
        if !group.targets.contains(&port) {
            group.targets.push(port);
        }
    }
    Ok(json!({}))
}

pub(super) fn deregister(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Registration = call.input()?;
    let mut state = call.account.load_balancers.lock();
    let (group, ports) = registration(&mut state, &input)?;
    group.targets.retain(|port| !ports.contains(port));
    Ok(json!({}))
}

/// The target group, and the ports of the targets.
fn registration<'a>(
    state: &'a mut State,
    input: &Registration,
) -> Result<(&'a mut TargetGroup, Vec<u16>), AwsError> {
    check_arn(&input.target_group_arn, "targetgroup", "target group")?;
    let group = state.target_group_mut(&input.target_group_arn).ok_or_else(no_target_group)?;
    if input.targets.is_empty() {
        return Err(validation_error("At least one target must be specified".to_owned()));
    }
    if let Some(target) = input.targets.iter().find(|target| target.id != THIS_MACHINE) {
        let message = format!(
            "The IP address '{}' is not {THIS_MACHINE}, which local-aws forwards to alone",
            target.id
        );
        return Err(AwsError::new("InvalidTarget", message));
    }
    let ports = input.targets.iter().map(|target| target.port.unwrap_or(group.port)).collect();
    Ok((group, ports))
}

fn describe_one(state: &State, group: &TargetGroup) -> Value {
    json!({
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": "HTTP",
        "ProtocolVersion": "HTTP1",
        "Port": group.port,
        "VpcId": group.vpc_id,
        "HealthCheckEnabled": false,
        "LoadBalancerArns": state.users_of(&group.arn),
        "TargetType": "ip",
        "IpAddressType": "ipv4",
    })
}

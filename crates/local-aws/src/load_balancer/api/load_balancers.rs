//! Load balancers.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::PATH, super::state::LoadBalancer, Call, arn, check_arn, check_name, new_id, no_load_balancer,
};
use crate::{clock::rfc3339, error::AwsError, query_protocol::validation_error};

/// The VPC of every load balancer.
const VPC: &str = "vpc-00000000000000000";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    name: String,
    #[serde(default)]
    subnets: Vec<String>,
    #[serde(default)]
    security_groups: Vec<String>,
    #[serde(default = "internet_facing")]
    scheme: String,
    #[serde(default, rename = "Type")]
    _type: LoadBalancerType,
    #[serde(default)]
    _ip_address_type: IpAddressType,
    #[serde(default)]
    _tags: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LoadBalancerType {
    #[default]
    Application,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum IpAddressType {
    #[default]
    Ipv4,
}

fn internet_facing() -> String {
    "internet-facing".to_owned()
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Create = call.input()?;
    check_name(&input.name, "loadBalancerName")?;
    if input.name.starts_with("internal-") {
        return Err(validation_error("The load balancer name cannot begin with 'internal-'".to_owned()));
    }
    if format!("{PATH}{}/", input.name) == super::super::PUBLIC_KEYS {
        let message = format!("local-aws needs the name {} for itself.", input.name);
        return Err(AwsError::new("NotImplemented", message).with_status(StatusCode::NOT_IMPLEMENTED));
    }
    if let Some(subnet) = input.subnets.iter().find(|subnet| !subnet.starts_with("subnet-")) {
        return Err(AwsError::new("SubnetNotFound", format!("The subnet ID '{subnet}' is not valid")));
    }
    if input.subnets.iter().collect::<BTreeSet<_>>().len() < 2 {
        return Err(validation_error(
            "At least two subnets in two different Availability Zones must be specified".to_owned(),
        ));
    }
    let mut state = call.account.load_balancers.lock();
    if let Some(existing) = state.load_balancers.get(&input.name) {
        let is_same = existing.scheme == input.scheme
            && existing.subnets == input.subnets
            && existing.security_groups == input.security_groups;
        if !is_same {
            return Err(AwsError::new(
                "DuplicateLoadBalancerName",
                format!(
                    "A load balancer with the same name '{}' exists, but with different settings",
                    input.name
                ),
            ));
        }
        return Ok(json!({ "LoadBalancers": [describe_one(call, existing)] }));
    }
    let balancer = LoadBalancer {
        arn: arn(call.account, "loadbalancer/app", &input.name) + &new_id(),
        name: input.name,
        created: call.account.clock.now(),
        scheme: input.scheme,
        subnets: input.subnets,
        security_groups: input.security_groups,
        listeners: BTreeMap::new(),
    };
    let answer = json!({ "LoadBalancers": [describe_one(call, &balancer)] });
    state.load_balancers.insert(balancer.name.clone(), balancer);
    Ok(answer)
}

pub(super) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Describe {
        #[serde(default)]
        load_balancer_arns: Vec<String>,
        #[serde(default)]
        names: Vec<String>,
    }
    let Describe { load_balancer_arns: arns, names } = call.input()?;
    let state = call.account.load_balancers.lock();
    for arn in &arns {
        check_arn(arn, "loadbalancer", "load balancer")?;
        state.load_balancer(arn).ok_or_else(no_load_balancer)?;
    }
    let unknown: Vec<_> =
        names.iter().filter(|name| !state.load_balancers.contains_key(*name)).map(String::as_str).collect();
    if !unknown.is_empty() {
        let message = format!("Load balancers '[{}]' not found", unknown.join(", "));
        return Err(AwsError::new("LoadBalancerNotFound", message));
    }
    let is_wanted = |balancer: &&LoadBalancer| {
        arns.is_empty() && names.is_empty() || arns.contains(&balancer.arn) || names.contains(&balancer.name)
    };
    let found = state.load_balancers.values().filter(is_wanted);
    Ok(json!({ "LoadBalancers": found.map(|balancer| describe_one(call, balancer)).collect::<Vec<_>>() }))
}

/// Deletes the load balancer with its listeners. Deleting one that is not there succeeds, as at AWS.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Delete {
        load_balancer_arn: String,
    }
    let Delete { load_balancer_arn: arn } = call.input()?;
    check_arn(&arn, "loadbalancer", "load balancer")?;
    call.account.load_balancers.lock().load_balancers.retain(|_, balancer| balancer.arn != arn);
    Ok(json!({}))
}

fn describe_one(call: &Call<'_>, balancer: &LoadBalancer) -> Value {
    let zone = |(subnet, letter): (&String, char)| json!({ "ZoneName": format!("{}{letter}", call.account.region), "SubnetId": subnet });
    let zones: Vec<_> = balancer.subnets.iter().zip('a'..='z').map(zone).collect();
    json!({
        "LoadBalancerArn": balancer.arn,
        // AWS has a host name here; this server has one port for all hosts, and therefore a path.
        "DNSName": format!("{}{PATH}{}", call.host(), balancer.name),
        "CreatedTime": rfc3339(balancer.created),
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": VPC,
        "State": { "Code": "active" },
        "Type": "application",
        "AvailabilityZones": zones,
        "SecurityGroups": balancer.security_groups,
        "IpAddressType": "ipv4",
    })
}

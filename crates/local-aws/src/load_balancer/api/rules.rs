//! Rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        action::{self, Action, AuthenticateCognito},
        condition::{self, Condition, ConditionInput},
        state::{Rule, State},
    },
    Call, check_arn, new_id, no_listener, no_rule, no_target_group,
};
use crate::{error::AwsError, iam::Context, query_protocol::validation_error};

const MOST_RULES: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    listener_arn: String,
    conditions: Vec<ConditionInput>,
    priority: u32,
    actions: Vec<Action>,
    #[serde(default)]
    _tags: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Modify {
    rule_arn: String,
    conditions: Option<Vec<ConditionInput>>,
    actions: Option<Vec<Action>>,
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Create = call.input()?;
    check_arn(&input.listener_arn, "listener", "listener")?;
    let conditions = condition::check(input.conditions)?;
    let is_https = {
        let mut state = call.account.load_balancers.lock();
        state.listener_mut(&input.listener_arn).ok_or_else(no_listener)?.is_https
    };
    let actions = checked_actions(call, input.actions, is_https)?;

    let mut state = call.account.load_balancers.lock();
    check_target_groups(&state, &actions, &load_balancer_of(&input.listener_arn))?;
    let listener = state.listener_mut(&input.listener_arn).ok_or_else(no_listener)?;
    if listener.rules.contains_key(&input.priority) {
        let message = format!("Priority '{}' is currently in use", input.priority);
        return Err(AwsError::new("PriorityInUse", message));
    }
    if listener.rules.len() >= MOST_RULES {
        let message = format!("A listener can only have '{MOST_RULES}' rules");
        return Err(AwsError::new("TooManyRules", message));
    }
    let rule = Rule { arn: new_arn(&listener.arn), conditions, actions };
    let answer = json!({ "Rules": [describe_one(Some(input.priority), &rule)] });
    listener.rules.insert(input.priority, rule);
    Ok(answer)
}

pub(super) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Describe {
        listener_arn: Option<String>,
        #[serde(default)]
        rule_arns: Vec<String>,
    }
    let Describe { listener_arn, rule_arns } = call.input()?;
    if listener_arn.is_some() != rule_arns.is_empty() {
        return Err(validation_error(
            "You must specify either listener rule ARNs or a listener ARN".to_owned(),
        ));
    }
    let mut state = call.account.load_balancers.lock();
    let mut found = Vec::new();
    if let Some(arn) = listener_arn {
        check_arn(&arn, "listener", "listener")?;
        let listener = state.listener_mut(&arn).ok_or_else(no_listener)?;
        found.extend(listener.all_rules().map(|(priority, rule)| describe_one(priority, rule)));
    }
    for arn in rule_arns {
        check_arn(&arn, "listener-rule", "listener rule")?;
        let listener = state.listener_with_rule_mut(&arn).ok_or_else(no_rule)?;
        let its = listener.all_rules().filter(|(_, rule)| rule.arn == arn);
        found.extend(its.map(|(priority, rule)| describe_one(priority, rule)));
    }
    Ok(json!({ "Rules": found }))
}

pub(super) fn modify(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Modify = call.input()?;
    let arn = &input.rule_arn;
    check_arn(arn, "listener-rule", "listener rule")?;
    if input.conditions.is_none() && input.actions.is_none() {
        return Err(validation_error("Either conditions or actions must be specified".to_owned()));
    }
    let conditions = input.conditions.map(condition::check).transpose()?;
    let (is_https, listener) = {
        let mut state = call.account.load_balancers.lock();
        let listener = state.listener_with_rule_mut(arn).ok_or_else(no_rule)?;
        (listener.is_https, listener.arn.clone())
    };
    let actions = input.actions.map(|actions| checked_actions(call, actions, is_https)).transpose()?;

    let mut state = call.account.load_balancers.lock();
    check_target_groups(&state, actions.as_deref().unwrap_or_default(), &load_balancer_of(&listener))?;
    let listener = state.listener_with_rule_mut(arn).ok_or_else(no_rule)?;
    let rule = listener.rules.iter_mut().find(|(_, rule)| rule.arn == *arn);
    let (priority, rule) = rule.ok_or_else(|| default_rule(arn, "modified"))?;
    rule.replace(conditions, actions);
    Ok(json!({ "Rules": [describe_one(Some(*priority), rule)] }))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Delete {
        rule_arn: String,
    }
    let Delete { rule_arn: arn } = call.input()?;
    check_arn(&arn, "listener-rule", "listener rule")?;
    let mut state = call.account.load_balancers.lock();
    let listener = state.listener_with_rule_mut(&arn).ok_or_else(no_rule)?;
    if listener.default_rule.arn == arn {
        return Err(default_rule(&arn, "deleted"));
    }
    listener.rules.retain(|_, rule| rule.arn != arn);
    Ok(json!({}))
}

fn default_rule(arn: &str, what: &str) -> AwsError {
    AwsError::new("OperationNotPermitted", format!("Default rule '{arn}' cannot be {what}"))
}

impl Rule {
    fn replace(&mut self, conditions: Option<Vec<Condition>>, actions: Option<Vec<Action>>) {
        if let Some(conditions) = conditions {
            self.conditions = conditions;
        }
        if let Some(actions) = actions {
            self.actions = actions;
        }
    }
}

/// The ARN of a new rule of the listener.
pub(super) fn new_arn(listener: &str) -> String {
    format!("{}/{}", listener.replacen(":listener/", ":listener-rule/", 1), new_id())
}

/// The ARN of the listener's load balancer.
fn load_balancer_of(listener: &str) -> String {
    let (balancer, _) = listener.rsplit_once('/').unwrap_or((listener, ""));
    balancer.replacen(":listener/", ":loadbalancer/", 1)
}

/// # Errors
/// Those of [`action::check`], and `InvalidLoadBalancerAction` for a user pool that cannot sign people in for a load balancer.
pub(super) fn checked_actions(
    call: &Call<'_>,
    actions: Vec<Action>,
    is_https: bool,
) -> Result<Vec<Action>, AwsError> {
    let actions = action::check(actions, is_https)?;
    for config in actions.iter().filter_map(|action| action.authenticate_cognito_config.as_ref()) {
        check_user_pool(call, config)?;
    }
    Ok(actions)
}

/// ELBv2 looks at the app client with the caller's permissions.
fn check_user_pool(call: &Call<'_>, config: &AuthenticateCognito) -> Result<(), AwsError> {
    let refused = |message: String| AwsError::new("InvalidLoadBalancerAction", message);
    let action = "cognito-idp:DescribeUserPoolClient";
    let may = call.caller.authorize(call.account, action, &config.user_pool_arn, &Context::default());
    may.map_err(|_| refused("User is not authorized to perform 'describeUserPoolClient'".to_owned()))?;
    let pool = config.user_pool_id().ok_or_else(|| {
        validation_error(format!("'{}' is not a valid user pool ARN", config.user_pool_arn))
    })?;
    let pools = &call.account.user_pools;
    pools.check_load_balancer(pool, &config.user_pool_client_id, config.domain()).map_err(refused)
}

/// # Errors
/// `TargetGroupNotFound`, and `TargetGroupAssociationLimit` for a target group of another load balancer.
pub(super) fn check_target_groups(
    state: &State,
    actions: &[Action],
    load_balancer: &str,
) -> Result<(), AwsError> {
    let known: BTreeMap<_, _> =
        state.target_groups.values().map(|group| (group.arn.as_str(), group)).collect();
    for arn in actions.iter().filter_map(Action::target_group) {
        check_arn(arn, "targetgroup", "target group")?;
        if !known.contains_key(arn) {
            return Err(no_target_group());
        }
        if state.users_of(arn).iter().any(|user| user != load_balancer) {
            let message = format!(
                "The following target groups cannot be associated with more than one load balancer: {arn}"
            );
            return Err(AwsError::new("TargetGroupAssociationLimit", message));
        }
    }
    Ok(())
}

fn describe_one(priority: Option<u32>, rule: &Rule) -> Value {
    json!({
        "RuleArn": rule.arn,
        "Priority": priority.map_or_else(|| "default".to_owned(), |priority| priority.to_string()),
        "Conditions": rule.conditions.iter().map(Condition::describe).collect::<Vec<_>>(),
        "Actions": rule.actions.iter().map(Action::describe).collect::<Vec<_>>(),
        "IsDefault": priority.is_none(),
    })
}

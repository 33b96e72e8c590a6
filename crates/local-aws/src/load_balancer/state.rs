//! The load balancers, listeners, rules and target groups of the account.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use super::{action::Action, action::AuthenticateCognito, condition::Condition};

/// Everything that Elastic Load Balancing keeps.
#[derive(Debug, Default)]
pub(crate) struct LoadBalancers(Mutex<State>);

#[derive(Debug, Default)]
pub(super) struct State {
    /// By name, which is unique in a region.
    pub(super) load_balancers: BTreeMap<String, LoadBalancer>,
    /// By name, which is unique in a region.
    pub(super) target_groups: BTreeMap<String, TargetGroup>,
}

/// A load balancer.
#[derive(Debug)]
pub(super) struct LoadBalancer {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) created: SystemTime,
    pub(super) scheme: String,
    pub(super) subnets: Vec<String>,
    pub(super) security_groups: Vec<String>,
    /// By port.
    pub(super) listeners: BTreeMap<u16, Listener>,
}

/// A listener. All listeners speak plain HTTP here; the protocol decides which actions they may have.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) arn: String,
    pub(super) is_https: bool,
    pub(super) certificate: Option<String>,
    pub(super) ssl_policy: Option<String>,
    /// The rule for requests that fulfil the conditions of no other one.
    pub(super) default_rule: Rule,
    /// By priority.
    pub(super) rules: BTreeMap<u32, Rule>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) arn: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) actions: Vec<Action>,
}

/// Servers on this machine.
#[derive(Debug)]
pub(super) struct TargetGroup {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) vpc_id: String,
    /// The ports of the targets.
    pub(super) targets: Vec<u16>,
    /// How many requests have been forwarded: the targets take turns.
    forwarded: usize,
}

impl LoadBalancers {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The listener at `NAME:PORT` or `NAME`, with the ARN of its load balancer.
    pub(super) fn listener_at(&self, address: &str) -> Option<(String, Listener)> {
        let (name, port) = match address.split_once(':') {
            Some((name, port)) => (name, Some(port.parse().ok()?)),
            None => (address, None),
        };
        let state = self.lock();
        let balancer = state.load_balancers.get(name)?;
        Some((balancer.arn.clone(), balancer.listener(port)?.clone()))
    }

    /// The port of the target whose turn it is.
    pub(super) fn next_target(&self, target_group: &str) -> Option<u16> {
        let mut state = self.lock();
        let group = state.target_group_mut(target_group)?;
        let turn = group.forwarded.checked_rem(group.targets.len())?;
        group.forwarded = group.forwarded.wrapping_add(1);
        group.targets.get(turn).copied()
    }
}

impl State {
    pub(super) fn load_balancer(&self, arn: &str) -> Option<&LoadBalancer> {
        self.load_balancers.values().find(|balancer| balancer.arn == arn)
    }

    pub(super) fn listener_mut(&mut self, arn: &str) -> Option<&mut Listener> {
        let mut listeners =
            self.load_balancers.values_mut().flat_map(|balancer| balancer.listeners.values_mut());
        listeners.find(|listener| listener.arn == arn)
    }

    pub(super) fn target_group_mut(&mut self, arn: &str) -> Option<&mut TargetGroup> {
        self.target_groups.values_mut().find(|group| group.arn == arn)
    }

    /// The listener with this rule, which may be its default rule.
    pub(super) fn listener_with_rule_mut(&mut self, arn: &str) -> Option<&mut Listener> {
        let mut listeners =
            self.load_balancers.values_mut().flat_map(|balancer| balancer.listeners.values_mut());
        listeners.find(|listener| listener.all_rules().any(|(_, rule)| rule.arn == arn))
    }

    /// The ARNs of the load balancers whose actions forward to the target group.
    pub(super) fn users_of(&self, target_group: &str) -> Vec<String> {
        let uses = |balancer: &&LoadBalancer| {
            let mut rules = balancer.listeners.values().flat_map(Listener::all_rules);
            rules.any(|(_, rule)| {
                rule.actions.iter().any(|action| action.target_group() == Some(target_group))
            })
        };
        self.load_balancers.values().filter(uses).map(|balancer| balancer.arn.clone()).collect()
    }
}

impl LoadBalancer {
    /// The listener at a port. Without a port: at 443, or else at the lowest port.
    pub(super) fn listener(&self, port: Option<u16>) -> Option<&Listener> {
        match port {
            Some(port) => self.listeners.get(&port),
            None => self.listeners.get(&443).or_else(|| self.listeners.values().next()),
        }
    }
}

impl Listener {
    /// The rules in the order of their priorities, of which the default rule has none.
    pub(super) fn all_rules(&self) -> impl Iterator<Item = (Option<u32>, &Rule)> {
        let rules = self.rules.iter().map(|(priority, rule)| (Some(*priority), rule));
        rules.chain([(None, &self.default_rule)])
    }

    /// The rule for a request.
    pub(super) fn rule_for(&self, host: &str, path: &str) -> &Rule {
        let holds = |rule: &&Rule| rule.conditions.iter().all(|condition| condition.holds(host, path));
        self.rules.values().find(holds).unwrap_or(&self.default_rule)
    }

    /// The action `authenticate-cognito` of an app client.
    pub(super) fn authentication_by(&self, client_id: &str) -> Option<&AuthenticateCognito> {
        let mut actions = self.all_rules().flat_map(|(_, rule)| &rule.actions);
        actions.find_map(|action| {
            action
                .authenticate_cognito_config
                .as_ref()
                .filter(|config| config.user_pool_client_id == client_id)
        })
    }
}

impl TargetGroup {
    pub(super) fn new(arn: String, name: String, port: u16, vpc_id: String) -> Self {
        Self { arn, name, port, vpc_id, targets: Vec::new(), forwarded: 0 }
    }
}

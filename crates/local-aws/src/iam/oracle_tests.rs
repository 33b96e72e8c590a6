//! Tests the cases of `tests/data/iam_cases.json`, and those of `iam_generated_cases.json`, which `tests/interop/oracles/iam` generates: the
//! permission and trust policies of an identity pool's roles. It checks their expected results against another implementation of
//! IAM's policy language.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Context, Decision, Policy, PolicyKind, TrustedPrincipal, evaluate};

#[derive(Deserialize)]
struct Group {
    name: String,
    /// The policies of a role.
    #[serde(default)]
    policies: Vec<Value>,
    /// A role's trust policy.
    trust: Option<Value>,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Request {
    /// The federated principal, of requests to assume a role.
    principal: Option<String>,
    action: String,
    resource: String,
    context: Map<String, Value>,
    expect: String,
}

#[test]
fn decisions_are_those_of_another_implementation() {
    let wrong = wrong_decisions(include_str!("../../tests/data/iam_cases.json"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn generated_policies_are_decided_as_by_another_implementation() {
    let cases = include_str!("../../tests/data/iam_generated_cases.json");
    let groups: Vec<Group> = serde_json::from_str(cases).expect("a table of cases");
    let trusts = groups.iter().filter(|group| group.trust.is_some()).count();
    assert!(trusts >= 50 && groups.len() - trusts >= 50, "{trusts} of {}", groups.len());
    let wrong = wrong_decisions(cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrong_decisions(cases: &str) -> Vec<String> {
    let groups: Vec<Group> = serde_json::from_str(cases).expect("a table of cases");
    let mut wrong = Vec::new();
    for group in groups {
        for request in &group.requests {
            let decision = match group.decide(request) {
                Decision::Allowed => "Allowed",
                Decision::ExplicitlyDenied => "ExplicitlyDenied",
                Decision::ImplicitlyDenied => "ImplicitlyDenied",
            };
            if decision != request.expect {
                wrong.push(format!(
                    "{}: {} on {} with {:?}: expected {}, decided {decision}",
                    group.name, request.action, request.resource, request.context, request.expect
                ));
            }
        }
    }
    wrong
}

impl Group {
    fn decide(&self, request: &Request) -> Decision {
        let parse = |policy: &Value, kind| Policy::parse(&policy.to_string(), kind).expect("a valid policy");
        let context = context(&request.context);
        if let Some(trust) = &self.trust {
            let principal = TrustedPrincipal::Federated(request.principal.as_deref().expect("a principal"));
            return parse(trust, PolicyKind::Trust).decide_trust(principal, &request.action, &context);
        }
        let policies: Vec<Policy> =
            self.policies.iter().map(|policy| parse(policy, PolicyKind::Identity)).collect();
        evaluate(&policies, &request.action, &request.resource, &context)
    }
}

fn context(values: &Map<String, Value>) -> Context {
    let mut context = Context::default();
    for (key, value) in values {
        match value {
            Value::Array(values) => {
                context.set_list(key, values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            }
            value => context.set(key, value.as_str().expect("text")),
        }
    }
    context
}

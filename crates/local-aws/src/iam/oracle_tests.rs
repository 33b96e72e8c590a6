//! Tests the cases of `tests/data/iam_cases.json`. `tests/interop/oracles/iam` checks their expected results against another
//! implementation of IAM's policy language.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Context, Decision, Policy, PolicyKind, evaluate};

#[derive(Deserialize)]
struct Group {
    name: String,
    policies: Vec<Value>,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Request {
    action: String,
    resource: String,
    context: Map<String, Value>,
    expect: String,
}

#[test]
fn decisions_are_those_of_another_implementation() {
    let groups: Vec<Group> =
        serde_json::from_str(include_str!("../../tests/data/iam_cases.json")).expect("a table of cases");
    let mut wrong = Vec::new();
    for group in groups {
        let policies: Vec<Policy> = group
            .policies
            .iter()
            .map(|policy| Policy::parse(&policy.to_string(), PolicyKind::Identity).expect("a valid policy"))
            .collect();
        for request in group.requests {
            let decision =
                evaluate(&policies, &request.action, &request.resource, &context(&request.context));
            let decision = match decision {
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
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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

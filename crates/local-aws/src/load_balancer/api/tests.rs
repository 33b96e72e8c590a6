use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    account::Account,
    test_support::{Answer, Draft, Keys, account, load_balancing as call},
    user_pool::testing::merge,
};

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:000000000000:certificate/1";

fn balancer(changes: Value) -> Value {
    let mut input = json!({ "Name": "notes", "Subnets": ["subnet-1", "subnet-2"] });
    merge(&mut input, changes);
    input
}

fn group(changes: Value) -> Value {
    let mut input =
        json!({ "Name": "app", "Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-1", "TargetType": "ip" });
    merge(&mut input, changes);
    input
}

fn fixed(status: &str) -> Value {
    json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": status } })
}

fn listener(arn: &str, changes: Value) -> Value {
    let mut input = json!({
        "LoadBalancerArn": arn, "Protocol": "HTTPS", "Port": 443,
        "Certificates": [{ "CertificateArn": CERTIFICATE }], "DefaultActions": [fixed("404")],
    });
    merge(&mut input, changes);
    input
}

/// A rule for `/PRIORITY/*` with a fixed response.
fn rule(listener: &str, priority: u32, changes: Value) -> Value {
    let mut input = json!({
        "ListenerArn": listener, "Priority": priority, "Actions": [fixed("200")],
        "Conditions": [{ "Field": "path-pattern", "Values": [format!("/{priority}/*")] }],
    });
    merge(&mut input, changes);
    input
}

async fn get(account: &Arc<Account>, path: &str) -> u16 {
    Draft::new("GET", path).send(account).await.status.as_u16()
}

/// A load balancer `notes` with an HTTPS listener and a target group `app`. Returns their ARNs.
async fn set_up(account: &Arc<Account>) -> (String, String, String) {
    let of = async |operation: &str, input: Value, element: &str| {
        call(account, operation, input).await.expect_ok().xml(element)
    };
    let group = of("CreateTargetGroup", group(json!({})), "TargetGroupArn").await;
    let balancer = of("CreateLoadBalancer", balancer(json!({})), "LoadBalancerArn").await;
    let listener = of("CreateListener", listener(&balancer, json!({})), "ListenerArn").await;
    (balancer, listener, group)
}

#[tokio::test]
async fn what_was_created_is_described_changed_and_deleted() {
    let account = account();
    let (balancer_arn, listener_arn, group_arn) = set_up(&account).await;
    let described = call(&account, "DescribeLoadBalancers", json!({ "Names": ["notes"] })).await;
    assert_eq!(described.xml("DNSName"), "127.0.0.1:4577/_alb/notes");
    assert_eq!(described.all_xml("SubnetId"), ["subnet-1", "subnet-2"]);
    let forward = json!({ "Type": "forward", "TargetGroupArn": group_arn });
    let first = call(&account, "CreateRule", rule(&listener_arn, 7, json!({ "Actions": [forward] }))).await;
    call(&account, "CreateRule", rule(&listener_arn, 3, json!({}))).await.expect_ok();
    let rules = call(&account, "DescribeRules", json!({ "ListenerArn": listener_arn })).await;
    assert_eq!(rules.all_xml("Priority"), ["3", "7", "default"]);
    assert_eq!(rules.all_xml("Weight"), ["1"], "{}", rules.text());
    let groups = call(&account, "DescribeTargetGroups", json!({ "LoadBalancerArn": balancer_arn })).await;
    assert_eq!(groups.all_xml("TargetGroupName"), ["app"]);

    let rule_arn = first.expect_ok().xml("RuleArn");
    assert_eq!(get(&account, "/_alb/notes/7/a").await, 503, "no targets");
    let paths = json!({ "Field": "path-pattern", "PathPatternConfig": { "Values": ["/x", "/y"] } });
    let modified = call(&account, "ModifyRule", json!({ "RuleArn": rule_arn, "Conditions": [paths] })).await;
    assert_eq!(modified.expect_ok().xml("Priority"), "7");
    for (path, status) in [("/7/a", 404), ("/x", 503), ("/y", 503), ("/3/", 200), ("", 404), ("/oauth2", 404)]
    {
        assert_eq!(get(&account, &format!("/_alb/notes{path}")).await, status, "{path}");
        assert_eq!(get(&account, &format!("/_alb/notes:443{path}")).await, status, "{path}");
    }

    call(&account, "DeleteTargetGroup", json!({ "TargetGroupArn": group_arn }))
        .await
        .expect_error(400, "ResourceInUse");
    call(&account, "DeleteRule", json!({ "RuleArn": rule_arn })).await.expect_ok();
    call(&account, "DeleteRule", json!({ "RuleArn": rule_arn })).await.expect_error(400, "RuleNotFound");
    let default = rules.all_xml("RuleArn").remove(2);
    call(&account, "DeleteRule", json!({ "RuleArn": default }))
        .await
        .expect_error(400, "OperationNotPermitted");
    call(&account, "DeleteTargetGroup", json!({ "TargetGroupArn": group_arn })).await.expect_ok();
    call(&account, "DeleteListener", json!({ "ListenerArn": listener_arn })).await.expect_ok();
    assert_eq!(get(&account, "/_alb/notes/3/").await, 404);
    call(&account, "DeleteLoadBalancer", json!({ "LoadBalancerArn": balancer_arn })).await.expect_ok();
    call(&account, "DeleteLoadBalancer", json!({ "LoadBalancerArn": balancer_arn })).await.expect_ok();
    let gone = call(&account, "DescribeLoadBalancers", json!({ "Names": ["notes"] })).await;
    let messages = gone.expect_error(400, "LoadBalancerNotFound").all_xml("Message");
    assert_eq!(messages, ["Load balancers '[notes]' not found"]);
}

#[tokio::test]
async fn creating_the_same_again_succeeds_and_something_else_of_that_name_does_not() {
    let account = account();
    let (balancer_arn, listener_arn, group_arn) = set_up(&account).await;
    assert_eq!(set_up(&account).await, (balancer_arn.clone(), listener_arn.clone(), group_arn.clone()));
    let other = balancer(json!({ "Scheme": "internal" }));
    call(&account, "CreateLoadBalancer", other).await.expect_error(400, "DuplicateLoadBalancerName");
    let other = group(json!({ "Port": 1 }));
    call(&account, "CreateTargetGroup", other).await.expect_error(400, "DuplicateTargetGroupName");
    let other = listener(&balancer_arn, json!({ "DefaultActions": [fixed("500")] }));
    call(&account, "CreateListener", other).await.expect_error(400, "DuplicateListener");
    call(&account, "CreateRule", rule(&listener_arn, 1, json!({}))).await.expect_ok();
    let taken = call(&account, "CreateRule", rule(&listener_arn, 1, json!({}))).await;
    let messages = taken.expect_error(400, "PriorityInUse").all_xml("Message");
    assert_eq!(messages, ["Priority '1' is currently in use"]);

    let forward = json!({ "Actions": [{ "Type": "forward", "TargetGroupArn": group_arn }] });
    call(&account, "CreateRule", rule(&listener_arn, 2, forward.clone())).await.expect_ok();
    let second = call(&account, "CreateLoadBalancer", balancer(json!({ "Name": "second" }))).await;
    let second = call(&account, "CreateListener", listener(&second.xml("LoadBalancerArn"), json!({}))).await;
    let shared = call(&account, "CreateRule", rule(&second.xml("ListenerArn"), 1, forward)).await;
    shared.expect_error(400, "TargetGroupAssociationLimit");
}

#[tokio::test]
async fn targets_take_turns() {
    let account = account();
    let (_, listener_arn, group_arn) = set_up(&account).await;
    let forward = json!({ "Actions": [{ "Type": "forward", "ForwardConfig": { "TargetGroups": [{ "TargetGroupArn": group_arn }] } }] });
    call(&account, "CreateRule", rule(&listener_arn, 1, forward)).await.expect_ok();
    // The first one is the echo; nothing listens at the port of the second one.
    let targets = json!([{ "Id": "127.0.0.1", "Port": 4577 }, { "Id": "127.0.0.1", "Port": 1 }]);
    let register = |targets: &Value| json!({ "TargetGroupArn": group_arn, "Targets": targets });
    call(&account, "RegisterTargets", register(&targets)).await.expect_ok();
    call(&account, "RegisterTargets", register(&targets)).await.expect_ok();
    for status in [200, 502, 200, 502] {
        assert_eq!(get(&account, "/_alb/notes/1/").await, status);
    }
    call(&account, "DeregisterTargets", register(&json!([targets[1]]))).await.expect_ok();
    for status in [200, 200] {
        assert_eq!(get(&account, "/_alb/notes/1/").await, status);
    }
    let elsewhere = call(&account, "RegisterTargets", register(&json!([{ "Id": "10.0.0.1" }]))).await;
    elsewhere.expect_error(400, "InvalidTarget");
}

#[tokio::test]
async fn what_elbv2_refuses_is_refused() {
    let account = account();
    let (balancer_arn, listener_arn, _) = set_up(&account).await;
    let nowhere = balancer_arn.replace("/notes/", "/other/");
    let of_listener = |changes: Value| listener(&balancer_arn, changes);
    let long = "x".repeat(33);
    for (operation, input, code) in [
        ("CreateLoadBalancer", balancer(json!({ "Name": "a_b" })), "ValidationError"),
        ("CreateLoadBalancer", balancer(json!({ "Name": "-a" })), "ValidationError"),
        ("CreateLoadBalancer", balancer(json!({ "Name": long })), "ValidationError"),
        ("CreateLoadBalancer", balancer(json!({ "Name": "internal-a" })), "ValidationError"),
        ("CreateLoadBalancer", balancer(json!({ "Name": "a", "Subnets": ["subnet-1"] })), "ValidationError"),
        ("CreateLoadBalancer", balancer(json!({ "Name": "a", "Subnets": ["a", "b"] })), "SubnetNotFound"),
        ("CreateLoadBalancer", balancer(json!({ "Name": "a", "Scheme": "public" })), "ValidationError"),
        ("CreateTargetGroup", group(json!({ "Name": "under_score" })), "ValidationError"),
        ("CreateTargetGroup", group(json!({ "Port": 0 })), "ValidationError"),
        ("CreateTargetGroup", group(json!({ "VpcId": null })), "ValidationError"),
        ("CreateListener", of_listener(json!({ "Certificates": null })), "ValidationError"),
        ("CreateListener", of_listener(json!({ "Port": null })), "ValidationError"),
        ("CreateListener", of_listener(json!({ "Protocol": "TCP" })), "UnsupportedProtocol"),
        ("CreateListener", of_listener(json!({ "Protocol": "HTTP" })), "ValidationError"),
        ("CreateListener", listener("notes", json!({})), "ValidationError"),
        ("CreateListener", listener(&nowhere, json!({})), "LoadBalancerNotFound"),
        ("CreateRule", rule(&listener_arn.replace("/notes/", "/other/"), 1, json!({})), "ListenerNotFound"),
        ("CreateRule", rule(&balancer_arn, 1, json!({})), "ValidationError"),
        ("CreateRule", rule(&listener_arn, 0, json!({})), "ValidationError"),
        ("CreateRule", rule(&listener_arn, 50_001, json!({})), "ValidationError"),
        ("DescribeRules", json!({}), "ValidationError"),
        ("DescribeListeners", json!({}), "ValidationError"),
        ("ModifyRule", json!({ "RuleArn": listener_arn, "Actions": [fixed("200")] }), "ValidationError"),
        ("SetSubnets", json!({}), "InvalidAction"),
    ] {
        let answer = call(&account, operation, input.clone()).await;
        assert_eq!(answer.code(), code, "{operation} {input} {}", answer.text());
    }
}

#[tokio::test]
async fn wrong_actions_are_refused() {
    const JWKS: &str = "https://issuer.example/jwks.json";

    let account = account();
    let (balancer_arn, listener_arn, group_arn) = set_up(&account).await;
    let last = json!({ "Type": "forward", "Order": 9, "TargetGroupArn": group_arn });
    let jwt = |changes: Value| {
        let mut config = json!({ "JwksEndpoint": JWKS, "Issuer": "https://issuer.example" });
        merge(&mut config, changes);
        json!([{ "Type": "jwt-validation", "Order": 1, "JwtValidationConfig": config }, last])
    };
    let claims = |count: usize, format: &str, name: &str, values: &[&str]| {
        let claim = json!({ "Format": format, "Name": name, "Values": values });
        jwt(json!({ "AdditionalClaims": vec![claim; count] }))
    };
    let eleven: Vec<&str> = vec!["a"; 11];
    let missing_group = group_arn.replace("/app/", "/other/");
    let cognito = |changes: Value| {
        let mut config = json!({
            "UserPoolArn": "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_none",
            "UserPoolClientId": "client", "UserPoolDomain": "domain",
        });
        merge(&mut config, changes);
        json!([{ "Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": config }, last])
    };
    let action = "InvalidLoadBalancerAction";
    for (actions, code) in [
        (claims(10, "single-string", "a", &["b"]), ""),
        (claims(11, "single-string", "a", &["b"]), action),
        (claims(1, "single-string", "exp", &["b"]), action),
        (claims(1, "single-string", "a", &["b", "c"]), action),
        (claims(1, "string-array", "a", &["b", "c"]), ""),
        (claims(1, "string-array", "a", &eleven), action),
        (claims(1, "space-separated-values", "a", &["b c"]), action),
        (claims(1, "text", "a", &["b"]), "ValidationError"),
        (jwt(json!({ "Issuer": null })), "ValidationError"),
        (jwt(json!({ "Issuer": "x".repeat(257) })), action),
        (jwt(json!({ "JwksEndpoint": "http://issuer.example/jwks.json" })), action),
        (jwt(json!({ "JwksEndpoint": "jwks.json" })), action),
        (cognito(json!({ "OnUnauthenticatedRequest": "ask" })), "ValidationError"),
        (cognito(json!({ "UserPoolDomain": null })), "ValidationError"),
        (cognito(json!({ "UserPoolArn": "eu-west-1_none" })), "ValidationError"),
        (cognito(json!({ "SessionTimeout": 604_801 })), action),
        (cognito(json!({})), action),
        (json!([]), "ValidationError"),
        (json!([{ "Type": "forward" }]), "ValidationError"),
        (json!([{ "Type": "forward", "TargetGroupArn": "app" }]), "ValidationError"),
        (json!([{ "Type": "forward", "TargetGroupArn": missing_group }]), "TargetGroupNotFound"),
        (json!([last, last]), "ValidationError"),
        (json!([{ "Type": "forward", "Order": 1, "TargetGroupArn": group_arn }, last]), action),
        (
            json!([{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "302" } }]),
            "ValidationError",
        ),
        (
            json!([{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "200", "ContentType": "image/png" } }]),
            action,
        ),
        (
            json!([{ "Type": "forward", "TargetGroupArn": group_arn, "FixedResponseConfig": { "StatusCode": "200" } }]),
            "ValidationError",
        ),
        // AWS has these, and local-aws does not.
        (json!([{ "Type": "redirect", "RedirectConfig": { "StatusCode": "HTTP_302" } }]), "NotImplemented"),
    ] {
        let input = rule(&listener_arn, 1, json!({ "Actions": actions }));
        let answer = call(&account, "CreateRule", input).await;
        assert_eq!(answer.code(), code, "{actions} {}", answer.text());
        if code.is_empty() {
            call(&account, "DeleteRule", json!({ "RuleArn": answer.xml("RuleArn") })).await.expect_ok();
        }
    }

    let http =
        json!({ "Protocol": "HTTP", "Port": 80, "Certificates": null, "DefaultActions": jwt(json!({})) });
    call(&account, "CreateListener", listener(&balancer_arn, http)).await.expect_error(400, action);
}

/// The answers to CreateLoadBalancer by a session whose role has this policy.
async fn as_session(account: &Arc<Account>, action: &str) -> Answer {
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" } });
    let keys = Keys::session(account, "ada", &policy);
    let draft = Draft::load_balancing("CreateLoadBalancer", &balancer(json!({})));
    draft.signed("elasticloadbalancing", &keys, account.clock.now()).send(account).await
}

#[tokio::test]
async fn a_caller_needs_the_permission_and_a_signature() {
    let account = account();
    as_session(&account, "elasticloadbalancing:DescribeLoadBalancers")
        .await
        .expect_error(403, "AccessDenied");
    as_session(&account, "elasticloadbalancing:CreateLoadBalancer").await.expect_ok();
    let draft = Draft::load_balancing("DescribeLoadBalancers", &json!({}));
    draft.clone().send(&account).await.expect_error(403, "MissingAuthenticationToken");
    let foreign = draft.signed("iam", &Keys::root(), account.clock.now()).send(&account).await;
    foreign.expect_error(403, "SignatureDoesNotMatch");
}

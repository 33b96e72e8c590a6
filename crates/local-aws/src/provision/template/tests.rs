use super::*;
use crate::{
    Options,
    test_support::{Answer, Draft, load_balancing},
};

const TEMPLATE: &str = include_str!("../../../../../examples/infra/template.yaml");

fn resolved(yaml: &str, given: &[(&str, &str)]) -> Result<Value, ProvisionError> {
    let template = Template::parse(yaml)?;
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut scope = Scope::new("eu-west-1", &template.0, &given)?;
    scope.created.insert("Table".to_owned(), Created::new("notes").with("Arn", "arn:notes"));
    scope.resolve(&template.0["Value"])
}

#[test]
fn references_and_functions_are_resolved() {
    let parameters =
        "Parameters: { P: { Type: String, Default: d } }\nConditions: { Is: !Equals [!Ref P, d] }\n";
    for (value, expected) in [
        ("!Ref P", json!("d")),
        ("!Ref Table", json!("notes")),
        ("!GetAtt Table.Arn", json!("arn:notes")),
        ("{ Fn::GetAtt: [Table, Arn] }", json!("arn:notes")),
        (
            "!Sub \"${P}-${Table}-${Table.Arn}-${AWS::Region}-${!own}\"",
            json!("d-notes-arn:notes-eu-west-1-${own}"),
        ),
        ("!Sub [\"${X}/${P}\", { X: !Ref Table }]", json!("notes/d")),
        ("!If [Is, 1, 2]", json!(1)),
        ("!Not [!Equals [!Ref P, d]]", json!(false)),
        (
            "{ a: [true, null, 1.5, \"1\"], b: { Ref: P, c: 1 } }",
            json!({ "a": [true, null, 1.5, "1"], "b": { "Ref": "P", "c": 1 } }),
        ),
    ] {
        assert_eq!(resolved(&format!("{parameters}Value: {value}"), &[]).expect(value), expected, "{value}");
    }
    let other = resolved(&format!("{parameters}Value: !If [Is, 1, 2]"), &[("P", "other")]).expect("a value");
    assert_eq!(other, 2);
}

#[test]
fn what_is_not_there_is_refused() {
    for (yaml, message) in [
        ("Value: !Ref Nothing", "there is no Nothing"),
        ("Value: !GetAtt Table.Nothing", "there is no Table.Nothing"),
        ("Value: !Sub \"${Nothing}\"", "there is no Nothing"),
        ("Value: !Sub \"${Table\"", "has no end"),
        ("Value: !If [Nothing, 1, 2]", "no condition Nothing"),
        ("Value: !ImportValue x", "does not know the function Fn::ImportValue"),
        ("Value: [", "no YAML"),
        ("Parameters: { P: { Type: String } }\nValue: 1", "P has no value"),
    ] {
        let error = resolved(yaml, &[]).expect_err(yaml).to_string();
        assert!(error.contains(message), "{yaml}: {error}");
    }
    assert!(resolved("Value: 1", &[("P", "x")]).is_err());
}

#[tokio::test]
async fn the_template_of_examples_infra_is_created() {
    let aws = LocalAws::start(Options::default()).await.expect("a free port");
    let parameters = BTreeMap::from([("Prefix".to_owned(), "my-notes".to_owned())]);
    let config = aws.create_stack(TEMPLATE, &parameters).await.expect("a stack");
    assert_eq!(config["userPool"]["domain"], format!("{}/_domain/my-notes", aws.url()));
    assert_eq!(config["endpoints"]["dynamodb"], aws.url());
    assert_eq!(config["api"]["url"], Value::Null);
    for (operation, times) in [
        ("CreateUserPool", 1),
        ("CreateUserPoolClient", 1),
        ("CreateRole", 2),
        ("PutRolePolicy", 2),
        ("PutBucketCors", 1),
    ] {
        assert_eq!(aws.request_counts().of(operation), times, "{operation}");
    }
    aws.stop().await;
}

/// A request to the load balancer `web` as if `notes.example.com` were this server.
async fn visit(aws: &LocalAws, target: &str, cookie: &str) -> Answer {
    let host = format!("notes.example.com:{}", aws.port());
    Draft::new("GET", target).header("host", &host).header("cookie", cookie).send(aws.account()).await
}

#[tokio::test]
async fn the_template_s_listener_rule_signs_people_in() {
    let aws = LocalAws::start(Options::default()).await.expect("a free port");
    let call = async |operation: &str, input: Value, element: &str| {
        load_balancing(aws.account(), operation, input).await.expect_ok().xml(element)
    };
    let group = json!({ "Name": "web", "Protocol": "HTTP", "Port": aws.port(), "VpcId": "vpc-1", "TargetType": "ip" });
    let group = call("CreateTargetGroup", group, "TargetGroupArn").await;
    let targets = json!({ "TargetGroupArn": group, "Targets": [{ "Id": "127.0.0.1" }] });
    call("RegisterTargets", targets, "").await;
    let balancer = json!({ "Name": "web", "Subnets": ["subnet-1", "subnet-2"] });
    let balancer = call("CreateLoadBalancer", balancer, "LoadBalancerArn").await;
    let listener = json!({
        "LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443,
        "Certificates": [{ "CertificateArn": "arn:aws:acm:eu-west-1:000000000000:certificate/1" }],
        "DefaultActions": [{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } }],
    });
    let listener = call("CreateListener", listener, "ListenerArn").await;
    let parameters = [("LoadBalancerListener", listener.as_str()), ("TargetGroup", &group)];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = aws.create_stack(TEMPLATE, &parameters).await.expect("a stack");
    let rules = load_balancing(aws.account(), "DescribeRules", json!({ "ListenerArn": listener })).await;
    assert_eq!(rules.all_xml("Priority"), ["10", "default"]);
    assert_eq!(rules.all_xml("Scope"), ["openid email profile"]);

    let other_host = Draft::new("GET", "/_alb/web/page").send(aws.account()).await;
    assert_eq!(other_host.status, 404);
    let begun = visit(&aws, "/_alb/web/page", "").await;
    assert_eq!(begun.status, 302);
    let domain = config["userPool"]["domain"].as_str().expect("a domain");
    let (_, domain) = domain.split_once("/_domain/").expect("a path");
    let authorize = begun.location();
    assert!(authorize.contains(&format!("/_domain/{domain}/oauth2/authorize?")), "{authorize}");
    // The domain knows the way back, and shows its sign-in page.
    let (_, target) = authorize.split_once(&format!(":{}", aws.port())).expect("the port");
    let page = visit(&aws, target, "").await;
    assert_eq!(page.status, 302);
    assert!(page.location().contains(&format!("/_domain/{domain}/login?")), "{}", page.location());
    aws.stop().await;
}

#[tokio::test]
async fn a_resource_that_local_aws_does_not_have_is_refused() {
    let aws = LocalAws::start(Options::default()).await.expect("a free port");
    let with_api = BTreeMap::from([("ApiTarget".to_owned(), "https://notes.example".to_owned())]);
    let error = aws.create_stack(TEMPLATE, &with_api).await.expect_err("no API Gateway");
    assert!(error.to_string().contains("AWS::ApiGatewayV2::"), "{error}");
    for (yaml, message) in [
        (
            "Resources: { B: { Type: AWS::S3::Bucket, Properties: { VersioningConfiguration: {} } } }",
            "VersioningConfiguration",
        ),
        (
            "Resources: { R: { Type: AWS::IAM::Role, Properties: { ManagedPolicyArns: [x] } } }",
            "ManagedPolicyArns",
        ),
        ("Resources: { A: { Type: AWS::S3::Bucket, Properties: { X: !Ref A } } }", "there is no A"),
        ("Resources: { R: { Type: AWS::IAM::Role, Properties: {} } }", "CreateRole was refused"),
        ("Resources: { D: { Type: AWS::Cognito::UserPoolDomain } }", "CreateUserPoolDomain was refused"),
        ("Outputs: { PoolpassJson: { Value: \"[]\" } }", "no poolpass.json"),
        ("Outputs: { PoolpassJson: { Value: '{\"s3\": \"bucket\"}' } }", "no poolpass.json"),
    ] {
        let error = aws.create_stack(yaml, &BTreeMap::new()).await.expect_err(yaml).to_string();
        assert!(error.contains(message), "{error}");
    }
    aws.stop().await;
}

//! The demo's load balancer.

use serde_json::{Value, json};

use super::{Client, ProvisionError, client::element, text};
use crate::account::ACCOUNT_ID;

/// Creates a load balancer in front of an echo, which is a target at this server's own port, with a rule for each action.
pub(super) async fn create(client: &Client, port: u16, config: &Value) -> Result<Value, ProvisionError> {
    let pool = text(&config["userPool"], "id", "CreateUserPool")?;
    let name = pool.replace('_', "-");
    let target_group = create_target_group(client, &name, port).await?;
    let input = json!({ "Name": name, "Subnets": ["subnet-00000000000000001", "subnet-00000000000000002"] });
    let created = client.load_balancing("CreateLoadBalancer", &input).await?;
    let arn = element(&created, "LoadBalancerArn", "CreateLoadBalancer")?;
    let address = element(&created, "DNSName", "CreateLoadBalancer")?;

    let forward = json!({ "Type": "forward", "Order": 2, "TargetGroupArn": target_group });
    let certificate = format!("arn:aws:acm:{}:{ACCOUNT_ID}:certificate/{name}", client.region);
    let input = json!({
        "LoadBalancerArn": arn,
        "Protocol": "HTTPS",
        "Port": 443,
        "Certificates": [{ "CertificateArn": certificate }],
        "DefaultActions": [forward],
    });
    let created = client.load_balancing("CreateListener", &input).await?;
    let listener = element(&created, "ListenerArn", "CreateListener")?;
    for (index, (path, action)) in actions(client, &pool, config).into_iter().enumerate() {
        let input = json!({
            "ListenerArn": listener,
            "Priority": index + 1,
            "Conditions": [{ "Field": "path-pattern", "Values": [path] }],
            "Actions": [action, forward],
        });
        client.load_balancing("CreateRule", &input).await?;
    }
    Ok(json!({ "loadBalancerArn": arn, "url": format!("http://{address}") }))
}

async fn create_target_group(client: &Client, name: &str, port: u16) -> Result<String, ProvisionError> {
    let input = json!({
        "Name": name,
        "Protocol": "HTTP",
        "Port": port,
        "TargetType": "ip",
        "VpcId": "vpc-00000000000000000",
    });
    let created = client.load_balancing("CreateTargetGroup", &input).await?;
    let arn = element(&created, "TargetGroupArn", "CreateTargetGroup")?;
    let targets = json!({ "TargetGroupArn": arn, "Targets": [{ "Id": "127.0.0.1" }] });
    client.load_balancing("RegisterTargets", &targets).await?;
    Ok(arn)
}

/// The actions before the echo, by path.
fn actions(client: &Client, pool: &str, config: &Value) -> [(&'static str, Value); 5] {
    let region = &client.region;
    let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{pool}");
    // One value each, as ELBv2 has it for a claim that is a text.
    let tokens_of = |client: &Value| {
        json!({ "Type": "jwt-validation", "Order": 1, "JwtValidationConfig": {
            "JwksEndpoint": format!("{issuer}/.well-known/jwks.json"),
            "Issuer": issuer,
            "AdditionalClaims": [
                { "Format": "single-string", "Name": "token_use", "Values": ["access"] },
                { "Format": "single-string", "Name": "client_id", "Values": [client] },
            ],
        } })
    };
    let domain = config["userPool"]["domain"].as_str().and_then(|url| url.rsplit('/').next());
    let session = |otherwise: &str| {
        json!({ "Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": {
            "UserPoolArn": format!("arn:aws:cognito-idp:{region}:{ACCOUNT_ID}:userpool/{pool}"),
            "UserPoolClientId": config["demo"]["secretClient"]["clientId"],
            "UserPoolDomain": domain,
            "OnUnauthenticatedRequest": otherwise,
        } })
    };
    [
        ("/jwt/*", tokens_of(&config["userPool"]["clientId"])),
        ("/jwt-rotating/*", tokens_of(&config["demo"]["rotatingClient"]["clientId"])),
        ("/authenticate/*", session("authenticate")),
        ("/allow/*", session("allow")),
        ("/deny/*", session("deny")),
    ]
}

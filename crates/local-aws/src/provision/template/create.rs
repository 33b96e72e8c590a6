//! Creates one resource, with the calls that CloudFormation makes.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value, json};

use super::{Created, ProvisionError, refused};
use crate::{
    account::ACCOUNT_ID,
    provision::{
        client::{Client, element},
        idp,
        storage::{create_location, md5_of, wait_for_table},
        text,
    },
};

pub(super) const LISTENER_RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

/// Creates a resource of the kind, such as `AWS::DynamoDB::Table`.
pub(super) async fn resource(
    client: &Client,
    name: &str,
    kind: &str,
    properties: &Value,
) -> Result<Created, ProvisionError> {
    let properties = properties.as_object().cloned().unwrap_or_default();
    match kind {
        "AWS::Cognito::UserPool" => user_pool(client, properties).await,
        "AWS::Cognito::UserPoolDomain" => {
            let domain = properties.get("Domain").and_then(Value::as_str).unwrap_or_default().to_owned();
            idp(client, "CreateUserPoolDomain", &properties.into()).await?;
            Ok(Created::new(domain))
        }
        "AWS::Cognito::UserPoolClient" => {
            let answer = idp(client, "CreateUserPoolClient", &properties.into()).await?;
            Ok(Created::new(text(&answer["UserPoolClient"], "ClientId", "CreateUserPoolClient")?))
        }
        "AWS::Cognito::IdentityPool" => {
            let target = "AWSCognitoIdentityService.CreateIdentityPool";
            let answer = client.json("cognito-identity", target, &properties.into()).await?;
            Ok(Created::new(text(&answer, "IdentityPoolId", "CreateIdentityPool")?))
        }
        "AWS::Cognito::IdentityPoolRoleAttachment" => {
            let target = "AWSCognitoIdentityService.SetIdentityPoolRoles";
            client.json("cognito-identity", target, &properties.into()).await?;
            Ok(Created::new(name))
        }
        "AWS::IAM::Role" => role(client, name, &properties).await,
        "AWS::DynamoDB::Table" => table(client, name, properties).await,
        "AWS::S3::Bucket" => bucket(client, name, properties).await,
        LISTENER_RULE => {
            let answer = client.load_balancing("CreateRule", &properties.into()).await?;
            Ok(Created::new(element(&answer, "RuleArn", "CreateRule")?))
        }
        _ => Err(refused(format!("local-aws has no {kind}"))),
    }
}

async fn user_pool(client: &Client, mut properties: Map<String, Value>) -> Result<Created, ProvisionError> {
    let mut mfa =
        json!({ "MfaConfiguration": properties.remove("MfaConfiguration").unwrap_or(json!("OFF")) });
    if let Some(Value::Array(enabled)) = properties.remove("EnabledMfas") {
        for method in enabled {
            match method.as_str() {
                Some("SOFTWARE_TOKEN_MFA") => {
                    mfa["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true });
                }
                _ => return Err(refused(format!("EnabledMfas: local-aws knows no {method}"))),
            }
        }
    }
    let pool_name = properties.remove("UserPoolName").unwrap_or(json!("stack"));
    properties.insert("PoolName".to_owned(), pool_name);
    let answer = idp(client, "CreateUserPool", &properties.into()).await?;
    let id = text(&answer["UserPool"], "Id", "CreateUserPool")?;
    mfa["UserPoolId"] = json!(id);
    idp(client, "SetUserPoolMfaConfig", &mfa).await?;
    let region = &client.region;
    Ok(Created::new(&id)
        .with("Arn", format!("arn:aws:cognito-idp:{region}:{ACCOUNT_ID}:userpool/{id}"))
        .with("ProviderName", format!("cognito-idp.{region}.amazonaws.com/{id}")))
}

async fn role(
    client: &Client,
    name: &str,
    properties: &Map<String, Value>,
) -> Result<Created, ProvisionError> {
    let unknown =
        properties.keys().find(|name| !["AssumeRolePolicyDocument", "Policies"].contains(&name.as_str()));
    if let Some(unknown) = unknown {
        return Err(refused(format!("{name}: local-aws has no {unknown} of roles")));
    }
    let role = unique(name);
    let trust = properties.get("AssumeRolePolicyDocument").unwrap_or(&Value::Null).to_string();
    let create = BTreeMap::from([("RoleName", role.as_str()), ("AssumeRolePolicyDocument", &trust)]);
    let arn = element(&client.iam("CreateRole", &create).await?, "Arn", "CreateRole")?;
    for policy in properties.get("Policies").and_then(Value::as_array).into_iter().flatten() {
        let document = policy["PolicyDocument"].to_string();
        let name = policy["PolicyName"].as_str().unwrap_or_default();
        let put = BTreeMap::from([
            ("RoleName", role.as_str()),
            ("PolicyName", name),
            ("PolicyDocument", document.as_str()),
        ]);
        client.iam("PutRolePolicy", &put).await?;
    }
    Ok(Created::new(&role).with("Arn", arn))
}

async fn table(
    client: &Client,
    name: &str,
    mut properties: Map<String, Value>,
) -> Result<Created, ProvisionError> {
    let table = unique(name);
    properties.insert("TableName".to_owned(), json!(table));
    client.json("dynamodb", "DynamoDB_20120810.CreateTable", &properties.into()).await?;
    wait_for_table(client, &table).await?;
    let arn = format!("arn:aws:dynamodb:{}:{ACCOUNT_ID}:table/{table}", client.region);
    Ok(Created::new(&table).with("Arn", arn))
}

/// The properties of a bucket that change nothing on one machine: nobody else has an account here, and nothing is kept for days.
const WITHOUT_EFFECT: [&str; 2] = ["PublicAccessBlockConfiguration", "LifecycleConfiguration"];

async fn bucket(
    client: &Client,
    name: &str,
    mut properties: Map<String, Value>,
) -> Result<Created, ProvisionError> {
    let bucket = unique(name).to_ascii_lowercase();
    let cors = properties.remove("CorsConfiguration");
    properties.retain(|name, _| !WITHOUT_EFFECT.contains(&name.as_str()));
    if let Some(unknown) = properties.keys().next() {
        return Err(refused(format!("{name}: local-aws has no {unknown} of buckets")));
    }
    client.s3("CreateBucket", Method::PUT, &bucket, &[], create_location(&client.region)).await?;
    if let Some(cors) = cors {
        let xml = cors_xml(&cors)?;
        let (target, digest) = (format!("{bucket}?cors="), md5_of(&xml));
        client.s3("PutBucketCors", Method::PUT, &target, &[("content-md5", &digest)], xml).await?;
    }
    Ok(Created::new(&bucket).with("Arn", format!("arn:aws:s3:::{bucket}")))
}

/// The elements of S3's CORS rules by their names in CloudFormation.
const CORS_ELEMENTS: [(&str, &str); 5] = [
    ("AllowedOrigins", "AllowedOrigin"),
    ("AllowedHeaders", "AllowedHeader"),
    ("AllowedMethods", "AllowedMethod"),
    ("ExposedHeaders", "ExposeHeader"),
    ("MaxAge", "MaxAgeSeconds"),
];

fn cors_xml(cors: &Value) -> Result<String, ProvisionError> {
    let mut xml = String::from("<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for rule in cors["CorsRules"].as_array().into_iter().flatten() {
        xml.push_str("<CORSRule>");
        for (name, value) in rule.as_object().into_iter().flatten() {
            let element = CORS_ELEMENTS.iter().find(|(known, _)| known == name);
            let (_, element) =
                element.ok_or_else(|| refused(format!("local-aws has no {name} of CORS rules")))?;
            let one = std::slice::from_ref(value);
            for value in value.as_array().map_or(one, Vec::as_slice) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                xml.push_str(&format!("<{element}>{}</{element}>", quick_xml::escape::escape(text)));
            }
        }
        xml.push_str("</CORSRule>");
    }
    Ok(xml + "</CORSConfiguration>")
}

/// A physical name, which CloudFormation makes of the logical one.
fn unique(name: &str) -> String {
    format!("stack-{name}-{}", hex::encode(rand::random::<[u8; 4]>()))
}

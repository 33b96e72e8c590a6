//! Refuses AWS's parameters that local-aws does not implement, so that they are not silently ignored.

use http::StatusCode;
use serde_json::Value;

use crate::{error::AwsError, exchange::Request, query_protocol::Parameters, route::Service};

const POOL_SETTINGS: &[&str] =
    &["LambdaConfig", "KeyConfiguration", "IssuerConfiguration", "DcrConfiguration", "DeletionProtection"];
/// Data of the caller's device that a server passes on.
const CLIENT_SETTINGS: &[&str] = &["EnablePropagateAdditionalUserContextData"];

/// The parameters of an operation that local-aws does not implement.
fn parameters(service: Service, operation: &str) -> &'static [&'static str] {
    match (service, operation) {
        (Service::UserPool, "CreateUserPool" | "UpdateUserPool") => POOL_SETTINGS,
        (Service::UserPool, "CreateUserPoolClient" | "UpdateUserPoolClient") => CLIENT_SETTINGS,
        (Service::UserPool, "CreateIdentityProvider" | "UpdateIdentityProvider") => &["AcrMapping"],
        (Service::UserPool, "CreateUserPoolDomain" | "UpdateUserPoolDomain") => &["Routing"],
        (Service::UserPool, "CreateUserPoolReplica") => &["UserPoolTags"],
        (Service::UserPool, "SetRiskConfiguration") => {
            &["ClientId", "CompromisedCredentialsRiskConfiguration", "RiskExceptionConfiguration"]
        }
        (Service::Sts, "AssumeRole") => &[
            "PolicyArns",
            "Tags",
            "TransitiveTagKeys",
            "SerialNumber",
            "TokenCode",
            "SourceIdentity",
            "ProvidedContexts",
        ],
        (Service::Sts, "AssumeRoleWithWebIdentity") => &["PolicyArns", "ProviderId"],
        (Service::Iam, "CreateRole") => &["PermissionsBoundary", "Tags"],
        _ => &[],
    }
}

/// # Errors
/// `NotImplemented`, status 501, for a parameter that has a value. Malformed input is left to the operation.
pub(crate) fn check(request: &Request) -> Result<(), AwsError> {
    let names = parameters(request.service, &request.operation);
    if names.is_empty() {
        return Ok(());
    }
    let given = match request.service {
        Service::Sts | Service::Iam => {
            let parameters = Parameters::of(request);
            names.iter().find(|name| parameters.has(name))
        }
        _ => {
            let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            names.iter().find(|name| has_value(&input[**name]))
        }
    };
    match given {
        Some(name) => Err(AwsError::new(
            "NotImplemented",
            format!("local-aws does not know the parameter {name} of {}.", request.operation),
        )
        .with_status(StatusCode::NOT_IMPLEMENTED)),
        None => Ok(()),
    }
}

fn has_value(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !["", "OFF", "INACTIVE"].contains(&text.as_str()),
        Value::Array(elements) => elements.iter().any(has_value),
        Value::Object(members) => members.values().any(has_value),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_support::{Draft, Keys, account};

    /// Members that AWS uses for what local-aws does not have: texts of messages, statistics, and what tells resources apart.
    const WITHOUT_EFFECT: &[&str] = &[
        "AnalyticsConfiguration",
        "AnalyticsMetadata",
        "ClientType",
        "EmailVerificationMessage",
        "EmailVerificationSubject",
        "RevokeAssociatedSessions",
        "SmsVerificationMessage",
        "UserPoolTags",
        "VerificationMessageTemplate",
    ];

    /// The sources of the user pools, where structs have a field for each member that is read.
    fn sources(folder: &std::path::Path) -> String {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| match path.is_dir() {
            true => sources(&path),
            false => std::fs::read_to_string(path).unwrap(),
        };
        entries.map(read).collect()
    }

    fn snake_case(member: &str) -> String {
        let member = member.replace("MFA", "Mfa").replace("SMS", "Sms");
        let mut name = String::new();
        for character in member.chars() {
            if character.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(character.to_ascii_lowercase());
        }
        name
    }

    #[test]
    fn each_member_of_an_input_is_read_refused_or_without_effect() {
        let sources = sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/user_pool")));
        let words: std::collections::HashSet<&str> =
            sources.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
        let model: Value = serde_json::from_str(include_str!("model.json")).unwrap();
        let model = &model["cognito-idp"];
        let mut ignored = Vec::new();
        for (operation, shape) in model["inputs"].as_object().unwrap() {
            // The name of an operation that is not there stands nowhere.
            if !words.contains(operation.as_str()) {
                continue;
            }
            for member in model["shapes"][shape.as_str().unwrap()]["members"].as_object().unwrap().keys() {
                let is_read = words.contains(snake_case(member).as_str()) || words.contains(member.as_str());
                let is_refused = parameters(Service::UserPool, operation).contains(&member.as_str());
                if !is_read && !is_refused && !WITHOUT_EFFECT.contains(&member.as_str()) {
                    ignored.push(format!("{operation}.{member}"));
                }
            }
        }
        assert!(ignored.is_empty(), "{ignored:?}");
    }

    #[tokio::test]
    async fn parameters_that_would_be_ignored_are_refused() {
        let account = account();
        let idp = |operation: &str| format!("AWSCognitoIdentityProviderService.{operation}");
        for (service, draft) in [
            (
                "cognito-idp",
                Draft::json(
                    &idp("CreateUserPool"),
                    &json!({"PoolName": "p", "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-west-1:000000000000:function:f"}}),
                ),
            ),
            (
                "cognito-idp",
                Draft::json(
                    &idp("CreateUserPool"),
                    &json!({"PoolName": "p", "DeletionProtection": "ACTIVE"}),
                ),
            ),
            (
                "cognito-idp",
                Draft::json(
                    &idp("CreateUserPoolClient"),
                    &json!({"UserPoolId": "eu-west-1_none", "ClientName": "c", "EnablePropagateAdditionalUserContextData": true}),
                ),
            ),
            (
                "sts",
                Draft::form(
                    "AssumeRole",
                    "2011-06-15",
                    &[("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/x")],
                ),
            ),
            ("sts", Draft::form("AssumeRole", "2011-06-15", &[("SourceIdentity", "me")])),
            (
                "sts",
                Draft::form("AssumeRoleWithWebIdentity", "2011-06-15", &[("ProviderId", "www.amazon.com")]),
            ),
            (
                "iam",
                Draft::form(
                    "CreateRole",
                    "2010-05-08",
                    &[
                        ("RoleName", "app"),
                        ("AssumeRolePolicyDocument", "{}"),
                        ("PermissionsBoundary", "arn:aws:iam::aws:policy/x"),
                    ],
                ),
            ),
        ] {
            let signed = draft.signed(service, &Keys::root(), account.clock.now());
            let answer = signed.send(&account).await.expect_error(501, "NotImplemented");
            assert!(answer.text().contains("local-aws does not know the parameter"), "{}", answer.text());
        }
        let empty = json!({"PoolName": "p", "LambdaConfig": {}, "DeletionProtection": "INACTIVE"});
        let draft = Draft::json(&idp("CreateUserPool"), &empty);
        draft.signed("cognito-idp", &Keys::root(), account.clock.now()).send(&account).await.expect_ok();
    }
}

//! Refuses AWS's parameters that local-aws does not implement, so that they are not silently ignored.

use http::StatusCode;
use serde_json::Value;

use crate::{error::AwsError, exchange::Request, query_protocol::Parameters, route::Service};

const PROVIDERS: &[&str] =
    &["SupportedLoginProviders", "DeveloperProviderName", "OpenIdConnectProviderARNs", "SamlProviderARNs"];
const POOL_SETTINGS: &[&str] =
    &["LambdaConfig", "KeyConfiguration", "IssuerConfiguration", "DcrConfiguration"];

/// The parameters of an operation that local-aws does not implement.
fn parameters(service: Service, operation: &str) -> &'static [&'static str] {
    match (service, operation) {
        (Service::IdentityPool, "CreateIdentityPool" | "UpdateIdentityPool") => PROVIDERS,
        (Service::UserPool, "CreateUserPool" | "UpdateUserPool") => POOL_SETTINGS,
        (Service::UserPool, "SetUserMFAPreference" | "AdminSetUserMFAPreference") => &["WebAuthnMfaSettings"],
        (Service::UserPool, "CreateUserPoolReplica") => &["UserPoolTags"],
        (Service::UserPool, "SetRiskConfiguration") => {
            &["ClientId", "CompromisedCredentialsRiskConfiguration", "RiskExceptionConfiguration"]
        }
        (Service::UserPool, "SetUserPoolMfaConfig") => &["WebAuthnConfiguration"],
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
        Value::String(text) => !text.is_empty() && text != "OFF",
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => members.values().any(has_value),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::test_support::{Draft, Keys, account};

    #[tokio::test]
    async fn parameters_that_would_be_ignored_are_refused() {
        let account = account();
        let identity = |operation: &str| format!("AWSCognitoIdentityService.{operation}");
        let idp = |operation: &str| format!("AWSCognitoIdentityProviderService.{operation}");
        let pool = |name: &str| json!({"IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true, name: ["arn:aws:iam::1:x"]});
        for (service, draft) in [
            ("cognito-identity", Draft::json(&identity("CreateIdentityPool"), &pool("SamlProviderARNs"))),
            (
                "cognito-identity",
                Draft::json(&identity("CreateIdentityPool"), &pool("OpenIdConnectProviderARNs")),
            ),
            (
                "cognito-idp",
                Draft::json(
                    &idp("CreateUserPool"),
                    &json!({"PoolName": "p", "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-west-1:000000000000:function:f"}}),
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
        let empty =
            json!({"PoolName": "p", "LambdaConfig": {}, "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"}});
        let draft = Draft::json(&idp("CreateUserPool"), &empty);
        draft.signed("cognito-idp", &Keys::root(), account.clock.now()).send(&account).await.expect_ok();
    }
}

//! The demo's domain, and the settings of its app clients for it.

use serde_json::{Value, json};

use super::{ProvisionError, client::Client, idp};

/// Where the apps of the demo and of the tests are sent back to. Others are added at `/_local/callback-urls`.
const REDIRECT_URIS: [&str; 6] = [
    "http://localhost:3000/",
    "http://localhost:5173/",
    "http://127.0.0.1:4000/callback",
    "http://[::1]:4000/callback",
    "https://notes.example/callback",
    "fieldnotes://callback",
];

/// Creates the domain, and returns its URL.
pub(super) async fn create_domain(
    client: &Client,
    endpoint: &str,
    user_pool: &str,
    name: &str,
) -> Result<String, ProvisionError> {
    let input = json!({ "UserPoolId": user_pool, "Domain": name, "ManagedLoginVersion": 2 });
    idp(client, "CreateUserPoolDomain", &input).await?;
    Ok(format!("{endpoint}/_domain/{name}"))
}

/// Adds the settings for the domain to the input of CreateUserPoolClient.
pub(super) fn allow_redirects(input: &mut Value) {
    input["AllowedOAuthFlowsUserPoolClient"] = json!(true);
    input["AllowedOAuthFlows"] = json!(["code"]);
    input["AllowedOAuthScopes"] =
        json!(["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"]);
    input["CallbackURLs"] = json!(REDIRECT_URIS);
    input["LogoutURLs"] = json!(REDIRECT_URIS);
    input["SupportedIdentityProviders"] = json!(["COGNITO"]);
}

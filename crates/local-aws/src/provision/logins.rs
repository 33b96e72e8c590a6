//! The demo's logins of third parties at the identity pool, and a role that does not trust it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Client, ProvisionError, client::element, policies, text};

/// The app's id at each provider.
const APP_ID: &str = "app";
const DEVELOPER_PROVIDER: &str = "login.example";

/// Has the identity pool accept the stand-in providers and the app's own backend. Returns what an app has to know of them.
pub(super) async fn create(
    client: &Client,
    endpoint: &str,
    suffix: &str,
    identity_pool: &str,
) -> Result<Value, ProvisionError> {
    let operation = |name: &str| format!("AWSCognitoIdentityService.{name}");
    let issuer = format!("{endpoint}/_providers/openid-{suffix}");
    let host = issuer.split_once("://").map_or(issuer.as_str(), |(_, host)| host);
    let url = BTreeMap::from([("Url", issuer.as_str()), ("ClientIDList.member.1", APP_ID)]);
    client.iam("CreateOpenIDConnectProvider", &url).await?;
    let (name, saml) = (format!("poolpass-demo-{suffix}"), format!("saml-{suffix}"));
    let metadata = client.get(&format!("/_providers/{saml}/metadata")).await?;
    let input = BTreeMap::from([("Name", name.as_str()), ("SAMLMetadataDocument", metadata.as_str())]);
    client.iam("CreateSAMLProvider", &input).await?;
    let saml_arn = format!("arn:aws:iam::{}:saml-provider/{name}", crate::account::ACCOUNT_ID);

    let pool = json!({ "IdentityPoolId": identity_pool });
    let mut update = client.json("cognito-identity", &operation("DescribeIdentityPool"), &pool).await?;
    update["SupportedLoginProviders"] = json!({
        "accounts.google.com": APP_ID,
        "graph.facebook.com": APP_ID,
        "appleid.apple.com": APP_ID,
        "www.amazon.com": APP_ID,
    });
    update["OpenIdConnectProviderARNs"] =
        json!([format!("arn:aws:iam::{}:oidc-provider/{host}", crate::account::ACCOUNT_ID)]);
    update["SamlProviderARNs"] = json!([saml_arn]);
    update["DeveloperProviderName"] = DEVELOPER_PROVIDER.into();
    client.json("cognito-identity", &operation("UpdateIdentityPool"), &update).await?;
    Ok(json!({
        "appId": APP_ID,
        "openId": { "issuer": issuer, "standIn": format!("openid-{suffix}") },
        "saml": { "arn": saml_arn, "standIn": saml },
        "developer": DEVELOPER_PROVIDER,
    }))
}

/// A role for the identities of another pool.
pub(super) async fn create_foreign_role(client: &Client, suffix: &str) -> Result<String, ProvisionError> {
    let name = format!("poolpass-demo-{suffix}-foreign");
    let other_pool = "eu-west-1:00000000-0000-0000-0000-000000000000";
    let trust = policies::trust(other_pool, &client.region, "authenticated")?.to_string();
    let create = BTreeMap::from([("RoleName", name.as_str()), ("AssumeRolePolicyDocument", &trust)]);
    element(&client.iam("CreateRole", &create).await?, "Arn", "CreateRole")
}

/// The role ARNs of an identity pool by kind.
pub(super) async fn roles(client: &Client, identity_pool: &str) -> Result<Value, ProvisionError> {
    let (operation, input) =
        ("AWSCognitoIdentityService.GetIdentityPoolRoles", json!({ "IdentityPoolId": identity_pool }));
    let answer = client.json("cognito-identity", operation, &input).await?;
    text(&answer["Roles"], "authenticated", "GetIdentityPoolRoles")?;
    Ok(answer["Roles"].clone())
}

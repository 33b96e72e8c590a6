//! The demo's domain, its identity providers, and the settings of its app clients for them.

use std::collections::BTreeMap;

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

/// The names of the identity providers without a fixed one.
const OIDC: &str = "Example";
const SAML: &str = "Corporate";

/// Creates the identity providers, for which local-aws's own stand in.
pub(super) async fn create_providers(
    client: &Client,
    endpoint: &str,
    user_pool: &str,
) -> Result<(), ProvisionError> {
    for (name, kind, stand_in, details, mapping) in [
        (
            "Google",
            "Google",
            "google",
            json!({ "authorize_scopes": "openid email profile" }),
            NAMES_OF_OPEN_ID,
        ),
        (
            "Facebook",
            "Facebook",
            "facebook",
            json!({
                "authorize_scopes": "public_profile,email",
                "attributes_url": format!("{endpoint}/_providers/facebook/profile?fields="),
                "attributes_url_add_attributes": "true",
            }),
            &[("email", "email"), ("name", "name")],
        ),
        (
            "LoginWithAmazon",
            "LoginWithAmazon",
            "amazon",
            json!({ "authorize_scopes": "profile" }),
            &[("email", "email"), ("name", "name")],
        ),
        (
            "SignInWithApple",
            "SignInWithApple",
            "apple",
            json!({
                "authorize_scopes": "email name",
                "team_id": "TEAM123456",
                "key_id": "KEY1234567",
                "private_key": private_key().ok_or_else(|| ProvisionError::unexpected("CreateIdentityProvider"))?,
            }),
            &[("email", "email"), ("email_verified", "email_verified"), ("given_name", "firstName")],
        ),
        (
            OIDC,
            "OIDC",
            "example",
            json!({
                "authorize_scopes": "openid email profile",
                "attributes_request_method": "GET",
                "oidc_issuer": format!("{endpoint}/_providers/example"),
            }),
            NAMES_OF_OPEN_ID,
        ),
        (
            SAML,
            "SAML",
            "saml",
            json!({ "MetadataURL": format!("{endpoint}/_providers/saml/metadata") }),
            &[
                ("email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"),
                ("name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"),
            ],
        ),
    ] {
        let mapping: BTreeMap<_, _> = mapping.iter().copied().collect();
        let input = json!({
            "UserPoolId": user_pool,
            "ProviderName": name,
            "ProviderType": kind,
            "ProviderDetails": with_endpoints(details, &format!("{endpoint}/_providers/{stand_in}")),
            "AttributeMapping": mapping,
            "IdpIdentifiers": if kind == "SAML" { json!(["corporate.example"]) } else { json!([]) },
        });
        idp(client, "CreateIdentityProvider", &input).await?;
    }
    Ok(())
}

const NAMES_OF_OPEN_ID: &[(&str, &str)] =
    &[("email", "email"), ("email_verified", "email_verified"), ("name", "name")];

/// Adds the endpoints of a stand-in, unless it is found by metadata.
fn with_endpoints(mut details: Value, base: &str) -> Value {
    if details.get("MetadataURL").is_some() {
        return details;
    }
    for (name, value) in [
        ("client_id", "poolpass-demo".to_owned()),
        ("client_secret", "stand-in".to_owned()),
        ("authorize_url", format!("{base}/authorize")),
        ("token_url", format!("{base}/oauth2/token")),
        ("attributes_url", format!("{base}/profile")),
        ("attributes_url_add_attributes", "false".to_owned()),
        ("jwks_uri", format!("{base}/jwks")),
    ] {
        if details.get(name).is_none() {
            details[name] = json!(value);
        }
    }
    details
}

/// The key with which a user pool proves itself at Apple, in PEM.
fn private_key() -> Option<String> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let algorithm = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(algorithm, &random).ok()?;
    Some(pem::encode(&pem::Pem::new("PRIVATE KEY", key.as_ref())))
}

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
    input["SupportedIdentityProviders"] =
        json!(["COGNITO", "Google", "Facebook", "SignInWithApple", "LoginWithAmazon", OIDC, SAML]);
}

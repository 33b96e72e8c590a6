//! Passkeys of local-aws's software authenticators.

use anyhow::{Result, ensure};
use poolpass_tests::PASSWORD;
use serde_json::{Value, json};

use crate::world::{World, extend};

/// Registers a passkey of this authenticator.
///
/// # Errors
///
/// If it is refused.
pub async fn register(world: &World, authenticator: &str) -> Result<()> {
    let request = registration(world, authenticator, &json!({}), json!({})).await?;
    world.succeed("CompleteWebAuthnRegistration", &request).await.map(drop)
}

/// The registration of a passkey, with other members of the options and settings of the authenticator.
///
/// # Errors
///
/// If there is no credential.
pub async fn registration(
    world: &World,
    authenticator: &str,
    options: &Value,
    settings: Value,
) -> Result<Value> {
    let token = &world.tokens["AccessToken"];
    let started = world.succeed("StartWebAuthnRegistration", &json!({ "AccessToken": token })).await?;
    let mut asked = started["CredentialCreationOptions"].clone();
    extend(&mut asked, options.clone());
    let mut all = json!({ "origin": "https://app.notes.example" });
    extend(&mut all, settings);
    let question = json!({ "ceremony": "create", "options": asked, "settings": all });
    let answer = world.control(&format!("authenticators/{authenticator}"), &question).await?;
    ensure!(answer["credential"].is_object(), "no credential: {answer}");
    Ok(json!({ "AccessToken": token, "Credential": answer["credential"] }))
}

/// The registration of a passkey that another app client started.
///
/// # Errors
///
/// If its preparation is refused.
pub async fn other_client(world: &World) -> Result<Value> {
    let mut request = registration(world, "phone", &json!({}), json!({})).await?;
    let client = json!({ "ClientName": "other", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let client = world.pool.admin("CreateUserPoolClient", client).await?;
    let mut sign_in = world.sign_in("ada", PASSWORD);
    sign_in["ClientId"] = client["UserPoolClient"]["ClientId"].clone();
    let signed_in = world.succeed("InitiateAuth", &sign_in).await?;
    request["AccessToken"] = signed_in["AuthenticationResult"]["AccessToken"].clone();
    Ok(request)
}

//! The demo's users.

use serde_json::json;

use super::{Client, ProvisionError, idp, text};
use crate::clock::unix_seconds;

/// The user without a second factor.
pub(super) const FIRST_USER: (&str, &str) = ("ada", "Analytical-Engine-1843");
/// The user with an authenticator app.
pub(super) const SECOND_USER: (&str, &str) = ("grace", "Nanosecond-Wire-1952");

pub(super) async fn create_user(
    client: &Client,
    user_pool: &str,
    (name, password): (&str, &str),
) -> Result<(), ProvisionError> {
    let user = json!({
        "UserPoolId": user_pool,
        "Username": name,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": format!("{name}@example.com") },
            { "Name": "email_verified", "Value": "true" },
        ],
    });
    idp(client, "AdminCreateUser", &user).await?;
    let password =
        json!({ "UserPoolId": user_pool, "Username": name, "Password": password, "Permanent": true });
    idp(client, "AdminSetUserPassword", &password).await?;
    Ok(())
}

/// Signs the user in and sets up TOTP, as an app would. Returns the secret.
pub(super) async fn enrol_totp(
    client: &Client,
    client_id: &str,
    (name, password): (&str, &str),
) -> Result<String, ProvisionError> {
    let sign_in = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client_id,
        "AuthParameters": { "USERNAME": name, "PASSWORD": password },
    });
    let signed_in = idp(client, "InitiateAuth", &sign_in).await?;
    let token = text(&signed_in["AuthenticationResult"], "AccessToken", "InitiateAuth")?;
    let associated = idp(client, "AssociateSoftwareToken", &json!({ "AccessToken": token })).await?;
    let secret = text(&associated, "SecretCode", "AssociateSoftwareToken")?;
    // The previous code is still valid, so the current one remains unused for the first sign-in.
    let code = totp(&secret, unix_seconds(client.clock.now()) - 30)
        .ok_or_else(|| ProvisionError::unexpected("AssociateSoftwareToken"))?;
    let verify = json!({ "AccessToken": token, "UserCode": code, "FriendlyDeviceName": "demo" });
    idp(client, "VerifySoftwareToken", &verify).await?;
    let preference = json!({
        "AccessToken": token,
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    idp(client, "SetUserMFAPreference", &preference).await?;
    Ok(secret)
}

fn totp(secret: &str, unix_seconds: i64) -> Option<String> {
    let secret = totp_rs::Secret::try_from_base32(secret).ok()?;
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret)
        .build_noncompliant();
    Some(totp.generate(u64::try_from(unix_seconds).ok()?).to_string())
}

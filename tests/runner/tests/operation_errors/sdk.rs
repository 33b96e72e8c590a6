//! The call of the SDK that uses an operation, answered with what local-aws answered.

use anyhow::{Result, bail, ensure};
use poolpass::platform::BoxFuture;
use poolpass::{AuthFlow, Client, Error, MfaSetting, MfaSettings, RetryPolicy, SignInStep};
use poolpass_tests::{PASSWORD, TestPool};
use serde_json::json;

use crate::world::Answer;

type Call = for<'a> fn(&'a Client) -> BoxFuture<'a, Result<(), Error>>;

/// The error of the SDK's call, if it has one.
///
/// # Errors
///
/// If it cannot be called.
pub async fn refusal(operation: &str, answer: &Answer) -> Result<Option<Error>> {
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
    let client = pool.client()?.retry(retry).build()?;
    let signed_in = client.sign_in("ada", PASSWORD).flow(AuthFlow::UserPasswordAuth).await?;
    ensure!(matches!(signed_in, SignInStep::Done(_)), "{signed_in:?}");
    let (asked, call) = call(operation)?;
    let action = json!({ "body": answer.body, "status": answer.status });
    pool.fault(json!({ "operation": asked, "action": action }))?;
    if operation == "CompleteWebAuthnRegistration" {
        let options = json!({ "CredentialCreationOptions": { "challenge": "AAAA" } });
        let action = json!({ "body": options.to_string() });
        pool.fault(json!({ "operation": "StartWebAuthnRegistration", "action": action }))?;
    }
    // A refresh is tried with either operation.
    if operation == "GetTokensFromRefreshToken" {
        let action = json!({ "body": answer.body, "status": answer.status });
        pool.fault(json!({ "operation": "InitiateAuth", "action": action }))?;
    }
    Ok(call(&client).await.err())
}

/// The operation that is answered, and the call. Where the SDK has no call for it, another one shows the kind.
fn call(operation: &str) -> Result<(&str, Call)> {
    const CODE: &str = "123456";
    const SESSION: &str = "tkn0123456789abcdefghijklmno";
    const KEY: &str = "eu-west-1_7f0a8a6c-3d3e-4b0e-9d0a-1f0a8a6c3d3e";

    let call: Call = match operation {
        "SignUp" => |client| Box::pin(async { client.account().sign_up("bob", PASSWORD).await.map(drop) }),
        "ConfirmSignUp" => |client| Box::pin(async { client.account().confirm_sign_up("bob", CODE).await }),
        "ResendConfirmationCode" => {
            |client| Box::pin(async { client.account().resend_confirmation_code("bob").await.map(drop) })
        }
        "ForgotPassword" => {
            |client| Box::pin(async { client.account().forgot_password("bob").await.map(drop) })
        }
        "ConfirmForgotPassword" => {
            |client| Box::pin(async { client.account().confirm_forgot_password("bob", CODE, PASSWORD).await })
        }
        "InitiateAuth" | "RespondToAuthChallenge" => {
            |client| Box::pin(async { client.sign_in("ada", PASSWORD).await.map(drop) })
        }
        "GetTokensFromRefreshToken" => |client| Box::pin(async { client.refresh().await.map(drop) }),
        "GlobalSignOut" => |client| Box::pin(async { client.sign_out_everywhere().await }),
        "ChangePassword" => {
            |client| Box::pin(async { client.account().change_password(PASSWORD, PASSWORD).await })
        }
        "GetUser" => |client| Box::pin(async { client.account().attributes().await.map(drop) }),
        "DeleteUser" => |client| Box::pin(async { client.account().delete_user().await }),
        "UpdateUserAttributes" => |client| {
            Box::pin(async { client.account().update_attributes(&[("name", "Ada")]).await.map(drop) })
        },
        "DeleteUserAttributes" => {
            |client| Box::pin(async { client.account().delete_attributes(&["name"]).await })
        }
        "GetUserAttributeVerificationCode" => {
            |client| Box::pin(async { client.account().request_attribute_code("email").await.map(drop) })
        }
        "VerifyUserAttribute" => {
            |client| Box::pin(async { client.account().verify_attribute("email", CODE).await })
        }
        "AssociateSoftwareToken" => {
            |client| Box::pin(async { client.account().associate_software_token().await.map(drop) })
        }
        "VerifySoftwareToken" => {
            |client| Box::pin(async { client.account().verify_software_token(CODE, None).await })
        }
        "SetUserMFAPreference" => |client| {
            let settings = MfaSettings::new().sms(MfaSetting::On);
            Box::pin(async { client.account().set_mfa_preference(settings).await })
        },
        "GetDevice" => |client| Box::pin(async { client.account().device(KEY).await.map(drop) }),
        "ListDevices" => |client| Box::pin(async { client.account().devices().page().await.map(drop) }),
        "UpdateDeviceStatus" => {
            |client| Box::pin(async { client.account().remember_device(Some(KEY)).await })
        }
        "ForgetDevice" => |client| Box::pin(async { client.account().forget_device(Some(KEY)).await }),
        "StartWebAuthnRegistration" => {
            |client| Box::pin(async { client.account().start_passkey_registration().await.map(drop) })
        }
        "CompleteWebAuthnRegistration" => |client| {
            Box::pin(async {
                let registration = client.account().start_passkey_registration().await?;
                registration.complete(r#"{"id":"AAAA"}"#).await
            })
        },
        "ListWebAuthnCredentials" => {
            |client| Box::pin(async { client.account().passkeys().page().await.map(drop) })
        }
        "DeleteWebAuthnCredential" => {
            |client| Box::pin(async { client.account().delete_passkey("id").await })
        }
        "GetUserAuthFactors" => |client| Box::pin(async { client.account().auth_factors().await.map(drop) }),
        "ListUserSessions" => |client| Box::pin(async { client.account().sessions().page().await.map(drop) }),
        "RevokeUserSession" => |client| Box::pin(async { client.account().revoke_session(SESSION).await }),
        // `sign_out` succeeds whatever RevokeToken says, a sign-in whatever ConfirmDevice says, and the SDK has no call for the others.
        "RevokeToken" | "ConfirmDevice" | "SetUserSettings" | "UpdateAuthEventFeedback" => {
            return Ok(("GetUser", call("GetUser")?.1));
        }
        other => bail!("there is no call for {other}"),
    };
    Ok((operation, call))
}

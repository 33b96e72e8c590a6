//! The requests of the operations.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolpass::platform::{self, BoxFuture, HttpTransport, Response, Transport, TransportError};
use poolpass_tests::PASSWORD;
use serde_json::{Value, json};

use crate::causes::{Cause, Request};
use crate::passkeys::{other_client, register, registration};
use crate::world::{MAIL, World};

const OTHER_PASSWORD: &str = "Another-Horse-2";
const TEMPORARY_PASSWORD: &str = "Temporary-Horse-1";
/// The user who has signed up and not yet confirmed.
const NEW_MAIL: &str = "bob@example.com";
const NEW_PHONE: &str = "+491701234568";

/// The request of a row.
///
/// # Errors
///
/// If its preparation is refused.
pub async fn of(world: &World, operation: &str, cause: &Cause) -> Result<Value> {
    match cause.request {
        Request::Valid => valid(world, operation).await,
        Request::Sends(attribute) => sending(world, operation, attribute).await,
        Request::NewPassword(password, attributes) => new_password(world, password, attributes).await,
        Request::Unconfirmed => unconfirmed(world, operation).await,
        Request::MissingSetup => missing_setup(world, operation).await,
        Request::Alias => alias(world, operation).await,
        Request::Credential(options, settings) => {
            registration(world, "phone", &serde_json::from_str(options)?, serde_json::from_str(settings)?)
                .await
        }
        Request::ManyPasskeys => {
            for key in 0..20 {
                register(world, &format!("key-{key}")).await?;
            }
            valid(world, operation).await
        }
        Request::OtherClient => other_client(world).await,
        Request::SecondFactor { used } => second_factor(world, used).await,
    }
}

/// The request that succeeds.
///
/// # Errors
///
/// If its preparation is refused.
pub async fn valid(world: &World, operation: &str) -> Result<Value> {
    let (client, token) = (world.pool.client_id(), &world.tokens["AccessToken"]);
    Ok(match operation {
        "SignUp" => sign_up(world, &json!([{ "Name": "email", "Value": NEW_MAIL }])),
        "ConfirmSignUp" => {
            world.succeed("SignUp", &valid_sign_up(world)).await?;
            json!({ "ClientId": client, "Username": "bob", "ConfirmationCode": world.code(NEW_MAIL)? })
        }
        "ResendConfirmationCode" => {
            world.succeed("SignUp", &valid_sign_up(world)).await?;
            json!({ "ClientId": client, "Username": "bob" })
        }
        "ForgotPassword" => json!({ "ClientId": client, "Username": "ada" }),
        "ConfirmForgotPassword" => {
            let ada = json!({ "ClientId": client, "Username": "ada" });
            world.succeed("ForgotPassword", &ada).await?;
            json!({
                "ClientId": client, "Username": "ada", "ConfirmationCode": world.code(MAIL)?,
                "Password": OTHER_PASSWORD,
            })
        }
        "InitiateAuth" => world.sign_in("ada", PASSWORD),
        "RespondToAuthChallenge" => new_password(world, OTHER_PASSWORD, "{}").await?,
        "GetTokensFromRefreshToken" => {
            world.succeed("ConfirmDevice", &confirm_device(world)).await?;
            json!({
                "ClientId": client, "RefreshToken": world.tokens["RefreshToken"], "DeviceKey": device_key(world),
            })
        }
        "RevokeToken" => json!({ "ClientId": client, "Token": world.tokens["RefreshToken"] }),
        "ChangePassword" => json!({
            "AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": OTHER_PASSWORD,
        }),
        "UpdateUserAttributes" => json!({
            "AccessToken": token, "UserAttributes": [{ "Name": "name", "Value": "Ada" }],
        }),
        "DeleteUserAttributes" => json!({ "AccessToken": token, "UserAttributeNames": ["name"] }),
        "GetUserAttributeVerificationCode" => json!({ "AccessToken": token, "AttributeName": "email" }),
        "VerifyUserAttribute" => {
            let email = json!({ "AccessToken": token, "AttributeName": "email" });
            world.succeed("GetUserAttributeVerificationCode", &email).await?;
            json!({ "AccessToken": token, "AttributeName": "email", "Code": world.code(MAIL)? })
        }
        "VerifySoftwareToken" => {
            let answer = world.succeed("AssociateSoftwareToken", &json!({ "AccessToken": token })).await?;
            let secret = answer["SecretCode"].as_str().context("no secret")?;
            json!({ "AccessToken": token, "UserCode": totp(world, secret)? })
        }
        "SetUserMFAPreference" => json!({
            "AccessToken": token, "EmailMfaSettings": { "Enabled": true },
        }),
        "SetUserSettings" => json!({
            "AccessToken": token,
            "MFAOptions": [{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }],
        }),
        "UpdateAuthEventFeedback" => feedback(world).await?,
        "RevokeUserSession" => {
            world.succeed("InitiateAuth", &world.sign_in("ada", PASSWORD)).await?;
            let listed = world.succeed("ListUserSessions", &json!({ "AccessToken": token })).await?;
            let mut sessions = listed["Sessions"].as_array().into_iter().flatten();
            let other =
                sessions.find(|session| session["IsCurrentSession"] == false).context("no session")?;
            json!({ "AccessToken": token, "SessionId": other["SessionId"] })
        }
        "ConfirmDevice" => confirm_device(world),
        "CompleteWebAuthnRegistration" => registration(world, "phone", &json!({}), json!({})).await?,
        "DeleteWebAuthnCredential" => {
            register(world, "phone").await?;
            let listed = world.succeed("ListWebAuthnCredentials", &json!({ "AccessToken": token })).await?;
            json!({ "AccessToken": token, "CredentialId": listed["Credentials"][0]["CredentialId"] })
        }
        "GetDevice" | "ForgetDevice" => {
            world.succeed("ConfirmDevice", &confirm_device(world)).await?;
            json!({ "AccessToken": token, "DeviceKey": device_key(world) })
        }
        "UpdateDeviceStatus" => {
            world.succeed("ConfirmDevice", &confirm_device(world)).await?;
            json!({
                "AccessToken": token, "DeviceKey": device_key(world), "DeviceRememberedStatus": "not_remembered",
            })
        }
        "AssociateSoftwareToken"
        | "DeleteUser"
        | "GetUser"
        | "GetUserAuthFactors"
        | "GlobalSignOut"
        | "ListDevices"
        | "ListUserSessions"
        | "ListWebAuthnCredentials"
        | "StartWebAuthnRegistration" => json!({ "AccessToken": token }),
        other => bail!("there is no request for {other}"),
    })
}

/// Gives wrong codes, each code as often as it may be, and asks for new ones between them.
///
/// # Errors
///
/// If there is no answer.
pub async fn guess(world: &World, operation: &str, input: &Value, codes: usize) -> Result<()> {
    let (member, again) = match operation {
        "ConfirmSignUp" => ("ConfirmationCode", Some("ResendConfirmationCode")),
        "ConfirmForgotPassword" => ("ConfirmationCode", Some("ForgotPassword")),
        "VerifyUserAttribute" => ("Code", None),
        "ChangePassword" => ("PreviousPassword", None),
        other => bail!("{other} has no code"),
    };
    let mut wrong = input.clone();
    wrong[member] =
        json!(if operation == "ChangePassword" { "Wrong-Horse-1" } else { other_code(&input[member]) });
    for turn in 0..codes {
        if let Some(again) = again.filter(|_| turn > 0) {
            let user = json!({ "ClientId": input["ClientId"], "Username": input["Username"] });
            world.succeed(again, &user).await?;
        }
        for _ in 0..5 {
            world.call(operation, &wrong).await?;
        }
    }
    Ok(())
}

/// A request that makes the pool send to the address in this attribute.
async fn sending(world: &World, operation: &str, attribute: &str) -> Result<Value> {
    let (client, token) = (world.pool.client_id(), &world.tokens["AccessToken"]);
    let new = if attribute == "email" { NEW_MAIL } else { NEW_PHONE };
    let (medium, setting) = match attribute {
        "email" => ("EMAIL_OTP", "EmailMfaSettings"),
        _ => ("SMS_MFA", "SMSMfaSettings"),
    };
    Ok(match operation {
        "SignUp" => sign_up(world, &json!([{ "Name": attribute, "Value": new }])),
        "ResendConfirmationCode" => {
            // The address comes later, so that nothing was sent at the sign-up.
            world.succeed("SignUp", &sign_up(world, &json!([]))).await?;
            let attributes = json!([{ "Name": attribute, "Value": new }]);
            let bob = json!({ "Username": "bob", "UserAttributes": attributes });
            world.pool.admin("AdminUpdateUserAttributes", bob).await?;
            json!({ "ClientId": client, "Username": "bob" })
        }
        "ForgotPassword" => json!({ "ClientId": client, "Username": "ada" }),
        "GetUserAttributeVerificationCode" => json!({ "AccessToken": token, "AttributeName": attribute }),
        "UpdateUserAttributes" => json!({
            "AccessToken": token, "UserAttributes": [{ "Name": attribute, "Value": new }],
        }),
        "InitiateAuth" => {
            let preferred = json!({ "Username": "ada", setting: { "Enabled": true, "PreferredMfa": true } });
            world.pool.admin("AdminSetUserMFAPreference", preferred).await?;
            world.sign_in("ada", PASSWORD)
        }
        "RespondToAuthChallenge" => {
            let enabled = json!({ "Enabled": true });
            let both = json!({ "Username": "ada", "EmailMfaSettings": enabled, "SMSMfaSettings": enabled });
            world.pool.admin("AdminSetUserMFAPreference", both).await?;
            let challenge = world.succeed("InitiateAuth", &world.sign_in("ada", PASSWORD)).await?;
            respond(world, &challenge, &json!({ "USERNAME": "ada", "ANSWER": medium }))
        }
        other => bail!("{other} sends nothing"),
    })
}

/// The answer to NEW_PASSWORD_REQUIRED.
async fn new_password(world: &World, password: &str, attributes: &str) -> Result<Value> {
    let user = json!({
        "Username": "eve", "TemporaryPassword": TEMPORARY_PASSWORD, "MessageAction": "SUPPRESS",
    });
    world.pool.admin("AdminCreateUser", user).await?;
    let challenge = world.succeed("InitiateAuth", &world.sign_in("eve", TEMPORARY_PASSWORD)).await?;
    let mut responses = json!({ "USERNAME": "eve", "NEW_PASSWORD": password });
    crate::world::extend(&mut responses, serde_json::from_str(attributes)?);
    Ok(respond(world, &challenge, &responses))
}

/// A request of somebody who has not confirmed the sign-up.
async fn unconfirmed(world: &World, operation: &str) -> Result<Value> {
    world.succeed("SignUp", &valid_sign_up(world)).await?;
    Ok(match operation {
        "InitiateAuth" => world.sign_in("bob", PASSWORD),
        "ConfirmForgotPassword" => json!({
            "ClientId": world.pool.client_id(), "Username": "bob", "ConfirmationCode": "123456",
            "Password": OTHER_PASSWORD,
        }),
        "RespondToAuthChallenge" => answer_of(world, "bob").await?,
        other => bail!("{other} by bob"),
    })
}

/// The answer to PASSWORD_VERIFIER, as the SDK computes it.
async fn answer_of(world: &World, username: &str) -> Result<Value> {
    let transport = Keeping { inner: HttpTransport::new()?, kept: Arc::default() };
    let client = world.pool.client()?.transport(transport.clone()).build()?;
    let outcome = client.sign_in(username, PASSWORD).await;
    let kept = transport.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    kept.with_context(|| format!("there is no answer: {outcome:?}"))
}

/// Keeps the answer to a challenge instead of sending it.
#[derive(Clone, Debug)]
struct Keeping {
    inner: HttpTransport,
    kept: Arc<Mutex<Option<Value>>>,
}

impl Transport for Keeping {
    fn send(&self, request: platform::Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.headers().get("x-amz-target").map(|target| target.as_bytes().to_owned());
        if !target.is_some_and(|target| target.ends_with(b".RespondToAuthChallenge")) {
            return self.inner.send(request);
        }
        let answer = serde_json::from_slice(request.body()).ok();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        Box::pin(async { Err(TransportError::not_sent("it is kept")) })
    }
}

/// A request that needs an authenticator app which is not there any more.
async fn missing_setup(world: &World, operation: &str) -> Result<Value> {
    let token = &world.tokens["AccessToken"];
    if operation == "VerifySoftwareToken" {
        return Ok(json!({ "AccessToken": token, "UserCode": "123456" }));
    }
    let code = valid(world, "VerifySoftwareToken").await?;
    world.succeed("VerifySoftwareToken", &code).await?;
    let preferred = json!({ "Username": "ada", "SoftwareTokenMfaSettings": { "Enabled": true } });
    world.pool.admin("AdminSetUserMFAPreference", preferred).await?;
    let challenge = world.succeed("InitiateAuth", &world.sign_in("ada", PASSWORD)).await?;
    Ok(respond(world, &challenge, &json!({ "USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": "123456" })))
}

/// The answer to a second factor with a wrong code, or with one that was used.
async fn second_factor(world: &World, used: bool) -> Result<Value> {
    let (setting, response) = match used {
        true => ("SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA_CODE"),
        false => ("SMSMfaSettings", "SMS_MFA_CODE"),
    };
    let mut code = json!("wrong");
    if used {
        let verify = valid(world, "VerifySoftwareToken").await?;
        world.succeed("VerifySoftwareToken", &verify).await?;
        code = verify["UserCode"].clone();
    }
    let preferred = json!({ "Username": "ada", setting: { "Enabled": true, "PreferredMfa": true } });
    world.pool.admin("AdminSetUserMFAPreference", preferred).await?;
    let challenge = world.succeed("InitiateAuth", &world.sign_in("ada", PASSWORD)).await?;
    Ok(respond(world, &challenge, &json!({ "USERNAME": "ada", response: code })))
}

/// A request for an address or a name that another user signs in with.
async fn alias(world: &World, operation: &str) -> Result<Value> {
    let token = &world.tokens["AccessToken"];
    if operation == "ConfirmSignUp" {
        world.succeed("SignUp", &sign_up(world, &json!([{ "Name": "email", "Value": MAIL }]))).await?;
        let code = world.code(MAIL)?;
        return Ok(
            json!({ "ClientId": world.pool.client_id(), "Username": "bob", "ConfirmationCode": code }),
        );
    }
    world.pool.add_user("other").await?;
    let attributes = json!([
        { "Name": "preferred_username", "Value": "countess" }, { "Name": "email", "Value": NEW_MAIL },
        { "Name": "email_verified", "Value": "true" },
    ]);
    let other = json!({ "Username": "other", "UserAttributes": attributes });
    world.pool.admin("AdminUpdateUserAttributes", other).await?;
    Ok(match operation {
        "UpdateUserAttributes" => json!({
            "AccessToken": token, "UserAttributes": [{ "Name": "preferred_username", "Value": "countess" }],
        }),
        "VerifyUserAttribute" => {
            let email = json!([{ "Name": "email", "Value": NEW_MAIL }]);
            let update = json!({ "AccessToken": token, "UserAttributes": email });
            world.succeed("UpdateUserAttributes", &update).await?;
            json!({ "AccessToken": token, "AttributeName": "email", "Code": world.code(NEW_MAIL)? })
        }
        "RespondToAuthChallenge" => {
            new_password(world, OTHER_PASSWORD, r#"{ "userAttributes.preferred_username": "countess" }"#)
                .await?
        }
        other => bail!("{other} has no alias"),
    })
}

/// Feedback to a suspicious sign-in.
async fn feedback(world: &World) -> Result<Value> {
    let risk = json!({ "Actions": { "LowAction": { "Notify": true, "EventAction": "NO_ACTION" } } });
    let mut token = "none".to_owned();
    let mut event = json!("none");
    // A pool without threat protection has no such events.
    let configuration = json!({ "AccountTakeoverRiskConfiguration": risk });
    if world.pool.admin("SetRiskConfiguration", configuration).await.is_ok() {
        for _ in 0..3 {
            world.call("InitiateAuth", &world.sign_in("ada", "Wrong-Horse-1")).await?;
        }
        world.succeed("InitiateAuth", &world.sign_in("ada", PASSWORD)).await?;
        token = world.code(MAIL)?;
        let events = world.pool.admin("AdminListUserAuthEvents", json!({ "Username": "ada" })).await?;
        event = events["AuthEvents"][0]["EventId"].clone();
    }
    Ok(json!({
        "UserPoolId": world.pool.pool_id(), "Username": "ada", "EventId": event, "FeedbackToken": token,
        "FeedbackValue": "Valid",
    }))
}

/// The registration of the device of the sign-in.
fn confirm_device(world: &World) -> Value {
    // Any number is a verifier, and any bytes are a salt.
    let verifier = json!({ "PasswordVerifier": STANDARD.encode([7; 384]), "Salt": STANDARD.encode([7; 16]) });
    json!({
        "AccessToken": world.tokens["AccessToken"], "DeviceKey": device_key(world),
        "DeviceSecretVerifierConfig": verifier,
    })
}

fn device_key(world: &World) -> Value {
    world.tokens["NewDeviceMetadata"]["DeviceKey"].clone()
}

fn valid_sign_up(world: &World) -> Value {
    sign_up(world, &json!([{ "Name": "email", "Value": NEW_MAIL }]))
}

fn sign_up(world: &World, attributes: &Value) -> Value {
    json!({
        "ClientId": world.pool.client_id(), "Username": "bob", "Password": PASSWORD,
        "UserAttributes": attributes,
    })
}

fn respond(world: &World, challenge: &Value, responses: &Value) -> Value {
    json!({
        "ClientId": world.pool.client_id(), "ChallengeName": challenge["ChallengeName"],
        "Session": challenge["Session"], "ChallengeResponses": responses,
    })
}

fn other_code(code: &Value) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn totp(world: &World, secret: &str) -> Result<String> {
    let key = totp_rs::Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error}"))?;
    let now = world.pool.aws.clock().now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    Ok(totp_rs::Builder::new().with_secret(key).build_noncompliant().generate(now).to_string())
}

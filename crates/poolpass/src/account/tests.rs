//! Cases for which no server can be made to answer at the right moment. The scenarios play everything else against local-aws.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{MfaSetting, MfaSettings};
use crate::client::Client;
use crate::config::Config;
use crate::error::ErrorKind;
use crate::platform::Clock;
use crate::session::test_tokens::{result, tokens};
use crate::user_pool::scripted::ScriptedPool;

pub(super) async fn signed_in(pool: &ScriptedPool) -> Client {
    let client = pool.client().build().unwrap();
    let tokens = tokens(&result("ada", pool.now(), Some("ada's refresh token")));
    client.manager().unwrap().begin(tokens).await.unwrap();
    client
}

fn user() -> Value {
    json!({ "Username": "ada", "UserAttributes": [{ "Name": "email", "Value": "ada@example.com" }] })
}

#[tokio::test]
async fn an_access_token_that_died_early_is_refreshed_and_used_once_more() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    pool.refuse("NotAuthorizedException", "Access Token has been revoked");
    pool.answer(json!({ "AuthenticationResult": result("ada", pool.now(), None) })).answer(user());
    assert_eq!(client.account().attributes().await.unwrap().get("email"), Some("ada@example.com"));
    assert_eq!(pool.operations(), ["GetUser", "GetTokensFromRefreshToken", "GetUser"]);

    pool.refuse("NotAuthorizedException", "Access Token has been revoked");
    pool.refuse("NotAuthorizedException", "Refresh Token has been revoked");
    assert_eq!(client.account().attributes().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    assert!(client.current_user().await.unwrap().is_none());
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_scope_are_no_reasons_to_refresh() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    for (message, expected) in [
        ("Incorrect username or password.", ErrorKind::NotAuthorized),
        ("Access Token does not have required scopes", ErrorKind::MissingScope),
    ] {
        pool.refuse("NotAuthorizedException", message);
        let error = client.account().change_password("wrong", "new").await.unwrap_err();
        assert_eq!(error.kind(), expected);
    }
    assert_eq!(pool.operations(), ["ChangePassword", "ChangePassword"]);
}

#[tokio::test]
async fn nothing_is_sent_for_input_that_cannot_be_right() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    let account = client.account();
    let refused = [
        account.sign_up("", "password").await.map(drop),
        account.sign_up("ada", "").await.map(drop),
        account.confirm_sign_up("ada", " ").await,
        account.confirm_sign_up("", "123456").await,
        account.resend_confirmation_code("").await.map(drop),
        account.forgot_password("").await.map(drop),
        account.confirm_forgot_password("ada", "123456", "").await,
        account.change_password("", "new").await,
        account.update_attributes(&[]).await.map(drop),
        account.delete_attributes(&[]).await,
        account.verify_attribute("email", "").await,
        account.verify_software_token("", None).await,
    ];
    for outcome in refused {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert!(pool.operations().is_empty());
}

#[tokio::test]
async fn settings_that_are_not_named_stay_as_they_are() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    pool.answer(json!({}));
    let settings = MfaSettings::new().software_token(MfaSetting::Preferred).sms(MfaSetting::Off);
    client.account().set_mfa_preference(settings).await.unwrap();
    let mut sent = pool.last_input();
    sent.as_object_mut().unwrap().remove("AccessToken");
    assert_eq!(
        sent,
        json!({
            "SMSMfaSettings": { "Enabled": false, "PreferredMfa": false },
            "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
        })
    );
}

#[tokio::test]
async fn a_totp_code_that_is_refused_with_success_status_is_a_wrong_code() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    pool.answer(json!({ "Status": "ERROR" }));
    let error = client.account().verify_software_token("123456", Some("phone")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CodeMismatch);
    assert_eq!(pool.last_input()["FriendlyDeviceName"], "phone");
}

#[tokio::test]
async fn without_a_user_pool_there_are_no_accounts() {
    let config =
        Config::builder().identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11").build().unwrap();
    let client = Client::builder(config).transport(ScriptedPool::default()).build().unwrap();
    assert_eq!(client.account().attributes().await.unwrap_err().kind(), ErrorKind::InvalidConfig);
    assert_eq!(client.sign_in("ada", "password").await.unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[test]
fn debug_output_shows_no_password_and_no_personal_data() {
    let account = ScriptedPool::default().client().build().unwrap().account();
    let sign_up = account.sign_up("ada", SecretString::from("hush")).attribute("email", "ada@example.com");
    let reset = account.confirm_forgot_password("ada@example.com", "123456", SecretString::from("hush"));
    let update = account.update_attributes(&[("email", "ada@example.com")]);
    let debug = format!("{sign_up:?} {reset:?} {update:?}");
    assert!(debug.contains("ConfirmForgotPassword"), "{debug}");
    assert!(
        !debug.contains("hush") && !debug.contains("123456") && !debug.contains("example.com"),
        "{debug}"
    );
}

#[tokio::test]
async fn client_metadata_goes_with_the_call_that_it_was_given_to() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    let account = client.account();
    let sent = |pool: &ScriptedPool| pool.last_input()["ClientMetadata"].clone();
    pool.answer(json!({ "UserConfirmed": true, "UserSub": "s" }));
    let sign_up =
        account.sign_up("ada", "password").validation_data("v", "1").client_metadata("k", "sign-up");
    sign_up.await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "sign-up" }));
    assert_eq!(pool.last_input()["ValidationData"], json!([{ "Name": "v", "Value": "1" }]));

    pool.answer(json!({}));
    account.confirm_sign_up("ada", "1").client_metadata("k", "confirm").await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "confirm" }));
    pool.answer(json!({}));
    account.resend_confirmation_code("ada").client_metadata("k", "resend").await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "resend" }));
    pool.answer(json!({}));
    account.forgot_password("ada").client_metadata("k", "forgot").await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "forgot" }));
    pool.answer(json!({}));
    account.confirm_forgot_password("ada", "1", "password").client_metadata("k", "reset").await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "reset" }));
    pool.answer(json!({}));
    account.update_attributes(&[("name", "Ada")]).client_metadata("k", "update").await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "update" }));
    pool.answer(json!({}));
    account.request_attribute_code("email").client_metadata("k", "code").await.unwrap();
    assert_eq!(sent(&pool), json!({ "k": "code" }));

    pool.answer(json!({}));
    account.forgot_password("ada").await.unwrap();
    assert_eq!(sent(&pool), Value::Null);
}

#[tokio::test]
async fn calls_may_move_between_threads() {
    let pool = ScriptedPool::default();
    let client = signed_in(&pool).await;
    pool.answer(user());
    let task = tokio::spawn(async move { client.account().attributes().await });
    assert_eq!(task.await.unwrap().unwrap().get("email"), Some("ada@example.com"));
}

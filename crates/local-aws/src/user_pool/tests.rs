//! Common behaviour of all operations.

use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::{
    testing::{TestPool, request},
    *,
};

const OPERATIONS: &str = "SignUp ConfirmSignUp ResendConfirmationCode ForgotPassword ConfirmForgotPassword \
    InitiateAuth RespondToAuthChallenge GetTokensFromRefreshToken RevokeToken GlobalSignOut GetUser \
    ChangePassword DeleteUser UpdateUserAttributes DeleteUserAttributes GetUserAttributeVerificationCode \
    VerifyUserAttribute AssociateSoftwareToken VerifySoftwareToken SetUserMFAPreference GetUserAuthFactors \
    StartWebAuthnRegistration CompleteWebAuthnRegistration ListWebAuthnCredentials DeleteWebAuthnCredential \
    CreateUserPool UpdateUserPool DescribeUserPool DeleteUserPool ListUserPools SetUserPoolMfaConfig CreateUserPoolClient \
    DescribeUserPoolClient UpdateUserPoolClient DeleteUserPoolClient ListUserPoolClients AdminCreateUser \
    AdminGetUser AdminDeleteUser AdminSetUserPassword AdminResetUserPassword AdminConfirmSignUp \
    AdminUpdateUserAttributes AdminEnableUser AdminDisableUser AdminUserGlobalSignOut \
    AdminSetUserMFAPreference ConfirmDevice GetDevice ListDevices UpdateDeviceStatus ForgetDevice AdminGetDevice \
    AdminListDevices AdminUpdateDeviceStatus AdminForgetDevice CreateUserPoolDomain DescribeUserPoolDomain \
    UpdateUserPoolDomain DeleteUserPoolDomain CreateIdentityProvider DescribeIdentityProvider UpdateIdentityProvider \
    DeleteIdentityProvider ListIdentityProviders GetIdentityProviderByIdentifier CreateResourceServer \
    DescribeResourceServer UpdateResourceServer DeleteResourceServer ListResourceServers \
    AdminLinkProviderForUser AdminDisableProviderForUser \
    SetUserSettings UpdateAuthEventFeedback AdminSetUserSettings AdminDeleteSoftwareToken \
    AdminListUserAuthEvents AdminUpdateAuthEventFeedback SetRiskConfiguration CreateUserPoolReplica \
    UpdateUserPoolReplica DeleteUserPoolReplica ListUserPoolReplicas CreateGroup DeleteGroup AdminAddUserToGroup AdminRemoveUserFromGroup";

#[test]
fn whatever_comes_in_the_answer_is_a_client_error_and_no_panic() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let strange: Vec<Value> = vec![json!(null), json!(1), json!([]), json!({}), json!(""), json!({ "a": 1 })];
    for name in OPERATIONS.split_whitespace() {
        let run = |body: &str| {
            let request = request(name, body.to_owned());
            let call = Call {
                account: &test.account,
                request: &request,
                now: test.account.clock.now(),
                managed_login: None,
            };
            match operation(name).unwrap() {
                Operation::Public(run) | Operation::Administrative(run) => run(&call),
            }
        };
        for body in ["", "{", "nonsense", "[]", "null", "\"\"", "\u{0}", "{\"ClientId\":\"é\"}"] {
            if let Err(error) = run(body) {
                assert_eq!(error.status, StatusCode::BAD_REQUEST, "{name} {body}: {error}");
            }
        }
        for member in [
            "ClientId",
            "UserPoolId",
            "Username",
            "Session",
            "AccessToken",
            "AuthParameters",
            "AuthFlow",
            "ChallengeResponses",
            "UserAttributes",
            "Password",
        ] {
            for value in &strange {
                let mut input = json!({
                    "ClientId": test.client_id, "UserPoolId": "eu-west-1_none", "Username": "ada",
                    "AuthFlow": "USER_SRP_AUTH", "ChallengeName": "PASSWORD_VERIFIER",
                });
                input[member] = value.clone();
                if let Err(error) = run(&input.to_string()) {
                    assert_eq!(error.status, StatusCode::BAD_REQUEST, "{name} {input}: {error}");
                }
            }
        }
    }
}

#[test]
fn malformed_json_and_missing_members_are_told_apart() {
    let test = TestPool::new();
    let code = |body: &'static str| {
        let request = request("SignUp", body);
        let call = Call {
            account: &test.account,
            request: &request,
            now: test.account.clock.now(),
            managed_login: None,
        };
        sign_up::sign_up(&call).unwrap_err()
    };
    assert_eq!(code("{\"ClientId\":").code, "SerializationException");
    assert_eq!(
        code("{\"ClientId\":\"x\"}").to_string(),
        "InvalidParameterException: 1 validation error detected: Value null at 'username' failed to satisfy \
         constraint: Member must not be null"
    );
    let wrong_type = code("{\"ClientId\":\"x\",\"Username\":\"ada\",\"Password\":[\"secret-1\"]}");
    assert_eq!(wrong_type.code, "SerializationException");
    assert!(!wrong_type.message.contains("secret-1"));
}

#[test]
fn administrative_calls_must_be_signed() {
    let test = TestPool::new();
    for name in OPERATIONS.split_whitespace() {
        if let Some(Operation::Administrative(_)) = operation(name) {
            let response = handle(&test.account, &request(name, "{}"));
            assert_eq!(
                response.headers()["x-amzn-errortype"],
                "MissingAuthenticationTokenException",
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn unknown_operations_are_refused_in_aws_s_form() {
    let test = TestPool::new();
    let response = handle(&test.account, &request("MakeCoffee", "{}"));
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["__type"], "UnknownOperationException");
}

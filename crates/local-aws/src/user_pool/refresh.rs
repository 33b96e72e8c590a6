//! New tokens for a refresh token.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, client::AppClient, device, invalid_parameter, not_authorized, pool::UserPool, sign_in::Parameters,
    sign_ins::SignIn, tokens, triggers,
};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokensFromRefreshToken {
    refresh_token: String,
    client_id: String,
    client_secret: Option<String>,
    device_key: Option<String>,
}

/// GetTokensFromRefreshToken. With rotation, it also returns a new refresh token.
pub(super) fn tokens_from_refresh_token(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: TokensFromRefreshToken = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    if !client.has_secret(input.client_secret.as_deref()) {
        return Err(AwsError::new(
            "NotAuthorizedException",
            format!("Unable to verify secret for client {}", client.id),
        ));
    }
    let sign_in = pool.sign_ins.refresh(&client, &input.refresh_token, call.now)?;
    let user = pool.user_of(&sign_in)?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    device::check_refresh(pool, user, &sign_in, input.device_key.as_deref())?;
    let claims = triggers::before_tokens(call, pool, &client, user, "RefreshTokens")?;
    let tokens = tokens::Issue { pool, client: &client, user, sign_in: &sign_in, claims, now: call.now };
    let mut result = tokens.result(None)?;
    touch(call, pool, &sign_in);
    if client.settings.rotates() {
        result["RefreshToken"] = json!(pool.sign_ins.rotate(&input.refresh_token, call.now));
    }
    Ok(json!({ "AuthenticationResult": result }))
}

/// InitiateAuth with REFRESH_TOKEN_AUTH, which never returns a new refresh token.
pub(super) fn by_refresh_token(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if client.settings.rotates() {
        return Err(invalid_parameter("REFRESH_TOKEN_AUTH is not available with refresh token rotation."));
    }
    if !client.settings.allows("REFRESH_TOKEN_AUTH") {
        return Err(invalid_parameter("REFRESH_TOKEN_AUTH flow not enabled for this client"));
    }
    let refresh_token = parameters.required("REFRESH_TOKEN")?;
    let secret_hash = parameters.optional("SECRET_HASH");
    if client.secret.is_some() && secret_hash.is_none() {
        client.check_secret_hash("", None)?;
    }
    let sign_in = pool.sign_ins.refresh(client, refresh_token, call.now)?;
    let user = pool.user_of(&sign_in)?;
    // The hash is computed from the real username or the sub, since the call contains no other name.
    client
        .check_secret_hash(&user.username, secret_hash)
        .or_else(|_| client.check_secret_hash(&user.sub, secret_hash))?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    device::check_refresh(pool, user, &sign_in, parameters.optional("DEVICE_KEY"))?;
    let claims = triggers::before_tokens(call, pool, client, user, "RefreshTokens")?;
    let tokens = tokens::Issue { pool, client, user, sign_in: &sign_in, claims, now: call.now };
    let result = tokens.result(None)?;
    touch(call, pool, &sign_in);
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}

/// A refresh counts as activity of the session.
fn touch(call: &Call<'_>, pool: &mut UserPool, sign_in: &SignIn) {
    if let Some(session) = pool.sign_ins.session_mut(&sign_in.id) {
        session.touch(call.request, call.now);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{TestPool, claims, secret_hash},
        *,
    };

    fn by_auth_flow(test: &TestPool, token: &Value) -> Result<Value, AwsError> {
        let parameters = json!({ "REFRESH_TOKEN": token });
        test.call("InitiateAuth", json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters }))
    }

    fn by_operation(test: &TestPool, token: &Value) -> Result<Value, AwsError> {
        test.call("GetTokensFromRefreshToken", json!({ "RefreshToken": token }))
    }

    fn signed_in(client: Value) -> (TestPool, Value) {
        let test = TestPool::with(json!({}), client);
        test.add_user("ada", &[]);
        let tokens = test.tokens("ada");
        (test, tokens)
    }

    fn rotating(grace: u64) -> Value {
        json!({
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": grace },
        })
    }

    #[test]
    fn both_ways_give_new_tokens_of_the_same_sign_in() {
        let (test, tokens) = signed_in(json!({}));
        test.advance(10);
        for refresh in [by_auth_flow, by_operation] {
            let result = refresh(&test, &tokens["RefreshToken"]).unwrap()["AuthenticationResult"].clone();
            let (old, new) = (claims(&tokens["AccessToken"]), claims(&result["AccessToken"]));
            for same in ["origin_jti", "auth_time", "sub"] {
                assert_eq!(old[same], new[same], "{same}");
            }
            assert!(new["exp"].as_i64() > old["exp"].as_i64());
            assert!(result["IdToken"].is_string());
            assert!(result.get("RefreshToken").is_none());
        }
    }

    #[test]
    fn a_refresh_token_ends_by_revocation_expiry_and_its_user() {
        type Step = fn(&TestPool, &Value);
        let cases: [(Step, &str); 6] = [
            (
                |test, token| {
                    test.call("RevokeToken", json!({ "Token": token })).unwrap();
                },
                "NotAuthorizedException: Refresh Token has been revoked",
            ),
            (
                |test, _| {
                    test.admin("AdminUserGlobalSignOut", json!({ "Username": "ada" })).unwrap();
                },
                "NotAuthorizedException: Refresh Token has been revoked",
            ),
            (
                |test, _| test.account.user_pools.revoke_refresh_tokens(),
                "NotAuthorizedException: Refresh Token has been revoked",
            ),
            (|test, _| test.advance(30 * 24 * 3600), "NotAuthorizedException: Refresh Token has expired"),
            (
                |test, _| {
                    test.admin("AdminDeleteUser", json!({ "Username": "ada" })).unwrap();
                },
                "UserNotFoundException: User does not exist.",
            ),
            (
                |test, _| {
                    test.admin("AdminDisableUser", json!({ "Username": "ada" })).unwrap();
                    test.admin("AdminEnableUser", json!({ "Username": "ada" })).unwrap();
                },
                "NotAuthorizedException: Refresh Token has been revoked",
            ),
        ];
        for (end, message) in cases {
            let (test, tokens) = signed_in(json!({}));
            end(&test, &tokens["RefreshToken"]);
            for refresh in [by_auth_flow, by_operation] {
                assert_eq!(refresh(&test, &tokens["RefreshToken"]).unwrap_err().to_string(), message);
            }
        }
    }

    #[test]
    fn tokens_that_are_not_this_client_s_refresh_tokens_are_invalid() {
        let (test, tokens) = signed_in(json!({}));
        let other = test.create_client(json!({}))["ClientId"].clone();
        let input = json!({ "RefreshToken": tokens["RefreshToken"], "ClientId": other });
        let foreign = test.call("GetTokensFromRefreshToken", input);
        for result in [foreign, by_operation(&test, &tokens["AccessToken"]), by_operation(&test, &json!("x"))]
        {
            assert_eq!(result.unwrap_err().to_string(), "NotAuthorizedException: Invalid Refresh Token");
        }
    }

    #[test]
    fn rotation_replaces_the_token_and_notices_its_reuse() {
        let (test, tokens) = signed_in(rotating(0));
        let first = &tokens["RefreshToken"];
        let second = by_operation(&test, first).unwrap()["AuthenticationResult"]["RefreshToken"].clone();
        assert_ne!(*first, second);
        assert_eq!(by_operation(&test, first).unwrap_err().code, "RefreshTokenReuseException");
        assert!(by_operation(&test, &second).is_ok());
    }

    #[test]
    fn within_the_grace_period_the_old_token_still_works() {
        let (test, tokens) = signed_in(rotating(30));
        let first = &tokens["RefreshToken"];
        by_operation(&test, first).unwrap();
        test.advance(20);
        let again = by_operation(&test, first).unwrap()["AuthenticationResult"]["RefreshToken"].clone();
        test.advance(11);
        assert_eq!(by_operation(&test, first).unwrap_err().code, "RefreshTokenReuseException");
        assert!(by_operation(&test, &again).is_ok());
    }

    #[test]
    fn rotation_does_not_lengthen_the_sign_in() {
        let (test, tokens) = signed_in(rotating(0));
        test.advance(29 * 24 * 3600);
        let second =
            by_operation(&test, &tokens["RefreshToken"]).unwrap()["AuthenticationResult"]["RefreshToken"]
                .clone();
        test.advance(24 * 3600);
        assert_eq!(by_operation(&test, &second).unwrap_err().message, "Refresh Token has expired");
    }

    #[test]
    fn with_rotation_the_old_flow_is_refused() {
        let (test, tokens) = signed_in(rotating(0));
        let error = by_auth_flow(&test, &tokens["RefreshToken"]).unwrap_err();
        assert_eq!(error.code, "InvalidParameterException");
    }

    #[test]
    fn a_client_with_a_secret_shows_it() {
        let test = TestPool::with(json!({ "AliasAttributes": ["email"] }), json!({ "GenerateSecret": true }));
        test.add_user("ada", &[("email", "ada@example.com"), ("email_verified", "true")]);
        let client = test.admin("DescribeUserPoolClient", json!({ "ClientId": test.client_id })).unwrap();
        let secret = client["UserPoolClient"]["ClientSecret"].as_str().unwrap();
        let hash = |name: &str| secret_hash(secret, name, &test.client_id);
        let parameters = json!({ "USERNAME": "ada@example.com", "PASSWORD": super::super::testing::PASSWORD,
                    "SECRET_HASH": hash("ada@example.com") });
        let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
        let token = test.call("InitiateAuth", input).unwrap()["AuthenticationResult"]["RefreshToken"].clone();

        let by_hash = |hash: Option<String>| {
            let mut parameters = json!({ "REFRESH_TOKEN": token });
            if let Some(hash) = hash {
                parameters["SECRET_HASH"] = json!(hash);
            }
            test.call(
                "InitiateAuth",
                json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters }),
            )
        };
        assert!(by_hash(Some(hash("ada"))).is_ok());
        assert!(by_hash(Some(hash("ada@example.com"))).is_err(), "an alias is not the user name");
        assert!(by_hash(Some(secret.to_owned())).is_err());
        assert!(by_hash(None).is_err());

        let by_secret = |secret: Value| {
            test.call("GetTokensFromRefreshToken", json!({ "RefreshToken": token, "ClientSecret": secret }))
        };
        assert!(by_secret(json!(secret)).is_ok());
        assert!(by_secret(json!("wrong")).is_err());
        assert!(by_secret(Value::Null).is_err());
    }
}

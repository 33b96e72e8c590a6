//! Refusals of a load balancer: the session of another client, an old sign-in, and tokens that are not valid yet.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::load_balancer_tests::{NAME, at_the_callback, before_the_echo, get, session, test};
use crate::{
    test_support::load_balancing,
    user_pool::{keys::signing_keys, testing::merge},
};

#[tokio::test]
async fn a_session_counts_for_its_client_only() {
    let (mut test, arn) = test().await;
    let cookie = session(&test).await;
    test.set_client(json!({ "GenerateSecret": true })).await;
    let call = async |operation: &str, input: Value| {
        load_balancing(&test.account, operation, input).await.expect_ok()
    };
    let listener = call("DescribeListeners", json!({ "LoadBalancerArn": arn })).await.xml("ListenerArn");
    let echo = call("DescribeTargetGroups", json!({})).await.xml("TargetGroupArn");
    let config = json!({
        "UserPoolArn": format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{}", test.pool_id),
        "UserPoolClientId": test.client_id,
        "UserPoolDomain": "notes",
        "OnUnauthenticatedRequest": "deny",
    });
    let rule = json!({
        "ListenerArn": listener, "Priority": 10,
        "Conditions": [{ "Field": "path-pattern", "Values": ["/other"] }],
        "Actions": before_the_echo("authenticate-cognito", "AuthenticateCognitoConfig", &config, &echo),
    });
    call("CreateRule", rule).await;
    for (path, status) in [("deny", 200), ("other", 401)] {
        let answer = get(&test, &format!("{NAME}/{path}"), &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_person_has_fifteen_minutes_to_sign_in() {
    let (test, _) = test().await;
    let (back, nonce) = at_the_callback(&test).await;
    test.account.clock.advance_seconds(890);
    let answer = get(&test, &back, &[("cookie", &nonce)]).await;
    assert_eq!(answer.status, 500, "only the code has expired");
    test.account.clock.advance_seconds(10);
    assert_eq!(get(&test, &back, &[("cookie", &nonce)]).await.status, 401);
}

#[tokio::test]
async fn a_token_of_the_future_is_refused() {
    let (test, _) = test().await;
    let access = test.tokens(&[]).await["access_token"].as_str().unwrap().to_owned();
    let status = async |changes: Value| {
        let header = format!("Bearer {}", changed(&access, changes));
        get(&test, &format!("{NAME}/jwt/notes"), &[("authorization", &header)]).await.status.as_u16()
    };
    let now = test.account.clock.unix_seconds();
    assert_eq!(status(json!({})).await, 200);
    assert_eq!(status(json!({ "nbf": now, "iat": now })).await, 200);
    for changes in [
        json!({ "nbf": now + 60 }),
        json!({ "iat": now + 60 }),
        json!({ "nbf": "soon" }),
        json!({ "iat": now.to_string() }),
    ] {
        assert_eq!(status(changes.clone()).await, 401, "{changes}");
    }
}

/// The token with other claims, signed by the user pool's key.
fn changed(token: &str, changes: Value) -> String {
    let mut decoded = jsonwebtoken::dangerous::insecure_decode::<Value>(token).unwrap();
    merge(&mut decoded.claims, changes);
    assert_eq!(decoded.header.alg, Algorithm::RS256);
    let key = &signing_keys().unwrap().access_token.private;
    jsonwebtoken::encode(&decoded.header, &decoded.claims, key).unwrap()
}

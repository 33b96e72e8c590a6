//! A load balancer that signs people in at a domain.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{
    complete,
    testing::{TestDomain, parameter},
};
use crate::test_support::{Answer, Draft, HOST, Keys, load_balancing};

pub(super) const NAME: &str = "/_alb/notes";

/// A domain with a confidential client, and a load balancer with rules for it.
pub(super) async fn test() -> (TestDomain, String) {
    let callback = format!("http://{HOST}{NAME}/oauth2/idpresponse");
    let client = json!({
        "GenerateSecret": true,
        "CallbackURLs": [callback, super::testing::REDIRECT],
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "AccessTokenValidity": 5,
        "TokenValidityUnits": { "AccessToken": "minutes" },
    });
    let test = TestDomain::new(client).await;
    let arn = create(&test).await;
    (test, arn)
}

/// An action, and the echo behind it.
pub(super) fn before_the_echo(kind: &str, settings: &str, config: &Value, target_group: &str) -> Value {
    json!([
        { "Type": kind, "Order": 1, settings: config },
        { "Type": "forward", "Order": 2, "TargetGroupArn": target_group },
    ])
}

fn jwt_validation(test: &TestDomain, changes: Value) -> Value {
    let issuer = format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", test.pool_id);
    let mut validation = json!({
        "JwksEndpoint": format!("{issuer}/.well-known/jwks.json"),
        "Issuer": issuer,
        "AdditionalClaims": [
            { "Format": "single-string", "Name": "client_id", "Values": [test.client_id] },
            { "Format": "single-string", "Name": "token_use", "Values": ["access"] },
            { "Format": "space-separated-values", "Name": "scope", "Values": ["openid", "other"] },
        ],
    });
    crate::user_pool::testing::merge(&mut validation, changes);
    validation
}

/// Creates the load balancer. Returns its ARN.
async fn create(test: &TestDomain) -> String {
    let call = async |operation: &str, input: Value, element: &str| {
        load_balancing(&test.account, operation, input).await.expect_ok().xml(element)
    };
    let (_, port) = HOST.split_once(':').unwrap();
    let group =
        json!({ "Name": "echo", "Protocol": "HTTP", "Port": port, "VpcId": "vpc-1", "TargetType": "ip" });
    let echo = call("CreateTargetGroup", group, "TargetGroupArn").await;
    let targets = json!({ "TargetGroupArn": echo, "Targets": [{ "Id": "127.0.0.1" }] });
    call("RegisterTargets", targets, "").await;
    let balancer = json!({ "Name": "notes", "Subnets": ["subnet-1", "subnet-2"] });
    let arn = call("CreateLoadBalancer", balancer, "LoadBalancerArn").await;
    let not_found = json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } });
    let listener = json!({
        "LoadBalancerArn": arn, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [not_found],
        "Certificates": [{ "CertificateArn": "arn:aws:acm:eu-west-1:000000000000:certificate/1" }],
    });
    let listener = call("CreateListener", listener, "ListenerArn").await;

    let session = |what: &str| {
        let config = json!({
            "UserPoolArn": format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{}", test.pool_id),
            "UserPoolClientId": test.client_id,
            "UserPoolDomain": "notes",
            "Scope": "openid email profile",
            "SessionTimeout": 3600,
            "OnUnauthenticatedRequest": what,
        });
        let actions = before_the_echo("authenticate-cognito", "AuthenticateCognitoConfig", &config, &echo);
        (format!("/{what}*"), actions)
    };
    let config = jwt_validation(test, json!({}));
    let jwt = before_the_echo("jwt-validation", "JwtValidationConfig", &config, &echo);
    let rules = [("/jwt/*".to_owned(), jwt), session("authenticate"), session("allow"), session("deny")];
    for (index, (path, actions)) in rules.into_iter().enumerate() {
        let rule = json!({
            "ListenerArn": listener, "Priority": index + 1, "Actions": actions,
            "Conditions": [{ "Field": "path-pattern", "Values": [path] }],
        });
        call("CreateRule", rule, "RuleArn").await;
    }
    arn
}

/// Changes the rule for tokens.
async fn change_jwt_validation(test: &TestDomain, arn: &str, changes: Value) {
    let call = async |operation: &str, input: Value| {
        load_balancing(&test.account, operation, input).await.expect_ok()
    };
    let listener = call("DescribeListeners", json!({ "LoadBalancerArn": arn })).await.xml("ListenerArn");
    let rules = call("DescribeRules", json!({ "ListenerArn": listener })).await;
    let config = jwt_validation(test, changes);
    let actions =
        before_the_echo("jwt-validation", "JwtValidationConfig", &config, &rules.xml("TargetGroupArn"));
    call("ModifyRule", json!({ "RuleArn": rules.xml("RuleArn"), "Actions": actions })).await;
}

pub(super) async fn get(test: &TestDomain, target: &str, headers: &[(&str, &str)]) -> Answer {
    let draft = Draft::new("GET", target);
    headers.iter().fold(draft, |draft, (name, value)| draft.header(name, value)).send(&test.account).await
}

/// The cookies that an answer sets, as a browser sends them back.
pub(super) fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    set.map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
}

/// Signs ada in for a request. Returns the way back from the domain, and the cookie of the one who began.
pub(super) async fn at_the_callback(test: &TestDomain) -> (String, String) {
    let begun = get(test, &format!("{NAME}/authenticate?page=2"), &[]).await;
    assert_eq!(begun.status, 302);
    let authorize = begun.location();
    assert!(authorize.starts_with(&format!("http://{HOST}/_domain/notes/oauth2/authorize?")), "{authorize}");
    let login = get(test, authorize.split_once(HOST).unwrap().1, &[]).await.location();
    let request_id = parameter(&login, "request_id").expect(&login);
    let ticket = test.ticket(&request_id).unwrap();
    let http = Draft::new("POST", "/_domain/notes/login").into_request();
    let back = Answer::of(complete(&test.account, &http, &request_id, &ticket)).await.location();
    (back.split_once(HOST).unwrap().1.to_owned(), cookies(&begun))
}

pub(super) async fn session(test: &TestDomain) -> String {
    let (back, nonce) = at_the_callback(test).await;
    let signed_in = get(test, &back, &[("cookie", &nonce)]).await;
    assert_eq!(
        (signed_in.status.as_u16(), signed_in.location()),
        (302, format!("{NAME}/authenticate?page=2"))
    );
    cookies(&signed_in)
}

#[tokio::test]
async fn the_target_learns_who_has_signed_in() {
    let (test, arn) = test().await;
    let cookies = session(&test).await;
    let forged = [("cookie", cookies.as_str()), ("x-amzn-oidc-identity", "somebody else")];
    let echo = get(&test, &format!("{NAME}/authenticate?page=2"), &forged).await.expect_ok().json();
    assert_eq!((&echo["path"], &echo["query"]), (&json!("/authenticate"), &json!("page=2")));
    let headers = &echo["headers"];

    // As the documentation says: the signed text is padded, and the signature is R and S.
    let data = headers["x-amzn-oidc-data"].as_str().unwrap();
    let (content, signature) = data.rsplit_once('.').unwrap();
    let [head, claims] = [0, 1].map(|part| {
        let part = URL_SAFE.decode(content.split('.').nth(part).unwrap()).unwrap();
        serde_json::from_slice::<Value>(&part).unwrap()
    });
    let issuer = format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", test.pool_id);
    let now = test.account.clock.unix_seconds();
    assert_eq!((&head["alg"], &head["signer"]), (&json!("ES256"), &json!(arn)));
    assert_eq!((&head["client"], &head["iss"]), (&json!(test.client_id), &json!(issuer)));
    assert!((now..=now + 120).contains(&head["exp"].as_i64().unwrap()));
    assert_eq!((&claims["email"], &claims["iss"]), (&json!("ada@example.com"), &json!(issuer)));
    assert_eq!(claims["sub"], headers["x-amzn-oidc-identity"]);
    assert_eq!(headers["x-amzn-oidc-accesstoken"].as_str().unwrap().split('.').count(), 3);

    let pem = get(&test, &format!("/_alb/public-keys/{}", head["kid"].as_str().unwrap()), &[]).await;
    let key = pem::parse(pem.expect_ok().text()).unwrap();
    assert_eq!(key.tag(), "PUBLIC KEY");
    // The point is the end of the document.
    let point = &key.contents()[key.contents().len() - 65..];
    let signature = URL_SAFE.decode(signature).unwrap();
    assert_eq!(signature.len(), 64);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(content.as_bytes(), &signature).unwrap();
    assert_eq!(get(&test, "/_alb/public-keys/other", &[]).await.status, 404);
}

#[tokio::test]
async fn without_a_session_the_rule_decides() {
    let (test, _) = test().await;
    let denied = get(&test, &format!("{NAME}/deny"), &[]).await;
    assert_eq!((denied.status.as_u16(), &denied.headers["server"]), (401, &"awselb/2.0".parse().unwrap()));
    let forged = [("x-amzn-oidc-identity", "ada"), ("X-Amzn-Oidc-Data", "a.b.c")];
    let allowed = get(&test, &format!("{NAME}/allow"), &forged).await.expect_ok().json();
    assert!(!allowed["headers"].to_string().contains("oidc"), "{allowed}");
    for cookie in
        ["AWSELBAuthSessionCookie-0=1.AAAA", "AWSELBAuthSessionCookie-0=9.x", "AWSELBAuthSessionCookie-0=é"]
    {
        let answer = get(&test, &format!("{NAME}/authenticate"), &[("cookie", cookie)]).await;
        assert_eq!(answer.status, 302, "{cookie}");
    }
}

#[tokio::test]
async fn only_the_browser_that_began_a_sign_in_can_end_it_and_only_once() {
    let (test, _) = test().await;
    let (back, nonce) = at_the_callback(&test).await;
    assert_eq!(get(&test, &back, &[]).await.status, 401);
    let (_, other) = at_the_callback(&test).await;
    assert_eq!(get(&test, &back, &[("cookie", &other)]).await.status, 401);
    let changed = back.replacen("state=", "state=A", 1);
    assert_eq!(get(&test, &changed, &[("cookie", &nonce)]).await.status, 401);
    assert_eq!(get(&test, &back, &[("cookie", &nonce)]).await.status, 302);
    assert_eq!(get(&test, &back, &[("cookie", &nonce)]).await.status, 500, "the code was used");
    let refused = back.replacen("code=", "error=access_denied&x=", 1);
    assert_eq!(get(&test, &refused, &[("cookie", &nonce)]).await.status, 561);
}

#[tokio::test]
async fn a_session_is_renewed_until_it_ends() {
    let (test, _) = test().await;
    let cookie = session(&test).await;
    let deny = format!("{NAME}/deny");
    test.account.clock.advance_seconds(301);
    let renewed = get(&test, &deny, &[("cookie", &cookie)]).await;
    assert_eq!(renewed.status, 200);
    let cookie = cookies(&renewed);
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    let again = get(&test, &deny, &[("cookie", &cookie)]).await;
    assert_eq!((again.status.as_u16(), cookies(&again).as_str()), (200, ""));

    test.admin("AdminUserGlobalSignOut", json!({ "Username": "ada" })).await;
    test.account.clock.advance_seconds(301);
    assert_eq!(get(&test, &deny, &[("cookie", &cookie)]).await.status, 401, "the refresh token is revoked");

    let cookie = session(&test).await;
    test.account.clock.advance_seconds(3601);
    assert_eq!(get(&test, &deny, &[("cookie", &cookie)]).await.status, 401, "SessionTimeout");
}

#[tokio::test]
async fn a_long_session_takes_several_cookies_and_too_long_a_one_is_an_error() {
    let (test, _) = test().await;
    let set = async |names: &[&str]| {
        let long = "x".repeat(2000);
        let attributes: Vec<_> = names.iter().map(|name| json!({ "Name": name, "Value": long })).collect();
        let input = json!({ "Username": "ada", "UserAttributes": attributes });
        test.admin("AdminUpdateUserAttributes", input).await;
    };
    set(&["name", "nickname", "website"]).await;
    let cookie = session(&test).await;
    assert!(cookie.contains("AWSELBAuthSessionCookie-2="), "{}", cookie.len());
    let echo = get(&test, &format!("{NAME}/authenticate"), &[("cookie", &cookie)]).await;
    assert_eq!(echo.status, 200);
    // A shard that is missing, and one of another session.
    let (first, _) = cookie.split_once("; AWSELBAuthSessionCookie-1").unwrap();
    assert_eq!(get(&test, &format!("{NAME}/deny"), &[("cookie", first)]).await.status, 401);

    set(&["given_name", "family_name", "middle_name", "profile"]).await;
    let (back, nonce) = at_the_callback(&test).await;
    assert_eq!(get(&test, &back, &[("cookie", &nonce)]).await.status, 500);
}

#[tokio::test]
async fn a_bearer_token_has_to_be_the_issuer_s_access_token_for_the_client() {
    let (mut test, arn) = test().await;
    let jwt = format!("{NAME}/jwt/notes");
    let status =
        async |test: &TestDomain, header: &str| get(test, &jwt, &[("authorization", header)]).await.status;
    let tokens = test.tokens(&[]).await;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let id = tokens["id_token"].as_str().unwrap();
    assert_eq!(status(&test, &format!("Bearer {access}")).await, 200);
    for header in [
        id.to_owned(),
        format!("Bearer {id}"),
        access.clone(),
        format!("Bearer {}", access.replacen('.', "x.", 1)),
        format!("Bearer {}", other_algorithm(&access, Algorithm::HS256)),
        format!("Bearer {}", unsigned(&access)),
        "Bearer".to_owned(),
        "Bearer a.b.c".to_owned(),
    ] {
        assert_eq!(status(&test, &header).await, 401, "{header}");
    }
    assert_eq!(get(&test, &jwt, &[]).await.status, 401);

    let header = format!("Bearer {access}");
    for jwt in [
        json!({ "Issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other" }),
        json!({ "JwksEndpoint": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other/.well-known/jwks.json" }),
        json!({ "AdditionalClaims": [{ "Format": "string-array", "Name": "cognito:groups", "Values": ["ops"] }] }),
        json!({ "AdditionalClaims": [{ "Format": "space-separated-values", "Name": "scope", "Values": ["none"] }] }),
    ] {
        change_jwt_validation(&test, &arn, jwt.clone()).await;
        assert_eq!(status(&test, &header).await, 401, "{jwt}");
    }
    change_jwt_validation(&test, &arn, json!({})).await;
    assert_eq!(status(&test, &header).await, 200);
    test.account.clock.advance_seconds(301);
    assert_eq!(status(&test, &header).await, 401, "expired");

    // Another client of the same user pool.
    let rule_of = test.client_id.clone();
    test.set_client(json!({})).await;
    let foreign = test.tokens(&[]).await["access_token"].as_str().unwrap().to_owned();
    assert_ne!(rule_of, test.client_id);
    assert_eq!(status(&test, &format!("Bearer {foreign}")).await, 401);
}

fn payload(token: &str) -> &str {
    token.split('.').nth(1).unwrap()
}

/// The claims, signed by another algorithm with what everybody knows as the key.
fn other_algorithm(token: &str, algorithm: Algorithm) -> String {
    let head = jsonwebtoken::decode_header(token).unwrap();
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token).unwrap().claims;
    let header = Header { alg: algorithm, ..head };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(b"public")).unwrap()
}

/// The claims without a signature.
fn unsigned(token: &str) -> String {
    format!("eyJhbGciOiJub25lIn0.{}.", payload(token))
}

#[tokio::test]
async fn an_app_client_that_cannot_sign_people_in_for_a_load_balancer_is_refused() {
    let (mut test, arn) = test().await;
    let group = load_balancing(&test.account, "DescribeTargetGroups", json!({})).await.xml("TargetGroupArn");
    let listener =
        load_balancing(&test.account, "DescribeListeners", json!({ "LoadBalancerArn": arn })).await;
    let listener = listener.xml("ListenerArn");
    let rule = |test: &TestDomain, domain: &str, pool: &str| {
        let config = json!({
            "UserPoolArn": format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{pool}"),
            "UserPoolClientId": test.client_id,
            "UserPoolDomain": domain,
        });
        json!({
            "ListenerArn": listener, "Priority": 100,
            "Conditions": [{ "Field": "path-pattern", "Values": ["/x"] }],
            "Actions": before_the_echo("authenticate-cognito", "AuthenticateCognitoConfig", &config, &group),
        })
    };
    for (client, domain, pool, message) in [
        (json!({}), "notes", None, "The user pool client must have a client secret"),
        (json!({ "GenerateSecret": true }), "other", None, "The user pool has no domain"),
        (json!({ "GenerateSecret": true }), "notes", Some("eu-west-1_none"), "does not exist"),
        (
            json!({ "GenerateSecret": true, "AllowedOAuthFlows": ["implicit"] }),
            "notes",
            None,
            "must allow the authorization code grant",
        ),
    ] {
        test.set_client(client).await;
        let input = rule(&test, domain, pool.unwrap_or(&test.pool_id));
        let refused = load_balancing(&test.account, "CreateRule", input).await;
        let refused = refused.expect_error(400, "InvalidLoadBalancerAction");
        assert!(refused.all_xml("Message").concat().contains(message), "{}", refused.text());
    }
    test.set_client(json!({ "GenerateSecret": true })).await;
    let input = rule(&test, "notes", &test.pool_id);
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "elasticloadbalancing:*", "Resource": "*",
    } });
    let keys = Keys::session(&test.account, "ada", &policy);
    let draft = Draft::load_balancing("CreateRule", &input);
    let now = test.account.clock.now();
    let refused = draft.clone().signed("elasticloadbalancing", &keys, now).send(&test.account).await;
    let refused = refused.expect_error(400, "InvalidLoadBalancerAction");
    assert!(refused.text().contains("describeUserPoolClient"), "{}", refused.text());
    draft.signed("elasticloadbalancing", &Keys::root(), now).send(&test.account).await.expect_ok();
}

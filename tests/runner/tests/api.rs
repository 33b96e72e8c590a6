//! ApiClient requests and requests with a token, against local-aws's API behind API Gateway.

use anyhow::Result;
use futures_util::TryStreamExt;
use http::Method;
use http::header::AUTHORIZATION;
use poolpass::api::{ApiClient, Authorization};
use poolpass::{Config, ErrorKind};
use poolpass_tests::Demo;
use poolpass_tests::tampering::{Tampering, Verdict};
use serde_json::{Value, json};

const INVALID: &str =
    "Bearer scope=\"\" error=\"invalid_token\" error_description=\"signing method or key is invalid\"";
const INVALID_SCOPED: &str = "Bearer scope=\"aws.cognito.signin.user.admin\" error=\"invalid_token\" \
                              error_description=\"signing method or key is invalid\"";
const AUDIENCE_SCOPED: &str = "Bearer scope=\"aws.cognito.signin.user.admin\" error=\"invalid_token\" \
                               error_description=\"the token does not have a valid audience\"";

async fn api(demo: &Demo, name: &str) -> Result<ApiClient> {
    Ok(demo.person(name).await?.api("execute-api"))
}

#[tokio::test]
async fn a_signature_says_who_it_is() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("signer").await?;
    let api = client.api("execute-api");
    let echo: Value = api
        .post("/notes/ü b")
        .segment("a/b")
        .query("tag", "x & y = z + 1")
        .query("empty", "")
        .header("x-note", "1")
        .header("x-note", "two  words")
        .json(&json!({"text": "hello"}))
        .await?
        .json()?;
    assert_eq!(echo["method"], "POST");
    assert_eq!(echo["path"], "/notes/%C3%BC%20b/a%2Fb");
    assert_eq!(echo["query"], json!({"tag": "x & y = z + 1", "empty": ""}));
    assert_eq!(echo["body"], r#"{"text":"hello"}"#);
    assert_eq!(echo["identity"]["type"], "iam");
    assert_eq!(echo["identity"]["cognitoIdentityId"], json!(client.identity_id().await?));
    Ok(())
}

#[tokio::test]
async fn odd_urls_are_sent_as_they_were_signed() -> Result<()> {
    let demo = Demo::start().await?;
    let api = api(&demo, "odd").await?;
    for (url, query) in [
        ("/a%20b/~-_.!$&'()*+,;=:@", json!({})),
        ("/%2F/%E2%98%83/☃", json!({})),
        ("/x?b=2&a=1&b=1", json!({"a": "1", "b": "1"})),
        ("/x?q=it's+a \"test\"|%2B", json!({"q": "it's a \"test\"|+"})),
        ("/x?flag", json!({"flag": ""})),
        ("/x/", json!({})),
        ("/a//b", json!({})),
    ] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = api.request(method, url).await;
            assert_eq!(answer.unwrap().json::<Value>()?["query"], query, "{url}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_token_says_who_it_is() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("bearer").await?;
    let api = client.api("execute-api");
    let me = || api.get("/me");
    for request in [
        me().authorization(Authorization::IdToken),
        me().authorization(Authorization::IdToken).bearer(),
        me().authorization(Authorization::AccessToken),
        me().authorization(Authorization::AccessToken).bearer(),
    ] {
        let echo: Value = request.await?.json()?;
        assert_eq!(
            (&echo["identity"]["type"], &echo["identity"]["username"]),
            (&json!("userPool"), &json!("bearer"))
        );
    }
    client.sign_out().await?;
    let error = me().authorization(Authorization::AccessToken).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignedOut);
    Ok(())
}

#[tokio::test]
async fn a_forged_token_is_refused() -> Result<()> {
    let demo = Demo::start().await?;
    let forging = Tampering::new(|request| {
        let path_of_api = request.uri().path().starts_with("/_api/");
        if let (true, Some(token)) = (path_of_api, request.headers_mut().get_mut(AUTHORIZATION)) {
            let honest = token.to_str().unwrap();
            let (content, signature) = honest.rsplit_once('.').unwrap();
            let forged: String = signature.chars().rev().collect();
            *token = format!("{content}.{forged}").parse().unwrap();
        }
        Verdict::Send
    })?;
    let client = demo.client()?.transport(forging).build()?;
    demo.add_user("forger").await?;
    demo.sign_in(&client, "forger").await?;
    let me = client.api("execute-api").get("/me").authorization(Authorization::IdToken);
    let error = me.await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::NotAuthorized, Some(401)));
    Ok(())
}

/// The number of requests to the API and of refreshes since the last call.
fn costs(demo: &Demo) -> (u64, u64) {
    let counts = demo.aws.request_counts();
    let refreshes = counts.of("InitiateAuth") + counts.of("GetTokensFromRefreshToken");
    let costs = (counts.of("Invoke"), refreshes);
    counts.reset();
    costs
}

fn refusal() -> Value {
    json!({"status": 401, "code": "UnauthorizedException", "message": "Unauthorized"})
}

#[tokio::test]
async fn a_refused_token_costs_one_refresh_and_one_more_request() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("refused").await?;
    client.refresh().await?; // Finds out which operation refreshes.
    let api = client.api("execute-api");
    for authorization in [Authorization::IdToken, Authorization::AccessToken] {
        costs(&demo);
        demo.fault(json!({"operation": "Invoke", "times": 1, "action": refusal()}))?;
        let echo: Value =
            api.post("/notes").text("once more").authorization(authorization).bearer().await?.json()?;
        assert_eq!(echo["body"], "once more");
        assert_eq!(costs(&demo), (2, 1));
    }

    demo.fault(json!({"operation": "Invoke", "times": 4, "action": refusal()}))?;
    let error = api.get("/me").authorization(Authorization::IdToken).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::NotAuthorized, Some(401)));
    assert_eq!(costs(&demo), (2, 1));
    let answer = api.get("/me").authorization(Authorization::IdToken).any_status().await?;
    assert_eq!((answer.status().as_u16(), costs(&demo)), (401, (2, 1)));

    // A signature is refused with 403; a 401 of the app itself costs nothing.
    demo.fault(json!({"operation": "Invoke", "times": 1, "action": refusal()}))?;
    assert_eq!(api.get("/me").await.unwrap_err().http_status(), Some(401));
    assert_eq!(costs(&demo), (1, 0));
    Ok(())
}

#[tokio::test]
async fn requests_that_are_refused_at_the_same_time_share_one_refresh() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("shared").await?;
    client.refresh().await?;
    costs(&demo);
    demo.fault(json!({"operation": "Invoke", "times": 8, "action": refusal()}))?;
    let api = client.api("execute-api");
    let requests = (0..8).map(|_| api.get("/me").authorization(Authorization::AccessToken).into_future());
    for answer in futures_util::future::join_all(requests).await {
        assert_eq!(answer?.json::<Value>()?["identity"]["username"], "shared");
    }
    assert_eq!(costs(&demo), (16, 1));
    Ok(())
}

#[tokio::test]
async fn a_refresh_that_fails_says_why_the_refused_request_was_not_repeated() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("revoked").await?;
    let me = client.api("execute-api").get("/me").authorization(Authorization::IdToken);
    demo.fault(json!({"operation": "Invoke", "times": 1, "action": refusal()}))?;
    demo.fault(
        json!({"operation": "GetTokensFromRefreshToken", "times": 1, "action": "revokeRefreshTokens"}),
    )?;
    let error = me.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionEnded, "{error}");
    Ok(())
}

#[tokio::test]
async fn a_missing_level_is_named_and_costs_no_refresh() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("level").await?;
    let api = client.api("execute-api");
    costs(&demo);
    for (url, max_age) in
        [("/jwt/level/urn:cognito:loa:2", None), ("/jwt/level/urn:cognito:loa:2/300", Some(300))]
    {
        let error = api.get(url).authorization(Authorization::AccessToken).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsufficientUserAuthentication);
        assert_eq!(error.http_status(), Some(401));
        let required = error.step_up().unwrap();
        assert_eq!(required.acr_values(), ["urn:cognito:loa:2"]);
        assert_eq!(required.max_age().map(|age| age.as_secs()), max_age);
        assert!(error.message().contains("start a step-up"), "{error}");
    }
    assert_eq!(costs(&demo), (2, 0));
    Ok(())
}

#[tokio::test]
async fn each_authorizer_accepts_its_own_credentials_and_nothing_else() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("authorized").await?;
    let mut others = demo.config().clone();
    others["userPool"]["clientId"] = others["demo"]["secretClient"]["clientId"].clone();
    others["userPool"]["clientSecret"] = others["demo"]["secretClient"]["clientSecret"].clone();
    let foreign = poolpass::Client::new(Config::from_json(&others.to_string())?)?;
    demo.sign_in(&foreign, "authorized").await?;

    let status = async |client: &poolpass::Client, route: &str, authorization| {
        let url = format!("{route}/notes");
        let answer = client.api("execute-api").get(&url).authorization(authorization).any_status().await?;
        Ok::<_, poolpass::Error>((
            answer.status().as_u16(),
            answer.header("x-amzn-errortype").unwrap_or_default().to_owned(),
            answer.header("www-authenticate").unwrap_or_default().to_owned(),
        ))
    };
    let ok = (200, "", "");
    let unauthorized = (401, "UnauthorizedException", "");
    let audience = "Bearer scope=\"\" error=\"invalid_token\" error_description=\"the token does not have a valid audience\"";
    let scope = "Bearer scope=\"aws.cognito.signin.user.admin\" error=\"insufficient_scope\"";
    for (route, id, access, iam, foreign_id) in [
        ("/user-pool", ok, unauthorized, unauthorized, ok),
        ("/user-pool-scopes", unauthorized, ok, unauthorized, unauthorized),
        ("/jwt", ok, ok, (401, "", INVALID), (401, "", audience)),
        ("/jwt-scopes", (403, "", scope), ok, (401, "", INVALID_SCOPED), (401, "", AUDIENCE_SCOPED)),
        (
            "/iam",
            (403, "IncompleteSignatureException", ""),
            (403, "IncompleteSignatureException", ""),
            ok,
            (403, "IncompleteSignatureException", ""),
        ),
        ("/lambda", ok, ok, unauthorized, ok),
    ] {
        for (client, authorization, expected) in [
            (&client, Authorization::IdToken, id),
            (&client, Authorization::AccessToken, access),
            (&client, Authorization::Iam, iam),
            (&foreign, Authorization::IdToken, foreign_id),
        ] {
            let (status, code, challenge) = status(client, route, authorization).await?;
            assert_eq!((status, &*code, &*challenge), expected, "{route} {authorization:?}");
        }
    }

    for (route, expected, challenge) in
        [("/user-pool", 401, ""), ("/jwt", 401, "Bearer"), ("/iam", 403, ""), ("/lambda", 401, "")]
    {
        let url = format!("{}/_api{route}/notes", demo.aws.url());
        let answer = poolpass_tests::exchange(http::Request::get(&url).body(bytes::Bytes::new())?).await?;
        let header = answer.headers().get("www-authenticate");
        let header = header.map(|value| value.to_str()).transpose()?.unwrap_or_default();
        assert_eq!((answer.status().as_u16(), header), (expected, challenge), "{route}");
    }

    // The Lambda authorizer's policy denies whoever is suspended.
    demo.admin("CreateGroup", json!({"GroupName": "suspended"})).await?;
    demo.admin("AdminAddUserToGroup", json!({"Username": "authorized", "GroupName": "suspended"})).await?;
    client.refresh().await?;
    let denied = client.api("execute-api").get("/lambda/notes").authorization(Authorization::IdToken);
    let error = denied.await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::AccessDenied, Some(403)));
    assert!(error.message().contains("explicit deny"), "{error}");
    Ok(())
}

#[tokio::test]
async fn an_expired_token_is_replaced_whichever_authorizer_refuses_it() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("expired").await?;
    for route in ["/user-pool", "/jwt", "/lambda"] {
        client.refresh().await?;
        costs(&demo);
        // The device does not notice.
        demo.aws.clock().advance_seconds(3601);
        let url = format!("{route}/notes");
        client.api("execute-api").get(&url).authorization(Authorization::IdToken).await?;
        assert_eq!(costs(&demo), (2, 1), "{route}");
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_an_error_or_the_answer_as_wanted() -> Result<()> {
    let demo = Demo::start().await?;
    // The guest's role may not call the API.
    let guest = demo.client()?.build()?.api("execute-api");
    let error = guest.get("/notes").await.unwrap_err();
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::AccessDenied, Some("AccessDeniedException")));
    let answer = guest.get("/notes").any_status().await?;
    assert_eq!(
        (answer.status().as_u16(), answer.header("x-amzn-errortype")),
        (403, Some("AccessDeniedException"))
    );
    assert!(answer.text()?.contains("execute-api:Invoke"));

    // An API that has something to say about a wrong input.
    let api = api(&demo, "any").await?;
    let body = r#"{"errors":["title is missing"]}"#;
    demo.fault(json!({"operation": "Invoke", "action": {"body": body, "status": 422}}))?;
    let answer = api.post("/notes").any_status().await?;
    assert_eq!((answer.status().as_u16(), answer.text()?), (422, body));
    assert_eq!(api.post("/notes").await.unwrap_err().http_status(), Some(422));
    Ok(())
}

#[tokio::test]
async fn the_wrong_service_or_region_is_refused() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("wrong").await?;
    let url = format!("{}/_api/notes", demo.aws.url());
    for api in [client.api("lambda"), client.api("execute-api").in_region("us-east-1".parse()?)] {
        let error = api.get(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignatureRefused, "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn another_service_is_asked_in_its_own_protocol() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("sts").await?;
    let answer = client
        .api("sts")
        .post("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .text("Action=GetCallerIdentity&Version=2011-06-15")
        .safe_to_repeat()
        .await?;
    assert!(answer.text()?.contains("assumed-role"), "{}", answer.text()?);

    let table = client.dynamodb()?;
    let key = json!({"pk": {"S": client.identity_id().await?}, "sk": {"S": "raw"}});
    let answer = client
        .api("dynamodb")
        .post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "DynamoDB_20120810.PutItem")
        .json(&json!({"TableName": table.name(), "Item": key}))
        .await?;
    assert_eq!(answer.json::<Value>()?, json!({}));
    Ok(())
}

#[tokio::test]
async fn what_failed_in_passing_is_sent_again_where_that_is_safe() -> Result<()> {
    let demo = Demo::start().await?;
    let api = api(&demo, "passing").await?;
    let lose = || demo.fault(json!({"operation": "Invoke", "times": 1, "action": "dropAfterHandling"}));
    lose()?;
    api.put("/notes/1").text("x").await?;
    lose()?;
    assert_eq!(api.post("/notes").await.unwrap_err().kind(), ErrorKind::Network);
    lose()?;
    api.post("/search").safe_to_repeat().await?;
    demo.fault(json!({"operation": "Invoke", "times": 2, "action": "throttle"}))?;
    api.post("/notes").await?;
    Ok(())
}

#[tokio::test]
async fn a_streamed_answer_arrives_whole() -> Result<()> {
    let demo = Demo::start().await?;
    let api = api(&demo, "stream").await?;
    let text = "x".repeat(300_000);
    let response = api.put("/big").text(text.clone()).stream().await?;
    assert_eq!(response.headers()["content-type"], "application/json");
    let pieces: Vec<_> = response.into_body().try_collect().await?;
    let echo: Value = serde_json::from_slice(&pieces.concat())?;
    assert_eq!(echo["body"], json!(text));
    Ok(())
}

#[tokio::test]
async fn a_path_needs_an_api() -> Result<()> {
    let demo = Demo::start().await?;
    let mut config = demo.config().clone();
    config["api"]["url"] = Value::Null;
    let client = poolpass::Client::new(Config::from_json(&config.to_string())?)?;
    let error = client.api("execute-api").get("/notes").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    Ok(())
}

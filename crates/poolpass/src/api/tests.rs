//! The requests that are sent, and how answers are read. Tests against local-aws cover tokens and a server's refusals.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::*;
use crate::error::ErrorKind;
use crate::scripted_aws::ScriptedAws;

fn api(aws: &ScriptedAws) -> ApiClient {
    aws.client(|config| config.api_url("https://api.example/prod")).api("execute-api")
}

#[tokio::test]
async fn a_request_is_signed_as_it_is_sent() {
    let aws = ScriptedAws::default().answer(json!({"ok": true}));
    let answer = api(&aws)
        .post("/notes")
        .segment("a b")
        .query("tag", "x&y")
        .header("x-note", "1")
        .json(&json!({"text": "hello"}))
        .await
        .unwrap();
    assert_eq!((answer.status().as_u16(), answer.json::<Value>().unwrap()), (200, json!({"ok": true})));

    let request = aws.take_sent().remove(0);
    assert_eq!(request.uri(), "https://api.example/prod/notes/a%20b?tag=x%26y");
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(request.body(), r#"{"text":"hello"}"#);
    let authorization = request.headers()[AUTHORIZATION].to_str().unwrap();
    assert!(authorization.contains("/eu-west-1/execute-api/aws4_request"), "{authorization}");
    assert!(authorization.contains("x-note"), "{authorization}");
}

#[tokio::test]
async fn other_services_are_reached_in_their_region() {
    let aws = ScriptedAws::default().answer(json!({})).answer(json!({})).answer(json!({}));
    let client = aws.client(|config| config.endpoint(Service::Sts, "http://127.0.0.1:4577"));
    let lambda = client.api("lambda").in_region("us-east-1".parse().unwrap());
    lambda.post("/2015-03-31/functions/f/invocations").await.unwrap();
    client.api("sts").post("/").text("Action=GetCallerIdentity").await.unwrap();
    client.api("execute-api").get("https://other.example/x").await.unwrap();
    let sent = aws.take_sent();
    assert_eq!(sent[0].uri(), "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations");
    assert!(sent[0].headers()[AUTHORIZATION].to_str().unwrap().contains("/us-east-1/lambda/"));
    assert_eq!(sent[1].uri(), "http://127.0.0.1:4577/");
    assert_eq!(sent[2].uri(), "https://other.example/x");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_an_error_unless_any_status_is_wanted() {
    let missing = json!({"message": "no such note"});
    let aws = ScriptedAws::default().answer_with(404, missing.clone()).answer_with(404, missing);
    let error = api(&aws).get("/notes/1").await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::NotFound, Some(404)));
    assert_eq!((error.message(), error.operation()), ("no such note", Some("execute-api GET")));

    let answer = api(&aws).get("/notes/1").any_status().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.text().unwrap(), r#"{"message":"no such note"}"#);
}

#[tokio::test(start_paused = true)]
async fn only_what_may_be_done_twice_is_sent_again_after_a_lost_answer() {
    let lost = || ScriptedAws::default().lose_the_answer().answer(json!({}));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        assert!(api(&lost()).request(method, "/").await.is_ok());
    }
    for method in [Method::POST, Method::PATCH] {
        let request = |aws: &ScriptedAws| api(aws).request(method.clone(), "/");
        assert_eq!(request(&lost()).await.unwrap_err().kind(), ErrorKind::Network);
        assert!(request(&lost()).safe_to_repeat().await.is_ok());
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_not() {
    let aws = ScriptedAws::default();
    let refused = async |request: ApiRequest| request.await.unwrap_err().kind();
    let api = api(&aws);
    for request in [
        api.get("notes"),
        api.get("/a/../b"),
        api.get("/").segment(".."),
        api.get("/").header("a b", ""),
        api.get("/").header("x-note", "a\nb"),
        api.get("/").header("Authorization", "mine"),
        api.get("/").header("host", "other.example"),
        api.get("/").header("x-note", "Zoë"),
        (0..40_000).fold(api.get("/"), |request, n| request.header(&format!("x-{n}"), "")),
        api.get("/x?q=%FF"),
        api.get("wss://x.example/"),
        api.request(Method::CONNECT, "/"),
        api.request(Method::TRACE, "/"),
        api.request("track".parse().unwrap(), "/"),
        api.post("/").json(&std::collections::BTreeMap::from([((1, 2), 3)])),
    ] {
        assert_eq!(refused(request).await, ErrorKind::InvalidInput);
    }
    for name in [
        "Connection",
        "te",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "content-length",
        "x-amz-date",
        "x-amz-security-token",
    ] {
        assert_eq!(refused(api.get("/").header(name, "999")).await, ErrorKind::InvalidInput, "{name}");
    }
    for service in ["", "s3\n", "s3/eu", "é"] {
        let request = aws.client(|config| config).api(service).get("https://abc.example/x");
        assert_eq!(refused(request).await, ErrorKind::InvalidInput, "{service}");
    }
    for service in ["", "S3", "x@evil.example/", "a b"] {
        let request = aws.client(|config| config).api(service).get("/");
        assert_eq!(refused(request).await, ErrorKind::InvalidInput, "{service}");
    }
    let unconfigured = aws.client(|config| config).api("execute-api");
    let error = unconfigured.get("/notes").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.message().contains("api.url"), "{error}");
    assert!(aws.take_sent().is_empty());
}

#[tokio::test]
async fn a_method_is_signed_as_browsers_write_it() {
    for (written, sent) in
        [("get", "GET"), ("Patch", "PATCH"), ("delete", "DELETE"), ("propfind", "propfind")]
    {
        let aws = ScriptedAws::default().answer(json!({}));
        api(&aws).request(written.parse().unwrap(), "/").await.unwrap();
        assert_eq!(aws.take_sent()[0].method().as_str(), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_may_be_as_long_as_there_are_numbers() {
    for limit in [Duration::MAX, Duration::from_secs(u64::MAX / 4096)] {
        let aws = ScriptedAws::default().answer(json!({}));
        api(&aws).get("/").timeout(limit).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_is_read_as_what_it_is() {
    let aws = ScriptedAws::default().answer(json!({"secret": 7})).answer(json!([1]));
    let answer = api(&aws).get("/").await.unwrap();
    assert!(!format!("{answer:?}").contains("secret"));
    let error = answer.json::<Vec<u8>>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(!format!("{error} {error:?}").contains("secret"));
    let body = api(&aws).get("/").stream().await.unwrap().into_body();
    assert_eq!(body.bytes(10).await.unwrap(), "[1]");
}

#[tokio::test(start_paused = true)]
async fn a_success_of_ones_own_api_may_look_like_an_error_of_aws() {
    for body in ["<Error><Code>SlowDown</Code></Error>", r#"{"__type":"ThrottlingException"}"#] {
        let aws = ScriptedAws::default().answer_text(200, &[], body);
        assert_eq!(api(&aws).get("/").await.unwrap().text().unwrap(), body);
    }
}

#[tokio::test]
async fn a_content_type_of_ones_own_is_kept() {
    let aws = ScriptedAws::default().answer(json!({})).answer(json!({}));
    let form = "application/x-www-form-urlencoded";
    api(&aws).post("/").header("content-type", form).text("a=b").await.unwrap();
    api(&aws).post("/").text("a").await.unwrap();
    let sent = aws.take_sent();
    assert_eq!(sent[0].headers()[CONTENT_TYPE], form);
    assert_eq!(sent[1].headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
}

#[test]
fn debug_shows_neither_url_nor_headers_nor_body() {
    let request = api(&ScriptedAws::default()).post("/a?code=hush").header("x-api-key", "hush").text("hush");
    let debug = format!("{request:?}");
    assert!(debug.contains("execute-api") && !debug.contains("hush"), "{debug}");
}

#[tokio::test]
async fn a_websocket_is_connected_to_by_a_presigned_url() {
    let aws = ScriptedAws::default();
    let iot = aws.client(|config| config).api("iotdevicegateway");
    let url =
        iot.get("wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt").presign(Duration::from_secs(60)).await;
    let url = url.unwrap();
    let text = url.as_str();
    assert!(text.starts_with("wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt?X-Amz-Algorithm="), "{text}");
    assert!(text.contains("%2Feu-west-1%2Fiotdevicegateway%2Faws4_request"), "{text}");
    assert!(text.ends_with("&X-Amz-Security-Token=token-of-a-guest"), "{text}");
    assert!(url.headers().is_empty());
    assert!(aws.take_sent().is_empty());
}

#[tokio::test]
async fn the_session_token_is_signed_unless_it_is_to_be_appended() {
    let aws = ScriptedAws::default();
    let signature = async |request: ApiRequest| {
        let url = request.presign(Duration::from_secs(60)).await.unwrap();
        let (before, _) = url.as_str().split_once("&X-Amz-Security-Token=").unwrap();
        before.rsplit_once("&X-Amz-Signature=").unwrap().1.to_owned()
    };
    let api = api(&aws);
    let signed = signature(api.get("wss://x.example/prod")).await;
    let appended = signature(api.get("wss://x.example/prod").session_token_after_signing()).await;
    assert_ne!(signed, appended);
}

#[tokio::test]
async fn what_cannot_be_presigned_is_refused() {
    let api = api(&ScriptedAws::default());
    let minute = Duration::from_secs(60);
    for (request, expires_in) in [
        (api.get("/"), Duration::ZERO),
        (api.get("/"), Duration::MAX),
        (api.get("/").authorization(Authorization::IdToken), minute),
        (api.get("/").authorization(Authorization::AccessToken), minute),
        (api.get("/?X-Amz-Signature=x"), minute),
        (api.get("/").header("te", "trailers"), minute),
    ] {
        assert_eq!(request.presign(expires_in).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn the_end_of_a_load_balancer_s_session_is_no_broken_network() {
    let sign_in = "https://notes.auth.eu-west-1.amazoncognito.com/oauth2/authorize?client_id=a&\
                   redirect_uri=https%3A%2F%2Fapi.example%2Foauth2%2Fidpresponse&response_type=code&state=s";
    let page = "<html><form action=\"/login\"></form></html>";
    for aws in [
        ScriptedAws::default().answer_text(302, &[("location", sign_in)], ""),
        ScriptedAws::default().answer_text(302, &[("location", "/elsewhere")], ""),
        ScriptedAws::default().answer_text(401, &[("server", "awselb/2.0")], "<html>401</html>"),
        ScriptedAws::default().answer_text(200, &[("content-type", "text/html;charset=UTF-8")], page),
    ] {
        let request = api(&aws).get("/notes").authorization(Authorization::LoadBalancerSession).any_status();
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LoadBalancerSessionEnded, "{error}");
        assert!(error.message().contains("load the page again"), "{error}");
        let sent = aws.take_sent().remove(0);
        assert!(!sent.headers().contains_key(AUTHORIZATION));
        assert!(sent.extensions().get::<crate::platform::SameOriginCookies>().is_some());
    }
    // The redirect to the sign-in is known also where something else authorizes the request.
    let aws = ScriptedAws::default().answer_text(302, &[("location", sign_in)], "");
    let error = api(&aws).get("/notes").await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::LoadBalancerSessionEnded, Some(302)));
    let aws = ScriptedAws::default().answer_text(302, &[("location", "/elsewhere")], "");
    assert_eq!(api(&aws).get("/notes").await.unwrap_err().kind(), ErrorKind::InvalidResponse);

    let lost = ScriptedAws::default().lose_the_answer();
    let request = api(&lost).post("/notes").authorization(Authorization::LoadBalancerSession);
    assert_eq!(request.await.unwrap_err().kind(), ErrorKind::Network);
    let refused = ScriptedAws::default().answer_with(403, json!({"message": "not yours"}));
    let request = api(&refused).get("/notes/1").authorization(Authorization::LoadBalancerSession);
    assert_eq!(request.await.unwrap_err().kind(), ErrorKind::AccessDenied);
}

#[tokio::test]
async fn an_app_s_own_cookie_authorizes_outside_of_a_browser() {
    let aws = ScriptedAws::default().answer(json!({}));
    let request = api(&aws).get("/").header("cookie", "AWSELBAuthSessionCookie-0=abc");
    request.authorization(Authorization::LoadBalancerSession).await.unwrap();
    assert_eq!(aws.take_sent()[0].headers()["cookie"], "AWSELBAuthSessionCookie-0=abc");
}

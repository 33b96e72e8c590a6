//! Tests of which answers count as a success of AWS.

use super::*;

fn json_request(protocol: &'static Protocol) -> AwsRequest {
    let endpoint: Endpoint = "https://cognito-idp.eu-west-1.amazonaws.com".parse().unwrap();
    let request = AwsRequest::json(&endpoint, "1.1", "Service", "DeleteUser", Bytes::new()).unwrap();
    AwsRequest { protocol, repeat: Repeat::IfNotDone, ..request }
}

pub(crate) type Headers = Vec<(&'static str, String)>;

pub(crate) fn header(name: &'static str, value: &str) -> Headers {
    vec![(name, value.to_owned())]
}

pub(crate) async fn outcome(
    request: &AwsRequest,
    status: u16,
    headers: Headers,
    body: &'static str,
) -> Result<(), Error> {
    let script = Script::new().answer_with(status, headers, body);
    script.pipeline().whole(request, &AuthScheme::None).await.map(drop)
}

pub(crate) const PORTAL: &str = "<!DOCTYPE html><html><body>Please accept our terms</body></html>";

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_status_or_form_is_no_success_of_a_json_call() {
    for protocol in [&Protocol::JSON, &Protocol::JSON_OR_EMPTY] {
        let request = json_request(protocol);
        let html = || header("content-type", "text/html; charset=utf-8");
        for (status, headers, body) in [
            (202, vec![], ""),
            (202, vec![], "{}"),
            (204, header("x-amzn-requestid", "7a1b"), ""),
            (206, vec![], "{}"),
            (200, vec![], ""),
            (200, vec![], "  "),
            (200, vec![], PORTAL),
            (200, html(), "{}"),
            (200, vec![], "[]"),
            (200, vec![], "ok"),
            (200, vec![], "{"),
            (200, vec![], r#"{"status":"blocked"}"#),
            (200, vec![], r#" { "error" : "x", "User": {} }"#),
            (200, vec![], r#"{"":"x"}"#),
            (200, vec![], "{{}}"),
        ] {
            let error = outcome(&request, status, headers, body).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{status} {body}");
            assert!(!error.message().contains("terms"), "{error}");
        }
        outcome(&request, 200, vec![], " {} ").await.unwrap();
        outcome(&request, 200, header("x-amzn-requestid", "7a1b"), r#"{"new":1}"#).await.unwrap();
        let failed = outcome(&request, 200, vec![], r#"{"__type":"InternalFailure"}"#).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Unavailable);
    }
    let documented = r#"{"Session":"s"}"#;
    outcome(&json_request(&Protocol::JSON), 200, vec![], documented).await.unwrap();
    assert!(outcome(&json_request(&Protocol::JSON_OR_EMPTY), 200, vec![], documented).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_is_a_success_only_where_aws_documents_it_and_its_request_id_shows_that_aws_answered() {
    let answered = || header("x-amzn-requestid", "7a1b");
    outcome(&json_request(&Protocol::JSON_OR_EMPTY), 200, answered(), "").await.unwrap();
    let error = outcome(&json_request(&Protocol::JSON), 200, answered(), "").await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::InvalidResponse, Some(200)));
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_named_whatever_status_it_answers_with() {
    for name in ["x-amzn-waf-action", "x-amz-waf-action"] {
        for status in [200, 202, 403, 405] {
            for request in [json_request(&Protocol::JSON_OR_EMPTY), request(Method::POST)] {
                let error = outcome(&request, status, header(name, "challenge"), "").await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::AccessDenied, "{name} {status} {request:?}");
                assert!(error.message().contains("AWS WAF"), "{error}");
            }
        }
    }
}

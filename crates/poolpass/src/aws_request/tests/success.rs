//! What counts as AWS's success, and what does not.

use super::*;

fn json_request(success: Success) -> AwsRequest {
    let endpoint: Endpoint = "https://cognito-idp.eu-west-1.amazonaws.com".parse().unwrap();
    let request = AwsRequest::json(&endpoint, "1.1", "Service", "DeleteUser", Bytes::new()).unwrap();
    AwsRequest { success, repeat: Repeat::IfNotDone, ..request }
}

fn s3_request(operation: &'static str, method: Method) -> AwsRequest {
    AwsRequest::s3(operation, method, Uri::from_static("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg"))
}

type Headers = Vec<(&'static str, String)>;

fn header(name: &'static str, value: &str) -> Headers {
    vec![(name, value.to_owned())]
}

async fn outcome(
    request: &AwsRequest,
    status: u16,
    headers: Headers,
    body: &'static str,
) -> Result<(), Error> {
    let script = Script::new().answer_with(status, headers, body);
    script.pipeline().whole(request, &AuthScheme::None).await.map(drop)
}

const PORTAL: &str = "<!DOCTYPE html><html><body>Please accept our terms</body></html>";

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_status_or_form_is_no_success_of_a_json_call() {
    for success in [Success::Json, Success::JsonOrEmpty] {
        let request = json_request(success);
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
    outcome(&json_request(Success::Json), 200, vec![], documented).await.unwrap();
    assert!(outcome(&json_request(Success::JsonOrEmpty), 200, vec![], documented).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_is_a_success_only_where_aws_documents_it_and_its_request_id_shows_that_aws_answered() {
    let answered = || header("x-amzn-requestid", "7a1b");
    outcome(&json_request(Success::JsonOrEmpty), 200, answered(), "").await.unwrap();
    let error = outcome(&json_request(Success::Json), 200, answered(), "").await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::InvalidResponse, Some(200)));
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_named_whatever_status_it_answers_with() {
    for name in ["x-amzn-waf-action", "x-amz-waf-action"] {
        for status in [200, 202, 403, 405] {
            for request in [
                json_request(Success::JsonOrEmpty),
                s3_request("PutObject", Method::PUT),
                s3_request("GetObject", Method::GET),
                request(Method::POST),
            ] {
                let error = outcome(&request, status, header(name, "challenge"), "").await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::AccessDenied, "{name} {status} {request:?}");
                assert!(error.message().contains("AWS WAF"), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn s3_has_written_only_what_its_answer_shows() {
    let etag = || header("etag", "\"e\"");
    for operation in ["PutObject", "UploadPart"] {
        let request = s3_request(operation, Method::PUT);
        outcome(&request, 200, etag(), "").await.unwrap();
        outcome(&request, 200, header("x-amz-request-id", "7a1b"), "").await.unwrap();
        for (status, headers, body) in [
            (200, vec![], ""),
            (200, vec![], PORTAL),
            (200, etag(), PORTAL),
            (202, etag(), ""),
            (204, etag(), ""),
            (200, header("etag", ""), ""),
        ] {
            let error = outcome(&request, status, headers, body).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{operation} {status} {body}");
        }
    }
    for operation in ["DeleteObject", "AbortMultipartUpload"] {
        let request = s3_request(operation, Method::DELETE);
        outcome(&request, 204, header("x-amz-request-id", "7a1b"), "").await.unwrap();
        // Nobody knows whose answer that is.
        let error = outcome(&request, 204, vec![], "").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        for (status, body) in [(200, ""), (200, PORTAL), (202, "")] {
            let error = outcome(&request, status, etag(), body).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{operation} {status} {body}");
        }
    }
    for operation in ["CopyObject", "DeleteObjects", "ListObjectsV2", "CompleteMultipartUpload"] {
        let request = s3_request(operation, Method::POST);
        outcome(&request, 200, vec![], "<Result/>").await.unwrap();
        for (status, body) in [(200, ""), (200, "{}"), (202, "<Result/>"), (204, "")] {
            let error = outcome(&request, status, vec![], body).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{operation} {status} {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_captive_portals_page_is_no_object() {
    for (operation, method) in [("GetObject", Method::GET), ("HeadObject", Method::HEAD)] {
        let request = s3_request(operation, method);
        for status in [200, 206, 202, 204] {
            let script = Script::new().answer(status, PORTAL);
            let error = script.pipeline().send(&request, &AuthScheme::None).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{operation} {status}");
        }
        let script = Script::new().answer_with(206, header("etag", "\"e\""), PORTAL);
        assert!(script.pipeline().send(&request, &AuthScheme::None).await.is_ok());
    }
}

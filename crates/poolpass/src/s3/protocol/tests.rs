//! Tests of the recognition of S3's responses, and of the time and region in refusals.

use std::time::{Duration, SystemTime};

use super::*;
use crate::aws_request::AuthScheme;
use crate::aws_request::tests::protocol::{PORTAL, header, outcome};
use crate::aws_request::tests::refusal::refusal_of;
use crate::aws_request::tests::{Keys, Script};
use crate::config::Region;
use crate::error::ErrorKind;

fn request_of(operation: &'static str, method: Method) -> AwsRequest {
    request(operation, method, Uri::from_static("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg"))
}

#[test]
fn a_refusal_because_of_the_time_tells_the_time() {
    let body = "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message>\
                <ServerTime>2026-01-02T03:04:05Z</ServerTime><RequestId>r</RequestId></Error>";
    for protocol in [&OBJECT, &OF_THE_APP] {
        let skewed = refusal_of(protocol, 403, &[], body);
        assert!(skewed.is_about_time());
        assert_eq!(skewed.server_time, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_inside_a_success_counts_as_no_success() {
    let late = "\n<Error><Code>InternalError</Code><Message>m</Message></Error>";
    let script = Script::new().answer(200, late).answer(200, "<CopyObjectResult/>");
    let answer = script.pipeline().bytes(&request_of("CopyObject", Method::PUT), &AuthScheme::None).await;
    assert_eq!(answer.unwrap(), "<CopyObjectResult/>");
    let script = Script::new().answer(200, late);
    let answer = script.pipeline().bytes(&request_of("CopyObject", Method::POST), &AuthScheme::None).await;
    assert_eq!(answer.unwrap_err().aws_code(), Some("InternalError"));
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_named_whatever_status_it_answers_with() {
    for status in [200, 202, 403, 405] {
        for request in [request_of("PutObject", Method::PUT), request_of("GetObject", Method::GET)] {
            let firewall = header("x-amzn-waf-action", "challenge");
            let error = outcome(&request, status, firewall, "").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AccessDenied, "{status} {request:?}");
            assert!(error.message().contains("AWS WAF"), "{error}");
        }
    }
}

#[test]
fn a_bucket_in_another_region_is_named() {
    let asked: Region = "us-east-1".parse().unwrap();
    let header = [("x-amz-bucket-region", "eu-west-1")];
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-1</Region></Error>";
    for (status, headers, body) in [
        (301, &header[..], ""),
        (400, &header[..], ""),
        (307, &header[..], "<html>"),
        (400, &[][..], malformed),
    ] {
        let error = refusal_of(&OBJECT, status, headers, body).of_request_to(&asked).error;
        assert_eq!(error.kind(), ErrorKind::SignatureRefused, "{status} {body}");
        assert!(error.message().contains("in eu-west-1"), "{error}");
    }
    // Refusals for other reasons, and malformed ones, name no region.
    let denied = refusal_of(&OBJECT, 403, &header, "").of_request_to(&asked).error;
    assert_eq!(denied.kind(), ErrorKind::AccessDenied);
    let nonsense =
        refusal_of(&OBJECT, 400, &[("x-amz-bucket-region", "evil host")], "").of_request_to(&asked).error;
    assert!(!nonsense.message().contains("evil"), "{nonsense}");
}

#[test]
fn an_illegal_location_constraint_names_the_region() {
    let asked: Region = "us-east-1".parse().unwrap();
    let body = "<Error><Code>IllegalLocationConstraintException</Code><Message>The me-south-1 location constraint is \
                incompatible for the region specific endpoint this request was sent to.</Message></Error>";
    let error = refusal_of(&OBJECT, 400, &[], body).of_request_to(&asked).error;
    assert_eq!(error.kind(), ErrorKind::SignatureRefused);
    assert!(error.message().contains("in me-south-1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn s3_has_written_only_what_its_answer_shows() {
    let etag = || header("etag", "\"e\"");
    for operation in ["PutObject", "UploadPart"] {
        let request = request_of(operation, Method::PUT);
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
        let request = request_of(operation, Method::DELETE);
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
        let request = request_of(operation, Method::POST);
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
        let request = request_of(operation, method);
        for status in [200, 206, 202, 204] {
            let script = Script::new().answer(status, PORTAL);
            let error = script.pipeline().send(&request, &AuthScheme::None).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{operation} {status}");
        }
        let script = Script::new().answer_with(206, header("etag", "\"e\""), PORTAL);
        assert!(script.pipeline().send(&request, &AuthScheme::None).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_in_another_region_is_not_asked_for_twice() {
    let there = vec![("x-amz-bucket-region", "us-east-1".to_owned())];
    let script = Script::new().answer_with(301, there, "");
    let error = {
        let region: Region = "eu-west-1".parse().unwrap();
        let keys = Keys::default();
        let scheme = AuthScheme::SigV4 { service: "s3", region: &region, source: &keys };
        script.pipeline().bytes(&request_of("HeadObject", Method::HEAD), &scheme).await.unwrap_err()
    };
    assert_eq!(error.kind(), ErrorKind::SignatureRefused);
    assert!(error.message().contains("in us-east-1") && error.message().contains("for eu-west-1"), "{error}");
}

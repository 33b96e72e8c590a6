//! What AWS says when it refuses, in each of its protocols.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};

use super::retry_after;
use super::success::Success;
use crate::config::Region;
use crate::dates;
use crate::error::{AwsRefusal, Error, ErrorKind};
use crate::platform::{Body, Response};
use crate::xml::Element;

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: Error,
    pub(super) retry_after: Option<Duration>,
    /// The server's time, which S3 adds when it refuses for the time.
    pub(super) server_time: Option<SystemTime>,
    /// Where the bucket is, which S3 tells those who ask elsewhere.
    bucket_region: Option<Region>,
    answer: http::Response<Bytes>,
}

impl Refusal {
    /// The refusal of a request that was signed for `region`: says so where the bucket is in another one.
    pub(super) fn of_request_to(mut self, region: &Region) -> Self {
        let is_elsewhere = matches!(self.error.http_status(), Some(301 | 307 | 400));
        if let Some(actual) = self.bucket_region.as_ref().filter(|actual| is_elsewhere && *actual != region) {
            let message = format!("the bucket is in {actual}, and the request was made for {region}");
            self.error = self.error.with_kind(ErrorKind::SignatureRefused).with_message(message);
        }
        self
    }

    /// The refusal inside an answer that began as a success.
    ///
    /// S3 sends the status of CompleteMultipartUpload and CopyObject before it knows the outcome:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>.
    pub(super) fn inside(answer: &http::Response<Bytes>) -> Option<Self> {
        let body = answer.body();
        // S3 keeps the connection alive with white space until it knows the outcome.
        let is_error = body.len() <= SAID_LIMIT && Element::is_root("Error", body);
        is_error.then(|| Self::parse(answer.clone()))
    }

    /// The answer itself, for callers that take any status.
    pub(super) fn into_answer(self) -> Response {
        self.answer.map(Body::from)
    }

    pub(super) fn parse(answer: http::Response<Bytes>) -> Self {
        let (status, headers) = (answer.status(), answer.headers());
        let said = parse_body(answer.body());
        let of_header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let code = of_header("x-amzn-errortype").or(said.code).map(|code| bare_code(&code));
        let error = Error::from_aws(AwsRefusal {
            http_status: status.as_u16(),
            aws_code: code.filter(|code| !code.is_empty()).or_else(|| code_of_bodiless(status, headers)),
            message: said.message.or_else(|| of_header("x-amzn-errormessage")),
            request_id: of_header("x-amzn-requestid")
                .or_else(|| of_header("x-amz-request-id"))
                .or_else(|| of_header("apigw-requestid"))
                .or(said.request_id),
        });
        let retry_after = retry_after(headers);
        let bucket_region = of_header("x-amz-bucket-region").or(said.region);
        let bucket_region = bucket_region.and_then(|region| region.parse().ok());
        Self { error, retry_after, server_time: said.server_time, bucket_region, answer }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.answer.headers()
    }

    /// AWS refused for the difference between its clock and the signature's.
    pub(super) fn is_about_time(&self) -> bool {
        match self.error.aws_code() {
            Some("RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture") => true,
            // Services other than S3 have no code for it, but their messages say so.
            Some("InvalidSignatureException" | "SignatureDoesNotMatch") => {
                let message = self.error.message();
                message.contains("Signature expired") || message.contains("not yet current")
            }
            // A HEAD request is refused without a body; whether it is another time by now decides.
            None => self.error.http_status() == Some(403),
            Some(_) => false,
        }
    }

    /// AWS takes the credentials for expired. S3 has no words for it when it refuses a HEAD request, only the status.
    pub(super) fn is_about_expiry(&self, method: &Method) -> bool {
        match self.error.kind() {
            ErrorKind::CredentialsExpired => true,
            ErrorKind::Aws => {
                method == Method::HEAD
                    && self.error.aws_code().is_none()
                    && self.error.http_status() == Some(400)
            }
            _ => false,
        }
    }

    /// AWS refused for its load, and so has not done what was asked.
    ///
    /// Only its throttling codes say that, never a status 5xx alone: API Gateway answers 503 and 504 while an app's function still
    /// works. An app's function may pass on the code of a service that throttled it halfway; API Gateway itself has its code in a
    /// header, or status 429.
    pub(super) fn is_throttled(&self, success: Success) -> bool {
        if success.is_of_aws() {
            return self.error.kind() == ErrorKind::Throttled;
        }
        self.error.http_status() == Some(429)
            || (self.error.kind() == ErrorKind::Throttled
                && self.answer.headers().contains_key("x-amzn-errortype"))
    }

    /// The same request may well succeed in a moment. A server that does not implement it (501, 505) will not.
    pub(super) fn is_passing(&self) -> bool {
        match self.error.http_status() {
            Some(501 | 505) => false,
            Some(408 | 500..) => true,
            _ => {
                self.error.kind() == ErrorKind::Unavailable
                    || self.error.aws_code() == Some("TransactionInProgressException")
            }
        }
    }
}

#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    server_time: Option<SystemTime>,
    region: Option<String>,
}

/// Error bodies are small; what is larger is not one.
const SAID_LIMIT: usize = 256 * 1024;

fn parse_body(body: &[u8]) -> Said {
    if body.len() > SAID_LIMIT {
        return Said::default();
    }
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => parse_json(body),
        Some(b'<') => parse_xml(body),
        _ => Said::default(),
    }
}

fn parse_json(body: &[u8]) -> Said {
    // An API's own errors may have members of the same names that are something else, or several of them.
    let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) else { return Said::default() };
    let text = |names: &[&str]| names.iter().find_map(|name| members.get(*name)?.as_str()).map(str::to_owned);
    Said {
        code: text(&["__type", "code"]),
        message: text(&["message", "Message", "errorMessage"]),
        ..Said::default()
    }
}

fn parse_xml(body: &[u8]) -> Said {
    let Ok(root) = Element::parse(body) else { return Said::default() };
    // S3 answers `<Error>`; IAM and STS wrap it in `<ErrorResponse>`.
    let error = root.child("Error").unwrap_or(&root);
    Said {
        code: error.maybe_text("Code"),
        message: error.maybe_text("Message"),
        request_id: root.maybe_text("RequestId"),
        server_time: root.maybe_text("ServerTime").and_then(|time| dates::from_rfc3339(&time)),
        region: root.maybe_text("Region"),
    }
}

/// `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` and `NotFoundException:http://…` without their surroundings.
fn bare_code(code: &str) -> String {
    let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
    code.split_once(':').map_or(code, |(code, _)| code).trim().to_owned()
}

/// S3 answers HEAD and conditional requests without a body.
fn code_of_bodiless(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    match status {
        StatusCode::NOT_MODIFIED => Some("NotModified".to_owned()),
        StatusCode::MOVED_PERMANENTLY | StatusCode::TEMPORARY_REDIRECT => {
            headers.contains_key("x-amz-bucket-region").then(|| "PermanentRedirect".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, headers: &[(&'static str, &str)], body: &'static str) -> Refusal {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Refusal::parse(response.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn json_refusals_are_read() {
        let refusal = refusal(
            400,
            &[("x-amzn-requestid", "7a1b")],
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","Message":"no table"}"#,
        );
        assert_eq!(refusal.error.aws_code(), Some("ResourceNotFoundException"));
        assert_eq!(refusal.error.message(), "no table");
        assert_eq!(refusal.error.request_id(), Some("7a1b"));
    }

    #[test]
    fn members_of_other_kinds_and_several_messages_hide_nothing() {
        let refusal = refusal(
            400,
            &[],
            r#"{"__type":"ValidationException","code":7,"Message":"long","message":"short","errorMessage":null}"#,
        );
        assert_eq!(refusal.error.aws_code(), Some("ValidationException"));
        assert_eq!(refusal.error.message(), "short");
    }

    #[test]
    fn every_name_of_the_request_id_is_known() {
        for name in ["x-amzn-requestid", "x-amz-request-id", "apigw-requestid"] {
            assert_eq!(refusal(403, &[(name, "7a1b")], "{}").error.request_id(), Some("7a1b"), "{name}");
        }
    }

    #[test]
    fn the_header_wins_over_the_body() {
        let headers = [("x-amzn-errortype", "TooManyRequestsException:http://internal.amazon.com/coral/")];
        let refusal = refusal(429, &headers, "{}");
        assert_eq!(refusal.error.aws_code(), Some("TooManyRequestsException"));
        assert!(refusal.is_throttled(Success::Json) && refusal.is_throttled(Success::Any));
    }

    #[test]
    fn xml_refusals_are_read_and_tell_the_time() {
        let s3 = "<?xml version=\"1.0\"?><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message>\
                  <ServerTime>2026-01-02T03:04:05Z</ServerTime><RequestId>r</RequestId></Error>";
        let skewed = refusal(403, &[], s3);
        assert!(skewed.is_about_time());
        assert_eq!(skewed.error.request_id(), Some("r"));
        assert_eq!(skewed.server_time, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045)));

        let sts = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>m</Message></Error>\
                   <RequestId>r</RequestId></ErrorResponse>";
        assert!(refusal(400, &[], sts).is_about_expiry(&Method::POST));
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
            let error = refusal(status, headers, body).of_request_to(&asked).error;
            assert_eq!(error.kind(), ErrorKind::SignatureRefused, "{status} {body}");
            assert!(error.message().contains("in eu-west-1"), "{error}");
        }
        // What was refused for another reason, and nonsense, name nothing.
        let denied = refusal(403, &header, "").of_request_to(&asked).error;
        assert_eq!(denied.kind(), ErrorKind::AccessDenied);
        let nonsense = refusal(400, &[("x-amz-bucket-region", "evil host")], "").of_request_to(&asked).error;
        assert!(!nonsense.message().contains("evil"), "{nonsense}");
    }

    #[test]
    fn an_error_inside_a_success_is_found_and_nothing_else_is() {
        let inside =
            |body: &'static str| Refusal::inside(&http::Response::new(Bytes::from_static(body.as_bytes())));
        let refusal = inside(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  \n<Error><Code>InternalError</Code><Message>m</Message></Error>",
        )
        .unwrap();
        assert_eq!(refusal.error.aws_code(), Some("InternalError"));
        assert!(refusal.is_passing());
        for body in ["", "{}", "<a>", "no <Error>", "<CopyObjectResult><Error/></CopyObjectResult>", "<!-- "]
        {
            assert!(inside(body).is_none(), "{body}");
        }
    }

    #[test]
    fn hostile_bodies_leave_the_status() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"boom\">]><Error><Code>&x;</Code></Error>";
        let deep = "<Error>".repeat(10_000).leak();
        for body in
            ["", "<html><body>502</body>", "{\"__type\":", "\u{0}\u{1}", "[]", "{\"message\":7}", bomb, deep]
        {
            let refusal = refusal(502, &[], body);
            assert_eq!((refusal.error.aws_code(), refusal.error.http_status()), (None, Some(502)), "{body}");
            assert!(refusal.is_passing());
        }
    }
}

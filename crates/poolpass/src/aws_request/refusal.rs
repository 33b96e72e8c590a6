//! What AWS says when it refuses, in each of its protocols.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use super::json_refusal::JsonRefusal;
use super::retry_after;
use super::success::Success;
use crate::config::Region;
use crate::dates;
use crate::dynamodb::Item;
use crate::error::{AwsRefusal, CancellationReason, Error, ErrorKind};
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
        let is_error = body.len() <= SAID_LIMIT && (Element::is_root("Error", body) || has_error_type(body));
        is_error.then(|| Self::parse(answer.clone(), Success::Document))
    }

    /// The answer itself, for callers that take any status.
    pub(super) fn into_answer(self) -> Response {
        self.answer.map(Body::from)
    }

    /// Reads the refusal of a request whose success would have been of the form `success`.
    pub(super) fn parse(answer: http::Response<Bytes>, success: Success) -> Self {
        let (status, headers) = (answer.status(), answer.headers());
        let said = parse_body(answer.body());
        let of_header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // Services that once spoke XML keep its codes in `x-amzn-query-error`: `NonExistentQueue;Sender`.
        let codes = [of_header("x-amzn-errortype"), of_header("x-amzn-query-error"), said.code];
        let code = codes.into_iter().flatten().map(|code| bare_code(&code)).find(|code| !code.is_empty());
        let bucket_region = of_header("x-amz-bucket-region").or(said.region).or_else(|| {
            let is_elsewhere = code.as_deref() == Some("IllegalLocationConstraintException");
            is_elsewhere.then(|| region_of_constraint(said.message.as_deref()?)).flatten()
        });
        let error = Error::from_aws(AwsRefusal {
            http_status: status.as_u16(),
            aws_code: code.or_else(|| code_of_bodiless(status, headers)),
            message: said.message.or_else(|| of_header("x-amzn-errormessage")),
            request_id: of_header("x-amzn-requestid")
                .or_else(|| of_header("x-amz-request-id"))
                .or_else(|| of_header("apigw-requestid"))
                .or(said.request_id),
            cancellation_reasons: said.cancellation_reasons,
            item: said.item,
        });
        let error = if success.is_of_aws() {
            without_pages(error, answer.body(), success)
        } else {
            as_of_an_api(error, &answer)
        };
        let retry_after = retry_after(headers);
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
    cancellation_reasons: Vec<CancellationReason>,
    item: Option<Item>,
}

/// XML documents of errors are small; what is larger is not one. DynamoDB's JSON may hold up to 4 MB of items.
const SAID_LIMIT: usize = 256 * 1024;

fn parse_body(body: &[u8]) -> Said {
    // Some servers begin with a byte order mark, which JSON does not have.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match first(body) {
        Some(b'{') => parse_json(body),
        Some(b'<') if body.len() <= SAID_LIMIT => parse_xml(body),
        _ => Said::default(),
    }
}

/// The first byte that is not white space.
fn first(body: &[u8]) -> Option<&u8> {
    body.iter().find(|byte| !byte.is_ascii_whitespace())
}

/// Whether it is an error in AWS's JSON protocol.
fn has_error_type(body: &[u8]) -> bool {
    const NAME: &[u8] = b"\"__type\"";

    body.windows(NAME.len()).any(|text| text == NAME) && JsonRefusal::parse(body).has_type()
}

fn parse_json(body: &[u8]) -> Said {
    let mut said = JsonRefusal::parse(body);
    let (code, message) = (said.code(), said.message());
    let (item, cancellation_reasons) = said.items(body);
    Said { code, message, cancellation_reasons, item, ..Said::default() }
}

fn parse_xml(body: &[u8]) -> Said {
    let Ok(root) = Element::parse(body) else { return Said::default() };
    // S3 answers `<Error>`; IAM and STS wrap it in `<ErrorResponse>`, EC2 in `<Response><Errors>`.
    let error = root.child("Errors").unwrap_or(&root);
    let error = error.child("Error").unwrap_or(error);
    Said {
        code: error.maybe_text("Code"),
        message: error.maybe_text("Message"),
        request_id: root.maybe_text("RequestId").or_else(|| root.maybe_text("RequestID")),
        server_time: root.maybe_text("ServerTime").and_then(|time| dates::from_rfc3339(&time)),
        region: root.maybe_text("Region"),
        ..Said::default()
    }
}

/// "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to."
fn region_of_constraint(message: &str) -> Option<String> {
    let (region, _) = message.strip_prefix("The ")?.split_once(" location constraint is incompatible")?;
    (region != "unspecified").then(|| region.to_owned())
}

/// AWS's errors have a code, unless they have no body, which only S3's may lack. What has no code otherwise is of a proxy, a firewall or
/// a captive portal, whose status says nothing about what was asked for; that a server is overloaded or broken is true of a proxy as
/// well. AWS redirects to buckets only, and then has a code, and compares dates and ETags only where objects are read.
fn without_pages(error: Error, body: &[u8], success: Success) -> Error {
    let Some(status) = error.http_status() else { return error };
    let is_believed = match status {
        304 => success == Success::Object,
        407 => false,
        429 | 500.. => true,
        _ if error.aws_code().is_some() => true,
        400.. => body.trim_ascii().is_empty() && (success.is_of_s3() || error.request_id().is_some()),
        _ => false,
    };
    if is_believed {
        return error;
    }
    error.with_kind(ErrorKind::InvalidResponse).with_message(format!(
        "the answer (status {status}) is not AWS's: a proxy, firewall or captive portal may have answered in its place"
    ))
}

/// An API's own codes say nothing to us, but its status does; and API Gateway means something else by two of AWS's codes.
fn as_of_an_api(error: Error, answer: &http::Response<Bytes>) -> Error {
    let is_of_gateway = answer.headers().contains_key("x-amzn-errortype");
    match (error.aws_code(), error.http_status()) {
        // Its own limits; Cognito's are a person's.
        (Some("LimitExceededException"), _) => error.with_kind(ErrorKind::Throttled),
        (Some("MissingAuthenticationTokenException"), _) => {
            let message = format!("{}. The API may have no such route or method.", error.message());
            error.with_message(message)
        }
        // A browser follows none either, and hides where it leads.
        (None, Some(301..=303 | 307 | 308)) => {
            let message = "the server answered with a redirect, which is not followed";
            error.with_kind(ErrorKind::InvalidResponse).with_message(message)
        }
        (Some(_), Some(http_status))
            if error.kind() == ErrorKind::Aws && !is_of_gateway && first(answer.body()) == Some(&b'{') =>
        {
            let by_status = Error::from_aws(AwsRefusal { http_status, ..AwsRefusal::default() });
            error.with_kind(by_status.kind())
        }
        _ => error,
    }
}

/// `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` and `NotFoundException:http://…` without their surroundings.
fn bare_code(code: &str) -> String {
    let code = code.split([':', ';', ',']).next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim().to_owned()
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
        refusal_of(Success::Json, status, headers, body)
    }

    fn refusal_of(
        success: Success,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &'static str,
    ) -> Refusal {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Refusal::parse(response.body(Bytes::from_static(body.as_bytes())).unwrap(), success)
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
            let error = refusal_of(Success::Object, status, headers, body).of_request_to(&asked).error;
            assert_eq!(error.kind(), ErrorKind::SignatureRefused, "{status} {body}");
            assert!(error.message().contains("in eu-west-1"), "{error}");
        }
        // What was refused for another reason, and nonsense, name nothing.
        let denied = refusal_of(Success::Object, 403, &header, "").of_request_to(&asked).error;
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
        let json = inside(r#" {"message":"m","__type":"com.amazon.coral#InternalFailure"}"#).unwrap();
        assert_eq!((json.error.aws_code(), json.error.message()), (Some("InternalFailure"), "m"));
        let nested = r#"{"Item":{"__type":{"S":"x"}}}"#;
        for body in [
            "",
            "{}",
            nested,
            r#"{"__type":7}"#,
            "<a>",
            "no <Error>",
            "<CopyObjectResult><Error/></CopyObjectResult>",
            "<!-- ",
        ] {
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
    fn of_api(status: u16, body: &'static str) -> Refusal {
        let answer = http::Response::builder().status(status).body(Bytes::from_static(body.as_bytes()));
        Refusal::parse(answer.unwrap(), Success::Any)
    }

    #[test]
    fn a_page_in_the_place_of_aws_is_no_refusal() {
        for status in [400, 401, 403, 404, 407, 409, 412] {
            for page in
                ["<html><body>Sign in to the network</body></html>", "<!DOCTYPE html><p>no", "blocked", "{}"]
            {
                let error = refusal(status, &[], page).error;
                assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{status} {page}");
            }
        }
        for (status, kind) in [(403, ErrorKind::AccessDenied), (404, ErrorKind::NotFound)] {
            assert_eq!(refusal_of(Success::Object, status, &[], "").error.kind(), kind, "HEAD");
            assert_eq!(refusal(status, &[], "").error.kind(), ErrorKind::InvalidResponse);
            assert_eq!(refusal(status, &[("x-amzn-requestid", "7a1b")], "").error.kind(), kind);
            assert_eq!(of_api(status, "{}").error.kind(), kind, "an app's own API");
        }
        for (success, status, is_of_aws) in [
            (Success::Json, 301, false),
            (Success::Object, 302, false),
            (Success::Written, 307, false),
            (Success::Object, 407, false),
            (Success::Json, 304, false),
            (Success::Written, 304, false),
            (Success::Object, 304, true),
            (Success::Written, 412, true),
        ] {
            let kind = refusal_of(success, status, &[], "").error.kind();
            assert_eq!(kind != ErrorKind::InvalidResponse, is_of_aws, "{success:?} {status}");
        }
        assert_eq!(refusal(502, &[], "<html>").error.kind(), ErrorKind::Unavailable);
        assert_eq!(refusal(429, &[], "<html>").error.kind(), ErrorKind::Throttled);
    }

    #[test]
    fn the_errors_of_ec2_and_of_services_that_once_spoke_xml_are_read() {
        let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error></Errors>\
                   <RequestID>r</RequestID></Response>";
        let error = refusal(403, &[], ec2).error;
        assert_eq!(
            (error.aws_code(), error.message(), error.request_id()),
            (Some("UnauthorizedOperation"), "m", Some("r"))
        );
        assert_eq!(error.kind(), ErrorKind::AccessDenied);

        let headers = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
        let error =
            refusal(400, &headers, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#).error;
        assert_eq!(
            (error.aws_code(), error.message()),
            (Some("AWS.SimpleQueueService.NonExistentQueue"), "m")
        );
    }

    #[test]
    fn a_code_is_found_wherever_a_service_puts_it() {
        let (type_, query) = ("x-amzn-errortype", "x-amzn-query-error");
        for (headers, body, code) in [
            (&[(type_, "")][..], r#"{"__type":"A"}"#, "A"),
            (&[(type_, "A:http://internal.amazon.com/coral/#b")], "{}", "A"),
            (&[(type_, "com.amazonaws.x#A:http://internal.amazon.com/b#c")], r#"{"__type":"B"}"#, "A"),
            (&[(type_, " A ")], "", "A"),
            (&[(type_, "A,B")], "", "A"),
            (&[(query, "")], r#"{"__type":"x#A"}"#, "A"),
            (&[(query, ";Sender")], r#"{"__type":"A"}"#, "A"),
            (&[(query, "A;Sender")], r#"{"__type":"B"}"#, "A"),
            (&[], r#"{"__type":null,"code":"A"}"#, "A"),
            (&[], r#"{"__type":"","code":"A"}"#, "A"),
            (&[], r#"{"__type":" ","Code":"A"}"#, "A"),
            (&[], r#"{"__type":["B"],"Code":"A"}"#, "A"),
            (&[], r#"{"__type":"B","__type":"A"}"#, "A"),
            (&[], "\u{feff}{\"__type\":\"A\"}", "A"),
            (&[], "\u{feff}<Error><Code>A</Code></Error>", "A"),
            (&[], " <Error><Code> A </Code></Error>", "A"),
        ] {
            let refusal = refusal(400, headers, body);
            assert_eq!(refusal.error.aws_code(), Some(code), "{headers:?} {body}");
        }
        let empty = refusal(400, &[], r#"{"__type":"A","message":"","Message":"said"}"#);
        assert_eq!(empty.error.message(), "said");
    }

    #[test]
    fn an_api_s_own_codes_have_the_kind_of_its_status() {
        for (status, kind) in [
            (400, ErrorKind::Aws),
            (401, ErrorKind::NotAuthorized),
            (403, ErrorKind::AccessDenied),
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Conflict),
            (412, ErrorKind::ConditionFailed),
            (429, ErrorKind::Throttled),
            (500, ErrorKind::Unavailable),
        ] {
            let error = of_api(status, r#"{"code":"NOTE_42","message":"m"}"#).error;
            assert_eq!((error.kind(), error.aws_code(), error.message()), (kind, Some("NOTE_42"), "m"));
        }
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(of_api(status, "<html>").error.kind(), ErrorKind::InvalidResponse, "{status}");
        }
        assert_eq!(of_api(304, "").error.kind(), ErrorKind::NotModified);
        let throttled = refusal(429, &[], r#"{"__type":"SomethingNew"}"#);
        assert!(throttled.is_throttled(Success::Json));
    }

    #[test]
    fn an_illegal_location_constraint_names_the_region() {
        let asked: Region = "us-east-1".parse().unwrap();
        let body = "<Error><Code>IllegalLocationConstraintException</Code><Message>The me-south-1 location constraint is \
                    incompatible for the region specific endpoint this request was sent to.</Message></Error>";
        let error = refusal(400, &[], body).of_request_to(&asked).error;
        assert_eq!(error.kind(), ErrorKind::SignatureRefused);
        assert!(error.message().contains("in me-south-1"), "{error}");
    }

    #[test]
    fn api_gateway_throttles_and_hides_its_routes_by_codes_that_mean_something_else_elsewhere() {
        let limited = of_api(429, r#"{"__type":"LimitExceededException","message":"m"}"#);
        assert_eq!(limited.error.kind(), ErrorKind::Throttled);
        assert!(limited.is_throttled(Success::Any));
        let unknown = of_api(
            403,
            r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#,
        );
        assert!(unknown.error.message().ends_with("no such route or method."), "{}", unknown.error);
    }

    #[test]
    fn a_cancelled_transaction_is_judged_by_its_reasons() {
        for (reasons, kind) in [
            (r#"[{"Code":"ValidationError","Message":"too large"}]"#, ErrorKind::Aws),
            (
                r#"[{"Code":"None"},{"Code":"ItemCollectionSizeLimitExceeded"},{"Code":"TransactionConflict"}]"#,
                ErrorKind::Aws,
            ),
            (
                r#"[{"Code":"None"},{"Code":"ConditionalCheckFailed"},{"Code":"ThrottlingError"}]"#,
                ErrorKind::ConditionFailed,
            ),
            (r#"[{"Code":"TransactionConflict"},{"Code":"None"}]"#, ErrorKind::Conflict),
            (r#"[{"Code":"ThrottlingError"},{"Code":"None"}]"#, ErrorKind::Throttled),
            (
                r#"[{"Code":"ProvisionedThroughputExceeded"},{"Code":"TransactionConflict"}]"#,
                ErrorKind::Throttled,
            ),
            (r#"[{"Code":"RequestLimitExceeded"}]"#, ErrorKind::Throttled),
            ("[]", ErrorKind::Conflict),
        ] {
            let body = format!(
                r#"{{"__type":"TransactionCanceledException","CancellationReasons":{reasons},"Message":"m"}}"#
            );
            let refusal = refusal(400, &[], body.leak());
            assert_eq!(refusal.error.kind(), kind, "{reasons}");
            assert_eq!(refusal.is_throttled(Success::Json), kind == ErrorKind::Throttled, "{reasons}");
        }
        // Older servers tell the reasons in the message alone.
        let body = r#"{"__type":"TransactionCanceledException","message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]"}"#;
        let error = refusal(400, &[], body).error;
        assert_eq!(error.kind(), ErrorKind::Aws);
        let codes: Vec<_> = error.cancellation_reasons().iter().map(CancellationReason::code).collect();
        assert_eq!(codes, [None, Some("ValidationError")]);
    }

    #[test]
    fn the_item_that_did_not_meet_a_condition_can_be_read() {
        let body = r#"{"__type":"ConditionalCheckFailedException","message":"m","Item":{"pk":{"S":"ada"}}}"#;
        let error = refusal(400, &[], body).error;
        assert_eq!(error.item(), Some(Item::new().with("pk", "ada")));
        let body = r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"None"},
            {"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"pk":{"S":"ada"}}}]}"#;
        let error = refusal(400, &[], body).error;
        let reasons = error.cancellation_reasons();
        assert_eq!((reasons[0].code(), reasons[0].message(), reasons[0].item()), (None, None, None));
        assert_eq!(reasons[1].message(), Some("The conditional request failed"));
        assert_eq!(reasons[1].item(), Some(Item::new().with("pk", "ada")));
        assert!(!format!("{error:?}").contains("ada"), "{error:?}");
    }
}

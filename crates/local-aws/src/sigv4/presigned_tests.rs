//! S3's errors for invalid presigned URLs. Each row names the public thread that quotes the error.

use std::time::Duration;

use super::authenticate;
use crate::{
    error::AwsError,
    test_support::{Draft, Keys, account},
};

const MISSING: &str = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                       X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
const TOO_LONG: &str = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be \
                        less than 604800 seconds";
const TWO: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                   parameter or the Authorization header should be specified";

/// A change to a valid URL.
#[derive(Clone, Copy)]
enum Change {
    Remove(&'static str),
    Set(&'static str, &'static str),
    Header(&'static str, &'static str),
    Method(&'static str),
    /// Signed this many seconds ago; negative values are in the future.
    Age(i64),
    Secret,
}

struct Row {
    change: Change,
    status: u16,
    code: &'static str,
    message: &'static str,
    details: &'static [&'static str],
    source: &'static str,
}

fn row(change: Change, status: u16, code: &'static str, message: &'static str, source: &'static str) -> Row {
    Row { change, status, code, message, details: &[], source }
}

fn rows() -> Vec<Row> {
    use Change::{Age, Header, Method, Remove, Secret, Set};

    const EXPLANATION: &[&str] = &["AWSAccessKeyId", "StringToSign", "SignatureProvided", "CanonicalRequest"];
    const PARAMETERS: &str = "AuthorizationQueryParametersError";
    const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your \
                            key and signing method.";
    vec![
        row(Remove("X-Amz-Algorithm"), 400, PARAMETERS, MISSING, "kaliber-scala/play-s3#73"),
        row(Remove("X-Amz-Credential"), 400, PARAMETERS, MISSING, "kaliber-scala/play-s3#73"),
        row(Remove("X-Amz-Signature"), 400, PARAMETERS, MISSING, "volojs/volo#218"),
        row(Remove("X-Amz-Date"), 400, PARAMETERS, MISSING, "volojs/volo#218"),
        row(Remove("X-Amz-SignedHeaders"), 400, PARAMETERS, MISSING, "volojs/volo#218"),
        row(Remove("X-Amz-Expires"), 400, PARAMETERS, MISSING, "volojs/volo#218"),
        row(Set("X-Amz-Expires", "604801"), 400, PARAMETERS, TOO_LONG, "aws/aws-cli#5464"),
        row(Set("X-Amz-Expires", "6307000000"), 400, PARAMETERS, TOO_LONG, "bryanjos/aws_auth#31"),
        row(
            Set("X-Amz-Expires", "-1"),
            400,
            PARAMETERS,
            "X-Amz-Expires must be non-negative",
            "minio/minio#5162",
        ),
        row(
            Set("X-Amz-Expires", "soon"),
            400,
            PARAMETERS,
            "X-Amz-Expires should be a number",
            "s3s-project/s3s#645",
        ),
        row(
            Set("X-Amz-Date", "2026-11-28"),
            400,
            PARAMETERS,
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
            "minio/minio, cmd/api-errors.go",
        ),
        row(
            Set("X-Amz-Algorithm", "AWS4-HMAC-SHA1"),
            400,
            PARAMETERS,
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"",
            "minio/minio, cmd/api-errors.go",
        ),
        row(
            Set("X-Amz-Credential", "test"),
            400,
            PARAMETERS,
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            "minio/minio, cmd/api-errors.go",
        ),
        Row {
            details: &["X-Amz-Expires", "Expires", "ServerTime"],
            ..row(Age(61), 403, "AccessDenied", "Request has expired", "aws/aws-sdk-php#1333")
        },
        Row {
            details: &["X-Amz-Date", "Expires", "ServerTime"],
            ..row(Age(-3600), 403, "AccessDenied", "Request is not yet valid", "minio/minio#2638")
        },
        Row {
            details: &["ArgumentName", "ArgumentValue"],
            ..row(
                Header("authorization", "AWS4-HMAC-SHA256 Credential=a"),
                400,
                "InvalidArgument",
                TWO,
                "catalyst/moodle-tool_objectfs#303",
            )
        },
        Row {
            details: &["ArgumentName", "ArgumentValue"],
            ..row(Header("authorization", "Basic dTpw"), 400, "InvalidArgument", TWO, "request/request#860")
        },
        Row {
            details: EXPLANATION,
            ..row(Secret, 403, "SignatureDoesNotMatch", MISMATCH, "minio/minio#5630")
        },
        Row {
            details: EXPLANATION,
            ..row(Method("PUT"), 403, "SignatureDoesNotMatch", MISMATCH, "minio/minio#5630")
        },
        Row {
            details: EXPLANATION,
            ..row(Set("X-Amz-Expires", "61"), 403, "SignatureDoesNotMatch", MISMATCH, "minio/minio#5630")
        },
        Row {
            details: EXPLANATION,
            ..row(Set("X-Amz-Signature", "0"), 403, "SignatureDoesNotMatch", MISMATCH, "minio/minio#5630")
        },
        Row {
            details: EXPLANATION,
            ..row(Set("versionId", "1"), 403, "SignatureDoesNotMatch", MISMATCH, "minio/minio#5630")
        },
        Row {
            details: &["HeadersNotSigned"],
            ..row(
                Header("x-amz-acl", "public-read"),
                403,
                "AccessDenied",
                "There were headers present in the request which were not signed",
                "s3s-project/s3s#818",
            )
        },
        row(
            Set("X-Amz-Security-Token", "token"),
            400,
            "InvalidToken",
            "The provided token is malformed or otherwise invalid.",
            "ex-aws/ex_aws#228",
        ),
    ]
}

#[test]
fn presigned_urls_are_refused_in_the_words_of_s3() {
    let mut wrong = Vec::new();
    for row in rows() {
        let error = refusal(row.change);
        let details: Vec<_> = error.details.iter().map(|(name, _)| *name).collect();
        let actual = (error.status.as_u16(), error.code.as_ref(), error.message.as_ref(), details.as_slice());
        if actual != (row.status, row.code, row.message, row.details) {
            wrong.push(format!("{}: {actual:?} instead of {} {}", row.source, row.status, row.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn signatures_of_version_2_are_not_supported() {
    let url = "/bucket/key?AWSAccessKeyId=test&Expires=1795435200&Signature=c2lnbmF0dXJl";
    let error = authenticate(&account(), &Draft::new("GET", url).into_request()).expect_err("refused");
    assert_eq!(
        (error.status.as_u16(), error.code.as_ref(), error.message.as_ref()),
        // aws-samples/aws-java-sample#19
        (
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )
    );
}

fn refusal(change: Change) -> AwsError {
    let account = account();
    let mut keys = Keys::root();
    if let Change::Secret = change {
        keys.secret = "tset".to_owned();
    }
    let age = if let Change::Age(seconds) = change { seconds } else { 0 };
    let now = account.clock.now();
    let signed_at = match u64::try_from(age) {
        Ok(seconds) => now - Duration::from_secs(seconds),
        Err(_) => now + Duration::from_secs(age.unsigned_abs()),
    };
    let mut url = Draft::new("GET", "/bucket/key").presigned("s3", &keys, signed_at, Duration::from_secs(60));
    authenticate_unless_changed(&account, &url, change);
    match change {
        Change::Remove(name) => url.target = with(&url.target, name, None),
        Change::Set(name, value) => url.target = with(&url.target, name, Some(value)),
        Change::Header(name, value) => url = url.header(name, value),
        Change::Method(method) => url.method = method.parse().expect("a method"),
        Change::Age(_) | Change::Secret => {}
    }
    authenticate(&account, &url.into_request()).expect_err("refused")
}

/// The unchanged URL is valid.
fn authenticate_unless_changed(account: &crate::account::Account, url: &Draft, change: Change) {
    if !matches!(change, Change::Age(_) | Change::Secret) {
        assert!(authenticate(account, &url.clone().into_request()).is_ok());
    }
}

fn with(target: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = target.split_once('?').expect("a query");
    let others = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key != name);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others);
    if let Some(value) = value {
        query.append_pair(name, value);
    }
    format!("{path}?{}", query.finish())
}

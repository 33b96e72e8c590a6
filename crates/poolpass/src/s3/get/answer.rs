//! Checks that a response is the one that was asked for: another range, version or content is an error.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG};
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::error::{Error, ErrorKind};
use crate::platform;
use crate::s3::headers::header_text;
use crate::s3::metadata::Extent;
use crate::s3::object_options::{ByteRange, GetOptions};

/// Refuses a success that does not fit `options`. Returns the part of the object that it holds, unless that is the whole.
///
/// A browser hides the headers that CORS does not expose, so it compares only those it can see.
pub(super) fn check(head: &Parts, options: &GetOptions) -> Result<Option<Extent>, Error> {
    let headers = &head.headers;
    check_identity(headers, options)?;
    let extent = match (headers.get(CONTENT_RANGE), Extent::from_headers(headers)) {
        (Some(_), None) => return Err(unasked("its content-range is malformed")),
        (_, extent) => extent,
    };
    if extent.is_some_and(|extent| extent.total.is_some_and(|total| extent.end > total)) {
        return Err(unasked("its range lies after the end of the object"));
    }
    let length = content_length(headers);
    match (options.range, head.status, extent) {
        (None, StatusCode::OK, None) => {}
        (Some(range), StatusCode::OK, None) if length.is_some_and(|length| is_covered(range, length)) => {}
        (Some(range), StatusCode::PARTIAL_CONTENT, Some(extent)) => {
            let is_asked_for = is_exactly(range, extent);
            if !is_asked_for || length.is_some_and(|length| length != extent.end - extent.start) {
                return Err(unasked("it holds other bytes than the range"));
            }
        }
        (Some(range), StatusCode::PARTIAL_CONTENT, None) if !platform::HANDS_OUT_BODIES_AS_SENT => {
            if length.is_some_and(|length| most(range).is_some_and(|most| length > most)) {
                return Err(unasked("it holds more bytes than the range"));
            }
        }
        _ => return Err(unasked("it holds another part of the object")),
    }
    Ok(extent)
}

/// Turns an error about a condition that was not set into kind `InvalidResponse`.
pub(super) fn check_refusal(error: Error, options: &GetOptions) -> Error {
    let is_asked_for = match error.kind() {
        ErrorKind::NotModified => options.if_none_match.is_some() || options.if_modified_since.is_some(),
        ErrorKind::ConditionFailed => options.if_match.is_some() || options.if_unmodified_since.is_some(),
        _ => true,
    };
    if is_asked_for {
        return error;
    }
    error
        .with_kind(ErrorKind::InvalidResponse)
        .with_message("S3 reports a condition that the request did not set")
}

/// The number of bytes in the response's body as it was sent, if the response tells.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    header_text(headers, CONTENT_LENGTH.as_str())?.parse().ok()
}

/// Whether an HTTP client may have decompressed the body.
pub(super) fn is_compressed(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING).map_or(&b""[..], |encoding| encoding.as_bytes());
    !matches!(encoding, b"" | b"identity" | b"aws-chunked")
}

fn check_identity(headers: &HeaderMap, options: &GetOptions) -> Result<(), Error> {
    let etag = header_text(headers, ETAG.as_str());
    if let (Some(etag), Some(wanted)) = (&etag, &options.if_match)
        && !lists(wanted, etag)
    {
        return Err(unasked("the object has another ETag"));
    }
    if let (Some(etag), Some(known)) = (&etag, &options.if_none_match)
        && lists(known, etag)
    {
        return Err(Error::new(ErrorKind::NotModified, "the object has not changed"));
    }
    match (header_text(headers, "x-amz-version-id"), options.version_id.as_deref()) {
        (Some(version), Some(wanted)) if version != wanted => Err(unasked("it has another version")),
        (None, Some(wanted)) if wanted != "null" && platform::HANDS_OUT_BODIES_AS_SENT => {
            Err(unasked("it does not name the version"))
        }
        _ => Ok(()),
    }
}

/// Whether an ETag is among those of a condition.
fn lists(condition: &str, etag: &str) -> bool {
    fn opaque(etag: &str) -> &str {
        etag.trim().trim_start_matches("W/").trim_matches('"')
    }
    condition.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(etag))
}

/// Whether the response holds exactly the range. If the size of the object is unknown, only a range with both ends can be checked.
fn is_exactly(range: ByteRange, Extent { start, end, total }: Extent) -> bool {
    match (range, total) {
        (ByteRange::Between(from, to), total) => {
            start == from && end == total.map_or(to, |total| to.min(total))
        }
        (ByteRange::From(from), Some(total)) => start == from && end == total,
        (ByteRange::Last(length), Some(total)) => end == total && start == total.saturating_sub(length),
        (ByteRange::From(_) | ByteRange::Last(_), None) => false,
    }
}

/// Whether the range covers the whole object.
fn is_covered(range: ByteRange, length: u64) -> bool {
    match range {
        ByteRange::Between(start, end) => start == 0 && end >= length,
        ByteRange::From(start) => start == 0,
        ByteRange::Last(last) => last >= length,
    }
}

fn most(range: ByteRange) -> Option<u64> {
    match range {
        ByteRange::Between(start, end) => end.checked_sub(start),
        ByteRange::From(_) => None,
        ByteRange::Last(length) => Some(length),
    }
}

fn unasked(detail: &'static str) -> Error {
    Error::invalid_response(format!("S3's response does not fit the request: {detail}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_aws::ScriptedAws;

    const BETWEEN: Option<ByteRange> = Some(ByteRange::Between(5, 8));

    async fn get(
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
        options: &GetOptions,
    ) -> Result<String, ErrorKind> {
        let aws = ScriptedAws::default().answer_text(status, headers, body);
        let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
        let object = bucket.get("a").options(options.clone()).await.map_err(|error| error.kind())?;
        let content = object.bytes().await.map_err(|error| error.kind())?;
        Ok(String::from_utf8(content.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_range_is_answered_by_that_range_or_is_an_error() {
        let last = |length| Some(ByteRange::Last(length));
        let from = |start| Some(ByteRange::From(start));
        let between = |start, end| Some(ByteRange::Between(start, end));
        for (range, status, content_range, body, is_right) in [
            (BETWEEN, 206, Some("bytes 5-7/10"), "567", true),
            (BETWEEN, 206, Some("bytes 5-7/*"), "567", true),
            (BETWEEN, 206, Some("bytes 5-6/7"), "56", true),
            (BETWEEN, 206, Some("bytes 5-6/*"), "56", false),
            (BETWEEN, 206, Some("bytes 5-7/nonsense"), "567", false),
            (BETWEEN, 206, Some("bytes 0-2/10"), "012", false),
            (BETWEEN, 206, Some("bytes 5-6/10"), "56", false),
            (BETWEEN, 206, Some("bytes 5-8/10"), "5678", false),
            (BETWEEN, 206, Some("bytes 5-7/7"), "567", false),
            (BETWEEN, 206, Some("bytes 5-7/10"), "5678", false),
            (BETWEEN, 206, Some("bytes 5-7/10"), "56", false),
            (BETWEEN, 206, Some("bytes */10"), "567", false),
            (BETWEEN, 206, Some("nonsense"), "567", false),
            (BETWEEN, 206, None, "567", false),
            (BETWEEN, 200, None, "0123456789", false),
            (BETWEEN, 200, Some("bytes 5-7/10"), "567", false),
            (between(0, 20), 200, None, "0123456789", true),
            (between(0, 20), 206, Some("bytes 0-9/10"), "0123456789", true),
            (from(7), 206, Some("bytes 7-9/10"), "789", true),
            (from(7), 206, Some("bytes 7-8/10"), "78", false),
            (from(7), 206, Some("bytes 7-8/*"), "78", false),
            (from(7), 206, Some("bytes 6-9/10"), "6789", false),
            (from(7), 200, None, "0123456789", false),
            (from(0), 200, None, "0123456789", true),
            (last(3), 206, Some("bytes 7-9/10"), "789", true),
            (last(30), 206, Some("bytes 0-9/10"), "0123456789", true),
            (last(3), 206, Some("bytes 0-2/10"), "012", false),
            (last(3), 206, Some("bytes 0-2/*"), "012", false),
            (last(3), 206, Some("bytes 6-9/10"), "6789", false),
            (last(3), 200, None, "0123456789", false),
            (None, 200, None, "0123456789", true),
            (None, 206, Some("bytes 0-2/10"), "012", false),
            (None, 206, None, "012", false),
            (None, 200, Some("bytes 0-2/10"), "012", false),
            (None, 204, None, "", false),
        ] {
            let length = body.len().to_string();
            let mut headers = vec![("etag", "\"e\""), ("content-length", length.as_str())];
            headers.extend(content_range.map(|range| ("content-range", range)));
            let options = GetOptions { range, ..GetOptions::default() };
            let answer = get(status, &headers, body, &options).await;
            let right = if is_right { Ok(body.to_owned()) } else { Err(ErrorKind::InvalidResponse) };
            assert_eq!(answer, right, "{range:?}: {status} {content_range:?} {body}");
        }
    }

    #[tokio::test]
    async fn another_version_or_etag_is_an_error() {
        let version =
            |version: &str| GetOptions { version_id: Some(version.to_owned()), ..GetOptions::default() };
        let if_match = |etag: &str| GetOptions { if_match: Some(etag.to_owned()), ..GetOptions::default() };
        let unless =
            |etag: &str| GetOptions { if_none_match: Some(etag.to_owned()), ..GetOptions::default() };
        let right = Ok("0".to_owned());
        let wrong = || Err(ErrorKind::InvalidResponse);
        for (options, version, answer) in [
            (version("v1"), Some("v1"), right.clone()),
            (version("v1"), Some("v2"), wrong()),
            (version("v1"), None, wrong()),
            (version("null"), None, right.clone()),
            (GetOptions::default(), Some("v2"), right.clone()),
            (if_match("\"e\""), None, right.clone()),
            (if_match("e"), None, right.clone()),
            (if_match("*"), None, right.clone()),
            (if_match("\"d\", \"e\""), None, right.clone()),
            (if_match("\"d\""), None, wrong()),
            (unless("\"d\""), None, right.clone()),
            (unless("\"e\""), None, Err(ErrorKind::NotModified)),
        ] {
            let mut headers = vec![("etag", "\"e\""), ("content-length", "1")];
            headers.extend(version.map(|version| ("x-amz-version-id", version)));
            assert_eq!(get(200, &headers, "0", &options).await, answer, "{options:?} {version:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_about_a_condition_that_was_not_set_is_an_error() {
        for (status, kind) in [(304, ErrorKind::NotModified), (412, ErrorKind::ConditionFailed)] {
            let unconditional = get(status, &[], "", &GetOptions::default()).await;
            assert_eq!(unconditional, Err(ErrorKind::InvalidResponse), "{status}");
            let etag = Some("\"e\"".to_owned());
            let conditional =
                GetOptions { if_match: etag.clone(), if_none_match: etag, ..GetOptions::default() };
            assert_eq!(get(status, &[], "", &conditional).await, Err(kind));
        }
    }

    #[tokio::test]
    async fn a_head_is_held_to_the_same() {
        let head = async |status, headers: &[(&str, &str)], options: GetOptions| {
            let aws = ScriptedAws::default().answer_text(status, headers, "");
            let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
            bucket
                .head("a")
                .options(options)
                .await
                .map(|metadata| metadata.size)
                .map_err(|error| error.kind())
        };
        let etag = ("etag", "\"e\"");
        assert_eq!(head(200, &[etag, ("content-length", "10")], GetOptions::default()).await, Ok(Some(10)));
        let range = GetOptions { range: BETWEEN, ..GetOptions::default() };
        let part = [etag, ("content-length", "3"), ("content-range", "bytes 5-7/10")];
        assert_eq!(head(206, &part, range.clone()).await, Ok(Some(10)));
        assert_eq!(head(206, &part, GetOptions::default()).await, Err(ErrorKind::InvalidResponse));
        assert_eq!(
            head(200, &[etag, ("content-length", "10")], range).await,
            Err(ErrorKind::InvalidResponse)
        );
    }
}

//! Conditional requests.

use std::sync::Arc;

use http::{HeaderMap, header};
use s3s::{
    S3Error, S3Result,
    dto::{ETag, ETagCondition, Timestamp, TimestampFormat},
    s3_error,
};

use super::{
    objects::{check_readable, not_implemented},
    store::Object,
};

/// Conditional writes.
pub(super) fn check_write(
    existing: Option<&Arc<Object>>,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    match (if_match, existing) {
        (Some(_), None) => return Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (Some(ETagCondition::ETag(expected)), Some(object))
            if !expected.strong_cmp(&object.strong_etag()) =>
        {
            return Err(precondition_failed());
        }
        _ => {}
    }
    match (if_none_match, existing) {
        (Some(ETagCondition::Any), Some(_)) => Err(precondition_failed()),
        (Some(ETagCondition::ETag(_)), _) => Err(not_implemented()),
        _ => Ok(()),
    }
}

/// Conditional deletes. `*` requires that the object exists; an ETag requires that it is unchanged if it exists.
pub(super) fn check_delete(existing: Option<&Arc<Object>>, if_match: Option<&ETagCondition>) -> S3Result<()> {
    match (if_match, existing) {
        (Some(ETagCondition::Any), None) => Err(precondition_failed()),
        (Some(ETagCondition::ETag(expected)), Some(object))
            if !expected.strong_cmp(&object.strong_etag()) =>
        {
            Err(precondition_failed())
        }
        _ => Ok(()),
    }
}

/// A condition that s3s does not parse for this operation.
pub(super) fn condition(headers: &HeaderMap, name: &http::HeaderName) -> S3Result<Option<ETagCondition>> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let value = value.as_bytes();
    if value == b"*" {
        return Ok(Some(ETagCondition::Any));
    }
    match ETag::parse_http_header(value) {
        Ok(etag) => Ok(Some(ETagCondition::ETag(etag))),
        Err(_) => Err(s3_error!(InvalidArgument, "The {name} header is not an entity tag.")),
    }
}

/// Conditional reads. ETags take precedence over dates, as in RFC 9110.
pub(super) struct Conditions<'a> {
    pub(super) if_match: Option<&'a ETagCondition>,
    pub(super) if_none_match: Option<&'a ETagCondition>,
    pub(super) if_modified_since: Option<&'a Timestamp>,
    pub(super) if_unmodified_since: Option<&'a Timestamp>,
}

impl Conditions<'_> {
    /// Whether a copy from the object is allowed.
    pub(super) fn check_source(&self, object: &Object) -> S3Result<()> {
        self.check(object).map_err(|_| precondition_failed())?;
        check_readable(object)
    }

    pub(super) fn check(&self, object: &Object) -> S3Result<()> {
        let etag = object.strong_etag();
        let modified = Timestamp::from(object.modified);
        let is = |condition: &ETagCondition, compare: fn(&ETag, &ETag) -> bool| match condition {
            ETagCondition::Any => true,
            ETagCondition::ETag(expected) => compare(expected, &etag),
        };
        let fails = match (self.if_match, self.if_unmodified_since) {
            (Some(condition), _) => !is(condition, ETag::strong_cmp),
            (None, Some(since)) => modified > *since,
            (None, None) => false,
        };
        if fails {
            return Err(precondition_failed());
        }
        let is_unmodified = match (self.if_none_match, self.if_modified_since) {
            (Some(condition), _) => is(condition, ETag::weak_cmp),
            (None, Some(since)) => modified <= *since,
            (None, None) => false,
        };
        if is_unmodified { Err(not_modified(&etag, &modified)) } else { Ok(()) }
    }
}

fn not_modified(etag: &ETag, modified: &Timestamp) -> S3Error {
    let mut headers = HeaderMap::new();
    if let Ok(etag) = etag.to_http_header() {
        headers.insert(header::ETAG, etag);
    }
    let mut date = Vec::new();
    if modified.format(TimestampFormat::HttpDate, &mut date).is_ok()
        && let Ok(date) = date.as_slice().try_into()
    {
        headers.insert(header::LAST_MODIFIED, date);
    }
    let mut error = s3_error!(NotModified);
    error.set_headers(headers);
    error
}

fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

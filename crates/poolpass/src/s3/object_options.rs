//! The settings for writing and reading objects.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive};
use std::time::SystemTime;

use crate::error::Error;

/// Settings for writing an object. Default: none.
///
/// ```
/// use poolpass::s3::PutOptions;
///
/// let options = PutOptions { content_type: Some("image/jpeg".to_owned()), ..PutOptions::default() };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutOptions {
    /// The media type. Default: `binary/octet-stream`, set by S3.
    pub content_type: Option<String>,
    /// How long caches may keep the object, such as `max-age=3600`.
    pub cache_control: Option<String>,
    /// Whether a browser shows or saves the object, and under which name, such as `attachment; filename="a.pdf"`.
    pub content_disposition: Option<String>,
    /// The compression of the content, such as `gzip`.
    pub content_encoding: Option<String>,
    /// The language of the content.
    pub content_language: Option<String>,
    /// The app's own metadata: at most 2 KB of ASCII in total. S3 keeps names in lower case. Empty names, names that differ only in
    /// case, and values with blanks at their ends are refused.
    pub metadata: BTreeMap<String, String>,
    /// Writes only if no object has the key yet (`If-None-Match: *`). Otherwise the call fails with kind `ConditionFailed`.
    pub if_absent: bool,
    /// Writes only if the present object has this ETag (`If-Match`). Otherwise the call fails with kind `ConditionFailed`, or
    /// `NotFound` if there is no object.
    pub if_match: Option<String>,
    /// The storage class, such as `STANDARD_IA` or `GLACIER_IR`. Default: `STANDARD`.
    pub storage_class: Option<String>,
    /// The encryption at rest: `AES256` or `aws:kms`. Default: the bucket's.
    pub server_side_encryption: Option<String>,
    /// The KMS key for `aws:kms`. Default: the account's own key for S3.
    pub kms_key_id: Option<String>,
}

/// The range and the conditions of a read. Default: the whole object, without conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetOptions {
    /// Reads only these bytes.
    pub range: Option<ByteRange>,
    /// Reads only if the object has this ETag. Otherwise the call fails with kind `ConditionFailed`.
    pub if_match: Option<String>,
    /// Reads only if the object has another ETag, that is, has changed. Otherwise the call fails with kind `NotModified`.
    pub if_none_match: Option<String>,
    /// Reads only if the object has changed since this time. Otherwise the call fails with kind `NotModified`.
    pub if_modified_since: Option<SystemTime>,
    /// Reads only if the object has not changed since this time. Otherwise the call fails with kind `ConditionFailed`.
    pub if_unmodified_since: Option<SystemTime>,
    /// Reads this version, in a bucket with versioning. Default: the latest.
    pub version_id: Option<String>,
}

/// A range of an object's bytes.
///
/// Rust's ranges convert into it: `(0..100).into()`, `(100..).into()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// The bytes from the first position up to the second, which is not included. The object may end earlier.
    Between(u64, u64),
    /// The bytes from this position to the end.
    From(u64),
    /// This many bytes at the end.
    Last(u64),
}

impl ByteRange {
    pub(super) fn to_header(self) -> Result<String, Error> {
        match self {
            Self::Between(start, end) if end > start => Ok(format!("bytes={start}-{}", end - 1)),
            Self::From(start) => Ok(format!("bytes={start}-")),
            Self::Last(length) if length > 0 => Ok(format!("bytes=-{length}")),
            Self::Between(..) | Self::Last(_) => Err(Error::invalid_input("a range must not be empty")),
        }
    }
}

impl From<Range<u64>> for ByteRange {
    fn from(range: Range<u64>) -> Self {
        Self::Between(range.start, range.end)
    }
}

impl From<RangeInclusive<u64>> for ByteRange {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self::Between(*range.start(), range.end().saturating_add(1))
    }
}

impl From<RangeFrom<u64>> for ByteRange {
    fn from(range: RangeFrom<u64>) -> Self {
        Self::From(range.start)
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between(start, end) => write!(f, "{start}..{end}"),
            Self::From(start) => write!(f, "{start}.."),
            Self::Last(length) => write!(f, "the last {length}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_as_http_counts() {
        let header = |range: ByteRange| range.to_header().ok();
        assert_eq!(header((0..100).into()).as_deref(), Some("bytes=0-99"));
        assert_eq!(header((5..=9).into()).as_deref(), Some("bytes=5-9"));
        assert_eq!(header((7..).into()).as_deref(), Some("bytes=7-"));
        assert_eq!(header(ByteRange::Last(3)).as_deref(), Some("bytes=-3"));
        assert_eq!(header((5..5).into()), None);
        assert_eq!(header(ByteRange::Last(0)), None);
    }
}

//! The settings for writing, reading and copying objects.

use std::collections::HashMap;
use std::time::SystemTime;

use poolpass::s3;

use crate::convert::{count, sorted};
use crate::error::PoolpassError;

/// Settings for writing an object. Default: none.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PutOptions {
    /// The media type. Default: `binary/octet-stream`, set by S3.
    #[uniffi(default)]
    pub content_type: Option<String>,
    /// How long caches may keep the object, such as `max-age=3600`.
    #[uniffi(default)]
    pub cache_control: Option<String>,
    /// Whether a browser shows or saves the object, and under which name, such as `attachment; filename="a.pdf"`.
    #[uniffi(default)]
    pub content_disposition: Option<String>,
    /// The compression of the content, such as `gzip`.
    #[uniffi(default)]
    pub content_encoding: Option<String>,
    /// The language of the content.
    #[uniffi(default)]
    pub content_language: Option<String>,
    /// The app's own metadata: at most 2 KB of ASCII in total. S3 keeps names in lower case. Empty names, names that differ only in
    /// case, and values with blanks at their ends are refused.
    #[uniffi(default)]
    pub metadata: HashMap<String, String>,
    /// Writes only if no object has the key yet (`If-None-Match: *`). Otherwise the call fails with kind `conditionFailed`.
    #[uniffi(default = false)]
    pub if_absent: bool,
    /// Writes only if the present object has this ETag (`If-Match`). Otherwise the call fails with kind `conditionFailed`, or
    /// `notFound` if there is no object.
    #[uniffi(default)]
    pub if_match: Option<String>,
    /// The storage class, such as `STANDARD_IA` or `GLACIER_IR`. Default: `STANDARD`.
    #[uniffi(default)]
    pub storage_class: Option<String>,
    /// The encryption at rest: `AES256` or `aws:kms`. Default: the bucket's.
    #[uniffi(default)]
    pub server_side_encryption: Option<String>,
    /// The KMS key for `aws:kms`. Default: the account's own key for S3.
    #[uniffi(default)]
    pub kms_key_id: Option<String>,
}

/// The range and the conditions of a read. Default: the whole object, without conditions.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct GetOptions {
    /// Reads only these bytes.
    #[uniffi(default)]
    pub range: Option<ByteRange>,
    /// Reads only if the object has this ETag. Otherwise the call fails with kind `conditionFailed`.
    #[uniffi(default)]
    pub if_match: Option<String>,
    /// Reads only if the object has another ETag, that is, has changed. Otherwise the call fails with kind `notModified`.
    #[uniffi(default)]
    pub if_none_match: Option<String>,
    /// Reads only if the object has changed since this time. Otherwise the call fails with kind `notModified`.
    #[uniffi(default)]
    pub if_modified_since: Option<SystemTime>,
    /// Reads only if the object has not changed since this time. Otherwise the call fails with kind `conditionFailed`.
    #[uniffi(default)]
    pub if_unmodified_since: Option<SystemTime>,
    /// Reads this version, in a bucket with versioning. Default: the latest.
    #[uniffi(default)]
    pub version_id: Option<String>,
}

/// A range of an object's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ByteRange {
    /// The bytes from the first position up to the second, which is not included. The object may end earlier.
    Between {
        /// The first position.
        start: i64,
        /// The position after the last byte.
        end: i64,
    },
    /// The bytes from this position to the end.
    From {
        /// The first position.
        start: i64,
    },
    /// This many bytes at the end.
    Last {
        /// The number of bytes.
        count: i64,
    },
}

/// Settings for a copy. Default: the latest version, with all its settings.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CopyOptions {
    /// The bucket to copy from. Default: this bucket.
    #[uniffi(default)]
    pub from_bucket: Option<String>,
    /// The version to copy. Default: the latest.
    #[uniffi(default)]
    pub from_version_id: Option<String>,
    /// Copies only if the source has this ETag. Otherwise the call fails with kind `conditionFailed`.
    #[uniffi(default)]
    pub if_source_matches: Option<String>,
    /// The settings of the copy. Default: those of the source.
    #[uniffi(default)]
    pub replace: Option<PutOptions>,
}

impl From<PutOptions> for s3::PutOptions {
    fn from(options: PutOptions) -> Self {
        Self {
            content_type: options.content_type,
            cache_control: options.cache_control,
            content_disposition: options.content_disposition,
            content_encoding: options.content_encoding,
            content_language: options.content_language,
            metadata: sorted(options.metadata),
            if_absent: options.if_absent,
            if_match: options.if_match,
            storage_class: options.storage_class,
            server_side_encryption: options.server_side_encryption,
            kms_key_id: options.kms_key_id,
        }
    }
}

impl TryFrom<GetOptions> for s3::GetOptions {
    type Error = PoolpassError;

    fn try_from(options: GetOptions) -> Result<Self, PoolpassError> {
        Ok(Self {
            range: options.range.map(s3::ByteRange::try_from).transpose()?,
            if_match: options.if_match,
            if_none_match: options.if_none_match,
            if_modified_since: options.if_modified_since,
            if_unmodified_since: options.if_unmodified_since,
            version_id: options.version_id,
        })
    }
}

impl TryFrom<ByteRange> for s3::ByteRange {
    type Error = PoolpassError;

    fn try_from(range: ByteRange) -> Result<Self, PoolpassError> {
        Ok(match range {
            ByteRange::Between { start, end } => Self::Between(count(start, "start")?, count(end, "end")?),
            ByteRange::From { start } => Self::From(count(start, "start")?),
            ByteRange::Last { count: bytes } => Self::Last(count(bytes, "count")?),
        })
    }
}

impl From<CopyOptions> for s3::CopyOptions {
    fn from(options: CopyOptions) -> Self {
        Self {
            from_bucket: options.from_bucket,
            from_version_id: options.from_version_id,
            if_source_matches: options.if_source_matches,
            replace: options.replace.map(Into::into),
        }
    }
}

//! What is said about objects, and what S3 says.

use std::collections::HashMap;
use std::time::SystemTime;

use poolpass::s3;

use crate::convert::{cloned, counts, signed, sorted};
use crate::error::PoolpassError;

/// How an object is written.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PutOptions {
    /// `Content-Type`. Default: S3's `binary/octet-stream`.
    #[uniffi(default)]
    pub content_type: Option<String>,
    /// `Cache-Control`.
    #[uniffi(default)]
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    #[uniffi(default)]
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    #[uniffi(default)]
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    #[uniffi(default)]
    pub content_language: Option<String>,
    /// Metadata of the app's own.
    #[uniffi(default)]
    pub metadata: HashMap<String, String>,
    /// Fails with kind `conditionFailed` where there is such an object already.
    #[uniffi(default = false)]
    pub if_absent: bool,
    /// Fails with kind `conditionFailed` unless the object that is replaced has this ETag.
    #[uniffi(default)]
    pub if_match: Option<String>,
    /// Such as `STANDARD_IA`.
    #[uniffi(default)]
    pub storage_class: Option<String>,
    /// Such as `AES256` or `aws:kms`.
    #[uniffi(default)]
    pub server_side_encryption: Option<String>,
    /// The KMS key for `aws:kms`.
    #[uniffi(default)]
    pub kms_key_id: Option<String>,
}

/// What S3 says about an object that was written.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PutResult {
    /// The ETag.
    pub etag: Option<String>,
    /// The version, in a bucket with versions.
    pub version_id: Option<String>,
}

/// How an object is read.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct GetOptions {
    /// Only these bytes.
    #[uniffi(default)]
    pub range: Option<ByteRange>,
    /// Fails with kind `conditionFailed` unless the object has this ETag.
    #[uniffi(default)]
    pub if_match: Option<String>,
    /// Fails with kind `notModified` where the object has this ETag.
    #[uniffi(default)]
    pub if_none_match: Option<String>,
    /// Fails with kind `notModified` unless the object was changed since.
    #[uniffi(default)]
    pub if_modified_since: Option<SystemTime>,
    /// Fails with kind `conditionFailed` where the object was changed since.
    #[uniffi(default)]
    pub if_unmodified_since: Option<SystemTime>,
    /// This version.
    #[uniffi(default)]
    pub version_id: Option<String>,
}

/// Some of an object's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ByteRange {
    /// From `start` to before `end`.
    Between {
        /// The first byte.
        start: i64,
        /// The byte after the last.
        end: i64,
    },
    /// From this byte to the end.
    From {
        /// The first byte.
        start: i64,
    },
    /// So many bytes at the end.
    Last {
        /// How many.
        count: i64,
    },
}

/// What is known about an object.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ObjectMetadata {
    /// The bytes of the whole object.
    pub size: Option<i64>,
    /// The ETag.
    pub etag: Option<String>,
    /// When it was written.
    pub last_modified: Option<SystemTime>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// Metadata of the app's own.
    pub metadata: HashMap<String, String>,
    /// The version, in a bucket with versions.
    pub version_id: Option<String>,
    /// The storage class, unless it is the standard one.
    pub storage_class: Option<String>,
    /// How it is encrypted.
    pub server_side_encryption: Option<String>,
}

/// How an object is copied.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CopyOptions {
    /// The bucket to copy from. Default: the same.
    #[uniffi(default)]
    pub from_bucket: Option<String>,
    /// The version to copy.
    #[uniffi(default)]
    pub from_version_id: Option<String>,
    /// Fails with kind `conditionFailed` unless the source has this ETag.
    #[uniffi(default)]
    pub if_source_matches: Option<String>,
    /// What is said about the copy, in place of what is said about the source.
    #[uniffi(default)]
    pub replace: Option<PutOptions>,
}

/// Which objects are listed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ListOptions {
    /// Only keys that begin so.
    #[uniffi(default)]
    pub prefix: Option<String>,
    /// Keys that agree up to this, after the prefix, become one common prefix: with `/`, a folder.
    #[uniffi(default)]
    pub delimiter: Option<String>,
    /// Only keys after this one.
    #[uniffi(default)]
    pub start_after: Option<String>,
    /// How many at most in one page. Default, and at most: 1000.
    #[uniffi(default)]
    pub page_size: Option<i32>,
    /// The `next` of the page before.
    #[uniffi(default)]
    pub continuation: Option<String>,
}

/// A page of objects.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ListPage {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// What keys have in common up to the delimiter.
    pub common_prefixes: Vec<String>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub size: i64,
    /// The ETag.
    pub etag: Option<String>,
    /// When it was written.
    pub last_modified: Option<SystemTime>,
    /// The storage class.
    pub storage_class: Option<String>,
}

/// What became of many objects.
#[derive(Clone, Debug, uniffi::Record)]
pub struct DeletedObjects {
    /// The keys that are gone.
    pub deleted: Vec<String>,
    /// The keys that S3 refused to delete.
    pub errors: Vec<DeleteError>,
}

/// An object that S3 refused to delete.
#[derive(Clone, Debug, uniffi::Record)]
pub struct DeleteError {
    /// Its key.
    pub key: String,
    /// Why.
    pub error: PoolpassError,
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

impl From<s3::PutResult> for PutResult {
    fn from(stored: s3::PutResult) -> Self {
        Self { etag: stored.etag, version_id: stored.version_id }
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
        use crate::convert::count as counted;

        Ok(match range {
            ByteRange::Between { start, end } => {
                Self::Between(counted(start, "start")?, counted(end, "end")?)
            }
            ByteRange::From { start } => Self::From(counted(start, "start")?),
            ByteRange::Last { count } => Self::Last(counted(count, "count")?),
        })
    }
}

impl From<&s3::ObjectMetadata> for ObjectMetadata {
    fn from(metadata: &s3::ObjectMetadata) -> Self {
        let metadata = metadata.clone();
        Self {
            size: metadata.size.map(signed),
            etag: metadata.etag,
            last_modified: metadata.last_modified,
            content_type: metadata.content_type,
            cache_control: metadata.cache_control,
            content_disposition: metadata.content_disposition,
            content_encoding: metadata.content_encoding,
            content_language: metadata.content_language,
            metadata: cloned(&metadata.metadata),
            version_id: metadata.version_id,
            storage_class: metadata.storage_class,
            server_side_encryption: metadata.server_side_encryption,
        }
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

impl TryFrom<ListOptions> for s3::ListOptions {
    type Error = PoolpassError;

    fn try_from(options: ListOptions) -> Result<Self, PoolpassError> {
        Ok(Self {
            prefix: options.prefix,
            delimiter: options.delimiter,
            start_after: options.start_after,
            page_size: counts(options.page_size, "pageSize")?,
            continuation: options.continuation,
        })
    }
}

impl From<s3::ListPage> for ListPage {
    fn from(page: s3::ListPage) -> Self {
        let objects = page.objects.into_iter().map(|listed| ListedObject {
            key: listed.key,
            size: signed(listed.size),
            etag: listed.etag,
            last_modified: listed.last_modified,
            storage_class: listed.storage_class,
        });
        Self { objects: objects.collect(), common_prefixes: page.common_prefixes, next: page.next }
    }
}

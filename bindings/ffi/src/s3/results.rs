//! The results of writing, reading and deleting objects.

use std::collections::HashMap;
use std::time::SystemTime;

use poolpass::s3;

use crate::convert::{cloned, signed};
use crate::error::PoolpassError;

/// The result of writing an object.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PutResult {
    /// The ETag of the new content, in quotation marks.
    pub etag: Option<String>,
    /// The new version, in a bucket with versioning.
    pub version_id: Option<String>,
}

/// The metadata of an object, from HeadObject or GetObject.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ObjectMetadata {
    /// The size of the whole object in bytes, even if only a range was read. None if the response does not tell.
    pub size: Option<i64>,
    /// The ETag, which changes whenever the content does. In quotation marks, as `ifMatch` takes it.
    pub etag: Option<String>,
    /// The time of the last write, to the second.
    pub last_modified: Option<SystemTime>,
    /// The media type, such as `image/jpeg`.
    pub content_type: Option<String>,
    /// How long caches may keep the object.
    pub cache_control: Option<String>,
    /// Whether a browser shows or saves the object, and under which name.
    pub content_disposition: Option<String>,
    /// The compression of the content, such as `gzip`.
    pub content_encoding: Option<String>,
    /// The language of the content.
    pub content_language: Option<String>,
    /// The app's own metadata. Names are in lower case.
    pub metadata: HashMap<String, String>,
    /// The version, in a bucket with versioning.
    pub version_id: Option<String>,
    /// The storage class, unless it is `STANDARD`.
    pub storage_class: Option<String>,
    /// The encryption at rest, such as `AES256` or `aws:kms`.
    pub server_side_encryption: Option<String>,
}

/// The result of deleting several objects.
#[derive(Clone, Debug, uniffi::Record)]
pub struct DeletedObjects {
    /// The keys that no longer have an object, whether or not they had one before.
    pub deleted: Vec<String>,
    /// The keys whose objects S3 refused to delete, each with its error.
    pub errors: Vec<DeleteError>,
}

/// The error of an object that S3 refused to delete.
#[derive(Clone, Debug, uniffi::Record)]
pub struct DeleteError {
    /// The key of the object.
    pub key: String,
    /// The error.
    pub error: PoolpassError,
}

impl From<s3::PutResult> for PutResult {
    fn from(stored: s3::PutResult) -> Self {
        Self { etag: stored.etag, version_id: stored.version_id }
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

impl From<s3::DeletedObjects> for DeletedObjects {
    fn from(outcome: s3::DeletedObjects) -> Self {
        let errors = outcome.errors.into_iter();
        Self {
            deleted: outcome.deleted,
            errors: errors.map(|(key, error)| DeleteError { key, error: error.into() }).collect(),
        }
    }
}

//! Listings.

use std::time::SystemTime;

use poolpass::s3;

use crate::convert::{counts, signed};
use crate::error::PoolpassError;

/// Settings for a listing. Default: all keys with the prefix.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ListOptions {
    /// Groups keys: those that contain this text after the prefix are not listed, and their part up to it becomes one common prefix.
    /// With `/`, a listing looks like a folder with its subfolders.
    #[uniffi(default)]
    pub delimiter: Option<String>,
    /// Lists only keys that sort after this one.
    #[uniffi(default)]
    pub start_after: Option<String>,
    /// The maximum number of keys and common prefixes in a page. Default and limit: 1000.
    #[uniffi(default)]
    pub page_size: Option<i32>,
    /// Continues after an earlier page, with that page's `nextContinuationToken`.
    #[uniffi(default)]
    pub continuation_token: Option<String>,
}

/// A page of a listing, sorted by the UTF-8 bytes of the keys.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ListPage {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// The common prefixes of the keys that contain the delimiter.
    pub common_prefixes: Vec<String>,
    /// The token for the next page, as `continuationToken`. None on the last page.
    pub next_continuation_token: Option<String>,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ListedObject {
    /// The whole key, including the prefix.
    pub key: String,
    /// The size in bytes.
    pub size: i64,
    /// The ETag, in quotation marks, as `ifMatch` takes it.
    pub etag: Option<String>,
    /// The time of the last write.
    pub last_modified: Option<SystemTime>,
    /// The storage class, such as `STANDARD`.
    pub storage_class: Option<String>,
}

impl TryFrom<ListOptions> for s3::ListOptions {
    type Error = PoolpassError;

    fn try_from(options: ListOptions) -> Result<Self, PoolpassError> {
        Ok(Self {
            delimiter: options.delimiter,
            start_after: options.start_after,
            page_size: counts(options.page_size, "pageSize")?,
            continuation_token: options.continuation_token,
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
        Self {
            objects: objects.collect(),
            common_prefixes: page.common_prefixes,
            next_continuation_token: page.next_continuation_token,
        }
    }
}

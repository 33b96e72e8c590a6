//! The buckets and their objects.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use bytes::Bytes;
use s3s::{
    S3Result,
    dto::{
        CORSRule, Checksum, ChecksumAlgorithm, ETag, Metadata, ServerSideEncryption, StorageClass, Timestamp,
    },
    s3_error,
};

/// All buckets, by name.
#[derive(Default)]
pub(super) struct Store {
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

pub(super) struct Bucket {
    pub(super) created: SystemTime,
    pub(super) cors: Vec<CORSRule>,
    /// Sorted as S3 lists them: by the bytes of the key.
    pub(super) objects: BTreeMap<String, Arc<Object>>,
    /// Uploads by ID.
    pub(super) uploads: BTreeMap<String, Upload>,
}

pub(super) struct Object {
    /// An uploaded object keeps its parts, so that completing an upload copies nothing.
    pub(super) content: Vec<Bytes>,
    /// The ETag without quotes.
    pub(super) etag: String,
    pub(super) modified: SystemTime,
    pub(super) attributes: Attributes,
    pub(super) checksum: Checksum,
}

/// The attributes of an object.
#[derive(Clone, Default)]
pub(super) struct Attributes {
    pub(super) metadata: Option<Metadata>,
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) expires: Option<Timestamp>,
    pub(super) website_redirect_location: Option<String>,
    pub(super) storage_class: Option<StorageClass>,
    pub(super) encryption: Option<ServerSideEncryption>,
    pub(super) kms_key_id: Option<String>,
    /// The tags, as in the header.
    pub(super) tags: Option<String>,
}

/// The attributes in the input of an operation that writes an object.
macro_rules! attributes {
    ($input:expr) => {
        $crate::s3::store::Attributes {
            metadata: $input.metadata,
            cache_control: $input.cache_control,
            content_disposition: $input.content_disposition,
            content_encoding: $crate::s3::objects::without_aws_chunked($input.content_encoding.as_deref()),
            content_language: $input.content_language,
            content_type: $input.content_type,
            expires: $input.expires,
            website_redirect_location: $input.website_redirect_location,
            storage_class: $input.storage_class,
            encryption: $input.server_side_encryption,
            kms_key_id: $input.ssekms_key_id,
            tags: $input.tagging,
        }
    };
}
pub(super) use attributes;

impl Attributes {
    /// The encryption. S3 encrypts everything, by default with its own keys.
    pub(super) fn encryption(&self) -> ServerSideEncryption {
        let by_s3 = || ServerSideEncryption::from_static(ServerSideEncryption::AES256);
        self.encryption.clone().unwrap_or_else(by_s3)
    }

    /// The storage class, which answers contain unless it is the default.
    pub(super) fn unusual_storage_class(&self) -> Option<StorageClass> {
        self.storage_class.clone().filter(|class| class.as_str() != StorageClass::STANDARD)
    }

    /// The number of tags, which answers contain unless it is zero.
    pub(super) fn tag_count(&self) -> Option<i32> {
        let count = super::parameters::tags(self.tags.as_deref()).len();
        i32::try_from(count).ok().filter(|count| *count > 0)
    }

    /// Whether the object must be restored before it can be read.
    pub(super) fn is_archived(&self) -> bool {
        self.storage_class
            .as_ref()
            .is_some_and(|class| matches!(class.as_str(), StorageClass::GLACIER | StorageClass::DEEP_ARCHIVE))
    }
}

/// A multipart upload that is neither completed nor aborted.
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) initiated: SystemTime,
    pub(super) attributes: Attributes,
    /// The checksum algorithm of the parts, if the client chose one.
    pub(super) checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Whether the object's checksum is computed from its bytes. Otherwise it is computed from the parts' checksums, if the client
    /// chose an algorithm.
    pub(super) full_object_checksum: bool,
    pub(super) parts: BTreeMap<i32, Part>,
}

#[derive(Clone)]
pub(super) struct Part {
    pub(super) content: Vec<Bytes>,
    pub(super) etag: String,
    pub(super) md5: [u8; 16],
    pub(super) modified: SystemTime,
    pub(super) checksum: Checksum,
}

impl Store {
    pub(super) fn buckets(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads or changes a bucket.
    ///
    /// # Errors
    /// `NoSuchBucket`, or the error of `work`.
    pub(super) fn bucket<T>(&self, name: &str, work: impl FnOnce(&mut Bucket) -> S3Result<T>) -> S3Result<T> {
        match self.buckets().get_mut(name) {
            Some(bucket) => work(bucket),
            None => Err(s3_error!(NoSuchBucket, "The specified bucket does not exist")),
        }
    }

    /// The object of a key, if there is one.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub(super) fn object(&self, bucket: &str, key: &str) -> S3Result<Option<Arc<Object>>> {
        self.bucket(bucket, |bucket| Ok(bucket.objects.get(key).cloned()))
    }

    pub(super) fn cors_rules(&self, bucket: &str) -> Vec<CORSRule> {
        self.buckets().get(bucket).map(|bucket| bucket.cors.clone()).unwrap_or_default()
    }
}

impl Bucket {
    pub(super) fn new(created: SystemTime) -> Self {
        Self { created, cors: Vec::new(), objects: BTreeMap::new(), uploads: BTreeMap::new() }
    }

    /// The upload of this id for this key.
    ///
    /// # Errors
    /// `NoSuchUpload`.
    pub(super) fn upload(&mut self, id: &str, key: &str) -> S3Result<&mut Upload> {
        self.uploads.get_mut(id).filter(|upload| upload.key == key).ok_or_else(|| {
            s3_error!(
                NoSuchUpload,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
                 been aborted or completed."
            )
        })
    }
}

impl Object {
    pub(super) fn size(&self) -> u64 {
        size(&self.content)
    }

    pub(super) fn strong_etag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }
}

pub(super) fn size(content: &[Bytes]) -> u64 {
    content.iter().map(|bytes| bytes.len() as u64).sum()
}

/// The bytes of a range, without copying them.
pub(super) fn slice(content: &[Bytes], range: &Range<u64>) -> Vec<Bytes> {
    let mut slices = Vec::new();
    let mut offset = 0;
    for bytes in content {
        let length = bytes.len() as u64;
        let start = range.start.saturating_sub(offset).min(length);
        let end = range.end.saturating_sub(offset).min(length);
        if start < end {
            // Both are at most the length, which is a usize.
            slices.push(bytes.slice(start as usize..end as usize));
        }
        offset += length;
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_reaches_across_parts() {
        let content = [Bytes::from_static(b"abc"), Bytes::new(), Bytes::from_static(b"defg")];
        let read = |range| slice(&content, &range).concat();
        assert_eq!(read(0..7), b"abcdefg");
        assert_eq!(read(2..5), b"cde");
        assert_eq!(read(3..3), b"");
        assert_eq!(read(6..99), b"g");
        assert_eq!(size(&content), 7);
    }
}

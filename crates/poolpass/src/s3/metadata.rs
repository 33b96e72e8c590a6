//! The metadata of objects, read from the headers of S3's responses.

use std::collections::BTreeMap;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, LAST_MODIFIED,
};
use http::{HeaderMap, HeaderName};

use super::headers::{self, USER_METADATA, header_text};
use crate::dates;

/// The metadata of an object, from HeadObject or GetObject.
///
/// In a browser, the bucket's CORS rules decide which headers are visible (`ExposeHeaders`). Fields that they do not name are `None`,
/// except for those that every page sees, such as the media type. S3 allows no wildcard there, so the app's own metadata must be named
/// one by one, as in `x-amz-meta-author`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectMetadata {
    /// The size of the whole object in bytes, even if only a range was read. `None` if the response does not tell.
    pub size: Option<u64>,
    /// The ETag, which changes whenever the content does. In quotation marks, as `if_match` takes it.
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
    pub metadata: BTreeMap<String, String>,
    /// The version, in a bucket with versioning.
    pub version_id: Option<String>,
    /// The storage class, unless it is `STANDARD`.
    pub storage_class: Option<String>,
    /// The encryption at rest, such as `AES256` or `aws:kms`.
    pub server_side_encryption: Option<String>,
}

impl ObjectMetadata {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| header_text(headers, name);
        let described = |name: HeaderName| headers.get(name).map(headers::decoded);
        let mut metadata = BTreeMap::<String, String>::new();
        for (name, value) in headers {
            if let Some(name) = name.as_str().strip_prefix(USER_METADATA) {
                let value = headers::decoded(value);
                // HTTP treats a repeated header as a list.
                match metadata.get_mut(name) {
                    Some(first) => first.extend([",", &value]),
                    None => drop(metadata.insert(name.to_owned(), value)),
                }
            }
        }
        let size = match Extent::from_headers(headers) {
            Some(extent) => extent.total,
            None => text(CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok()),
        };
        Self {
            size,
            etag: text(ETAG.as_str()),
            last_modified: text(LAST_MODIFIED.as_str()).and_then(|date| dates::from_http(&date)),
            content_type: described(CONTENT_TYPE),
            cache_control: described(CACHE_CONTROL),
            content_disposition: described(CONTENT_DISPOSITION),
            content_encoding: described(CONTENT_ENCODING),
            content_language: described(CONTENT_LANGUAGE),
            metadata,
            version_id: text("x-amz-version-id"),
            storage_class: text("x-amz-storage-class"),
            server_side_encryption: text("x-amz-server-side-encryption"),
        }
    }
}

/// The part of an object that a response holds: `content-range: bytes 0-9/1000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: u64,
    /// Exclusive.
    pub(super) end: u64,
    pub(super) total: Option<u64>,
}

impl Extent {
    /// Reads the header `content-range`. `None` as well if it is malformed or repeated.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = headers.get_all(CONTENT_RANGE).iter();
        let (Some(range), None) = (ranges.next(), ranges.next()) else { return None };
        let (range, total) = range.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
        let (start, last) = range.split_once('-')?;
        let (start, last) = (number(start)?, number(last)?);
        let end = last.checked_add(1).filter(|end| *end > start)?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        Some(Self { start, end, total })
    }
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// The checksum of the whole object, if S3 keeps one. The checksum of separately hashed parts ends in `-N` and does not count.
pub(super) fn whole_crc32(headers: &HeaderMap) -> Option<u32> {
    crc32_from_base64(&header_text(headers, "x-amz-checksum-crc32")?)
}

pub(super) fn crc32_from_base64(encoded: &str) -> Option<u32> {
    let bytes = STANDARD.decode(encoded).ok()?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

pub(super) fn crc32_to_base64(crc32: u32) -> String {
    STANDARD.encode(crc32.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn headers_become_metadata() {
        let metadata = ObjectMetadata::from_headers(&headers(&[
            ("content-length", "10"),
            ("content-range", "bytes 5-14/1000"),
            ("etag", "\"abc\""),
            ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("x-amz-meta-author", "ada"),
        ]));
        assert_eq!(metadata.size, Some(1000));
        assert_eq!(metadata.etag.as_deref(), Some("\"abc\""));
        assert_eq!(
            metadata.last_modified,
            Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(784_111_777))
        );
        assert_eq!(metadata.metadata["author"], "ada");
    }

    #[test]
    fn metadata_that_is_not_ascii_is_read() {
        let mut headers = headers(&[
            ("x-amz-meta-word", "=?UTF-8?Q?Zo=C3=AB?="),
            ("x-amz-meta-empty", ""),
            ("x-amz-meta-list", "1"),
        ]);
        let raw = HeaderValue::from_bytes("Zoë".as_bytes()).unwrap();
        headers.insert(HeaderName::from_static("x-amz-meta-raw"), raw);
        headers.append(HeaderName::from_static("x-amz-meta-list"), HeaderValue::from_static("2"));
        let disposition = HeaderValue::from_bytes("attachment; filename=\"Zoë.pdf\"".as_bytes()).unwrap();
        headers.insert(CONTENT_DISPOSITION, disposition);
        let read = ObjectMetadata::from_headers(&headers);
        let expected = [("empty", ""), ("list", "1,2"), ("raw", "Zoë"), ("word", "Zoë")];
        let metadata: Vec<_> =
            read.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(metadata, expected);
        assert_eq!(read.content_disposition.as_deref(), Some("attachment; filename=\"Zoë.pdf\""));
    }

    #[test]
    fn content_ranges_are_read_and_nonsense_is_not() {
        let extent = |value| Extent::from_headers(&headers(&[("content-range", value)]));
        assert_eq!(extent("bytes 5-14/1000"), Some(Extent { start: 5, end: 15, total: Some(1000) }));
        assert_eq!(extent("bytes 5-14/*"), Some(Extent { start: 5, end: 15, total: None }));
        for value in
            ["bytes */10", "bytes 5-4/10", "5-14/10", "bytes a-b/c", "bytes 0-18446744073709551615/1"]
        {
            assert_eq!(extent(value), None, "{value}");
        }
        for value in [
            "bytes 5-14/x",
            "bytes 5-14/",
            "bytes 5-14/-1",
            "bytes +5-14/1000",
            "bytes 5-14/1000, 20-24/1000",
        ] {
            assert_eq!(extent(value), None, "{value}");
        }
        let mut two = headers(&[("content-range", "bytes 5-14/1000")]);
        two.append("content-range", HeaderValue::from_static("bytes 0-9/1000"));
        assert_eq!(Extent::from_headers(&two), None);
    }

    #[test]
    fn a_checksum_of_checksums_is_not_taken_for_the_objects() {
        assert_eq!(crc32_to_base64(crc32fast::hash(b"hello")), "NhCmhg==");
        assert_eq!(
            whole_crc32(&headers(&[("x-amz-checksum-crc32", "NhCmhg==")])),
            Some(crc32fast::hash(b"hello"))
        );
        assert_eq!(whole_crc32(&headers(&[("x-amz-checksum-crc32", "NhCmhg==-2")])), None);
        assert_eq!(whole_crc32(&headers(&[("x-amz-checksum-crc32", "AAAA")])), None);
    }
}

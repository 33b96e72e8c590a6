//! The checksums of whole objects that S3 keeps.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_64_NVME, Crc, Digest as CrcDigest, Table};
use http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::platform::Crc32;
use crate::s3::headers::header_text;

/// The table is made when it is first needed: made by the compiler it would be in the module.
static CRC64: LazyLock<Crc<u64, Table<1>>> = LazyLock::new(|| Crc::<u64, Table<1>>::new(&CRC_64_NVME));

/// The hash of the content so far, and the expected hash.
pub(super) struct Checksum {
    hasher: Hasher,
    expected: Vec<u8>,
}

enum Hasher {
    Crc32(Crc32),
    /// S3 computes it if the writer gave none.
    Crc64(CrcDigest<'static, u64, Table<1>>),
    Sha256(Sha256),
}

impl Checksum {
    /// A checksum that the answer names. That of an object made of separately hashed parts ends in `-N`, and is none of the whole.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let named = |name, length| {
            let bytes = STANDARD.decode(header_text(headers, name)?).ok()?;
            (bytes.len() == length).then_some(bytes)
        };
        if let Some(expected) = named("x-amz-checksum-crc32", 4) {
            return Some(Self { hasher: Hasher::Crc32(Crc32::new()), expected });
        }
        if let Some(expected) = named("x-amz-checksum-crc64nvme", 8) {
            return Some(Self { hasher: Hasher::Crc64(CRC64.digest()), expected });
        }
        let expected = named("x-amz-checksum-sha256", 32)?;
        Some(Self { hasher: Hasher::Sha256(Sha256::new()), expected })
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match &mut self.hasher {
            Hasher::Crc32(hasher) => hasher.update(bytes),
            Hasher::Crc64(hasher) => hasher.update(bytes),
            Hasher::Sha256(hasher) => hasher.update(bytes),
        }
    }

    /// Whether the content is the one that S3 stores.
    pub(super) fn matches(self) -> bool {
        let Self { hasher, expected } = self;
        match hasher {
            Hasher::Crc32(hasher) => expected == hasher.finalize().to_be_bytes(),
            Hasher::Crc64(hasher) => expected == hasher.finalize().to_be_bytes(),
            Hasher::Sha256(hasher) => expected == hasher.finalize().as_slice(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn each_checksum_of_the_whole_is_verified() {
        for (name, value) in [
            ("x-amz-checksum-crc32", "y/Q5Jg=="),
            ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="),
            ("x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ] {
            let headers = |value: &str| {
                HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap())])
            };
            for (content, is_right) in [(&b"123456789"[..], true), (b"12345678", false)] {
                let mut checksum = Checksum::from_headers(&headers(value)).unwrap();
                content.chunks(4).for_each(|piece| checksum.update(piece));
                assert_eq!(checksum.matches(), is_right, "{name}");
            }
            for none in [&format!("{value}-2"), "AA==", "nonsense", ""] {
                assert!(Checksum::from_headers(&headers(none)).is_none(), "{name}: {none}");
            }
        }
    }
}

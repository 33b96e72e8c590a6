//! Reads the bodies of uploads and checks their checksums.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::HeaderMap;
use s3s::{
    S3Error, S3Result, TrailingHeaders,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
    dto::{Checksum, ChecksumAlgorithm, StreamingBlob},
    s3_error,
};

/// A body and its computed digests.
pub(super) struct Upload {
    pub(super) bytes: Bytes,
    pub(super) md5: [u8; 16],
    pub(super) checksum: Checksum,
}

/// The digests of the body in the request's headers.
#[derive(Default)]
pub(super) struct DeclaredDigests {
    pub(super) md5: Option<String>,
    pub(super) checksum: Checksum,
}

/// Reads the body.
///
/// # Errors
/// `SignatureDoesNotMatch` and `IncompleteBody` for chunks that differ from what was signed, `BadDigest` for a body that differs
/// from its declared digests.
pub(super) async fn read(
    body: Option<StreamingBlob>,
    trailers: Option<TrailingHeaders>,
    mut declared: DeclaredDigests,
) -> S3Result<Upload> {
    let chunks: Vec<Bytes> = match body {
        Some(body) => body.try_collect().await.map_err(|error| stream_error(&*error))?,
        None => Vec::new(),
    };
    if let Some(trailers) = trailers {
        trailers.read(|headers| take_trailers(&mut declared.checksum, headers));
    }
    let bytes = match <[Bytes; 1]>::try_from(chunks) {
        Ok([bytes]) => bytes,
        Err(chunks) => chunks.concat().into(),
    };
    let md5 = Md5::checksum(&bytes);
    if let Some(declared) = &declared.md5 {
        check_md5(&md5, declared)?;
    }
    let checksum = verify(std::slice::from_ref(&bytes), &declared.checksum)?;
    Ok(Upload { bytes, md5, checksum })
}

/// The type of this error is private in s3s, so it is recognised by its name.
fn stream_error(error: &(dyn std::error::Error + Send + Sync)) -> S3Error {
    let text = error.to_string();
    if text.contains("SignatureMismatch") {
        return s3_error!(
            SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check your key \
             and signing method."
        );
    }
    s3_error!(IncompleteBody, "The request body terminated unexpectedly")
}

fn take_trailers(declared: &mut Checksum, trailers: &HeaderMap) {
    let value = |name: &str| trailers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    for (name, slot) in [
        ("x-amz-checksum-crc32", &mut declared.checksum_crc32),
        ("x-amz-checksum-crc32c", &mut declared.checksum_crc32c),
        ("x-amz-checksum-crc64nvme", &mut declared.checksum_crc64nvme),
        ("x-amz-checksum-sha1", &mut declared.checksum_sha1),
        ("x-amz-checksum-sha256", &mut declared.checksum_sha256),
    ] {
        *slot = value(name).or(slot.take());
    }
}

/// The checksum of this algorithm, which the parameter check has accepted.
pub(super) fn checksum(content: &[Bytes], algorithm: &ChecksumAlgorithm) -> Checksum {
    let is = |known| algorithm.as_str() == known;
    let mut hasher = ChecksumHasher {
        crc32: is(ChecksumAlgorithm::CRC32).then(Crc32::new),
        crc32c: is(ChecksumAlgorithm::CRC32C).then(Crc32c::new),
        sha1: is(ChecksumAlgorithm::SHA1).then(Sha1::new),
        sha256: is(ChecksumAlgorithm::SHA256).then(Sha256::new),
        crc64nvme: is(ChecksumAlgorithm::CRC64NVME).then(Crc64Nvme::new),
    };
    content.iter().for_each(|bytes| hasher.update(bytes));
    hasher.finalize()
}

/// The only checksum and its algorithm.
pub(super) fn only(checksum: &Checksum) -> Option<(&'static str, &str)> {
    [
        (ChecksumAlgorithm::CRC32, &checksum.checksum_crc32),
        (ChecksumAlgorithm::CRC32C, &checksum.checksum_crc32c),
        (ChecksumAlgorithm::CRC64NVME, &checksum.checksum_crc64nvme),
        (ChecksumAlgorithm::SHA1, &checksum.checksum_sha1),
        (ChecksumAlgorithm::SHA256, &checksum.checksum_sha256),
    ]
    .into_iter()
    .find_map(|(algorithm, value)| Some((algorithm, value.as_deref()?)))
}

/// Checks the body of an operation that requires a digest.
///
/// # Errors
/// `InvalidRequest` without a digest, `BadDigest` and `InvalidDigest` with a wrong one.
pub(super) fn check_digest(headers: &HeaderMap, body: &Bytes) -> S3Result<()> {
    let mut checksum = Checksum::default();
    take_trailers(&mut checksum, headers);
    let md5 = headers.get("content-md5");
    if md5.is_none() && only(&checksum).is_none() && !headers.contains_key("x-amz-trailer") {
        return Err(s3_error!(InvalidRequest, "Missing required header for this request: Content-MD5"));
    }
    if let Some(md5) = md5 {
        check_md5(&Md5::checksum(body), md5.to_str().unwrap_or_default())?;
    }
    verify(std::slice::from_ref(body), &checksum).map(|_| ())
}

fn check_md5(computed: &[u8; 16], declared: &str) -> S3Result<()> {
    match STANDARD.decode(declared) {
        Ok(declared) if declared == computed => Ok(()),
        Ok(declared) if declared.len() == computed.len() => {
            Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
        }
        _ => Err(s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.")),
    }
}

/// Computes the checksums that the client declared, or CRC64NVME if it declared none, as S3 does.
pub(super) fn verify(content: &[Bytes], declared: &Checksum) -> S3Result<Checksum> {
    let is_stated = [
        &declared.checksum_crc32,
        &declared.checksum_crc32c,
        &declared.checksum_crc64nvme,
        &declared.checksum_sha1,
        &declared.checksum_sha256,
    ]
    .iter()
    .any(|checksum| checksum.is_some());
    let mut hasher = ChecksumHasher {
        crc32: declared.checksum_crc32.as_ref().map(|_| Crc32::new()),
        crc32c: declared.checksum_crc32c.as_ref().map(|_| Crc32c::new()),
        sha1: declared.checksum_sha1.as_ref().map(|_| Sha1::new()),
        sha256: declared.checksum_sha256.as_ref().map(|_| Sha256::new()),
        crc64nvme: (declared.checksum_crc64nvme.is_some() || !is_stated).then(Crc64Nvme::new),
    };
    content.iter().for_each(|bytes| hasher.update(bytes));
    let computed = hasher.finalize();
    for (name, declared, computed) in [
        ("CRC32", &declared.checksum_crc32, &computed.checksum_crc32),
        ("CRC32C", &declared.checksum_crc32c, &computed.checksum_crc32c),
        ("CRC64NVME", &declared.checksum_crc64nvme, &computed.checksum_crc64nvme),
        ("SHA1", &declared.checksum_sha1, &computed.checksum_sha1),
        ("SHA256", &declared.checksum_sha256, &computed.checksum_sha256),
    ] {
        if declared.is_some() && declared != computed {
            return Err(s3_error!(
                BadDigest,
                "The {name} you specified did not match the calculated checksum."
            ));
        }
    }
    Ok(computed)
}

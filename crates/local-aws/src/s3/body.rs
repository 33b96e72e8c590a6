//! Bodies of uploads: read to their end, and held against the checksums that came with them.

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

/// A body, and what was computed of it.
pub(super) struct Upload {
    pub(super) bytes: Bytes,
    pub(super) md5: [u8; 16],
    pub(super) checksum: Checksum,
}

/// What the client says that the body is, in headers.
#[derive(Default)]
pub(super) struct Stated {
    pub(super) md5: Option<String>,
    pub(super) checksum: Checksum,
}

/// Reads the body.
///
/// # Errors
/// `SignatureDoesNotMatch` and `IncompleteBody` for chunks that are not what was signed, `BadDigest` for a
/// body that is not what the client says.
pub(super) async fn read(
    body: Option<StreamingBlob>,
    trailers: Option<TrailingHeaders>,
    mut stated: Stated,
) -> S3Result<Upload> {
    let chunks: Vec<Bytes> = match body {
        Some(body) => body.try_collect().await.map_err(|error| stream_error(&*error))?,
        None => Vec::new(),
    };
    if let Some(trailers) = trailers {
        trailers.read(|headers| take_trailers(&mut stated.checksum, headers));
    }
    let bytes = match <[Bytes; 1]>::try_from(chunks) {
        Ok([bytes]) => bytes,
        Err(chunks) => chunks.concat().into(),
    };
    let md5 = Md5::checksum(&bytes);
    if let Some(stated) = &stated.md5 {
        check_md5(&md5, stated)?;
    }
    let checksum = verify(std::slice::from_ref(&bytes), &stated.checksum)?;
    Ok(Upload { bytes, md5, checksum })
}

/// s3s keeps the type of this error to itself, but not its name.
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

fn take_trailers(stated: &mut Checksum, trailers: &HeaderMap) {
    let value = |name: &str| trailers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    for (name, slot) in [
        ("x-amz-checksum-crc32", &mut stated.checksum_crc32),
        ("x-amz-checksum-crc32c", &mut stated.checksum_crc32c),
        ("x-amz-checksum-crc64nvme", &mut stated.checksum_crc64nvme),
        ("x-amz-checksum-sha1", &mut stated.checksum_sha1),
        ("x-amz-checksum-sha256", &mut stated.checksum_sha256),
    ] {
        *slot = value(name).or(slot.take());
    }
}

/// The checksum of this algorithm, one that the parameters were checked for.
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

/// The one checksum that is there, and its algorithm.
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

/// Whether the body of an operation that insists on a digest is the one that the digest is of.
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

fn check_md5(computed: &[u8; 16], stated: &str) -> S3Result<()> {
    match STANDARD.decode(stated) {
        Ok(stated) if stated == computed => Ok(()),
        Ok(stated) if stated.len() == computed.len() => {
            Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
        }
        _ => Err(s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.")),
    }
}

/// Computes the checksums that the client stated; CRC64NVME, as S3 does, when it stated none.
pub(super) fn verify(content: &[Bytes], stated: &Checksum) -> S3Result<Checksum> {
    let is_stated = [
        &stated.checksum_crc32,
        &stated.checksum_crc32c,
        &stated.checksum_crc64nvme,
        &stated.checksum_sha1,
        &stated.checksum_sha256,
    ]
    .iter()
    .any(|checksum| checksum.is_some());
    let mut hasher = ChecksumHasher {
        crc32: stated.checksum_crc32.as_ref().map(|_| Crc32::new()),
        crc32c: stated.checksum_crc32c.as_ref().map(|_| Crc32c::new()),
        sha1: stated.checksum_sha1.as_ref().map(|_| Sha1::new()),
        sha256: stated.checksum_sha256.as_ref().map(|_| Sha256::new()),
        crc64nvme: (stated.checksum_crc64nvme.is_some() || !is_stated).then(Crc64Nvme::new),
    };
    content.iter().for_each(|bytes| hasher.update(bytes));
    let computed = hasher.finalize();
    for (name, stated, computed) in [
        ("CRC32", &stated.checksum_crc32, &computed.checksum_crc32),
        ("CRC32C", &stated.checksum_crc32c, &computed.checksum_crc32c),
        ("CRC64NVME", &stated.checksum_crc64nvme, &computed.checksum_crc64nvme),
        ("SHA1", &stated.checksum_sha1, &computed.checksum_sha1),
        ("SHA256", &stated.checksum_sha256, &computed.checksum_sha256),
    ] {
        if stated.is_some() && stated != computed {
            return Err(s3_error!(
                BadDigest,
                "The {name} you specified did not match the calculated checksum."
            ));
        }
    }
    Ok(computed)
}

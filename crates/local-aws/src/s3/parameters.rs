//! The request parameters that no operation reads. Each is checked here, refused here, or listed here as harmless. Headers that
//! start with `x-amz-` and are in no list are refused.

use http::{HeaderMap, Uri};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::{account::ACCOUNT_ID, sigv4::query_value};

/// Parameters that an operation, the signature check, s3s or a check below reads.
const HONOURED: [&str; 36] = [
    "x-amz-acl",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-mode",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-type",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-unmodified-since",
    "x-amz-copy-source-range",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-mp-object-size",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-source-expected-bucket-owner",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-tagging-directive",
    "x-amz-trailer",
    "x-amz-website-redirect-location",
];

/// Parameters without effect: they concern versions, locks, access points or requester payment, or how KMS encrypts.
const HARMLESS: [&str; 6] = [
    "x-amz-bypass-governance-retention",
    "x-amz-mfa",
    "x-amz-optional-object-attributes",
    "x-amz-request-payer",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-user-agent",
];

/// S3's limit for the names and values of an object's own metadata.
const MOST_METADATA: usize = 2048;

/// Checks the parameters that no operation checks.
///
/// # Errors
/// S3's error for a wrong value; `NotImplemented` for an unknown parameter.
pub(super) fn check(operation: &str, uri: &Uri, headers: &HeaderMap) -> S3Result<()> {
    check_names(headers)?;
    check_owner(headers, "x-amz-expected-bucket-owner")?;
    check_owner(headers, "x-amz-source-expected-bucket-owner")?;
    check_query(operation, uri)?;
    if matches!(operation, "PutObject" | "CopyObject" | "CreateMultipartUpload") {
        check_metadata(headers)?;
        check_access_control(headers)?;
        check_storage_class(headers)?;
        check_encryption(headers)?;
        check_tags(headers)?;
    }
    check_value(headers, "x-amz-metadata-directive", &["COPY", "REPLACE"], "Unknown metadata directive.")?;
    check_value(headers, "x-amz-tagging-directive", &["COPY", "REPLACE"], "Unknown tagging directive.")?;
    check_value(
        headers,
        "x-amz-checksum-type",
        &["COMPOSITE", "FULL_OBJECT"],
        "Value for x-amz-checksum-type header is invalid.",
    )?;
    check_value(
        headers,
        "x-amz-checksum-mode",
        &["ENABLED"],
        "Value for x-amz-checksum-mode header is invalid.",
    )?;
    check_checksums(headers)
}

fn check_names(headers: &HeaderMap) -> S3Result<()> {
    let mut names = headers.keys().map(http::HeaderName::as_str);
    let unknown = names.find(|name| {
        name.starts_with("x-amz-")
            && !name.starts_with("x-amz-meta-")
            && !HONOURED.contains(name)
            && !HARMLESS.contains(name)
    });
    match unknown {
        Some(_) => Err(s3_error!(
            NotImplemented,
            "A header you provided implies functionality that is not implemented"
        )),
        None => Ok(()),
    }
}

/// Every bucket belongs to the one account.
fn check_owner(headers: &HeaderMap, name: &str) -> S3Result<()> {
    let Some(owner) = text(headers, name) else { return Ok(()) };
    if owner.len() != ACCOUNT_ID.len() || !owner.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(s3_error!(
            InvalidBucketOwnerAWSAccountID,
            "The value of the expected bucket owner parameter must be an AWS account ID"
        ));
    }
    if owner == ACCOUNT_ID { Ok(()) } else { Err(s3_error!(AccessDenied, "Access Denied")) }
}

fn check_query(operation: &str, uri: &Uri) -> S3Result<()> {
    if query_value(uri, "versionId").is_some_and(|version| version != "null") {
        return Err(s3_error!(InvalidArgument, "Invalid version id specified"));
    }
    if query_value(uri, "encoding-type").is_some_and(|encoding| encoding != "url") {
        return Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request"));
    }
    if matches!(operation, "GetObject" | "HeadObject") && query_value(uri, "partNumber").is_some() {
        return Err(s3_error!(NotImplemented, "Objects are not read by part here."));
    }
    // s3s does not have this parameter of ListMultipartUploads.
    if operation == "ListMultipartUploads"
        && query_value(uri, "delimiter").is_some_and(|delimiter| !delimiter.is_empty())
    {
        return Err(s3_error!(NotImplemented, "Uploads are not grouped by a delimiter here."));
    }
    Ok(())
}

fn check_metadata(headers: &HeaderMap) -> S3Result<()> {
    let entries =
        headers.iter().filter_map(|(name, value)| Some((name.as_str().strip_prefix("x-amz-meta-")?, value)));
    let size: usize = entries.map(|(name, value)| name.len() + value.len()).sum();
    if size <= MOST_METADATA {
        return Ok(());
    }
    Err(s3_error!(MetadataTooLarge, "Your metadata headers exceed the maximum allowed metadata size"))
}

/// Since 2023, new buckets have no access control lists by default.
fn check_access_control(headers: &HeaderMap) -> S3Result<()> {
    let canned = text(headers, "x-amz-acl").is_some_and(|acl| acl != "bucket-owner-full-control");
    let granted = headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"));
    if canned || granted {
        return Err(s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs"));
    }
    Ok(())
}

fn check_storage_class(headers: &HeaderMap) -> S3Result<()> {
    const CLASSES: [&str; 8] = [
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER",
        "DEEP_ARCHIVE",
        "GLACIER_IR",
    ];
    match text(headers, "x-amz-storage-class") {
        Some(class) if !CLASSES.contains(&class) => {
            Err(s3_error!(InvalidStorageClass, "The storage class you specified is not valid"))
        }
        _ => Ok(()),
    }
}

fn check_encryption(headers: &HeaderMap) -> S3Result<()> {
    let encryption = text(headers, "x-amz-server-side-encryption");
    if encryption.is_some_and(|encryption| !matches!(encryption, "AES256" | "aws:kms" | "aws:kms:dsse")) {
        return Err(s3_error!(
            InvalidEncryptionAlgorithmError,
            "The encryption request you specified is not valid. The valid value is AES256."
        ));
    }
    let names_key = headers.contains_key("x-amz-server-side-encryption-aws-kms-key-id");
    if names_key && !encryption.is_some_and(|encryption| encryption.starts_with("aws:kms")) {
        return Err(s3_error!(
            InvalidArgument,
            "Server Side Encryption with AWS KMS managed key requires HTTP header \
             x-amz-server-side-encryption : aws:kms"
        ));
    }
    Ok(())
}

/// S3's limits for the tags of an object.
fn check_tags(headers: &HeaderMap) -> S3Result<()> {
    let tags = tags(text(headers, "x-amz-tagging"));
    if tags.len() > 10 {
        return Err(too_many_tags());
    }
    for (index, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(s3_error!(InvalidTag, "The TagKey or TagValue you have provided is invalid"));
        }
        if tags.iter().take(index).any(|(other, _)| other == key) {
            return Err(s3_error!(
                InvalidArgument,
                "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters \
                 without tag name duplicates."
            ));
        }
    }
    Ok(())
}

fn too_many_tags() -> S3Error {
    let code = S3ErrorCode::Custom("BadRequest".into());
    let mut error = S3Error::with_message(code, "Object tags cannot be greater than 10");
    error.set_status_code(http::StatusCode::BAD_REQUEST);
    error
}

/// The tags in a header.
pub(super) fn tags(header: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(header.unwrap_or_default().as_bytes()).into_owned().collect()
}

fn check_value(headers: &HeaderMap, name: &str, known: &[&str], message: &'static str) -> S3Result<()> {
    match text(headers, name) {
        Some(value) if !known.contains(&value) => Err(s3_error!(InvalidArgument, "{message}")),
        _ => Ok(()),
    }
}

/// Allows at most one checksum, which must have the declared algorithm and its form.
fn check_checksums(headers: &HeaderMap) -> S3Result<()> {
    const ALGORITHMS: [(&str, &str, usize); 5] = [
        ("CRC32", "x-amz-checksum-crc32", 8),
        ("CRC32C", "x-amz-checksum-crc32c", 8),
        ("CRC64NVME", "x-amz-checksum-crc64nvme", 12),
        ("SHA1", "x-amz-checksum-sha1", 28),
        ("SHA256", "x-amz-checksum-sha256", 44),
    ];
    for name in ["x-amz-checksum-algorithm", "x-amz-sdk-checksum-algorithm"] {
        let Some(requested) = text(headers, name) else { continue };
        let Some((_, header, _)) =
            ALGORITHMS.iter().find(|(algorithm, ..)| algorithm.eq_ignore_ascii_case(requested))
        else {
            return Err(s3_error!(
                InvalidRequest,
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
                 [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
            ));
        };
        let in_trailer = text(headers, "x-amz-trailer").is_some_and(|t| t.eq_ignore_ascii_case(header));
        if name == "x-amz-sdk-checksum-algorithm" && !headers.contains_key(*header) && !in_trailer {
            return Err(s3_error!(
                InvalidRequest,
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or \
                 x-amz-trailer headers were found."
            ));
        }
    }
    let mut stated = 0;
    for (_, header, length) in ALGORITHMS {
        let Some(value) = text(headers, header) else { continue };
        stated += 1;
        // A completed upload has checksums of checksums, which end with the number of parts.
        let value = value.split_once('-').map_or(value, |(value, _)| value);
        if value.len() != length {
            return Err(s3_error!(InvalidRequest, "Value for {header} header is invalid."));
        }
    }
    if stated > 1 {
        return Err(s3_error!(
            InvalidRequest,
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        ));
    }
    Ok(())
}

/// A header's text. Headers with non-ASCII characters count as absent; the signature is already verified.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

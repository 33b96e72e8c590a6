//! Operations on objects.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use futures_util::stream;
use http::header;
use s3s::{
    Body, S3Error, S3Request, S3Response, S3Result,
    dto::{
        Checksum, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, GetObjectInput,
        GetObjectOutput, HeadObjectInput, HeadObjectOutput, MetadataDirective, PutObjectInput,
        PutObjectOutput, Range, StreamingBlob, TaggingDirective,
    },
    s3_error,
};

use super::{
    access::object_arn,
    body::{self, DeclaredDigests},
    conditions::{Conditions, check_write, condition},
    service::access,
    store::{Attributes, Object, Store, attributes, slice},
};
use crate::iam::Context;

pub(super) async fn put(
    store: &Store,
    mut request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let now = now(&request)?;
    let declared = DeclaredDigests {
        md5: request.input.content_md5.take(),
        checksum: Checksum {
            checksum_crc32: request.input.checksum_crc32.take(),
            checksum_crc32c: request.input.checksum_crc32c.take(),
            checksum_crc64nvme: request.input.checksum_crc64nvme.take(),
            checksum_sha1: request.input.checksum_sha1.take(),
            checksum_sha256: request.input.checksum_sha256.take(),
            checksum_type: None,
        },
    };
    let upload = body::read(request.input.body.take(), request.trailing_headers.take(), declared).await?;
    let input = request.input;
    let object = Object {
        content: vec![upload.bytes],
        etag: hex::encode(upload.md5),
        modified: now,
        attributes: attributes!(input),
        checksum: upload.checksum.clone(),
    };
    let etag = object.strong_etag();
    let (encryption, kms_key_id) = (object.attributes.encryption(), object.attributes.kms_key_id.clone());
    store.bucket(&input.bucket, |bucket| {
        check_write(bucket.objects.get(&input.key), input.if_match.as_ref(), input.if_none_match.as_ref())?;
        bucket.objects.insert(input.key, Arc::new(object));
        Ok(())
    })?;
    Ok(S3Response::new(PutObjectOutput {
        e_tag: Some(etag),
        checksum_crc32: upload.checksum.checksum_crc32,
        checksum_crc32c: upload.checksum.checksum_crc32c,
        checksum_crc64nvme: upload.checksum.checksum_crc64nvme,
        checksum_sha1: upload.checksum.checksum_sha1,
        checksum_sha256: upload.checksum.checksum_sha256,
        server_side_encryption: Some(encryption),
        ssekms_key_id: kms_key_id,
        ..Default::default()
    }))
}

pub(super) fn get(
    store: &Store,
    request: &S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let input = &request.input;
    let object = find(store, request, &input.bucket, &input.key)?;
    Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since.as_ref(),
        if_unmodified_since: input.if_unmodified_since.as_ref(),
    }
    .check(&object)?;
    check_readable(&object)?;
    let range = requested(input.range.as_ref(), &object)?;
    let content_range = range.as_ref().map(|range| describe(range, &object));
    let content = match &range {
        None => object.content.clone(),
        Some(range) => slice(&object.content, range),
    };
    let checksum = if input.checksum_mode.is_some() && content_range.is_none() {
        object.checksum.clone()
    } else {
        Checksum::default()
    };
    let attributes = object.attributes.clone();
    Ok(S3Response::new(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(length(super::store::size(&content))),
        body: Some(stream_of(content)),
        content_range,
        e_tag: Some(object.strong_etag()),
        last_modified: Some(object.modified.into()),
        tag_count: attributes.tag_count(),
        storage_class: attributes.unusual_storage_class(),
        server_side_encryption: Some(attributes.encryption()),
        ssekms_key_id: attributes.kms_key_id.clone(),
        metadata: attributes.metadata,
        cache_control: attributes.cache_control,
        content_disposition: attributes.content_disposition,
        content_encoding: attributes.content_encoding,
        content_language: attributes.content_language,
        content_type: Some(attributes.content_type.unwrap_or_else(default_content_type)),
        expires: attributes.expires,
        website_redirect_location: attributes.website_redirect_location,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..Default::default()
    }))
}

pub(super) fn head(
    store: &Store,
    request: &S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let input = &request.input;
    let object = find(store, request, &input.bucket, &input.key)?;
    Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since.as_ref(),
        if_unmodified_since: input.if_unmodified_since.as_ref(),
    }
    .check(&object)?;
    let range = requested(input.range.as_ref(), &object)?;
    let checksum = if input.checksum_mode.is_some() && range.is_none() {
        object.checksum.clone()
    } else {
        Checksum::default()
    };
    let attributes = object.attributes.clone();
    Ok(S3Response::new(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(
            range
                .as_ref()
                .map_or_else(|| length(object.size()), |range| length(range.end.saturating_sub(range.start))),
        ),
        content_range: range.as_ref().map(|range| describe(range, &object)),
        e_tag: Some(object.strong_etag()),
        last_modified: Some(object.modified.into()),
        storage_class: attributes.unusual_storage_class(),
        server_side_encryption: Some(attributes.encryption()),
        ssekms_key_id: attributes.kms_key_id.clone(),
        metadata: attributes.metadata,
        cache_control: attributes.cache_control,
        content_disposition: attributes.content_disposition,
        content_encoding: attributes.content_encoding,
        content_language: attributes.content_language,
        content_type: Some(attributes.content_type.unwrap_or_else(default_content_type)),
        expires: attributes.expires,
        website_redirect_location: attributes.website_redirect_location,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..Default::default()
    }))
}

pub(super) fn copy(
    store: &Store,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let now = now(&request)?;
    let (source_bucket, source_key) = copy_source(&request, &request.input.copy_source)?;
    let source = find(store, &request, &source_bucket, &source_key)?;
    // s3s does not have these two members yet.
    let if_match = condition(&request.headers, &header::IF_MATCH)?;
    let if_none_match = condition(&request.headers, &header::IF_NONE_MATCH)?;
    let input = request.input;
    Conditions {
        if_match: input.copy_source_if_match.as_ref(),
        if_none_match: input.copy_source_if_none_match.as_ref(),
        if_modified_since: input.copy_source_if_modified_since.as_ref(),
        if_unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    }
    .check_source(&source)?;
    let replaces =
        input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == MetadataDirective::REPLACE);
    let replaces_tags =
        input.tagging_directive.as_ref().is_some_and(|d| d.as_str() == TaggingDirective::REPLACE);
    let changes = replaces
        || input.storage_class.is_some()
        || input.server_side_encryption.is_some()
        || input.website_redirect_location.is_some();
    if !changes && source_bucket == input.bucket && source_key == input.key {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing \
             the object's metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    let checksum = match &input.checksum_algorithm {
        Some(algorithm) => body::checksum(&source.content, algorithm),
        None => source.checksum.clone(),
    };
    let mut attributes = attributes!(input);
    if !replaces {
        // Storage class, encryption and website redirect always come from the request.
        attributes = Attributes {
            storage_class: attributes.storage_class,
            encryption: attributes.encryption,
            kms_key_id: attributes.kms_key_id,
            website_redirect_location: attributes.website_redirect_location,
            tags: attributes.tags,
            ..source.attributes.clone()
        };
    }
    if !replaces_tags {
        attributes.tags.clone_from(&source.attributes.tags);
    }
    let object = Object {
        content: source.content.clone(),
        etag: source.etag.clone(),
        modified: now,
        attributes,
        checksum: checksum.clone(),
    };
    let output = CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: Some(object.strong_etag()),
            last_modified: Some(now.into()),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            ..Default::default()
        }),
        server_side_encryption: Some(object.attributes.encryption()),
        ssekms_key_id: object.attributes.kms_key_id.clone(),
        ..Default::default()
    };
    store.bucket(&input.bucket, |bucket| {
        check_write(bucket.objects.get(&input.key), if_match.as_ref(), if_none_match.as_ref())?;
        bucket.objects.insert(input.key, Arc::new(object));
        Ok(())
    })?;
    Ok(S3Response::new(output))
}

/// The source of the copy, if the caller may read it.
pub(super) fn copy_source<T>(request: &S3Request<T>, source: &CopySource) -> S3Result<(String, String)> {
    let CopySource::Bucket { bucket, key, version_id } = source else {
        return Err(s3_error!(NotImplemented, "Copy sources are buckets here, not access points."));
    };
    if version_id.as_deref().is_some_and(|version| version != "null") {
        return Err(s3_error!(InvalidArgument, "Invalid version id specified"));
    }
    access(request)?.authorize("s3:GetObject", &object_arn(bucket, key), &Context::default())?;
    Ok((bucket.to_string(), key.to_string()))
}

/// The object of a key.
///
/// # Errors
/// `NoSuchBucket`, `NoSuchKey`, or `AccessDenied` for a caller who may not list the bucket.
pub(super) fn find<T>(
    store: &Store,
    request: &S3Request<T>,
    bucket: &str,
    key: &str,
) -> S3Result<Arc<Object>> {
    let access = access(request)?;
    store.object(bucket, key)?.ok_or_else(|| access.no_such_key(bucket, key))
}

/// The server's time in whole seconds, as in HTTP dates.
pub(super) fn now<T>(request: &S3Request<T>) -> S3Result<SystemTime> {
    let seconds = access(request)?.account.clock.unix_seconds();
    Ok(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds.unsigned_abs()))
}

/// The requested bytes, or `None` for all of them.
fn requested(range: Option<&Range>, object: &Object) -> S3Result<Option<std::ops::Range<u64>>> {
    let Some(range) = range else { return Ok(None) };
    let range = range
        .check(object.size())
        .map_err(|_| s3_error!(InvalidRange, "The requested range is not satisfiable"))?;
    // Content-Range cannot express the last bytes of an empty object.
    if range.is_empty() {
        return Err(s3_error!(InvalidRange, "The requested range is not satisfiable"));
    }
    Ok(Some(range))
}

fn describe(range: &std::ops::Range<u64>, object: &Object) -> String {
    format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), object.size())
}

pub(super) fn check_readable(object: &Object) -> S3Result<()> {
    if object.attributes.is_archived() {
        return Err(s3_error!(
            InvalidObjectState,
            "The operation is not valid for the object's storage class"
        ));
    }
    Ok(())
}

pub(super) fn not_implemented() -> S3Error {
    s3_error!(NotImplemented, "A header you provided implies functionality that is not implemented")
}

pub(super) fn without_aws_chunked(encoding: Option<&str>) -> Option<String> {
    let kept: Vec<_> = encoding?
        .split(',')
        .map(str::trim)
        .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
        .collect();
    if kept.is_empty() { None } else { Some(kept.join(",")) }
}

fn stream_of(mut content: Vec<Bytes>) -> StreamingBlob {
    if content.len() <= 1 {
        return StreamingBlob::from(Body::from(content.pop().unwrap_or_default()));
    }
    StreamingBlob::wrap(stream::iter(content.into_iter().map(Ok::<_, std::io::Error>)))
}

fn default_content_type() -> String {
    "binary/octet-stream".to_owned()
}

pub(super) fn length(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

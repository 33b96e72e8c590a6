//! Multipart uploads.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use s3s::{
    S3Request, S3Response, S3Result,
    crypto::{Checksum as _, Md5},
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, ChecksumAlgorithm, ChecksumType,
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, CopyPartResult,
        CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput,
        ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part as PartEntry,
        Range, UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{
    body::{self, DeclaredDigests},
    conditions::{Conditions, check_write},
    list::Encode,
    objects::{copy_source, find, length, now},
    store::{Object, Part, Store, Upload, attributes, size, slice},
};

/// The least number of bytes of every part except the last.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
const MOST_PARTS: i32 = 10_000;

pub(super) fn create(
    store: &Store,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let initiated = now(&request)?;
    let input = request.input;
    let upload_id = uuid::Uuid::new_v4().simple().to_string();
    let upload = Upload {
        key: input.key.clone(),
        initiated,
        attributes: attributes!(input),
        checksum_algorithm: input.checksum_algorithm.clone(),
        full_object_checksum: input
            .checksum_type
            .as_ref()
            .is_some_and(|kind| kind.as_str() == ChecksumType::FULL_OBJECT),
        parts: std::collections::BTreeMap::new(),
    };
    let (encryption, kms_key_id) = (upload.attributes.encryption(), upload.attributes.kms_key_id.clone());
    store.bucket(&input.bucket, |bucket| {
        bucket.uploads.insert(upload_id.clone(), upload);
        Ok(())
    })?;
    Ok(S3Response::new(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload_id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        server_side_encryption: Some(encryption),
        ssekms_key_id: kms_key_id,
        ..Default::default()
    }))
}

pub(super) async fn upload_part(
    store: &Store,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let modified = now(&request)?;
    check_part_number(request.input.part_number)?;
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
    let etag = hex::encode(upload.md5);
    let checksum = upload.checksum.clone();
    let part = Part { content: vec![upload.bytes], etag: etag.clone(), md5: upload.md5, modified, checksum };
    let encryption = store.bucket(&input.bucket, |bucket| {
        let upload = bucket.upload(&input.upload_id, &input.key)?;
        check_algorithm(upload, &part.checksum)?;
        upload.parts.insert(input.part_number, part);
        Ok(upload.attributes.encryption())
    })?;
    Ok(S3Response::new(UploadPartOutput {
        server_side_encryption: Some(encryption),
        e_tag: Some(ETag::Strong(etag)),
        checksum_crc32: upload.checksum.checksum_crc32,
        checksum_crc32c: upload.checksum.checksum_crc32c,
        checksum_crc64nvme: upload.checksum.checksum_crc64nvme,
        checksum_sha1: upload.checksum.checksum_sha1,
        checksum_sha256: upload.checksum.checksum_sha256,
        ..Default::default()
    }))
}

pub(super) fn upload_part_copy(
    store: &Store,
    request: &S3Request<UploadPartCopyInput>,
) -> S3Result<S3Response<UploadPartCopyOutput>> {
    let modified = now(request)?;
    let input = &request.input;
    check_part_number(input.part_number)?;
    let (source_bucket, source_key) = copy_source(request, &input.copy_source)?;
    let source = find(store, request, &source_bucket, &source_key)?;
    Conditions {
        if_match: input.copy_source_if_match.as_ref(),
        if_none_match: input.copy_source_if_none_match.as_ref(),
        if_modified_since: input.copy_source_if_modified_since.as_ref(),
        if_unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    }
    .check_source(&source)?;
    let content = match &input.copy_source_range {
        None => source.content.clone(),
        Some(range) => {
            let range =
                Range::parse(range).ok().and_then(|range| range.check(source.size()).ok()).ok_or_else(
                    || s3_error!(InvalidArgument, "The x-amz-copy-source-range value is not a valid range."),
                )?;
            slice(&source.content, &range)
        }
    };
    let mut hasher = Md5::new();
    content.iter().for_each(|bytes| hasher.update(bytes));
    let md5 = hasher.finalize();
    let etag = hex::encode(md5);
    let mut part = Part { content, etag: etag.clone(), md5, modified, checksum: Checksum::default() };
    store.bucket(&input.bucket, |bucket| {
        let upload = bucket.upload(&input.upload_id, &input.key)?;
        if let Some(algorithm) = &upload.checksum_algorithm {
            part.checksum = body::checksum(&part.content, algorithm);
        }
        upload.parts.insert(input.part_number, part);
        Ok(())
    })?;
    let result = CopyPartResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified: Some(modified.into()),
        ..Default::default()
    };
    Ok(S3Response::new(UploadPartCopyOutput { copy_part_result: Some(result), ..Default::default() }))
}

/// Assembles the parts. After an error, the upload remains, so that the client can correct the request.
pub(super) fn complete(
    store: &Store,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let modified = now(&request)?;
    let input = request.input;
    let declared = Checksum {
        checksum_crc32: input.checksum_crc32,
        checksum_crc32c: input.checksum_crc32c,
        checksum_crc64nvme: input.checksum_crc64nvme,
        checksum_sha1: input.checksum_sha1,
        checksum_sha256: input.checksum_sha256,
        checksum_type: None,
    };
    let (stated_type, stated_size) = (input.checksum_type, input.mpu_object_size);
    let listed = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let (etag, checksum, encryption) = store.bucket(&input.bucket, |bucket| {
        let upload = bucket.upload(&input.upload_id, &input.key)?;
        let parts = chosen_parts(upload, &listed)?;
        let attributes = upload.attributes.clone();
        let full_object_checksum = upload.full_object_checksum;
        let algorithm = upload.checksum_algorithm.clone();
        if let Some(declared) = &stated_type
            && (declared.as_str() == ChecksumType::FULL_OBJECT) != full_object_checksum
        {
            return Err(s3_error!(
                InvalidRequest,
                "The upload was created with another checksum type than the complete request has."
            ));
        }
        check_write(bucket.objects.get(&input.key), input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let etag = multipart_etag(&parts);
        let composite = algorithm.filter(|_| !full_object_checksum).map(|a| composite(&parts, &a));
        let content: Vec<_> = parts.into_iter().flat_map(|part| part.content).collect();
        let computed = length(size(&content));
        if let Some(declared) = stated_size.filter(|declared| *declared != computed) {
            return Err(s3_error!(
                InvalidRequest,
                "The provided 'x-amz-mp-object-size' header value {declared} does not match what was computed: \
                 {computed}"
            ));
        }
        let checksum = match (full_object_checksum, composite) {
            (true, _) => body::verify(&content, &declared)?,
            (false, Some(composite)) => {
                if body::only(&declared).is_some_and(|declared| body::only(&composite) != Some(declared)) {
                    return Err(s3_error!(BadDigest, "The checksum you specified did not match."));
                }
                composite
            }
            (false, None) => Checksum::default(),
        };
        let encryption = attributes.encryption();
        let object = Object { content, etag: etag.clone(), modified, attributes, checksum: checksum.clone() };
        bucket.objects.insert(input.key.clone(), Arc::new(object));
        bucket.uploads.remove(&input.upload_id);
        Ok((etag, checksum, encryption))
    })?;
    Ok(S3Response::new(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(etag)),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        server_side_encryption: Some(encryption),
        ..Default::default()
    }))
}

pub(super) fn abort(
    store: &Store,
    input: &AbortMultipartUploadInput,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    store.bucket(&input.bucket, |bucket| {
        bucket.upload(&input.upload_id, &input.key)?;
        bucket.uploads.remove(&input.upload_id);
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    })
}

pub(super) fn list_parts(store: &Store, input: ListPartsInput) -> S3Result<S3Response<ListPartsOutput>> {
    let after = input.part_number_marker.unwrap_or(0);
    let most = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let (parts, is_truncated) = store.bucket(&input.bucket, |bucket| {
        let upload = bucket.upload(&input.upload_id, &input.key)?;
        let mut rest = upload.parts.range(after.saturating_add(1)..);
        let parts: Vec<_> =
            rest.by_ref().take(usize::try_from(most).unwrap_or_default()).map(describe_part).collect();
        Ok((parts, rest.next().is_some()))
    })?;
    Ok(S3Response::new(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        part_number_marker: Some(after),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        max_parts: Some(most),
        is_truncated: Some(is_truncated),
        parts: Some(parts),
        ..Default::default()
    }))
}

pub(super) fn list_uploads(
    store: &Store,
    input: ListMultipartUploadsInput,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    let encode = Encode::new(input.encoding_type.as_ref());
    let prefix = input.prefix.clone().unwrap_or_default();
    let most = input.max_uploads.unwrap_or(1000).clamp(0, 1000);
    let mut uploads = store.bucket(&input.bucket, |bucket| {
        let uploads = bucket.uploads.iter().filter(|(_, upload)| upload.key.starts_with(&prefix));
        Ok(uploads.map(|(id, upload)| (upload.key.clone(), id.clone(), upload.initiated)).collect::<Vec<_>>())
    })?;
    uploads.sort();
    let marker =
        (input.key_marker.clone().unwrap_or_default(), input.upload_id_marker.clone().unwrap_or_default());
    uploads.retain(|(key, id, _)| match marker.1.as_str() {
        "" => marker.0.is_empty() || *key > marker.0,
        upload_id => (key.as_str(), id.as_str()) > (marker.0.as_str(), upload_id),
    });
    let is_truncated = uploads.len() > usize::try_from(most).unwrap_or_default();
    uploads.truncate(usize::try_from(most).unwrap_or_default());
    let last = uploads.last().filter(|_| is_truncated).cloned();
    Ok(S3Response::new(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        prefix: Some(encode.text(&prefix)),
        key_marker: Some(encode.text(&marker.0)),
        upload_id_marker: input.upload_id_marker,
        next_key_marker: last.as_ref().map(|(key, _, _)| encode.text(key)),
        next_upload_id_marker: last.map(|(_, id, _)| id),
        max_uploads: Some(most),
        is_truncated: Some(is_truncated),
        uploads: Some(
            uploads
                .into_iter()
                .map(|(key, id, initiated)| MultipartUpload {
                    key: Some(encode.text(&key)),
                    upload_id: Some(id),
                    initiated: Some(initiated.into()),
                    ..Default::default()
                })
                .collect(),
        ),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

/// The parts that the client lists. They must be in ascending order, uploaded, have the right ETags, and be large enough except
/// for the last.
fn chosen_parts(upload: &Upload, listed: &[CompletedPart]) -> S3Result<Vec<Part>> {
    if listed.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let numbers: Vec<_> = listed.iter().map(|part| part.part_number.unwrap_or_default()).collect();
    if !numbers.is_sorted_by(|a, b| a < b) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. The parts list must be specified in order by \
             part number."
        ));
    }
    let mut parts = Vec::with_capacity(listed.len());
    for (number, listed) in numbers.iter().zip(listed) {
        let part = upload
            .parts
            .get(number)
            .filter(|part| listed.e_tag.as_ref().is_some_and(|e| e.value() == part.etag));
        let Some(part) = part.filter(|part| agrees(&part.checksum, listed)) else {
            return Err(s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found.  The part may not have been \
                 uploaded, or the specified entity tag may not match the part's entity tag."
            ));
        };
        parts.push(part.clone());
    }
    let all_but_last = parts.split_last().map_or(&[][..], |(_, rest)| rest);
    if all_but_last.iter().any(|part| size(&part.content) < SMALLEST_PART) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(parts)
}

/// Checksums that the client repeats when it completes the upload must be those of the part.
fn agrees(checksum: &Checksum, listed: &CompletedPart) -> bool {
    [
        (&checksum.checksum_crc32, &listed.checksum_crc32),
        (&checksum.checksum_crc32c, &listed.checksum_crc32c),
        (&checksum.checksum_crc64nvme, &listed.checksum_crc64nvme),
        (&checksum.checksum_sha1, &listed.checksum_sha1),
        (&checksum.checksum_sha256, &listed.checksum_sha256),
    ]
    .iter()
    .all(|(actual, listed)| listed.is_none() || actual == listed)
}

/// The MD5 of the parts' MD5s and the number of parts.
fn multipart_etag(parts: &[Part]) -> String {
    let mut hasher = Md5::new();
    parts.iter().for_each(|part| hasher.update(&part.md5));
    format!("{}-{}", hex::encode(hasher.finalize()), parts.len())
}

/// The checksum of the parts' checksums and the number of parts.
fn composite(parts: &[Part], algorithm: &ChecksumAlgorithm) -> Checksum {
    let decoded = parts.iter().filter_map(|part| STANDARD.decode(body::only(&part.checksum)?.1).ok());
    let mut checksum = body::checksum(&[decoded.flatten().collect::<Vec<u8>>().into()], algorithm);
    for value in [
        &mut checksum.checksum_crc32,
        &mut checksum.checksum_crc32c,
        &mut checksum.checksum_crc64nvme,
        &mut checksum.checksum_sha1,
        &mut checksum.checksum_sha256,
    ] {
        *value = value.take().map(|value| format!("{value}-{}", parts.len()));
    }
    checksum
}

/// A part must have a checksum of the algorithm that the upload was created with. S3 computes CRC64NVME if the client declares
/// none.
fn check_algorithm(upload: &Upload, checksum: &Checksum) -> S3Result<()> {
    let Some(expected) = &upload.checksum_algorithm else { return Ok(()) };
    let actual = body::only(checksum).map_or("null", |(algorithm, _)| algorithm);
    if actual == expected.as_str() {
        return Ok(());
    }
    let (expected, actual) = (expected.as_str().to_ascii_lowercase(), actual.to_ascii_lowercase());
    Err(s3_error!(
        InvalidRequest,
        "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
    ))
}

fn describe_part((number, part): (&i32, &Part)) -> PartEntry {
    PartEntry {
        part_number: Some(*number),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        size: Some(length(size(&part.content))),
        last_modified: Some(part.modified.into()),
        checksum_crc32: part.checksum.checksum_crc32.clone(),
        checksum_crc32c: part.checksum.checksum_crc32c.clone(),
        checksum_crc64nvme: part.checksum.checksum_crc64nvme.clone(),
        checksum_sha1: part.checksum.checksum_sha1.clone(),
        checksum_sha256: part.checksum.checksum_sha256.clone(),
    }
}

fn check_part_number(number: i32) -> S3Result<()> {
    if (1..=MOST_PARTS).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
}

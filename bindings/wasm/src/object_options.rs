//! The settings of S3's operations, read from JavaScript objects.

use poolpass::s3::{ByteRange, CopyOptions, GetOptions, ListOptions, PutOptions};

use crate::error::Exception;
use crate::values::Options;

/// The settings for writing an object.
pub(crate) fn put_options(options: &Options) -> Result<PutOptions, Exception> {
    Ok(PutOptions {
        content_type: options.text("contentType")?,
        cache_control: options.text("cacheControl")?,
        content_disposition: options.text("contentDisposition")?,
        content_encoding: options.text("contentEncoding")?,
        content_language: options.text("contentLanguage")?,
        metadata: options.texts("metadata")?,
        if_absent: options.flag("ifAbsent")?,
        if_match: options.text("ifMatch")?,
        storage_class: options.text("storageClass")?,
        server_side_encryption: options.text("serverSideEncryption")?,
        kms_key_id: options.text("kmsKeyId")?,
    })
}

pub(crate) fn get_options(options: &Options) -> Result<GetOptions, Exception> {
    Ok(GetOptions {
        range: options.options("range")?.map(|range| byte_range(&range)).transpose()?,
        if_match: options.text("ifMatch")?,
        if_none_match: options.text("ifNoneMatch")?,
        if_modified_since: options.time("ifModifiedSince")?,
        if_unmodified_since: options.time("ifUnmodifiedSince")?,
        version_id: options.text("versionId")?,
    })
}

pub(crate) fn copy_options(options: &Options) -> Result<CopyOptions, Exception> {
    Ok(CopyOptions {
        from_bucket: options.text("fromBucket")?,
        from_version_id: options.text("fromVersionId")?,
        if_source_matches: options.text("ifSourceMatches")?,
        replace: options.options("replace")?.map(|options| put_options(&options)).transpose()?,
    })
}

pub(crate) fn list_options(options: &Options) -> Result<ListOptions, Exception> {
    Ok(ListOptions {
        delimiter: options.text("delimiter")?,
        start_after: options.text("startAfter")?,
        page_size: options.number("pageSize")?.map(|size| size as u32),
        continuation_token: options.text("continuationToken")?,
    })
}

fn byte_range(range: &Options) -> Result<ByteRange, Exception> {
    let number = |name| Ok::<_, Exception>(range.number(name)?.map(|number| number as u64));
    match (number("start")?, number("end")?, number("last")?) {
        (Some(start), Some(end), None) => Ok(ByteRange::Between(start, end)),
        (Some(start), None, None) => Ok(ByteRange::From(start)),
        (None, Some(end), None) => Ok(ByteRange::Between(0, end)),
        (None, None, Some(last)) => Ok(ByteRange::Last(last)),
        _ => Err(Exception::invalid_input("a range has start, end or both, or else last")),
    }
}

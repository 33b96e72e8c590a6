//! Deletes objects.

use http::header;
use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
        ETagCondition, Error as DeleteError,
    },
    s3_error,
};

use super::{
    access::object_arn, conditions::check_delete, objects::not_implemented, service::access, store::Store,
};
use crate::iam::Context;

pub(super) fn delete(
    store: &Store,
    request: &S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let input = &request.input;
    if request.headers.contains_key(header::IF_NONE_MATCH)
        || input.if_match_size.is_some()
        || input.if_match_last_modified_time.is_some()
    {
        return Err(not_implemented());
    }
    if matches!(input.if_match, Some(ETagCondition::ETag(_))) {
        let arn = object_arn(&input.bucket, &input.key);
        access(request)?.authorize("s3:GetObject", &arn, &Context::default())?;
    }
    store.bucket(&input.bucket, |bucket| {
        check_delete(bucket.objects.get(&input.key), input.if_match.as_ref())?;
        // A missing key counts as deleted.
        bucket.objects.remove(&input.key);
        Ok(S3Response::new(DeleteObjectOutput::default()))
    })
}

/// Deletes the keys that the caller may delete, and reports AccessDenied for the others.
pub(super) fn delete_many(
    store: &Store,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let access = access(&request)?;
    let input = request.input;
    if input.delete.objects.len() > 1000 {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        if object.version_id.as_ref().is_some_and(|version| version != "null") {
            errors.push(DeleteError {
                key: Some(object.key),
                code: Some("NoSuchVersion".to_owned()),
                message: Some("The specified version does not exist.".to_owned()),
                version_id: object.version_id,
            });
            continue;
        }
        let arn = object_arn(&input.bucket, &object.key);
        if let Err(denied) = access.authorize("s3:DeleteObject", &arn, &Context::default()) {
            errors.push(DeleteError {
                key: Some(object.key),
                code: Some(denied.code().as_str().to_owned()),
                message: denied.message().map(str::to_owned),
                version_id: None,
            });
            continue;
        }
        if object.size.is_some() || object.last_modified_time.is_some() {
            return Err(not_implemented());
        }
        let condition = object.e_tag.map(ETagCondition::ETag);
        let failed = store.bucket(&input.bucket, |bucket| {
            let outcome = check_delete(bucket.objects.get(&object.key), condition.as_ref());
            if outcome.is_ok() {
                bucket.objects.remove(&object.key);
            }
            Ok(outcome.err())
        })?;
        if let Some(failed) = failed {
            errors.push(DeleteError {
                key: Some(object.key),
                code: Some(failed.code().as_str().to_owned()),
                message: failed.message().map(str::to_owned),
                version_id: None,
            });
            continue;
        }
        if input.delete.quiet != Some(true) {
            deleted.push(DeletedObject { key: Some(object.key), ..Default::default() });
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        ..Default::default()
    }))
}

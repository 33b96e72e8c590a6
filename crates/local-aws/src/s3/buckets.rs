//! Operations on buckets.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        Bucket as BucketEntry, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput,
        DeleteBucketCorsOutput, DeleteBucketOutput, GetBucketCorsOutput, GetBucketLocationOutput,
        HeadBucketOutput, ListBucketsOutput, Owner, PutBucketCorsInput, PutBucketCorsOutput,
    },
    s3_error,
};

use super::{
    cors,
    service::access,
    store::{Bucket, Store},
};
use crate::account::ACCOUNT_ID;

/// The only region in which CreateBucket does not name the region.
const US_EAST_1: &str = "us-east-1";

pub(super) fn create(
    store: &Store,
    request: &S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let account = &access(request)?.account;
    let name = &request.input.bucket;
    let location = request
        .input
        .create_bucket_configuration
        .as_ref()
        .and_then(|configuration| configuration.location_constraint.as_ref())
        .map_or(US_EAST_1, BucketLocationConstraint::as_str);
    if location != account.region {
        let location = if location == US_EAST_1 { "unspecified" } else { location };
        return Err(s3_error!(
            IllegalLocationConstraintException,
            "The {location} location constraint is incompatible for the region specific endpoint this \
             request was sent to."
        ));
    }
    let mut buckets = store.buckets();
    if buckets.contains_key(name) {
        return Err(s3_error!(
            BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it."
        ));
    }
    buckets.insert(name.clone(), Bucket::new(account.clock.now()));
    Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{name}")) }))
}

pub(super) fn delete(store: &Store, name: &str) -> S3Result<S3Response<DeleteBucketOutput>> {
    store.bucket(name, |bucket| {
        if bucket.objects.is_empty() && bucket.uploads.is_empty() {
            return Ok(());
        }
        Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"))
    })?;
    store.buckets().remove(name);
    Ok(S3Response::new(DeleteBucketOutput {}))
}

pub(super) fn head<T>(
    store: &Store,
    request: &S3Request<T>,
    name: &str,
) -> S3Result<S3Response<HeadBucketOutput>> {
    store.bucket(name, |_| Ok(()))?;
    let bucket_region = Some(access(request)?.account.region.clone());
    Ok(S3Response::new(HeadBucketOutput { bucket_region, ..Default::default() }))
}

pub(super) fn list(store: &Store) -> S3Response<ListBucketsOutput> {
    let buckets = store
        .buckets()
        .iter()
        .map(|(name, bucket)| BucketEntry {
            name: Some(name.clone()),
            creation_date: Some(bucket.created.into()),
            bucket_region: None,
        })
        .collect();
    let owner = Some(Owner { id: Some(ACCOUNT_ID.to_owned()), display_name: None });
    S3Response::new(ListBucketsOutput { buckets: Some(buckets), owner, ..Default::default() })
}

pub(super) fn location<T>(
    store: &Store,
    request: &S3Request<T>,
    name: &str,
) -> S3Result<S3Response<GetBucketLocationOutput>> {
    store.bucket(name, |_| Ok(()))?;
    let region = access(request)?.account.region.clone();
    let location_constraint = (region != US_EAST_1).then(|| BucketLocationConstraint::from(region));
    Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
}

pub(super) fn put_cors(
    store: &Store,
    input: PutBucketCorsInput,
) -> S3Result<S3Response<PutBucketCorsOutput>> {
    let rules = input.cors_configuration.cors_rules;
    cors::check(&rules).map_err(|message| s3_error!(InvalidRequest, "{message}"))?;
    store.bucket(&input.bucket, |bucket| {
        bucket.cors = rules;
        Ok(S3Response::new(PutBucketCorsOutput {}))
    })
}

pub(super) fn get_cors(store: &Store, name: &str) -> S3Result<S3Response<GetBucketCorsOutput>> {
    let rules = store.bucket(name, |bucket| Ok(bucket.cors.clone()))?;
    if rules.is_empty() {
        return Err(s3_error!(NoSuchCORSConfiguration, "The CORS configuration does not exist"));
    }
    Ok(S3Response::new(GetBucketCorsOutput { cors_rules: Some(rules) }))
}

pub(super) fn delete_cors(store: &Store, name: &str) -> S3Result<S3Response<DeleteBucketCorsOutput>> {
    store.bucket(name, |bucket| {
        bucket.cors.clear();
        Ok(S3Response::new(DeleteBucketCorsOutput {}))
    })
}

//! The permissions that each S3 operation needs.

use std::sync::Arc;

use http::{HeaderMap, Uri};
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    path::S3Path,
    s3_error,
};

use super::parameters;
use crate::{
    account::Account,
    caller::Caller,
    iam::Context,
    sigv4::query_value,
    sts::{ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY, Sts},
};

/// The verified caller, which s3s passes on to the operations.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) account: Arc<Account>,
    pub(super) caller: Caller,
}

impl Access {
    /// # Errors
    /// `AccessDenied`.
    pub(super) fn authorize(&self, action: &str, resource: &str, context: &Context) -> S3Result<()> {
        self.caller
            .authorize(&self.account, action, resource, context)
            .map_err(|denied| S3Error::with_message(S3ErrorCode::AccessDenied, denied.to_string()))
    }

    /// The error for a missing key. Only a caller who may list the bucket learns that it is missing.
    pub(super) fn no_such_key(&self, bucket: &str, key: &str) -> S3Error {
        let mut context = Context::default();
        context.set("s3:prefix", key);
        match self.authorize("s3:ListBucket", &bucket_arn(bucket), &context) {
            Ok(()) => s3_error!(NoSuchKey, "The specified key does not exist."),
            Err(denied) => denied,
        }
    }
}

/// Gives s3s the secret keys for the chunk signatures of `aws-chunked` bodies.
pub(super) struct SecretKeys(pub(super) Arc<Sts>);

#[async_trait::async_trait]
impl S3Auth for SecretKeys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == ROOT_ACCESS_KEY_ID {
            return Ok(SecretKey::from(ROOT_SECRET_ACCESS_KEY));
        }
        let session = self.0.session(access_key).ok_or_else(|| s3_error!(InvalidAccessKeyId))?;
        Ok(SecretKey::from(session.secret_access_key.as_str()))
    }
}

/// Checks the caller's policies before every operation.
pub(super) struct PolicyCheck;

#[async_trait::async_trait]
impl S3Access for PolicyCheck {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let access =
            context.extensions_mut().get::<Access>().cloned().ok_or_else(|| s3_error!(AccessDenied))?;
        let operation = context.s3_op().name();
        let context_keys = context_keys(context.uri(), context.headers());
        let resource = match context.s3_path() {
            S3Path::Root => "*".to_owned(),
            S3Path::Bucket { bucket } => bucket_arn(bucket),
            S3Path::Object { bucket, key } => object_arn(bucket, key),
        };
        for action in actions(operation, context.headers()) {
            access.authorize(&action, &resource, &context_keys)?;
        }
        parameters::check(operation, context.uri(), context.headers())
    }
}

pub(super) fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

pub(super) fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

/// The actions of an operation on the resource of its path. The operations themselves check the sources of copies and the keys
/// of DeleteObjects.
fn actions(operation: &str, headers: &HeaderMap) -> Vec<String> {
    let action = match operation {
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "s3:ListBucket",
        "ListBuckets" => "s3:ListAllMyBuckets",
        "PutBucketCors" | "DeleteBucketCors" => "s3:PutBucketCORS",
        "GetBucketCors" => "s3:GetBucketCORS",
        "HeadObject" => "s3:GetObject",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "s3:PutObject",
        "ListParts" => "s3:ListMultipartUploadParts",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "DeleteObjects" => return Vec::new(),
        // Most actions have the name of their operation.
        other => return vec![format!("s3:{other}")],
    };
    let mut actions = vec![action.to_owned()];
    if action == "s3:PutObject" {
        if headers.contains_key("x-amz-acl") {
            actions.push("s3:PutObjectAcl".to_owned());
        }
        if headers.contains_key("x-amz-tagging") {
            actions.push("s3:PutObjectTagging".to_owned());
        }
    }
    actions
}

/// S3's context keys of the request.
fn context_keys(uri: &Uri, headers: &HeaderMap) -> Context {
    let mut context = Context::default();
    for (key, parameter) in
        [("s3:prefix", "prefix"), ("s3:delimiter", "delimiter"), ("s3:max-keys", "max-keys")]
    {
        if let Some(value) = query_value(uri, parameter) {
            context.set(key, value);
        }
    }
    for header in ["x-amz-acl", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-server-side-encryption"] {
        if let Some(value) = headers.get(header).and_then(|value| value.to_str().ok()) {
            context.set(&format!("s3:{header}"), value);
        }
    }
    context
}

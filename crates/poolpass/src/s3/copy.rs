//! CopyObject.

use std::future::IntoFuture;

use http::{HeaderName, HeaderValue, Method};

use super::bucket::Bucket;
use super::headers::{header_value, set_header};
use super::key::ObjectKey;
use super::object_options::PutOptions;
use super::put::PutResult;
use super::query::Query;
use crate::aws_request::AwsRequest;
use crate::config::checked_bucket;
use crate::error::Error;
use crate::input::not_empty;
use crate::percent;
use crate::platform::BoxFuture;

/// Settings for a copy. Default: the latest version, with all its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// The bucket to copy from. Default: this bucket.
    pub from_bucket: Option<String>,
    /// The version to copy. Default: the latest.
    pub from_version_id: Option<String>,
    /// Copies only if the source has this ETag. Otherwise the call fails with kind `ConditionFailed`.
    pub if_source_matches: Option<String>,
    /// The settings of the copy. Default: those of the source.
    pub replace: Option<PutOptions>,
}

/// A copy of an object, made by [`Bucket::copy`]. Awaiting it sends the request (CopyObject).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct CopyObject {
    bucket: Bucket,
    from: String,
    to: String,
    options: CopyOptions,
}

impl Bucket {
    /// Copies an object inside S3, without transferring it to this device (CopyObject). At most 5 GB.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. `ConditionFailed` if a condition does not hold.
    pub fn copy(&self, from: impl Into<String>, to: impl Into<String>) -> CopyObject {
        let options = CopyOptions::default();
        CopyObject { bucket: self.clone(), from: from.into(), to: to.into(), options }
    }
}

impl CopyObject {
    /// Sets all options at once.
    pub fn options(mut self, options: CopyOptions) -> Self {
        self.options = options;
        self
    }

    /// Copies from this bucket. Default: the bucket of the copy.
    pub fn from_bucket(mut self, name: impl Into<String>) -> Self {
        self.options.from_bucket = Some(name.into());
        self
    }

    /// Copies this version. Default: the latest.
    pub fn from_version_id(mut self, id: impl Into<String>) -> Self {
        self.options.from_version_id = Some(id.into());
        self
    }

    /// Copies only if the source has this ETag. Otherwise the call fails with kind `ConditionFailed`.
    pub fn if_source_matches(mut self, etag: impl Into<String>) -> Self {
        self.options.if_source_matches = Some(etag.into());
        self
    }

    /// Sets the settings of the copy. Default: those of the source.
    pub fn replace(mut self, options: PutOptions) -> Self {
        self.options.replace = Some(options);
        self
    }

    fn request(&self) -> Result<AwsRequest, Error> {
        let Self { bucket, from, to, options } = self;
        let from = ObjectKey::parse(from)?;
        let from_bucket = match &options.from_bucket {
            Some(name) => checked_bucket(name.clone())?,
            None => bucket.name().to_owned(),
        };
        let mut source = format!("{from_bucket}/{}", from.encoded());
        if let Some(version) = &options.from_version_id {
            not_empty(version, "the version id is empty")?;
            source.push_str("?versionId=");
            source.extend(percent::component(version));
        }
        let mut request =
            bucket.object_request("CopyObject", Method::PUT, &ObjectKey::parse(to)?, &Query::new())?;
        if let Some(replace) = &options.replace {
            request.headers = replace.headers()?;
            request.headers.insert(
                HeaderName::from_static("x-amz-metadata-directive"),
                HeaderValue::from_static("REPLACE"),
            );
            replace.set_conditions(&mut request)?;
        }
        let source = header_value("x-amz-copy-source", &source)?;
        request.headers.insert(HeaderName::from_static("x-amz-copy-source"), source);
        set_header(&mut request.headers, "x-amz-copy-source-if-match", options.if_source_matches.as_deref())?;
        Ok(request)
    }
}

impl IntoFuture for CopyObject {
    type Output = Result<PutResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.bucket.whole(self.request()?).await?;
            PutResult::from_document(&answer, "CopyObjectResult", "CopyObject", |_| Ok(()))
        })
    }
}

//! CopyObject.

use http::{HeaderName, HeaderValue, Method};

use super::bucket::{Bucket, header_value, set_header};
use super::key::ObjectKey;
use super::put::{PutOptions, PutResult};
use super::query::Query;
use crate::aws_request::AwsRequest;
use crate::config::checked_bucket;
use crate::error::Error;
use crate::input::not_empty;
use crate::percent;

/// What is copied, and what is said about the copy. By default the latest version, with everything that is said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// The bucket to copy from. Default: this one.
    pub from_bucket: Option<String>,
    /// The version to copy. Default: the latest.
    pub from_version_id: Option<String>,
    /// Copies only if the source has this ETag. Otherwise kind `ConditionFailed`.
    pub if_source_matches: Option<String>,
    /// What is said about the copy in place of what is said about the source.
    pub replace: Option<PutOptions>,
}

impl Bucket {
    /// Copies an object within the bucket, without it passing through this device (CopyObject). At most 5 GB.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`].
    pub async fn copy(&self, from: &str, to: &str) -> Result<PutResult, Error> {
        self.copy_with(from, to, CopyOptions::default()).await
    }

    /// Copies an object as `options` say (CopyObject). At most 5 GB.
    ///
    /// # Errors
    ///
    /// See [`Bucket`], and `ConditionFailed` from conditions.
    pub async fn copy_with(&self, from: &str, to: &str, options: CopyOptions) -> Result<PutResult, Error> {
        let request = self.copy_request(from, to, options)?;
        let answer = self.whole(request).await?;
        PutResult::from_document(&answer, "CopyObjectResult", "CopyObject", |_| Ok(()))
    }

    fn copy_request(&self, from: &str, to: &str, options: CopyOptions) -> Result<AwsRequest, Error> {
        let from = ObjectKey::parse(from)?;
        let from_bucket = match options.from_bucket {
            Some(name) => checked_bucket(name)?,
            None => self.name().to_owned(),
        };
        let mut source = format!("{from_bucket}/{}", from.encoded());
        if let Some(version) = &options.from_version_id {
            not_empty(version, "the version id is empty")?;
            source.push_str("?versionId=");
            source.extend(percent::component(version));
        }
        let mut request =
            self.object_request("CopyObject", Method::PUT, &ObjectKey::parse(to)?, &Query::new())?;
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

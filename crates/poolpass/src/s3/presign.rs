//! URLs that allow one request to anyone who has them.

use std::future::IntoFuture;
use std::time::Duration;

use http::{HeaderMap, Method, Uri};

use super::bucket::Bucket;
use super::key::ObjectKey;
use super::object_options::PutOptions;
use super::query::Query;
use super::setters::put_setters;
use crate::config::Service;
use crate::error::Error;
use crate::percent;
use crate::platform::BoxFuture;
use crate::presigned_url::PresignedUrl;
use crate::sigv4::{self, Presignable};

/// A URL to be made that reads an object, made by [`Bucket::presign_get`]. Awaiting it signs the URL.
#[derive(Clone, Debug)]
#[must_use = "no URL is made until it is awaited"]
pub struct PresignGet {
    bucket: Bucket,
    key: String,
    expires_in: Duration,
    file_name: Option<String>,
}

/// A URL to be made that writes an object, made by [`Bucket::presign_put`]. Awaiting it signs the URL.
#[derive(Clone, Debug)]
#[must_use = "no URL is made until it is awaited"]
pub struct PresignPut {
    bucket: Bucket,
    key: String,
    expires_in: Duration,
    options: PutOptions,
}

impl Bucket {
    /// Creates a URL that reads the object until it expires (GetObject). At most seven days.
    ///
    /// The URL also expires with the credentials that sign it, which last about an hour. Fresh credentials are fetched if the present
    /// ones expire too early; [`expires_at`](PresignedUrl::expires_at) tells the result. The object need not exist.
    ///
    /// Waits at most two minutes, for credentials: nothing else is sent.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` if `expires_in` is under a second or over seven days; otherwise as
    /// [`Client::credentials`](crate::Client::credentials).
    pub fn presign_get(&self, key: impl Into<String>, expires_in: Duration) -> PresignGet {
        PresignGet { bucket: self.clone(), key: key.into(), expires_in, file_name: None }
    }

    /// Creates a URL that writes the object until it expires (PutObject), as often as it is used. At most seven days.
    ///
    /// The body is not part of the signature. The settings become [`headers`](PresignedUrl::headers) that must be sent with the
    /// request. The URL also expires with the credentials that sign it, which last about an hour.
    ///
    /// Waits at most two minutes, for credentials: nothing else is sent.
    ///
    /// # Errors
    ///
    /// As [`presign_get`](Self::presign_get), and `InvalidInput` if a setting is not plain ASCII.
    pub fn presign_put(&self, key: impl Into<String>, expires_in: Duration) -> PresignPut {
        PresignPut { bucket: self.clone(), key: key.into(), expires_in, options: PutOptions::default() }
    }

    async fn presign(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        expires_in: Duration,
    ) -> Result<PresignedUrl, Error> {
        let credentials = self.client().identity_pool()?.credentials_for(expires_in).await?;
        let now = self.client().pipeline().now();
        let scope = sigv4::Scope { service: Service::S3.signing_name(), region: self.region() };
        let request = Presignable {
            method: &method,
            uri: &uri,
            headers: &headers,
            body: &[],
            expires_in,
            appends_session_token: false,
        };
        PresignedUrl::sign(&request, &scope, &credentials, now)
    }
}

impl PresignGet {
    /// Tells the browser to save the object under this name.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    fn uri(&self) -> Result<Uri, Error> {
        // RFC 6266's form for any file name.
        let disposition = self
            .file_name
            .as_ref()
            .map(|name| format!("attachment; filename*=UTF-8''{}", percent::component(name)));
        let query = Query::new().with_some("response-content-disposition", disposition.as_deref());
        self.bucket.object_uri(&ObjectKey::parse(&self.key)?, &query)
    }
}

impl IntoFuture for PresignGet {
    type Output = Result<PresignedUrl, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let uri = self.uri()?;
            self.bucket.presign(Method::GET, uri, HeaderMap::new(), self.expires_in).await
        })
    }
}

impl PresignPut {
    put_setters!();
}

impl IntoFuture for PresignPut {
    type Output = Result<PresignedUrl, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = self.bucket.put_request(&ObjectKey::parse(&self.key)?, &self.options)?;
            self.bucket.presign(Method::PUT, request.uri, request.headers, self.expires_in).await
        })
    }
}

//! URLs that let whoever holds them make one request.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, Uri};

use super::bucket::Bucket;
use super::key::ObjectKey;
use super::put::PutOptions;
use super::query::Query;
use crate::config::Service;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::percent;
use crate::platform::BoxFuture;
use crate::sigv4::{self, Presignable};

/// A URL that carries its own signature: a secret until it expires.
///
/// `Debug` shows no part of it.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), poolpass::Error> {
/// use std::time::Duration;
///
/// let url = bucket.presign_get("photos/cat.jpg", Duration::from_secs(900)).await?;
/// println!("show {} until {:?}", url.as_str(), url.expires_at());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedUrl {
    url: String,
    headers: Vec<(String, String)>,
    expires_at: SystemTime,
}

impl PresignedUrl {
    pub(crate) fn sign(
        request: &Presignable<'_>,
        scope: &sigv4::Scope<'_>,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<Self, Error> {
        let url = sigv4::presign_request(request, scope, credentials, now)?;
        let latest = now + request.expires_in;
        let headers = request
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        Ok(Self {
            url: url.to_string(),
            headers: headers.collect(),
            expires_at: credentials.expiration().map_or(latest, |expiration| expiration.min(latest)),
        })
    }

    /// The URL: a secret.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The headers that have to be sent with the request, exactly so. Empty for GET.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// When it stops to work, on AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl Bucket {
    /// A URL that reads the object for `expires_in` (GetObject), at most seven days.
    ///
    /// It dies with the credentials that signed it, which live for about an hour. Fresh ones are fetched if the present
    /// ones would not do, and [`expires_at`](PresignedUrl::expires_at) tells what came of it. Whether the object exists
    /// is not checked.
    ///
    /// Waits at most two minutes, for credentials: nothing else is sent.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when `expires_in` is under a second or over seven days; as [`Client::credentials`](crate::Client::credentials).
    pub async fn presign_get(&self, key: &str, expires_in: Duration) -> Result<PresignedUrl, Error> {
        let uri = self.object_uri(&ObjectKey::parse(key)?, &Query::new())?;
        self.presign(Method::GET, uri, HeaderMap::new(), expires_in).await
    }

    /// A URL that reads the object for `expires_in`, whose answer tells the browser to save it as `file_name`.
    ///
    /// # Errors
    ///
    /// As [`presign_get`](Self::presign_get).
    pub async fn presign_download(
        &self,
        key: &str,
        file_name: &str,
        expires_in: Duration,
    ) -> Result<PresignedUrl, Error> {
        // RFC 6266's form for any file name.
        let disposition = format!("attachment; filename*=UTF-8''{}", percent::component(file_name));
        let query = Query::new().with("response-content-disposition", &disposition);
        let uri = self.object_uri(&ObjectKey::parse(key)?, &query)?;
        self.presign(Method::GET, uri, HeaderMap::new(), expires_in).await
    }

    /// A URL that writes the object for `expires_in` (PutObject), as often as it is used.
    ///
    /// The body is not part of the signature. What `options` say becomes [`headers`](PresignedUrl::headers) that have to be
    /// sent along.
    ///
    /// Waits at most two minutes, for credentials: nothing else is sent.
    ///
    /// # Errors
    ///
    /// As [`presign_get`](Self::presign_get), and `InvalidInput` when an option is not plain ASCII.
    pub async fn presign_put(
        &self,
        key: &str,
        expires_in: Duration,
        options: PutOptions,
    ) -> Result<PresignedUrl, Error> {
        let request = self.put_request(&ObjectKey::parse(key)?, &options)?;
        self.presign(Method::PUT, request.uri, request.headers, expires_in).await
    }

    fn presign(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        expires_in: Duration,
    ) -> BoxFuture<'_, Result<PresignedUrl, Error>> {
        Box::pin(async move {
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
        })
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresignedUrl").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

//! A URL with the signature of a request in it.

use std::fmt;
use std::time::SystemTime;

use crate::credentials::Credentials;
use crate::error::Error;
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

    /// The headers that must be sent with the request, unchanged. Empty for a URL that reads.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The time at which it stops working, on AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresignedUrl").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

//! Signed requests to any service.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use http::Method;
use poolpass::signed::{Signed, SignedRequest};

use crate::body::Body;
use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;
use crate::s3::PresignedUrl;
use crate::transport::{Header, headers};

/// Signed requests to one service.
#[derive(Debug, uniffi::Object)]
pub struct Api {
    inner: Signed,
    cancel: Cancel,
}

/// A request to an AWS service or to the app's API.
#[derive(uniffi::Record)]
pub struct ApiRequest {
    /// Such as `POST`.
    #[uniffi(default = "GET")]
    pub method: String,
    /// Absolute, or a path below the service's base URL, which for `execute-api` is the configuration's `api.url`.
    pub url: String,
    /// Segments that are added to the path, each percent-encoded.
    #[uniffi(default)]
    pub segments: Vec<String>,
    /// Parameters that are added to the query, percent-encoded.
    #[uniffi(default)]
    pub query: Vec<Header>,
    /// Headers.
    #[uniffi(default)]
    pub headers: Vec<Header>,
    /// The body.
    #[uniffi(default)]
    pub body: Option<Vec<u8>>,
    /// What proves who is asking. Default: `Iam`.
    #[uniffi(default)]
    pub authorization: Option<Authorization>,
    /// Writes `Bearer ` before the token. API Gateway takes it with and without, AppSync only without.
    #[uniffi(default = false)]
    pub bearer: bool,
    /// Doing this twice is as good as once, so that it is sent again also when its answer was lost.
    #[uniffi(default = false)]
    pub safe_to_repeat: bool,
    /// Any status is an answer. Otherwise those but 2xx are errors.
    #[uniffi(default = false)]
    pub any_status: bool,
    /// How long to wait for the head of the answer, each time it is sent. Default: 30 s.
    #[uniffi(default)]
    pub timeout: Option<Duration>,
}

/// What proves who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Authorization {
    /// A signature (SigV4) with the person's AWS credentials.
    Iam,
    /// The ID token.
    IdToken,
    /// The access token.
    AccessToken,
}

/// The answer of a service.
#[derive(Debug, uniffi::Record)]
pub struct ApiResponse {
    /// Such as 200.
    pub status: i32,
    /// Its headers.
    pub headers: Vec<Header>,
    /// Its body.
    pub body: Arc<Body>,
}

impl Api {
    pub(crate) fn new(inner: Signed, cancel: &Cancel) -> Arc<Self> {
        Arc::new(Self { inner, cancel: cancel.clone() })
    }
}

#[uniffi::export]
impl Api {
    /// The same service whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// Sends a request, and waits for the head of the answer.
    pub async fn send(&self, request: ApiRequest) -> Result<ApiResponse, PoolpassError> {
        let (signed, cancel) = (self.inner.clone(), self.cancel.clone());
        call(&self.cancel, async move {
            let (head, body) = prepared(&signed, request)?.stream().await?.into_parts();
            Ok(ApiResponse {
                status: head.status.as_u16().into(),
                headers: headers(&head.headers),
                body: Body::new(body.map_err(poolpass::Error::from), &cancel),
            })
        })
        .await
    }

    /// A URL with the signature in it, with which whoever holds it can make this one request until `expires_in` has passed, at most
    /// seven days, or until the credentials expire. The URL may be one of a WebSocket (`wss://`). With `session_token_after_signing` the
    /// session token is appended after signing, as AWS IoT wants it (the default for `iotdevicegateway`). Nothing is sent.
    pub async fn presign(
        &self,
        request: ApiRequest,
        expires_in: Duration,
        session_token_after_signing: bool,
    ) -> Result<Arc<PresignedUrl>, PoolpassError> {
        let signed = self.inner.clone();
        call(&self.cancel, async move {
            let mut request = prepared(&signed, request)?;
            if session_token_after_signing {
                request = request.session_token_after_signing();
            }
            Ok(Arc::new(PresignedUrl(request.presign(expires_in).await?)))
        })
        .await
    }
}

fn prepared(signed: &Signed, wanted: ApiRequest) -> Result<SignedRequest, PoolpassError> {
    let method = Method::from_bytes(wanted.method.as_bytes())
        .map_err(|_| PoolpassError::invalid_input("there is no such method"))?;
    let mut request = signed.request(method, &wanted.url);
    for segment in &wanted.segments {
        request = request.segment(segment);
    }
    for Header { name, value } in &wanted.query {
        request = request.query(name, value);
    }
    for Header { name, value } in &wanted.headers {
        request = request.header(name, value);
    }
    if let Some(body) = wanted.body {
        request = request.body(body);
    }
    request = match wanted.authorization.unwrap_or(Authorization::Iam) {
        Authorization::Iam => request,
        Authorization::IdToken => request.with_id_token(),
        Authorization::AccessToken => request.with_access_token(),
    };
    if wanted.bearer {
        request = request.bearer();
    }
    if wanted.safe_to_repeat {
        request = request.safe_to_repeat();
    }
    if wanted.any_status {
        request = request.any_status();
    }
    if let Some(timeout) = wanted.timeout {
        request = request.timeout(timeout);
    }
    Ok(request)
}

impl std::fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiRequest({})", self.method)
    }
}

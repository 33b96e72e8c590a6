//! Requests to the app's own API, or to an AWS service that Poolpass has no operations for.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use http::Method;
use poolpass::api::ApiOptions;

use crate::body::Body;
use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;
use crate::s3::PresignedUrl;
use crate::transport::{Header, headers};

/// Makes requests to one service.
#[derive(Debug, uniffi::Object)]
pub struct ApiClient {
    inner: poolpass::api::ApiClient,
    cancel: Cancel,
}

/// A request to the app's own API, or to an AWS service.
#[derive(uniffi::Record)]
pub struct ApiRequest {
    /// The HTTP method, such as `POST`.
    #[uniffi(default = "GET")]
    pub method: String,
    /// An absolute URL, or a path below the service's base URL, which for `execute-api` is the configuration's `api.url`.
    pub url: String,
    /// Segments that are added to the path and percent-encoded.
    #[uniffi(default)]
    pub segments: Vec<String>,
    /// Parameters that are added to the query and percent-encoded.
    #[uniffi(default)]
    pub query: Vec<Header>,
    /// The headers.
    #[uniffi(default)]
    pub headers: Vec<Header>,
    /// The body.
    #[uniffi(default)]
    pub body: Option<Vec<u8>>,
    /// Proves who sends the request. Default: a signature.
    #[uniffi(default)]
    pub authorization: Option<Authorization>,
    /// Writes `Bearer ` before the token. API Gateway accepts it with and without, AppSync only without, load balancers and most other
    /// servers only with.
    #[uniffi(default = false)]
    pub bearer: bool,
    /// Declares the request safe to repeat, so that it is also sent again when its answer was lost.
    #[uniffi(default = false)]
    pub safe_to_repeat: bool,
    /// Returns an answer with any status. Default: a status other than 2xx is an error.
    #[uniffi(default = false)]
    pub any_status: bool,
    /// How long each attempt waits for the head of the answer. Default: 30 seconds.
    #[uniffi(default)]
    pub timeout: Option<Duration>,
}

/// Proves who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Authorization {
    /// A signature (SigV4) with the person's AWS credentials.
    Iam,
    /// The ID token in the `Authorization` header, as API Gateway's user pool and JWT authorizers and AppSync accept it.
    IdToken,
    /// The access token in the `Authorization` header, for authorizers that check scopes.
    AccessToken,
    /// The session of a load balancer (ALB, action `authenticate-cognito`) in front of the app: a browser adds its cookies to requests to
    /// the page's own origin. An app without a browser sets the header `cookie`. The app must not answer such requests with HTML.
    LoadBalancerSession,
}

/// The answer to a request.
#[derive(Debug, uniffi::Record)]
pub struct ApiResponse {
    /// The status, such as 200.
    pub status: i32,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Arc<Body>,
}

impl ApiClient {
    pub(crate) fn new(inner: poolpass::api::ApiClient, cancel: &Cancel) -> Arc<Self> {
        Arc::new(Self { inner, cancel: cancel.clone() })
    }
}

#[uniffi::export]
impl ApiClient {
    /// Makes requests to the same service, whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// Sends the request and waits for the head of the answer. The body, which may have any length, is read from the answer.
    pub async fn request(&self, request: ApiRequest) -> Result<ApiResponse, PoolpassError> {
        let (api, cancel) = (self.inner.clone(), self.cancel.clone());
        call(&self.cancel, async move {
            let (head, body) = prepared(&api, request, false)?.stream().await?.into_parts();
            Ok(ApiResponse {
                status: head.status.as_u16().into(),
                headers: headers(&head.headers),
                body: Body::new(body.map_err(poolpass::Error::from), &cancel),
            })
        })
        .await
    }

    /// Creates a URL that contains the signature. Its holder can make this one request until `expires_in` has passed, at most seven
    /// days, or until the credentials expire, which last about an hour. Nothing is sent.
    pub async fn presign(
        &self,
        request: ApiRequest,
        expires_in: Duration,
        session_token_after_signing: bool,
    ) -> Result<Arc<PresignedUrl>, PoolpassError> {
        let api = self.inner.clone();
        call(&self.cancel, async move {
            let request = prepared(&api, request, session_token_after_signing)?;
            Ok(Arc::new(PresignedUrl(request.presign(expires_in).await?)))
        })
        .await
    }
}

fn prepared(
    api: &poolpass::api::ApiClient,
    given: ApiRequest,
    session_token_after_signing: bool,
) -> Result<poolpass::api::ApiRequest, PoolpassError> {
    let method = Method::from_bytes(given.method.as_bytes())
        .map_err(|_| PoolpassError::invalid_input("there is no such method"))?;
    let mut request = api.request(method, &given.url).options(ApiOptions {
        authorization: given.authorization.map(Into::into).unwrap_or_default(),
        bearer: given.bearer,
        safe_to_repeat: given.safe_to_repeat,
        any_status: given.any_status,
        timeout: given.timeout.unwrap_or(ApiOptions::default().timeout),
        session_token_after_signing,
    });
    for segment in &given.segments {
        request = request.segment(segment);
    }
    for Header { name, value } in &given.query {
        request = request.query(name, value);
    }
    for Header { name, value } in &given.headers {
        request = request.header(name, value);
    }
    if let Some(body) = given.body {
        request = request.body(body);
    }
    Ok(request)
}

impl From<Authorization> for poolpass::api::Authorization {
    fn from(authorization: Authorization) -> Self {
        match authorization {
            Authorization::Iam => Self::Iam,
            Authorization::IdToken => Self::IdToken,
            Authorization::AccessToken => Self::AccessToken,
            Authorization::LoadBalancerSession => Self::LoadBalancerSession,
        }
    }
}

impl std::fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiRequest({})", self.method)
    }
}

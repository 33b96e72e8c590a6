//! The request and response types of all services.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};

use crate::route::{self, Route, Service};

/// A complete request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: Service,
    /// AWS's name of the operation, for instance `InitiateAuth`.
    pub(crate) operation: String,
    pub(crate) method: Method,
    /// The URI in path style, also for S3 requests to a bucket's own host.
    pub(crate) uri: Uri,
    /// The URI that was sent and signed, if it differs.
    pub(crate) virtual_hosted_uri: Option<Uri>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The request ID, which the answer contains as `x-amzn-requestid` (S3: `x-amz-request-id`).
    pub(crate) request_id: String,
}

impl Request {
    /// Finds the service and the operation of a complete request.
    pub(crate) fn new(parts: http::request::Parts, body: Bytes, request_id: String) -> Self {
        let http::request::Parts { method, uri: sent, headers, .. } = parts;
        let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let path_style = host.and_then(route::bucket_of_host).and_then(|bucket| {
            let query = sent.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("/{bucket}{}{query}", sent.path()).parse::<Uri>().ok()
        });
        let (route, uri, virtual_hosted_uri) = match path_style {
            Some(uri) => (Route::of_bucket(&method, &uri, &headers), uri, Some(sent)),
            None => (Route::of(&method, &sent, &headers, &body), sent, None),
        };
        Self {
            service: route.service,
            operation: route.operation,
            method,
            uri,
            virtual_hosted_uri,
            headers,
            body,
            request_id,
        }
    }

    /// The URI that was signed.
    pub(crate) fn sent_uri(&self) -> &Uri {
        self.virtual_hosted_uri.as_ref().unwrap_or(&self.uri)
    }
}

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;
pub(crate) type Response = http::Response<Body>;

/// A complete body.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

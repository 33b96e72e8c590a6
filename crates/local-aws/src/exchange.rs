//! One request and its answer, as every service takes and gives them.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};

use crate::route::Service;

/// A request, read to its end.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: Service,
    /// AWS's name of the operation, for instance `InitiateAuth`.
    pub(crate) operation: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Also in the answer, as `x-amzn-requestid` (S3: `x-amz-request-id`).
    pub(crate) request_id: String,
}

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;
pub(crate) type Response = http::Response<Body>;

/// A body that is complete.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

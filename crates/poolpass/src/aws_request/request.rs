//! A request before it is signed and sent.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use zeroize::Zeroizing;

use super::protocol::Protocol;
use crate::config::{Endpoint, Region};
use crate::credentials::{CredentialsSource, TokenSource};
use crate::error::Error;
use crate::percent;
use crate::platform::Request;

/// A request before it is signed. `Debug` does not show query, headers and body, since they contain passwords, codes and tokens.
#[derive(Clone)]
pub(crate) struct AwsRequest {
    /// The AWS operation, for errors.
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) repeat: Repeat,
    /// How long each attempt waits for the answer: for all of it, or for its head if the body is streamed.
    pub(crate) timeout: Duration,
    /// How long all attempts may take together, including the waits between them.
    pub(crate) total_timeout: Option<Duration>,
    /// The longest body of an answer that is read as a whole, in bytes.
    pub(crate) answer_limit: usize,
    pub(crate) protocol: &'static Protocol,
    /// Whether a refusal is returned as an answer once sending again cannot help.
    pub(crate) any_status: bool,
}

impl AwsRequest {
    pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
    /// For an answer of an app's own API. AWS's listings are far shorter.
    const DEFAULT_ANSWER_LIMIT: usize = 32 * 1024 * 1024;
    const JSON_ANSWER_LIMIT: usize = 1024 * 1024;

    pub(crate) fn new(operation: impl Into<Cow<'static, str>>, method: Method, uri: Uri) -> Self {
        let repeat = if method.is_idempotent() { Repeat::Safe } else { Repeat::IfNotDone };
        Self {
            operation: operation.into(),
            method,
            uri,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            repeat,
            timeout: Self::DEFAULT_TIMEOUT,
            total_timeout: None,
            answer_limit: Self::DEFAULT_ANSWER_LIMIT,
            protocol: &Protocol::API,
            any_status: false,
        }
    }

    /// A POST in AWS's JSON protocol: `version` is `1.0` or `1.1`, `target` such as `DynamoDB_20120810`.
    pub(crate) fn json(
        endpoint: &Endpoint,
        version: &'static str,
        target: &str,
        operation: &'static str,
        input: Bytes,
    ) -> Result<Self, Error> {
        let content_type =
            if version == "1.0" { "application/x-amz-json-1.0" } else { "application/x-amz-json-1.1" };
        let target = HeaderValue::try_from(format!("{target}.{operation}"))
            .map_err(|_| Error::invalid_input("the operation's name does not fit into a header"))?;
        let mut request = Self::new(operation, Method::POST, endpoint.uri().clone());
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        request.headers.insert(HeaderName::from_static("x-amz-target"), target);
        request.body = input;
        request.protocol = &Protocol::JSON;
        request.answer_limit = Self::JSON_ANSWER_LIMIT;
        Ok(request)
    }

    /// A POST of a form, which may hold secrets.
    pub(crate) fn form(
        operation: &'static str,
        uri: Uri,
        fields: &[(&str, &str)],
        protocol: &'static Protocol,
    ) -> Self {
        let mut request = Self::new(operation, Method::POST, uri);
        let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers.insert(CONTENT_TYPE, content_type);
        request.body = Bytes::from_owner(Wiped(Zeroizing::new(percent::query(fields))));
        request.protocol = protocol;
        request.answer_limit = Self::JSON_ANSWER_LIMIT;
        request
    }

    pub(crate) fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    pub(super) fn to_http(&self) -> Request {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// Text as the bytes of a body, which wipes it.
struct Wiped(Zeroizing<String>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for AwsRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsRequest")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Whether the request may be sent twice.
    Safe,
    /// Only if AWS has certainly not done it: it was not sent, or AWS's code says that it was throttled.
    IfNotDone,
}

/// How a request proves who sends it.
pub(crate) enum AuthScheme<'a> {
    /// By nothing, or by its body.
    None,
    /// By the `authorization` header with this value.
    Header(&'a str),
    /// By the `authorization` header with a token that can be replaced.
    Token(&'a dyn TokenSource),
    /// By the cookies of a load balancer's session.
    LoadBalancerSession,
    /// By a signature.
    SigV4 { service: &'a str, region: &'a Region, source: &'a dyn CredentialsSource },
}

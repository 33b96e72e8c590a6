//! Building, sending and presigning one request.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use serde::Serialize;

use super::checks::{check_method, checked_header, in_capitals};
use super::options::{ApiOptions, Authorization};
use super::response::ApiResponse;
use super::session_token::{SessionToken, TokenUse};
use super::target::Target;
use super::{ApiClient, PresignedUrl};
use crate::aws_request::{AuthScheme, AwsRequest, Protocol, Repeat};
#[cfg(feature = "dynamodb")]
use crate::dynamodb;
use crate::error::Error;
use crate::platform::{BoxFuture, Response};
#[cfg(feature = "s3")]
use crate::s3;
use crate::sigv4::{self, Presignable};

/// A request; [`ApiClient`] creates it, and awaiting it sends it and reads the whole answer, up to 32 MiB.
///
/// Waits at most 112 seconds, or three times [`timeout`](Self::timeout) plus 22 seconds, and for the credentials or the token.
///
/// # Errors
///
/// Kind `InvalidInput` when the URL, a header or the body cannot be sent; nothing is sent then. Paths with a segment `.` or `..` are
/// among them, since HTTP clients would resolve them after signing. `InvalidConfig` without an identity pool, or for a path to
/// `execute-api` without `api.url`. As [`Client::credentials`](crate::Client::credentials) or
/// [`Client::id_token`](crate::Client::id_token) where there are none. A status other than 2xx is an error whose kind follows AWS's code
/// or the status, unless [`any_status`](Self::any_status) is set. `NotAuthorized` for a token that is refused (401) even after a refresh,
/// `InsufficientUserAuthentication` where the API asks for a [step-up](crate::Error::step_up). `LoadBalancerSessionEnded` when a load
/// balancer answers in the app's place and wants the person to sign in, also with `any_status` if its session authorizes the request.
/// `Network` and `Timeout` when no answer arrives.
///
/// # Retries
///
/// Poolpass sends every request again that was throttled (429, or a throttling code in the header `x-amzn-errortype`), refused because
/// of the clock or expired credentials, or never sent. After a lost answer or a status 5xx, behind which the API may have done its
/// work, it repeats only GET, HEAD, OPTIONS, PUT and DELETE, and requests that are [`safe_to_repeat`](Self::safe_to_repeat).
///
/// When the server refuses a token with status 401, Poolpass refreshes the session once for all requests whose token was refused, and
/// sends each once more with the new token, whatever its method: the body is in memory, and an authorizer refuses before anything is
/// done. Nothing is sent again as somebody else who has signed in since, nor after a challenge that only a step-up answers.
///
/// `Debug` shows only the service and the method: URL, headers and body may hold secrets.
#[must_use = "nothing is sent until the request is awaited or streamed"]
pub struct ApiRequest {
    service: ApiClient,
    method: Method,
    /// An error of the builder is reported when the request is sent.
    parts: Result<Parts, Error>,
}

struct Parts {
    target: Target,
    headers: HeaderMap,
    body: Bytes,
    options: ApiOptions,
}

impl ApiRequest {
    pub(super) fn new(service: &ApiClient, method: Method, url: &str) -> Self {
        let method = in_capitals(method);
        let parts = check_method(&method).and_then(|()| Target::parse(url)).map(|target| Parts {
            target,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            options: ApiOptions::default(),
        });
        Self { service: service.clone(), method, parts }
    }

    /// Adds a segment to the path and percent-encodes it: `get("/notes").segment("a/b")` requests `/notes/a%2Fb`.
    pub fn segment(self, segment: &str) -> Self {
        self.with(|parts| parts.target.add_segment(segment))
    }

    /// Adds a parameter to the query and percent-encodes it.
    pub fn query(self, name: &str, value: &str) -> Self {
        self.with(|parts| parts.target.add_parameter(name, value))
    }

    /// Adds a header. An app cannot set `authorization`, `host`, `content-length`, `x-amz-date`, `x-amz-security-token`, or a header
    /// about the connection (`connection`, `te`, `expect` and the like).
    pub fn header(self, name: &str, value: &str) -> Self {
        self.attempt(|parts| {
            let (name, value) = checked_header(name, value)?;
            let appended = parts.headers.try_append(name, value);
            appended.map(drop).map_err(|_| Error::invalid_input("the request has too many headers"))
        })
    }

    /// Sets the body, without a content type.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.with(|parts| parts.body = body.into())
    }

    /// Sets text as the body, with content type `text/plain; charset=utf-8` unless a header names another one.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with_content_type("text/plain; charset=utf-8").body(text.into())
    }

    /// Sets JSON as the body, with content type `application/json` unless a header names another one.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.with_content_type("application/json").attempt(|parts| {
            let body = serde_json::to_vec(value).map_err(|error| {
                Error::invalid_input(format!("the body cannot be written as JSON: {error}"))
            })?;
            parts.body = body.into();
            Ok(())
        })
    }

    /// Chooses what proves who sends the request. Default: a signature.
    pub fn authorization(self, authorization: Authorization) -> Self {
        self.with(|parts| parts.options.authorization = authorization)
    }

    /// Writes `Bearer ` before the token. API Gateway accepts it with and without, AppSync only without, load balancers and most other
    /// servers only with.
    pub fn bearer(self) -> Self {
        self.with(|parts| parts.options.bearer = true)
    }

    /// Declares the request safe to repeat, so that it is also sent again when its answer was lost.
    pub fn safe_to_repeat(self) -> Self {
        self.with(|parts| parts.options.safe_to_repeat = true)
    }

    /// Returns an answer with any status, such as an API's own 404 or 422, whose body the app wants to read.
    ///
    /// Poolpass still corrects the clock, renews the credentials, and repeats a 5xx where that is safe.
    pub fn any_status(self) -> Self {
        self.with(|parts| parts.options.any_status = true)
    }

    /// Limits how long each attempt waits for the answer: for all of it, or for its head with [`stream`](Self::stream). A longer body may
    /// go on while at least 8 KiB of it arrive per second. Default: 30 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|parts| parts.options.timeout = timeout)
    }

    /// Makes [`presign`](Self::presign) append the session token after signing, as AWS IoT requires (the default for
    /// `iotdevicegateway`). Other services require it to be signed.
    pub fn session_token_after_signing(self) -> Self {
        self.with(|parts| parts.options.session_token_after_signing = true)
    }

    /// Replaces all options.
    pub fn options(self, options: ApiOptions) -> Self {
        self.with(|parts| parts.options = options)
    }

    /// Sends the request and hands out the answer's body as it arrives. An answer that breaks off is an error in the body's stream.
    ///
    /// Waits for the head of the answer as long as awaiting the request does. Reading the body fails when no byte arrives for 30
    /// seconds.
    ///
    /// # Errors
    ///
    /// As listed at [`ApiRequest`].
    pub async fn stream(self) -> Result<Response, Error> {
        let prepared = self.prepare()?;
        let pipeline = prepared.service.client.pipeline();
        pipeline.send(&prepared.request, &prepared.auth_scheme()?).await
    }

    /// Creates a URL that contains the signature. Its holder can make this one request until `expires_in` has passed, at most seven
    /// days, or until the credentials expire, which last about an hour. Nothing is sent.
    ///
    /// Browsers connect this way to a WebSocket (`wss://`) of AWS IoT (service `iotdevicegateway`) or of API Gateway, which read no
    /// headers. Send the result's [`headers`](PresignedUrl::headers), those of this request, along. The body is part of the signature,
    /// except for S3. AppSync's WebSockets take no such URL, but the headers of a signed POST in a subprotocol:
    /// [`sigv4::sign`](crate::sigv4::sign) makes them.
    ///
    /// Waits at most two minutes, for credentials.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` for less than a second or more than seven days, for a request with a token in place of a signature, and as
    /// listed at [`ApiRequest`].
    pub async fn presign(self, expires_in: Duration) -> Result<PresignedUrl, Error> {
        self.presigned(expires_in).await
    }

    fn presigned(self, expires_in: Duration) -> BoxFuture<'static, Result<PresignedUrl, Error>> {
        Box::pin(async move {
            let service = self.service;
            let operation = format!("presign {} {}", service.service, self.method);
            let parts = self.parts.and_then(|parts| match parts.options.authorization {
                Authorization::Iam => Ok(parts),
                _ => Err(Error::invalid_input(
                    "a URL cannot be presigned with a token in place of a signature",
                )),
            });
            let url = match parts {
                Ok(parts) => parts.presign(&service, &self.method, expires_in).await,
                Err(error) => Err(error),
            };
            url.map_err(|error| error.during(operation))
        })
    }

    fn with_content_type(self, content_type: &'static str) -> Self {
        self.with(|parts| {
            parts.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        if let Ok(parts) = &mut self.parts {
            change(parts);
        }
        self
    }

    /// Keeps the first error.
    fn attempt(mut self, change: impl FnOnce(&mut Parts) -> Result<(), Error>) -> Self {
        if let Ok(parts) = &mut self.parts
            && let Err(error) = change(parts)
        {
            self.parts = Err(error);
        }
        self
    }

    fn prepare(self) -> Result<Prepared, Error> {
        let service = self.service;
        let operation = format!("{} {}", service.service, self.method);
        let request = self.parts.and_then(|parts| parts.into_request(&service, self.method, &operation));
        let (request, options) = request.map_err(|error| error.during(operation))?;
        let client = &service.client;
        let scheme = match options.authorization {
            Authorization::Iam => Scheme::Signature,
            Authorization::IdToken => Scheme::Token(SessionToken::new(client, TokenUse::Id, options.bearer)?),
            Authorization::AccessToken => {
                Scheme::Token(SessionToken::new(client, TokenUse::Access, options.bearer)?)
            }
            Authorization::LoadBalancerSession => Scheme::LoadBalancerSession,
        };
        Ok(Prepared { service, request, scheme })
    }
}

impl IntoFuture for ApiRequest {
    type Output = Result<ApiResponse, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let prepared = self.prepare()?;
            let pipeline = prepared.service.client.pipeline();
            pipeline.whole(&prepared.request, &prepared.auth_scheme()?).await.map(ApiResponse::new)
        })
    }
}

impl Parts {
    fn into_request(
        self,
        service: &ApiClient,
        method: Method,
        operation: &str,
    ) -> Result<(AwsRequest, ApiOptions), Error> {
        sigv4::check_service(&service.service)?;
        let uri = self.target.into_uri(|| service.base())?;
        let mut request = AwsRequest::new(operation.to_owned(), method, uri);
        request.protocol = protocol(&service.service);
        request.headers = self.headers;
        request.body = self.body;
        request.any_status = self.options.any_status;
        request.timeout = self.options.timeout;
        if self.options.safe_to_repeat {
            request.repeat = Repeat::Safe;
        }
        Ok((request, self.options))
    }

    async fn presign(
        self,
        service: &ApiClient,
        method: &Method,
        expires_in: Duration,
    ) -> Result<PresignedUrl, Error> {
        sigv4::check_service(&service.service)?;
        let uri = self.target.into_presignable_uri(|| service.base())?;
        let credentials = service.client.identity_pool()?.credentials_for(expires_in).await?;
        let request = Presignable {
            method,
            uri: &uri,
            headers: &self.headers,
            body: &self.body,
            expires_in,
            appends_session_token: self.options.session_token_after_signing,
        };
        let scope = sigv4::Scope { service: &service.service, region: &service.region };
        PresignedUrl::sign(&request, &scope, &credentials, service.client.pipeline().now())
    }
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRequest")
            .field("service", &self.service.service)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// Reads the answers of services that have a protocol of their own, for requests that the app writes itself.
fn protocol(service: &str) -> &'static Protocol {
    match service {
        #[cfg(feature = "s3")]
        "s3" => &s3::protocol::OF_THE_APP,
        #[cfg(feature = "dynamodb")]
        "dynamodb" => &dynamodb::protocol::OF_THE_APP,
        _ => &Protocol::API,
    }
}

/// A request together with what proves who sends it.
struct Prepared {
    service: ApiClient,
    request: AwsRequest,
    scheme: Scheme,
}

enum Scheme {
    Signature,
    Token(SessionToken),
    LoadBalancerSession,
}

impl Prepared {
    fn auth_scheme(&self) -> Result<AuthScheme<'_>, Error> {
        Ok(match &self.scheme {
            Scheme::Token(token) => AuthScheme::Token(token),
            Scheme::LoadBalancerSession => AuthScheme::LoadBalancerSession,
            Scheme::Signature => AuthScheme::SigV4 {
                service: &self.service.service,
                region: &self.service.region,
                source: self.service.client.identity_pool()?,
            },
        })
    }
}

//! Any other request: to the app's API behind API Gateway, or to an AWS service that Poolpass has no operations for.
//!
//! ```no_run
//! # async fn example(client: poolpass::Client, note: serde_json::Value) -> Result<(), poolpass::Error> {
//! let api = client.signed("execute-api"); // below the configuration's api.url
//! let notes: Vec<serde_json::Value> = api.get("/notes").query("tag", "a & b").send().await?.json()?;
//!
//! let answer = api.post("/notes").json(&note).any_status().send().await?;
//! if answer.status() == 422 {
//!     println!("not accepted: {}", answer.text()?);
//! }
//!
//! let mine = api.get("/me").with_id_token().send().await?; // an API with a user pool authorizer
//!
//! // Another service, whose protocol the app speaks itself.
//! let things = client.signed("iotdata").get("https://example-ats.iot.eu-west-1.amazonaws.com/things").send().await?;
//! # Ok(())
//! # }
//! ```

mod response;
#[cfg(test)]
mod tests;
mod url;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use zeroize::Zeroizing;

pub use response::SignedResponse;

use crate::aws_request::{AuthScheme, AwsRequest, Repeat};
use crate::client::Client;
use crate::config::{Endpoint, Region, Service};
use crate::error::Error;
use crate::platform::{BoxFuture, Response};
use crate::s3::PresignedUrl;
use crate::sigv4::{self, Presignable};
use url::Target;

/// The service name of APIs behind API Gateway.
const EXECUTE_API: &str = "execute-api";

impl Client {
    /// Requests to `service`, its name in signatures: `execute-api` for API Gateway, `lambda`, `iotdata` and so on.
    pub fn signed(&self, service: impl Into<String>) -> Signed {
        Signed {
            client: self.clone(),
            service: service.into().into(),
            region: self.config().region().clone(),
        }
    }
}

/// Makes requests to one service; made by [`Client::signed`]. Clones are cheap.
///
/// The URL of a request is absolute, or a path below the service's base URL: for `execute-api` the configuration's `api.url`, for every
/// other service its configured endpoint or else AWS's own, `https://SERVICE.REGION.amazonaws.com`. It may be written as in a
/// browser's address bar: what a URL cannot hold is percent-encoded, `%XX` stays what it is, and a `+` in the query is a space.
#[derive(Clone, Debug)]
pub struct Signed {
    client: Client,
    service: Arc<str>,
    region: Region,
}

impl Signed {
    /// The same service in `region`. Default: the configuration's.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { region, ..self }
    }

    /// A request with any method but CONNECT and TRACE.
    pub fn request(&self, method: Method, url: &str) -> SignedRequest {
        SignedRequest::new(self, method, url)
    }

    /// A GET request.
    pub fn get(&self, url: &str) -> SignedRequest {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> SignedRequest {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> SignedRequest {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: &str) -> SignedRequest {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> SignedRequest {
        self.request(Method::DELETE, url)
    }

    fn base(&self) -> Result<Endpoint, Error> {
        let config = self.client.config();
        if &*self.service == EXECUTE_API {
            return config.api_url().cloned().ok_or_else(|| {
                Error::invalid_config(
                    "a path needs the base URL of the API (api.url), which is not configured",
                )
            });
        }
        if self.service.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            return Err(Error::invalid_input(format!(
                "\"{}\" has no address: give the whole URL",
                self.service
            )));
        }
        let typed =
            [Service::CognitoIdp, Service::CognitoIdentity, Service::Sts, Service::S3, Service::DynamoDb]
                .into_iter()
                .find(|typed| typed.signing_name() == &*self.service);
        Ok(match typed {
            Some(typed) => config.endpoint(typed, &self.region),
            None => Endpoint::of_aws(&self.service, &self.region),
        })
    }
}

/// A request that is signed when it is sent; made by [`Signed`].
///
/// # Errors
///
/// Sending fails with kind `InvalidInput` when the URL, a header or the body cannot be (nothing was sent), also for paths with a
/// segment `.` or `..`, which HTTP clients would resolve after the signature is made. `InvalidConfig` without an identity pool, or for a
/// path to `execute-api` without `api.url`. As [`Client::credentials`] or [`Client::id_token`] where there are none. Any status
/// but 2xx is an error with the kind that AWS's code or the status stands for, unless [`any_status`](Self::any_status) asks for it.
/// `Network` and `Timeout` when no answer came.
///
/// # What is sent again
///
/// Every request that was refused for the load (429, or a throttling code in the header `x-amzn-errortype`), for the clock or for
/// expired credentials, or that was never sent. After a lost answer or a status 5xx, behind which the API may have done its work, only
/// GET, HEAD, OPTIONS, PUT and DELETE, and what [`safe_to_repeat`](Self::safe_to_repeat) says is the same when done twice.
///
/// `Debug` shows the service and the method only: URL, headers and body may hold secrets.
#[must_use = "nothing is sent until send or stream is called"]
pub struct SignedRequest {
    service: Signed,
    method: Method,
    /// What cannot be sent is told when it is to be sent.
    parts: Result<Parts, Error>,
}

/// What has been said about a request.
struct Parts {
    target: Target,
    headers: HeaderMap,
    body: Bytes,
    proof: Proof,
    bearer: bool,
    safe_to_repeat: bool,
    any_status: bool,
    timeout: Duration,
    session_token_after_signing: bool,
}

/// How a request proves who sends it.
#[derive(Clone, Copy, Debug)]
enum Proof {
    Signature,
    IdToken,
    AccessToken,
}

impl SignedRequest {
    fn new(service: &Signed, method: Method, url: &str) -> Self {
        let method = in_capitals(method);
        let parts = check_method(&method).and_then(|()| Target::parse(url)).map(|target| Parts {
            target,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            proof: Proof::Signature,
            bearer: false,
            safe_to_repeat: false,
            any_status: false,
            timeout: AwsRequest::DEFAULT_TIMEOUT,
            session_token_after_signing: false,
        });
        Self { service: service.clone(), method, parts }
    }

    /// Adds a segment to the path, whatever it holds: `get("/notes").segment("a/b")` asks for `/notes/a%2Fb`.
    pub fn segment(self, segment: &str) -> Self {
        self.with(|parts| parts.target.add_segment(segment))
    }

    /// Adds a parameter to the query.
    pub fn query(self, name: &str, value: &str) -> Self {
        self.with(|parts| parts.target.add_parameter(name, value))
    }

    /// Adds a header. `authorization`, `host`, `content-length`, `x-amz-date`, `x-amz-security-token`, and whatever is about the
    /// connection (`connection`, `te`, `expect` and their like) are not the app's to set.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.attempt(|parts| {
            let (name, value) = checked_header(name, value)?;
            let appended = parts.headers.try_append(name, value);
            appended.map(drop).map_err(|_| Error::invalid_input("the request has too many headers"))
        })
    }

    /// The body as it is, without a content type.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.with(|parts| parts.body = body.into())
    }

    /// Text as the body, with content type `text/plain; charset=utf-8` unless a header names another one.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with_content_type("text/plain; charset=utf-8").body(text.into())
    }

    /// JSON as the body, with content type `application/json` unless a header names another one.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.with_content_type("application/json").attempt(|parts| {
            let body = serde_json::to_vec(value).map_err(|error| {
                Error::invalid_input(format!("the body cannot be written as JSON: {error}"))
            })?;
            parts.body = body.into();
            Ok(())
        })
    }

    /// Sends the ID token in place of a signature, as API Gateway's user pool and JWT authorizers and AppSync take it.
    pub fn with_id_token(self) -> Self {
        self.with(|parts| parts.proof = Proof::IdToken)
    }

    /// Sends the access token in place of a signature, for authorizers that check scopes.
    pub fn with_access_token(self) -> Self {
        self.with(|parts| parts.proof = Proof::AccessToken)
    }

    /// Writes `Bearer ` before the token. API Gateway takes it with and without, AppSync only without, most other servers only with.
    pub fn bearer(self) -> Self {
        self.with(|parts| parts.bearer = true)
    }

    /// Says that doing this twice is as good as doing it once, so that it is sent again also when its answer was lost.
    pub fn safe_to_repeat(self) -> Self {
        self.with(|parts| parts.safe_to_repeat = true)
    }

    /// Takes an answer with any status for what it is: an API's own 404 or 422 has a body that the app wants to read.
    ///
    /// What helps is still tried before: the clock, the credentials, and 5xx once more where that is safe.
    pub fn any_status(self) -> Self {
        self.with(|parts| parts.any_status = true)
    }

    /// How long to wait for the answer each time it is sent: for all of it with [`send`](Self::send), for its head with
    /// [`stream`](Self::stream). A body that is longer than the time allows may go on while 8 KiB of it arrive a second. Default: 30
    /// seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|parts| parts.timeout = timeout)
    }

    /// Sends it and reads the whole answer, up to 32 MiB.
    ///
    /// Waits at most 112 seconds, or three times [`timeout`](Self::timeout) and 22 seconds more, and for the credentials or the
    /// token.
    ///
    /// # Errors
    ///
    /// As said at [`SignedRequest`].
    pub async fn send(self) -> Result<SignedResponse, Error> {
        let prepared = self.prepare().await?;
        let pipeline = prepared.service.client.pipeline();
        pipeline.whole(&prepared.request, &prepared.authorization()?).await.map(SignedResponse::new)
    }

    /// Sends it and hands out the answer's body as it arrives. An answer that breaks off is an error in the body's stream.
    ///
    /// Waits for the head of the answer as [`send`](Self::send) does; reading the body fails when no byte of it comes for 30
    /// seconds.
    ///
    /// # Errors
    ///
    /// As said at [`SignedRequest`].
    pub async fn stream(self) -> Result<Response, Error> {
        let prepared = self.prepare().await?;
        let pipeline = prepared.service.client.pipeline();
        pipeline.send(&prepared.request, &prepared.authorization()?).await
    }

    /// Makes a URL with the signature in it, with which whoever holds it can make this one request until `expires_in` has
    /// passed, at most seven days, or until the credentials expire, which live for about an hour.
    ///
    /// This is how browsers connect to a WebSocket (`wss://`) of AWS IoT (service `iotdevicegateway`) or of API Gateway, which
    /// take no headers. The [`headers`](PresignedUrl::headers) of the result, those of this request, have to be sent along. The
    /// body is part of the signature, except for S3. Nothing is sent.
    ///
    /// Waits at most two minutes, for credentials: nothing else is sent.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` for less than a second or more than seven days, for a request with a token in place of a
    /// signature, and as said at [`SignedRequest`].
    pub async fn presign(self, expires_in: Duration) -> Result<PresignedUrl, Error> {
        self.presigned(expires_in).await
    }

    /// Makes [`presign`](Self::presign) append the session token after signing, in place of signing it. AWS IoT wants it so, where
    /// this is the default (`iotdevicegateway`).
    pub fn session_token_after_signing(self) -> Self {
        self.with(|parts| parts.session_token_after_signing = true)
    }

    fn presigned(self, expires_in: Duration) -> BoxFuture<'static, Result<PresignedUrl, Error>> {
        Box::pin(async move {
            let service = self.service;
            let operation = format!("presign {} {}", service.service, self.method);
            let parts = self.parts.and_then(|parts| match parts.proof {
                Proof::Signature => Ok(parts),
                Proof::IdToken | Proof::AccessToken => Err(Error::invalid_input(
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

    /// The first error is the one to tell.
    fn attempt(mut self, change: impl FnOnce(&mut Parts) -> Result<(), Error>) -> Self {
        if let Ok(parts) = &mut self.parts
            && let Err(error) = change(parts)
        {
            self.parts = Err(error);
        }
        self
    }

    fn prepare(self) -> BoxFuture<'static, Result<Prepared, Error>> {
        Box::pin(async move {
            let service = self.service;
            let operation = format!("{} {}", service.service, self.method);
            let request = self.parts.and_then(|parts| parts.into_request(&service, self.method, &operation));
            let (request, proof, bearer) = request.map_err(|error| error.during(operation))?;
            let token = match proof {
                Proof::Signature => None,
                Proof::IdToken => Some(written(service.client.id_token().await?.jwt(), bearer)),
                Proof::AccessToken => Some(written(service.client.access_token().await?.jwt(), bearer)),
            };
            Ok(Prepared { service, request, token })
        })
    }
}

impl Parts {
    fn into_request(
        self,
        service: &Signed,
        method: Method,
        operation: &str,
    ) -> Result<(AwsRequest, Proof, bool), Error> {
        sigv4::check_service(&service.service)?;
        let uri = self.target.into_uri(|| service.base())?;
        let mut request = AwsRequest::new(operation.to_owned(), method, uri);
        request.headers = self.headers;
        request.body = self.body;
        request.any_status = self.any_status;
        request.timeout = self.timeout;
        if self.safe_to_repeat {
            request.repeat = Repeat::Safe;
        }
        Ok((request, self.proof, self.bearer))
    }

    async fn presign(
        self,
        service: &Signed,
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
            life: expires_in,
            appends_session_token: self.session_token_after_signing,
        };
        let scope = sigv4::Scope { service: &service.service, region: &service.region };
        PresignedUrl::sign(&request, &scope, &credentials, service.client.pipeline().now())
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("service", &self.service.service)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// A request and who sends it.
struct Prepared {
    service: Signed,
    request: AwsRequest,
    token: Option<Zeroizing<String>>,
}

impl Prepared {
    fn authorization(&self) -> Result<AuthScheme<'_>, Error> {
        Ok(match &self.token {
            Some(token) => AuthScheme::Token(token),
            None => AuthScheme::SigV4 {
                service: &self.service.service,
                region: &self.service.region,
                source: self.service.client.identity_pool()?,
            },
        })
    }
}

fn written(token: &str, bearer: bool) -> Zeroizing<String> {
    Zeroizing::new(if bearer { format!("Bearer {token}") } else { token.to_owned() })
}

/// The usual methods as browsers write them, whatever the app writes.
fn in_capitals(method: Method) -> Method {
    let capitals = method.as_str().to_ascii_uppercase();
    match capitals.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" => {
            capitals.parse().unwrap_or(method)
        }
        _ => method,
    }
}

/// HTTP clients keep some methods for themselves.
fn check_method(method: &Method) -> Result<(), Error> {
    if ["CONNECT", "TRACE", "TRACK"].iter().any(|kept| method.as_str().eq_ignore_ascii_case(kept)) {
        return Err(Error::invalid_input("a request with the method CONNECT or TRACE cannot be sent"));
    }
    Ok(())
}

fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let name = HeaderName::try_from(name)
        .map_err(|_| Error::invalid_input(format!("\"{name}\" cannot be the name of a header")))?;
    /// Of Poolpass, or of the HTTP client: a proxy drops what is about the connection, and a signature over it fails.
    const NOT_OF_THE_APP: [&str; 17] = [
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "x-amz-date",
        "x-amz-security-token",
    ];

    if NOT_OF_THE_APP.contains(&name.as_str()) {
        return Err(Error::invalid_input(format!(
            "the header {} is set by Poolpass or the HTTP client",
            name.as_str()
        )));
    }
    match HeaderValue::try_from(value) {
        // What is not ASCII cannot be signed, and each HTTP client sends it its own way.
        Ok(value) if value.to_str().is_ok() => Ok((name, value)),
        _ => Err(Error::invalid_input(format!("the value of the header {} cannot be sent", name.as_str()))),
    }
}

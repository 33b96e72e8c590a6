//! Requests to any AWS service or API, signed or with a token.

use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::aws_request::{Authorization, AwsRequest, Repeat, Road};
use crate::client::Client;
use crate::config::{Endpoint, Region};
use crate::error::{Error, ErrorKind};
use crate::platform::{Body, Response, TransportError};

/// What URLs may not show as it is. HTTP clients encode it on the way, after the signature was made.
const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// One AWS service, to be asked anything: signed with the person's credentials (Signature Version 4), or with one of the
/// person's tokens.
///
/// For the app's own API behind API Gateway the service is `execute-api`, and paths are relative to the configuration's
/// `api.url`:
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
/// #[derive(serde::Deserialize)]
/// struct Note {
///     text: String,
/// }
///
/// let api = client.signed("execute-api");
/// let notes: Vec<Note> = api.get("/notes?limit=10").send().await?.json().await?;
/// api.post("/notes").json(&serde_json::json!({ "text": "Hello!" }))?.send().await?;
///
/// // An API whose authorizer takes the id token of the user pool:
/// let status = api.with_id_token().get("/me").send().await?.status();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SignedService {
    client: Client,
    service: String,
    region: Region,
    proof: Proof,
}

/// How a request proves who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Signature,
    IdToken,
    AccessToken,
}

/// A request that is about to be sent.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `send`"]
pub struct SignedRequest {
    service: SignedService,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
    repeatable: bool,
    any_status: bool,
    timeout: Duration,
}

/// An answer, whose body arrives while it is read.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

impl SignedService {
    pub(crate) fn new(client: Client, service: String) -> Self {
        let region = client.config().region().clone();
        Self { client, service, region, proof: Proof::Signature }
    }

    /// The region that the signature is for. Default: the configuration's.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { region, ..self }
    }

    /// The id token goes along (`Authorization: Bearer …`) in place of a signature.
    ///
    /// A token lets whoever gets it act as the person: send it to your own API only.
    #[must_use]
    pub fn with_id_token(&self) -> Self {
        Self { proof: Proof::IdToken, ..self.clone() }
    }

    /// The access token goes along (`Authorization: Bearer …`) in place of a signature.
    ///
    /// A token lets whoever gets it act as the person: send it to your own API only.
    #[must_use]
    pub fn with_access_token(&self) -> Self {
        Self { proof: Proof::AccessToken, ..self.clone() }
    }

    /// A GET request. See [`request`](Self::request) for the URL.
    pub fn get(&self, url: impl Into<String>) -> SignedRequest {
        self.request(Method::GET, url)
    }

    /// A POST request. See [`request`](Self::request) for the URL.
    pub fn post(&self, url: impl Into<String>) -> SignedRequest {
        self.request(Method::POST, url)
    }

    /// A PUT request. See [`request`](Self::request) for the URL.
    pub fn put(&self, url: impl Into<String>) -> SignedRequest {
        self.request(Method::PUT, url)
    }

    /// A PATCH request. See [`request`](Self::request) for the URL.
    pub fn patch(&self, url: impl Into<String>) -> SignedRequest {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request. See [`request`](Self::request) for the URL.
    pub fn delete(&self, url: impl Into<String>) -> SignedRequest {
        self.request(Method::DELETE, url)
    }

    /// A request of any method.
    ///
    /// `url` is absolute, or begins with a slash and is relative to the configuration's `api.url`. Characters that URLs
    /// cannot have are percent-encoded; percent signs are left alone. A plus in the query means a space.
    pub fn request(&self, method: Method, url: impl Into<String>) -> SignedRequest {
        let repeatable = method.is_idempotent();
        SignedRequest {
            service: self.clone(),
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            repeatable,
            any_status: false,
            timeout: AwsRequest::DEFAULT_TIMEOUT,
        }
    }
}

impl SignedRequest {
    /// Sets a header, which is signed too.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when the name is not one or the value is not one line of plain ASCII.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let refused = || Error::invalid_input(format!("the header {name} is not one line of plain ASCII"));
        let name_of_header = HeaderName::try_from(name).map_err(|_| refused())?;
        let value = HeaderValue::try_from(value).map_err(|_| refused())?;
        value.to_str().map_err(|_| refused())?;
        self.headers.insert(name_of_header, value);
        Ok(self)
    }

    /// The body as it is.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// `body` as JSON, with its content type unless another one was set.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when `body` does not make JSON.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        self.body = serde_json::to_vec(body)
            .map_err(|error| Error::invalid_input("the body does not make JSON").with_source(error))?
            .into();
        self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        Ok(self)
    }

    /// Doing it twice is as good as doing it once, so it may be repeated when its answer is lost. Default: by the method;
    /// GET, HEAD, PUT, DELETE, OPTIONS are, POST and PATCH are not.
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// Answers of any status are answers. Default: only 2xx is, and everything else an error without the body.
    pub fn any_status(mut self) -> Self {
        self.any_status = true;
        self
    }

    /// How long to wait for the head of the answer, each time it is sent. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends it. What fails in passing is repeated where that is safe; a wrong device clock is corrected.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` for a malformed URL and `InvalidConfig` for a relative one without `api.url`: nothing was sent.
    /// What [`Client::credentials`] or [`Client::id_token`] fails with. For an answer that is not 2xx, the kind follows from
    /// AWS's code or else from the status: `AccessDenied`, `NotAuthorized`, `NotFound`, `Conflict`, `Throttled`,
    /// `Unavailable` or `Aws`.
    pub async fn send(self) -> Result<Answer, Error> {
        let SignedService { client, service, region, proof } = &self.service;
        let uri = absolute(&self.url, client.config().api_url())?;
        let operation = format!("{} {}", self.method, uri.path());
        let mut request = AwsRequest::new(operation, self.method.clone(), uri);
        request.headers = self.headers;
        request.body = self.body;
        request.repeat = if self.repeatable { Repeat::Safe } else { Repeat::IfNotDone };
        request.any_status = self.any_status;
        request.timeout = self.timeout;
        let answer = match proof {
            Proof::Signature => {
                let source = client.identity_pool()?;
                client.road().send(&request, &Authorization::SigV4 { service, region, source }).await?
            }
            Proof::IdToken => {
                let token = client.id_token().await?;
                client.road().send(&request, &Authorization::Token(&bearer(token.expose()))).await?
            }
            Proof::AccessToken => {
                let token = client.access_token().await?;
                client.road().send(&request, &Authorization::Token(&bearer(token.expose()))).await?
            }
        };
        Ok(Answer::from(answer))
    }
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The header called `name`, if it is there and is text. In a browser only where CORS exposes it.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The whole body, at most 32 MB; for more there is [`into_stream`](Self::into_stream).
    ///
    /// # Errors
    ///
    /// Kind `Network` or `Timeout` when the body breaks off or is too long.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        Ok(self.body.bytes(Road::ANSWER_LIMIT).await?)
    }

    /// The whole body, read as JSON.
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes), and `InvalidResponse` when it is not the JSON that `T` expects.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|error| {
            // The cause may quote the answer.
            let message = "the answer is not the JSON that was expected";
            Error::new(ErrorKind::InvalidResponse, message).with_source(error)
        })
    }

    /// The body, piece by piece as it arrives.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, TransportError>> {
        self.body
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status, headers: head.headers, body }
    }
}

/// Where the request goes, spelled such that no HTTP client changes it after it was signed.
fn absolute(url: &str, base: Option<&Endpoint>) -> Result<Uri, Error> {
    let malformed = || Error::invalid_input("the URL is malformed: expected https://host/path or /path");
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    if url.contains('#') {
        return Err(Error::invalid_input("the URL has a fragment, which is not sent to servers"));
    }
    let mut encoded = utf8_percent_encode(path, NOT_IN_URLS).to_string();
    if let Some(query) = query {
        encoded.push('?');
        encoded.push_str(&utf8_percent_encode(query, NOT_IN_URLS).to_string().replace('+', "%20"));
    }
    let uri = if encoded.starts_with('/') {
        let base = base.ok_or_else(|| {
            Error::invalid_config("a relative URL needs the API's base URL in the configuration (api.url)")
        })?;
        base.join(&encoded)?
    } else {
        encoded.parse::<Uri>().map_err(|_| malformed())?
    };
    if !matches!(uri.scheme_str(), Some("https" | "http")) || uri.host().is_none_or(str::is_empty) {
        return Err(malformed());
    }
    if uri.path().split('/').any(is_dot_segment) {
        return Err(Error::invalid_input(
            "HTTP clients resolve path segments \".\" and \"..\": spell the path out",
        ));
    }
    Ok(uri)
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

fn bearer(token: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("Bearer {token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(url: &str) -> Result<String, ErrorKind> {
        let base: Endpoint = "https://abc.execute-api.eu-west-1.amazonaws.com/prod".parse().unwrap();
        absolute(url, Some(&base)).map(|uri| uri.to_string()).map_err(|error| error.kind())
    }

    #[test]
    fn relative_urls_are_joined_to_the_api() {
        let base = "https://abc.execute-api.eu-west-1.amazonaws.com/prod";
        assert_eq!(spelled("/notes?limit=1"), Ok(format!("{base}/notes?limit=1")));
        assert_eq!(spelled("/zoë/a b%2Fc"), Ok(format!("{base}/zo%C3%AB/a%20b%2Fc")));
        assert_eq!(spelled("/x?q=a+b&r={1|2}"), Ok(format!("{base}/x?q=a%20b&r=%7B1%7C2%7D")));
        assert_eq!(absolute("/notes", None).unwrap_err().kind(), ErrorKind::InvalidConfig);
    }

    #[test]
    fn absolute_urls_stay_as_they_are() {
        assert_eq!(spelled("https://sts.amazonaws.com"), Ok("https://sts.amazonaws.com/".to_owned()));
        assert_eq!(spelled("http://127.0.0.1:1/a?b=c%20d"), Ok("http://127.0.0.1:1/a?b=c%20d".to_owned()));
    }

    #[test]
    fn what_cannot_be_sent_as_it_was_signed_is_refused() {
        for url in ["", "notes", "ftp://host/x", "https://", "//host/../x", "/a/%2E%2e/b", "/./", "/a#b"] {
            assert!(matches!(spelled(url), Err(ErrorKind::InvalidInput)), "{url}");
        }
    }
}

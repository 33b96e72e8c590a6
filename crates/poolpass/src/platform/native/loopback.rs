//! A user agent for programs of desktops and terminals: the system's browser, and a listener on the loopback interface (RFC 8252).

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use http::{HeaderValue, Method, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use reqwest::Url;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::blocking;
use crate::platform::{BoxFuture, RedirectUserAgent, UserAgentError, UserAgentErrorKind, timeout};

/// Opens a URL in the system's browser.
type OpenUrl = dyn Fn(&str) -> io::Result<()> + Send + Sync;

/// The system's browser, which redirects to a listener of this program on the loopback interface.
///
/// The redirect URI is one of the app client's callback URLs with `http`, `localhost`, `127.0.0.1` or `[::1]`, and a port, such as
/// `http://localhost:8400/signed-in`. Cognito compares the port too, so it is registered there and has to be free. Only this machine
/// reaches the listener, and only the answer to this sign-in is taken: whatever else is asked for is not found.
///
/// ```no_run
/// use poolpass::platform::LoopbackUserAgent;
/// use poolpass::{Client, Error, IdentityProvider};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let user = client
///     .sign_in_with_user_agent(LoopbackUserAgent::new(), "http://localhost:8400/signed-in")
///     .provider(IdentityProvider::Google)
///     .await?;
/// println!("hello {}", user.username());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LoopbackUserAgent {
    open: Arc<OpenUrl>,
    limit: Duration,
    page: Bytes,
}

impl LoopbackUserAgent {
    const LIMIT: Duration = Duration::from_secs(5 * 60);
    /// A browser opens a few at the same time.
    const MOST_CONNECTIONS: usize = 32;
    const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Back to the app</title>\
                        <p>You can close this window and go back to the app.</p></html>";

    /// A user agent that waits five minutes for the person.
    pub fn new() -> Self {
        Self {
            open: Arc::new(webbrowser::open),
            limit: Self::LIMIT,
            page: Bytes::from_static(Self::PAGE.as_bytes()),
        }
    }

    /// Sets how the URL is opened, such as by printing it where there is no screen. The URL is good for one sign-in: keep it out of logs.
    /// Default: the system's browser.
    pub fn opener(mut self, open: impl Fn(&str) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.open = Arc::new(open);
        self
    }

    /// Sets how long it waits for the person. Default: five minutes.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the page, in HTML without scripts, that the browser shows at the end. Default: a line that says so.
    pub fn page(mut self, html: impl Into<String>) -> Self {
        self.page = html.into().into();
        self
    }

    /// Listens before the browser is opened, so that no answer is missed.
    async fn wait(&self, url: &str, redirect_uri: &str) -> Result<String, UserAgentError> {
        let expected = Arc::new(Expected::new(url, redirect_uri, self.page.clone())?);
        let (v4, v6) = expected.listen().await?;
        let (open, url) = (Arc::clone(&self.open), url.to_owned());
        blocking(move || open(&url)).await.map_err(|error| {
            let detail = format!("no browser could be opened: {error}");
            UserAgentError::new(UserAgentErrorKind::Unsupported, detail)
        })?;
        // Dropping it closes every connection.
        let mut connections = JoinSet::new();
        loop {
            let stream = tokio::select! {
                accepted = accept(v4.as_ref()) => accepted,
                accepted = accept(v6.as_ref()) => accepted,
                Some(_) = connections.join_next() => {
                    // The page was sent.
                    if let Some(redirected) = expected.take() {
                        return Ok(redirected);
                    }
                    continue;
                }
            };
            if connections.len() < Self::MOST_CONNECTIONS {
                connections.spawn(Arc::clone(&expected).serve(stream));
            }
        }
    }
}

impl RedirectUserAgent for LoopbackUserAgent {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>> {
        Box::pin(async move {
            timeout(self.limit, self.wait(url, redirect_uri)).await.unwrap_or_else(|| {
                let detail = format!("nobody signed in within {} s", self.limit.as_secs());
                Err(UserAgentError::new(UserAgentErrorKind::TimedOut, detail))
            })
        })
    }
}

/// The next connection; never where there is no listener.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else { return std::future::pending().await };
    loop {
        // A connection that was reset meanwhile is no loss.
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// The answer that is waited for.
struct Expected {
    redirect_uri: Url,
    port: u16,
    /// Host and port, as a browser names them in its requests.
    authority: String,
    state: String,
    page: Bytes,
    redirected: Mutex<Option<String>>,
}

impl Expected {
    fn new(url: &str, redirect_uri: &str, page: Bytes) -> Result<Self, UserAgentError> {
        let unsupported = || {
            let detail = "a loopback redirect needs a redirect URI such as http://localhost:8400/signed-in, with a port";
            UserAgentError::new(UserAgentErrorKind::Unsupported, detail)
        };
        let redirect_uri = Url::parse(redirect_uri).map_err(|_| unsupported())?;
        let (Some(host), Some(port)) = (redirect_uri.host_str(), redirect_uri.port()) else {
            return Err(unsupported());
        };
        if redirect_uri.scheme() != "http" || !["localhost", "127.0.0.1", "[::1]"].contains(&host) {
            return Err(unsupported());
        }
        let authority = format!("{host}:{port}");
        let state = Url::parse(url).ok().and_then(|url| state(&url)).ok_or_else(|| {
            UserAgentError::new(UserAgentErrorKind::Failed, "the URL of managed login has no state")
        })?;
        Ok(Self { redirect_uri, port, authority, state, page, redirected: Mutex::default() })
    }

    /// Browsers look for `localhost` at both addresses.
    async fn listen(&self) -> Result<(Option<TcpListener>, Option<TcpListener>), UserAgentError> {
        let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, self.port));
        let bound = match self.redirect_uri.host_str() {
            Some("[::1]") => TcpListener::bind(v6).await.map(|v6| (None, Some(v6))),
            Some("localhost") => match TcpListener::bind(v4).await {
                Ok(v4) => match TcpListener::bind(v6).await {
                    // Another program would get the code.
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
                    v6 => Ok((Some(v4), v6.ok())),
                },
                Err(error) => Err(error),
            },
            _ => TcpListener::bind(v4).await.map(|v4| (Some(v4), None)),
        };
        bound.map_err(|error| {
            let detail = format!("port {} cannot be had for the redirect: {error}", self.port);
            UserAgentError::new(UserAgentErrorKind::Failed, detail)
        })
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(|request| {
            let answer = self.answer(&request);
            async { Ok::<_, Infallible>(answer) }
        });
        // A browser that goes away before the page is there has been redirected all the same.
        let _ = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service).await;
    }

    fn answer(&self, request: &http::Request<Incoming>) -> http::Response<Full<Bytes>> {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let redirected = self.redirect_uri.join(target).ok().filter(|redirected| {
            request.method() == Method::GET
                && host == Some(&self.authority)
                && redirected.origin() == self.redirect_uri.origin()
                && redirected.path() == self.redirect_uri.path()
                && state(redirected).as_ref() == Some(&self.state)
        });
        let (status, body) = match redirected {
            Some(redirected) => {
                *self.lock() = Some(redirected.into());
                (StatusCode::OK, self.page.clone())
            }
            None => (StatusCode::NOT_FOUND, Bytes::new()),
        };
        let mut response = http::Response::new(Full::new(body));
        *response.status_mut() = status;
        for (name, value) in [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ),
            (REFERRER_POLICY, "no-referrer"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    fn take(&self) -> Option<String> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.redirected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn state(url: &Url) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned())
}

impl Default for LoopbackUserAgent {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LoopbackUserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopbackUserAgent").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

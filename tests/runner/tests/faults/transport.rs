//! The transport of a cell: the SDK's own HTTP transport, with headers that tell the proxy the fault.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::{StreamExt, stream};
use http::{HeaderValue, Method, Uri};
use poolpass::platform::{Body, BoxFuture, HttpTransport, Request, Response, Transport, TransportError};
use tokio::net::{TcpListener, TcpSocket};

use crate::time::{CellClock, CellTime, ExchangeGuard};

/// The header that tells the proxy which exchange a request belongs to. The proxy removes it.
pub const EXCHANGE: &str = "x-matrix-exchange";
/// See [`EXCHANGE`].
pub const FAULT: &str = "x-matrix-fault";
/// See [`EXCHANGE`].
pub const AHEAD: &str = "x-matrix-ahead";

/// The planned fault of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// A row of `tests/faults.md`.
    pub fault: &'static str,
    /// The AWS operation that the fault affects; `*` is every operation.
    pub target: &'static str,
    /// Whether the fault affects only the first attempt.
    pub once: bool,
}

/// The current fault, and the number of requests meanwhile.
#[derive(Debug, Default)]
pub struct ActiveFault(Mutex<FaultState>);

#[derive(Debug, Default)]
struct FaultState {
    plan: Option<Plan>,
    sent: u32,
    handled: u32,
}

impl ActiveFault {
    /// Starts the fault.
    pub fn begin(&self, plan: Plan) {
        *self.state() = FaultState { plan: Some(plan), ..FaultState::default() };
    }

    /// Ends the fault. Returns how often the operation was sent, and how often AWS handled it.
    pub fn end(&self) -> (u32, u32) {
        let ended = std::mem::take(&mut *self.state());
        (ended.sent, ended.handled)
    }

    /// Records that AWS handled the operation.
    pub fn was_handled(&self) {
        self.state().handled += 1;
    }

    fn next(&self, operation: &str) -> Option<&'static str> {
        let mut state = self.state();
        let plan = state.plan.filter(|plan| plan.target == "*" || plan.target == operation)?;
        state.sent += 1;
        (!plan.once || state.sent == 1).then_some(plan.fault)
    }

    /// Whether the fault affects this operation.
    fn is_about(&self, operation: &str) -> bool {
        self.state().plan.is_some_and(|plan| plan.target == "*" || plan.target == operation)
    }

    fn state(&self) -> MutexGuard<'_, FaultState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two addresses without a server.
#[derive(Debug)]
pub struct UnansweredAddresses {
    refusing: (SocketAddr, TcpSocket),
    /// A listener with a full queue, so that the system accepts no further connection.
    silent: (SocketAddr, TcpListener, Vec<TcpStream>),
}

impl UnansweredAddresses {
    /// Binds two ports of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If the ports cannot be bound.
    pub fn new() -> Result<Self> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let refusing = TcpSocket::new_v4()?;
        refusing.bind(any)?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(any)?;
        let silent = socket.listen(1)?;
        let address = silent.local_addr()?;
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            waiting.push(stream);
            if waiting.len() > 100 {
                bail!("a queue that is never full");
            }
        }
        Ok(Self { refusing: (refusing.local_addr()?, refusing), silent: (address, silent, waiting) })
    }
}

/// The transport of one cell's client.
#[derive(Clone, Debug)]
pub struct ProxyTransport {
    http: HttpTransport,
    time: CellTime,
    clock: CellClock,
    active_fault: Arc<ActiveFault>,
    unanswered: Arc<UnansweredAddresses>,
}

impl ProxyTransport {
    /// Creates the transport of one cell.
    pub fn new(
        http: HttpTransport,
        time: CellTime,
        clock: CellClock,
        active_fault: Arc<ActiveFault>,
        unanswered: Arc<UnansweredAddresses>,
    ) -> Self {
        Self { http, time, clock, active_fault, unanswered }
    }
}

impl Transport for ProxyTransport {
    fn send(&self, mut request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let operation = operation_of(&request);
            let fault = self.active_fault.next(&operation);
            let exchange = self.time.begin();
            match fault {
                Some("connection refused") => {
                    *request.uri_mut() = at(request.uri(), self.unanswered.refusing.0);
                }
                Some("no connection") => {
                    *request.uri_mut() = at(request.uri(), self.unanswered.silent.0);
                    exchange.nothing_comes();
                }
                _ => {}
            }
            let headers = request.headers_mut();
            headers.insert(EXCHANGE, exchange.id.into());
            headers.insert(AHEAD, self.clock.ahead().as_secs().into());
            if self.active_fault.is_about(&operation) {
                headers.insert(FAULT, HeaderValue::from_static(fault.unwrap_or_default()));
            }
            let (head, body) = self.http.send(request).await?.into_parts();
            exchange.arrived(0);
            Ok(Response::from_parts(head, timed(body, exchange)))
        })
    }
}

/// The body, which stops the clock while it waits for a piece.
fn timed(body: Body, exchange: ExchangeGuard) -> Body {
    Body::from_stream(stream::unfold((body, exchange), |(mut body, exchange)| async move {
        exchange.wait_on();
        let piece = body.next().await?;
        exchange.arrived(piece.as_ref().map_or(0, |piece| piece.len()));
        Some((piece, (body, exchange)))
    }))
}

fn at(uri: &Uri, address: SocketAddr) -> Uri {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("http://{address}{path}").parse().unwrap_or_default()
}

/// Whether it is the body of a request to STS, the only one with a form that names its operation.
pub fn is_sts(body: &[u8]) -> bool {
    body.starts_with(b"Action=")
}

/// AWS's name of the operation, or the method for the app's own API.
pub fn operation_of(request: &Request) -> String {
    if let Some(target) = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()) {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let method = request.method();
    if request.uri().path().starts_with("/_api") {
        return method.to_string();
    }
    if request.uri().path().ends_with("/oauth2/token") {
        return "Token".to_owned();
    }
    if is_sts(request.body()) {
        return "AssumeRoleWithWebIdentity".to_owned();
    }
    let query = request.uri().query().unwrap_or_default();
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let name = match *method {
        Method::GET if has("uploadId") => "ListParts",
        Method::GET if has("list-type") => "ListObjectsV2",
        Method::GET => "GetObject",
        Method::HEAD => "HeadObject",
        // The first part has its own name, so that its attempts can be counted.
        Method::PUT if query.contains("partNumber=1&") || query.ends_with("partNumber=1") => "UploadPart",
        Method::PUT if has("partNumber") => "UploadPart of the rest",
        Method::PUT if request.headers().contains_key("x-amz-copy-source") => "CopyObject",
        Method::PUT => "PutObject",
        Method::DELETE if has("uploadId") => "AbortMultipartUpload",
        Method::DELETE => "DeleteObject",
        Method::POST if has("delete") => "DeleteObjects",
        Method::POST if has("uploads") => "CreateMultipartUpload",
        _ => "CompleteMultipartUpload",
    };
    name.to_owned()
}

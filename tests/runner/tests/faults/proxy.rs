//! A proxy in front of local-aws that handles each request as its headers say.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use poolpass_tests::{Demo, exchange};
use tokio::net::TcpListener;

use crate::misbehaviour::misbehave;
use crate::time::CellTime;
use crate::transport::{AHEAD, ActiveFault, EXCHANGE, FAULT};

/// The body of an answer, which may be cut off.
pub type Outgoing = UnsyncBoxBody<Bytes, Cut>;

/// The error that closes the connection.
#[derive(Debug, thiserror::Error)]
#[error("the proxy closes the connection")]
pub struct Cut;

/// The proxy of one worker.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    aws: SocketAddr,
    demo: Arc<Demo>,
    time: CellTime,
    active_fault: Mutex<Arc<ActiveFault>>,
}

/// A request at the proxy.
#[derive(Debug)]
pub struct Request {
    /// Everything except the body.
    pub head: Parts,
    /// The body.
    pub body: Bytes,
    /// The clock of the cell.
    pub time: CellTime,
    /// Counts the handled requests.
    pub active_fault: Arc<ActiveFault>,
    /// The id by which the clock knows the exchange.
    pub exchange: u64,
}

impl Proxy {
    /// Starts the proxy on the current runtime, which also ends it.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub async fn start(demo: Arc<Demo>, time: CellTime) -> Result<Arc<Self>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let proxy = Arc::new(Self {
            address: listener.local_addr()?,
            aws: (Ipv4Addr::LOCALHOST, demo.aws.port()).into(),
            demo,
            time,
            active_fault: Mutex::default(),
        });
        let serving = Arc::clone(&proxy);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let proxy = Arc::clone(&serving);
                let service = service_fn(move |request| Arc::clone(&proxy).answer(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(proxy)
    }

    /// The proxy's URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Applies `active_fault` to the requests from now on.
    pub fn serve(&self, active_fault: Arc<ActiveFault>) {
        *self.active_fault.lock().unwrap_or_else(PoisonError::into_inner) = active_fault;
    }

    /// Returns AWS's answer to the request.
    ///
    /// # Errors
    ///
    /// If AWS does not answer.
    pub async fn forward(&self, request: &Request) -> Result<http::Response<Bytes>> {
        let path = request.head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut forwarded = http::Request::new(request.body.clone());
        *forwarded.method_mut() = request.head.method.clone();
        *forwarded.uri_mut() = format!("http://{}{path}", self.aws).parse()?;
        *forwarded.headers_mut() = request.head.headers.clone();
        for name in [EXCHANGE, FAULT, AHEAD] {
            forwarded.headers_mut().remove(name);
        }
        forwarded.headers_mut().remove(CONTENT_LENGTH);
        let answer = exchange(forwarded).await?;
        if answer.status().is_success() && request.head.headers.contains_key(FAULT) {
            request.active_fault.was_handled();
        }
        Ok(answer)
    }

    async fn answer(
        self: Arc<Self>,
        request: http::Request<Incoming>,
    ) -> Result<http::Response<Outgoing>, Cut> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let number = |name| head.headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
        let (Some(exchange), Some(ahead)) = (number(EXCHANGE), number(AHEAD)) else { return Err(Cut) };
        let active_fault = Arc::clone(&self.active_fault.lock().unwrap_or_else(PoisonError::into_inner));
        let time = self.time.clone();
        self.demo.aws.clock().set_offset_seconds(ahead as i64);
        let fault = text(&head.headers, FAULT).unwrap_or_default();
        misbehave(&self, &fault, Request { head, body, time, active_fault, exchange }).await
    }
}

/// The unchanged answer.
pub fn whole(answer: http::Response<Bytes>, method: &Method) -> http::Response<Outgoing> {
    let (mut head, body) = answer.into_parts();
    head.headers.remove(TRANSFER_ENCODING);
    if *method != Method::HEAD {
        head.headers.remove(CONTENT_LENGTH);
    }
    http::Response::from_parts(
        head,
        Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync(),
    )
}

/// An answer that the proxy makes itself.
pub fn own(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> http::Response<Bytes> {
    let mut answer = http::Response::new(body.into());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            answer.headers_mut().insert(*name, value);
        }
    }
    answer
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

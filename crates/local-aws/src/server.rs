use std::{fmt, io, net::Ipv4Addr, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Limited, StreamBody};
use hyper::{
    body::{Frame, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use crate::{
    account::Account,
    aws_json,
    clock::{Clock, http_date},
    control, cors, dynamodb,
    error::AwsError,
    exchange::{BoxError, Request, Response, full},
    execute_api,
    faults::{Fault, Faults},
    iam, identity_pool,
    limits::Limits,
    load_balancer,
    messages::Messages,
    query_protocol,
    request_counts::RequestCounts,
    route::Service,
    s3, stand_in, sts,
    user_pool::{self, Triggers},
};

/// A running local AWS. It listens on 127.0.0.1 only. Several servers can run at the same time, each with its own account.
/// Dropping it stops it at once; [`LocalAws::stop`] lets running requests finish.
pub struct LocalAws {
    url: String,
    port: u16,
    account: Arc<Account>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

/// The options of a [`LocalAws`].
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1. The default, 0, selects a free one.
    pub port: u16,
    /// The region of pools, tokens and signatures. Default `eu-west-1`.
    pub region: String,
}

/// The reason why a [`LocalAws`] did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The server could not listen on the port.
    #[error("cannot listen on 127.0.0.1 port {port}")]
    Listen {
        /// The port in the options.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
    /// DynamoDB's database could not be created.
    #[error("cannot create a database in memory")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, region: "eu-west-1".to_owned() }
    }
}

impl LocalAws {
    /// Starts the server on the current tokio runtime. It accepts connections as soon as this returns.
    ///
    /// # Errors
    /// [`StartError::Listen`] if the port is taken, [`StartError::Database`] if SQLite cannot start.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let listen_error = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen_error)?;
        let port = listener.local_addr().map_err(listen_error)?.port();
        let account = Account::new(options.region).map_err(|error| StartError::Database(Box::new(error)))?;
        let account = Arc::new(account);
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, account.clone(), stopped));
        Ok(Self { url: format!("http://127.0.0.1:{port}"), port, account, stop: Some(stop), server })
    }

    /// The endpoint of every service: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The region of the account.
    pub fn region(&self) -> &str {
        &self.account.region
    }

    #[cfg(test)]
    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// The codes that AWS would have sent by SMS or mail.
    pub fn messages(&self) -> &Messages {
        &self.account.messages
    }

    /// Faults to inject.
    pub fn faults(&self) -> &Faults {
        &self.account.faults
    }

    /// The server's clock.
    pub fn clock(&self) -> &Clock {
        &self.account.clock
    }

    /// The Lambda triggers of user pools.
    pub fn triggers(&self) -> &Triggers {
        &self.account.triggers
    }

    /// The number of requests of each operation.
    pub fn request_counts(&self) -> &RequestCounts {
        &self.account.request_counts
    }

    /// Adds callback URLs to an app client.
    pub(crate) fn add_callback_urls(&self, client_id: &str, urls: &[String]) {
        self.account.user_pools.add_callback_urls(client_id, urls);
    }

    /// Sets what the API's authorizers accept.
    pub(crate) fn set_api(&self, settings: execute_api::ApiSettings) {
        self.account.api.set(settings);
    }

    /// The account's limits.
    pub fn limits(&self) -> &Limits {
        &self.account.limits
    }

    /// Stops the server. Running requests get one second to finish. When this returns, the port is closed.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // Sending fails only if the server has already stopped.
            let _ = stop.send(());
        }
        let _ = (&mut self.server).await;
    }
}

impl fmt::Debug for LocalAws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalAws").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, account: Arc<Account>, mut stopped: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors: wait for connections to end instead of spinning.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                // Otherwise the kernel delays the end of an answer by up to 40 ms.
                let _ = stream.set_nodelay(true);
                let account = account.clone();
                let service = service_fn(move |request| answer(account.clone(), request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service);
                let connection = graceful.watch(connection);
                connections.spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "connection ended");
                    }
                });
            }
            _ = connections.join_next(), if !connections.is_empty() => {}
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(Duration::from_secs(1), graceful.shutdown()).await;
    connections.shutdown().await;
}

/// The error that closes the connection without an answer, for a fault.
#[derive(Debug, thiserror::Error)]
#[error("a fault cut the connection")]
struct ConnectionCut;

async fn answer(account: Arc<Account>, request: http::Request<Incoming>) -> Result<Response, ConnectionCut> {
    let request = match read(request).await {
        Ok(request) => request,
        Err(response) => return Ok(response),
    };
    if let Some(mut response) = cors::preflight(&request) {
        finish(&account, &request, &mut response);
        return Ok(response);
    }
    if request.service == Service::Control {
        let mut response = control::handle(&account, &request).await;
        finish(&account, &request, &mut response);
        return Ok(response);
    }
    account.request_counts.add(&request.operation);
    let mut response = match account.faults.next(&request.operation) {
        Some(fault) => {
            let mut response = answer_with_fault(&account, &request, fault).await?;
            if request.service == Service::S3 {
                s3::allow(&account, &request, &mut response);
            }
            response
        }
        None => dispatch(&account, &request).await,
    };
    finish(&account, &request, &mut response);
    tracing::info!(
        operation = request.operation,
        status = response.status().as_u16(),
        request_id = request.request_id,
        "request"
    );
    Ok(response)
}

/// Reads the whole request. The limit only prevents a mistake from using up the memory.
async fn read(request: http::Request<Incoming>) -> Result<Request, Response> {
    const LIMIT: usize = 1 << 30;

    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => {
            tracing::debug!(%error, "unreadable request body");
            let error = AwsError::new("RequestEntityTooLarge", "The request body could not be read.");
            return Err(aws_json::error_response(&error.with_status(StatusCode::PAYLOAD_TOO_LARGE)));
        }
    };
    Ok(Request::new(parts, body, uuid::Uuid::new_v4().to_string()))
}

pub(crate) async fn dispatch(account: &Arc<Account>, request: &Request) -> Response {
    match request.service {
        Service::UserPool => user_pool::handle(account, request),
        Service::UserPoolKeys => user_pool::public_keys(account, request),
        Service::UserPoolDomain => user_pool::domain::handle(account, request).await,
        Service::IdentityPool => identity_pool::handle(account, request),
        Service::DynamoDb => dynamodb::handle(account, request),
        Service::Sts => sts::handle(account, request),
        Service::Iam => iam::handle(account, request),
        Service::ElasticLoadBalancing => load_balancer::api::handle(account, request),
        Service::ExecuteApi => execute_api::handle(account, request),
        Service::LoadBalancer => load_balancer::handle(account, request).await,
        Service::S3 => s3::handle(account, request).await,
        Service::StandIn => stand_in::handle(account, request),
        Service::Control => control::handle(account, request).await,
    }
}

async fn answer_with_fault(
    account: &Arc<Account>,
    request: &Request,
    fault: Fault,
) -> Result<Response, ConnectionCut> {
    match fault {
        Fault::Drop => Err(ConnectionCut),
        Fault::DropAfterHandling => {
            dispatch(account, request).await;
            Err(ConnectionCut)
        }
        Fault::Throttle => Ok(error_response(request, &throttled(request.service))),
        Fault::RevokeRefreshTokens => {
            account.user_pools.revoke_refresh_tokens();
            Ok(dispatch(account, request).await)
        }
        Fault::Delay { delay_ms } => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            Ok(dispatch(account, request).await)
        }
        Fault::Truncate { truncate } => Ok(cut_body(dispatch(account, request).await, truncate).await),
        Fault::Body { body, content_type, status } => {
            let mut response = http::Response::new(full(body));
            *response.status_mut() = status_code(status.unwrap_or(200));
            let content_type = content_type.as_deref().unwrap_or(aws_json::CONTENT_TYPE_JSON_1_1);
            if let Ok(content_type) = HeaderValue::from_str(content_type) {
                response.headers_mut().insert(header::CONTENT_TYPE, content_type);
            }
            Ok(response)
        }
        Fault::Echo { echo } => Ok(account.echoes.answer(request, echo)),
        Fault::Status { status, code, message } => {
            let error = AwsError::new(
                code.unwrap_or_else(|| "InternalErrorException".to_owned()),
                message.unwrap_or_else(|| "A fault was injected.".to_owned()),
            );
            Ok(error_response(request, &error.with_status(status_code(status))))
        }
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn throttled(service: Service) -> AwsError {
    match service {
        Service::S3 => AwsError::new("SlowDown", "Please reduce your request rate.")
            .with_status(StatusCode::SERVICE_UNAVAILABLE),
        Service::DynamoDb => {
            AwsError::new("ThrottlingException", "Rate of requests exceeds the allowed throughput.")
        }
        Service::Sts | Service::Iam | Service::ElasticLoadBalancing => {
            AwsError::new("Throttling", "Rate exceeded")
        }
        Service::ExecuteApi => AwsError::new("TooManyRequestsException", "Too Many Requests")
            .with_status(StatusCode::TOO_MANY_REQUESTS),
        Service::UserPool
        | Service::UserPoolKeys
        | Service::UserPoolDomain
        | Service::StandIn
        | Service::LoadBalancer
        | Service::IdentityPool
        | Service::Control => AwsError::new("TooManyRequestsException", "Rate exceeded"),
    }
}

/// The error in the service's format.
fn error_response(request: &Request, error: &AwsError) -> Response {
    match request.service {
        Service::S3 => s3::error_response(request, error),
        Service::Sts | Service::Iam | Service::ElasticLoadBalancing => {
            query_protocol::error_response(request, error)
        }
        Service::DynamoDb => dynamodb::error_response(error),
        Service::ExecuteApi => execute_api::error_response(error),
        _ => aws_json::error_response(error),
    }
}

/// Announces the whole body, sends its first bytes and closes the connection.
async fn cut_body(response: Response, bytes: usize) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let start = whole.slice(..bytes.min(whole.len()));
    let start = stream::iter([Ok::<_, BoxError>(Frame::data(start))]);
    let end = stream::once(async {
        // hyper sends its buffer only when the body is pending.
        tokio::task::yield_now().await;
        Err(ConnectionCut.into())
    });
    Response::from_parts(parts, StreamBody::new(start.chain(end)).boxed_unsync())
}

/// Adds the headers of every answer.
fn finish(account: &Account, request: &Request, response: &mut Response) {
    cors::allow(request, response);
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(&http_date(account.clock.now())) {
        headers.insert(header::DATE, date);
    }
    let name = match request.service {
        Service::S3 => "x-amz-request-id",
        _ => "x-amzn-requestid",
    };
    if let Ok(id) = HeaderValue::from_str(&request.request_id)
        && !headers.contains_key(name)
    {
        headers.insert(name, id);
    }
}

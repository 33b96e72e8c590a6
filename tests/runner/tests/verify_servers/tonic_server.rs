//! tonic: a service of gRPC whose messages are bytes, so that no code has to be generated.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use http::uri::PathAndQuery;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use poolpass::platform::BoxFuture;
use poolpass::verify::tower::VerifyLayer;
use tokio::net::{TcpListener, TcpStream};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::transport::server::{Server, TcpIncoming};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status, Streaming};
use tower::Service;

use crate::pipe;
use crate::tokens::{Tokens, greeted, greeting};

/// Messages as they are.
#[derive(Clone, Copy)]
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// Greets the person by name, and sends each message back as it comes.
#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "notes.Echo";
}

impl Service<http::Request<tonic::body::Body>> for Echo {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        Box::pin(async move { Ok(tonic::server::Grpc::new(Plain).streaming(EchoCall, request).await) })
    }
}

struct EchoCall;

impl Service<Request<Streaming<Bytes>>> for EchoCall {
    type Response = Response<BoxStream<'static, Result<Bytes, Status>>>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Self::Response, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        Box::pin(async move {
            let greeting = Bytes::from(greeting(request.extensions()));
            let greeted = futures_util::stream::iter([Ok(greeting)]);
            Ok(Response::new(greeted.chain(request.into_inner()).boxed()))
        })
    }
}

async fn start(layer: VerifyLayer) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = Server::builder().layer(layer).add_service(Echo);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

/// Calls the method; `authorization` is the metadata of that name.
async fn call(
    address: &str,
    authorization: Option<&str>,
    messages: BoxStream<'static, Bytes>,
) -> Result<Streaming<Bytes>, Status> {
    let channel: Channel =
        Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    let mut request = Request::new(messages);
    if let Some(value) = authorization {
        request.metadata_mut().insert("authorization", value.parse().unwrap());
    }
    let method = PathAndQuery::from_static("/notes.Echo/Echo");
    client.streaming(request, method, Plain).await.map(Response::into_inner)
}

async fn refusal(address: &str, authorization: Option<&str>) -> Status {
    let (_sender, messages) = pipe();
    call(address, authorization, messages).await.unwrap_err()
}

fn challenge(status: &Status) -> &str {
    status.metadata().get("www-authenticate").unwrap().to_str().unwrap()
}

#[tokio::test]
async fn messages_stream_through_the_layer_in_both_directions_after_the_typed_claims() {
    let tokens = Tokens::issue().await;
    let address = start(tokens.layer()).await;
    let (sender, messages) = pipe();
    let mut echo = call(&address, Some(&format!("Bearer {}", tokens.good)), messages).await.unwrap();
    assert_eq!(echo.message().await.unwrap().unwrap(), greeted(&tokens));
    // Each is sent only when the one before has come back.
    for message in ["first", "second", ""] {
        sender.send(Bytes::from_static(message.as_bytes())).unwrap();
        assert_eq!(echo.message().await.unwrap().unwrap(), message);
    }
    drop(sender);
    assert!(echo.message().await.unwrap().is_none());
}

#[tokio::test]
async fn a_client_of_grpc_gets_a_status_of_grpc() {
    let tokens = Tokens::issue().await;
    let address = start(tokens.layer()).await;
    let missing = refusal(&address, None).await;
    assert_eq!(missing.code(), Code::Unauthenticated);
    assert_eq!(missing.message(), "one Authorization header with one bearer token is required");
    assert_eq!(challenge(&missing), "Bearer");
    for (reason, jwt) in &tokens.refused {
        let status = refusal(&address, Some(&format!("Bearer {jwt}"))).await;
        assert_eq!(status.code(), Code::Unauthenticated, "{reason}");
        assert!(challenge(&status).contains("invalid_token"), "{reason}");
        // tonic writes a message of its own where the server names no status.
        assert!(!status.message().contains("grpc-status"), "{reason}: {}", status.message());
        assert!(!status.message().contains(jwt.as_str()));
    }
    assert_eq!(refusal(&address, Some("Bearer")).await.code(), Code::Unauthenticated);

    let good = format!("Bearer {}", tokens.good);
    let status = refusal(&start(tokens.strict_layer()).await, Some(&good)).await;
    assert_eq!(
        (status.code(), status.message()),
        (Code::PermissionDenied, "the token lacks a required scope")
    );
    assert!(challenge(&status).contains("insufficient_scope"));
    let status = refusal(&start(tokens.cut_off_layer().await).await, Some(&good)).await;
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.metadata().get("retry-after").unwrap(), "10");
}

#[tokio::test]
async fn a_refusal_is_headers_alone_and_only_for_grpc() {
    let tokens = Tokens::issue().await;
    let address = start(tokens.layer()).await;
    for (content_type, is_grpc) in [
        ("application/grpc", true),
        ("application/grpc+proto", true),
        ("application/grpc-web-text", true),
        ("application/json", false),
    ] {
        let connection = TokioIo::new(TcpStream::connect(&address).await.unwrap());
        let http = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
        let (mut sender, connection) = http.handshake(connection).await.unwrap();
        tokio::spawn(connection);
        let request = http::Request::post(format!("http://{address}/notes.Echo/Echo"));
        let request = request.header("content-type", content_type).body(Empty::<Bytes>::new()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap());
        if is_grpc {
            assert_eq!((answer.status().as_u16(), header("content-type")), (200, Some(content_type)));
            assert_eq!(header("grpc-status"), Some("16"));
        } else {
            assert_eq!((answer.status().as_u16(), header("grpc-status")), (401, None));
        }
        assert_eq!(header("www-authenticate"), Some("Bearer"));
        let rest = answer.into_body().collect().await.unwrap();
        assert!(rest.trailers().is_none(), "{content_type}");
        assert_eq!(rest.to_bytes(), "");
    }
}

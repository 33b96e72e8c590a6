//! hyper, without a framework.

use std::convert::Infallible;
use std::net::Ipv4Addr;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use poolpass::verify::tower::VerifyLayer;
use tokio::net::{TcpListener, TcpStream};
use tower::Layer as _;

use crate::pipe;
use crate::tokens::{Tokens, greeted, greeting};

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// Greets the person by name with GET, and sends a POST's body back as it comes.
async fn serve(request: Request<Incoming>) -> Result<Answer, Infallible> {
    let greeting = greeting(request.extensions());
    if request.method() == http::Method::POST {
        return Ok(Response::new(request.into_body().boxed()));
    }
    Ok(Response::new(Full::from(greeting).map_err(|never| match never {}).boxed()))
}

async fn start(layer: VerifyLayer) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let service = TowerToHyperService::new(layer.layer(tower::service_fn(serve)));
            let http = hyper::server::conn::http1::Builder::new();
            tokio::spawn(http.serve_connection(TokioIo::new(connection), service));
        }
    });
    address
}

async fn send<B>(address: &str, authorization: &[String], method: &str, body: B) -> Response<Incoming>
where
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let connection = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(connection).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder().method(method).uri("/").header("host", address);
    let request = authorization.iter().fold(request, |request, value| request.header(AUTHORIZATION, value));
    sender.send_request(request.body(body).unwrap()).await.unwrap()
}

async fn get(address: &str, authorization: &[String]) -> (StatusCode, HeaderMap, String) {
    let answer = send(address, authorization, "GET", Empty::new()).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

fn bearer(jwt: &str) -> [String; 1] {
    [format!("Bearer {jwt}")]
}

#[tokio::test]
async fn a_service_of_hyper_gets_typed_claims_and_no_request_without_a_good_token() {
    let tokens = Tokens::issue().await;
    let address = start(tokens.layer()).await;
    let (status, _, body) = get(&address, &bearer(&tokens.good)).await;
    assert_eq!((status, body), (StatusCode::OK, greeted(&tokens)));

    let (status, headers, body) = get(&address, &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::UNAUTHORIZED, ""));
    assert_eq!(headers[WWW_AUTHENTICATE], "Bearer");
    for (reason, jwt) in &tokens.refused {
        let (status, headers, body) = get(&address, &bearer(jwt)).await;
        assert_eq!((status, body.as_str()), (StatusCode::UNAUTHORIZED, ""), "{reason}");
        let challenge = headers[WWW_AUTHENTICATE].to_str().unwrap();
        assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{reason}: {challenge}");
        assert!(!challenge.contains(jwt.as_str()));
    }
    let twice = [bearer(&tokens.good), bearer(&tokens.good)].concat();
    assert_eq!(get(&address, &twice).await.0, StatusCode::BAD_REQUEST);

    let (status, headers, _) = get(&start(tokens.strict_layer()).await, &bearer(&tokens.good)).await;
    let challenge = headers[WWW_AUTHENTICATE].to_str().unwrap();
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(challenge.contains("insufficient_scope") && challenge.contains("notes/write"), "{challenge}");

    let good = bearer(&tokens.good);
    let (status, headers, _) = get(&start(tokens.cut_off_layer().await).await, &good).await;
    assert_eq!((status, &headers["retry-after"]), (StatusCode::SERVICE_UNAVAILABLE, &"10".parse().unwrap()));
}

#[tokio::test]
async fn hyper_streams_bodies_through_the_layer_in_both_directions() {
    let tokens = Tokens::issue().await;
    let address = start(tokens.layer()).await;
    let (sender, chunks) = pipe();
    let body = StreamBody::new(chunks.map(|chunk| Ok::<_, Infallible>(Frame::data(chunk))));
    sender.send(Bytes::from_static(b"first")).unwrap();
    let answer = send(&address, &bearer(&tokens.good), "POST", body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let mut echo = answer.into_body();
    // Each chunk is sent only when the one before has come back: nobody may wait for the whole body.
    for (chunk, next) in [("first", "second"), ("second", "third"), ("third", "last")] {
        let frame = echo.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), chunk);
        sender.send(Bytes::from_static(next.as_bytes())).unwrap();
    }
    assert_eq!(echo.frame().await.unwrap().unwrap().into_data().unwrap(), "last");
    drop(sender);
    assert!(echo.frame().await.is_none());
}

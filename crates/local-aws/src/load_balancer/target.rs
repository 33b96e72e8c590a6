//! The targets of a `forward` action.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use super::{Identity, Visit, page};
use crate::exchange::{Response, full};

/// Sends the request to the target at a port of this machine. A target at this server's own port echoes it. The headers of the identity are the load balancer's alone: those that a client has sent do not pass.
pub(super) async fn forward(visit: &Visit<'_>, port: u16, identity: &Identity) -> Response {
    let mut headers = visit.request.headers.clone();
    let forged: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("x-amzn-oidc-")).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
    headers.insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    for (name, value) in identity {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(*name, value);
        }
    }
    let own_port = visit.host().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    if own_port == Some(port) {
        return echo(visit, &headers);
    }
    let bad_gateway = || page(StatusCode::BAD_GATEWAY, "502 Bad Gateway");
    send(visit, port, headers).await.unwrap_or_else(bad_gateway)
}

async fn send(visit: &Visit<'_>, port: u16, headers: HeaderMap) -> Option<Response> {
    let query = visit.request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut request = http::Request::new(Full::new(visit.request.body.clone()));
    *request.method_mut() = visit.request.method.clone();
    *request.uri_mut() = format!("http://127.0.0.1:{port}{}{query}", visit.path).parse().ok()?;
    *request.headers_mut() = headers;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let (mut head, body) = client.request(request).await.ok()?.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    head.headers.remove(header::TRANSFER_ENCODING);
    head.headers.remove(header::CONNECTION);
    Some(http::Response::from_parts(head, full(body)))
}

/// Returns the request as JSON.
fn echo(visit: &Visit<'_>, headers: &HeaderMap) -> Response {
    let headers: Value = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), json!(value.to_str().ok()?))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let body = json!({
        "method": visit.request.method.as_str(),
        "path": visit.path,
        "query": visit.request.uri.query(),
        "headers": headers,
        "body": String::from_utf8_lossy(&visit.request.body),
    });
    let mut response = http::Response::new(full(body.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

//! Requests to identity providers on this machine.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;

use super::Refusal;

const TIMEOUT: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 1 << 20;

/// Sends a request, and returns the status and the body of the answer. Only plain HTTP is possible.
pub(super) async fn fetch(request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), Refusal> {
    let url = request.uri().clone();
    if url.scheme_str() != Some("http") {
        return Err(failed(&url, "local-aws calls identity providers by plain HTTP only"));
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = async {
        let response = client.request(request).await.map_err(|error| failed(&url, &error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MOST_BYTES).collect().await;
        Ok((status, body.map_err(|error| failed(&url, &error))?.to_bytes()))
    };
    tokio::time::timeout(TIMEOUT, answer).await.map_err(|_| failed(&url, "timeout"))?
}

/// The JSON document at a URL.
pub(super) async fn json(url: &str) -> Result<Value, Refusal> {
    let request =
        Request::get(url).body(Full::default()).map_err(|error| Refusal::invalid(error.to_string()))?;
    let (status, body) = fetch(request).await?;
    let document = serde_json::from_slice(&body).ok().filter(|_| status.is_success());
    document.ok_or_else(|| Refusal::invalid(format!("{url} is not a JSON document.")))
}

fn failed(url: &http::Uri, error: &(impl std::fmt::Display + ?Sized)) -> Refusal {
    Refusal::new(
        "server_error",
        format!("Cannot reach {}: {error}", url.authority().map_or("", |it| it.as_str())),
    )
}

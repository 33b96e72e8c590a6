//! [`Transport`] over `fetch`.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue};
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCredentials, RequestInit, RequestRedirect,
};

use crate::platform::{Body, BoxFuture, Request, Response, Transport, TransportError};

#[wasm_bindgen]
extern "C" {
    // Global in windows, workers and Node alike, unlike Window.fetch of web-sys.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// The platform's HTTP client: the host's `fetch`.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpTransport;

impl HttpTransport {
    /// The host's `fetch`.
    ///
    /// # Errors
    ///
    /// None here; the signature is the same on every platform.
    pub fn new() -> Result<Self, TransportError> {
        Ok(Self)
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let abort = AbortOnDrop::new()?;
            let init = request_init(&request, &abort)?;
            let promise = fetch(&request.uri().to_string(), &init).map_err(to_transport_error)?;
            let answer: web_sys::Response =
                JsFuture::from(promise).await.map_err(to_transport_error)?.unchecked_into();
            response(&answer, abort)
        })
    }
}

fn request_init(request: &Request, abort: &AbortOnDrop) -> Result<RequestInit, TransportError> {
    let headers = Headers::new().map_err(to_transport_error)?;
    for (name, value) in request.headers() {
        let value =
            value.to_str().map_err(|_| TransportError::not_sent(format!("the header {name} is not text")))?;
        // The browser sets Host itself and forbids it here.
        if name != http::header::HOST {
            headers.append(name.as_str(), value).map_err(to_transport_error)?;
        }
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(Some(&abort.0.signal()));
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_ref()));
    }
    Ok(init)
}

fn response(answer: &web_sys::Response, abort: AbortOnDrop) -> Result<Response, TransportError> {
    let mut response = http::Response::new(());
    *response.status_mut() = http::StatusCode::from_u16(answer.status())
        .map_err(|_| TransportError::interrupted("the answer is a redirect or has no status"))?;
    for entry in answer.headers().entries() {
        let entry: Array = entry.map_err(to_transport_error)?.unchecked_into();
        let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) else {
            continue;
        };
        // A header that HTTP does not allow cannot matter to us.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    let body = answer.body().map_or_else(
        || Body::from(Bytes::new()),
        |stream| {
            let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
            Body::from_stream(stream::try_unfold((reader, abort), |(reader, abort)| async move {
                let piece = JsFuture::from(reader.read()).await.map_err(to_transport_error)?;
                if Reflect::get(&piece, &"done".into()).is_ok_and(|done| done.is_truthy()) {
                    return Ok(None);
                }
                let value = Reflect::get(&piece, &"value".into()).map_err(to_transport_error)?;
                let bytes = value
                    .dyn_into::<Uint8Array>()
                    .map_err(|_| TransportError::interrupted("the answer's body is not made of bytes"))?;
                Ok(Some((Bytes::from(bytes.to_vec()), (reader, abort))))
            }))
        },
    );
    Ok(response.map(|()| body))
}

/// Aborts the request when nobody waits for it any more; after the answer's end it does nothing.
struct AbortOnDrop(AbortController);

impl AbortOnDrop {
    fn new() -> Result<Self, TransportError> {
        AbortController::new().map(Self).map_err(to_transport_error)
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// `fetch` does not say whether the request left the device, so it has to be taken as sent.
#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn to_transport_error(error: JsValue) -> TransportError {
    let message = Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
    TransportError::interrupted(message.unwrap_or_else(|| "the request failed".to_owned()))
}

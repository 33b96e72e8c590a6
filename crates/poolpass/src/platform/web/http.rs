//! [`Transport`] over `fetch`.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Method};
use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect,
};

use crate::platform::{Body, BoxFuture, Request, Response, SameOriginCookies, Transport, TransportError};

#[wasm_bindgen]
extern "C" {
    // Global in windows, workers and Node alike, unlike Window.fetch of web-sys.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Request)]
    type HostRequest;

    #[wasm_bindgen(constructor, js_class = Request, catch)]
    fn new(url: &str, init: &RequestInit) -> Result<HostRequest, JsValue>;
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
            let promise = begin(&request, &abort)?;
            let answer = JsFuture::from(Promise::resolve(&promise)).await.map_err(without_answer)?;
            response(&checked(answer)?, abort).await
        })
    }
}

/// Gives the request to the browser. What was copied for that is not held until the answer comes.
fn begin(request: &Request, abort: &AbortOnDrop) -> Result<JsValue, TransportError> {
    if !Reflect::get(&global(), &"fetch".into()).is_ok_and(|fetch| fetch.is_function()) {
        return Err(TransportError::unsupported(
            "there is no fetch here, which every request needs: run this on a newer platform, or load a polyfill first",
        ));
    }
    let init = request_init(request, abort)?;
    let url = request.uri().to_string();
    if HostRequest::new(&url, &init).is_err() {
        leave_out_refinements(&init);
    }
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_ref()));
    }
    fetch(&url, &init).map_err(without_answer)
}

/// Servers' runtimes refuse a request for members that they do not have, such as `cache` in Cloudflare Workers of an older compatibility
/// date, or for a signal that a test environment has replaced. There is neither a cache nor a cookie there.
fn leave_out_refinements(init: &Object) {
    for name in ["cache", "credentials", "signal"] {
        // It is a plain object, whose members can be deleted.
        let _ = Reflect::delete_property(init, &name.into());
    }
}

/// The mode of the browser's cache for a request.
///
/// A browser would cache S3's objects for a tenth of their age, for every caller, and the `Date` of a cached answer is outdated. For
/// this mode, `fetch` adds `cache-control: no-cache` to the request, and also for the default mode if the request has a condition.
/// S3 stores that header of a write with the object. Nothing is added for `force-cache`, and no cache keeps answers to writes.
fn cache_mode(method: &Method) -> RequestCache {
    match *method {
        Method::GET | Method::HEAD => RequestCache::NoStore,
        _ => RequestCache::ForceCache,
    }
}

fn request_init(request: &Request, abort: &AbortOnDrop) -> Result<RequestInit, TransportError> {
    let headers = Headers::new().map_err(to_transport_error)?;
    for (name, value) in request.headers() {
        let value = value
            .to_str()
            .map_err(|_| TransportError::not_sent(format!("the header {} is not text", name.as_str())))?;
        // The browser sets Host itself and forbids it here.
        if name != http::header::HOST {
            headers.append(name.as_str(), value).map_err(to_transport_error)?;
        }
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_credentials(match request.extensions().get::<SameOriginCookies>() {
        Some(_) => RequestCredentials::SameOrigin,
        None => RequestCredentials::Omit,
    });
    init.set_cache(cache_mode(request.method()));
    init.set_signal(Some(&abort.controller.signal()));
    Ok(init)
}

/// Apps replace `fetch` in their tests, and by polyfills, whose responses are of classes of their own.
fn checked(answer: JsValue) -> Result<web_sys::Response, TransportError> {
    let member = |name: &str| Reflect::get(&answer, &name.into()).ok();
    let has_status = member("status").is_some_and(|status| status.as_f64().is_some());
    let entries = member("headers").and_then(|headers| Reflect::get(&headers, &"entries".into()).ok());
    if has_status && entries.is_some_and(|entries| entries.is_function()) {
        return Ok(answer.unchecked_into());
    }
    Err(TransportError::interrupted("fetch, which something has replaced here, did not give a Response"))
}

async fn response(answer: &web_sys::Response, abort: AbortOnDrop) -> Result<Response, TransportError> {
    let mut response = http::Response::new(());
    *response.status_mut() = match answer.status() {
        0 => {
            return Err(TransportError::redirected(
                "the server answered with a redirect, and a browser hides where to",
            ));
        }
        status => http::StatusCode::from_u16(status)
            .map_err(|_| TransportError::interrupted("the answer has no status"))?,
    };
    for entry in answer.headers().entries() {
        let entry: Array = entry.map_err(to_transport_error)?.unchecked_into();
        let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) else {
            continue;
        };
        // The host hands out each byte as a character. A header that HTTP does not allow cannot matter to us.
        let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
        let value = HeaderValue::try_from(bytes.unwrap_or_else(|_| value.into_bytes()));
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value) {
            response.headers_mut().append(name, value);
        }
    }
    let body = match readable(answer) {
        Some(stream) => streamed(&stream, abort)?,
        None => {
            let whole = answer.array_buffer().map_err(to_transport_error)?;
            let whole = JsFuture::from(whole).await.map_err(to_transport_error)?;
            abort.disarm();
            Body::from(Bytes::from(Uint8Array::new(&whole).to_vec()))
        }
    };
    Ok(response.map(|()| body))
}

/// The body as a stream; there is none where there is no body, and in some polyfills. It may be another realm's.
fn readable(answer: &web_sys::Response) -> Option<Stream> {
    let body = Reflect::get(answer, &"body".into()).ok()?;
    let reader = Reflect::get(&body, &"getReader".into()).ok()?;
    reader.is_function().then(|| body.unchecked_into())
}

#[wasm_bindgen]
extern "C" {
    type Stream;

    // Unlike that of web-sys, it does not tear the module apart where another reader has the stream.
    #[wasm_bindgen(method, js_name = getReader, catch)]
    fn reader(this: &Stream) -> Result<ReadableStreamDefaultReader, JsValue>;
}

fn streamed(stream: &Stream, abort: AbortOnDrop) -> Result<Body, TransportError> {
    let reader = stream.reader().map_err(to_transport_error)?;
    let pieces = stream::try_unfold((reader, abort), |(reader, abort)| async move {
        let piece = JsFuture::from(reader.read()).await.map_err(to_transport_error)?;
        if Reflect::get(&piece, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            abort.disarm();
            return Ok(None);
        }
        let value = Reflect::get(&piece, &"value".into()).map_err(to_transport_error)?;
        // Also the bytes of another realm, which are no instance of this one's Uint8Array.
        if !ArrayBuffer::is_view(&value) {
            return Err(TransportError::interrupted("the answer's body is not made of bytes"));
        }
        let view: Uint8Array = value.unchecked_into();
        let bytes = Uint8Array::new_with_byte_offset_and_length(
            &view.buffer(),
            view.byte_offset(),
            view.byte_length(),
        );
        Ok(Some((Bytes::from(bytes.to_vec()), (reader, abort))))
    });
    Ok(Body::from_stream(pieces))
}

/// Aborts the request when nobody waits for it any more.
struct AbortOnDrop {
    controller: AbortController,
    /// Until the answer has ended.
    is_needed: bool,
}

impl AbortOnDrop {
    fn new() -> Result<Self, TransportError> {
        let controller = AbortController::new().map_err(to_transport_error)?;
        Ok(Self { controller, is_needed: true })
    }

    fn disarm(mut self) {
        self.is_needed = false;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if self.is_needed {
            self.controller.abort();
        }
    }
}

/// `fetch` has given no answer. It does not say whether the request left the device, so it has to be taken as sent.
#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn without_answer(error: JsValue) -> TransportError {
    let why = message(&error).unwrap_or_else(|| "fetch failed".to_owned());
    let cause = Reflect::get(&error, &"cause".into()).ok().and_then(|cause| message(&cause));
    // Node.js names the cause; browsers tell no script whether it was the network or CORS.
    TransportError::interrupted(match cause {
        Some(cause) => format!("{why}: {cause}"),
        None => format!("{why} (no network, or the server's CORS rules do not allow this page)"),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn to_transport_error(error: JsValue) -> TransportError {
    TransportError::interrupted(message(&error).unwrap_or_else(|| "the request failed".to_owned()))
}

fn message(error: &JsValue) -> Option<String> {
    Reflect::get(error, &"message".into()).ok()?.as_string().filter(|message| !message.is_empty())
}

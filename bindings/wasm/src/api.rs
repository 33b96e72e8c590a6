//! Signed requests to any service, answered as `fetch` answers.

use futures_util::TryStreamExt;
use js_sys::{Array, Promise, Uint8Array};
use poolpass::signed::{Signed, SignedRequest};
use poolpass::{Client, Region};
use wasm_bindgen::prelude::*;

use crate::bucket::{JsBody, expires_in, presigned};
use crate::call::call;
use crate::error::Exception;
use crate::values::{Options, object};

/// `Signed` of the crate `poolpass`.
#[wasm_bindgen(js_name = Api)]
#[derive(Debug)]
pub struct JsApi(Signed);

impl JsApi {
    pub(crate) fn new(client: &Client, service: String, region: Option<String>) -> Result<Self, Exception> {
        let signed = client.signed(service);
        Ok(Self(match region {
            Some(region) => signed.in_region(region.parse::<Region>()?),
            None => signed,
        }))
    }
}

#[wasm_bindgen(js_class = Api)]
impl JsApi {
    /// Sends a request with the members of `input`; the answer has `status`, `headers` as pairs, and `body`.
    pub fn send(&self, input: JsValue) -> Promise {
        let (input, signed) = (Options::new(input), self.0.clone());
        call(&input.clone(), Box::pin(send(signed, input)))
    }

    /// A URL for the request with the members of `input`, and `expiresIn` in seconds.
    pub fn presign(&self, input: JsValue) -> Promise {
        let (input, signed) = (Options::new(input), self.0.clone());
        call(&input.clone(), Box::pin(presign(signed, input)))
    }
}

async fn send(signed: Signed, input: Options) -> Result<JsValue, Exception> {
    let (head, body) = prepared(&signed, &input)?.stream().await?.into_parts();
    let headers = Array::new();
    for (name, value) in &head.headers {
        // As hosts have it: a character for each byte.
        let value: String = value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        headers.push(&Array::of2(&name.as_str().into(), &value.into()));
    }
    Ok(object(&[
        ("status", head.status.as_u16().into()),
        ("headers", headers.into()),
        ("body", JsBody::new(body.map_err(poolpass::Error::from)).into()),
    ])
    .into())
}

async fn presign(signed: Signed, input: Options) -> Result<JsValue, Exception> {
    let mut request = prepared(&signed, &input)?;
    if input.flag("sessionTokenAfterSigning")? {
        request = request.session_token_after_signing();
    }
    Ok(presigned(&request.presign(expires_in(&input)?).await?))
}

fn prepared(signed: &Signed, options: &Options) -> Result<SignedRequest, Exception> {
    let method = http::Method::from_bytes(options.needed("method")?.as_bytes())
        .map_err(|_| Exception::invalid_input("there is no such HTTP method"))?;
    let mut request = signed.request(method, &options.needed("url")?);
    if let Some(body) = options.bytes("body")? {
        request = request.body(body);
    }
    for header in options.list("headers")?.unwrap_or_default().iter() {
        let header = Array::from(&header);
        let (Some(name), Some(value)) = (header.get(0).as_string(), header.get(1).as_string()) else {
            return Err(Exception::invalid_input("a header is a pair of strings"));
        };
        request = request.header(&name, &value);
    }
    request = match options.text("auth")?.as_deref() {
        None | Some("iam") => request,
        Some("idToken") => request.with_id_token(),
        Some("accessToken") => request.with_access_token(),
        Some(_) => return Err(Exception::invalid_input("there is no such auth")),
    };
    if options.flag("bearer")? {
        request = request.bearer();
    }
    if options.flag("safeToRepeat")? {
        request = request.safe_to_repeat();
    }
    if !options.flag("throwOnError")? {
        request = request.any_status();
    }
    if let Some(millis) = options.number("timeoutMs")? {
        request = request.timeout(std::time::Duration::from_millis(millis as u64));
    }
    Ok(request)
}

/// The bytes of a piece, copied out of the module's memory.
pub(crate) fn bytes(piece: &[u8]) -> JsValue {
    Uint8Array::from(piece).into()
}

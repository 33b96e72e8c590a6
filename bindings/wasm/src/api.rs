//! Signed requests to any service, answered as `fetch` answers.

use futures_util::TryStreamExt;
use js_sys::{Array, Promise, Uint8Array};
use poolpass::signed::{Signed, SignedRequest};
use poolpass::{Client, Region};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::bucket::JsBody;
use crate::call::call;
use crate::error::Thrown;
use crate::values::{Options, object};

/// `Signed` of the crate `poolpass`.
#[wasm_bindgen(js_name = Api)]
#[derive(Debug)]
pub struct JsApi(Signed);

impl JsApi {
    pub(crate) fn new(client: &Client, service: String, region: Option<String>) -> Result<Self, Thrown> {
        let signed = client.signed(service);
        Ok(Self(match region {
            Some(region) => signed.in_region(region.parse::<Region>()?),
            None => signed,
        }))
    }
}

#[wasm_bindgen(js_class = Api)]
impl JsApi {
    /// Sends a request; the answer has `status`, `headers` as pairs, and `body`.
    pub fn send(
        &self,
        method: String,
        url: String,
        body: Option<Vec<u8>>,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let signed = self.0.clone();
        call(signal, async move {
            let method = http::Method::from_bytes(method.as_bytes())
                .map_err(|_| Thrown::invalid_input("there is no such method"))?;
            let request = prepared(signed.request(method, &url), &Options::new(options))?;
            let request = match body {
                Some(body) => request.body(body),
                None => request,
            };
            let (head, body) = request.stream().await?.into_parts();
            let headers = head.headers.iter().filter_map(|(name, value)| {
                let value = value.to_str().ok()?;
                Some(JsValue::from(Array::of2(&name.as_str().into(), &value.into())))
            });
            Ok(object(&[
                ("status", head.status.as_u16().into()),
                ("headers", headers.collect::<Array>().into()),
                ("body", JsBody::new(body.map_err(poolpass::Error::from)).into()),
            ])
            .into())
        })
    }
}

fn prepared(mut request: SignedRequest, options: &Options) -> Result<SignedRequest, Thrown> {
    for header in options.list("headers")?.unwrap_or_default().iter() {
        let header = Array::from(&header);
        let (Some(name), Some(value)) = (header.get(0).as_string(), header.get(1).as_string()) else {
            return Err(Thrown::invalid_input("a header is a pair of strings"));
        };
        request = request.header(&name, &value);
    }
    request = match options.text("auth")?.as_deref() {
        None | Some("iam") => request,
        Some("idToken") => request.with_id_token(),
        Some("accessToken") => request.with_access_token(),
        Some(_) => return Err(Thrown::invalid_input("there is no such auth")),
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

//! Requests to the app's own API, or to an AWS service that Poolpass has no operations for.

use std::time::Duration;

use futures_util::TryStreamExt;
use js_sys::{Array, Promise};
use poolpass::api::{ApiClient, ApiOptions, ApiRequest, Authorization};
use poolpass::{Client, Region};
use wasm_bindgen::prelude::*;

use crate::body::JsBody;
use crate::call::call;
use crate::error::Exception;
use crate::presigned_url::{expires_in, presigned};
use crate::values::{Options, object};

/// `ApiClient` of the crate `poolpass`.
#[wasm_bindgen(js_name = ApiClient)]
#[derive(Debug)]
pub struct JsApiClient(ApiClient);

impl JsApiClient {
    pub(crate) fn new(client: &Client, service: String, region: Option<String>) -> Result<Self, Exception> {
        let api = client.api(service);
        Ok(Self(match region {
            Some(region) => api.in_region(region.parse::<Region>()?),
            None => api,
        }))
    }
}

#[wasm_bindgen(js_class = ApiClient)]
impl JsApiClient {
    /// Sends a request with the members of `input`; the answer has `status`, `headers` as pairs, and `body`.
    pub fn request(&self, input: JsValue) -> Promise {
        let (input, api) = (Options::new(input), self.0.clone());
        call(&input.clone(), Box::pin(request(api, input)))
    }

    /// Creates a URL for the request with the members of `input`, and `expiresIn` in seconds.
    pub fn presign(&self, input: JsValue) -> Promise {
        let (input, api) = (Options::new(input), self.0.clone());
        call(&input.clone(), Box::pin(presign(api, input)))
    }
}

async fn request(api: ApiClient, input: Options) -> Result<JsValue, Exception> {
    let (head, body) = prepared(&api, &input)?.stream().await?.into_parts();
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

async fn presign(api: ApiClient, input: Options) -> Result<JsValue, Exception> {
    Ok(presigned(&prepared(&api, &input)?.presign(expires_in(&input)?).await?))
}

fn prepared(api: &ApiClient, input: &Options) -> Result<ApiRequest, Exception> {
    let method = http::Method::from_bytes(input.needed("method")?.as_bytes())
        .map_err(|_| Exception::invalid_input("there is no such HTTP method"))?;
    let mut request = api.request(method, &input.needed("url")?).options(options(input)?);
    if let Some(body) = input.bytes("body")? {
        request = request.body(body);
    }
    for header in input.list("headers")?.unwrap_or_default().iter() {
        let header = Array::from(&header);
        let (Some(name), Some(value)) = (header.get(0).as_string(), header.get(1).as_string()) else {
            return Err(Exception::invalid_input("a header is a pair of strings"));
        };
        request = request.header(&name, &value);
    }
    Ok(request)
}

fn options(input: &Options) -> Result<ApiOptions, Exception> {
    Ok(ApiOptions {
        authorization: match input.text("authorization")? {
            None => Authorization::default(),
            Some(code) => Authorization::from_code(&code)
                .ok_or_else(|| Exception::invalid_input("there is no such authorization"))?,
        },
        bearer: input.flag("bearer")?,
        safe_to_repeat: input.flag("safeToRepeat")?,
        any_status: !input.flag("throwOnError")?,
        timeout: match input.number("timeout")? {
            Some(millis) => Duration::from_millis(millis as u64),
            None => ApiOptions::default().timeout,
        },
        session_token_after_signing: input.flag("sessionTokenAfterSigning")?,
    })
}

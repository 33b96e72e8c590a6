//! URLs that carry their own signature.

use std::time::Duration;

use poolpass::api::PresignedUrl;
use wasm_bindgen::prelude::*;

use crate::error::Exception;
use crate::values::{Options, date, object, texts};

/// The time for which a presigned URL works.
pub(crate) fn expires_in(options: &Options) -> Result<Duration, Exception> {
    let seconds = options.number("expiresIn")?;
    let seconds = seconds.ok_or_else(|| Exception::invalid_input("expiresIn is missing"))?;
    Ok(Duration::from_secs(seconds as u64))
}

pub(crate) fn presigned(url: &PresignedUrl) -> JsValue {
    let headers = url.headers().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    object(&[
        ("url", url.as_str().into()),
        ("headers", texts(headers)),
        ("expiresAt", date(url.expires_at())),
    ])
    .into()
}

//! Logins of third parties at the identity pool, and the classic flow.

use std::fmt;
use std::time::Duration;

use js_sys::{Array, Function, Promise};
use poolpass::platform::BoxFuture;
use poolpass::{Client, LoginProvider, LoginToken, LoginTokenError, ProviderToken};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::error::{Exception, remembered};
use crate::values::{Options, maybe};

pub(crate) fn provider(code: &str, name: Option<String>) -> Result<LoginProvider, Exception> {
    LoginProvider::from_code(code, name.unwrap_or_default())
        .ok_or_else(|| Exception::invalid_input("there is no such login provider"))
}

pub(crate) fn add(
    client: &Client,
    code: &str,
    name: Option<String>,
    source: Function,
) -> Result<(), Exception> {
    Ok(client.add_login(provider(code, name)?, Source(source))?)
}

pub(crate) fn remove(client: &Client, code: &str, name: Option<String>) -> Result<(), Exception> {
    Ok(client.remove_login(&provider(code, name)?)?)
}

pub(crate) fn all(client: &Client) -> Array {
    let logins = client.logins();
    logins.iter().map(|login| Array::of2(&login.code().into(), &maybe(login.name()))).collect()
}

pub(crate) fn classic_flow(
    client: &Client,
    role_arn: String,
    options: &Options,
) -> Result<Client, Exception> {
    let mut builder = client.classic_flow(role_arn);
    if let Some(name) = options.text("sessionName")? {
        builder = builder.session_name(name);
    }
    if let Some(seconds) = options.number("duration")? {
        let duration = Duration::try_from_secs_f64(seconds);
        builder = builder.duration(duration.map_err(|_| Exception::invalid_input("duration is not a time"))?);
    }
    if let Some(policy) = options.text("policy")? {
        builder = builder.policy(policy);
    }
    Ok(builder.build()?)
}

/// A function that returns a token, the backend's identity, or a promise of either.
struct Source(Function);

impl LoginToken for Source {
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
        Box::pin(async move {
            let failed = |thrown: JsValue| LoginTokenError(remembered(&thrown));
            let value = self.0.call0(&JsValue::UNDEFINED).map_err(failed)?;
            let value = JsFuture::from(Promise::resolve(&value)).await.map_err(failed)?;
            token(value).map_err(|_| LoginTokenError("its source has returned no token".to_owned()))
        })
    }
}

fn token(value: JsValue) -> Result<ProviderToken, Exception> {
    if let Some(token) = value.as_string() {
        return Ok(ProviderToken::new(token));
    }
    let identity = Options::new(value);
    Ok(ProviderToken::developer(identity.needed("identityId")?, identity.needed("token")?))
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

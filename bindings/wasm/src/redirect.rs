//! Sign-ins through managed login. `js/` leads the browser there and back.

use std::time::Duration;

use poolpass::{Client, IdentityProvider, RedirectOptions, RedirectResult};
use wasm_bindgen::JsValue;

use crate::error::Exception;
use crate::session;
use crate::values::{Options, maybe, object};

/// The URL to which the browser goes.
pub(crate) async fn begin(client: &Client, input: &Options) -> Result<JsValue, Exception> {
    let max_age = input.number("maxAge")?.map(Duration::try_from_secs_f64).transpose();
    let options = RedirectOptions {
        provider: input.text("provider")?.map(IdentityProvider::from),
        idp_identifier: input.text("idpIdentifier")?,
        scopes: input.text_list("scopes")?,
        prompt: input.text("prompt")?,
        login_hint: input.text("loginHint")?,
        lang: input.text("lang")?,
        acr_values: input.text("acrValues")?,
        max_age: max_age.map_err(|_| Exception::invalid_input("maxAge is not a time"))?,
        nonce: input.text("nonce")?.map(Into::into),
        custom_state: input.text("customState")?,
    };
    let sign_in = client.sign_in_with_redirect(input.needed("redirectUri")?).options(options).await?;
    Ok(sign_in.url().into())
}

/// The user and the custom state of an answer, or undefined.
pub(crate) async fn handle(client: &Client, input: &Options) -> Result<JsValue, Exception> {
    let result = client.handle_redirect(&input.needed("url")?).await?;
    Ok(maybe(result.map(|RedirectResult { user, custom_state, .. }| {
        object(&[("user", session::user(&user)), ("customState", maybe(custom_state))])
    })))
}

//! Passkeys.

use std::rc::Rc;

use js_sys::Promise;
use poolpass::{Passkey, PasskeyRegistration};
use wasm_bindgen::prelude::*;

use crate::call::{call, no_such_method};
use crate::error::Exception;
use crate::values::{Options, date, list, maybe, object};

/// `PasskeyRegistration` of the crate `poolpass`.
#[wasm_bindgen(js_name = PasskeyRegistration)]
#[derive(Debug)]
pub struct JsPasskeyRegistration(Rc<PasskeyRegistration>);

impl JsPasskeyRegistration {
    pub(crate) fn new(registration: PasskeyRegistration) -> Self {
        Self(Rc::new(registration))
    }
}

#[wasm_bindgen(js_class = PasskeyRegistration)]
impl JsPasskeyRegistration {
    /// `PasskeyRegistration::creation_options`.
    #[wasm_bindgen(getter, js_name = creationOptions)]
    pub fn creation_options(&self) -> String {
        self.0.creation_options().to_owned()
    }

    /// Does what `method` names, with the members of `input`.
    pub fn call(&self, method: String, input: JsValue) -> Promise {
        let (input, registration) = (Options::new(input), Rc::clone(&self.0));
        call(&input.clone(), Box::pin(perform(registration, method, input)))
    }
}

/// The methods of `PasskeyRegistration` of the crate `poolpass`.
async fn perform(
    registration: Rc<PasskeyRegistration>,
    method: String,
    input: Options,
) -> Result<JsValue, Exception> {
    match method.as_str() {
        "complete" => registration.complete(&input.needed("credential")?).await?,
        _ => return Err(no_such_method()),
    }
    Ok(JsValue::UNDEFINED)
}

pub(crate) fn passkey(passkey: Passkey) -> JsValue {
    object(&[
        ("credentialId", passkey.credential_id.into()),
        ("friendlyName", passkey.friendly_name.into()),
        ("relyingPartyId", passkey.relying_party_id.into()),
        ("transports", list(passkey.transports)),
        ("authenticatorAttachment", maybe(passkey.authenticator_attachment)),
        ("created", date(passkey.created)),
    ])
    .into()
}

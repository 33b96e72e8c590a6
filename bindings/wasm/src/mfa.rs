//! Second factors, for accounts and for challenges.

use poolpass::{
    AuthFactor, MfaMethod, MfaPreference, MfaSetting, MfaSettings, SoftwareTokenSetup, UserAuthFactors,
};
use wasm_bindgen::prelude::*;

use crate::error::Exception;
use crate::values::{Options, list, maybe, object};

pub(crate) fn preference(preference: &MfaPreference) -> JsValue {
    object(&[
        ("enabled", list(preference.enabled().iter().map(MfaMethod::code))),
        ("preferred", maybe(preference.preferred().map(MfaMethod::code))),
    ])
    .into()
}

pub(crate) fn factors(factors: &UserAuthFactors) -> JsValue {
    object(&[
        ("configured", list(factors.configured.iter().map(AuthFactor::code))),
        ("mfaMethods", list(factors.mfa_methods.iter().map(MfaMethod::code))),
        ("preferredMfa", maybe(factors.preferred_mfa.as_ref().map(MfaMethod::code))),
    ])
    .into()
}

/// The change that `account.setMfaPreference` takes.
pub(crate) fn settings(input: &Options) -> Result<MfaSettings, Exception> {
    let mut settings = MfaSettings::new();
    if let Some(setting) = setting(input, "sms")? {
        settings = settings.sms(setting);
    }
    if let Some(setting) = setting(input, "softwareToken")? {
        settings = settings.software_token(setting);
    }
    if let Some(setting) = setting(input, "email")? {
        settings = settings.email(setting);
    }
    if input.value("webAuthn").is_some() {
        settings = settings.web_authn(input.flag("webAuthn")?);
    }
    Ok(settings)
}

fn setting(input: &Options, name: &str) -> Result<Option<MfaSetting>, Exception> {
    let Some(text) = input.text(name)? else { return Ok(None) };
    match MfaSetting::from_code(&text) {
        Some(setting) => Ok(Some(setting)),
        None => Err(Exception::invalid_input("an MFA setting is \"off\", \"on\" or \"preferred\"")),
    }
}

/// `SoftwareTokenSetup` of the crate `poolpass`.
#[wasm_bindgen(js_name = SoftwareTokenSetup)]
#[derive(Debug)]
pub struct JsSoftwareTokenSetup(pub(crate) SoftwareTokenSetup);

#[wasm_bindgen(js_class = SoftwareTokenSetup)]
impl JsSoftwareTokenSetup {
    /// The secret in base32, for people who type it in.
    #[wasm_bindgen(getter)]
    pub fn secret(&self) -> String {
        self.0.secret().to_owned()
    }

    /// The URI for the QR code: a secret.
    #[wasm_bindgen(js_name = otpauthUri)]
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        self.0.otpauth_uri(issuer, account)
    }
}

//! The person's account.

use js_sys::Promise;
use poolpass::{Account, CodeDelivery, MfaSetting, MfaSettings, SignUp};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::call::call;
use crate::challenge::{JsTotpSetup, method_name};
use crate::error::Thrown;
use crate::values::{Options, list, maybe, object, pairs, texts};

/// `Account` of the crate `poolpass`.
#[wasm_bindgen(js_name = Account)]
#[derive(Debug)]
pub struct JsAccount(Account);

impl JsAccount {
    pub(crate) fn new(account: Account, options: JsValue) -> Result<Self, Thrown> {
        let metadata = Options::new(options).texts("clientMetadata")?.into_iter();
        Ok(Self(metadata.fold(account, |account, (key, value)| account.with_client_metadata(key, value))))
    }
}

#[wasm_bindgen(js_class = Account)]
impl JsAccount {
    /// `Account::sign_up`.
    #[wasm_bindgen(js_name = signUp)]
    pub fn sign_up(
        &self,
        username: String,
        password: String,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let account = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let mut new = SignUp::new(username, password);
            for (name, value) in options.texts("attributes")? {
                new = new.attribute(name, value);
            }
            for (name, value) in options.texts("validationData")? {
                new = new.validation_data(name, value);
            }
            let done = account.sign_up(new).await?;
            Ok(object(&[
                ("isConfirmed", done.is_confirmed().into()),
                ("sub", done.sub().into()),
                ("codeDelivery", delivery(done.code_delivery())),
            ])
            .into())
        })
    }

    /// `Account::confirm_sign_up`.
    #[wasm_bindgen(js_name = confirmSignUp)]
    pub fn confirm_sign_up(&self, username: String, code: String, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        done(signal, async move { Ok(account.confirm_sign_up(&username, &code).await?) })
    }

    /// `Account::resend_confirmation_code`.
    #[wasm_bindgen(js_name = resendConfirmationCode)]
    pub fn resend_confirmation_code(&self, username: String, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move { Ok(delivery(account.resend_confirmation_code(&username).await?.as_ref())) })
    }

    /// `Account::forgot_password`.
    #[wasm_bindgen(js_name = forgotPassword)]
    pub fn forgot_password(&self, username: String, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move { Ok(delivery(account.forgot_password(&username).await?.as_ref())) })
    }

    /// `Account::confirm_forgot_password`.
    #[wasm_bindgen(js_name = confirmForgotPassword)]
    pub fn confirm_forgot_password(
        &self,
        username: String,
        code: String,
        new_password: String,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let account = self.0.clone();
        done(
            signal,
            async move { Ok(account.confirm_forgot_password(&username, &code, new_password).await?) },
        )
    }

    /// `Account::change_password`.
    #[wasm_bindgen(js_name = changePassword)]
    pub fn change_password(&self, present: String, new: String, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        done(signal, async move { Ok(account.change_password(present, new).await?) })
    }

    /// `Account::attributes`.
    pub fn attributes(&self, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move { Ok(texts(account.attributes().await?.iter())) })
    }

    /// `Account::update_attributes` with `options.attributes`.
    #[wasm_bindgen(js_name = updateAttributes)]
    pub fn update_attributes(&self, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move {
            let attributes = Options::new(options).texts("attributes")?;
            let sent = account.update_attributes(&pairs(&attributes)).await?;
            Ok(sent.iter().map(|sent| delivery(Some(sent))).collect::<js_sys::Array>().into())
        })
    }

    /// `Account::delete_attributes`.
    #[wasm_bindgen(js_name = deleteAttributes)]
    pub fn delete_attributes(&self, names: Vec<String>, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        done(signal, async move {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Ok(account.delete_attributes(&names).await?)
        })
    }

    /// `Account::request_attribute_code`.
    #[wasm_bindgen(js_name = requestAttributeCode)]
    pub fn request_attribute_code(&self, name: String, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move { Ok(delivery(account.request_attribute_code(&name).await?.as_ref())) })
    }

    /// `Account::verify_attribute`.
    #[wasm_bindgen(js_name = verifyAttribute)]
    pub fn verify_attribute(&self, name: String, code: String, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        done(signal, async move { Ok(account.verify_attribute(&name, &code).await?) })
    }

    /// `Account::start_totp`.
    #[wasm_bindgen(js_name = startTotp)]
    pub fn start_totp(&self, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move { Ok(JsTotpSetup(account.start_totp().await?).into()) })
    }

    /// `Account::confirm_totp`.
    #[wasm_bindgen(js_name = confirmTotp)]
    pub fn confirm_totp(
        &self,
        code: String,
        device_name: Option<String>,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let account = self.0.clone();
        done(signal, async move { Ok(account.confirm_totp(&code, device_name.as_deref()).await?) })
    }

    /// `Account::mfa_preference`.
    #[wasm_bindgen(js_name = mfaPreference)]
    pub fn mfa_preference(&self, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        call(signal, async move {
            let preference = account.mfa_preference().await?;
            Ok(object(&[
                ("enabled", list(preference.enabled().iter().map(method_name))),
                ("preferred", maybe(preference.preferred().map(method_name))),
            ])
            .into())
        })
    }

    /// `Account::set_mfa_preference`.
    #[wasm_bindgen(js_name = setMfaPreference)]
    pub fn set_mfa_preference(&self, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        done(signal, async move {
            let options = Options::new(options);
            let mut settings = MfaSettings::new();
            if let Some(setting) = mfa_setting(&options, "sms")? {
                settings = settings.sms(setting);
            }
            if let Some(setting) = mfa_setting(&options, "totp")? {
                settings = settings.totp(setting);
            }
            if let Some(setting) = mfa_setting(&options, "email")? {
                settings = settings.email(setting);
            }
            Ok(account.set_mfa_preference(settings).await?)
        })
    }

    /// `Account::delete_user`.
    #[wasm_bindgen(js_name = deleteUser)]
    pub fn delete_user(&self, signal: Option<AbortSignal>) -> Promise {
        let account = self.0.clone();
        done(signal, async move { Ok(account.delete_user().await?) })
    }
}

fn done(signal: Option<AbortSignal>, work: impl Future<Output = Result<(), Thrown>> + 'static) -> Promise {
    call(signal, async move { work.await.map(|()| JsValue::UNDEFINED) })
}

fn delivery(delivery: Option<&CodeDelivery>) -> JsValue {
    maybe(delivery.map(|delivery| {
        object(&[
            ("medium", maybe(delivery.medium())),
            ("destination", maybe(delivery.destination())),
            ("attribute", maybe(delivery.attribute())),
        ])
    }))
}

fn mfa_setting(options: &Options, name: &str) -> Result<Option<MfaSetting>, Thrown> {
    Ok(match options.text(name)?.as_deref() {
        None => None,
        Some("off") => Some(MfaSetting::Off),
        Some("on") => Some(MfaSetting::On),
        Some("preferred") => Some(MfaSetting::Preferred),
        Some(_) => return Err(Thrown::invalid_input("an MFA setting is \"off\", \"on\" or \"preferred\"")),
    })
}

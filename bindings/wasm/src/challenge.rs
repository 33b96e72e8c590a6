//! Challenges and their answers.

use std::rc::Rc;

use js_sys::Promise;
use poolpass::{Challenge, MfaMethod, SoftwareTokenSetup};
use wasm_bindgen::prelude::*;

use crate::call::call;
use crate::error::Exception;
use crate::session::step;
use crate::values::{Options, list, maybe, object, pairs, texts};

/// `Challenge` of the crate `poolpass`. `js/challenges.ts` has a class for each kind, which calls what fits.
#[wasm_bindgen(js_name = Challenge)]
#[derive(Clone, Debug)]
pub struct JsChallenge(Rc<Challenge>);

impl JsChallenge {
    pub(crate) fn new(challenge: Challenge) -> Self {
        Self(Rc::new(challenge))
    }
}

#[wasm_bindgen(js_class = Challenge)]
impl JsChallenge {
    /// Which kind it is, and what it says.
    pub fn describe(&self) -> JsValue {
        let challenge = &*self.0;
        let (kind, detail) = match challenge {
            Challenge::SmsCode(challenge) => ("smsCode", ("destination", maybe(challenge.destination()))),
            Challenge::EmailCode(challenge) => ("emailCode", ("destination", maybe(challenge.destination()))),
            Challenge::SoftwareToken(challenge) => {
                ("softwareToken", ("deviceName", maybe(challenge.device_name())))
            }
            Challenge::SelectMfaType(challenge) => {
                ("selectMfaType", ("methods", list(challenge.options().iter().map(method_name))))
            }
            Challenge::SetUpMfa(challenge) => {
                ("setUpMfa", ("methods", list(challenge.options().iter().map(method_name))))
            }
            Challenge::NewPassword(challenge) => {
                ("newPassword", ("requiredAttributes", list(challenge.required_attributes())))
            }
            Challenge::Other(challenge) => ("other", ("parameters", texts(pairs(challenge.parameters())))),
            _ => ("other", ("parameters", object(&[]).into())),
        };
        let attributes = match challenge {
            Challenge::NewPassword(challenge) => texts(pairs(challenge.attributes())),
            _ => JsValue::UNDEFINED,
        };
        object(&[
            ("kind", kind.into()),
            ("name", challenge.name().into()),
            ("username", challenge.username().into()),
            detail,
            ("attributes", attributes),
        ])
        .into()
    }

    /// Does what `method` names, with the members of `input`.
    pub fn call(&self, method: String, input: JsValue) -> Promise {
        let (input, challenge) = (Options::new(input), Rc::clone(&self.0));
        call(&input.clone(), Box::pin(perform(challenge, method, input)))
    }
}

/// The answers that challenges take.
async fn perform(challenge: Rc<Challenge>, method: String, input: Options) -> Result<JsValue, Exception> {
    Ok(step(match (method.as_str(), &*challenge) {
        ("answerWithCode", Challenge::SmsCode(challenge)) => challenge.answer(&input.needed("code")?).await?,
        ("answerWithCode", Challenge::EmailCode(challenge)) => {
            challenge.answer(&input.needed("code")?).await?
        }
        ("answerWithCode", Challenge::SoftwareToken(challenge)) => {
            challenge.answer(&input.needed("code")?).await?
        }
        ("answerWithCode", Challenge::SetUpMfa(challenge)) => {
            challenge.confirm_totp(&input.needed("code")?).await?
        }
        ("startTotp", Challenge::SetUpMfa(challenge)) => {
            return Ok(JsSoftwareTokenSetup(challenge.start_totp().await?).into());
        }
        ("setUpEmail", Challenge::SetUpMfa(challenge)) => {
            challenge.set_up_email(&input.needed("address")?).await?
        }
        ("answerWithMethod", Challenge::SelectMfaType(challenge)) => {
            challenge.answer(&method_called(input.needed("method")?)).await?
        }
        ("answerWithPassword", Challenge::NewPassword(challenge)) => {
            let attributes = input.texts("attributes")?;
            challenge.answer(input.needed("newPassword")?, &pairs(&attributes)).await?
        }
        ("answerWithResponses", Challenge::Other(challenge)) => {
            challenge.answer(&pairs(&input.texts("responses")?)).await?
        }
        // The classes of `js/challenges.ts` leave no way to this.
        _ => return Err(Exception::invalid_input("this challenge takes another answer")),
    }))
}

/// `SoftwareTokenSetup` of the crate `poolpass`.
#[wasm_bindgen(js_name = SoftwareTokenSetup)]
#[derive(Debug)]
pub struct JsSoftwareTokenSetup(pub(crate) SoftwareTokenSetup);

#[wasm_bindgen(js_class = SoftwareTokenSetup)]
impl JsSoftwareTokenSetup {
    /// The secret in base32.
    #[wasm_bindgen(getter)]
    pub fn secret(&self) -> String {
        self.0.secret().to_owned()
    }

    /// What the QR code has to say.
    #[wasm_bindgen(js_name = otpauthUri)]
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        self.0.otpauth_uri(issuer, account)
    }
}

/// The name of a method in JavaScript; AWS's own where there is none.
pub(crate) fn method_name(method: &MfaMethod) -> String {
    match method {
        MfaMethod::Sms => "sms",
        MfaMethod::SoftwareToken => "softwareToken",
        MfaMethod::Email => "email",
        other => other.as_str(),
    }
    .to_owned()
}

fn method_called(name: String) -> MfaMethod {
    match name.as_str() {
        "sms" => MfaMethod::Sms,
        "softwareToken" => MfaMethod::SoftwareToken,
        "email" => MfaMethod::Email,
        _ => MfaMethod::Other(name),
    }
}

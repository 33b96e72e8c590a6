//! Challenges and their answers.

use std::rc::Rc;

use js_sys::Promise;
use poolpass::challenge::SetUpMfa;
use poolpass::{Challenge, MfaMethod, SignIn, TotpSetup};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::call::call;
use crate::error::Thrown;
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
    /// AWS's name for it.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// Who is signing in.
    #[wasm_bindgen(getter)]
    pub fn username(&self) -> String {
        self.0.username().to_owned()
    }

    /// Which kind it is, and what it says.
    pub fn describe(&self) -> JsValue {
        let (kind, details) = match &*self.0 {
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
                let attributes = challenge.attributes().iter();
                let attributes = texts(attributes.map(|(name, value)| (name.as_str(), value.as_str())));
                let required = list(challenge.required_attributes());
                return object(&[
                    ("kind", "newPassword".into()),
                    ("requiredAttributes", required),
                    ("attributes", attributes),
                ])
                .into();
            }
            Challenge::Other(challenge) => {
                let parameters = challenge.parameters().iter();
                let parameters = parameters.map(|(name, value)| (name.as_str(), value.as_str()));
                ("other", ("parameters", texts(parameters)))
            }
            _ => ("other", ("parameters", object(&[]).into())),
        };
        object(&[("kind", kind.into()), details]).into()
    }

    /// Answers with a code.
    #[wasm_bindgen(js_name = answerWithCode)]
    pub fn answer_with_code(&self, code: String, signal: Option<AbortSignal>) -> Promise {
        let challenge = Rc::clone(&self.0);
        answer(signal, async move {
            Ok(match &*challenge {
                Challenge::SmsCode(challenge) => challenge.answer(&code).await?,
                Challenge::EmailCode(challenge) => challenge.answer(&code).await?,
                Challenge::SoftwareToken(challenge) => challenge.answer(&code).await?,
                Challenge::SetUpMfa(challenge) => challenge.confirm_totp(&code).await?,
                _ => return Err(wrong_answer()),
            })
        })
    }

    /// Chooses a second factor.
    #[wasm_bindgen(js_name = answerWithMethod)]
    pub fn answer_with_method(&self, method: String, signal: Option<AbortSignal>) -> Promise {
        let challenge = Rc::clone(&self.0);
        answer(signal, async move {
            match &*challenge {
                Challenge::SelectMfaType(challenge) => Ok(challenge.answer(&method_called(method)).await?),
                _ => Err(wrong_answer()),
            }
        })
    }

    /// Answers with a new password and `options.attributes`.
    #[wasm_bindgen(js_name = answerWithPassword)]
    pub fn answer_with_password(
        &self,
        password: String,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let challenge = Rc::clone(&self.0);
        answer(signal, async move {
            let attributes = Options::new(options).texts("attributes")?;
            match &*challenge {
                Challenge::NewPassword(challenge) => {
                    Ok(challenge.answer(password, &pairs(&attributes)).await?)
                }
                _ => Err(wrong_answer()),
            }
        })
    }

    /// Answers with `options.responses` as AWS documents them.
    #[wasm_bindgen(js_name = answerWithResponses)]
    pub fn answer_with_responses(&self, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let challenge = Rc::clone(&self.0);
        answer(signal, async move {
            let responses = Options::new(options).texts("responses")?;
            match &*challenge {
                Challenge::Other(challenge) => Ok(challenge.answer(&pairs(&responses)).await?),
                _ => Err(wrong_answer()),
            }
        })
    }

    /// `SetUpMfa::start_totp`.
    #[wasm_bindgen(js_name = startTotp)]
    pub fn start_totp(&self, signal: Option<AbortSignal>) -> Promise {
        let challenge = Rc::clone(&self.0);
        call(signal, async move { Ok(JsTotpSetup(set_up(&challenge)?.start_totp().await?).into()) })
    }

    /// `SetUpMfa::set_up_email`.
    #[wasm_bindgen(js_name = setUpEmail)]
    pub fn set_up_email(&self, address: String, signal: Option<AbortSignal>) -> Promise {
        let challenge = Rc::clone(&self.0);
        answer(signal, async move { Ok(set_up(&challenge)?.set_up_email(&address).await?) })
    }
}

/// `TotpSetup` of the crate `poolpass`.
#[wasm_bindgen(js_name = TotpSetup)]
#[derive(Debug)]
pub struct JsTotpSetup(pub(crate) TotpSetup);

#[wasm_bindgen(js_class = TotpSetup)]
impl JsTotpSetup {
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

fn answer(
    signal: Option<AbortSignal>,
    work: impl Future<Output = Result<SignIn, Thrown>> + 'static,
) -> Promise {
    call(signal, async move { work.await.map(step) })
}

fn set_up(challenge: &Challenge) -> Result<&SetUpMfa, Thrown> {
    match challenge {
        Challenge::SetUpMfa(challenge) => Ok(challenge),
        _ => Err(wrong_answer()),
    }
}

/// The classes of `js/challenges.ts` leave no way to this.
fn wrong_answer() -> Thrown {
    Thrown::invalid_input("this challenge takes another answer")
}

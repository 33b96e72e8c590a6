//! Challenges and their answers.

use std::rc::Rc;

use js_sys::Promise;
use poolpass::{AuthFactor, Challenge, MfaMethod};
use wasm_bindgen::prelude::*;

use crate::call::call;
use crate::error::Exception;
use crate::mfa::JsSoftwareTokenSetup;
use crate::session::step;
use crate::values::{Options, list, maybe, object, pairs, texts};

/// `Challenge` of the crate `poolpass`. `js/challenges.ts` has a class for each kind, which calls the methods that fit it.
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
    /// The kind, and what the challenge says.
    pub fn details(&self) -> JsValue {
        let challenge = &*self.0;
        let detail = match challenge {
            Challenge::SmsMfa(challenge) => ("destination", maybe(challenge.destination())),
            Challenge::EmailMfa(challenge) => ("destination", maybe(challenge.destination())),
            Challenge::EmailOtp(challenge) => ("destination", maybe(challenge.destination())),
            Challenge::SmsOtp(challenge) => ("destination", maybe(challenge.destination())),
            Challenge::SelectChallenge(challenge) => {
                ("available", list(challenge.available().iter().map(AuthFactor::code)))
            }
            Challenge::WebAuthn(challenge) => ("requestOptions", challenge.request_options().into()),
            Challenge::CustomChallenge(challenge) => ("parameters", texts(pairs(challenge.parameters()))),
            Challenge::SoftwareTokenMfa(challenge) => ("deviceName", maybe(challenge.device_name())),
            Challenge::SelectMfaType(challenge) => {
                ("methods", list(challenge.methods().iter().map(MfaMethod::code)))
            }
            Challenge::MfaSetup(challenge) => {
                ("methods", list(challenge.methods().iter().map(MfaMethod::code)))
            }
            Challenge::NewPasswordRequired(challenge) => {
                ("requiredAttributes", list(challenge.required_attributes()))
            }
            Challenge::Other(challenge) => ("parameters", texts(pairs(challenge.parameters()))),
            _ => ("parameters", JsValue::UNDEFINED),
        };
        let attributes = match challenge {
            Challenge::NewPasswordRequired(challenge) => texts(pairs(challenge.attributes())),
            _ => JsValue::UNDEFINED,
        };
        object(&[
            ("kind", challenge.kind().into()),
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
        ("answerCode", Challenge::SmsMfa(challenge)) => challenge.answer(&input.needed("code")?).await?,
        ("answerCode", Challenge::EmailMfa(challenge)) => challenge.answer(&input.needed("code")?).await?,
        ("answerCode", Challenge::EmailOtp(challenge)) => challenge.answer(&input.needed("code")?).await?,
        ("answerCode", Challenge::SmsOtp(challenge)) => challenge.answer(&input.needed("code")?).await?,
        ("resend", Challenge::EmailOtp(challenge)) => challenge.resend().await?,
        ("resend", Challenge::SmsOtp(challenge)) => challenge.resend().await?,
        ("answerFactor", Challenge::SelectChallenge(challenge)) => {
            challenge.answer(&AuthFactor::from_code(input.needed("factor")?)).await?
        }
        ("answerPassword", Challenge::SelectChallenge(challenge)) => {
            challenge.answer_with_password(input.needed("password")?).await?
        }
        ("answerPassword", Challenge::Password(challenge)) => {
            challenge.answer(input.needed("password")?).await?
        }
        ("answerCredential", Challenge::WebAuthn(challenge)) => {
            challenge.answer(&input.needed("credential")?).await?
        }
        ("answerCustom", Challenge::CustomChallenge(challenge)) => {
            let mut answer = challenge.answer(input.needed("answer")?);
            for (key, value) in input.texts("clientMetadata")? {
                answer = answer.client_metadata(key, value);
            }
            answer.await?
        }
        ("answerCode", Challenge::SoftwareTokenMfa(challenge)) => {
            challenge.answer(&input.needed("code")?).await?
        }
        ("verifySoftwareToken", Challenge::MfaSetup(challenge)) => {
            let name = input.text("deviceName")?;
            challenge.verify_software_token(&input.needed("code")?, name.as_deref()).await?
        }
        ("associateSoftwareToken", Challenge::MfaSetup(challenge)) => {
            return Ok(JsSoftwareTokenSetup(challenge.associate_software_token().await?).into());
        }
        ("setUpEmail", Challenge::MfaSetup(challenge)) => {
            challenge.set_up_email(&input.needed("address")?).await?
        }
        ("answerMethod", Challenge::SelectMfaType(challenge)) => {
            challenge.answer(&MfaMethod::from_code(input.needed("method")?)).await?
        }
        ("answerNewPassword", Challenge::NewPasswordRequired(challenge)) => {
            let attributes = input.texts("attributes")?;
            challenge.answer(input.needed("newPassword")?, &pairs(&attributes)).await?
        }
        ("answerResponses", Challenge::Other(challenge)) => {
            challenge.answer(&pairs(&input.texts("responses")?)).await?
        }
        // The classes of `js/challenges.ts` leave no way to this.
        _ => return Err(Exception::invalid_input("this challenge takes another answer")),
    }))
}

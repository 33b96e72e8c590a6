//! The person's account.

use poolpass::{
    Account, CodeDeliveryDetails, MfaMethod, MfaPreference, MfaSetting, MfaSettings, SignUp, SignUpResult,
};
use wasm_bindgen::prelude::*;

use crate::call::no_such_method;
use crate::challenge::JsSoftwareTokenSetup;
use crate::error::Exception;
use crate::values::{Options, list, maybe, object, pairs, texts};

/// The methods of `Account` of the crate `poolpass`.
pub(crate) async fn perform(account: Account, method: String, input: Options) -> Result<JsValue, Exception> {
    let account = with_metadata(account, &input)?;
    match method.as_str() {
        "signUp" => return Ok(signed_up(&account.sign_up(sign_up(&input)?).await?)),
        "confirmSignUp" => {
            account.confirm_sign_up(&input.needed("username")?, &input.needed("code")?).await?;
        }
        "resendConfirmationCode" => {
            let sent = account.resend_confirmation_code(&input.needed("username")?).await?;
            return Ok(delivery(sent.as_ref()));
        }
        "forgotPassword" => {
            return Ok(delivery(account.forgot_password(&input.needed("username")?).await?.as_ref()));
        }
        "confirmForgotPassword" => {
            let (username, code) = (input.needed("username")?, input.needed("code")?);
            account.confirm_forgot_password(&username, &code, input.needed("newPassword")?).await?;
        }
        "changePassword" => {
            account
                .change_password(input.needed("previousPassword")?, input.needed("proposedPassword")?)
                .await?;
        }
        "attributes" => return Ok(texts(account.attributes().await?.iter())),
        "updateAttributes" => {
            let sent = account.update_attributes(&pairs(&input.texts("attributes")?)).await?;
            return Ok(list(sent.iter().map(|sent| delivery(Some(sent)))));
        }
        "deleteAttributes" => {
            let names = input.text_list("names")?;
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            account.delete_attributes(&names).await?;
        }
        "requestAttributeCode" => {
            return Ok(delivery(account.request_attribute_code(&input.needed("name")?).await?.as_ref()));
        }
        "verifyAttribute" => {
            account.verify_attribute(&input.needed("name")?, &input.needed("code")?).await?;
        }
        "associateSoftwareToken" => {
            return Ok(JsSoftwareTokenSetup(account.associate_software_token().await?).into());
        }
        "verifySoftwareToken" => {
            let name = input.text("deviceName")?;
            account.verify_software_token(&input.needed("code")?, name.as_deref()).await?;
        }
        "mfaPreference" => return Ok(preference(&account.mfa_preference().await?)),
        "setMfaPreference" => account.set_mfa_preference(mfa_settings(&input)?).await?,
        "deleteUser" => account.delete_user().await?,
        _ => return Err(no_such_method()),
    }
    Ok(JsValue::UNDEFINED)
}

fn with_metadata(account: Account, input: &Options) -> Result<Account, Exception> {
    let metadata = input.texts("clientMetadata")?.into_iter();
    Ok(metadata.fold(account, |account, (key, value)| account.with_client_metadata(key, value)))
}

fn sign_up(input: &Options) -> Result<SignUp, Exception> {
    let mut new = SignUp::new(input.needed("username")?, input.needed("password")?);
    for (name, value) in input.texts("attributes")? {
        new = new.attribute(name, value);
    }
    for (name, value) in input.texts("validationData")? {
        new = new.validation_data(name, value);
    }
    Ok(new)
}

fn signed_up(done: &SignUpResult) -> JsValue {
    object(&[
        ("confirmed", done.confirmed().into()),
        ("sub", done.sub().into()),
        ("codeDeliveryDetails", delivery(done.code_delivery_details())),
    ])
    .into()
}

fn delivery(delivery: Option<&CodeDeliveryDetails>) -> JsValue {
    maybe(delivery.map(|delivery| {
        object(&[
            ("deliveryMedium", maybe(delivery.delivery_medium())),
            ("destination", maybe(delivery.destination())),
            ("attributeName", maybe(delivery.attribute_name())),
        ])
    }))
}

fn preference(preference: &MfaPreference) -> JsValue {
    object(&[
        ("enabled", list(preference.enabled().iter().map(MfaMethod::code))),
        ("preferred", maybe(preference.preferred().map(MfaMethod::code))),
    ])
    .into()
}

fn mfa_settings(input: &Options) -> Result<MfaSettings, Exception> {
    let mut settings = MfaSettings::new();
    if let Some(setting) = mfa_setting(input, "sms")? {
        settings = settings.sms(setting);
    }
    if let Some(setting) = mfa_setting(input, "softwareToken")? {
        settings = settings.software_token(setting);
    }
    if let Some(setting) = mfa_setting(input, "email")? {
        settings = settings.email(setting);
    }
    Ok(settings)
}

fn mfa_setting(input: &Options, name: &str) -> Result<Option<MfaSetting>, Exception> {
    let Some(text) = input.text(name)? else { return Ok(None) };
    let setting = MfaSetting::ALL.iter().find(|setting| setting.code() == text);
    match setting {
        Some(setting) => Ok(Some(*setting)),
        None => Err(Exception::invalid_input("an MFA setting is \"off\", \"on\" or \"preferred\"")),
    }
}

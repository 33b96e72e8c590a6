//! The person's account.

use poolpass::{
    Account, AccountCall, AccountList, AccountListOptions, AccountOptions, CodeDeliveryDetails,
    SignUpOptions, SignUpResult, UserSession,
};
use wasm_bindgen::prelude::*;

use crate::call::no_such_method;
use crate::devices;
use crate::error::Exception;
use crate::mfa::{self, JsSoftwareTokenSetup};
use crate::passkeys::{self, JsPasskeyRegistration};
use crate::values::{Options, date, list, maybe, object, pairs, texts};

/// Calls a method of `Account` of the crate `poolpass`.
pub(crate) async fn perform(account: Account, method: String, input: Options) -> Result<JsValue, Exception> {
    match method.as_str() {
        "signUp" => {
            let sign_up = account.sign_up(input.needed("username")?, input.needed("password")?);
            return Ok(sign_up_result(&sign_up.options(sign_up_options(&input)?).await?));
        }
        "signUpWithoutPassword" => {
            let sign_up = account.sign_up_without_password(input.needed("username")?);
            return Ok(sign_up_result(&sign_up.options(sign_up_options(&input)?).await?));
        }
        "confirmSignUp" => {
            let (username, code) = (input.needed("username")?, input.needed("code")?);
            account.confirm_sign_up(&username, &code).options(options(&input)?).await?;
        }
        "resendConfirmationCode" => {
            let call = account.resend_confirmation_code(&input.needed("username")?);
            return delivered(call, &input).await;
        }
        "forgotPassword" => {
            return delivered(account.forgot_password(&input.needed("username")?), &input).await;
        }
        "confirmForgotPassword" => {
            let (username, code) = (input.needed("username")?, input.needed("code")?);
            let call = account.confirm_forgot_password(&username, &code, input.needed("newPassword")?);
            call.options(options(&input)?).await?;
        }
        "changePassword" => {
            account
                .change_password(input.needed("previousPassword")?, input.needed("proposedPassword")?)
                .await?;
        }
        "attributes" => return Ok(texts(account.attributes().await?.iter())),
        "updateAttributes" => {
            let call = account.update_attributes(&pairs(&input.texts("attributes")?));
            let sent = call.options(options(&input)?).await?;
            return Ok(list(sent.iter().map(|sent| delivery(Some(sent)))));
        }
        "deleteAttributes" => {
            let names = input.text_list("names")?;
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            account.delete_attributes(&names).await?;
        }
        "requestAttributeCode" => {
            return delivered(account.request_attribute_code(&input.needed("name")?), &input).await;
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
        "mfaPreference" => return Ok(mfa::preference(&account.mfa_preference().await?)),
        "authFactors" => return Ok(mfa::factors(&account.auth_factors().await?)),
        "setMfaPreference" => account.set_mfa_preference(mfa::settings(&input)?).await?,
        "sessionsPage" => return page(account.sessions(), &input, session).await,
        "revokeSession" => {
            let revoke = account.revoke_session(input.needed("id")?);
            revoke.associated(input.flag("associated")?).await?;
        }
        "devicesPage" => return page(account.devices(), &input, devices::device).await,
        "device" => return Ok(devices::device(account.device(&input.needed("key")?).await?)),
        "currentDeviceKey" => return Ok(maybe(account.current_device_key().await?)),
        "rememberDevice" => account.remember_device(input.text("key")?.as_deref()).await?,
        "doNotRememberDevice" => account.do_not_remember_device(input.text("key")?.as_deref()).await?,
        "forgetDevice" => account.forget_device(input.text("key")?.as_deref()).await?,
        "startPasskeyRegistration" => {
            return Ok(JsPasskeyRegistration::new(account.start_passkey_registration().await?).into());
        }
        "passkeysPage" => return page(account.passkeys(), &input, passkeys::passkey).await,
        "deletePasskey" => account.delete_passkey(&input.needed("credentialId")?).await?,
        "deleteUser" => account.delete_user().await?,
        _ => return Err(no_such_method()),
    }
    Ok(JsValue::UNDEFINED)
}

/// A page of a list.
async fn page<T>(
    asked: AccountList<T>,
    input: &Options,
    item: fn(T) -> JsValue,
) -> Result<JsValue, Exception> {
    let page_size = input.number("pageSize")?.map(|items| items as u32);
    let options = AccountListOptions { page_size, next_token: input.text("nextToken")? };
    let page = asked.options(options).page().await?;
    let items = list(page.items.into_iter().map(item));
    Ok(object(&[("items", items), ("nextToken", maybe(page.next_token))]).into())
}

fn session(session: UserSession) -> JsValue {
    object(&[
        ("id", session.id.into()),
        ("sessionType", maybe(session.session_type)),
        ("clientId", maybe(session.client_id)),
        ("created", maybe(session.created.map(date))),
        ("lastActive", maybe(session.last_active.map(date))),
        ("deviceType", maybe(session.device_type)),
        ("lastIpAddress", maybe(session.last_ip_address)),
        ("city", maybe(session.city)),
        ("country", maybe(session.country)),
        ("originSessionId", maybe(session.origin_session_id)),
        ("isCurrent", session.is_current.into()),
    ])
    .into()
}

/// The options of a call that can run a Lambda trigger.
fn options(input: &Options) -> Result<AccountOptions, Exception> {
    Ok(AccountOptions { client_metadata: input.texts("clientMetadata")? })
}

fn sign_up_options(input: &Options) -> Result<SignUpOptions, Exception> {
    Ok(SignUpOptions {
        attributes: input.texts("attributes")?,
        validation_data: input.texts("validationData")?,
        client_metadata: input.texts("clientMetadata")?,
    })
}

fn sign_up_result(result: &SignUpResult) -> JsValue {
    object(&[
        ("confirmed", result.confirmed().into()),
        ("sub", result.sub().into()),
        ("codeDeliveryDetails", delivery(result.code_delivery_details())),
    ])
    .into()
}

async fn delivered(
    call: AccountCall<Option<CodeDeliveryDetails>>,
    input: &Options,
) -> Result<JsValue, Exception> {
    Ok(delivery(call.options(options(input)?).await?.as_ref()))
}

fn delivery(details: Option<&CodeDeliveryDetails>) -> JsValue {
    maybe(details.map(|details| {
        object(&[
            ("deliveryMedium", maybe(details.delivery_medium())),
            ("destination", maybe(details.destination())),
            ("attributeName", maybe(details.attribute_name())),
        ])
    }))
}

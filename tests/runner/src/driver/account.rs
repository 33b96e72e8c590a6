//! Sign-up and everything that a person does to the account.

use anyhow::{Context, Result, bail};
use futures_util::TryStreamExt;
use poolpass::{
    AccountOptions, AuthFactor, CodeDeliveryDetails, Device, Error, MfaMethod, MfaSetting, MfaSettings,
    UserSession,
};
use serde_json::{Map, Value, json};

use super::session::{pairs, rfc3339};
use super::{Driver, Outcome, nothing};
use crate::arguments::Arguments;

impl Driver {
    pub(super) async fn account_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let method = operation.strip_prefix("account.")?;
        Some(match method {
            "signUp"
            | "signUpWithoutPassword"
            | "confirmSignUp"
            | "resendConfirmationCode"
            | "forgotPassword"
            | "confirmForgotPassword"
            | "changePassword" => self.password_operation(method, with).await,
            _ => self.signed_in_operation(method, with).await,
        })
    }

    async fn password_operation(&self, operation: &str, with: Arguments<'_>) -> Outcome {
        let account = self.client().account();
        let options = AccountOptions { client_metadata: with.texts("clientMetadata")? };
        match operation {
            "signUp" | "signUpWithoutPassword" => {
                let username = with.text("username")?;
                let mut sign_up = match operation {
                    "signUp" => account.sign_up(username, with.text("password")?),
                    _ => account.sign_up_without_password(username),
                };
                for (name, value) in with.texts("attributes")? {
                    sign_up = sign_up.attribute(name, value);
                }
                for (name, value) in with.texts("validationData")? {
                    sign_up = sign_up.validation_data(name, value);
                }
                for (name, value) in options.client_metadata {
                    sign_up = sign_up.client_metadata(name, value);
                }
                Ok(sign_up.await.map(|result| {
                    json!({
                        "confirmed": result.confirmed(),
                        "sub": result.sub(),
                        "codeDeliveryDetails": details(result.code_delivery_details()),
                    })
                }))
            }
            "confirmSignUp" => {
                let confirmation = account.confirm_sign_up(with.text("username")?, with.text("code")?);
                nothing(confirmation.options(options).await)
            }
            "resendConfirmationCode" => {
                delivered(account.resend_confirmation_code(with.text("username")?).options(options).await)
            }
            "forgotPassword" => {
                delivered(account.forgot_password(with.text("username")?).options(options).await)
            }
            "confirmForgotPassword" => {
                let (username, code) = (with.text("username")?, with.text("code")?);
                let confirmation = account.confirm_forgot_password(username, code, with.text("newPassword")?);
                nothing(confirmation.options(options).await)
            }
            _ => {
                let (previous, proposed) = (with.text("previousPassword")?, with.text("proposedPassword")?);
                nothing(account.change_password(previous, proposed).await)
            }
        }
    }

    async fn signed_in_operation(&self, operation: &str, with: Arguments<'_>) -> Outcome {
        let account = self.client().account();
        match operation {
            "attributes" => Ok(account.attributes().await.map(|attributes| {
                let members = attributes.iter().map(|(name, value)| (name.to_owned(), json!(value)));
                Value::Object(members.collect::<Map<_, _>>())
            })),
            "updateAttributes" => {
                let attributes = with.texts("attributes")?;
                let sent = account.update_attributes(&pairs(&attributes)).await;
                Ok(sent.map(|sent| sent.iter().map(|sent| details(Some(sent))).collect()))
            }
            "deleteAttributes" => {
                let names = with.list("names")?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
                nothing(account.delete_attributes(&names.context("the names are strings")?).await)
            }
            "requestAttributeCode" => delivered(account.request_attribute_code(with.text("name")?).await),
            "verifyAttribute" => {
                nothing(account.verify_attribute(with.text("name")?, with.text("code")?).await)
            }
            "authFactors" => Ok(account.auth_factors().await.map(|factors| {
                json!({
                    "configured": factors.configured.iter().map(AuthFactor::code).collect::<Vec<_>>(),
                    "mfaMethods": factors.mfa_methods.iter().map(MfaMethod::code).collect::<Vec<_>>(),
                    "preferredMfa": factors.preferred_mfa.as_ref().map(MfaMethod::code),
                })
            })),
            "sessions" => {
                let sessions = account.sessions().items().try_collect::<Vec<_>>().await;
                Ok(sessions.map(|sessions| sessions.iter().map(session).collect()))
            }
            "revokeSession" => {
                let revoke = account.revoke_session(with.text("id")?);
                nothing(revoke.associated(with.flag("associated")).await)
            }
            "associateSoftwareToken" => Ok(account.associate_software_token().await.map(
                |setup| json!({ "secret": setup.secret(), "otpauthUri": setup.otpauth_uri("Poolpass", "test") }),
            )),
            "verifySoftwareToken" => nothing(account.verify_software_token(with.text("code")?, None).await),
            "setMfaPreference" => {
                let mut settings = MfaSettings::new();
                if let Some(setting) = with.maybe_text("sms") {
                    settings = settings.sms(mfa_setting(setting)?);
                }
                if let Some(setting) = with.maybe_text("softwareToken") {
                    settings = settings.software_token(mfa_setting(setting)?);
                }
                if let Some(setting) = with.maybe_text("email") {
                    settings = settings.email(mfa_setting(setting)?);
                }
                if with.0.contains_key("webAuthn") {
                    settings = settings.web_authn(with.flag("webAuthn"));
                }
                nothing(account.set_mfa_preference(settings).await)
            }
            "devices" => {
                let mut list = account.devices();
                if let Some(size) = with.maybe_number("pageSize") {
                    list = list.page_size(u32::try_from(size)?);
                }
                let devices: Result<Vec<_>, _> = list.items().map_ok(|it| device(&it)).try_collect().await;
                Ok(devices.map(Value::from))
            }
            "device" => Ok(account.device(with.text("key")?).await.map(|it| device(&it))),
            "currentDeviceKey" => Ok(account.current_device_key().await.map(|key| json!(key))),
            "rememberDevice" => nothing(account.remember_device(with.maybe_text("key")).await),
            "doNotRememberDevice" => nothing(account.do_not_remember_device(with.maybe_text("key")).await),
            "forgetDevice" => nothing(account.forget_device(with.maybe_text("key")).await),
            "deleteUser" => nothing(account.delete_user().await),
            other => bail!("there is no operation of the account called {other:?}"),
        }
    }
}

fn device(device: &Device) -> Value {
    json!({ "key": device.key, "name": device.name, "attributes": device.attributes })
}

fn session(session: &UserSession) -> Value {
    json!({
        "id": session.id,
        "sessionType": session.session_type,
        "clientId": session.client_id,
        "created": session.created.map(rfc3339),
        "lastActive": session.last_active.map(rfc3339),
        "deviceType": session.device_type,
        "lastIpAddress": session.last_ip_address,
        "country": session.country,
        "isCurrent": session.is_current,
    })
}

fn delivered(delivery: Result<Option<CodeDeliveryDetails>, Error>) -> Outcome {
    Ok(delivery.map(|delivery| details(delivery.as_ref())))
}

fn details(details: Option<&CodeDeliveryDetails>) -> Value {
    details.map_or(Value::Null, |details| {
        json!({
            "destination": details.destination(),
            "deliveryMedium": details.delivery_medium(),
            "attributeName": details.attribute_name(),
        })
    })
}

fn mfa_setting(name: &str) -> Result<MfaSetting> {
    MfaSetting::from_code(name).with_context(|| format!("there is no MFA setting {name:?}"))
}

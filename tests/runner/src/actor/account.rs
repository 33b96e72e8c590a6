//! Sign-up and everything that a person does to the account.

use anyhow::{Context, Result, bail};
use poolpass::{CodeDelivery, Error};
use poolpass::{MfaSetting, MfaSettings, SignUp};
use serde_json::{Map, Value, json};

use super::session::pairs;
use super::{Actor, Outcome, nothing};
use crate::arguments::Arguments;

impl Actor {
    pub(super) async fn account_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        match operation {
            "signUp"
            | "confirmSignUp"
            | "resendConfirmationCode"
            | "forgotPassword"
            | "confirmForgotPassword"
            | "changePassword" => Some(self.password_operation(operation, with).await),
            "attributes"
            | "updateAttributes"
            | "deleteAttributes"
            | "requestAttributeCode"
            | "verifyAttribute"
            | "startTotp"
            | "confirmTotp"
            | "preferMfa"
            | "deleteUser" => Some(self.signed_in_operation(operation, with).await),
            _ => None,
        }
    }

    async fn password_operation(&self, operation: &str, with: Arguments<'_>) -> Outcome {
        let account = self.client().account();
        match operation {
            "signUp" => {
                let mut sign_up = SignUp::new(with.text("username")?, with.text("password")?);
                for (name, value) in with.texts("attributes")? {
                    sign_up = sign_up.attribute(name, value);
                }
                Ok(account.sign_up(sign_up).await.map(|signed_up| {
                    let sent_to = signed_up.code_delivery().and_then(CodeDelivery::destination);
                    json!({ "confirmed": signed_up.is_confirmed(), "sentTo": sent_to })
                }))
            }
            "confirmSignUp" => {
                nothing(account.confirm_sign_up(with.text("username")?, with.text("code")?).await)
            }
            "resendConfirmationCode" => {
                sent_to(account.resend_confirmation_code(with.text("username")?).await)
            }
            "forgotPassword" => sent_to(account.forgot_password(with.text("username")?).await),
            "confirmForgotPassword" => {
                let (username, code) = (with.text("username")?, with.text("code")?);
                nothing(account.confirm_forgot_password(username, code, with.text("newPassword")?).await)
            }
            _ => nothing(account.change_password(with.text("oldPassword")?, with.text("newPassword")?).await),
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
                nothing(account.update_attributes(&pairs(&attributes)).await)
            }
            "deleteAttributes" => {
                let names = with.list("names")?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
                nothing(account.delete_attributes(&names.context("the names are strings")?).await)
            }
            "requestAttributeCode" => sent_to(account.request_attribute_code(with.text("name")?).await),
            "verifyAttribute" => {
                nothing(account.verify_attribute(with.text("name")?, with.text("code")?).await)
            }
            "startTotp" => Ok(account.start_totp().await.map(
                |setup| json!({ "secret": setup.secret(), "uri": setup.otpauth_uri("Poolpass", "test") }),
            )),
            "confirmTotp" => nothing(account.confirm_totp(with.text("code")?, None).await),
            "preferMfa" => {
                let mut settings = MfaSettings::new();
                if let Some(setting) = with.maybe_text("totp") {
                    settings = settings.totp(mfa_setting(setting)?);
                }
                if let Some(setting) = with.maybe_text("sms") {
                    settings = settings.sms(mfa_setting(setting)?);
                }
                if let Some(setting) = with.maybe_text("email") {
                    settings = settings.email(mfa_setting(setting)?);
                }
                nothing(account.set_mfa_preference(settings).await)
            }
            _ => nothing(account.delete_user().await),
        }
    }
}

fn sent_to(delivery: Result<Option<CodeDelivery>, Error>) -> Outcome {
    Ok(delivery.map(|delivery| json!({ "sentTo": delivery.as_ref().and_then(CodeDelivery::destination) })))
}

fn mfa_setting(name: &str) -> Result<MfaSetting> {
    Ok(match name {
        "preferred" => MfaSetting::Preferred,
        "enabled" => MfaSetting::On,
        "disabled" => MfaSetting::Off,
        other => bail!("there is no MFA setting {other:?}"),
    })
}

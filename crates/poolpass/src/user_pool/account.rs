//! Accounts: from SignUp to DeleteUser.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClientMetadata, CodeDelivery, Empty, UserPool};
use crate::aws_request::Repeat;
use crate::error::Error;

/// What SignUp takes.
pub(crate) struct NewUser<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) attributes: &'a BTreeMap<String, String>,
    pub(crate) validation_data: &'a BTreeMap<String, String>,
}

/// The answer of SignUp.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SignUpAnswer {
    #[serde(default)]
    pub(crate) user_confirmed: bool,
    pub(crate) user_sub: String,
    pub(crate) code_delivery_details: Option<CodeDelivery>,
}

/// The answer of GetUser.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UserAnswer {
    pub(crate) username: String,
    #[serde(default)]
    pub(crate) user_attributes: Vec<Attribute>,
    pub(crate) preferred_mfa_setting: Option<String>,
    #[serde(rename = "UserMFASettingList", default)]
    pub(crate) user_mfa_setting_list: Option<Vec<String>>,
}

/// One of the settings of SetUserMFAPreference.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MfaSettingInput {
    pub(crate) enabled: bool,
    pub(crate) preferred_mfa: bool,
}

/// The settings of SetUserMFAPreference; what is absent stays as it is.
#[derive(Default, Serialize)]
pub(crate) struct MfaSettingsInput {
    #[serde(rename = "SMSMfaSettings", skip_serializing_if = "Option::is_none")]
    pub(crate) sms: Option<MfaSettingInput>,
    #[serde(rename = "SoftwareTokenMfaSettings", skip_serializing_if = "Option::is_none")]
    pub(crate) software_token: Option<MfaSettingInput>,
    #[serde(rename = "EmailMfaSettings", skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<MfaSettingInput>,
}

/// `Name` and `Value`, as user attributes travel.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) value: String,
}

/// What only an app client and a user name authorise.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Named<'a, T> {
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_hash: Option<String>,
    username: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    client_metadata: &'a ClientMetadata,
    #[serde(flatten)]
    rest: T,
}

/// What an access token authorises.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Authorised<'a, T> {
    access_token: &'a str,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delivery {
    code_delivery_details: Option<CodeDelivery>,
}

impl UserPool {
    /// SignUp.
    pub(crate) async fn sign_up(
        &self,
        user: NewUser<'_>,
        client_metadata: &ClientMetadata,
    ) -> Result<SignUpAnswer, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            password: &'a str,
            user_attributes: Vec<Attribute>,
            validation_data: Vec<Attribute>,
        }
        let rest = Rest {
            password: user.password,
            user_attributes: attribute_list(user.attributes),
            validation_data: attribute_list(user.validation_data),
        };
        let input = self.named(user.username, client_metadata, rest);
        self.call("SignUp", Repeat::IfNotDone, &input).await
    }

    /// ConfirmSignUp.
    pub(crate) async fn confirm_sign_up(
        &self,
        username: &str,
        code: &str,
        client_metadata: &ClientMetadata,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            confirmation_code: &'a str,
        }
        let input = self.named(username, client_metadata, Rest { confirmation_code: code });
        self.call::<Empty>("ConfirmSignUp", Repeat::IfNotDone, &input).await.map(drop)
    }

    /// ResendConfirmationCode.
    pub(crate) async fn resend_confirmation_code(
        &self,
        username: &str,
        client_metadata: &ClientMetadata,
    ) -> Result<Option<CodeDelivery>, Error> {
        let input = self.named(username, client_metadata, Nothing {});
        let delivery: Delivery = self.call("ResendConfirmationCode", Repeat::IfNotDone, &input).await?;
        Ok(delivery.code_delivery_details)
    }

    /// ForgotPassword.
    pub(crate) async fn forgot_password(
        &self,
        username: &str,
        client_metadata: &ClientMetadata,
    ) -> Result<Option<CodeDelivery>, Error> {
        let input = self.named(username, client_metadata, Nothing {});
        let delivery: Delivery = self.call("ForgotPassword", Repeat::IfNotDone, &input).await?;
        Ok(delivery.code_delivery_details)
    }

    /// ConfirmForgotPassword.
    pub(crate) async fn confirm_forgot_password(
        &self,
        username: &str,
        code: &str,
        password: &str,
        client_metadata: &ClientMetadata,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            confirmation_code: &'a str,
            password: &'a str,
        }
        let input = self.named(username, client_metadata, Rest { confirmation_code: code, password });
        self.call::<Empty>("ConfirmForgotPassword", Repeat::IfNotDone, &input).await.map(drop)
    }

    /// ChangePassword.
    pub(crate) async fn change_password(
        &self,
        access_token: &str,
        previous: &str,
        proposed: &str,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            previous_password: &'a str,
            proposed_password: &'a str,
        }
        let rest = Rest { previous_password: previous, proposed_password: proposed };
        let input = Authorised { access_token, rest };
        self.call::<Empty>("ChangePassword", Repeat::IfNotDone, &input).await.map(drop)
    }

    /// GetUser.
    pub(crate) async fn user(&self, access_token: &str) -> Result<UserAnswer, Error> {
        self.call("GetUser", Repeat::Safe, &Authorised { access_token, rest: Nothing {} }).await
    }

    /// UpdateUserAttributes.
    pub(crate) async fn update_user_attributes(
        &self,
        access_token: &str,
        attributes: &BTreeMap<String, String>,
        client_metadata: &ClientMetadata,
    ) -> Result<Vec<CodeDelivery>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            user_attributes: Vec<Attribute>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            client_metadata: &'a ClientMetadata,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            #[serde(default)]
            code_delivery_details_list: Option<Vec<CodeDelivery>>,
        }
        let rest = Rest { user_attributes: attribute_list(attributes), client_metadata };
        let input = Authorised { access_token, rest };
        let output: Output = self.call("UpdateUserAttributes", Repeat::IfNotDone, &input).await?;
        Ok(output.code_delivery_details_list.unwrap_or_default())
    }

    /// DeleteUserAttributes.
    pub(crate) async fn delete_user_attributes(
        &self,
        access_token: &str,
        names: &[&str],
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            user_attribute_names: &'a [&'a str],
        }
        let input = Authorised { access_token, rest: Rest { user_attribute_names: names } };
        self.call::<Empty>("DeleteUserAttributes", Repeat::Safe, &input).await.map(drop)
    }

    /// GetUserAttributeVerificationCode.
    pub(crate) async fn user_attribute_verification_code(
        &self,
        access_token: &str,
        name: &str,
        client_metadata: &ClientMetadata,
    ) -> Result<Option<CodeDelivery>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            attribute_name: &'a str,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            client_metadata: &'a ClientMetadata,
        }
        let input = Authorised { access_token, rest: Rest { attribute_name: name, client_metadata } };
        let delivery: Delivery =
            self.call("GetUserAttributeVerificationCode", Repeat::IfNotDone, &input).await?;
        Ok(delivery.code_delivery_details)
    }

    /// VerifyUserAttribute.
    pub(crate) async fn verify_user_attribute(
        &self,
        access_token: &str,
        name: &str,
        code: &str,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rest<'a> {
            attribute_name: &'a str,
            code: &'a str,
        }
        let input = Authorised { access_token, rest: Rest { attribute_name: name, code } };
        self.call::<Empty>("VerifyUserAttribute", Repeat::IfNotDone, &input).await.map(drop)
    }

    /// SetUserMFAPreference.
    pub(crate) async fn set_user_mfa_preference(
        &self,
        access_token: &str,
        settings: MfaSettingsInput,
    ) -> Result<(), Error> {
        let input = Authorised { access_token, rest: settings };
        self.call::<Empty>("SetUserMFAPreference", Repeat::Safe, &input).await.map(drop)
    }

    /// DeleteUser.
    pub(crate) async fn delete_user(&self, access_token: &str) -> Result<(), Error> {
        let input = Authorised { access_token, rest: Nothing {} };
        self.call::<Empty>("DeleteUser", Repeat::IfNotDone, &input).await.map(drop)
    }

    fn named<'a, T>(
        &'a self,
        username: &'a str,
        client_metadata: &'a ClientMetadata,
        rest: T,
    ) -> Named<'a, T> {
        Named {
            client_id: self.client_id().as_str(),
            secret_hash: self.secret_hash(username),
            username,
            client_metadata,
            rest,
        }
    }
}

fn attribute_list(attributes: &BTreeMap<String, String>) -> Vec<Attribute> {
    let pair = |(name, value): (&String, &String)| Attribute { name: name.clone(), value: value.clone() };
    attributes.iter().map(pair).collect()
}

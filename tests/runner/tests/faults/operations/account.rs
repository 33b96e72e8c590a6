//! The person's account.

use anyhow::Context;
use poolpass::{MfaSetting, MfaSettings, SignUp};
use poolpass_tests::PASSWORD;
use serde_json::json;

use super::{EXISTS, Operation, Probe, SIGNED_IN, Step};
use crate::stage::Stage;

const OTHER_PASSWORD: &str = "Another-Horse-2";

const NOBODY: Step = |_| Box::pin(async { Ok(()) });

/// The person has signed up, and has a code.
const SIGNED_UP: Step = |stage| {
    Box::pin(async {
        sign_up(stage).await?;
        let code = stage.codes(&stage.email()).pop().context("no code")?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// The person has forgotten the password, and has a code.
const FORGOTTEN: Step = |stage| {
    Box::pin(async {
        stage.add_user(false, false).await?;
        stage.client.account().forgot_password(&stage.user).await?;
        let code = stage.codes(&stage.email()).pop().context("no code")?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// The person has a code for the mail address, which is not verified any more.
const UNVERIFIED: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        let unverified = json!([{ "Name": "email_verified", "Value": "false" }]);
        stage
            .admin(
                "AdminUpdateUserAttributes",
                json!({ "Username": stage.user, "UserAttributes": unverified }),
            )
            .await?;
        stage.client.account().request_attribute_code("email").await?;
        let code = stage.codes(&stage.email()).pop().context("no code")?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// An authenticator app has its secret.
const WITH_TOTP: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        let setup = stage.client.account().associate_software_token().await?;
        let code = stage.totp(setup.secret())?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

const NAMED: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        stage.client.account().update_attributes(&[("name", "Ada")]).await?;
        Ok(())
    })
};

/// Messages with a code.
const MESSAGES: Probe = |stage| Box::pin(async { Ok(stage.codes(&stage.email()).len() as u32) });

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Account.signUp", NOBODY, |stage| Box::pin(async { sign_up(stage).await.map(drop) }))
        .done(MESSAGES),
    Operation::new("Account.confirmSignUp", SIGNED_UP, |stage| {
        Box::pin(async { stage.client.account().confirm_sign_up(&stage.user, &stage.text()).await })
    })
    .done(|stage| Box::pin(async { Ok(u32::from(stage.user_at_aws().await["UserStatus"] == "CONFIRMED")) })),
    Operation::new("Account.resendConfirmationCode", SIGNED_UP, |stage| {
        Box::pin(async { stage.client.account().resend_confirmation_code(&stage.user).await.map(drop) })
    })
    // One was sent at the sign-up.
    .done(|stage| Box::pin(async { Ok(stage.codes(&stage.email()).len() as u32 - 1) })),
    Operation::new("Account.forgotPassword", EXISTS, |stage| {
        Box::pin(async { stage.client.account().forgot_password(&stage.user).await.map(drop) })
    })
    .done(MESSAGES),
    Operation::new("Account.confirmForgotPassword", FORGOTTEN, |stage| {
        Box::pin(async {
            let account = stage.client.account();
            account.confirm_forgot_password(&stage.user, &stage.text(), OTHER_PASSWORD).await
        })
    })
    .done(|stage| Box::pin(async { Ok(u32::from(stage.has_password(OTHER_PASSWORD).await)) })),
    Operation::new("Account.changePassword", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().change_password(PASSWORD, OTHER_PASSWORD).await })
    })
    .done(|stage| Box::pin(async { Ok(u32::from(stage.has_password(OTHER_PASSWORD).await)) })),
    Operation::new("Account.attributes", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().attributes().await.map(drop) })
    }),
    Operation::new("Account.updateAttributes", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().update_attributes(&[("name", "Ada")]).await.map(drop) })
    })
    .done(|stage| {
        Box::pin(async { Ok(u32::from(stage.attribute_at_aws("name").await.as_deref() == Some("Ada"))) })
    }),
    Operation::new("Account.deleteAttributes", NAMED, |stage| {
        Box::pin(async { stage.client.account().delete_attributes(&["name"]).await })
    })
    .done(|stage| Box::pin(async { Ok(u32::from(stage.attribute_at_aws("name").await.is_none())) })),
    Operation::new("Account.requestAttributeCode", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().request_attribute_code("email").await.map(drop) })
    })
    .done(MESSAGES),
    Operation::new("Account.verifyAttribute", UNVERIFIED, |stage| {
        Box::pin(async { stage.client.account().verify_attribute("email", &stage.text()).await })
    })
    .done(|stage| {
        Box::pin(async {
            Ok(u32::from(stage.attribute_at_aws("email_verified").await.as_deref() == Some("true")))
        })
    }),
    Operation::new("Account.associateSoftwareToken", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().associate_software_token().await.map(drop) })
    }),
    Operation::new("Account.verifySoftwareToken", WITH_TOTP, |stage| {
        Box::pin(async { stage.client.account().verify_software_token(&stage.text(), None).await })
    }),
    Operation::new("Account.mfaPreference", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().mfa_preference().await.map(drop) })
    }),
    Operation::new("Account.setMfaPreference", SIGNED_IN, |stage| {
        Box::pin(async {
            let settings = MfaSettings::new().sms(MfaSetting::Preferred);
            stage.client.account().set_mfa_preference(settings).await
        })
    })
    .done(|stage| {
        Box::pin(async { Ok(u32::from(stage.user_at_aws().await["PreferredMfaSetting"] == "SMS_MFA")) })
    }),
    Operation::new("Account.deleteUser", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.account().delete_user().await })
    })
    .done(|stage| Box::pin(async { Ok(u32::from(stage.user_at_aws().await.is_null())) })),
];

fn sign_up(stage: &Stage) -> SignUp {
    stage.client.account().sign_up(stage.user.as_str(), PASSWORD).attribute("email", stage.email())
}

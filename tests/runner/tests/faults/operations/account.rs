//! The person's account.

use anyhow::{Context, bail};
use poolpass::{MfaSetting, MfaSettings, SignInStep, SignUp};
use poolpass_tests::PASSWORD;
use serde_json::json;

use super::{EXISTS, Operation, Probe, SIGNED_IN, Step};
use crate::fixture::Fixture;

const OTHER_PASSWORD: &str = "Another-Horse-2";

const NOBODY: Step = |_| Box::pin(async { Ok(()) });

/// The person has signed up, and has a code.
const SIGNED_UP: Step = |fixture| {
    Box::pin(async {
        sign_up(fixture).await?;
        let code = fixture.codes(&fixture.email()).pop().context("no code")?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// The person has forgotten the password, and has a code.
const FORGOTTEN: Step = |fixture| {
    Box::pin(async {
        fixture.add_user(false, false).await?;
        fixture.client.account().forgot_password(&fixture.user).await?;
        let code = fixture.codes(&fixture.email()).pop().context("no code")?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// The person has a code for the mail address, which is not verified any more.
const UNVERIFIED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        let unverified = json!([{ "Name": "email_verified", "Value": "false" }]);
        fixture
            .admin(
                "AdminUpdateUserAttributes",
                json!({ "Username": fixture.user, "UserAttributes": unverified }),
            )
            .await?;
        fixture.client.account().request_attribute_code("email").await?;
        let code = fixture.codes(&fixture.email()).pop().context("no code")?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// An authenticator app has its secret.
const WITH_TOTP: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        let setup = fixture.client.account().associate_software_token().await?;
        let code = fixture.totp(setup.secret())?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

/// The person is signed in twice, and the id of the other session is known.
const WITH_ANOTHER_SESSION: Step = |fixture| {
    Box::pin(async {
        let tracking = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 100 } });
        fixture.admin("SetUserPoolSessionConfiguration", tracking).await?;
        fixture.sign_in().await?;
        let sessions = fixture.admin("AdminListUserSessions", json!({ "Username": fixture.user })).await?;
        let id = sessions["Sessions"][0]["SessionId"].as_str().context("no session")?.to_owned();
        fixture.keep(|kept| kept.text = id);
        let SignInStep::Done(_) = fixture.sign_in_by_password(PASSWORD).await? else { bail!("a challenge") };
        Ok(())
    })
};

const NAMED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        fixture.client.account().update_attributes(&[("name", "Ada")]).await?;
        Ok(())
    })
};

/// The person is signed in from a device that the user pool remembers.
const FROM_DEVICE: Step = |fixture| {
    Box::pin(async {
        fixture.track_devices(true).await?;
        fixture.sign_in().await?;
        fixture.track_devices(false).await?;
        let key = fixture.client.account().current_device_key().await?.context("no device")?;
        fixture.keep(|kept| kept.text = key);
        Ok(())
    })
};

/// The person's device is not remembered.
const UNREMEMBERED: Step = |fixture| {
    Box::pin(async {
        FROM_DEVICE(fixture).await?;
        Ok(fixture.client.account().do_not_remember_device(None).await?)
    })
};

/// The person has another device, whose key is kept.
const ANOTHER_DEVICE: Step = |fixture| {
    Box::pin(async {
        fixture.track_devices(true).await?;
        fixture.sign_in().await?;
        let (key, access_token) = fixture.new_device().await?;
        let verifier = json!({ "Salt": "AQ==", "PasswordVerifier": "AQ==" });
        let confirm =
            json!({ "AccessToken": access_token, "DeviceKey": key, "DeviceSecretVerifierConfig": verifier });
        fixture.admin("ConfirmDevice", confirm).await?;
        fixture.track_devices(false).await?;
        fixture.keep(|kept| kept.text = key);
        Ok(())
    })
};

/// The status of the person's device, if it is there.
async fn device_status(fixture: &Fixture) -> Option<String> {
    let input = json!({ "Username": fixture.user, "DeviceKey": fixture.text() });
    let device = fixture.admin("AdminGetDevice", input).await.ok()?;
    let attributes = device["Device"]["DeviceAttributes"].as_array()?;
    let status = attributes.iter().find(|it| it["Name"] == "dev:device_remembered_status")?;
    status["Value"].as_str().map(str::to_owned)
}

/// Messages with a code.
const MESSAGES: Probe = |fixture| Box::pin(async { Ok(fixture.codes(&fixture.email()).len() as u32) });

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Account.signUp", NOBODY, |fixture| Box::pin(async { sign_up(fixture).await.map(drop) }))
        .done(MESSAGES),
    Operation::new("Account.signUpWithoutPassword", NOBODY, |fixture| {
        Box::pin(async {
            let sign_up = fixture.client.account().sign_up_without_password(&fixture.user);
            sign_up.attribute("email", fixture.email()).await.map(drop)
        })
    })
    .done(MESSAGES),
    Operation::new("Account.confirmSignUp", SIGNED_UP, |fixture| {
        Box::pin(async { fixture.client.account().confirm_sign_up(&fixture.user, &fixture.text()).await })
    })
    .done(|fixture| {
        Box::pin(async { Ok(u32::from(fixture.user_at_aws().await["UserStatus"] == "CONFIRMED")) })
    }),
    Operation::new("Account.resendConfirmationCode", SIGNED_UP, |fixture| {
        Box::pin(async { fixture.client.account().resend_confirmation_code(&fixture.user).await.map(drop) })
    })
    // One was sent at the sign-up.
    .done(|fixture| Box::pin(async { Ok(fixture.codes(&fixture.email()).len() as u32 - 1) })),
    Operation::new("Account.forgotPassword", EXISTS, |fixture| {
        Box::pin(async { fixture.client.account().forgot_password(&fixture.user).await.map(drop) })
    })
    .done(MESSAGES),
    Operation::new("Account.confirmForgotPassword", FORGOTTEN, |fixture| {
        Box::pin(async {
            let account = fixture.client.account();
            account.confirm_forgot_password(&fixture.user, &fixture.text(), OTHER_PASSWORD).await
        })
    })
    .done(|fixture| Box::pin(async { Ok(u32::from(fixture.has_password(OTHER_PASSWORD).await)) })),
    Operation::new("Account.changePassword", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().change_password(PASSWORD, OTHER_PASSWORD).await })
    })
    .done(|fixture| Box::pin(async { Ok(u32::from(fixture.has_password(OTHER_PASSWORD).await)) })),
    Operation::new("Account.attributes", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().attributes().await.map(drop) })
    }),
    Operation::new("Account.updateAttributes", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().update_attributes(&[("name", "Ada")]).await.map(drop) })
    })
    .done(|fixture| {
        Box::pin(async { Ok(u32::from(fixture.attribute_at_aws("name").await.as_deref() == Some("Ada"))) })
    }),
    Operation::new("Account.deleteAttributes", NAMED, |fixture| {
        Box::pin(async { fixture.client.account().delete_attributes(&["name"]).await })
    })
    .done(|fixture| Box::pin(async { Ok(u32::from(fixture.attribute_at_aws("name").await.is_none())) })),
    Operation::new("Account.requestAttributeCode", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().request_attribute_code("email").await.map(drop) })
    })
    .done(MESSAGES),
    Operation::new("Account.verifyAttribute", UNVERIFIED, |fixture| {
        Box::pin(async { fixture.client.account().verify_attribute("email", &fixture.text()).await })
    })
    .done(|fixture| {
        Box::pin(async {
            Ok(u32::from(fixture.attribute_at_aws("email_verified").await.as_deref() == Some("true")))
        })
    }),
    Operation::new("Account.associateSoftwareToken", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().associate_software_token().await.map(drop) })
    }),
    Operation::new("Account.verifySoftwareToken", WITH_TOTP, |fixture| {
        Box::pin(async { fixture.client.account().verify_software_token(&fixture.text(), None).await })
    }),
    Operation::new("Account.mfaPreference", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().mfa_preference().await.map(drop) })
    }),
    Operation::new("Account.authFactors", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().auth_factors().await.map(drop) })
    }),
    Operation::new("Account.sessions", WITH_ANOTHER_SESSION, |fixture| {
        Box::pin(async { fixture.client.account().sessions().page().await.map(drop) })
    }),
    Operation::new("Account.revokeSession", WITH_ANOTHER_SESSION, |fixture| {
        Box::pin(async { fixture.client.account().revoke_session(fixture.text()).await })
    })
    .done(|fixture| {
        Box::pin(async {
            let sessions =
                fixture.admin("AdminListUserSessions", json!({ "Username": fixture.user })).await?;
            Ok(u32::from(!sessions.to_string().contains(&fixture.text())))
        })
    }),
    Operation::new("Account.setMfaPreference", SIGNED_IN, |fixture| {
        Box::pin(async {
            let settings = MfaSettings::new().sms(MfaSetting::Preferred);
            fixture.client.account().set_mfa_preference(settings).await
        })
    })
    .done(|fixture| {
        Box::pin(async { Ok(u32::from(fixture.user_at_aws().await["PreferredMfaSetting"] == "SMS_MFA")) })
    }),
    Operation::new("Account.devices", FROM_DEVICE, |fixture| {
        Box::pin(async { fixture.client.account().devices().page().await.map(drop) })
    }),
    Operation::new("Account.device", FROM_DEVICE, |fixture| {
        Box::pin(async { fixture.client.account().device(&fixture.text()).await.map(drop) })
    }),
    Operation::new("Account.rememberDevice", UNREMEMBERED, |fixture| {
        Box::pin(async { fixture.client.account().remember_device(None).await })
    })
    .done(|fixture| {
        Box::pin(async { Ok(u32::from(device_status(fixture).await.as_deref() == Some("remembered"))) })
    }),
    Operation::new("Account.doNotRememberDevice", FROM_DEVICE, |fixture| {
        Box::pin(async { fixture.client.account().do_not_remember_device(None).await })
    })
    .done(|fixture| {
        Box::pin(async { Ok(u32::from(device_status(fixture).await.as_deref() == Some("not_remembered"))) })
    }),
    Operation::new("Account.forgetDevice", ANOTHER_DEVICE, |fixture| {
        Box::pin(async { fixture.client.account().forget_device(Some(&fixture.text())).await })
    })
    .done(|fixture| Box::pin(async { Ok(u32::from(device_status(fixture).await.is_none())) })),
    Operation::new("Account.deleteUser", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.account().delete_user().await })
    })
    .done(|fixture| Box::pin(async { Ok(u32::from(fixture.user_at_aws().await.is_null())) })),
];

fn sign_up(fixture: &Fixture) -> SignUp {
    fixture.client.account().sign_up(fixture.user.as_str(), PASSWORD).attribute("email", fixture.email())
}

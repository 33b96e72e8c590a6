//! Answering challenges.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use poolpass::platform::BoxFuture;
use poolpass::{AuthFactor, AuthFlow, Challenge, Error, MfaMethod, SignInStep};
use poolpass_tests::PASSWORD;
use serde_json::{Value, json};

use super::{Call, Operation, Step};
use crate::fixture::Fixture;

/// The person has this second factor, has signed in, and is asked for it.
async fn challenged(fixture: &Fixture, settings: Value) -> Result<()> {
    fixture.add_user(false, false).await?;
    let mut input = json!({ "Username": fixture.user });
    if let (Value::Object(input), Value::Object(settings)) = (&mut input, settings) {
        input.extend(settings);
    }
    fixture.admin("AdminSetUserMFAPreference", input).await?;
    sign_in(fixture, PASSWORD).await
}

async fn sign_in(fixture: &Fixture, password: &str) -> Result<()> {
    match fixture.sign_in_by_password(password).await? {
        SignInStep::Challenge(challenge) => fixture.keep(|kept| kept.challenge = Some(Arc::new(challenge))),
        SignInStep::Done(_) => bail!("there is no challenge"),
    }
    Ok(())
}

fn preferred() -> Value {
    json!({ "Enabled": true, "PreferredMfa": true })
}

const BY_SMS: Step = |fixture| {
    Box::pin(async {
        challenged(fixture, json!({ "SMSMfaSettings": preferred() })).await?;
        let code = fixture.codes(&fixture.phone()).pop().context("no code")?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

const BY_MAIL: Step = |fixture| {
    Box::pin(async {
        challenged(fixture, json!({ "EmailMfaSettings": preferred() })).await?;
        let code = fixture.codes(&fixture.email()).pop().context("no code")?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

const BY_TOTP: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        let setup = fixture.client.account().associate_software_token().await?;
        fixture.client.account().verify_software_token(&fixture.totp(setup.secret())?, None).await?;
        let preference = json!({ "Username": fixture.user, "SoftwareTokenMfaSettings": preferred() });
        fixture.admin("AdminSetUserMFAPreference", preference).await?;
        fixture.client.sign_out().await?;
        sign_in(fixture, PASSWORD).await?;
        // The code of the present moment has been used.
        fixture.clock.pass(std::time::Duration::from_secs(30));
        let code = fixture.totp(setup.secret())?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

const BY_CHOICE: Step = |fixture| {
    let enabled = json!({ "Enabled": true });
    Box::pin(challenged(fixture, json!({ "SMSMfaSettings": enabled, "EmailMfaSettings": enabled })))
};

/// The person has chosen this first factor, and has its code.
async fn chosen(fixture: &Fixture, factor: Option<AuthFactor>) -> Result<()> {
    fixture.add_user(false, false).await?;
    let mut sign_in = fixture.client.sign_in_without_password(fixture.user.as_str());
    if let Some(factor) = factor {
        sign_in = sign_in.preferred(factor);
    }
    let challenge = sign_in.await?.challenge().context("there is no challenge")?;
    let address = if matches!(challenge, Challenge::SmsOtp(_)) { fixture.phone() } else { fixture.email() };
    let code = fixture.codes(&address).pop().unwrap_or_default();
    fixture.keep(|kept| {
        kept.challenge = Some(Arc::new(challenge));
        kept.text = code;
    });
    Ok(())
}

const BY_CODE_BY_MAIL: Step = |fixture| Box::pin(chosen(fixture, Some(AuthFactor::EmailOtp)));
const BY_CODE_BY_SMS: Step = |fixture| Box::pin(chosen(fixture, Some(AuthFactor::SmsOtp)));
const BY_PASSWORD: Step = |fixture| Box::pin(chosen(fixture, Some(AuthFactor::Password)));
const BY_ANY_FACTOR: Step = |fixture| Box::pin(chosen(fixture, None));

const BY_NEW_PASSWORD: Step = |fixture| {
    Box::pin(async {
        fixture.add_user(true, false).await?;
        sign_in(fixture, "Temporary-Horse-1").await
    })
};

const BY_CUSTOM_AUTH: Step = |fixture| {
    Box::pin(async {
        fixture.add_user(false, false).await?;
        let sign_in = fixture.client.sign_in_without_password(&fixture.user).flow(AuthFlow::CustomAuth);
        let challenge = sign_in.await?.challenge().context("there is no challenge")?;
        fixture.keep(|kept| (kept.challenge, kept.text) = (Some(Arc::new(challenge)), "42".to_owned()));
        Ok(())
    })
};

const BY_SETTING_UP: Step = |fixture| {
    Box::pin(async {
        fixture.add_user(false, true).await?;
        sign_in(fixture, PASSWORD).await
    })
};

const WITH_SECRET: Step = |fixture| {
    Box::pin(async {
        BY_SETTING_UP(fixture).await?;
        let challenge = fixture.challenge();
        let Challenge::MfaSetup(set_up) = &*challenge else { bail!("another challenge") };
        let secret = set_up.associate_software_token().await?;
        let code = fixture.totp(secret.secret())?;
        fixture.keep(|kept| kept.text = code);
        Ok(())
    })
};

fn answer(fixture: &Fixture) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async {
        let (challenge, code) = (fixture.challenge(), fixture.text());
        let outcome = match &*challenge {
            Challenge::SmsMfa(challenge) => challenge.answer(&code).await,
            Challenge::EmailMfa(challenge) => challenge.answer(&code).await,
            Challenge::EmailOtp(challenge) => challenge.answer(&code).await,
            Challenge::SmsOtp(challenge) => challenge.answer(&code).await,
            Challenge::SelectChallenge(challenge) => challenge.answer(&AuthFactor::EmailOtp).await,
            Challenge::Password(challenge) => challenge.answer(PASSWORD).await,
            Challenge::SoftwareTokenMfa(challenge) => challenge.answer(&code).await,
            Challenge::CustomChallenge(challenge) => challenge.answer(code).await,
            Challenge::SelectMfaType(challenge) => challenge.answer(&MfaMethod::SmsMfa).await,
            Challenge::NewPasswordRequired(challenge) => challenge.answer(PASSWORD, &[]).await,
            Challenge::MfaSetup(challenge) => challenge.verify_software_token(&code, None).await,
            other => panic!("{other:?}"),
        };
        outcome.map(drop)
    })
}

const ANSWER: Call = answer;

const RESEND: Call = |fixture| {
    Box::pin(async {
        match &*fixture.challenge() {
            Challenge::EmailOtp(challenge) => challenge.resend().await.map(drop),
            Challenge::SmsOtp(challenge) => challenge.resend().await.map(drop),
            other => panic!("{other:?}"),
        }
    })
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("SmsMfaChallenge.answer", BY_SMS, ANSWER),
    Operation::new("EmailMfaChallenge.answer", BY_MAIL, ANSWER),
    Operation::new("EmailOtpChallenge.answer", BY_CODE_BY_MAIL, ANSWER),
    Operation::new("EmailOtpChallenge.resend", BY_CODE_BY_MAIL, RESEND),
    Operation::new("SmsOtpChallenge.answer", BY_CODE_BY_SMS, ANSWER),
    Operation::new("SmsOtpChallenge.resend", BY_CODE_BY_SMS, RESEND),
    Operation::new("SelectChallenge.answer", BY_ANY_FACTOR, ANSWER),
    Operation::new("PasswordChallenge.answer", BY_PASSWORD, ANSWER),
    Operation::new("SoftwareTokenMfaChallenge.answer", BY_TOTP, ANSWER),
    Operation::new("SelectMfaTypeChallenge.answer", BY_CHOICE, ANSWER),
    Operation::new("CustomChallenge.answer", BY_CUSTOM_AUTH, ANSWER),
    Operation::new("NewPasswordRequiredChallenge.answer", BY_NEW_PASSWORD, ANSWER)
        .done(|fixture| Box::pin(async { Ok(u32::from(fixture.has_password(PASSWORD).await)) })),
    Operation::new("MfaSetupChallenge.associateSoftwareToken", BY_SETTING_UP, |fixture| {
        Box::pin(async {
            let challenge = fixture.challenge();
            let Challenge::MfaSetup(set_up) = &*challenge else { panic!("another challenge") };
            set_up.associate_software_token().await.map(drop)
        })
    })
    .strict(),
    Operation::new("MfaSetupChallenge.verifySoftwareToken", WITH_SECRET, ANSWER).strict(),
    Operation::new("MfaSetupChallenge.verifySoftwareToken answers", WITH_SECRET, ANSWER).strict(),
    Operation::new("MfaSetupChallenge.setUpEmail", BY_SETTING_UP, |fixture| {
        Box::pin(async {
            let challenge = fixture.challenge();
            let Challenge::MfaSetup(set_up) = &*challenge else { panic!("another challenge") };
            set_up.set_up_email(&fixture.email()).await.map(drop)
        })
    })
    .strict(),
];

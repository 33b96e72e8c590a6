//! Answering challenges.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use poolpass::platform::BoxFuture;
use poolpass::{Challenge, Error, MfaMethod, SignInStep};
use poolpass_tests::PASSWORD;
use serde_json::{Value, json};

use super::{Call, Operation, Step};
use crate::stage::Stage;

/// The person has this second factor, has signed in, and is asked for it.
async fn challenged(stage: &Stage, settings: Value) -> Result<()> {
    stage.add_user(false, false).await?;
    let mut input = json!({ "Username": stage.user });
    if let (Value::Object(input), Value::Object(settings)) = (&mut input, settings) {
        input.extend(settings);
    }
    stage.admin("AdminSetUserMFAPreference", input).await?;
    sign_in(stage, PASSWORD).await
}

async fn sign_in(stage: &Stage, password: &str) -> Result<()> {
    match stage.sign_in_by_password(password).await? {
        SignInStep::Challenge(challenge) => stage.keep(|kept| kept.challenge = Some(Arc::new(challenge))),
        SignInStep::Done(_) => bail!("there is no challenge"),
    }
    Ok(())
}

fn preferred() -> Value {
    json!({ "Enabled": true, "PreferredMfa": true })
}

const BY_SMS: Step = |stage| {
    Box::pin(async {
        challenged(stage, json!({ "SMSMfaSettings": preferred() })).await?;
        let code = stage.codes(&stage.phone()).pop().context("no code")?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

const BY_MAIL: Step = |stage| {
    Box::pin(async {
        challenged(stage, json!({ "EmailMfaSettings": preferred() })).await?;
        let code = stage.codes(&stage.email()).pop().context("no code")?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

const BY_TOTP: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        let setup = stage.client.account().associate_software_token().await?;
        stage.client.account().verify_software_token(&stage.totp(setup.secret())?, None).await?;
        let preference = json!({ "Username": stage.user, "SoftwareTokenMfaSettings": preferred() });
        stage.admin("AdminSetUserMFAPreference", preference).await?;
        stage.client.sign_out().await?;
        sign_in(stage, PASSWORD).await?;
        // The code of the present moment has been used.
        stage.clock.pass(std::time::Duration::from_secs(30));
        let code = stage.totp(setup.secret())?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

const BY_CHOICE: Step = |stage| {
    let enabled = json!({ "Enabled": true });
    Box::pin(challenged(stage, json!({ "SMSMfaSettings": enabled, "EmailMfaSettings": enabled })))
};

const BY_NEW_PASSWORD: Step = |stage| {
    Box::pin(async {
        stage.add_user(true, false).await?;
        sign_in(stage, "Temporary-Horse-1").await
    })
};

const BY_SETTING_UP: Step = |stage| {
    Box::pin(async {
        stage.add_user(false, true).await?;
        sign_in(stage, PASSWORD).await
    })
};

const WITH_SECRET: Step = |stage| {
    Box::pin(async {
        BY_SETTING_UP(stage).await?;
        let challenge = stage.challenge();
        let Challenge::MfaSetup(set_up) = &*challenge else { bail!("another challenge") };
        let secret = set_up.associate_software_token().await?;
        let code = stage.totp(secret.secret())?;
        stage.keep(|kept| kept.text = code);
        Ok(())
    })
};

fn answer(stage: &Stage) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async {
        let (challenge, code) = (stage.challenge(), stage.text());
        let outcome = match &*challenge {
            Challenge::SmsMfa(challenge) => challenge.answer(&code).await,
            Challenge::EmailOtp(challenge) => challenge.answer(&code).await,
            Challenge::SoftwareTokenMfa(challenge) => challenge.answer(&code).await,
            Challenge::SelectMfaType(challenge) => challenge.answer(&MfaMethod::SmsMfa).await,
            Challenge::NewPasswordRequired(challenge) => challenge.answer(PASSWORD, &[]).await,
            Challenge::MfaSetup(challenge) => challenge.verify_software_token(&code, None).await,
            other => panic!("{other:?}"),
        };
        outcome.map(drop)
    })
}

const ANSWER: Call = answer;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("SmsMfaChallenge.answer", BY_SMS, ANSWER),
    Operation::new("EmailOtpChallenge.answer", BY_MAIL, ANSWER),
    Operation::new("SoftwareTokenMfaChallenge.answer", BY_TOTP, ANSWER),
    Operation::new("SelectMfaTypeChallenge.answer", BY_CHOICE, ANSWER),
    Operation::new("NewPasswordRequiredChallenge.answer", BY_NEW_PASSWORD, ANSWER)
        .done(|stage| Box::pin(async { Ok(u32::from(stage.has_password(PASSWORD).await)) })),
    Operation::new("MfaSetupChallenge.associateSoftwareToken", BY_SETTING_UP, |stage| {
        Box::pin(async {
            let challenge = stage.challenge();
            let Challenge::MfaSetup(set_up) = &*challenge else { panic!("another challenge") };
            set_up.associate_software_token().await.map(drop)
        })
    })
    .strict(),
    Operation::new("MfaSetupChallenge.verifySoftwareToken", WITH_SECRET, ANSWER).strict(),
    Operation::new("MfaSetupChallenge.verifySoftwareToken answers", WITH_SECRET, ANSWER).strict(),
    Operation::new("MfaSetupChallenge.setUpEmail", BY_SETTING_UP, |stage| {
        Box::pin(async {
            let challenge = stage.challenge();
            let Challenge::MfaSetup(set_up) = &*challenge else { panic!("another challenge") };
            set_up.set_up_email(&stage.email()).await.map(drop)
        })
    })
    .strict(),
];

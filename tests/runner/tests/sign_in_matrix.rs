//! Every way to name a person, with every way to prove who it is: by alias in any case, with and without a client secret and a
//! remembered device, for the first time and later. Prints the table of what was played.

use anyhow::{Context, Result, bail, ensure};
use local_aws::Trigger;
use poolpass::platform::MemoryStore;
use poolpass::{AuthFlow, Challenge, Client, SignInStep};
use poolpass_tests::{PASSWORD, TestPool};
use serde_json::{Value, json};

/// The person's names, as people type them.
const NAMES: [&str; 6] =
    ["ada", "ada@example.com", "Ada@Example.COM", "+441632960123", "countess", "CountEss"];

/// The ways to sign in, each with its flow, and whether there is a password.
const WAYS: [(&str, AuthFlow, bool); 6] = [
    ("SRP", AuthFlow::UserSrpAuth, true),
    ("password", AuthFlow::UserPasswordAuth, true),
    ("USER_AUTH", AuthFlow::UserAuth, true),
    ("USER_AUTH, chosen", AuthFlow::UserAuth, false),
    ("CUSTOM_AUTH", AuthFlow::CustomAuth, false),
    ("CUSTOM_AUTH with SRP", AuthFlow::CustomAuth, true),
];

/// The steps of one sign-in: the kinds of its challenges, and how it ends.
type Steps = Vec<&'static str>;

#[tokio::test]
async fn every_name_signs_in_every_way_first_and_later() -> Result<()> {
    let mut table = vec!["| name | way | secret | device | first | later |".to_owned()];
    for secret in [false, true] {
        for device in [false, true] {
            let pool = pool(secret, device).await?;
            for name in NAMES {
                for (way, flow, with_password) in WAYS {
                    // A device is remembered for a person, so that each row has a device of its own.
                    let store = MemoryStore::new();
                    let row = format!("{name}, {way}, secret {secret}, device {device}");
                    let client = || pool.client().unwrap().store(store.clone()).build();
                    let first =
                        played(&pool, &client()?, name, flow, with_password).await.context(row.clone())?;
                    let later =
                        played(&pool, &client()?, name, flow, with_password).await.context(row.clone())?;
                    let is_custom = flow == AuthFlow::CustomAuth;
                    let asks = |steps: &Steps| steps.contains(&"emailMfa");
                    ensure!(asks(&first) != is_custom, "{row}: {first:?}");
                    ensure!(asks(&later) != (is_custom || device), "{row}: {later:?}");
                    let (first, later) = (first.join(" "), later.join(" "));
                    table.push(format!("| {name} | {way} | {secret} | {device} | {first} | {later} |"));
                }
            }
        }
    }
    println!("{}", table.join("\n"));
    assert_eq!(table.len() - 1, NAMES.len() * WAYS.len() * 4);
    Ok(())
}

/// Signs in, refreshes and signs out, so that a device that AWS does not know would be noticed.
async fn played(
    pool: &TestPool,
    client: &Client,
    name: &str,
    flow: AuthFlow,
    with_password: bool,
) -> Result<Steps> {
    let mut step = if with_password {
        client.sign_in(name, PASSWORD).flow(flow).await?
    } else {
        client.sign_in_without_password(name).flow(flow).await?
    };
    let mut steps = Steps::new();
    loop {
        let challenge = match step {
            SignInStep::Done(user) => {
                ensure!(user.username() == "ada", "it is {}", user.username());
                break;
            }
            SignInStep::Challenge(challenge) => challenge,
        };
        steps.push(challenge.kind());
        ensure!(steps.len() < 5, "no end: {steps:?}");
        step = match challenge {
            Challenge::SelectChallenge(challenge) => challenge.answer_with_password(PASSWORD).await?,
            Challenge::CustomChallenge(challenge) => challenge.answer("42").await?,
            Challenge::EmailMfa(challenge) => {
                let code = pool.aws.messages().last_to("ada@example.com").context("no code")?.code;
                challenge.answer(&code).await?
            }
            other => bail!("unexpected: {other:?}"),
        };
    }
    steps.push("done");
    client.refresh().await?;
    client.sign_out().await?;
    Ok(steps)
}

/// A pool with one person, who has three aliases and a second factor.
async fn pool(secret: bool, device: bool) -> Result<TestPool> {
    let mut settings = json!({
        "AliasAttributes": ["email", "phone_number", "preferred_username"],
        "UsernameConfiguration": { "CaseSensitive": false },
    });
    if device {
        settings["DeviceConfiguration"] =
            json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false });
    }
    let flows = [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_AUTH",
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let pool =
        TestPool::with(settings, json!({ "GenerateSecret": secret, "ExplicitAuthFlows": flows })).await?;
    let factors =
        json!({ "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": { "Subject": "Your code" } });
    pool.admin("SetUserPoolMfaConfig", factors).await?;
    pool.add_user("ada").await?;
    let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    let attributes = json!([
        attribute("email", "ada@example.com"),
        attribute("email_verified", "true"),
        attribute("phone_number", "+441632960123"),
        attribute("phone_number_verified", "true"),
        attribute("preferred_username", "countess"),
    ]);
    pool.admin("AdminUpdateUserAttributes", json!({ "Username": "ada", "UserAttributes": attributes }))
        .await?;
    let by_mail = json!({ "Username": "ada", "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    pool.admin("AdminSetUserMFAPreference", by_mail).await?;

    let triggers = pool.aws.triggers();
    triggers.set(pool.pool_id(), Trigger::DefineAuthChallenge, |mut event| {
        let results: Vec<(String, bool)> =
            event["request"]["session"].as_array().into_iter().flatten().map(result).collect();
        let last = results.last().map(|(name, right)| (name.as_str(), *right));
        event["response"] = match last {
            Some(("SRP_A", _)) => json!({ "challengeName": "PASSWORD_VERIFIER" }),
            Some(("CUSTOM_CHALLENGE", right)) => {
                json!({ "issueTokens": right, "failAuthentication": !right })
            }
            _ => json!({ "challengeName": "CUSTOM_CHALLENGE" }),
        };
        Ok(event)
    });
    triggers.set(pool.pool_id(), Trigger::CreateAuthChallenge, Ok);
    triggers.set(pool.pool_id(), Trigger::VerifyAuthChallengeResponse, |mut event| {
        let right = event["request"]["challengeAnswer"] == "42";
        event["response"]["answerCorrect"] = json!(right);
        Ok(event)
    });
    Ok(pool)
}

fn result(challenge: &Value) -> (String, bool) {
    let name = challenge["challengeName"].as_str().unwrap_or_default().to_owned();
    (name, challenge["challengeResult"] == true)
}

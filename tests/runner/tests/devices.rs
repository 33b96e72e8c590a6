//! Devices against a server that tracks them: each is confirmed, proves itself, and is let go when it is forgotten.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::TryStreamExt;
use local_aws::Trigger;
use poolpass::platform::{FileStore, MemoryStore, SessionStore};
use poolpass::{AuthFlow, Challenge, Client, ErrorKind, RefreshOperation, SignInStep, User};
use poolpass_tests::{PASSWORD, TestPool};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const LIFE: Duration = Duration::from_secs(3600);
const DEVICES: &str = "devices";

/// A pool whose second factor is a code by SMS, which a remembered device replaces.
async fn pool(ask_person: bool, mut client: Value) -> Result<TestPool> {
    client["ExplicitAuthFlows"] = json!([
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_AUTH",
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ]);
    let pool = json!({
        "DeviceConfiguration":
            { "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": ask_person },
        "MfaConfiguration": "OPTIONAL",
        "SmsConfiguration": {},
        "AliasAttributes": ["email", "phone_number", "preferred_username"],
        "UsernameConfiguration": { "CaseSensitive": false },
    });
    let pool = TestPool::with(pool, client).await?;
    add_person(&pool, "ada", "+491701234567").await?;
    Ok(pool)
}

async fn add_person(pool: &TestPool, name: &str, phone: &str) -> Result<()> {
    pool.add_user(name).await?;
    let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    let attributes = json!([
        attribute("email", &format!("{name}@example.com")),
        attribute("email_verified", "true"),
        attribute("phone_number", phone),
        attribute("phone_number_verified", "true"),
        attribute("preferred_username", &format!("the-{name}")),
    ]);
    let input = json!({ "Username": name, "UserAttributes": attributes });
    pool.admin("AdminUpdateUserAttributes", input).await?;
    let settings = json!({ "Username": name, "SMSMfaSettings": { "Enabled": true } });
    pool.admin("AdminSetUserMFAPreference", settings).await?;
    Ok(())
}

/// Signs in, and answers the second factor. Returns whether it was asked for.
async fn sign_in(pool: &TestPool, client: &Client, typed: &str, flow: AuthFlow) -> Result<(bool, User)> {
    match client.sign_in(typed, PASSWORD).flow(flow).await? {
        SignInStep::Done(user) => Ok((false, user)),
        SignInStep::Challenge(challenge) => Ok((true, answer(pool, challenge).await?)),
    }
}

async fn answer(pool: &TestPool, challenge: Challenge) -> Result<User> {
    let Challenge::SmsMfa(challenge) = challenge else { bail!("unexpected: {challenge:?}") };
    let code = pool.aws.messages().all().last().context("no code was sent")?.code.clone();
    challenge.answer(&code).await?.done().context("not signed in")
}

async fn is_asked(pool: &TestPool, client: &Client, typed: &str) -> Result<bool> {
    Ok(sign_in(pool, client, typed, AuthFlow::UserSrpAuth).await?.0)
}

/// A client with a remembered device, and its store.
async fn remembered(pool: &TestPool) -> Result<(Client, MemoryStore)> {
    let store = MemoryStore::new();
    let client = pool.client()?.store(store.clone()).build()?;
    assert!(is_asked(pool, &client, "ada").await?);
    Ok((client, store))
}

async fn stored_devices(client: &Client, store: &impl SessionStore) -> Result<Value> {
    let id = client.config().user_pool().context("no user pool")?.client_id().to_string();
    let value = store.load(&format!("{id}.{DEVICES}")).await?;
    value.map_or(Ok(Value::Null), |value| Ok(serde_json::from_str(value.expose_secret())?))
}

async fn replace_stored(client: &Client, store: &impl SessionStore, value: Value) -> Result<()> {
    let id = client.config().user_pool().context("no user pool")?.client_id().to_string();
    Ok(store.save(&format!("{id}.{DEVICES}"), value.to_string().into()).await?)
}

async fn keys(pool: &TestPool) -> Result<Vec<String>> {
    let answer = pool.admin("AdminListDevices", json!({ "Username": "ada" })).await?;
    let devices = answer["Devices"].as_array().context("no devices")?;
    Ok(devices.iter().filter_map(|device| Some(device["DeviceKey"].as_str()?.to_owned())).collect())
}

#[tokio::test]
async fn a_sign_in_confirms_its_device_so_that_every_refresh_is_accepted() -> Result<()> {
    for operation in [RefreshOperation::GetTokensFromRefreshToken, RefreshOperation::RefreshTokenAuth] {
        for secret in [false, true] {
            let pool = pool(false, json!({ "GenerateSecret": secret })).await?;
            let client = pool.client()?.refresh_operation(operation).device_name("laptop").build()?;
            let (_, user) = sign_in(&pool, &client, "ada@example.com", AuthFlow::UserSrpAuth).await?;
            assert!(!user.device_confirmation_necessary());
            let key = client.account().current_device_key().await?.context("no device")?;
            let device = client.account().device(&key).await?;
            assert_eq!((device.key.as_str(), device.name.as_deref()), (&*key, Some("laptop")));
            for _ in 0..3 {
                pool.pass(LIFE);
                client.id_token().await?;
            }
            assert_eq!(keys(&pool).await?, [key]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_remembered_device_replaces_the_second_factor_by_every_name_in_every_flow() -> Result<()> {
    let names = ["ada", "ADA", "ada@example.com", "Ada@Example.COM", "+491701234567", "the-ada", "THE-ada"];
    for secret in [false, true] {
        let pool = pool(false, json!({ "GenerateSecret": secret })).await?;
        let (client, _) = remembered(&pool).await?;
        for flow in [AuthFlow::UserSrpAuth, AuthFlow::UserPasswordAuth, AuthFlow::UserAuth] {
            for name in names {
                client.sign_out().await?;
                let (asked, _) = sign_in(&pool, &client, name, flow).await?;
                assert!(!asked, "{name} {flow:?} {secret}");
                pool.pass(LIFE);
                client.id_token().await?;
            }
        }
        assert_eq!(keys(&pool).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_custom_sign_in_comes_from_the_same_device() -> Result<()> {
    for secret in [false, true] {
        let pool = pool(false, json!({ "GenerateSecret": secret })).await?;
        let config = pool.poolpass_json();
        let pool_id = config["userPool"]["id"].as_str().context("no pool")?;
        let triggers = pool.aws.triggers();
        triggers.set(pool_id, Trigger::DefineAuthChallenge, |mut event| {
            let steps = event["request"]["session"].as_array().cloned().unwrap_or_default();
            let last = steps.last().map(|step| step["challengeName"].clone()).unwrap_or_default();
            event["response"]["issueTokens"] = json!(last == "CUSTOM_CHALLENGE");
            event["response"]["challengeName"] = match last.as_str() {
                Some("SRP_A") => json!("PASSWORD_VERIFIER"),
                _ => json!("CUSTOM_CHALLENGE"),
            };
            Ok(event)
        });
        triggers.set(pool_id, Trigger::CreateAuthChallenge, Ok);
        triggers.set(pool_id, Trigger::VerifyAuthChallengeResponse, |mut event| {
            event["response"]["answerCorrect"] = json!(true);
            Ok(event)
        });
        let (client, _) = remembered(&pool).await?;
        let key = client.account().current_device_key().await?.unwrap();
        for with_password in [true, false] {
            let step = if with_password {
                client.sign_in("ada@example.com", PASSWORD).flow(AuthFlow::CustomAuth).await?
            } else {
                client.sign_in_without_password("the-ada").flow(AuthFlow::CustomAuth).await?
            };
            let Some(Challenge::CustomChallenge(challenge)) = step.challenge() else { bail!("no challenge") };
            challenge.answer("anything").await?.done().context("not signed in")?;
            assert_eq!(client.account().current_device_key().await?.unwrap(), key);
            client.refresh().await?;
        }
        assert_eq!(keys(&pool).await?, [key]);
    }
    Ok(())
}

#[tokio::test]
async fn a_device_outlives_a_restart_and_another_person() -> Result<()> {
    let pool = pool(false, json!({})).await?;
    add_person(&pool, "grace", "+491707654321").await?;
    let folder = tempfile::tempdir()?;
    let client = || anyhow::Ok(pool.client()?.store(FileStore::new(folder.path())?).build()?);
    for (name, asked) in [("ada", true), ("grace", true), ("ada", false), ("grace", false)] {
        let client = client()?;
        assert_eq!(is_asked(&pool, &client, name).await?, asked, "{name}");
        client.sign_out().await?;
    }
    let store = FileStore::new(folder.path())?;
    let stored = stored_devices(&client()?, &store).await?;
    let subs: Vec<_> = stored["devices"].as_array().unwrap().iter().map(|device| &device["sub"]).collect();
    assert_eq!(subs.len(), 2);
    assert_ne!(subs[0], subs[1]);
    Ok(())
}

#[tokio::test]
async fn a_refused_confirmation_does_not_fail_the_sign_in_but_ends_the_session_at_its_refresh() -> Result<()>
{
    let refusal = json!({
        "status": 400, "code": "InvalidParameterException", "message": "Invalid device key given.",
    });
    let pool = pool(false, json!({})).await?;
    pool.fault(json!({ "operation": "ConfirmDevice", "action": refusal }))?;
    let (client, store) = remembered(&pool).await?;
    assert_eq!(stored_devices(&client, &store).await?["devices"], json!([]));
    pool.pass(LIFE);
    let error = client.id_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionEnded);
    assert!(error.message().contains("Invalid Refresh Token"), "{error}");
    pool.aws.faults().clear();
    assert!(is_asked(&pool, &client, "ada").await?);
    pool.pass(LIFE);
    client.id_token().await?;
    Ok(())
}

#[tokio::test]
async fn a_confirmation_that_got_lost_is_made_up_for_before_the_refresh() -> Result<()> {
    for fault in [json!("drop"), json!("dropAfterHandling"), json!({ "status": 503 })] {
        let pool = pool(false, json!({})).await?;
        pool.fault(json!({ "operation": "ConfirmDevice", "action": fault }))?;
        let (client, _) = remembered(&pool).await?;
        pool.aws.faults().clear();
        pool.pass(LIFE - Duration::from_secs(30));
        client.refresh().await?;
        pool.pass(LIFE);
        client.refresh().await?;
        assert!(!is_asked(&pool, &client, "ada").await?, "{fault}");
        assert_eq!(keys(&pool).await?.len(), 1, "{fault}");
    }
    Ok(())
}

#[tokio::test]
async fn a_device_that_the_server_forgot_is_dropped_and_the_sign_in_goes_on() -> Result<()> {
    for flow in [AuthFlow::UserSrpAuth, AuthFlow::UserPasswordAuth] {
        for name in ["ada", "ada@example.com"] {
            let pool = pool(false, json!({})).await?;
            let (client, store) = remembered(&pool).await?;
            let key = client.account().current_device_key().await?.unwrap();
            pool.admin("AdminForgetDevice", json!({ "Username": "ada", "DeviceKey": key })).await?;
            assert!(sign_in(&pool, &client, name, flow).await?.0, "{name} {flow:?}");
            let new = client.account().current_device_key().await?.unwrap();
            assert_ne!(new, key);
            let stored = stored_devices(&client, &store).await?;
            assert_eq!(stored["devices"][0]["key"], new.as_str());
            assert!(!sign_in(&pool, &client, name, flow).await?.0, "{name} {flow:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_device_that_the_server_forgets_in_the_middle_ends_in_a_clear_result() -> Result<()> {
    // While the person looks for the code: the code still counts.
    let pool = pool(false, json!({})).await?;
    let (client, _) = remembered(&pool).await?;
    let key = client.account().current_device_key().await?.unwrap();
    client.account().do_not_remember_device(None).await?;
    let step = client.sign_in("ada", PASSWORD).await?;
    let challenge = step.challenge().context("a device that is not remembered replaces nothing")?;
    pool.admin("AdminForgetDevice", json!({ "Username": "ada", "DeviceKey": key })).await?;
    answer(&pool, challenge).await?;
    assert_ne!(client.account().current_device_key().await?.unwrap(), key);

    // Between the password and the device's proof: the sign-in begins again, and asks for the code.
    let gone = json!({
        "status": 400, "code": "ResourceNotFoundException", "message": "Device does not exist.",
    });
    for skip in [1, 2] {
        pool.fault(
            json!({ "operation": "RespondToAuthChallenge", "skip": skip, "times": 1, "action": gone }),
        )?;
        assert!(is_asked(&pool, &client, "ada").await?, "{skip}");
        pool.aws.faults().clear();
        assert!(!is_asked(&pool, &client, "ada").await?, "{skip}");
    }
    Ok(())
}

#[tokio::test]
async fn a_device_password_that_the_server_does_not_accept_asks_for_the_second_factor() -> Result<()> {
    for flow in [AuthFlow::UserSrpAuth, AuthFlow::UserPasswordAuth] {
        let pool = pool(false, json!({})).await?;
        let (client, store) = remembered(&pool).await?;
        let mut stored = stored_devices(&client, &store).await?;
        stored["devices"][0]["password"] = json!("another");
        replace_stored(&client, &store, stored).await?;
        assert!(sign_in(&pool, &client, "ada", flow).await?.0);
        assert!(!sign_in(&pool, &client, "ada", flow).await?.0);
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_still_a_wrong_password_and_keeps_the_device() -> Result<()> {
    let pool = pool(false, json!({})).await?;
    let (client, _) = remembered(&pool).await?;
    for flow in [AuthFlow::UserSrpAuth, AuthFlow::UserPasswordAuth] {
        let error = client.sign_in("ada", "Wrong-Horse-1").flow(flow).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotAuthorized);
    }
    assert!(!is_asked(&pool, &client, "ada").await?);
    Ok(())
}

#[tokio::test]
async fn stored_devices_that_cannot_be_read_cost_a_second_factor_and_no_more() -> Result<()> {
    let pool = pool(false, json!({})).await?;
    let (client, store) = remembered(&pool).await?;
    for broken in [json!("text"), json!({ "version": 2 }), json!({ "version": 1, "devices": [{ "key": 1 }] })]
    {
        replace_stored(&client, &store, broken).await?;
        assert!(is_asked(&pool, &client, "ada").await?);
        assert!(!is_asked(&pool, &client, "ada").await?);
    }
    Ok(())
}

#[tokio::test]
async fn the_person_is_asked_where_the_pool_wants_it() -> Result<()> {
    let pool = pool(true, json!({})).await?;
    let (client, _) = remembered(&pool).await?;
    let asks = async |client: &Client| {
        anyhow::Ok(client.current_user().await?.context("signed out")?.device_confirmation_necessary())
    };
    assert!(asks(&client).await?);
    pool.pass(LIFE);
    client.refresh().await?;
    assert!(asks(&client).await?, "a refresh does not answer the question");
    let account = client.account();
    assert!(account.devices().page().await?.items.is_empty(), "it is not remembered yet");
    account.remember_device(None).await?;
    assert!(!asks(&client).await?);
    assert_eq!(account.devices().page().await?.items.len(), 1);
    assert!(!is_asked(&pool, &client, "ada").await?);

    account.do_not_remember_device(None).await?;
    let key = account.current_device_key().await?.unwrap();
    assert_eq!(account.device(&key).await.unwrap_err().kind(), ErrorKind::NotFound);
    let (asked, user) = sign_in(&pool, &client, "ada", AuthFlow::UserSrpAuth).await?;
    assert!(asked && !user.device_confirmation_necessary());
    assert_eq!(account.current_device_key().await?.unwrap(), key, "it is the same device");
    Ok(())
}

#[tokio::test]
async fn two_clients_on_one_store_ask_the_person_once() -> Result<()> {
    let pool = pool(true, json!({})).await?;
    let (first, store) = remembered(&pool).await?;
    let second = pool.client()?.store(store).build()?;
    assert!(second.current_user().await?.unwrap().device_confirmation_necessary());
    first.account().remember_device(None).await?;
    assert!(!second.current_user().await?.unwrap().device_confirmation_necessary());
    pool.pass(LIFE);
    second.refresh().await?;
    assert!(!first.current_user().await?.unwrap().device_confirmation_necessary());
    Ok(())
}

#[tokio::test]
async fn another_device_is_signed_out_by_forgetting_it() -> Result<()> {
    let pool = pool(false, json!({})).await?;
    let (phone, _) = remembered(&pool).await?;
    let (laptop, _) = remembered(&pool).await?;
    let lost = phone.account().current_device_key().await?.unwrap();
    laptop.account().forget_device(Some(&lost)).await?;
    laptop.refresh().await?;
    assert_eq!(phone.refresh().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    let again = laptop.account().forget_device(Some(&lost)).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NotFound);

    laptop.account().forget_device(None).await?;
    assert_eq!(laptop.refresh().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    assert!(is_asked(&pool, &laptop, "ada").await?);
    Ok(())
}

#[tokio::test]
async fn devices_come_in_pages() -> Result<()> {
    let pool = pool(false, json!({})).await?;
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(remembered(&pool).await?.0);
    }
    let account = clients[0].account();
    let all: Vec<_> =
        account.devices().page_size(2).items().map_ok(|device| device.key).try_collect().await?;
    assert_eq!(all, keys(&pool).await?);
    let page = account.devices().page_size(2).page().await?;
    assert_eq!(page.items.len(), 2);
    let next = account.devices().page_size(2).next_token(page.next_token.unwrap()).page().await?;
    assert_eq!(next.items[0].key, all[2]);
    for size in [0, 61] {
        let error = account.devices().page_size(size).page().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    Ok(())
}

#[tokio::test]
async fn a_pool_that_tracks_nothing_has_no_devices() -> Result<()> {
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let store = MemoryStore::new();
    let client = pool.client()?.store(store.clone()).build()?;
    client.sign_in("ada", PASSWORD).await?.done().context("not signed in")?;
    assert_eq!(client.account().current_device_key().await?, None);
    for outcome in [
        client.account().remember_device(None).await,
        client.account().do_not_remember_device(None).await,
        client.account().forget_device(None).await,
    ] {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(client.account().device("").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(stored_devices(&client, &store).await?, Value::Null);
    assert_eq!(pool.aws.request_counts().of("ConfirmDevice"), 0);
    Ok(())
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_a_whole_sign_in_or_none() -> Result<()> {
    for delay in [0, 5, 20, 60] {
        let pool = TestPool::tracking(Some(0)).await?;
        pool.add_user("ada").await?;
        pool.fault(json!({ "operation": "ConfirmDevice", "action": { "delayMs": 30 } }))?;
        let client = pool.client()?.build()?;
        let task = tokio::spawn({
            let client = client.clone();
            async move { client.sign_in("ada", PASSWORD).await }
        });
        while pool.aws.request_counts().of("ConfirmDevice") == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(delay)).await;
        task.abort();
        let _ = task.await;
        while client.current_user().await?.is_none() {
            tokio::task::yield_now().await;
        }
        pool.pass(LIFE);
        client.id_token().await?;
    }
    Ok(())
}

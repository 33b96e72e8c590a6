//! Credentials against a server: for people and guests, one exchange for everyone, and never somebody else's.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_credential_types::provider::ProvideCredentials;
use futures_util::future::try_join_all;
use poolpass::dynamodb::Item;
use poolpass::platform::{FileStore, HttpTransport, Transport};
use poolpass::{Client, Config, Credentials, ErrorKind, Region, sigv4};
use poolpass_tests::Demo;
use serde_json::{Value, json};

const EXCHANGE: &str = "GetCredentialsForIdentity";
const LIFE: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_callers_cause_one_exchange() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let callers = (0..1000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.credentials().await })
    });
    let credentials: Vec<Credentials> = try_join_all(callers).await?.into_iter().collect::<Result<_, _>>()?;
    ensure!(credentials.iter().all(|one| *one == credentials[0]));
    assert_eq!(demo.aws.request_counts().of(EXCHANGE), 1);
    Ok(())
}

#[tokio::test]
async fn credentials_are_renewed_before_they_expire_and_the_identity_stays() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let (first, me) = (client.credentials().await?, client.identity_id().await?);
    demo.pass(LIFE - Duration::from_secs(330));
    assert_eq!(client.credentials().await?, first);
    demo.pass(Duration::from_secs(60));
    let second = client.credentials().await?;
    assert_ne!(second, first);
    assert_eq!(client.identity_id().await?, me);
    assert_eq!(demo.aws.request_counts().of(EXCHANGE), 2);
    Ok(())
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_the_exchange_to_the_others() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    demo.fault(json!({ "operation": EXCHANGE, "times": 1, "action": { "delayMs": 50 } }))?;
    let impatient = tokio::spawn({
        let client = client.clone();
        async move { client.credentials().await }
    });
    while demo.aws.request_counts().of("GetId") == 0 {
        tokio::task::yield_now().await;
    }
    impatient.abort();
    client.credentials().await?;
    assert_eq!(demo.aws.request_counts().of(EXCHANGE), 1);
    Ok(())
}

#[tokio::test]
async fn a_guest_who_signs_in_keeps_the_identity_and_leaves_a_new_one_behind() -> Result<()> {
    let demo = Demo::start().await?;
    demo.add_user("lin").await?;
    let directory = tempfile::tempdir()?;
    let guest = demo.client()?.store(FileStore::new(directory.path())?).build()?;
    let me = guest.identity_id().await?;
    let guests = guest.credentials().await?;

    // The guest is the same one after a restart, and keeps the identity on signing in.
    let client = demo.client()?.store(FileStore::new(directory.path())?).build()?;
    assert_eq!(client.identity_id().await?, me);
    demo.sign_in(&client, "lin").await?;
    assert_eq!(client.identity_id().await?, me);
    assert_ne!(client.credentials().await?, guests);

    // Afterwards it is the person's for good, on every device.
    client.sign_out().await?;
    assert_ne!(client.identity_id().await?, me);
    let elsewhere = demo.client()?.build()?;
    demo.sign_in(&elsewhere, "lin").await?;
    assert_eq!(elsewhere.identity_id().await?, me);
    Ok(())
}

#[tokio::test]
async fn a_guest_who_signs_in_as_somebody_known_becomes_that_person() -> Result<()> {
    let demo = Demo::start().await?;
    let known = demo.person("lin").await?.identity_id().await?;
    let client = demo.client()?.build()?;
    let guest = client.identity_id().await?;
    demo.sign_in(&client, "lin").await?;
    assert_eq!(client.identity_id().await?, known);
    client.credentials().await?;
    client.sign_out().await?;
    let after = client.identity_id().await?;
    assert_ne!(after, known);
    assert_ne!(guest, known);
    Ok(())
}

#[tokio::test]
async fn the_next_person_gets_nothing_of_the_last_ones() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let (lins, lin) = (client.credentials().await?, client.identity_id().await?);
    demo.add_user("eve").await?;
    demo.sign_in(&client, "eve").await?;
    assert_ne!(client.credentials().await?, lins);
    assert_ne!(client.identity_id().await?, lin);
    Ok(())
}

#[tokio::test]
async fn a_revoked_session_gives_no_credentials_not_even_a_guests() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    client.credentials().await?;
    let elsewhere = demo.client()?.build()?;
    demo.sign_in(&elsewhere, "lin").await?;
    elsewhere.sign_out_everywhere().await?;
    demo.pass(LIFE);
    assert_eq!(client.credentials().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    Ok(())
}

#[tokio::test]
async fn a_person_chooses_among_the_roles_that_the_token_offers() -> Result<()> {
    let demo = Demo::start().await?;
    let reader = demo.add_role("reader", &["dynamodb:Scan"]).await?;
    demo.add_role("auditor", &["s3:ListBucket"]).await?;
    demo.choose_roles_by_token().await?;
    demo.add_user("lin").await?;
    demo.add_to_group("lin", "reader").await?;
    demo.add_to_group("lin", "auditor").await?;
    let client = demo.client()?.build()?;
    demo.sign_in(&client, "lin").await?;

    let scan = async |client: &Client| client.dynamodb()?.scan::<Item>().all().await;
    assert_eq!(scan(&client).await.unwrap_err().kind(), ErrorKind::AccessDenied);
    let as_reader = client.with_role(reader);
    scan(&as_reader).await?;
    assert_eq!(as_reader.identity_id().await?, client.identity_id().await?);
    assert_ne!(as_reader.credentials().await?, client.credentials().await?);
    assert_eq!(demo.aws.request_counts().of(EXCHANGE), 2);

    let nobodys = client.with_role("arn:aws:iam::000000000000:role/admin");
    assert_eq!(scan(&nobodys).await.unwrap_err().kind(), ErrorKind::NotAuthorized);
    client.sign_out().await?;
    assert_eq!(scan(&as_reader).await.unwrap_err().kind(), ErrorKind::SignedOut);
    Ok(())
}

#[tokio::test]
async fn where_nobody_may_be_a_guest_one_has_to_sign_in() -> Result<()> {
    let demo = Demo::start().await?;
    let mut config = demo.config().clone();
    config["identityPool"]["id"] = "eu-west-1:00000000-0000-0000-0000-000000000000".into();
    let client = Client::new(Config::from_json(&config.to_string())?)?;
    assert_eq!(client.credentials().await.unwrap_err().kind(), ErrorKind::NotFound);

    config["identityPool"] = Value::Null;
    let client = Client::new(Config::from_json(&config.to_string())?)?;
    assert_eq!(client.credentials().await.unwrap_err().kind(), ErrorKind::InvalidConfig);
    Ok(())
}

#[tokio::test]
async fn a_dropped_session_token_is_refused() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let whole = client.credentials().await?;
    let send = async |credentials: &Credentials| -> Result<u16> {
        let region: Region = "eu-west-1".parse()?;
        let mut request = http::Request::post(format!("{}/", demo.aws.url()))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.GetItem")
            .body(bytes::Bytes::from(
                json!({
                    "TableName": demo.config()["dynamodb"]["table"],
                    "Key": { "pk": { "S": client.identity_id().await? }, "sk": { "S": "x" } },
                })
                .to_string(),
            ))?;
        let scope = sigv4::Scope { service: "dynamodb", region: &region };
        sigv4::sign(&mut request, &scope, credentials, demo.aws.clock().now())?;
        let answer = HttpTransport::new()?.send(request).await?;
        Ok(answer.status().as_u16())
    };
    assert_eq!(send(&whole).await?, 200);
    let bare = Credentials::new(whole.access_key_id(), whole.secret_access_key(), None, whole.expiration());
    assert_eq!(send(&bare).await?, 400);
    Ok(())
}

#[tokio::test]
async fn expired_credentials_are_replaced_and_the_request_sent_once_more() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let table = client.dynamodb()?;
    let mine = Item::new().with("pk", client.identity_id().await?).with("sk", "x");
    // Only the server's time passes, so the client does not see it coming.
    demo.aws.clock().advance_seconds(2 * 3600);
    let none: Option<Item> = table.get(&mine).await?;
    assert_eq!(none, None);
    assert_eq!(demo.aws.request_counts().of(EXCHANGE), 2);
    Ok(())
}

#[tokio::test]
async fn a_clock_two_hours_off_is_corrected_and_the_request_sent_once_more() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let (bucket, table) = (client.s3()?, client.dynamodb()?);
    let key = bucket.private_path("a").await?;
    let item = Item::new().with("pk", client.identity_id().await?).with("sk", "x");

    let before = demo.aws.request_counts().of("PutObject");
    demo.clock.advance_seconds(-2 * 3600);
    bucket.put(&key, "a").await?;
    bucket.put(&key, "b").await?;
    assert_eq!(demo.aws.request_counts().of("PutObject") - before, 3);

    demo.clock.advance_seconds(-2 * 3600);
    table.put(&item).await?;
    table.put(&item).await?;
    assert_eq!(demo.aws.request_counts().of("PutItem"), 3);

    // A device that is ahead takes its credentials for expired, and learns better from the first answer.
    demo.clock.advance_seconds(8 * 3600);
    table.put(&item).await?;
    assert_eq!(demo.aws.request_counts().of("PutItem"), 4);
    Ok(())
}

#[tokio::test]
async fn a_clock_that_cannot_be_corrected_is_named() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let key = client.s3()?.private_path("a").await?;
    demo.fault(
        json!({ "operation": "PutObject", "action": { "status": 403, "code": "RequestTimeTooSkewed" } }),
    )?;
    let error = client.s3()?.put(&key, "a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignatureRefused);
    ensure!(error.message().contains("clock"), "{error}");
    Ok(())
}

#[tokio::test]
async fn the_official_sdks_can_use_the_credentials() -> Result<()> {
    let demo = Demo::start().await?;
    let client = demo.person("lin").await?;
    let given = client.provide_credentials().await?;
    let own = client.credentials().await?;
    assert_eq!(given.access_key_id(), own.access_key_id());
    assert_eq!(given.secret_access_key(), own.secret_access_key());
    assert_eq!(given.session_token(), own.session_token());
    assert_eq!(given.expiry(), own.expiration());
    given.session_token().context("no session token")?;
    Ok(())
}

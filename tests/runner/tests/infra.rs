//! The stack of `examples/infra/template.yaml` on a local AWS: what each of its people may do, and may not.
#![expect(clippy::unwrap_used, reason = "what a test's helpers do not expect fails the test")]

use std::collections::BTreeMap;

use local_aws::LocalAws;
use poolpass::dynamodb::{Item, attribute};
use poolpass::{AuthFlow, Client, Config, ErrorKind, SignInStep};
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../../examples/infra/template.yaml");

struct Stack {
    aws: LocalAws,
    config: Config,
}

impl Stack {
    async fn create() -> Self {
        let aws = LocalAws::start(local_aws::Options::default()).await.unwrap();
        let config: Value = aws.create_stack(TEMPLATE, &BTreeMap::new()).await.unwrap();
        Self { config: Config::from_json(&config.to_string()).unwrap(), aws }
    }

    fn guest(&self) -> Client {
        Client::new(self.config.clone()).unwrap()
    }

    /// Somebody who has signed up, confirmed the address, and signed in with SRP.
    async fn person(&self, name: &str) -> Client {
        let (client, email, password) = (self.guest(), format!("{name}@example.com"), "Correct-horse-7");
        client.account().sign_up(name, password).attribute("email", &email).await.unwrap();
        let code = self.aws.messages().last_to(&email).unwrap().code;
        client.account().confirm_sign_up(name, &code).await.unwrap();
        assert!(matches!(client.sign_in(name, password).await.unwrap(), SignInStep::Done(_)));
        client
    }
}

/// Writes and reads an item of the partition as `client`.
async fn uses_partition(client: &Client, partition: &str) -> Result<(), ErrorKind> {
    let table = client.dynamodb().unwrap();
    let item = Item::new().with("pk", partition).with("sk", "note#1").with("text", "hello");
    table.put(&item).await.map_err(|error| error.kind())?;
    let query = table.query::<Value>(attribute("pk").eq(partition));
    let found: Vec<Value> = query.await.map_err(|error| error.kind())?;
    assert_eq!(found.len(), 1);
    Ok(())
}

/// Writes and reads an object as `client`.
async fn uses_object(client: &Client, key: &str) -> Result<(), ErrorKind> {
    let bucket = client.s3().unwrap();
    bucket.put(key, "hello").await.map_err(|error| error.kind())?;
    let object = bucket.get(key).await.map_err(|error| error.kind())?;
    assert_eq!(object.bytes().await.unwrap(), "hello");
    Ok(())
}

#[tokio::test]
async fn each_person_has_items_and_objects_that_nobody_else_reaches() {
    let stack = Stack::create().await;
    let (ada, bob, guest) = (stack.person("ada").await, stack.person("bob").await, stack.guest());
    let denied = Err(ErrorKind::AccessDenied);
    for (client, others) in [(&ada, [&bob, &guest]), (&bob, [&ada, &guest])] {
        let own = client.identity_id().await.unwrap();
        assert_eq!(uses_partition(client, &own).await, Ok(()));
        let object = format!("private/{own}/note.txt");
        assert_eq!(uses_object(client, &object).await, Ok(()));
        for other in others {
            assert_eq!(uses_partition(other, &own).await, denied);
            assert_eq!(uses_object(other, &object).await, denied);
        }
    }
    let table = ada.dynamodb().unwrap();
    let all = table.scan::<Value>().await.unwrap_err();
    assert_eq!(all.kind(), ErrorKind::AccessDenied, "a scan would show everything");
}

#[tokio::test]
async fn a_guest_has_items_and_no_objects() {
    let stack = Stack::create().await;
    let guest = stack.guest();
    let own = guest.identity_id().await.unwrap();
    assert_eq!(uses_partition(&guest, &own).await, Ok(()));
    let denied = Err(ErrorKind::AccessDenied);
    assert_eq!(uses_object(&guest, &format!("private/{own}/note.txt")).await, denied);
    assert_eq!(uses_object(&guest, "public/welcome.txt").await, denied, "nobody writes what all may read");
}

#[tokio::test]
async fn the_app_client_takes_no_password_in_clear() {
    let stack = Stack::create().await;
    stack.person("ada").await;
    let plain = stack.guest().sign_in("ada", "Correct-horse-7").flow(AuthFlow::UserPasswordAuth).await;
    let error = plain.unwrap_err();
    assert!(error.message().contains("USER_PASSWORD_AUTH flow not enabled"), "{error}");
}

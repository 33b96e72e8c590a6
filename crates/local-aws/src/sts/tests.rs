use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    account::Account,
    iam::Role,
    test_support::{Answer, Draft, Keys, account},
};

const ACCOUNT: &str = "000000000000";

async fn call(account: &Arc<Account>, keys: &Keys, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    let draft = Draft::form(operation, "2011-06-15", parameters);
    draft.signed("sts", keys, account.clock.now()).send(account).await
}

fn create_role(account: &Account, name: &str, trusted: &str, policy: Option<&Value>) {
    let trust = json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}});
    let mut role =
        Role::new(name, "/", &trust.to_string(), account.clock.now()).expect("a valid trust policy");
    if let Some(policy) = policy {
        role.put_policy("policy", &policy.to_string()).expect("a valid policy");
    }
    account.iam.create(role).expect("a new role");
}

fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
}

fn keys(answer: &Answer) -> Keys {
    Keys {
        id: answer.xml("AccessKeyId"),
        secret: answer.xml("SecretAccessKey"),
        token: Some(answer.xml("SessionToken")),
    }
}

fn assume<'a>(role: &'a str, name: &'a str) -> [(&'static str, &'a str); 2] {
    [("RoleArn", role), ("RoleSessionName", name)]
}

#[tokio::test]
async fn a_session_knows_who_it_is_until_it_expires() {
    let account = account();
    create_role(&account, "app", ACCOUNT, None);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/app");
    let parameters = [assume(&role, "me").as_slice(), &[("DurationSeconds", "900")]].concat();
    let assumed = call(&account, &Keys::root(), "AssumeRole", &parameters).await.expect_ok();
    let caller = call(&account, &keys(&assumed), "GetCallerIdentity", &[]).await.expect_ok();
    assert_eq!(caller.xml("Arn"), format!("arn:aws:sts::{ACCOUNT}:assumed-role/app/me"));
    assert!(caller.xml("UserId").starts_with("AROA") && caller.xml("UserId").ends_with(":me"));
    account.clock.advance_seconds(900);
    call(&account, &keys(&assumed), "GetCallerIdentity", &[]).await.expect_error(403, "ExpiredToken");
    let root = call(&account, &Keys::root(), "GetCallerIdentity", &[]).await.expect_ok();
    assert_eq!(
        (root.xml("Arn"), root.xml("Account")),
        (format!("arn:aws:iam::{ACCOUNT}:root"), ACCOUNT.to_owned())
    );
}

#[tokio::test]
async fn a_role_is_assumed_by_whom_it_trusts_and_who_may() {
    let account = account();
    create_role(&account, "open", ACCOUNT, None);
    create_role(&account, "closed", "arn:aws:iam::999999999999:root", None);
    let open = format!("arn:aws:iam::{ACCOUNT}:role/open");
    let closed = format!("arn:aws:iam::{ACCOUNT}:role/closed");
    let missing = format!("arn:aws:iam::{ACCOUNT}:role/missing");
    let may = Keys::session(&account, "eu-west-1:1", &allow("sts:AssumeRole"));
    let may_not = Keys::session(&account, "eu-west-1:2", &allow("s3:GetObject"));
    call(&account, &may, "AssumeRole", &assume(&open, "me")).await.expect_ok();
    for (keys, role) in [(&may_not, &open), (&may, &closed), (&Keys::root(), &closed), (&may, &missing)] {
        call(&account, keys, "AssumeRole", &assume(role, "me")).await.expect_error(403, "AccessDenied");
    }
}

#[tokio::test]
async fn a_session_policy_narrows_the_role() {
    let account = account();
    create_role(&account, "app", ACCOUNT, Some(&allow("dynamodb:*")));
    let role = format!("arn:aws:iam::{ACCOUNT}:role/app");
    let list = async |keys: &Keys| {
        let draft = Draft::json("DynamoDB_20120810.ListTables", &json!({}));
        draft.signed("dynamodb", keys, account.clock.now()).send(&account).await
    };
    let whole = call(&account, &Keys::root(), "AssumeRole", &assume(&role, "me")).await.expect_ok();
    list(&keys(&whole)).await.expect_ok();
    for (policy, reason) in [
        (allow("dynamodb:GetItem"), "because no session policy allows"),
        (
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}),
            "with an explicit deny in a session policy",
        ),
        (allow("s3:*"), "because no session policy allows"),
    ] {
        let policy = policy.to_string();
        let parameters = [assume(&role, "me").as_slice(), &[("Policy", policy.as_str())]].concat();
        let narrow = call(&account, &Keys::root(), "AssumeRole", &parameters).await.expect_ok();
        let denied = list(&keys(&narrow)).await.expect_error(400, "AccessDeniedException");
        assert!(denied.text().contains(reason), "{}", denied.text());
    }
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    let account = account();
    create_role(&account, "app", ACCOUNT, None);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/app");
    for (operation, parameters, code) in [
        ("AssumeRole", vec![("RoleArn", role.as_str())], "ValidationError"),
        ("AssumeRole", assume(&role, "a b").to_vec(), "ValidationError"),
        (
            "AssumeRole",
            [assume(&role, "me").as_slice(), &[("DurationSeconds", "1")]].concat(),
            "ValidationError",
        ),
        (
            "AssumeRole",
            [assume(&role, "me").as_slice(), &[("DurationSeconds", "7200")]].concat(),
            "ValidationError",
        ),
        (
            "AssumeRole",
            [assume(&role, "me").as_slice(), &[("Policy", "{")]].concat(),
            "MalformedPolicyDocument",
        ),
        ("AssumeRoleWithWebIdentity", assume(&role, "me").to_vec(), "ValidationError"),
        ("DecodeAuthorizationMessage", vec![], "InvalidAction"),
    ] {
        call(&account, &Keys::root(), operation, &parameters).await.expect_error(400, code);
    }
}

#[test]
fn nothing_secret_is_in_debug_output() {
    let account = account();
    let keys = Keys::session(&account, "eu-west-1:1", &allow("*"));
    let session = account.sts.session(&keys.id).expect("the session");
    let text = format!("{session:?} {:?} {account:?}", super::Principal::Session(session.clone()));
    assert!(
        !text.contains(&keys.secret) && !text.contains(keys.token.as_deref().unwrap_or_default()),
        "{text}"
    );
}

#[tokio::test]
async fn an_external_id_opens_the_door_that_asks_for_it() {
    let account = account();
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "42"}},
    }});
    let role = Role::new("app", "/", &trust.to_string(), account.clock.now()).expect("a valid trust policy");
    account.iam.create(role).expect("a new role");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/app");
    let with =
        |external: &'static str| [assume(&role, "me").as_slice(), &[("ExternalId", external)]].concat();
    let root = Keys::root();
    call(&account, &root, "AssumeRole", &assume(&role, "me")).await.expect_error(403, "AccessDenied");
    call(&account, &root, "AssumeRole", &with("41")).await.expect_error(403, "AccessDenied");
    call(&account, &root, "AssumeRole", &with("42")).await.expect_ok();
}

#[tokio::test]
async fn a_session_of_a_session_lives_an_hour_at_most() {
    let account = account();
    create_role(&account, "first", ACCOUNT, Some(&allow("sts:AssumeRole")));
    create_role(&account, "second", ACCOUNT, None);
    for name in ["first", "second"] {
        account
            .iam
            .update(name, |role| {
                role.max_session_duration = 7200;
                Ok(())
            })
            .expect("the role");
    }
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let (first, second) = (arn("first"), arn("second"));
    let long = |role| [assume(role, "me").as_slice(), &[("DurationSeconds", "7200")]].concat();
    let assumed = call(&account, &Keys::root(), "AssumeRole", &long(&first)).await.expect_ok();
    let keys = keys(&assumed);
    call(&account, &keys, "AssumeRole", &long(&second)).await.expect_error(400, "ValidationError");
    call(&account, &keys, "AssumeRole", &assume(&second, "me")).await.expect_ok();
}

#[tokio::test]
async fn arns_and_session_policies_have_lengths() {
    let account = account();
    create_role(&account, "app", ACCOUNT, None);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/app");
    let policy = |length: usize| {
        let policy = allow("s3:*").to_string();
        let space = length - policy.len();
        policy + &" ".repeat(space)
    };
    for (length, is_taken) in [(2048, true), (2049, false)] {
        let policy = policy(length);
        let parameters = [assume(&role, "me").as_slice(), &[("Policy", policy.as_str())]].concat();
        let answer = call(&account, &Keys::root(), "AssumeRole", &parameters).await;
        if is_taken {
            answer.expect_ok()
        } else {
            answer.expect_error(400, "ValidationError")
        };
    }
    let short = call(&account, &Keys::root(), "AssumeRole", &assume("arn:aws:iam::1:r", "me")).await;
    short.expect_error(400, "ValidationError");
}

#[tokio::test]
async fn parameters_have_the_shapes_of_the_model() {
    let account = account();
    let role = format!("arn:aws:iam::{ACCOUNT}:role/app");
    for (operation, parameters, member) in [
        ("AssumeRole", assume(&role, "x").to_vec(), "roleSessionName"),
        ("AssumeRole", assume(&role, "a b").to_vec(), "roleSessionName"),
        ("AssumeRole", vec![("RoleSessionName", "me")], "roleArn"),
        (
            "AssumeRole",
            [assume(&role, "me").as_slice(), &[("DurationSeconds", "899")]].concat(),
            "durationSeconds",
        ),
        ("AssumeRole", [assume(&role, "me").as_slice(), &[("ExternalId", "x")]].concat(), "externalId"),
        ("AssumeRoleWithWebIdentity", assume(&role, "me").to_vec(), "webIdentityToken"),
        (
            "AssumeRoleWithWebIdentity",
            [assume(&role, "me").as_slice(), &[("WebIdentityToken", "abc")]].concat(),
            "webIdentityToken",
        ),
    ] {
        let answer = call(&account, &Keys::root(), operation, &parameters).await;
        let text = answer.expect_error(400, "ValidationError").xml("Message").replace("&apos;", "'");
        assert!(text.contains(&format!("at '{member}' failed to satisfy constraint")), "{operation}: {text}");
    }
}

use std::time::Duration;

use aws_sigv4::http_request::SignableBody;
use serde_json::{Value, json};

use super::*;
use crate::test_support::{Draft, Keys, account};

const MINUTE: Duration = Duration::from_secs(60);

fn all_allowed() -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
}

fn refusal(account: &Account, draft: Draft) -> String {
    match authenticate(account, &draft.into_request()) {
        Ok(principal) => panic!("accepted: {principal:?}"),
        Err(error) => error.code.into_owned(),
    }
}

fn list_tables() -> Draft {
    Draft::json("DynamoDB_20120810.ListTables", &json!({}))
}

#[test]
fn every_service_accepts_what_aws_own_signer_signs() {
    let account = account();
    let now = account.clock.now();
    let session = Keys::session(&account, "eu-west-1:1", &all_allowed());
    for (service, draft) in [
        ("dynamodb", list_tables()),
        ("cognito-idp", Draft::json("AWSCognitoIdentityProviderService.ListUserPools", &json!({}))),
        ("cognito-identity", Draft::json("AWSCognitoIdentityService.ListIdentityPools", &json!({}))),
        ("sts", Draft::form("GetCallerIdentity", "2011-06-15", &[])),
        ("iam", Draft::form("GetRole", "2010-05-08", &[("RoleName", "a b+c")])),
        ("execute-api", Draft::new("PUT", "/_api/a%20b/c+d/%C3%BC?x=1%202&y=&a=%2B").body("text")),
        ("s3", Draft::new("PUT", "/bucket/a//b%20c%2B%25/%C3%BC?x-id=PutObject").body("text")),
        ("s3", Draft::new("GET", "/bucket/?list-type=2&prefix=private%2F&encoding-type=url")),
        ("s3", Draft::new("POST", "/bucket/key?uploads")),
    ] {
        for keys in [&Keys::root(), &session] {
            let header = draft.clone().signed(service, keys, now).into_request();
            let result = authenticate(&account, &header);
            assert_eq!(
                result.map(|principal| matches!(principal, Principal::Root)),
                Ok(keys.token.is_none()),
                "{service} header"
            );
        }
    }
    for target in ["/bucket/a%20b%2Bc", "/bucket/a//b?response-content-type=text%2Fplain&versionId=%2B%2F"] {
        for keys in [&Keys::root(), &session] {
            let request = Draft::new("GET", target).presigned("s3", keys, now, MINUTE).into_request();
            assert!(authenticate(&account, &request).is_ok(), "{target}");
        }
    }
    let url = Draft::new("GET", "/_api/notes?page=2").signed_as(
        "execute-api",
        &session,
        now,
        "eu-west-1",
        Some(MINUTE),
        SignableBody::Bytes(b""),
    );
    assert!(authenticate(&account, &url.into_request()).is_ok());
}

#[test]
fn unsigned_requests_are_refused_in_the_words_of_the_service() {
    let account = account();
    for (draft, code) in [
        (list_tables(), "MissingAuthenticationTokenException"),
        (Draft::form("GetRole", "2010-05-08", &[]), "MissingAuthenticationToken"),
        (Draft::new("GET", "/bucket/key"), "AccessDenied"),
        (Draft::new("GET", "/bucket/key").header("authorization", "Basic dGVzdDp0ZXN0"), "InvalidRequest"),
        (
            Draft::new("GET", "/bucket/key").header("authorization", "AWS4-HMAC-SHA256"),
            "AuthorizationHeaderMalformed",
        ),
        (
            list_tables().header("authorization", "AWS4-HMAC-SHA256 Credential=a"),
            "IncompleteSignatureException",
        ),
    ] {
        assert_eq!(refusal(&account, draft), code);
    }
}

#[test]
fn unknown_keys_and_wrong_secrets_are_refused() {
    let account = account();
    let now = account.clock.now();
    let unknown = Keys { id: "AKIAIOSFODNN7EXAMPLE".into(), ..Keys::root() };
    let wrong = Keys { secret: "tset".into(), ..Keys::root() };
    let s3 = || Draft::new("GET", "/bucket/key");
    assert_eq!(
        refusal(&account, list_tables().signed("dynamodb", &unknown, now)),
        "UnrecognizedClientException"
    );
    assert_eq!(refusal(&account, list_tables().signed("dynamodb", &wrong, now)), "InvalidSignatureException");
    assert_eq!(refusal(&account, s3().signed("s3", &unknown, now)), "InvalidAccessKeyId");
    assert_eq!(refusal(&account, s3().signed("s3", &wrong, now)), "SignatureDoesNotMatch");
    assert_eq!(refusal(&account, s3().presigned("s3", &wrong, now, MINUTE)), "SignatureDoesNotMatch");
    let sts = || Draft::form("GetCallerIdentity", "2011-06-15", &[]);
    assert_eq!(refusal(&account, sts().signed("sts", &unknown, now)), "InvalidClientTokenId");
    assert_eq!(refusal(&account, sts().signed("sts", &wrong, now)), "SignatureDoesNotMatch");
}

#[test]
fn session_tokens_must_be_there_and_be_the_right_ones() {
    let account = account();
    let now = account.clock.now();
    let session = Keys::session(&account, "eu-west-1:1", &all_allowed());
    let other = Keys::session(&account, "eu-west-1:2", &all_allowed());
    let dropped = Keys { token: None, ..session.clone() };
    let altered = Keys { token: other.token, ..session };
    let root_with_token = Keys { token: Some("token".into()), ..Keys::root() };
    let s3 = || Draft::new("GET", "/bucket/key");
    for (keys, s3_code) in
        [(&dropped, "InvalidAccessKeyId"), (&altered, "InvalidToken"), (&root_with_token, "InvalidToken")]
    {
        assert_eq!(
            refusal(&account, list_tables().signed("dynamodb", keys, now)),
            "UnrecognizedClientException"
        );
        assert_eq!(refusal(&account, s3().signed("s3", keys, now)), s3_code);
        assert_eq!(refusal(&account, s3().presigned("s3", keys, now, MINUTE)), s3_code);
    }
}

#[test]
fn expired_sessions_are_refused_as_expired() {
    let account = account();
    let session = Keys::session(&account, "eu-west-1:1", &all_allowed());
    account.clock.advance_seconds(3601);
    let now = account.clock.now();
    let s3 = || Draft::new("GET", "/bucket/key");
    assert_eq!(refusal(&account, list_tables().signed("dynamodb", &session, now)), "ExpiredTokenException");
    assert_eq!(refusal(&account, s3().signed("s3", &session, now)), "ExpiredToken");
    assert_eq!(refusal(&account, s3().presigned("s3", &session, now, MINUTE)), "ExpiredToken");
    let sts = Draft::form("GetCallerIdentity", "2011-06-15", &[]);
    assert_eq!(refusal(&account, sts.signed("sts", &session, now)), "ExpiredToken");
}

#[test]
fn whatever_is_changed_after_signing_is_noticed() {
    let account = account();
    let now = account.clock.now();
    let root = Keys::root();
    let put = || {
        Draft::new("PUT", "/bucket/key?a=1").header("x-amz-meta-a", "b").body("text").signed("s3", &root, now)
    };
    let changed = |change: fn(&mut Draft)| {
        let mut draft = put();
        change(&mut draft);
        refusal(&account, draft)
    };
    assert!(authenticate(&account, &put().into_request()).is_ok());
    assert_eq!(changed(|d| d.method = http::Method::POST), "SignatureDoesNotMatch");
    assert_eq!(changed(|d| d.target = d.target.replace("key", "kez")), "SignatureDoesNotMatch");
    assert_eq!(changed(|d| d.target = d.target.replace("a=1", "a=2")), "SignatureDoesNotMatch");
    assert_eq!(changed(|d| d.target.push_str("&b=1")), "SignatureDoesNotMatch");
    assert_eq!(changed(|d| d.body = "texT".into()), "XAmzContentSHA256Mismatch");
    assert_eq!(changed(|d| *d = d.clone().header("x-amz-meta-a", "c")), "SignatureDoesNotMatch");
    assert_eq!(changed(|d| drop(d.headers.remove("x-amz-meta-a"))), "SignatureDoesNotMatch");
    assert_eq!(changed(|d| *d = d.clone().header("x-amz-acl", "public-read")), "AccessDenied");
    assert_eq!(changed(|d| *d = d.clone().header("host", "localhost")), "SignatureDoesNotMatch");
    assert_eq!(
        changed(|d| *d = d.clone().header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")),
        "SignatureDoesNotMatch"
    );
    assert_eq!(changed(|d| drop(d.headers.remove("x-amz-content-sha256"))), "InvalidRequest");

    let mut table = list_tables().signed("dynamodb", &root, now);
    table.body = r#"{"Limit":1}"#.into();
    assert_eq!(refusal(&account, table), "InvalidSignatureException");
    let url = Draft::new("GET", "/bucket/key").presigned("s3", &root, now, MINUTE);
    for (from, to) in
        [("key", "kez"), ("X-Amz-Expires=60", "X-Amz-Expires=61"), ("X-Amz-Signature=", "X-Amz-Signature=0")]
    {
        let mut url = url.clone();
        url.target = url.target.replace(from, to);
        assert_eq!(refusal(&account, url), "SignatureDoesNotMatch", "{from}");
    }
}

#[test]
fn clocks_may_differ_by_fifteen_minutes_at_s3_and_five_elsewhere() {
    let account = account();
    let now = account.clock.now();
    let root = Keys::root();
    let s3 = |time| Draft::new("GET", "/bucket/key").signed("s3", &root, time);
    for (minutes, expected) in
        [(14, Ok(())), (16, Err("RequestTimeTooSkewed")), (120, Err("RequestTimeTooSkewed"))]
    {
        for time in [now - minutes * MINUTE, now + minutes * MINUTE] {
            let result = authenticate(&account, &s3(time).into_request());
            assert_eq!(result.map(drop).map_err(|e| e.code.into_owned()), expected.map_err(str::to_owned));
        }
    }
    let error = authenticate(&account, &s3(now - 120 * MINUTE).into_request()).expect_err("too old");
    let names: Vec<_> = error.details.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"]);

    let table = |time| authenticate(&account, &list_tables().signed("dynamodb", &root, time).into_request());
    assert!(table(now - 4 * MINUTE).is_ok());
    let early = table(now - 120 * MINUTE).expect_err("too old");
    assert_eq!(early.code, "InvalidSignatureException");
    assert!(
        early.message.starts_with("Signature expired: ") && early.message.contains(" is now earlier than ")
    );
    assert!(early.message.ends_with(" - 5 min.)"), "{}", early.message);
    let late = table(now + 120 * MINUTE).expect_err("too new");
    assert!(late.message.starts_with("Signature not yet current: ") && late.message.ends_with(" + 5 min.)"));
}

#[test]
fn the_time_is_that_of_the_servers_clock() {
    let account = account();
    let root = Keys::root();
    let signed = list_tables().signed("dynamodb", &root, account.clock.now());
    account.clock.set_offset_seconds(7200);
    assert_eq!(refusal(&account, signed), "InvalidSignatureException");
    let signed = list_tables().signed("dynamodb", &root, account.clock.now());
    assert!(authenticate(&account, &signed.into_request()).is_ok());
}

#[test]
fn presigned_urls_end() {
    let account = account();
    let now = account.clock.now();
    let root = Keys::root();
    let url = |time, expires| Draft::new("GET", "/bucket/key").presigned("s3", &root, time, expires);
    assert!(authenticate(&account, &url(now - 30 * MINUTE, 31 * MINUTE).into_request()).is_ok());
    let error = authenticate(&account, &url(now - 2 * MINUTE, MINUTE).into_request()).expect_err("expired");
    assert_eq!((error.code.as_ref(), error.message.as_ref()), ("AccessDenied", "Request has expired"));
    assert_eq!(refusal(&account, url(now + 30 * MINUTE, 60 * MINUTE)), "AccessDenied");
    let mut long = url(now, MINUTE);
    long.target = long.target.replace("X-Amz-Expires=60", "X-Amz-Expires=604801");
    assert_eq!(refusal(&account, long), "AuthorizationQueryParametersError");
    let mut text = url(now, MINUTE);
    text.target = text.target.replace("X-Amz-Expires=60", "X-Amz-Expires=soon");
    assert_eq!(refusal(&account, text), "AuthorizationQueryParametersError");
    let both = url(now, MINUTE).header("authorization", "AWS4-HMAC-SHA256 Credential=a");
    assert_eq!(refusal(&account, both), "InvalidArgument");
}

#[test]
fn the_scope_must_be_this_service_and_region_today() {
    let account = account();
    let now = account.clock.now();
    let root = Keys::root();
    let other_region = |service: &str, draft: Draft| {
        draft.signed_as(service, &root, now, "us-west-2", None, SignableBody::Bytes(b"{}"))
    };
    assert_eq!(refusal(&account, other_region("dynamodb", list_tables())), "InvalidSignatureException");
    let s3 = other_region("s3", Draft::new("PUT", "/bucket/key").body("{}"));
    let error = authenticate(&account, &s3.into_request()).expect_err("wrong region");
    assert_eq!(error.code, "AuthorizationHeaderMalformed");
    assert_eq!(error.details, [("Region", "eu-west-1".to_owned())]);
    assert_eq!(refusal(&account, list_tables().signed("s3", &root, now)), "InvalidSignatureException");
    let iam = Draft::form("ListRoles", "2010-05-08", &[]);
    let body = iam.body.clone();
    let iam = iam.signed_as("iam", &root, now, "us-east-1", None, SignableBody::Bytes(&body));
    assert!(authenticate(&account, &iam.into_request()).is_ok());

    let mut yesterday = Draft::new("GET", "/bucket/key").signed("s3", &root, now);
    let scope = yesterday.headers["authorization"].to_str().expect("text").to_owned();
    let date = now_date(&account);
    yesterday = yesterday.header("authorization", &scope.replacen(&date, "20200101", 1));
    assert_eq!(refusal(&account, yesterday), "AuthorizationHeaderMalformed");
}

fn now_date(account: &Account) -> String {
    utc(account.clock.now()).format("%Y%m%d").to_string()
}

#[test]
fn hostile_signatures_are_refused_without_a_panic() {
    let account = account();
    for authorization in [
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 ,,,,=,==",
        "AWS4-HMAC-SHA256 Credential=/,SignedHeaders=,Signature=",
        "AWS4-HMAC-SHA256 Credential=test/////,SignedHeaders=host;;;,Signature=zz",
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/s3/aws4_request,SignedHeaders=host,Signature=",
    ] {
        for draft in
            [Draft::new("GET", "/bucket/%F0%28?%C3%28=%zz"), Draft::new("GET", "/bucket/%"), list_tables()]
        {
            let mut request = draft.header("x-amz-date", "20260101T000000Z").into_request();
            let Ok(value) = http::HeaderValue::from_bytes(authorization.as_bytes()) else { continue };
            request.headers.insert(AUTHORIZATION, value);
            assert!(authenticate(&account, &request).is_err());
        }
    }
    for query in [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%&X-Amz-Signature=&X-Amz-SignedHeaders=%FF\
         &X-Amz-Date=x",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb%2Fc%2Fs3%2Faws4_request&X-Amz-Signature=1\
         &X-Amz-SignedHeaders=host&X-Amz-Date=99999999T999999Z&X-Amz-Expires=-1",
        "X-Amz-Algorithm=%41&X-Amz-Algorithm=2",
    ] {
        let request = Draft::new("GET", &format!("/bucket/key?{query}")).into_request();
        assert!(authenticate(&account, &request).is_err(), "{query}");
    }
}

use std::{sync::Arc, time::Duration};

use aws_sigv4::{
    http_request::SignableBody,
    sign::v4::{calculate_signature, generate_signing_key},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use s3s::crypto::{Checksum as _, Md5};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    account::Account,
    test_support::{Answer, Draft, Keys, account},
};

const ME: &str = "eu-west-1:11111111-1111-1111-1111-111111111111";
const YOU: &str = "eu-west-1:22222222-2222-2222-2222-222222222222";
const MIB: usize = 1024 * 1024;

pub(super) struct Bucket {
    account: Arc<Account>,
    keys: Keys,
}

impl Bucket {
    pub(super) async fn new() -> Self {
        let bucket = Self { account: account(), keys: Keys::root() };
        let location = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                        </CreateBucketConfiguration>";
        bucket.send(Draft::new("PUT", "/bucket").body(location)).await.expect_ok();
        bucket
    }

    /// The same bucket with other credentials.
    fn with(&self, keys: Keys) -> Self {
        Self { account: self.account.clone(), keys }
    }

    /// A signed-in user with the demo's policy.
    fn person(&self, identity: &str) -> Self {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload",
                           "s3:ListMultipartUploadParts"],
                "Resource": "arn:aws:s3:::bucket/private/${cognito-identity.amazonaws.com:sub}/*",
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": "arn:aws:s3:::bucket",
                "Condition": {"StringLike": {"s3:prefix": "private/${cognito-identity.amazonaws.com:sub}/*"}},
            },
        ]});
        self.with(Keys::session(&self.account, identity, &policy))
    }

    pub(super) async fn send(&self, draft: Draft) -> Answer {
        draft.signed("s3", &self.keys, self.account.clock.now()).send(&self.account).await
    }

    pub(super) async fn put(&self, key: &str, body: &str) -> Answer {
        self.send(Draft::new("PUT", &format!("/bucket/{key}")).body(body.to_owned())).await
    }

    async fn get(&self, target: &str) -> Answer {
        self.send(Draft::new("GET", &format!("/bucket{target}"))).await
    }

    async fn start_upload(&self, key: &str) -> String {
        let answer = self.send(Draft::new("POST", &format!("/bucket/{key}?uploads="))).await.expect_ok();
        answer.xml("UploadId")
    }

    async fn put_part(&self, key: &str, upload: &str, number: u32, body: Vec<u8>) -> Answer {
        let target = format!("/bucket/{key}?partNumber={number}&uploadId={upload}");
        self.send(Draft::new("PUT", &target).body(body)).await
    }

    async fn complete(&self, key: &str, upload: &str, parts: &[(u32, String)]) -> Answer {
        let parts: String = parts
            .iter()
            .map(|(number, etag)| {
                format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
            })
            .collect();
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        self.send(Draft::new("POST", &format!("/bucket/{key}?uploadId={upload}")).body(body)).await
    }
}

/// Adds the digest that some operations require.
fn with_digest(draft: Draft, body: impl Into<bytes::Bytes>) -> Draft {
    let body = body.into();
    let digest = STANDARD.encode(Md5::checksum(&body));
    draft.header("content-md5", &digest).body(body)
}

pub(super) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
}

#[tokio::test]
async fn objects_come_back_with_what_was_sent_along() {
    let bucket = Bucket::new().await;
    let put = Draft::new("PUT", "/bucket/notes/a%20b%2Bc%25/%C3%BC.txt")
        .header("content-type", "text/plain")
        .header("cache-control", "no-store")
        .header("x-amz-meta-colour", "red")
        .body("hello");
    let put = bucket.send(put).await.expect_ok();
    assert_eq!(header(&put, "etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    let got = bucket.get("/notes/a%20b%2Bc%25/%C3%BC.txt").await.expect_ok();
    assert_eq!(got.text(), "hello");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("x-amz-meta-colour", "red"),
        ("content-length", "5"),
        ("etag", header(&put, "etag")),
    ] {
        assert_eq!(header(&got, name), value, "{name}");
    }
    let head = bucket.send(Draft::new("HEAD", "/bucket/notes/a%20b%2Bc%25/%C3%BC.txt")).await.expect_ok();
    assert_eq!((header(&head, "content-length"), header(&head, "x-amz-meta-colour")), ("5", "red"));
    assert!(!header(&head, "last-modified").is_empty());
}

#[tokio::test]
async fn keys_are_names_and_not_paths() {
    let bucket = Bucket::new().await;
    let keys = ["a", "a/", "a/b", "a//b", "/a", "a%2F.%2Fb", "x".repeat(1024).leak()];
    for key in keys {
        bucket.put(key, key).await.expect_ok();
    }
    for key in keys {
        assert_eq!(bucket.get(&format!("/{key}")).await.expect_ok().text(), key);
    }
    bucket.send(Draft::new("DELETE", "/bucket/a/b")).await.expect_ok();
    bucket.get("/a//b").await.expect_ok();
    bucket.get("/a/b").await.expect_error(404, "NoSuchKey");
    bucket.put(&"x".repeat(1025), "").await.expect_error(400, "KeyTooLongError");
}

#[tokio::test]
async fn ranges_and_conditions_are_honoured() {
    let bucket = Bucket::new().await;
    let put = bucket.put("key", "0123456789").await.expect_ok();
    let etag = header(&put, "etag").to_owned();
    let with = |name: &str, value: &str| Draft::new("GET", "/bucket/key").header(name, value);
    for (range, body, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
    ] {
        let part = bucket.send(with("range", range)).await;
        assert_eq!((part.status.as_u16(), part.text().as_str()), (206, body));
        assert_eq!(header(&part, "content-range"), content_range);
    }
    bucket.send(with("range", "bytes=10-")).await.expect_error(416, "InvalidRange");
    bucket.send(with("if-match", &etag)).await.expect_ok();
    bucket.send(with("if-match", "\"other\"")).await.expect_error(412, "PreconditionFailed");
    let unchanged = bucket.send(with("if-none-match", &etag)).await;
    assert_eq!(
        (unchanged.status.as_u16(), unchanged.text().as_str(), header(&unchanged, "etag")),
        (304, "", etag.as_str())
    );
    let modified = header(&bucket.get("/key").await, "last-modified").to_owned();
    assert_eq!(bucket.send(with("if-modified-since", &modified)).await.status.as_u16(), 304);
    bucket
        .send(with("if-unmodified-since", "Mon, 01 Jan 2001 00:00:00 GMT"))
        .await
        .expect_error(412, "PreconditionFailed");

    let put_if = |name: &str, value: &str| Draft::new("PUT", "/bucket/key").header(name, value).body("new");
    bucket.send(put_if("if-none-match", "*")).await.expect_error(412, "PreconditionFailed");
    bucket.send(put_if("if-match", "\"other\"")).await.expect_error(412, "PreconditionFailed");
    assert_eq!(bucket.get("/key").await.text(), "0123456789");
    bucket.send(put_if("if-match", &etag)).await.expect_ok();
    assert_eq!(bucket.get("/key").await.text(), "new");
}

#[tokio::test]
async fn a_body_that_is_not_what_the_client_says_is_not_stored() {
    let bucket = Bucket::new().await;
    for (name, value, code) in [
        ("x-amz-checksum-crc32", "AAAAAA==", "BadDigest"),
        ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=", "BadDigest"),
        ("content-md5", "XUFAKrxLKna5cZ2REBfFkg==", "BadDigest"),
        ("content-md5", "nonsense", "InvalidDigest"),
    ] {
        let put = Draft::new("PUT", "/bucket/key").header(name, value).body("text");
        bucket.send(put).await.expect_error(400, code);
        bucket.get("/key").await.expect_error(404, "NoSuchKey");
    }
    let put = Draft::new("PUT", "/bucket/key").header("x-amz-checksum-crc32", "NhCmhg==").body("hello");
    assert_eq!(header(&bucket.send(put).await.expect_ok(), "x-amz-checksum-crc32"), "NhCmhg==");
    let get = Draft::new("GET", "/bucket/key").header("x-amz-checksum-mode", "ENABLED");
    assert_eq!(header(&bucket.send(get).await.expect_ok(), "x-amz-checksum-crc32"), "NhCmhg==");
}

#[tokio::test]
async fn chunked_bodies_are_decoded_and_their_trailers_checked() {
    let bucket = Bucket::new().await;
    let put = |checksum: &str| {
        let body = format!("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n");
        Draft::new("PUT", "/bucket/key")
            .header("x-amz-decoded-content-length", "5")
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .header("content-encoding", "aws-chunked")
            .header("content-length", &body.len().to_string())
            .body(body)
            .signed_as(
                "s3",
                &bucket.keys,
                bucket.account.clock.now(),
                "eu-west-1",
                None,
                SignableBody::StreamingUnsignedPayloadTrailer,
            )
    };
    put("AAAAAA==").send(&bucket.account).await.expect_error(400, "BadDigest");
    put("NhCmhg==").send(&bucket.account).await.expect_ok();
    let got = bucket.get("/key").await.expect_ok();
    assert_eq!((got.text().as_str(), header(&got, "content-encoding")), ("hello", ""));
    let mut unsigned = put("NhCmhg==");
    unsigned.headers.remove("authorization");
    unsigned.send(&bucket.account).await.expect_error(403, "AccessDenied");
}

/// A body in signed chunks, as older AWS SDKs send it. The test signs the chunks; s3s verifies them.
fn in_signed_chunks(bucket: &Bucket, chunks: &[&str]) -> Draft {
    let now = bucket.account.clock.now();
    let length: usize = chunks.iter().map(|chunk| chunk.len()).sum();
    let draft = Draft::new("PUT", "/bucket/key")
        .header("x-amz-decoded-content-length", &length.to_string())
        .header("content-encoding", "aws-chunked")
        .signed_as(
            "s3",
            &bucket.keys,
            now,
            "eu-west-1",
            None,
            SignableBody::Precomputed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_owned()),
        );
    let authorization = draft.headers["authorization"].to_str().expect("text").to_owned();
    let date = draft.headers["x-amz-date"].to_str().expect("text").to_owned();
    let (_, seed) = authorization.split_once("Signature=").expect("a signature");
    let (_, scope) = authorization.split_once("Credential=test/").expect("a credential");
    let (scope, _) = scope.split_once(',').expect("a scope");
    let key = generate_signing_key(&bucket.keys.secret, now, "eu-west-1", "s3");
    let mut previous = seed.to_owned();
    let mut body = String::new();
    for chunk in chunks.iter().chain([&""]) {
        let hash = |text: &str| hex::encode(Sha256::digest(text));
        let text =
            format!("AWS4-HMAC-SHA256-PAYLOAD\n{date}\n{scope}\n{previous}\n{}\n{}", hash(""), hash(chunk));
        previous = calculate_signature(&key, text.as_bytes());
        body.push_str(&format!("{:x};chunk-signature={previous}\r\n{chunk}\r\n", chunk.len()));
    }
    draft.header("content-length", &body.len().to_string()).body(body)
}

#[tokio::test]
async fn a_chunk_that_is_not_what_was_signed_is_refused() {
    let bucket = Bucket::new().await;
    let chunks = ["a".repeat(8192), "rest".to_owned()];
    let chunks = [chunks[0].as_str(), chunks[1].as_str()];
    in_signed_chunks(&bucket, &chunks).send(&bucket.account).await.expect_ok();
    assert_eq!(bucket.get("/key").await.text(), chunks.concat());
    let mut altered = in_signed_chunks(&bucket, &chunks);
    altered.body = String::from_utf8_lossy(&altered.body).replace("rest", "best").into();
    altered.send(&bucket.account).await.expect_error(403, "SignatureDoesNotMatch");
    let mut cut = in_signed_chunks(&bucket, &chunks);
    cut.body = cut.body.slice(..8000);
    cut.send(&bucket.account).await.expect_error(400, "IncompleteBody");
    assert_eq!(bucket.get("/key").await.text(), chunks.concat());
}

#[tokio::test]
async fn uploads_in_parts_are_put_together() {
    let bucket = Bucket::new().await;
    let upload = bucket.start_upload("big").await;
    let mut parts = Vec::new();
    for (number, fill, length) in [(2_u32, b'a', 5 * MIB), (5, b'b', 5 * MIB), (9, b'c', 3)] {
        let part = bucket.put_part("big", &upload, number, vec![fill; length]).await.expect_ok();
        parts.push((number, header(&part, "etag").to_owned()));
    }
    let listed = bucket.get(&format!("/big?uploadId={upload}&max-parts=2")).await.expect_ok().text();
    assert!(
        listed.contains("<IsTruncated>true</IsTruncated>") && listed.contains("<NextPartNumberMarker>5<"),
        "{listed}"
    );
    assert!(
        listed.contains(parts[0].1.trim_matches('"')) && listed.contains("<Size>5242880</Size>"),
        "{listed}"
    );
    let uploads = bucket.get("?uploads=&prefix=b").await.expect_ok().text();
    assert!(uploads.contains(&upload) && uploads.contains("<Key>big</Key>"), "{uploads}");

    let completed = bucket.complete("big", &upload, &parts).await.expect_ok();
    assert!(completed.text().contains("-3"), "{}", completed.text());
    let got = bucket.send(Draft::new("GET", "/bucket/big").header("range", "bytes=5242878-5242881")).await;
    assert_eq!(got.text(), "aabb");
    let head = bucket.send(Draft::new("HEAD", "/bucket/big")).await;
    assert_eq!(header(&head, "content-length"), (10 * MIB + 3).to_string());
    bucket.complete("big", &upload, &parts).await.expect_error(404, "NoSuchUpload");
}

#[tokio::test]
async fn wrong_parts_are_refused_and_the_upload_stays() {
    let bucket = Bucket::new().await;
    let upload = bucket.start_upload("big").await;
    let mut etags = Vec::new();
    for number in 1..=2 {
        let part = bucket.put_part("big", &upload, number, vec![b'a'; 10]).await.expect_ok();
        etags.push((number, header(&part, "etag").to_owned()));
    }
    let [first, second] = <[_; 2]>::try_from(etags).expect("two parts");
    let wrong = |number| (number, "\"00000000000000000000000000000000\"".to_owned());
    for (parts, code) in [
        (vec![wrong(1)], "InvalidPart"),
        (vec![first.clone(), wrong(3)], "InvalidPart"),
        (vec![second.clone(), first.clone()], "InvalidPartOrder"),
        (vec![first.clone(), first.clone()], "InvalidPartOrder"),
        (vec![first.clone(), second], "EntityTooSmall"),
        (vec![], "MalformedXML"),
    ] {
        bucket.complete("big", &upload, &parts).await.expect_error(400, code);
    }
    bucket.put_part("other", &upload, 1, vec![]).await.expect_error(404, "NoSuchUpload");
    bucket.put_part("big", &upload, 0, vec![]).await.expect_error(400, "InvalidArgument");
    bucket.put_part("big", &upload, 10_001, vec![]).await.expect_error(400, "InvalidArgument");
    bucket.complete("big", &upload, &[first]).await.expect_ok();
    assert_eq!(bucket.get("/big").await.text(), "aaaaaaaaaa");

    let aborted = bucket.start_upload("big").await;
    let abort = format!("/bucket/big?uploadId={aborted}");
    bucket.send(Draft::new("DELETE", &abort)).await.expect_ok();
    bucket.send(Draft::new("DELETE", &abort)).await.expect_error(404, "NoSuchUpload");
}

#[tokio::test]
async fn an_upload_goes_on_with_renewed_credentials() {
    let bucket = Bucket::new().await;
    let key = format!("private/{ME}/big").replace(':', "%3A");
    let before = bucket.person(ME);
    let upload = before.start_upload(&key).await;
    let part = before.put_part(&key, &upload, 1, vec![1; 8]).await.expect_ok();
    let after = bucket.person(ME);
    after.get(&format!("/{key}?uploadId={upload}")).await.expect_ok();
    after.complete(&key, &upload, &[(1, header(&part, "etag").to_owned())]).await.expect_ok();
}

#[tokio::test]
async fn copies_need_both_sides() {
    let bucket = Bucket::new().await;
    let me = bucket.person(ME);
    let (mine, yours) = (format!("private/{ME}/a"), format!("private/{YOU}/a"));
    for key in [&mine, &yours] {
        let put =
            Draft::new("PUT", &format!("/bucket/{key}").replace(':', "%3A")).header("x-amz-meta-a", "b");
        bucket.send(put.body("text")).await.expect_ok();
    }
    let copy = |from: &str, to: &str| {
        let source = format!("bucket/{from}").replace(':', "%3A");
        Draft::new("PUT", &format!("/bucket/{to}").replace(':', "%3A")).header("x-amz-copy-source", &source)
    };
    me.send(copy(&mine, &format!("private/{ME}/b"))).await.expect_ok();
    let copied = me.get(&format!("/private/{ME}/b").replace(':', "%3A")).await.expect_ok();
    assert_eq!((copied.text().as_str(), header(&copied, "x-amz-meta-a")), ("text", "b"));
    me.send(copy(&yours, &format!("private/{ME}/c"))).await.expect_error(403, "AccessDenied");
    me.send(copy(&mine, &format!("private/{YOU}/c"))).await.expect_error(403, "AccessDenied");
    me.send(copy(&mine, &mine)).await.expect_error(400, "InvalidRequest");
    let replaced =
        copy(&mine, &mine).header("x-amz-metadata-directive", "REPLACE").header("x-amz-meta-a", "c");
    me.send(replaced).await.expect_ok();
}

#[tokio::test]
async fn policies_keep_people_to_their_prefix() {
    let bucket = Bucket::new().await;
    let me = bucket.person(ME);
    let own = |key: &str| format!("private/{ME}/{key}").replace(':', "%3A");
    let foreign = |key: &str| format!("private/{YOU}/{key}").replace(':', "%3A");
    bucket.put(&foreign("a"), "secret").await.expect_ok();
    me.put(&own("a"), "mine").await.expect_ok();
    me.get(&format!("/{}", own("a"))).await.expect_ok();
    for draft in [
        Draft::new("GET", &format!("/bucket/{}", foreign("a"))),
        Draft::new("HEAD", &format!("/bucket/{}", foreign("a"))),
        Draft::new("PUT", &format!("/bucket/{}", foreign("a"))),
        Draft::new("DELETE", &format!("/bucket/{}", foreign("a"))),
        Draft::new("POST", &format!("/bucket/{}?uploads=", foreign("a"))),
        Draft::new("GET", "/bucket?list-type=2"),
        Draft::new("GET", "/bucket?list-type=2&prefix="),
        Draft::new("GET", &format!("/bucket?list-type=2&prefix=private%2F{}", YOU.replace(':', "%3A"))),
        Draft::new("GET", "/bucket?cors="),
        Draft::new("GET", "/bucket?uploads="),
        Draft::new("PUT", &format!("/bucket/{}", own("a"))).header("x-amz-acl", "public-read"),
        Draft::new("GET", "/"),
        Draft::new("DELETE", "/bucket"),
    ] {
        let answer = me.send(draft.clone()).await;
        assert_eq!(answer.status.as_u16(), 403, "{draft:?}");
    }
    // Dots are ordinary characters of a key.
    me.get(&format!("/{}..%2F..%2F{}", own(""), foreign("a"))).await.expect_error(404, "NoSuchKey");
    let denied = me.get(&format!("/{}", foreign("a"))).await.expect_error(403, "AccessDenied");
    assert!(
        denied.xml("Message").contains("is not authorized to perform: s3:GetObject on resource"),
        "{}",
        denied.text()
    );
    assert_eq!(denied.xml("RequestId"), "request-id");
    let listed =
        me.get(&format!("?list-type=2&prefix=private%2F{}%2F", ME.replace(':', "%3A"))).await.expect_ok();
    assert!(listed.text().contains("<KeyCount>1</KeyCount>"), "{}", listed.text());
    assert_eq!(bucket.get(&format!("/{}", foreign("a"))).await.text(), "secret");
}

#[tokio::test]
async fn only_who_may_list_learns_that_a_key_is_not_there() {
    let bucket = Bucket::new().await;
    let me = bucket.person(ME);
    me.get(&format!("/private/{ME}/missing").replace(':', "%3A")).await.expect_error(404, "NoSuchKey");
    let blind = json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}});
    let blind = bucket.with(Keys::session(&bucket.account, ME, &blind));
    blind.get("/missing").await.expect_error(403, "AccessDenied");
}

#[tokio::test]
async fn deleting_many_says_what_was_refused() {
    let bucket = Bucket::new().await;
    let me = bucket.person(ME);
    let (mine, yours) = (format!("private/{ME}/a"), format!("private/{YOU}/a"));
    for key in [&mine, &yours] {
        bucket.put(&key.replace(':', "%3A"), "x").await.expect_ok();
    }
    let body =
        format!("<Delete><Object><Key>{mine}</Key></Object><Object><Key>{yours}</Key></Object></Delete>");
    let answer = me.send(with_digest(Draft::new("POST", "/bucket?delete="), body)).await.expect_ok().text();
    assert!(answer.contains(&format!("<Deleted><Key>{mine}</Key></Deleted>")), "{answer}");
    assert!(answer.contains("<Code>AccessDenied</Code>") && answer.contains(&yours), "{answer}");
    bucket.get(&format!("/{}", yours.replace(':', "%3A"))).await.expect_ok();
    bucket.get(&format!("/{}", mine.replace(':', "%3A"))).await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn presigned_urls_carry_the_policy_of_their_signer() {
    let bucket = Bucket::new().await;
    let me = bucket.person(ME);
    let minute = Duration::from_secs(60);
    let now = bucket.account.clock.now();
    let own = format!("/bucket/private/{ME}/a").replace(':', "%3A");
    let foreign = format!("/bucket/private/{YOU}/a").replace(':', "%3A");
    let put = Draft::new("PUT", &own).presigned("s3", &me.keys, now, minute).body("text");
    put.send(&bucket.account).await.expect_ok();
    let get = Draft::new("GET", &format!("{own}?response-content-type=text%2Fcsv"));
    let get = get.presigned("s3", &me.keys, now, minute);
    let got = get.clone().send(&bucket.account).await.expect_ok();
    assert_eq!((got.text().as_str(), header(&got, "content-type")), ("text", "text/csv"));
    let foreign = Draft::new("GET", &foreign).presigned("s3", &me.keys, now, minute);
    foreign.send(&bucket.account).await.expect_error(403, "AccessDenied");
    bucket.account.clock.advance_seconds(61);
    let expired = get.send(&bucket.account).await.expect_error(403, "AccessDenied");
    assert_eq!(expired.xml("Message"), "Request has expired");
    assert!(!expired.xml("ServerTime").is_empty());
}

#[tokio::test]
async fn listing_encodes_keys_when_asked_and_pages() {
    let bucket = Bucket::new().await;
    for key in ["a%20b%2B", "c", "d/e"] {
        bucket.put(key, "x").await.expect_ok();
    }
    let first = bucket.get("?list-type=2&max-keys=1&encoding-type=url").await.expect_ok();
    assert_eq!((first.xml("Key").as_str(), first.xml("IsTruncated").as_str()), ("a%20b%2B", "true"));
    let token = first.xml("NextContinuationToken");
    let rest =
        bucket.get(&format!("?list-type=2&delimiter=%2F&continuation-token={token}")).await.expect_ok();
    assert_eq!(rest.xml("Key"), "c");
    assert!(rest.text().contains("<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"), "{}", rest.text());
    bucket.get("?list-type=2&continuation-token=%21").await.expect_error(400, "InvalidArgument");
    let v1 = bucket.get("?marker=c&max-keys=1000").await.expect_ok();
    assert_eq!(v1.xml("Key"), "d/e");
}

#[tokio::test]
async fn browsers_are_let_in_by_the_rules_of_the_bucket() {
    let bucket = Bucket::new().await;
    bucket.put("key", "text").await.expect_ok();
    let preflight = |origin: &str, method: &str, headers: &str| {
        Draft::new("OPTIONS", "/bucket/key")
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
    };
    let app = "https://app.example.com";
    preflight(app, "GET", "range").send(&bucket.account).await.expect_error(403, "AccessForbidden");
    bucket.get("?cors=").await.expect_error(404, "NoSuchCORSConfiguration");
    let rules = |method: &str, exposed: &str| {
        let body = format!(
            "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin>\
             <AllowedMethod>{method}</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>\
             <AllowedHeader>authorization</AllowedHeader><ExposeHeader>{exposed}</ExposeHeader>\
             <MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>"
        );
        with_digest(Draft::new("PUT", "/bucket?cors="), body)
    };
    bucket.send(rules("PATCH", "ETag")).await.expect_error(400, "InvalidRequest");
    bucket.send(rules("GET", "x-amz-*")).await.expect_error(400, "InvalidRequest");
    bucket.send(rules("GET", "ETag")).await.expect_ok();
    assert!(bucket.get("?cors=").await.expect_ok().text().contains("https://*.example.com"));

    let allowed = preflight(app, "GET", "X-Amz-Date, authorization").send(&bucket.account).await.expect_ok();
    for (name, value) in [
        ("access-control-allow-origin", app),
        ("access-control-allow-methods", "GET"),
        ("access-control-allow-headers", "x-amz-date, authorization"),
        ("access-control-expose-headers", "ETag"),
        ("access-control-max-age", "60"),
    ] {
        assert_eq!(header(&allowed, name), value, "{name}");
    }
    for (origin, method, headers) in
        [("https://evil.example", "GET", "range"), (app, "PUT", "authorization"), (app, "GET", "x-other")]
    {
        preflight(origin, method, headers).send(&bucket.account).await.expect_error(403, "AccessForbidden");
    }
    let from = |origin: &str| Draft::new("GET", "/bucket/key").header("origin", origin);
    assert_eq!(header(&bucket.send(from(app)).await, "access-control-allow-origin"), app);
    assert_eq!(header(&bucket.send(from("https://evil.example")).await, "access-control-allow-origin"), "");
    let refused = from(app).send(&bucket.account).await.expect_error(403, "AccessDenied");
    assert_eq!(header(&refused, "access-control-allow-origin"), app);
    bucket.send(Draft::new("DELETE", "/bucket?cors=")).await.expect_ok();
    bucket.get("?cors=").await.expect_error(404, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn buckets_are_made_once_and_deleted_empty() {
    let bucket = Bucket::new().await;
    let create = |name: &str, region: &str| {
        let body = match region {
            "" => String::new(),
            region => format!(
                "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint>\
                 </CreateBucketConfiguration>"
            ),
        };
        Draft::new("PUT", &format!("/{name}")).body(body)
    };
    bucket.send(create("bucket", "eu-west-1")).await.expect_error(409, "BucketAlreadyOwnedByYou");
    for region in ["", "us-west-2"] {
        let answer = bucket.send(create("another", region)).await;
        answer.expect_error(400, "IllegalLocationConstraintException");
    }
    bucket.send(create("Not_A_Name", "eu-west-1")).await.expect_error(400, "InvalidBucketName");
    bucket.send(Draft::new("HEAD", "/bucket")).await.expect_ok();
    assert_eq!(bucket.get("?location=").await.expect_ok().text().matches("eu-west-1").count(), 1);
    assert!(bucket.send(Draft::new("GET", "/")).await.expect_ok().text().contains("<Name>bucket</Name>"));
    bucket.put("key", "x").await.expect_ok();
    bucket.send(Draft::new("DELETE", "/bucket")).await.expect_error(409, "BucketNotEmpty");
    bucket.send(Draft::new("DELETE", "/bucket/key")).await.expect_ok();
    bucket.send(Draft::new("DELETE", "/bucket")).await.expect_ok();
    bucket.put("key", "x").await.expect_error(404, "NoSuchBucket");
    bucket.get("?list-type=2").await.expect_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn hostile_requests_are_answered() {
    let bucket = Bucket::new().await;
    for draft in [
        with_digest(Draft::new("PUT", "/bucket?cors="), "<CORSConfiguration>"),
        with_digest(Draft::new("POST", "/bucket?delete="), "not xml"),
        Draft::new("POST", "/bucket/key?uploadId=../../etc").body("<CompleteMultipartUpload/>"),
        Draft::new("PUT", "/bucket/key?partNumber=x&uploadId=y"),
        Draft::new("GET", "/bucket?list-type=2&max-keys=-1"),
        Draft::new("GET", "/bucket?list-type=2&max-keys=99999999999999"),
        Draft::new("GET", "/bucket/key?partNumber=0"),
        Draft::new("PUT", "/bucket/key").header("x-amz-copy-source", "%"),
        Draft::new("PUT", "/bucket/key").header("x-amz-copy-source", "arn:aws:s3:::x"),
        Draft::new("GET", "/bucket/%FF%FE"),
        Draft::new("PATCH", "/bucket/key"),
        Draft::new("PUT", "/bucket?acl="),
        Draft::new("POST", "/bucket").header("content-type", "multipart/form-data; boundary=x").body("--x"),
        Draft::new("GET", "/bucket/key").header("range", "bytes=9-1,2"),
        Draft::new("OPTIONS", "/bucket/key").header("origin", "x"),
    ] {
        let text = format!("{draft:?}");
        let answer = bucket.send(draft).await;
        assert!(!answer.status.is_success() || text.contains("max-keys=99"), "{text}: {}", answer.status);
        assert!(!answer.code().is_empty() || answer.status.is_success(), "{text}: {}", answer.text());
    }
}

#[tokio::test]
async fn buckets_answer_at_hosts_of_their_own() {
    let bucket = Bucket::new().await;
    let me = bucket.person(ME);
    let own = format!("/private/{ME}/a").replace(':', "%3A");
    for host in ["bucket.s3.localhost:4577", "bucket.localhost:4577", "bucket.s3.eu-west-1.localhost"] {
        let at = |method: &str, target: &str| Draft::new(method, target).header("host", host);
        me.send(at("PUT", &own).body(host)).await.expect_ok();
        assert_eq!(me.send(at("GET", &own)).await.expect_ok().text(), host);
        assert_eq!(bucket.get(&own).await.expect_ok().text(), host, "the bucket is the same");
        let listed = bucket.send(at("GET", "/?list-type=2")).await.expect_ok();
        assert_eq!(listed.xml("KeyCount"), "1", "{}", listed.text());
        // Keys may look like the paths of other services.
        bucket.send(at("PUT", "/_local/x")).await.expect_ok();
        bucket.send(at("DELETE", "/_local/x")).await.expect_ok();
        let denied = me.send(at("GET", "/private/other")).await.expect_error(403, "AccessDenied");
        assert!(denied.text().contains("arn:aws:s3:::bucket/private/other"), "{}", denied.text());
        let url =
            at("GET", &own).presigned("s3", &me.keys, bucket.account.clock.now(), Duration::from_secs(60));
        assert_eq!(url.clone().send(&bucket.account).await.expect_ok().text(), host);
        let elsewhere = url.header("host", "other.s3.localhost:4577").send(&bucket.account).await;
        elsewhere.expect_error(403, "SignatureDoesNotMatch");
    }
    let missing = Draft::new("GET", "/key").header("host", "missing.s3.localhost");
    bucket.send(missing).await.expect_error(404, "NoSuchBucket");
    let service = Draft::new("GET", "/bucket/_").header("host", "s3.localhost:4577");
    bucket.send(service).await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn only_keys_that_xml_can_hold_are_deleted_together() {
    let bucket = Bucket::new().await;
    for key in ["a%01", "b%0D", "c%0A", "d%7F", "e%EF%BF%BE"] {
        bucket.put(key, "x").await.expect_ok();
    }
    for key in ["a\u{1}", "a&#1;", "a&#x1;", "a&#0;", "e\u{fffe}"] {
        let body = format!("<Delete><Object><Key>{key}</Key></Object></Delete>");
        let refused = bucket.send(with_digest(Draft::new("POST", "/bucket?delete="), body)).await;
        refused.expect_error(400, "MalformedXML");
    }
    let body = "<Delete><Object><Key>b&#xD;</Key></Object><Object><Key>c&#10;</Key></Object>\
                <Object><Key>d\u{7f}</Key></Object></Delete>";
    let answer = bucket.send(with_digest(Draft::new("POST", "/bucket?delete="), body)).await.expect_ok();
    for key in ["b&#xd;", "c\n", "d\u{7f}"] {
        assert!(answer.text().contains(&format!("<Deleted><Key>{key}</Key>")), "{}", answer.text());
    }
    let listed = bucket.get("?list-type=2").await.expect_ok().text();
    assert!(listed.contains("<Key>a&#x1;</Key>") && !listed.contains('\u{1}'), "{listed}");
    let listed = bucket.get("?list-type=2&encoding-type=url").await.expect_ok();
    assert_eq!((listed.xml("KeyCount").as_str(), listed.xml("Key").as_str()), ("2", "a%01"));
}

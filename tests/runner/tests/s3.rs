//! S3 against a server: objects are read as they were written, also in parts and after interruptions, and only by their owner.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use poolpass::platform::{Body, BoxFuture, HttpTransport, Request, Response, Transport, TransportError};
use poolpass::s3::{Bucket, ByteRange, GetOptions, PutOptions, UploadBody, UploadSource, UploadState};
use poolpass::{Client, ErrorKind};
use poolpass_tests::Demo;
use serde_json::json;

const MIB: usize = 1024 * 1024;

struct Fixture {
    demo: Demo,
    client: Client,
    bucket: Bucket,
    /// The prefix of the user.
    mine: String,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let demo = Demo::start().await?;
        let client = demo.person("lin").await?;
        let bucket = client.s3()?;
        let mine = bucket.private_path("").await?;
        Ok(Self { demo, client, bucket, mine })
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.mine)
    }

    fn count(&self, operation: &str) -> u64 {
        self.demo.aws.request_counts().of(operation)
    }

    async fn content(&self, key: &str) -> Result<Bytes> {
        Ok(self.bucket.get(key).await?.bytes().await?)
    }
}

/// Bytes that differ from block to block, and so from part to part.
fn content(length: usize) -> Bytes {
    const BLOCK: usize = 64 * 1024;

    let mut content: Vec<u8> =
        (0..BLOCK).map(|at| (at % 251) as u8).collect::<Vec<_>>().repeat(length.div_ceil(BLOCK));
    for (number, block) in content.chunks_mut(BLOCK).enumerate() {
        block[..8].copy_from_slice(&number.to_be_bytes());
    }
    content.truncate(length);
    content.into()
}

/// Changes one bit of every object in transit.
#[derive(Debug)]
struct DamagingTransport(HttpTransport);

impl Transport for DamagingTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async {
            let is_get = request.method() == http::Method::GET;
            let (head, body) = self.0.send(request).await?.into_parts();
            if !is_get {
                return Ok(Response::from_parts(head, body));
            }
            let mut bytes = body.bytes(1 << 20).await?.to_vec();
            bytes[0] ^= 1;
            Ok(Response::from_parts(head, Body::from(Bytes::from(bytes))))
        })
    }
}

#[tokio::test]
async fn an_object_is_read_whole_in_ranges_and_under_conditions() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (bucket, key) = (&fixture.bucket, fixture.key("a.txt"));
    let options = PutOptions {
        content_type: Some("text/plain".to_owned()),
        cache_control: Some("max-age=60".to_owned()),
        metadata: [("author".to_owned(), "lin".to_owned())].into(),
        ..PutOptions::default()
    };
    let stored = bucket.put(&key, "0123456789").options(options).await?;
    let etag = stored.etag.context("no ETag")?;

    let object = bucket.get(&key).await?;
    assert_eq!(object.metadata().content_type.as_deref(), Some("text/plain"));
    assert_eq!(object.metadata().metadata["author"], "lin");
    assert_eq!(object.metadata().size, Some(10));
    assert_eq!(object.bytes().await?, "0123456789");
    let head = bucket.head(&key).await?;
    assert_eq!((head.size, head.etag.as_ref()), (Some(10), Some(&etag)));
    assert_eq!(head.cache_control.as_deref(), Some("max-age=60"));

    for (range, expected) in
        [(ByteRange::Between(2, 5), "234"), ((8..).into(), "89"), (ByteRange::Last(3), "789")]
    {
        let part = bucket.get(&key).range(range).await?;
        assert_eq!(part.metadata().size, Some(10));
        assert_eq!(part.bytes().await?, expected);
    }
    let kind =
        async |options: GetOptions| bucket.get(&key).options(options).await.map(drop).unwrap_err().kind();
    let unchanged = GetOptions { if_none_match: Some(etag.clone()), ..GetOptions::default() };
    assert_eq!(kind(unchanged).await, ErrorKind::NotModified);
    let other = GetOptions { if_match: Some("\"other\"".to_owned()), ..GetOptions::default() };
    assert_eq!(kind(other).await, ErrorKind::ConditionFailed);
    let since = GetOptions { if_modified_since: head.last_modified, ..GetOptions::default() };
    assert_eq!(kind(since).await, ErrorKind::NotModified);

    let error = bucket.put(&key, "new").if_absent().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    bucket.put(&key, "newer").if_match(etag).await?;
    bucket.put(fixture.key("b.txt"), "new").if_absent().await?;
    assert_eq!(fixture.content(&key).await?, "newer");
    bucket.put(&key, &b"not \xff UTF-8"[..]).await?;
    assert_eq!(bucket.get(&key).await?.text().await?, "not \u{fffd} UTF-8");

    bucket.delete(&key).await?;
    assert_eq!(bucket.head(&key).await.unwrap_err().kind(), ErrorKind::NotFound);
    Ok(())
}

#[tokio::test]
async fn keys_may_be_any_text_and_a_key_that_cannot_be_addressed_is_not_sent() -> Result<()> {
    let fixture = Fixture::new().await?;
    let odd = [
        "space here",
        "plus+plus",
        "percent%20",
        "é/ü/\u{1f389}",
        "//",
        "a//b",
        "?q=1&r#f",
        "q'\"<>\\^`{|}",
        "tab\tnew\nline",
        "\u{1}control",
        "*()!~",
        "...",
        "a/..b",
        "%2e%2e",
        " ",
        ";:@=,$",
    ];
    for name in odd {
        fixture.bucket.put(fixture.key(name), name.to_owned()).await.with_context(|| name.to_owned())?;
    }
    for name in odd {
        assert_eq!(fixture.content(&fixture.key(name)).await?, name);
    }
    let listed: BTreeSet<String> =
        fixture.bucket.list(&fixture.mine).items().map_ok(|object| object.key).try_collect().await?;
    assert_eq!(listed, odd.iter().map(|name| fixture.key(name)).collect());

    let deleted = fixture.bucket.delete_many(&listed).await?;
    ensure!(deleted.errors.is_empty() && deleted.deleted.len() == odd.len(), "{deleted:?}");
    assert_eq!(fixture.bucket.list(&fixture.mine).items().count().await, 0);

    let before = fixture.count("PutObject");
    for name in ["..", "a/../b", "./a", "a/."] {
        let error = fixture.bucket.put(fixture.key(name), "x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(fixture.bucket.get("").await.map(drop).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(fixture.count("PutObject"), before);
    Ok(())
}

#[tokio::test]
async fn listings_come_in_pages_and_in_folders() -> Result<()> {
    let fixture = Fixture::new().await?;
    for name in ["a", "b/1", "b/2", "c d/1", "e"] {
        fixture.bucket.put(fixture.key(name), name.to_owned()).await?;
    }
    let folder = fixture.bucket.list(&fixture.mine).delimiter("/");
    let pages: Vec<_> = folder.clone().page_size(2).pages().try_collect().await?;
    ensure!(
        pages.len() >= 2 && pages.iter().all(|page| page.objects.len() + page.common_prefixes.len() <= 2)
    );
    let objects: Vec<_> =
        pages.iter().flat_map(|page| &page.objects).map(|object| object.key.clone()).collect();
    assert_eq!(objects, [fixture.key("a"), fixture.key("e")]);
    let folders: Vec<_> = pages.iter().flat_map(|page| page.common_prefixes.clone()).collect();
    assert_eq!(folders, [fixture.key("b/"), fixture.key("c d/")]);

    let next = pages[0].next_continuation_token.clone().context("there is one page only")?;
    let rest = folder.page_size(2).continuation_token(next).page().await?;
    assert_eq!(rest, pages[1]);

    let page = fixture.bucket.list(&fixture.mine).start_after(fixture.key("b/2")).page().await?;
    assert_eq!(page.objects.iter().map(|object| object.size).collect::<Vec<_>>(), [5, 1]);
    assert_eq!(page.next_continuation_token, None);
    Ok(())
}

#[tokio::test]
async fn copies_keep_or_replace_the_settings_of_the_object() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (from, to) = (fixture.key("from + é"), fixture.key("to"));
    fixture.bucket.put(&from, "content").content_type("text/plain").await?;
    let copied = fixture.bucket.copy(&from, &to).await?;
    assert_eq!(copied.etag, fixture.bucket.head(&to).await?.etag);
    assert_eq!(fixture.bucket.head(&to).await?.content_type.as_deref(), Some("text/plain"));

    let replace = PutOptions { content_type: Some("text/html".to_owned()), ..PutOptions::default() };
    fixture.bucket.copy(&from, &to).replace(replace).await?;
    assert_eq!(fixture.bucket.head(&to).await?.content_type.as_deref(), Some("text/html"));
    assert_eq!(fixture.content(&to).await?, "content");
    Ok(())
}

#[tokio::test]
async fn an_error_inside_a_success_is_an_error() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (from, to) = (fixture.key("from"), fixture.key("to"));
    fixture.bucket.put(&from, "content").await?;
    let late = "<?xml version=\"1.0\"?>\n\n<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>";
    let answer = json!({ "body": late, "contentType": "application/xml" });
    fixture.demo.fault(json!({ "operation": "CopyObject", "times": 1, "action": answer }))?;
    fixture.bucket.copy(&from, &to).await?;
    fixture.demo.fault(json!({ "operation": "CopyObject", "action": answer }))?;
    let error = fixture.bucket.copy(&from, &to).await.unwrap_err();
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::Unavailable, Some("InternalError")));
    Ok(())
}

#[tokio::test]
async fn a_download_that_breaks_off_continues_where_it_was() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (key, whole) = (fixture.key("a"), content(3 * MIB));
    fixture.bucket.put(&key, whole.clone()).await?;
    fixture.demo.fault(json!({ "operation": "GetObject", "times": 2, "action": { "truncate": MIB } }))?;
    let before = fixture.count("GetObject");
    assert_eq!(fixture.content(&key).await?, whole);
    assert_eq!(fixture.count("GetObject") - before, 3);

    // To a file, which appears only when all of it is there.
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("a");
    fixture.demo.fault(json!({ "operation": "GetObject", "times": 1, "action": { "truncate": 10 } }))?;
    fixture.bucket.get(&key).await?.save_to(&path).await?;
    assert_eq!(std::fs::read(&path)?, whole);

    // Parts of two contents are not joined.
    fixture.demo.fault(json!({ "operation": "GetObject", "times": 1, "action": { "truncate": MIB } }))?;
    let mut body = fixture.bucket.get(&key).await?.into_stream();
    body.try_next().await?.context("no content")?;
    fixture.bucket.put(&key, "replaced").await?;
    let error = body.try_for_each(|_| async { Ok(()) }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    Ok(())
}

#[tokio::test]
async fn a_download_that_was_damaged_is_an_error() -> Result<()> {
    let fixture = Fixture::new().await?;
    let key = fixture.key("a");
    fixture.bucket.put(&key, "content").await?;
    let client = fixture.demo.client()?.transport(DamagingTransport(HttpTransport::new()?)).build()?;
    fixture.demo.sign_in(&client, "lin").await?;
    let object = client.s3()?.get(&key).await?;
    assert_eq!(object.bytes().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("a");
    client.s3()?.get(&key).await?.save_to(&path).await.unwrap_err();
    ensure!(!path.exists());
    Ok(())
}

#[tokio::test]
async fn presigned_urls_allow_one_request_to_anybody_and_expire_with_the_credentials() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (key, http) = (fixture.key("a b+c é.txt"), HttpTransport::new()?);
    let put = fixture.bucket.presign_put(&key, Duration::from_secs(600)).content_type("text/plain").await?;
    let mut request = http::Request::put(put.as_str());
    for (name, value) in put.headers() {
        request = request.header(name, value);
    }
    let answer = http.send(request.body(Bytes::from("by link"))?).await?;
    assert_eq!(answer.status(), 200);
    assert_eq!(fixture.bucket.head(&key).await?.content_type.as_deref(), Some("text/plain"));

    let get = fixture.bucket.presign_get(&key, Duration::from_secs(600)).await?;
    ensure!(!format!("{get:?}").contains("Signature"));
    let fetch = async |url: &str| {
        http.send(http::Request::get(url).body(Bytes::new())?).await.map_err(anyhow::Error::from)
    };
    let answer = fetch(get.as_str()).await?;
    assert_eq!(answer.into_body().bytes(100).await?, "by link");
    assert_eq!(fetch(&get.as_str().replace("a%20b", "a%20c")).await?.status(), 403);
    assert_eq!(fetch(&get.as_str().replace("X-Amz-Expires=600", "X-Amz-Expires=601")).await?.status(), 403);
    let answer = http.send(http::Request::put(get.as_str()).body(Bytes::from("x"))?).await?;
    assert_eq!(answer.status(), 403);

    let download = fixture.bucket.presign_get(&key, Duration::from_secs(60)).file_name("zoë.txt").await?;
    ensure!(download.as_str().contains("filename%2A%3DUTF-8%27%27zo%25C3%25AB.txt"), "{download:?}");
    assert_eq!(fetch(download.as_str()).await?.status(), 200);

    // A day is more than credentials live; then it is as long as fresh ones do.
    let expiration = fixture.client.credentials().await?.expiration().context("no expiration")?;
    fixture.demo.pass(Duration::from_secs(2400));
    let long = fixture.bucket.presign_get(&key, Duration::from_secs(86_400)).await?;
    ensure!(long.expires_at() > expiration);
    assert_eq!(Some(long.expires_at()), fixture.client.credentials().await?.expiration());
    assert_eq!(fetch(get.as_str()).await?.status(), 403);
    assert_eq!(fetch(long.as_str()).await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn large_content_is_uploaded_in_parts_from_memory_file_and_stream() -> Result<()> {
    let fixture = Fixture::new().await?;
    let whole = content(12 * MIB + 12_345);
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("large");
    std::fs::write(&path, &whole)?;
    let pieces: Vec<std::io::Result<Bytes>> = (0..whole.len())
        .step_by(700_001)
        .map(|start| Ok(whole.slice(start..whole.len().min(start + 700_001))))
        .collect();

    let bodies = [
        UploadBody::from(whole.clone()),
        UploadBody::file(&path).await?,
        UploadBody::stream(stream::iter(pieces)),
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        let key = fixture.key(&format!("large{number}"));
        let (before, progress) = (fixture.count("UploadPart"), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&progress);
        let stored = fixture
            .bucket
            .upload(&key, body)
            .part_size(5 << 20)
            .options(PutOptions { content_type: Some("video/mp4".to_owned()), ..PutOptions::default() })
            .on_progress(move |progress| seen.lock().unwrap().push(progress.sent))
            .await?;
        assert_eq!(fixture.count("UploadPart") - before, 3);
        assert_eq!(fixture.content(&key).await?, whole);
        let head = fixture.bucket.head(&key).await?;
        assert_eq!(head.content_type.as_deref(), Some("video/mp4"));
        assert_eq!(head.etag, stored.etag);
        let progress = progress.lock().unwrap();
        ensure!(progress.is_sorted() && progress.last() == Some(&(whole.len() as u64)), "{progress:?}");
    }

    let before = (fixture.count("PutObject"), fixture.count("CreateMultipartUpload"));
    fixture.bucket.upload(fixture.key("small"), "short").await?;
    fixture.bucket.upload(fixture.key("empty"), UploadBody::stream(stream::empty())).await?;
    assert_eq!(fixture.content(&fixture.key("empty")).await?, "");
    assert_eq!(
        (fixture.count("PutObject"), fixture.count("CreateMultipartUpload")),
        (before.0 + 2, before.1)
    );
    Ok(())
}

/// Uploads until `parts` are done, then stops. Returns the state as another process would find it.
async fn interrupted_upload(fixture: &Fixture, key: &str, body: Bytes, parts: usize) -> Result<UploadState> {
    let (saved, mut states) = tokio::sync::mpsc::unbounded_channel();
    let (counted, mut done) = tokio::sync::mpsc::unbounded_channel();
    let upload = fixture
        .bucket
        .upload(key, body)
        .part_size(5 << 20)
        .concurrency(1)
        .on_resumable(move |state| {
            let _ = saved.send(serde_json::to_string(&state));
        })
        .on_progress(move |progress| {
            let _ = counted.send(progress);
        });
    let upload = tokio::spawn(upload.into_future());
    let state = states.recv().await.context("it did not begin")??;
    for _ in 0..parts {
        done.recv().await.context("it ended")?;
    }
    upload.abort();
    ensure!(upload.await.is_err_and(|error| error.is_cancelled()), "it was not cancelled");
    Ok(serde_json::from_str(&state)?)
}

#[tokio::test]
async fn an_upload_continues_in_another_process_and_sends_only_the_missing_parts() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (key, whole) = (fixture.key("large"), content(23 * MIB));
    let state = interrupted_upload(&fixture, &key, whole.clone(), 2).await?;
    assert_eq!((state.key(), state.size()), (key.as_str(), Some(23 * MIB as u64)));
    assert_eq!(fixture.bucket.head(&key).await.unwrap_err().kind(), ErrorKind::NotFound);

    // Another client, and later: with other credentials.
    fixture.demo.pass(Duration::from_secs(7200));
    let client = fixture.demo.client()?.build()?;
    fixture.demo.sign_in(&client, "lin").await?;
    let before = fixture.count("UploadPart");
    client.s3()?.resume_upload(state.clone(), whole.clone()).await?;
    let sent = fixture.count("UploadPart") - before;
    ensure!((2..=3).contains(&sent), "{sent} of 5 parts were sent");
    assert_eq!(client.s3()?.get(&key).await?.bytes().await?, whole);
    let error = client.s3()?.resume_upload(state, whole).await.unwrap_err();
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::NotFound, Some("NoSuchUpload")));
    Ok(())
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_does_not_become_a_mixture() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (key, old) = (fixture.key("large"), content(17 * MIB));
    let state = interrupted_upload(&fixture, &key, old.clone(), 2).await?;
    let error = fixture.bucket.resume_upload(state.clone(), old.slice(1..)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let mut new = old.to_vec();
    new[10] ^= 1;
    fixture.bucket.resume_upload(state, new.clone()).await?;
    assert_eq!(fixture.content(&key).await?, new);
    Ok(())
}

#[tokio::test]
async fn an_upload_can_be_aborted_and_a_failed_one_aborts_itself() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (key, whole) = (fixture.key("large"), content(12 * MIB));
    let state = interrupted_upload(&fixture, &key, whole.clone(), 1).await?;
    fixture.bucket.abort_upload(&state).await?;
    assert_eq!(fixture.bucket.abort_upload(&state).await.unwrap_err().kind(), ErrorKind::NotFound);

    let aborted = fixture.count("AbortMultipartUpload");
    let refusal = json!({ "operation": "UploadPart", "action": { "status": 400, "code": "InvalidRequest" } });
    fixture.demo.fault(refusal)?;
    let error = fixture.bucket.upload(&key, whole).part_size(5 << 20).await.unwrap_err();
    assert_eq!(error.aws_code(), Some("InvalidRequest"));
    while fixture.count("AbortMultipartUpload") == aborted {
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn an_upload_survives_failing_parts_expired_credentials_and_a_lost_last_answer() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (key, whole) = (fixture.key("large"), content(17 * MIB));
    fixture.demo.fault(json!({ "operation": "UploadPart", "skip": 1, "times": 1, "action": "drop" }))?;
    fixture.demo.fault(json!({ "operation": "UploadPart", "skip": 2, "times": 1, "action": { "status": 503, "code": "SlowDown" } }))?;
    fixture.demo.fault(
        json!({ "operation": "CompleteMultipartUpload", "times": 1, "action": "dropAfterHandling" }),
    )?;
    let clock = fixture.demo.aws.clock().offset_seconds();
    let aws_clock = |seconds| fixture.demo.aws.clock().set_offset_seconds(clock + seconds);
    // The server finds the credentials expired in the middle; the client's own clock knows nothing of it.
    let bucket = fixture.bucket.clone();
    let upload = bucket.upload(&key, whole.clone()).part_size(5 << 20).concurrency(1);
    let exchanges = fixture.count("GetCredentialsForIdentity");
    aws_clock(7200);
    upload.await?;
    assert_eq!(fixture.count("GetCredentialsForIdentity"), exchanges + 1);
    // The upload's outcome is looked up; it is not done twice.
    assert_eq!((fixture.count("CompleteMultipartUpload"), fixture.count("HeadObject")), (1, 1));
    assert_eq!(fixture.content(&key).await?, whole);
    Ok(())
}

#[tokio::test]
async fn expired_credentials_are_renewed_even_if_s3_does_not_explain_its_refusal() -> Result<()> {
    let fixture = Fixture::new().await?;
    let key = fixture.key("a");
    fixture.bucket.put(&key, "a").await?;
    let exchanges = fixture.count("GetCredentialsForIdentity");
    fixture.demo.aws.clock().advance_seconds(2 * 3600);
    assert_eq!(fixture.bucket.head(&key).await?.size, Some(1));
    assert_eq!(fixture.count("GetCredentialsForIdentity"), exchanges + 1);
    Ok(())
}

/// Counts how many of its parts are in memory at once.
#[derive(Debug, Default)]
struct CountingSource {
    parts: Arc<Mutex<(usize, usize)>>,
}

impl UploadSource for CountingSource {
    fn size(&self) -> u64 {
        40 << 20
    }

    fn read(&self, _offset: u64, length: usize) -> BoxFuture<'_, std::io::Result<Bytes>> {
        if let Ok(mut parts) = self.parts.lock() {
            parts.0 += 1;
            parts.1 = parts.1.max(parts.0);
        }
        Box::pin(async move { Ok(content(length)) })
    }
}

#[tokio::test]
async fn only_the_parts_under_way_are_in_memory() -> Result<()> {
    let fixture = Fixture::new().await?;
    let source = CountingSource::default();
    let (parts, counted) = (Arc::clone(&source.parts), Arc::clone(&source.parts));
    fixture
        .bucket
        .upload(fixture.key("large"), UploadBody::source(source))
        .part_size(5 << 20)
        .concurrency(3)
        .on_progress(move |_| {
            if let Ok(mut parts) = counted.lock() {
                parts.0 -= 1;
            }
        })
        .await?;
    let (left, most) = parts.lock().map(|parts| *parts).unwrap_or_default();
    assert_eq!(left, 0);
    ensure!((2..=4).contains(&most), "{most} parts were in memory at once");
    Ok(())
}

#[tokio::test]
async fn another_persons_prefix_is_out_of_reach() -> Result<()> {
    let fixture = Fixture::new().await?;
    let key = fixture.key("diary");
    fixture.bucket.put(&key, "private").await?;
    let eve = fixture.demo.person("eve").await?;
    let guest = fixture.demo.client()?.build()?;
    for stranger in [eve.s3()?, guest.s3()?] {
        let denied = [
            stranger.get(&key).await.map(drop),
            stranger.put(&key, "x").await.map(drop),
            stranger.delete(&key).await,
            stranger.list(&fixture.mine).page().await.map(drop),
            stranger.list("").page().await.map(drop),
            stranger.upload(&key, content(6 * MIB)).part_size(5 << 20).await.map(drop),
            stranger.copy(&key, stranger.private_path("stolen").await?).await.map(drop),
        ];
        for outcome in denied {
            let error = outcome.unwrap_err();
            assert_eq!(
                (error.kind(), error.aws_code()),
                (ErrorKind::AccessDenied, Some("AccessDenied")),
                "{error}"
            );
        }
        assert_eq!(stranger.head(&key).await.unwrap_err().kind(), ErrorKind::AccessDenied);
        let many = stranger.delete_many([&key]).await?;
        assert_eq!((many.deleted.len(), many.errors[0].1.kind()), (0, ErrorKind::AccessDenied));
    }
    assert_eq!(fixture.content(&key).await?, "private");
    Ok(())
}

#[tokio::test]
async fn every_request_was_verified_by_another_implementation() -> Result<()> {
    let fixture = Fixture::new().await?;
    let before = fixture.demo.transport.verified();
    fixture.bucket.put(fixture.key("a"), "a").await?;
    fixture.content(&fixture.key("a")).await?;
    fixture.bucket.list(&fixture.mine).page().await?;
    assert_eq!(fixture.demo.transport.verified() - before, 3);
    Ok(())
}

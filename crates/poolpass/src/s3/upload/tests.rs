//! Uploads in parts whose future was dropped. S3's side is tested against servers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future;
use tokio::sync::Notify;

use super::*;
use crate::client::Client;
use crate::config::Config;
use crate::platform::{Body, Request, Response, Transport, TransportError};
use crate::scripted_aws::ScriptedAws;

const MINUTE: Duration = Duration::from_secs(60);

/// An S3 that never answers the upload of a part.
#[derive(Clone, Debug, Default)]
struct HangingS3(Arc<Requests>);

#[derive(Debug, Default)]
struct Requests {
    identity_pool: ScriptedAws,
    part: Notify,
    abort: Notify,
    operations: Mutex<Vec<String>>,
}

impl HangingS3 {
    fn bucket(&self) -> Bucket {
        let config = Config::builder()
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .bucket("photos")
            .build()
            .unwrap();
        Client::builder(config).transport(self.clone()).build().unwrap().s3().unwrap()
    }

    fn operations(&self) -> Vec<String> {
        self.0.operations.lock().unwrap().clone()
    }
}

impl Transport for HangingS3 {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        if request.headers().contains_key("x-amz-target") {
            return self.0.identity_pool.send(request);
        }
        let operation = format!("{} {}", request.method(), request.uri().query().unwrap_or_default());
        self.0.operations.lock().unwrap().push(operation);
        match request.method().as_str() {
            "PUT" => {
                self.0.part.notify_one();
                Box::pin(future::pending())
            }
            "DELETE" => {
                self.0.abort.notify_one();
                Box::pin(async {
                    let answer = http::Response::builder().status(204).header("x-amz-request-id", "7a1b");
                    Ok(answer.body(Body::from(Bytes::new())).unwrap())
                })
            }
            _ => {
                let begun =
                    "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
                Box::pin(async move { Ok(http::Response::new(Body::from(Bytes::from(begun)))) })
            }
        }
    }
}

/// Begins an upload in parts, and drops it while the first part is sent.
async fn drop_during_first_part(s3: &HangingS3, upload: Upload) {
    let upload = tokio::spawn(upload.into_future());
    s3.0.part.notified().await;
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
}

fn large() -> Vec<u8> {
    vec![0; 6 * 1024 * 1024]
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_dropped_is_aborted() {
    let s3 = HangingS3::default();
    drop_during_first_part(&s3, s3.bucket().upload("film", large()).part_size(0).concurrency(1)).await;
    tokio::time::timeout(MINUTE, s3.0.abort.notified()).await.unwrap();
    assert_eq!(s3.operations().last().map(String::as_str), Some("DELETE uploadId=u"));
}

#[tokio::test(start_paused = true)]
async fn an_upload_with_a_listener_for_its_state_is_kept() {
    let s3 = HangingS3::default();
    let (sender, state) = std::sync::mpsc::channel();
    let upload = s3.bucket().upload("film", large()).part_size(0).concurrency(1);
    drop_during_first_part(&s3, upload.on_resumable(move |state| sender.send(state).unwrap())).await;
    tokio::time::sleep(MINUTE).await;
    assert_eq!(s3.operations().len(), 2, "{:?}", s3.operations());
    s3.bucket().abort_upload(&state.recv().unwrap()).await.unwrap();
}

/// An S3 whose responses to CompleteMultipartUpload are all lost.
#[derive(Clone, Debug, Default)]
struct S3WithLostResponses {
    identity_pool: ScriptedAws,
    /// The real outcome of CompleteMultipartUpload.
    completion: Completion,
    completions: Arc<Mutex<u32>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Completion {
    #[default]
    Completed,
    PartsKept,
    /// The parts are gone, and there is no object.
    Unknown,
}

impl S3WithLostResponses {
    async fn upload(&self, options: PutOptions) -> Result<PutOutcome, Error> {
        let config = Config::builder()
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .bucket("photos")
            .build()
            .unwrap();
        let bucket = Client::builder(config).transport(self.clone()).build().unwrap().s3().unwrap();
        bucket
            .upload("film", large())
            .part_size(0)
            .concurrency(1)
            .options(options)
            .await
            .map(|stored| stored.etag)
    }
}

type PutOutcome = Option<String>;

impl Transport for S3WithLostResponses {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        if request.headers().contains_key("x-amz-target") {
            return self.identity_pool.send(request);
        }
        let query = request.uri().query().unwrap_or_default().to_owned();
        let answer = |status: u16, body: &'static str| http::Response::builder().status(status).body(body);
        let gone = answer(404, "<Error><Code>NoSuchUpload</Code><Message>m</Message></Error>");
        let response = match request.method().as_str() {
            "POST" if query.contains("uploads") => answer(
                200,
                "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
            ),
            "POST" => {
                let mut completions = self.completions.lock().unwrap();
                *completions += 1;
                if self.completion == Completion::Unknown && *completions > 1 {
                    gone
                } else {
                    return Box::pin(async { Err(TransportError::interrupted("reset")) });
                }
            }
            "PUT" => http::Response::builder().header("etag", "\"part\"").body(""),
            "GET" if self.completion == Completion::PartsKept => answer(200, "<ListPartsResult/>"),
            "GET" => gone,
            "HEAD" if self.completion == Completion::Completed => {
                let whole = crate::s3::metadata::crc32_to_base64(crc32fast::hash(&large()));
                let head = http::Response::builder().header("etag", "\"whole\"");
                head.header("x-amz-checksum-crc32", whole).header("content-length", large().len()).body("")
            }
            "HEAD" => answer(404, ""),
            _ => answer(204, ""),
        };
        let response = response.unwrap().map(|body| Body::from(Bytes::from_static(body.as_bytes())));
        Box::pin(async { Ok(response) })
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_whose_last_responses_are_lost_is_found_to_be_complete() {
    let conditional = PutOptions { if_absent: true, ..PutOptions::default() };
    for options in [PutOptions::default(), conditional] {
        let s3 = S3WithLostResponses::default();
        assert_eq!(s3.upload(options).await.unwrap().as_deref(), Some("\"whole\""));
        assert_eq!(*s3.completions.lock().unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_whose_parts_s3_still_has_fails_with_the_network_error() {
    let s3 = S3WithLostResponses { completion: Completion::PartsKept, ..S3WithLostResponses::default() };
    let error = s3.upload(PutOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Network);
    assert!(!error.message().contains("unknown"), "{error}");
    assert_eq!(*s3.completions.lock().unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_gone_after_a_lost_response_is_not_reported_as_absent() {
    let s3 = S3WithLostResponses { completion: Completion::Unknown, ..S3WithLostResponses::default() };
    let error = s3.upload(PutOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Network);
    assert!(error.message().contains("unknown"), "{error}");
}

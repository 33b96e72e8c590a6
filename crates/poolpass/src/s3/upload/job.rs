//! The execution of an upload.

use bytes::Bytes;
use futures_channel::oneshot;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::operations::{Multipart, Part, leaves_outcome_open};
use super::plan::Plan;
use super::source::{Input, Slice};
use super::state::UploadState;
use super::{Listener, UploadProgress};
use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, BoxStream, crc32, sleep, spawn};
use crate::s3::bucket::Bucket;
use crate::s3::key::ObjectKey;
use crate::s3::metadata::{ObjectMetadata, whole_crc32};
use crate::s3::object_options::{GetOptions, PutOptions};
use crate::s3::put::PutResult;

/// The settings of an upload, without its content.
pub(super) struct Job<'a> {
    pub(super) bucket: &'a Bucket,
    pub(super) key: ObjectKey<'a>,
    pub(super) options: &'a PutOptions,
    pub(super) plan: Plan,
    pub(super) concurrency: usize,
    pub(super) on_progress: Option<&'a dyn Listener<UploadProgress>>,
    pub(super) on_resumable: Option<&'a dyn Listener<UploadState>>,
}

impl Job<'_> {
    pub(super) async fn at_once(&self, body: Bytes) -> Result<PutResult, Error> {
        let size = body.len() as u64;
        let stored = self.bucket.put_bytes(&self.key, body, self.options).await?;
        self.report(size, Some(size));
        Ok(stored)
    }

    pub(super) async fn begin(&self, input: Input) -> Result<PutResult, Error> {
        let multipart = Multipart::create(self.bucket, self.key.clone(), self.options).await?;
        let state = UploadState {
            version: UploadState::VERSION,
            bucket: self.bucket.name().to_owned(),
            key: self.key.as_str().to_owned(),
            upload_id: multipart.upload_id.clone(),
            part_size: self.plan.part_size(),
            size: self.plan.size(),
            whole_checksum: multipart.whole_checksum,
        };
        if let Some(listener) = self.on_resumable {
            listener(state);
            return self.transfer(multipart, Vec::new(), input).await;
        }
        let unless_stored = self.abort_unless_told(state);
        let stored = self.transfer(multipart, Vec::new(), input).await?;
        let _ = unless_stored.send(());
        Ok(stored)
    }

    /// Aborts the upload in the background if the sender is dropped without a message: when the upload fails, and when its future is
    /// dropped. Nothing waits for the abort.
    fn abort_unless_told(&self, state: UploadState) -> oneshot::Sender<()> {
        let (sender, stored) = oneshot::channel();
        let bucket = self.bucket.clone();
        spawn(async move {
            if stored.await.is_err() {
                let _ = bucket.abort_upload(&state).await;
            }
        });
        sender
    }

    pub(super) async fn resume(&self, state: &UploadState, input: Input) -> Result<PutResult, Error> {
        if state.size != self.plan.size() || state.part_size != self.plan.part_size() {
            return Err(Error::invalid_input("the body does not have the size that the upload began with"));
        }
        let multipart = self.bucket.multipart_of(state)?;
        let present = multipart.parts().await?;
        self.transfer(multipart, present, input).await
    }

    /// Sends the parts that S3 does not have and completes the upload.
    fn transfer<'a>(
        &'a self,
        multipart: Multipart<'a>,
        present: Vec<Part>,
        input: Input,
    ) -> BoxFuture<'a, Result<PutResult, Error>> {
        Box::pin(async move {
            let mut parts: Vec<Part> = Vec::new();
            let mut under_way = self.under_way(&multipart, &present, input);
            let mut sent = 0;
            while let Some(part) = under_way.try_next().await? {
                sent += part.length;
                parts.insert(parts.partition_point(|other| other.number < part.number), part);
                self.report(sent, self.plan.size());
            }
            self.complete(&multipart, &parts).await
        })
    }

    /// The finished parts. A few parts are sent at the same time.
    fn under_way<'a>(
        &'a self,
        multipart: &'a Multipart<'a>,
        present: &'a [Part],
        input: Input,
    ) -> BoxStream<'a, Result<Part, Error>> {
        let slices = stream::try_unfold((input, 1), move |(mut input, number)| async move {
            let slice = input.next(&self.plan, number).await?;
            Ok(slice.map(|slice| ((number, slice), (input, number + 1))))
        });
        let parts = slices.map(move |slice: Result<(u32, Slice), Error>| async move {
            let (number, slice) = slice?;
            send(multipart, present, number, slice.read().await?).await
        });
        Box::pin(parts.buffer_unordered(self.concurrency))
    }

    async fn complete(&self, multipart: &Multipart<'_>, parts: &[Part]) -> Result<PutResult, Error> {
        let whole = parts.iter().fold(crc32fast::Hasher::new(), |mut whole, part| {
            whole.combine(&crc32fast::Hasher::new_with_initial_len(part.crc32, part.length));
            whole
        });
        let crc32 = whole.finalize();
        let mut delays = self.bucket.client().pipeline().delays()?;
        let mut lost: Option<Error> = None;
        loop {
            let error = match multipart.complete(parts, crc32, self.options).await {
                Ok(stored) => return Ok(stored),
                Err(error) => error,
            };
            // A response that was lost before may have been a success, which a repetition cannot tell.
            let is_over =
                error.aws_code() == Some("NoSuchUpload") || error.kind() == ErrorKind::ConditionFailed;
            if !is_over && !leaves_outcome_open(&error) {
                return Err(error);
            }
            if (!is_over || lost.is_some() || error.kind() == ErrorKind::NotFound)
                && let Some(stored) = self.completed_before(parts, crc32).await
            {
                return Ok(stored);
            }
            if is_over {
                return Err(lost.map_or(error, outcome_unknown));
            }
            match delays.next() {
                Some(delay) => {
                    lost = Some(error);
                    sleep(delay).await;
                }
                // If S3 still has the parts, the upload is not complete.
                None if multipart.parts().await.is_ok() => return Err(error),
                None => return Err(outcome_unknown(error)),
            }
        }
    }

    /// The object under the key, if this upload wrote it.
    async fn completed_before(&self, parts: &[Part], crc32: u32) -> Option<PutResult> {
        let headers = self.bucket.head_headers(self.key.as_str(), &GetOptions::default()).await.ok()?;
        let metadata = ObjectMetadata::from_headers(&headers);
        let size: u64 = parts.iter().map(|part| part.length).sum();
        (whole_crc32(&headers) == Some(crc32) && metadata.size == Some(size))
            .then(|| PutResult::from_headers(&headers))
    }

    fn report(&self, sent: u64, total: Option<u64>) {
        if let Some(listener) = self.on_progress {
            listener(UploadProgress { sent, total });
        }
    }
}

fn outcome_unknown(error: Error) -> Error {
    let message = format!(
        "it is unknown whether S3 completed the upload, since its response was lost; check the object before uploading it again ({})",
        error.message()
    );
    error.with_message(message)
}

/// Sends a part, unless S3 already has it.
async fn send(multipart: &Multipart<'_>, present: &[Part], number: u32, body: Bytes) -> Result<Part, Error> {
    if let Some(part) = present.iter().find(|part| part.number == number)
        && part.length == body.len() as u64
        && part.crc32 == crc32(&body)
    {
        return Ok(part.clone());
    }
    multipart.upload(number, body).await
}

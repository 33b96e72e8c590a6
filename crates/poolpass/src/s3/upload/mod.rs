//! Uploads of any size: small content in one request, large content in parallel parts that can be resumed.

mod job;
mod operations;
mod plan;
mod source;
mod state;

use std::fmt;
use std::future::IntoFuture;

pub use source::UploadBody;
pub use state::UploadState;

use super::bucket::Bucket;
use super::key::ObjectKey;
use super::object_options::PutOptions;
use super::put::PutResult;
use super::setters::put_setters;
use crate::error::Error;
use crate::platform::{BoxFuture, MaybeSend, MaybeSync};
use job::Job;
pub(super) use operations::Multipart;
use plan::Plan;

/// An upload, made by [`Bucket::upload`] or [`Bucket::resume_upload`]. Awaiting it performs the upload.
///
/// Content larger than a part (8 MiB by default, 5 MiB in a browser) is sent in parts, four at a time. Each part is read when its turn
/// comes and sent again if that helps. The upload uses about as much memory as the parts under way, and one more part for a stream.
/// Credentials that expire meanwhile are renewed. S3 verifies the CRC32 of every part and of the whole.
///
/// Dropping the future stops sending at once. An upload in parts that fails, or whose future is dropped, is aborted in the background.
/// With [`on_resumable`](Self::on_resumable) it is not: S3 keeps the parts it has, and charges for them, until the app continues the
/// upload ([`Bucket::resume_upload`]) or aborts it ([`Bucket::abort_upload`]). Nothing is aborted if the process dies or the network is
/// gone; a lifecycle rule of the bucket (AbortIncompleteMultipartUpload) cleans up after that.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), Box<dyn std::error::Error>> {
/// use poolpass::s3::UploadBody;
///
/// let stored = bucket
///     .upload("film.mp4", UploadBody::file("film.mp4").await?)
///     .content_type("video/mp4")
///     .on_progress(|progress| println!("{} of {:?} bytes", progress.sent, progress.total))
///     .await?;
/// println!("{:?}", stored.etag);
/// # Ok(())
/// # }
/// ```
#[must_use = "an upload begins when it is awaited"]
pub struct Upload {
    bucket: Bucket,
    key: String,
    body: UploadBody,
    resumed: Option<UploadState>,
    options: PutOptions,
    part_size: u64,
    concurrency: usize,
    on_progress: Option<Box<dyn Listener<UploadProgress>>>,
    on_resumable: Option<Box<dyn Listener<UploadState>>>,
}

/// The progress of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// The bytes that S3 has, in complete parts.
    pub sent: u64,
    /// The total number of bytes, if it is known.
    pub total: Option<u64>,
}

impl Bucket {
    /// Uploads content of any size, in parallel parts if it is large (PutObject, or CreateMultipartUpload, UploadPart and
    /// CompleteMultipartUpload).
    ///
    /// Waits at most as long as [`put`](Self::put) for each part, and nine minutes for the other requests.
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. `ConditionFailed` if a condition does not hold, and `InvalidInput` if the source cannot be read.
    pub fn upload(&self, key: impl Into<String>, body: impl Into<UploadBody>) -> Upload {
        Upload {
            bucket: self.clone(),
            key: key.into(),
            body: body.into(),
            resumed: None,
            options: PutOptions::default(),
            part_size: Plan::DEFAULT_PART,
            concurrency: Upload::DEFAULT_CONCURRENCY,
            on_progress: None,
            on_resumable: None,
        }
    }

    /// Continues an interrupted upload, in this process or another (ListParts, then as [`upload`](Self::upload)).
    ///
    /// `body` must be the same content, from the beginning. Every part that S3 has is compared with it by length and checksum, and only
    /// parts that are missing or differ are sent, so that a file that has changed meanwhile never results in a mixture. Of the
    /// [`options`](Upload::options), only the conditions still have an effect.
    ///
    /// Waits at most as long as [`upload`](Self::upload), and two minutes more.
    ///
    /// # Errors
    ///
    /// As [`upload`](Self::upload). `InvalidInput` if the state is of another bucket or the body has another size, and `NotFound` if S3 no
    /// longer knows the upload.
    pub fn resume_upload(&self, state: UploadState, body: impl Into<UploadBody>) -> Upload {
        Upload { part_size: state.part_size, resumed: Some(state.clone()), ..self.upload(state.key, body) }
    }

    /// Aborts an upload in parts: S3 discards the parts it has (AbortMultipartUpload).
    ///
    /// Waits at most 142 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. `NotFound` if the upload is complete or was aborted before.
    pub async fn abort_upload(&self, state: &UploadState) -> Result<(), Error> {
        self.multipart_of(state)?.abort().await
    }

    fn multipart_of<'a>(&'a self, state: &'a UploadState) -> Result<Multipart<'a>, Error> {
        if state.version != UploadState::VERSION {
            return Err(Error::invalid_input("the upload's state was made by another version of Poolpass"));
        }
        if state.bucket != self.name() {
            return Err(Error::invalid_input("the upload's state is of another bucket"));
        }
        let key = ObjectKey::parse(&state.key)?;
        let UploadState { upload_id, whole_checksum, .. } = state.clone();
        Ok(Multipart { bucket: self, key, upload_id, whole_checksum })
    }
}

impl Upload {
    const DEFAULT_CONCURRENCY: usize = 4;

    put_setters!();

    /// Sets the size of a part in bytes, rounded up to a whole MiB; smaller content is sent in one request. Default: 8 MiB, in a browser
    /// 5 MiB. At least 5 MiB, and more if 10,000 parts would not suffice. A resumed upload keeps the size it began with.
    pub fn part_size(mut self, bytes: u64) -> Self {
        if self.resumed.is_none() {
            self.part_size = bytes;
        }
        self
    }

    /// Sets the number of parts sent at the same time. Default: 4. At least 1.
    pub fn concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts.max(1);
        self
    }

    /// Calls `listener` whenever a part is done. A resumed upload counts the parts that S3 already has.
    pub fn on_progress(
        mut self,
        listener: impl Fn(UploadProgress) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.on_progress = Some(Box::new(listener));
        self
    }

    /// Calls `listener` once, when an upload in parts has begun, with the state for continuing or aborting it. S3 then keeps the parts of
    /// an upload that fails or is cancelled.
    pub fn on_resumable(mut self, listener: impl Fn(UploadState) + MaybeSend + MaybeSync + 'static) -> Self {
        self.on_resumable = Some(Box::new(listener));
        self
    }

    async fn run(self) -> Result<PutResult, Error> {
        let mut input = self.body.0;
        let plan = Plan::new(input.size(), self.part_size)?;
        let job = Job {
            bucket: &self.bucket,
            key: ObjectKey::parse(&self.key)?,
            options: &self.options,
            plan,
            concurrency: self.concurrency,
            on_progress: self.on_progress.as_deref(),
            on_resumable: self.on_resumable.as_deref(),
        };
        if let Some(state) = &self.resumed {
            return job.resume(state, input).await;
        }
        match input.at_once(plan.part_size()).await? {
            Some(body) => job.at_once(body).await,
            None => job.begin(input).await,
        }
    }
}

impl IntoFuture for Upload {
    type Output = Result<PutResult, Error>;
    type IntoFuture = BoxFuture<'static, Result<PutResult, Error>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("bucket", &self.bucket.name())
            .field("key", &self.key)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// A function of the app that may be called from any thread.
trait Listener<T>: Fn(T) + MaybeSend + MaybeSync {}
impl<T, F: Fn(T) + MaybeSend + MaybeSync> Listener<T> for F {}

#[cfg(test)]
mod tests;

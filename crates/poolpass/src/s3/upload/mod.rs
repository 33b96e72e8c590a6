//! Uploads of any size: small ones in one request, large ones in parallel parts that can be resumed.

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
use super::put::{PutOptions, PutResult};
use crate::error::Error;
use crate::platform::{BoxFuture, MaybeSend, MaybeSync};
use job::Job;
pub(super) use operations::Multipart;
use plan::Plan;

/// An upload that is about to begin. Awaiting it carries it out.
///
/// What has more than one part's size (8 MiB by default, 5 MiB in a browser) goes up in parts, four at a time, each read when
/// its turn comes and each sent again where that helps; the memory in use is about the part size times the parts under way,
/// and one more part for a stream. Credentials that expire meanwhile are renewed. S3 verifies the CRC32 of every part and of the whole.
///
/// Dropping the future stops sending at once. An upload in parts that fails, or whose future is dropped, is aborted in the
/// background, unless its state was asked for ([`on_resumable`](Self::on_resumable)): then S3 keeps, and charges for, the parts
/// that it has, and the state is what it takes to go on with it ([`Bucket::resume_upload`]) or to abort it
/// ([`Bucket::abort_upload`]). Where the whole process dies, or its network is gone, nobody aborts; a lifecycle rule of the
/// bucket (AbortIncompleteMultipartUpload) tidies up after that.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), Box<dyn std::error::Error>> {
/// use poolpass::s3::{PutOptions, UploadBody};
///
/// let stored = bucket
///     .upload("film.mp4", UploadBody::file("film.mp4").await?)
///     .options(PutOptions { content_type: Some("video/mp4".to_owned()), ..PutOptions::default() })
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

/// How far an upload has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// The bytes that S3 has, in complete parts.
    pub sent: u64,
    /// All bytes, where that is known.
    pub total: Option<u64>,
}

impl Bucket {
    /// Uploads what may be large, in parts if it is (PutObject, or CreateMultipartUpload, UploadPart and
    /// CompleteMultipartUpload).
    ///
    /// Waits as long as [`put`](Self::put) at most for each part, and nine minutes more for what is not a part.
    ///
    /// # Errors
    ///
    /// Awaiting it fails as described at [`Bucket`], with `ConditionFailed` from conditions, and with `InvalidInput` when the
    /// source cannot be read.
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

    /// Goes on with an upload that was interrupted, here or in another process (ListParts, and as [`upload`](Self::upload)).
    ///
    /// Waits as long as [`upload`](Self::upload) at most, and two minutes more.
    ///
    /// `body` has to be the same content, read from the beginning. Every part that S3 has is compared with it by length and
    /// checksum, so that a file which has changed meanwhile never becomes a mixture; only what is missing or differs is sent.
    /// What [`options`](Upload::options) say about the object was settled when the upload began; conditions still count.
    ///
    /// # Errors
    ///
    /// As [`upload`](Self::upload), `InvalidInput` when the state is not of this bucket or the body has another size, and
    /// `NotFound` when S3 does not know the upload any more.
    pub fn resume_upload(&self, state: UploadState, body: impl Into<UploadBody>) -> Upload {
        Upload { part_size: state.part_size, resumed: Some(state.clone()), ..self.upload(state.key, body) }
    }

    /// Gives up an upload in parts: S3 forgets the parts that it has (AbortMultipartUpload).
    ///
    /// Waits at most 142 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]; `NotFound` when the upload is complete or was aborted before.
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

    /// What is said about the object. Default: nothing.
    pub fn options(mut self, options: PutOptions) -> Self {
        self.options = options;
        self
    }

    /// The size of a part in bytes, rounded up to a whole MiB; also the size up to which one request does it all. Default:
    /// 8 MiB, in a browser 5 MiB; at least 5 MiB, and more where 10,000 parts would not suffice. A resumed upload keeps the
    /// size it began with.
    pub fn part_size(mut self, bytes: u64) -> Self {
        if self.resumed.is_none() {
            self.part_size = bytes;
        }
        self
    }

    /// How many parts are under way at the same time. Default: 4, at least 1.
    pub fn concurrency(mut self, parts: usize) -> Self {
        self.concurrency = parts.max(1);
        self
    }

    /// Calls `listener` whenever a part is done. A resumed upload counts the parts that S3 has already.
    pub fn on_progress(
        mut self,
        listener: impl Fn(UploadProgress) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.on_progress = Some(Box::new(listener));
        self
    }

    /// Calls `listener` once, when an upload in parts has begun, with what it takes to go on with it or to abort it. Then
    /// the parts of an upload that fails, or is given up, stay at S3.
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

/// A function of the app's that may be called from wherever the upload runs.
trait Listener<T>: Fn(T) + MaybeSend + MaybeSync {}
impl<T, F: Fn(T) + MaybeSend + MaybeSync> Listener<T> for F {}

#[cfg(test)]
mod tests;

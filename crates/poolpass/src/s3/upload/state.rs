//! What it takes to go on with an upload later.

use serde::{Deserialize, Serialize};

/// An upload that has begun: enough to go on with it or to abort it, also in another process.
///
/// It is small, holds no secret, and does not change while the upload goes on, since S3 itself knows which parts it has.
/// Serialize it where it survives.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), Box<dyn std::error::Error>> {
/// use poolpass::s3::{UploadBody, UploadState};
///
/// let film = async || UploadBody::file("film.mp4").await;
/// let save = |state: UploadState| {
///     let _ = std::fs::write("upload.json", serde_json::to_vec(&state).unwrap_or_default());
/// };
/// bucket.upload("film.mp4", film().await?).on_resumable(save).await?;
///
/// // After a crash:
/// let state: UploadState = serde_json::from_slice(&std::fs::read("upload.json")?)?;
/// bucket.resume_upload(state, film().await?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadState {
    pub(super) version: u32,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) upload_id: String,
    pub(super) part_size: u64,
    pub(super) size: Option<u64>,
    pub(super) whole_checksum: bool,
}

impl UploadState {
    /// The version of the format.
    pub(super) const VERSION: u32 = 1;

    /// The bucket that is uploaded to.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key of the object to be.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// S3's id of the upload.
    pub fn upload_id(&self) -> &str {
        &self.upload_id
    }

    /// The number of bytes, unless they come from a stream.
    pub fn size(&self) -> Option<u64> {
        self.size
    }
}

//! What it takes to go on with an upload later.

use serde::{Deserialize, Serialize};

/// An upload that has begun: enough to go on with it or to abort it, also in another process.
///
/// It is small, holds no secret, and does not change while the upload goes on, since S3 itself knows which parts it has.
/// Serialize it where it survives.
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

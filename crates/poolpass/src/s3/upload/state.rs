//! The state of an upload, for continuing it later.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::json::{Object, ParseError};

/// The state of an upload that has begun: enough to continue or to abort it, even in another process.
///
/// It is small, holds no secret, and does not change during the upload, since S3 itself knows which parts it has. Serialize it, for
/// example as JSON, to a place that survives.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// The bucket of the object.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key of the object.
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

impl Serialize for UploadState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let state = Object::new()
            .with("version", self.version)
            .with("bucket", self.bucket.as_str())
            .with("key", self.key.as_str())
            .with("uploadId", self.upload_id.as_str())
            .with("partSize", self.part_size)
            .with("size", self.size)
            .with("wholeChecksum", self.whole_checksum);
        Value::from(state).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UploadState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let state = Object::from(Map::deserialize(deserializer)?);
        Self::read(state).map_err(de::Error::custom)
    }
}

impl UploadState {
    fn read(mut state: Object) -> Result<Self, ParseError> {
        Ok(Self {
            version: u32::try_from(state.count("version")?).map_err(|_| ParseError::Member("version"))?,
            bucket: state.text("bucket")?,
            key: state.text("key")?,
            upload_id: state.text("uploadId")?,
            part_size: state.count("partSize")?,
            size: state.maybe_count("size")?,
            whole_checksum: state.flag("wholeChecksum")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_format_stays_what_it_is() {
        let json = json!({
            "version": 1, "bucket": "photos", "key": "a", "uploadId": "u", "partSize": 8_388_608, "size": null, "wholeChecksum": true,
        });
        let state: UploadState = serde_json::from_value(json.clone()).unwrap();
        assert_eq!((state.key(), state.size(), state.whole_checksum), ("a", None, true));
        assert_eq!(serde_json::to_value(&state).unwrap(), json);
        assert_eq!(serde_json::from_str::<UploadState>(&json.to_string()).unwrap(), state);
    }

    #[test]
    fn what_is_no_state_is_an_error() {
        for no_state in [json!(null), json!([]), json!({}), json!({"version": -1}), json!({"version": 1})] {
            assert!(serde_json::from_value::<UploadState>(no_state).is_err());
        }
    }
}

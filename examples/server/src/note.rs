//! Notes, as the table has them and as the API shows them.

use poolpass::dynamodb::Item;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The sort keys of notes.
pub(crate) const PREFIX: &str = "note#";

/// A note as the table has it. The partition is the person's identity id, which the role's policy insists on.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredNote {
    pub(crate) pk: String,
    pub(crate) sk: String,
    pub(crate) text: String,
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) pictures: Vec<Picture>,
}

/// A picture as a note refers to it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Picture {
    /// The key in the bucket, below the person's own prefix.
    pub(crate) key: String,
    /// The name of the file that it came from.
    pub(crate) name: String,
}

/// The part of a note that a person writes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) pictures: Vec<Picture>,
}

/// The parts of a note to change. The others stay as they are, since they may have been changed elsewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    pub(crate) text: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) pictures: Option<ChangedPictures>,
}

/// The pictures as the client has read them, and as they are to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedPictures {
    pub(crate) from: Vec<Picture>,
    pub(crate) to: Vec<Picture>,
}

/// A note as the API shows it.
#[derive(Serialize)]
pub(crate) struct Note {
    pub(crate) id: String,
    text: String,
    place: String,
    pictures: Vec<Picture>,
}

impl From<StoredNote> for Note {
    fn from(StoredNote { sk, text, place, pictures, .. }: StoredNote) -> Self {
        Self { id: sk, text, place, pictures }
    }
}

/// The key of a person's note. An id that is none of a note's is refused: the partition may have other items.
pub(crate) fn key(me: &str, id: &str) -> Result<Item, Failure> {
    if !id.starts_with(PREFIX) {
        return Err(Failure::invalid_input("the id of a note begins with note#"));
    }
    Ok(Item::new().with("pk", me).with("sk", id))
}

//! S3.

mod bucket;
mod object;
mod options;
mod upload;

pub use bucket::Bucket;
pub use object::{PresignedUrl, StoredObject};
pub use options::*;
pub use upload::*;

//! S3.

mod bucket;
mod list;
mod object;
mod object_options;
mod results;
mod upload;

pub use bucket::Bucket;
pub use list::*;
pub use object::{PresignedUrl, StoredObject};
pub use object_options::*;
pub use results::*;
pub use upload::*;

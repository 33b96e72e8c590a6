//! S3: objects in a bucket.
//!
//! [`Client::s3`](crate::Client::s3) gives the configuration's bucket, [`Client::bucket`](crate::Client::bucket) any other. Each method of
//! [`Bucket`] performs one AWS operation. [`Upload`] sends large content in parallel parts and can be resumed.
//!
//! ```no_run
//! # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
//! let bucket = client.s3()?;
//! let key = bucket.private_path("hello.txt").await?;
//! bucket.put(&key, "Hello!").content_type("text/plain").await?;
//! assert_eq!(bucket.get(&key).await?.bytes().await?, "Hello!");
//! # Ok(())
//! # }
//! ```

mod bucket;
mod copy;
mod delete;
mod get;
mod headers;
mod key;
mod list;
mod metadata;
mod object_options;
mod presign;
pub(crate) mod protocol;
mod put;
mod query;
mod setters;
mod upload;
mod xml;

pub use bucket::Bucket;
pub use copy::{CopyObject, CopyOptions};
pub use delete::DeletedObjects;
pub use get::{GetObject, HeadObject, ObjectBody, StoredObject};
pub use list::{ListObjects, ListOptions, ListPage, ListedObject};
pub use metadata::ObjectMetadata;
pub use object_options::{ByteRange, GetOptions, PutOptions};
pub use presign::{PresignGet, PresignPut};
pub use put::{PutObject, PutResult};
pub use upload::{Upload, UploadBody, UploadProgress, UploadState};

pub use crate::platform::UploadSource;
pub use crate::presigned_url::PresignedUrl;

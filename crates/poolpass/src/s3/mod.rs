//! S3: objects in a bucket.
//!
//! [`Client::s3`](crate::Client::s3) is the bucket of the configuration, [`Client::bucket`](crate::Client::bucket) any other.
//! [`Bucket`] does one AWS operation a method; [`Upload`] sends what is large in parallel parts that can be resumed.
//!
//! ```no_run
//! # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
//! let bucket = client.s3()?;
//! let key = bucket.private_path("hello.txt").await?;
//! bucket.put(&key, "Hello!").await?;
//! assert_eq!(bucket.get(&key).await?.bytes().await?, "Hello!");
//! # Ok(())
//! # }
//! ```

mod bucket;
mod copy;
mod delete;
mod get;
mod header_text;
mod key;
mod list;
mod metadata;
mod presign;
mod put;
mod query;
mod upload;
mod xml;

pub use bucket::Bucket;
pub use copy::CopyOptions;
pub use delete::DeletedObjects;
pub use get::{ByteRange, GetOptions, ObjectBody, StoredObject};
pub use list::{ListOptions, ListPage, ListedObject};
pub use metadata::ObjectMetadata;
pub use presign::PresignedUrl;
pub use put::{PutOptions, PutResult};
pub use upload::{Upload, UploadBody, UploadProgress, UploadState};

pub use crate::platform::UploadSource;

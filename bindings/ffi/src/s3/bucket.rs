//! A bucket and its objects.

use std::sync::Arc;
use std::time::Duration;

use super::list::{ListOptions, ListPage};
use super::object::{PresignedUrl, StoredObject};
use super::object_options::{CopyOptions, GetOptions, PutOptions};
use super::results::{DeletedObjects, ObjectMetadata, PutResult};
use super::upload::{self, UploadBody, UploadListener, UploadOptions};
use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;

/// An S3 bucket, used with the permissions of the user or guest.
#[derive(Debug, uniffi::Object)]
pub struct Bucket {
    inner: poolpass::s3::Bucket,
    cancel: Cancel,
}

impl Bucket {
    pub(crate) fn new(inner: poolpass::s3::Bucket, cancel: &Cancel) -> Arc<Self> {
        Arc::new(Self { inner, cancel: cancel.clone() })
    }
}

#[uniffi::export]
impl Bucket {
    /// The same bucket whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// The name of the bucket.
    pub fn name(&self) -> String {
        self.inner.name().to_owned()
    }

    /// A key under the user's own prefix: `private/{identity id}/{name}`.
    pub async fn private_path(&self, name: String) -> Result<String, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.private_path(&name).await?) }).await
    }

    /// Writes an object, replacing any object under the key (PutObject). Use `upload` for more than a few megabytes.
    pub async fn put(
        &self,
        key: String,
        body: Vec<u8>,
        options: PutOptions,
    ) -> Result<PutResult, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.put(key, body).options(options.into()).await?.into()) })
            .await
    }

    /// Uploads content of any size, in parallel parts if it is large (PutObject, or CreateMultipartUpload, UploadPart and
    /// CompleteMultipartUpload).
    pub async fn upload(
        &self,
        key: String,
        body: UploadBody,
        options: UploadOptions,
        listener: Option<Arc<dyn UploadListener>>,
    ) -> Result<PutResult, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            let upload = bucket.upload(key, upload::body(body).await?);
            Ok(upload::prepared(upload, options, listener)?.await?.into())
        })
        .await
    }

    /// Continues an interrupted upload, in this process or another (ListParts, then as `upload`).
    pub async fn resume_upload(
        &self,
        state: String,
        body: UploadBody,
        options: UploadOptions,
        listener: Option<Arc<dyn UploadListener>>,
    ) -> Result<PutResult, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            let upload = bucket.resume_upload(upload::state(&state)?, upload::body(body).await?);
            Ok(upload::prepared(upload, options, listener)?.await?.into())
        })
        .await
    }

    /// Aborts an upload in parts: S3 discards the parts it has (AbortMultipartUpload).
    pub async fn abort_upload(&self, state: String) -> Result<(), PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.abort_upload(&upload::state(&state)?).await?) }).await
    }

    /// Reads an object (GetObject). The content arrives while it is read.
    pub async fn get(&self, key: String, options: GetOptions) -> Result<Arc<StoredObject>, PoolpassError> {
        let (bucket, cancel) = (self.inner.clone(), self.cancel.clone());
        call(&self.cancel, async move {
            Ok(StoredObject::new(bucket.get(key).options(options.try_into()?).await?, &cancel))
        })
        .await
    }

    /// Reads an object's metadata without its content (HeadObject).
    pub async fn head(&self, key: String, options: GetOptions) -> Result<ObjectMetadata, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok((&bucket.head(key).options(options.try_into()?).await?).into()) })
            .await
    }

    /// Deletes an object (DeleteObject). Deleting a missing object succeeds. With versioning, S3 keeps the old versions.
    pub async fn delete(&self, key: String) -> Result<(), PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.delete(&key).await?) }).await
    }

    /// Deletes any number of objects, a thousand per request (DeleteObjects). The result has the errors of single keys.
    pub async fn delete_many(&self, keys: Vec<String>) -> Result<DeletedObjects, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.delete_many(keys).await?.into()) }).await
    }

    /// Copies an object inside S3, without transferring it to this device (CopyObject). At most 5 GB.
    pub async fn copy(
        &self,
        from: String,
        to: String,
        options: CopyOptions,
    ) -> Result<PutResult, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.copy(from, to).options(options.into()).await?.into()) })
            .await
    }

    /// Fetches one page of the objects whose keys begin with `prefix` (ListObjectsV2).
    pub async fn list_page(&self, prefix: String, options: ListOptions) -> Result<ListPage, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            Ok(bucket.list(prefix).options(options.try_into()?).page().await?.into())
        })
        .await
    }

    /// Creates a URL that reads the object until it expires (GetObject). `file_name` tells the browser to save it under this name.
    pub async fn presign_get(
        &self,
        key: String,
        expires_in: Duration,
        file_name: Option<String>,
    ) -> Result<Arc<PresignedUrl>, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            let mut presign = bucket.presign_get(key, expires_in);
            if let Some(name) = file_name {
                presign = presign.file_name(name);
            }
            Ok(Arc::new(PresignedUrl(presign.await?)))
        })
        .await
    }

    /// Creates a URL that writes the object until it expires (PutObject), as often as it is used.
    pub async fn presign_put(
        &self,
        key: String,
        expires_in: Duration,
        options: PutOptions,
    ) -> Result<Arc<PresignedUrl>, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            Ok(Arc::new(PresignedUrl(bucket.presign_put(key, expires_in).options(options.into()).await?)))
        })
        .await
    }
}

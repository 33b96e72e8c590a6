//! A bucket and its objects.

use std::sync::Arc;
use std::time::Duration;

use super::object::{PresignedUrl, StoredObject};
use super::options::{
    CopyOptions, DeleteError, DeletedObjects, GetOptions, ListOptions, ListPage, ObjectMetadata, PutOptions,
    PutResult,
};
use super::upload::{self, UploadBody, UploadListener, UploadOptions};
use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;

/// An S3 bucket, seen with the person's permissions.
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

    /// The bucket's name.
    pub fn name(&self) -> String {
        self.inner.name().to_owned()
    }

    /// The key of an object that belongs to the person alone: `private/IDENTITY_ID/name`.
    pub async fn private_path(&self, name: String) -> Result<String, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.private_path(&name).await?) }).await
    }

    /// Writes an object in one request (PutObject).
    pub async fn put(
        &self,
        key: String,
        body: Vec<u8>,
        options: PutOptions,
    ) -> Result<PutResult, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.put_with(&key, body, options.into()).await?.into()) }).await
    }

    /// Uploads an object of any size: in one request where it is small, in parts otherwise.
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

    /// Goes on with an upload that broke off; `state` is what its listener was told, `body` the same bytes.
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

    /// Gives up an upload that broke off, so that its parts cost nothing (AbortMultipartUpload).
    pub async fn abort_upload(&self, state: String) -> Result<(), PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.abort_upload(&upload::state(&state)?).await?) }).await
    }

    /// Reads an object (GetObject).
    pub async fn get(&self, key: String, options: GetOptions) -> Result<Arc<StoredObject>, PoolpassError> {
        let (bucket, cancel) = (self.inner.clone(), self.cancel.clone());
        call(&self.cancel, async move {
            Ok(StoredObject::new(bucket.get_with(&key, options.try_into()?).await?, &cancel))
        })
        .await
    }

    /// What is known about an object, without its bytes (HeadObject).
    pub async fn head(&self, key: String, options: GetOptions) -> Result<ObjectMetadata, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok((&bucket.head_with(&key, options.try_into()?).await?).into()) })
            .await
    }

    /// Deletes an object (DeleteObject). That there is none is not an error.
    pub async fn delete(&self, key: String) -> Result<(), PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.delete(&key).await?) }).await
    }

    /// Deletes any number of objects (DeleteObjects).
    pub async fn delete_many(&self, keys: Vec<String>) -> Result<DeletedObjects, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            let outcome = bucket.delete_many(keys).await?;
            let errors = outcome.errors.into_iter();
            Ok(DeletedObjects {
                deleted: outcome.deleted,
                errors: errors.map(|(key, error)| DeleteError { key, error: error.into() }).collect(),
            })
        })
        .await
    }

    /// Copies an object without its bytes coming here (CopyObject).
    pub async fn copy(
        &self,
        from: String,
        to: String,
        options: CopyOptions,
    ) -> Result<PutResult, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.copy_with(&from, &to, options.into()).await?.into()) })
            .await
    }

    /// One page of objects (ListObjectsV2).
    pub async fn list_page(&self, options: ListOptions) -> Result<ListPage, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move { Ok(bucket.list_page(&options.try_into()?).await?.into()) }).await
    }

    /// A URL with which anyone can read the object for a while. With `file_name` a browser saves it under that name.
    pub async fn presign_get(
        &self,
        key: String,
        expires_in: Duration,
        file_name: Option<String>,
    ) -> Result<Arc<PresignedUrl>, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            Ok(Arc::new(PresignedUrl(match file_name {
                Some(name) => bucket.presign_download(&key, &name, expires_in).await?,
                None => bucket.presign_get(&key, expires_in).await?,
            })))
        })
        .await
    }

    /// A URL with which anyone can write the object for a while.
    pub async fn presign_put(
        &self,
        key: String,
        expires_in: Duration,
        options: PutOptions,
    ) -> Result<Arc<PresignedUrl>, PoolpassError> {
        let bucket = self.inner.clone();
        call(&self.cancel, async move {
            Ok(Arc::new(PresignedUrl(bucket.presign_put(&key, expires_in, options.into()).await?)))
        })
        .await
    }
}

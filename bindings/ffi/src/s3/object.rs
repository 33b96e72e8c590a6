//! Objects that are read, and URLs of objects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::results::ObjectMetadata;
use crate::body::Body;
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::{hash_map, signed};
use crate::error::PoolpassError;

/// An object: its metadata, and its content, which arrives while it is read and can be read once.
#[derive(Debug, uniffi::Object)]
pub struct StoredObject {
    metadata: ObjectMetadata,
    content_length: Option<u64>,
    object: Arc<Mutex<Option<poolpass::s3::StoredObject>>>,
    cancel: Cancel,
}

impl StoredObject {
    pub(crate) fn new(object: poolpass::s3::StoredObject, cancel: &Cancel) -> Arc<Self> {
        Arc::new(Self {
            metadata: object.metadata().into(),
            content_length: object.content_length(),
            object: Arc::new(Mutex::new(Some(object))),
            cancel: cancel.clone(),
        })
    }

    fn take(&self) -> Result<poolpass::s3::StoredObject, PoolpassError> {
        let object = self.object.lock().unwrap_or_else(PoisonError::into_inner).take();
        object.ok_or_else(|| PoolpassError::invalid_input("the object has already been read"))
    }
}

#[uniffi::export]
impl StoredObject {
    /// The same object whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        let (metadata, object) = (self.metadata.clone(), Arc::clone(&self.object));
        Arc::new(Self { metadata, content_length: self.content_length, object, cancel: handle.cancel_of() })
    }

    /// The object's metadata.
    pub fn metadata(&self) -> ObjectMetadata {
        self.metadata.clone()
    }

    /// The number of bytes in the content, or in the range that was asked for. None if it is unknown.
    pub fn content_length(&self) -> Option<i64> {
        self.content_length.map(signed)
    }

    /// Reads the whole content, or the whole range, into memory.
    pub async fn bytes(&self) -> Result<Vec<u8>, PoolpassError> {
        let object = self.take()?;
        call(&self.cancel, async move { Ok(object.bytes().await?.to_vec()) }).await
    }

    /// Writes the content to a file, which appears once it is complete. The content is never in memory as a whole.
    pub async fn save_to(&self, path: String) -> Result<(), PoolpassError> {
        let object = self.take()?;
        call(&self.cancel, async move { Ok(object.save_to(path).await?) }).await
    }

    /// Stops the transfer of content that nobody has begun to read.
    pub fn cancel(&self) {
        drop(self.take());
    }

    /// The content as a stream of pieces.
    pub fn body(&self) -> Result<Arc<Body>, PoolpassError> {
        Ok(Body::new(self.take()?.into_stream(), &self.cancel))
    }
}

/// A URL that carries its own signature: a secret until it expires.
#[derive(Debug, uniffi::Object)]
pub struct PresignedUrl(pub(crate) poolpass::s3::PresignedUrl);

#[uniffi::export]
impl PresignedUrl {
    /// The URL: a secret.
    pub fn url(&self) -> String {
        self.0.as_str().to_owned()
    }

    /// The headers that must be sent with the request, unchanged. Empty for a URL that reads.
    pub fn headers(&self) -> HashMap<String, String> {
        hash_map(self.0.headers().iter().cloned())
    }

    /// The time at which it stops working, on AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at()
    }
}

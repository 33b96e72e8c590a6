//! An object that is read, and URLs of objects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::options::ObjectMetadata;
use crate::body::Body;
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::{hash_map, signed};
use crate::error::PoolpassError;

/// An object whose bytes arrive while they are read. They can be read once, in one of three ways.
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
        object.ok_or_else(|| PoolpassError::invalid_input("the object was read already"))
    }
}

#[uniffi::export]
impl StoredObject {
    /// The same object whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        let (metadata, object) = (self.metadata.clone(), Arc::clone(&self.object));
        Arc::new(Self { metadata, content_length: self.content_length, object, cancel: handle.cancel_of() })
    }

    /// What is known about it.
    pub fn metadata(&self) -> ObjectMetadata {
        self.metadata.clone()
    }

    /// How many bytes arrive, those of the range where one was asked for. `None` where that is not known.
    pub fn content_length(&self) -> Option<i64> {
        self.content_length.map(signed)
    }

    /// All bytes, in memory.
    pub async fn bytes(&self) -> Result<Vec<u8>, PoolpassError> {
        let object = self.take()?;
        call(&self.cancel, async move { Ok(object.bytes().await?.to_vec()) }).await
    }

    /// Writes the bytes to a file, which appears when it is complete. They are never all in memory.
    pub async fn save_to(&self, path: String) -> Result<(), PoolpassError> {
        let object = self.take()?;
        call(&self.cancel, async move { Ok(object.save_to(path).await?) }).await
    }

    /// Gives the bytes up, where nobody has begun to read them.
    pub fn cancel(&self) {
        drop(self.take());
    }

    /// The bytes piece by piece.
    pub fn body(&self) -> Result<Arc<Body>, PoolpassError> {
        Ok(Body::new(self.take()?.into_stream(), &self.cancel))
    }
}

/// A URL that proves by itself who signed it: a secret as long as it lives.
#[derive(Debug, uniffi::Object)]
pub struct PresignedUrl(pub(crate) poolpass::s3::PresignedUrl);

#[uniffi::export]
impl PresignedUrl {
    /// The URL.
    pub fn url(&self) -> String {
        self.0.as_str().to_owned()
    }

    /// The headers that have to be sent along.
    pub fn headers(&self) -> HashMap<String, String> {
        hash_map(self.0.headers().iter().cloned())
    }

    /// When it stops working, by AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at()
    }
}

//! Sources of the bytes of an upload.

use std::fmt;
use std::io;

use bytes::Bytes;

use super::{BoxFuture, MaybeSend, MaybeSync};

/// Content of known size whose bytes can be read at any position, and more than once: a file, a browser's `Blob`.
///
/// Parts are read in parallel, each when it is sent.
pub trait UploadSource: fmt::Debug + MaybeSend + MaybeSync {
    /// The number of bytes.
    fn size(&self) -> u64;

    /// The `length` bytes from `offset` on, which lie within the size.
    ///
    /// # Errors
    ///
    /// The reason why the bytes cannot be read; the upload fails with it.
    fn read(&self, offset: u64, length: usize) -> BoxFuture<'_, io::Result<Bytes>>;
}

//! The content of uploads.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use super::plan::Plan;
use crate::error::Error;
use crate::platform::{BoxFuture, BoxStream, MaybeSend, UploadSource};

/// The content of an upload: bytes in memory, a file, or a stream.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), Box<dyn std::error::Error>> {
/// use poolpass::s3::UploadBody;
///
/// bucket.upload("notes.txt", "short").await?;
/// bucket.upload("film.mp4", UploadBody::file("film.mp4").await?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct UploadBody(pub(super) Input);

impl UploadBody {
    /// Content of known size that can be read at any position.
    pub fn source(source: impl UploadSource + 'static) -> Self {
        Self(Input::Source(Arc::new(source)))
    }

    /// Content of unknown size that is read once, from beginning to end, as far ahead as parts are under way.
    pub fn stream(pieces: impl Stream<Item = io::Result<Bytes>> + MaybeSend + 'static) -> Self {
        Self(Input::Chunks(Chunks::new(Box::pin(pieces))))
    }

    /// A file, which must not change until the upload is done.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn file(path: impl AsRef<std::path::Path>) -> io::Result<Self> {
        Ok(Self::source(crate::platform::FileSource::open(path.as_ref()).await?))
    }
}

impl<T: Into<Bytes>> From<T> for UploadBody {
    fn from(bytes: T) -> Self {
        Self::source(InMemory(bytes.into()))
    }
}

/// The content of an upload, to be read in parts.
pub(super) enum Input {
    Source(Arc<dyn UploadSource>),
    Chunks(Chunks),
}

/// The bytes of one part.
pub(super) enum Slice {
    /// Bytes that are read when the part's turn comes.
    Source {
        source: Arc<dyn UploadSource>,
        start: u64,
        length: u64,
    },
    Chunk(Bytes),
}

impl Input {
    /// The number of bytes, if it is known.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Source(source) => Some(source.size()),
            Self::Chunks(_) => None,
        }
    }

    /// All the bytes, if there are at most `limit`.
    pub(super) async fn at_once(&mut self, limit: u64) -> Result<Option<Bytes>, Error> {
        match self {
            Self::Source(source) if source.size() > limit => Ok(None),
            Self::Source(source) => read_part(&**source, 0, source.size()).await.map(Some),
            Self::Chunks(chunks) => {
                if chunks.is_longer_than(limit).await? {
                    Ok(None)
                } else {
                    chunks.next(limit).await.map(Some)
                }
            }
        }
    }

    /// Part `number`, counted from 1. `None` after the last.
    pub(super) async fn next(&mut self, plan: &Plan, number: u32) -> Result<Option<Slice>, Error> {
        match self {
            Self::Source(source) => Ok(plan.part(number).map(|(start, length)| {
                let source = Arc::clone(source);
                Slice::Source { source, start, length }
            })),
            Self::Chunks(chunks) => {
                let chunk = chunks.next(plan.length_of(number)).await?;
                if chunk.is_empty() {
                    return Ok(None);
                }
                plan.check(number)?;
                Ok(Some(Slice::Chunk(chunk)))
            }
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(source) => write!(f, "{} bytes", source.size()),
            Self::Chunks(_) => f.write_str("stream"),
        }
    }
}

impl Slice {
    pub(super) async fn read(self) -> Result<Bytes, Error> {
        match self {
            Self::Source { source, start, length } => read_part(&*source, start, length).await,
            Self::Chunk(bytes) => Ok(bytes),
        }
    }
}

struct InMemory(Bytes);

impl UploadSource for InMemory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, length: usize) -> BoxFuture<'_, io::Result<Bytes>> {
        let piece = usize::try_from(offset).ok().and_then(|start| {
            let end = start.checked_add(length)?;
            (end <= self.0.len()).then(|| self.0.slice(start..end))
        });
        Box::pin(async { piece.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()) })
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InMemory({} bytes)", self.0.len())
    }
}

/// Reads exactly `length` bytes. A source that has become shorter is an error.
pub(super) async fn read_part(source: &dyn UploadSource, offset: u64, length: u64) -> Result<Bytes, Error> {
    let length = in_memory(length)?;
    let bytes = source.read(offset, length).await.map_err(|error| unreadable(&error))?;
    if bytes.len() != length {
        return Err(unreadable(&io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

/// A stream cut into parts.
pub(super) struct Chunks {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    /// The bytes that were read beyond the last part.
    rest: BytesMut,
}

impl Chunks {
    pub(super) fn new(pieces: BoxStream<'static, io::Result<Bytes>>) -> Self {
        Self { pieces, rest: BytesMut::new() }
    }

    /// Whether more than `length` bytes are left. Keeps the bytes that it reads to find out.
    pub(super) async fn is_longer_than(&mut self, length: u64) -> Result<bool, Error> {
        let length = in_memory(length)?;
        while self.rest.len() <= length {
            match self.pieces.next().await {
                Some(piece) => self.rest.extend_from_slice(&piece.map_err(|error| unreadable(&error))?),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The next `length` bytes. Fewer at the end, then none.
    pub(super) async fn next(&mut self, length: u64) -> Result<Bytes, Error> {
        let part = if self.is_longer_than(length).await? {
            self.rest.split_to(in_memory(length)?)
        } else {
            self.rest.split()
        };
        Ok(part.freeze())
    }
}

fn in_memory(length: u64) -> Result<usize, Error> {
    usize::try_from(length).map_err(|_| Error::invalid_input("a part does not fit into this device's memory"))
}

fn unreadable(error: &io::Error) -> Error {
    Error::invalid_input(format!("the upload's source cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_stream_is_cut_at_part_sizes_wherever_its_pieces_end() {
        let pieces = ["ab", "", "cdefg", "h"].map(|piece| Ok(Bytes::from(piece)));
        let mut chunks = Chunks::new(Box::pin(stream::iter(pieces)));
        let mut parts = Vec::new();
        loop {
            let part = chunks.next(3).await.unwrap();
            if part.is_empty() {
                break;
            }
            parts.push(part);
        }
        assert_eq!(parts, ["abc", "def", "gh"]);
    }

    #[tokio::test]
    async fn a_stream_that_fails_and_a_source_that_shrinks_end_the_upload() {
        let broken = stream::iter([Ok(Bytes::from("ab")), Err(io::Error::other("unplugged"))]);
        let error = Chunks::new(Box::pin(broken)).next(3).await.unwrap_err();
        assert!(error.message().contains("unplugged"));
        assert!(read_part(&InMemory(Bytes::from("abc")), 2, 2).await.is_err());
        assert_eq!(read_part(&InMemory(Bytes::from("abc")), 1, 2).await.unwrap(), "bc");
    }
}

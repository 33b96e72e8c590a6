//! Files as the sources of uploads and the targets of downloads.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio::io::AsyncWriteExt;

use super::blocking;
use crate::platform::{BoxFuture, UploadSource};

/// A file whose parts are read when their turn comes.
#[derive(Debug)]
pub(crate) struct FileSource {
    /// Reading moves the file's position, so one part is read at a time.
    file: Arc<Mutex<File>>,
    size: u64,
}

impl FileSource {
    pub(crate) async fn open(path: &Path) -> io::Result<Self> {
        let path = path.to_owned();
        let (file, size) = blocking(move || {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok((file, size))
        })
        .await?;
        Ok(Self { file: Arc::new(Mutex::new(file)), size })
    }
}

impl UploadSource for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, length: usize) -> BoxFuture<'_, io::Result<Bytes>> {
        let file = Arc::clone(&self.file);
        Box::pin(blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = vec![0; length];
            file.read_exact(&mut bytes)?;
            Ok(bytes.into())
        }))
    }
}

/// Writes the pieces to a temporary file beside `path`, which becomes `path` when they are complete. `error` makes the error of a
/// file that cannot be written from a message.
pub(crate) async fn save<E>(
    path: &Path,
    mut pieces: impl Stream<Item = Result<Bytes, E>> + Unpin,
    error: impl Fn(String) -> E,
) -> Result<(), E> {
    let failed = |cause: io::Error| error(format!("{} cannot be written: {cause}", path.display()));
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let temporary =
        blocking(move || as_the_user_creates_files().tempfile_in(directory)).await.map_err(failed)?;
    let (file, temporary) = temporary.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    while let Some(piece) = pieces.try_next().await? {
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    drop(file);
    let target = path.to_owned();
    blocking(move || temporary.persist(target).map_err(|error| error.error)).await.map_err(failed)
}

/// Temporary files are the owner's alone by default; a download is an ordinary file.
#[cfg(unix)]
fn as_the_user_creates_files() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;

    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn as_the_user_creates_files() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::error::{Error, ErrorKind};

    #[tokio::test]
    async fn parts_are_read_at_their_positions() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("source");
        std::fs::write(&path, b"0123456789").unwrap();
        let source = FileSource::open(&path).await.unwrap();
        assert_eq!(source.size(), 10);
        assert_eq!(source.read(7, 3).await.unwrap(), "789");
        assert_eq!(source.read(0, 2).await.unwrap(), "01");
        assert_eq!(source.read(8, 3).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(FileSource::open(&directory.path().join("none")).await.is_err());
    }

    fn unwritable(message: String) -> Error {
        Error::new(ErrorKind::Platform, message)
    }

    #[tokio::test]
    async fn a_download_appears_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("target");
        let pieces = ["ab", "c"].map(|piece| Ok(Bytes::from(piece)));
        save(&path, stream::iter(pieces), unwritable).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"abc");

        let broken = stream::iter([Ok(Bytes::from("new")), Err(Error::new(ErrorKind::Network, "reset"))]);
        assert_eq!(save(&path, broken, unwritable).await.unwrap_err().kind(), ErrorKind::Network);
        assert_eq!(std::fs::read(&path).unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);

        let nowhere = directory.path().join("none").join("target");
        assert_eq!(
            save(&nowhere, stream::empty(), unwritable).await.unwrap_err().kind(),
            ErrorKind::Platform
        );
    }
}

//! A session store in a directory of files.

use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tempfile::Builder;
use zeroize::Zeroizing;

use super::{blocking, sleep};
use crate::platform::{BoxFuture, SessionStore, StoreError, StoreLock};

/// Keeps the session in files that, on Unix, only the owner can read. Processes that use the same directory share the session.
///
/// Each value has a file of its own, which is replaced atomically. When one process refreshes the session, the others read the tokens
/// that it has stored.
#[derive(Clone, Debug)]
pub struct FileStore {
    directory: Arc<Path>,
}

impl FileStore {
    const LOCK_POLL: Duration = Duration::from_millis(10);
    /// Three minutes: twice the time after which a refresh without an answer gives up. After that the wait ends with an error, and the
    /// session stays.
    const LOCK_POLLS: u32 = 18_000;

    /// Opens the store in `directory`, and creates the directory if it is missing, on Unix with mode 0700.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the directory can be neither used nor created.
    pub fn new(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.into();
        create_private_directory(&directory).map_err(|error| describe("create", &directory, &error))?;
        remove_leftovers(&directory);
        Ok(Self { directory: directory.into() })
    }

    async fn run<T: Send + 'static>(
        &self,
        file_name: String,
        doing: &'static str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.directory.join(file_name);
        let outcome = blocking({
            let path = path.clone();
            move || work(&path)
        });
        outcome.await.map_err(|error| describe(doing, &path, &error))
    }
}

impl SessionStore for FileStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        Box::pin(self.run(file_name(key), "read", |path| match read(path) {
            // No store has written a value that is too long or not UTF-8: it is ignored, and the next value replaces it.
            Ok(value) => Ok(value.and_then(|value| String::from_utf8(value).ok()).map(SecretString::from)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }))
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        let value = Zeroizing::new(value.expose_secret().to_owned());
        Box::pin(self.run(file_name(key), "write", move |path| {
            // tempfile creates with mode 0600; persist renames over the old file.
            let mut file =
                in_directory_of(path, |directory| Builder::new().prefix(TEMPORARY).tempfile_in(directory))?;
            file.write_all(value.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            sync_directory(path);
            Ok(())
        }))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.run(file_name(key), "remove", |path| {
            remove_leftovers(directory_of(path));
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            sync_directory(path);
            Ok(())
        }))
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            for _ in 0..Self::LOCK_POLLS {
                if let Some(lock) = self.run(format!("{name}.lock"), "lock", try_lock).await? {
                    return Ok(lock);
                }
                sleep(Self::LOCK_POLL).await;
            }
            Err(StoreError("another process holds the session's lock for too long".to_owned()))
        })
    }
}

fn file_name(key: &str) -> String {
    format!("{key}.json")
}

fn directory_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("."))
}

/// The file's content, unless no store can have written it.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    /// Tokens are a few kilobytes.
    const LONGEST: u64 = 1024 * 1024;

    let file = without_waiting(File::options().read(true)).open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut value = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut value)?;
    Ok((value.len() as u64 <= LONGEST).then_some(value))
}

/// Opens a file. A pipe in its place is opened at once, whether or not its other end is open.
#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
}

#[cfg(not(unix))]
fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The prefix of the names of temporary files.
const TEMPORARY: &str = ".new-";

/// Removes the temporary files of processes that died while they wrote: they may hold a token. A file that cannot be removed now is
/// removed later.
fn remove_leftovers(directory: &Path) {
    let is_leftover = |file: &DirEntry| {
        let age = file.metadata().and_then(|file| file.modified()).ok().and_then(|then| then.elapsed().ok());
        // Other processes may be writing now.
        file.file_name().to_string_lossy().starts_with(TEMPORARY) && age > Some(Duration::from_secs(60))
    };
    for file in fs::read_dir(directory).into_iter().flatten().flatten().filter(is_leftover) {
        let _ = fs::remove_file(file.path());
    }
}

/// Does work that needs the file's directory, and creates the directory again if somebody has removed it.
fn in_directory_of<T>(file: &Path, work: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    let directory = directory_of(file);
    match work(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create_private_directory(directory)?;
            work(directory)
        }
        outcome => outcome,
    }
}

/// Locks a file. The system releases the lock when the file is closed, also when the process dies.
fn try_lock(path: &Path) -> io::Result<Option<StoreLock>> {
    let file = in_directory_of(path, |_| open_lock(path))?;
    let is_locked = lock_at_once(&file)? && is_still_at(path, &file);
    Ok(is_locked.then(|| StoreLock::new(file)))
}

/// Lets only the owner open the file, and so lock it, even if an older version was more liberal.
#[cfg(unix)]
fn open_lock(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    let mut options = File::options();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = without_waiting(&mut options).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open_lock(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(false).open(path)
}

/// Whether other processes would lock this very file. They would not if it was removed in the meantime.
#[cfg(unix)]
fn is_still_at(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;

    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(locked), Ok(found)) => place(locked) == place(found),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_path: &Path, _file: &File) -> bool {
    true
}

/// Not std's `try_lock`, which is `Unsupported` on Android.
#[cfg(unix)]
fn lock_at_once(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        // A network file system may be interrupted: another attempt follows.
        Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn lock_at_once(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Makes a new or removed name survive a loss of power. Not every file system can; the value is in its place, or gone, in any case.
#[cfg(unix)]
fn sync_directory(file: &Path) {
    let _ = File::open(directory_of(file)).and_then(|directory| directory.sync_all());
}

#[cfg(not(unix))]
fn sync_directory(_file: &Path) {}

#[cfg(unix)]
fn create_private_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create_private_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

fn describe(doing: &str, path: &Path, error: &io::Error) -> StoreError {
    StoreError(format!("could not {doing} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use tempfile::NamedTempFile;

    use super::*;

    fn store() -> (tempfile::TempDir, FileStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = FileStore::new(directory.path().join("session")).unwrap();
        (directory, store)
    }

    #[tokio::test]
    async fn a_value_is_kept_replaced_and_removed() {
        let (_directory, store) = store();
        assert!(store.load("session").await.unwrap().is_none());
        store.save("session", "one".into()).await.unwrap();
        store.save("session", "two".into()).await.unwrap();
        let reopened = FileStore::new(&*store.directory).unwrap();
        assert_eq!(reopened.load("session").await.unwrap().unwrap().expose_secret(), "two");
        store.remove("session").await.unwrap();
        store.remove("session").await.unwrap();
        assert!(store.load("session").await.unwrap().is_none());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_may_read_and_no_temporary_file_stays() {
        use std::os::unix::fs::PermissionsExt;

        let (_directory, store) = store();
        store.save("session", "secret".into()).await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.directory), 0o700);
        assert_eq!(mode(&store.directory.join("session.json")), 0o600);
        assert_eq!(fs::read_dir(&store.directory).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_a_process_left_that_died_while_it_wrote_is_removed() {
        let (_directory, store) = store();
        let (old, new) = (store.directory.join(".new-old"), store.directory.join(".new-new"));
        let leave = |path: &Path| {
            let file = File::create(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        leave(&old);
        fs::write(&new, "being written").unwrap();
        store.remove("session").await.unwrap();
        assert!(!old.exists() && new.exists());
        leave(&old);
        FileStore::new(&*store.directory).unwrap();
        assert!(!old.exists() && new.exists());
    }

    #[tokio::test]
    async fn a_second_holder_waits_for_the_first() {
        let (_directory, store) = store();
        let first = store.lock("session").await.unwrap();
        let second = tokio::spawn({
            let store = store.clone();
            async move { store.lock("session").await }
        });
        let other = store.lock("other").await.unwrap();
        assert!(!second.is_finished());
        drop((first, other));
        second.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_without_an_answer_is_waited_for() {
        let (_directory, store) = store();
        let slow = store.lock("session").await.unwrap();
        let give_back = async {
            sleep(Duration::from_secs(3 * 30 + 40)).await;
            drop(slow);
        };
        let (second, ()) = futures_util::future::join(store.lock("session"), give_back).await;
        second.unwrap();
    }

    /// A lock as Android supports it: other processes see the same lock.
    #[cfg(unix)]
    #[tokio::test]
    async fn the_lock_is_flock() {
        use rustix::fs::{FlockOperation, flock};

        let (_directory, store) = store();
        let lock = store.lock("session").await.unwrap();
        let other = File::open(store.directory.join("session.lock")).unwrap();
        let try_it = || flock(&other, FlockOperation::NonBlockingLockExclusive);
        assert_eq!(try_it(), Err(rustix::io::Errno::WOULDBLOCK));
        drop(lock);
        assert_eq!(try_it(), Ok(()));
    }

    #[tokio::test]
    async fn a_file_that_is_not_text_is_no_value_and_is_replaced() {
        let (_directory, store) = store();
        for damaged in [&b"\xff\xfe"[..], b"{\"version\":1\x80}", b"\0\xc3"] {
            fs::write(store.directory.join("session.json"), damaged).unwrap();
            assert!(store.load("session").await.unwrap().is_none());
            store.save("session", "new".into()).await.unwrap();
            assert_eq!(store.load("session").await.unwrap().unwrap().expose_secret(), "new");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_pipe_in_the_place_of_a_file_holds_nobody_up() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let (_directory, store) = store();
        for name in ["session.json", "session.lock"] {
            let path = store.directory.join(name);
            mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        }
        assert!(store.load("session").await.unwrap().is_none());
        let error = store.lock("session").await.unwrap_err();
        assert!(error.to_string().contains("session.lock"), "{error}");
        store.save("session", "new".into()).await.unwrap();
        assert_eq!(store.load("session").await.unwrap().unwrap().expose_secret(), "new");
    }

    #[tokio::test]
    async fn a_file_that_no_store_has_written_is_no_value() {
        let (_directory, store) = store();
        let path = store.directory.join("session.json");
        fs::create_dir(&path).unwrap();
        assert!(store.load("session").await.unwrap().is_none());
        fs::remove_dir(&path).unwrap();
        // 4 GB that take no room on the disk.
        File::create(&path).unwrap().set_len(4 << 30).unwrap();
        assert!(store.load("session").await.unwrap().is_none());
        store.save("session", "new".into()).await.unwrap();
        assert_eq!(store.load("session").await.unwrap().unwrap().expose_secret(), "new");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_in_the_place_of_a_file_is_replaced_and_what_it_leads_to_stays() {
        let (directory, store) = store();
        let (target, path) = (directory.path().join("elsewhere"), store.directory.join("session.json"));
        fs::write(&target, "another's").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        store.save("session", "new".into()).await.unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "another's");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        // A link that leads to itself is an error, and is replaced likewise.
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&path, &path).unwrap();
        assert!(store.load("session").await.is_err());
        store.save("session", "new".into()).await.unwrap();
        assert_eq!(store.load("session").await.unwrap().unwrap().expose_secret(), "new");
    }

    #[tokio::test]
    async fn a_directory_that_was_removed_is_created_anew() {
        let (_directory, store) = store();
        let remove = || fs::remove_dir_all(&*store.directory).unwrap();
        remove();
        assert!(store.load("session").await.unwrap().is_none());
        store.remove("session").await.unwrap();
        store.save("session", "one".into()).await.unwrap();
        assert_eq!(store.load("session").await.unwrap().unwrap().expose_secret(), "one");
        remove();
        let lock = store.lock("session").await.unwrap();
        drop(lock);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_lock_whose_file_was_removed_is_not_shared_with_the_next_one() {
        let (_directory, store) = store();
        let waiting = File::create(store.directory.join("session.lock")).unwrap();
        fs::remove_file(store.directory.join("session.lock")).unwrap();
        assert!(!is_still_at(&store.directory.join("session.lock"), &waiting));
        let _lock = store.lock("session").await.unwrap();
        assert!(!is_still_at(&store.directory.join("session.lock"), &waiting));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_lock_also_in_a_directory_that_others_may_enter() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let old = directory.path().join("old.lock");
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o666)).unwrap();
        let store = FileStore::new(directory.path()).unwrap();
        for name in ["new", "old"] {
            let _lock = store.lock(name).await.unwrap();
            let mode =
                fs::metadata(directory.path().join(format!("{name}.lock"))).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[tokio::test]
    async fn an_unusable_directory_is_an_error_that_names_it() {
        let file = NamedTempFile::new().unwrap();
        let error = FileStore::new(file.path()).unwrap_err();
        assert!(error.to_string().contains("could not create"), "{error}");
    }
}

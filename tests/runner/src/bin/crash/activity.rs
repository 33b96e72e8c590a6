//! What is interrupted, and what must be true afterwards.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Result, bail};
use poolpass::platform::{FileStore, SessionStore as _};
use poolpass::{Client, ErrorKind, SignInStep};
use poolpass_tests::{PASSWORD, TestPool};
use secrecy::ExposeSecret as _;

use crate::tally::Finding;
use crate::worker::{KEY, USERS, VALUE_LENGTH};

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Signs in, one person after the other.
    SignIn,
    /// Refreshes, without rotation.
    Refresh,
    /// Refreshes, and gets another refresh token each time.
    Rotate,
    /// Writes to the store.
    Save,
}

impl Activity {
    pub(crate) const ALL: [Self; 4] = [Self::SignIn, Self::Refresh, Self::Rotate, Self::Save];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::Rotate => "rotation",
            Self::Save => "store",
        }
    }

    pub(crate) fn rotates(self) -> bool {
        self == Self::Rotate
    }

    /// Signs somebody in where the activity takes a session.
    pub(crate) async fn prepare(self, pool: &TestPool, folder: &Path) -> Result<()> {
        if matches!(self, Self::Refresh | Self::Rotate) {
            let client = client(pool, folder)?;
            let SignInStep::Done(_) = client.sign_in(USERS[0], PASSWORD).await? else {
                bail!("a challenge where there is none");
            };
        }
        Ok(())
    }

    /// What counts as done before the first worker starts.
    pub(crate) fn said_before(self) -> Vec<String> {
        match self {
            Self::Refresh | Self::Rotate => vec!["signed in".to_owned()],
            Self::SignIn | Self::Save => Vec::new(),
        }
    }

    /// Opens the folder as the app's next start would. `said` is what the workers had said to be done.
    pub(crate) async fn look(self, pool: &TestPool, folder: &Path, said: &[String]) -> Result<Finding> {
        match self {
            Self::Save => look_at_value(folder, said).await,
            Self::SignIn | Self::Refresh | Self::Rotate => look_at_session(pool, folder, said).await,
        }
    }
}

/// A session that was there is there, and can be refreshed.
async fn look_at_session(pool: &TestPool, folder: &Path, said: &[String]) -> Result<Finding> {
    let client = client(pool, folder)?;
    match client.current_user().await {
        Err(error) => return Ok(Finding::Unreadable(format!("current_user: {error}"))),
        Ok(None) if said.is_empty() => return Ok(Finding::Kept),
        Ok(None) => return Ok(Finding::Lost("nobody is signed in any more".to_owned())),
        Ok(Some(_)) => {}
    }
    match client.refresh().await {
        Ok(_) => Ok(Finding::Kept),
        Err(error) if error.kind() == ErrorKind::SessionEnded => {
            Ok(Finding::Lost(format!("refresh: {error}")))
        }
        Err(error) => bail!("the refresh after a crash failed for another reason: {error}"),
    }
}

/// A value that was written is there, or a later one, and whole.
async fn look_at_value(folder: &Path, said: &[String]) -> Result<Finding> {
    let value = match FileStore::new(folder)?.load(KEY).await {
        Err(error) => return Ok(Finding::Unreadable(format!("load: {error}"))),
        Ok(None) if said.is_empty() => return Ok(Finding::Kept),
        Ok(None) => return Ok(Finding::Lost("the value is gone".to_owned())),
        Ok(Some(value)) => value,
    };
    let text = value.expose_secret();
    let is_whole = text.len() == VALUE_LENGTH && text.bytes().all(|byte| Some(byte) == text.bytes().next());
    Ok(if is_whole { Finding::Kept } else { Finding::Unreadable("half a value".to_owned()) })
}

fn client(pool: &TestPool, folder: &Path) -> Result<Client> {
    Ok(Client::builder(pool.config()?).store(FileStore::new(folder)?).build()?)
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Activity {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|activity| activity.name() == name) {
            Some(activity) => Ok(activity),
            None => bail!("there is no activity {name}"),
        }
    }
}

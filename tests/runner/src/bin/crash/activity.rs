//! The interrupted activities, and the checks afterwards.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Result, bail};
use poolpass::platform::{FileStore, SessionStore as _};
use poolpass::{Client, ErrorKind, SignInStep};
use poolpass_tests::{PASSWORD, TestPool};
use secrecy::ExposeSecret as _;

use crate::tally::Finding;
use crate::worker::{CAME_BACK, KEY, USERS, VALUE_LENGTH};

/// The activity of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Signs in one user after the other.
    SignIn,
    /// Signs in by redirect.
    Redirect,
    /// Refreshes, without rotation.
    Refresh,
    /// Refreshes, with a new refresh token each time.
    Rotate,
    /// Writes to the store.
    Save,
}

impl Activity {
    pub(crate) const ALL: [Self; 5] = [Self::SignIn, Self::Redirect, Self::Refresh, Self::Rotate, Self::Save];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Redirect => "redirect",
            Self::Refresh => "refresh",
            Self::Rotate => "rotation",
            Self::Save => "store",
        }
    }

    /// The pools for it: without rotation, with rotation, or with a domain.
    pub(crate) fn pools(self) -> usize {
        match self {
            Self::SignIn | Self::Refresh | Self::Save => 0,
            Self::Rotate => 1,
            Self::Redirect => 2,
        }
    }

    /// Signs a user in if the activity needs a session.
    pub(crate) async fn prepare(self, pool: &TestPool, folder: &Path) -> Result<()> {
        if matches!(self, Self::Redirect | Self::Refresh | Self::Rotate) {
            let client = client(pool, folder)?;
            let SignInStep::Done(_) = client.sign_in(USERS[0], PASSWORD).await? else {
                bail!("a challenge where there is none");
            };
        }
        Ok(())
    }

    /// The completed work before the first worker starts.
    pub(crate) fn initially_reported(self) -> Vec<String> {
        match self {
            Self::Redirect | Self::Refresh | Self::Rotate => vec!["signed in".to_owned()],
            Self::SignIn | Self::Save => Vec::new(),
        }
    }

    /// Opens the folder as the app's next start would. `reported` is the work that the workers reported as completed.
    pub(crate) async fn look(self, pool: &TestPool, folder: &Path, reported: &[String]) -> Result<Finding> {
        match self {
            Self::Save => look_at_value(folder, reported).await,
            Self::Redirect => look_at_redirects(pool, folder, reported).await,
            Self::SignIn | Self::Refresh | Self::Rotate => look_at_session(pool, folder, reported).await,
        }
    }
}

/// Checks that the session still exists and can be refreshed.
async fn look_at_session(pool: &TestPool, folder: &Path, reported: &[String]) -> Result<Finding> {
    let client = client(pool, folder)?;
    match client.current_user().await {
        Err(error) => return Ok(Finding::Unreadable(format!("current_user: {error}"))),
        Ok(None) if reported.is_empty() => return Ok(Finding::Kept),
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

/// Checks that the session still exists, and that the URLs with which browsers came back are used, or can still be used.
async fn look_at_redirects(pool: &TestPool, folder: &Path, reported: &[String]) -> Result<Finding> {
    let finding = look_at_session(pool, folder, reported).await?;
    if !matches!(finding, Finding::Kept) {
        return Ok(finding);
    }
    let client = client(pool, folder)?;
    for url in reported.iter().filter_map(|line| line.strip_prefix(CAME_BACK)) {
        if let Err(error) = client.handle_redirect(url).await {
            return Ok(Finding::Lost(format!("handle_redirect: {error}")));
        }
    }
    look_at_session(pool, folder, reported).await
}

/// Checks that the written value, or a later one, is complete.
async fn look_at_value(folder: &Path, reported: &[String]) -> Result<Finding> {
    let value = match FileStore::new(folder)?.load(KEY).await {
        Err(error) => return Ok(Finding::Unreadable(format!("load: {error}"))),
        Ok(None) if reported.is_empty() => return Ok(Finding::Kept),
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

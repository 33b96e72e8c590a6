//! The work of a process until it is killed. It reports each completed piece of work.

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use poolpass::platform::{FileStore, SessionStore as _};
use poolpass::{Client, Config, SignInStep};
use poolpass_tests::PASSWORD;

use crate::activity::Activity;

/// The environment variable with the `poolpass.json`.
pub(crate) const CONFIG: &str = "CRASH_CONFIG";
/// The environment variable with the folder of the store.
pub(crate) const FOLDER: &str = "CRASH_FOLDER";
pub(crate) const USERS: [&str; 2] = ["ada", "grace"];
/// The key of the value that [`Activity::Save`] writes repeatedly.
pub(crate) const KEY: &str = "value";
/// The length of every value, so that a partial one would be detected.
pub(crate) const VALUE_LENGTH: usize = 20_000;

pub(crate) async fn work(activity: Activity) -> Result<()> {
    let folder = std::env::var(FOLDER).context(FOLDER)?;
    let store = FileStore::new(&folder)?;
    let config = Config::from_json(&std::env::var(CONFIG).context(CONFIG)?)?;
    let client = Client::builder(config).store(store.clone()).build()?;
    say("ready")?;
    for number in 0_u64.. {
        match activity {
            Activity::SignIn => {
                let user = USERS[usize::from(number % 2 == 1)];
                let SignInStep::Done(_) = client.sign_in(user, PASSWORD).await? else {
                    bail!("a challenge where there is none");
                };
            }
            Activity::Refresh | Activity::Rotate => {
                client.refresh().await?;
            }
            Activity::Save => store.save(KEY, value(number).into()).await?,
        }
        say(&format!("done {number}"))?;
    }
    Ok(())
}

/// A value that shows whether it is complete.
fn value(number: u64) -> String {
    let digit = char::from(b'a' + (number % 26) as u8);
    digit.to_string().repeat(VALUE_LENGTH)
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

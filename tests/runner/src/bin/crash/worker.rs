//! What a process does until it is killed. It says each thing that is done, after it is done.

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use poolpass::platform::{FileStore, SessionStore as _};
use poolpass::{Client, Config, SignInStep};
use poolpass_tests::PASSWORD;

use crate::activity::Activity;

/// The variable with the `poolpass.json`.
pub(crate) const CONFIG: &str = "CRASH_CONFIG";
/// The variable with the folder of the store.
pub(crate) const FOLDER: &str = "CRASH_FOLDER";
pub(crate) const USERS: [&str; 2] = ["ada", "grace"];
/// The value that [`Activity::Save`] writes again and again.
pub(crate) const KEY: &str = "value";
/// Every value is so long, so that half of one would be seen.
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

/// A value that shows whether it is whole.
fn value(number: u64) -> String {
    let digit = char::from(b'a' + (number % 26) as u8);
    digit.to_string().repeat(VALUE_LENGTH)
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

//! The work of a process until it is killed. It reports each completed piece of work.

use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use poolpass::platform::{FileStore, SessionStore as _};
use poolpass::{Client, Config, SignInStep};
use poolpass_tests::{PASSWORD, exchange};
use serde_json::{Value, json};

use crate::activity::Activity;

/// The environment variable with the `poolpass.json`.
pub(crate) const CONFIG: &str = "CRASH_CONFIG";
/// The environment variable with the folder of the store.
pub(crate) const FOLDER: &str = "CRASH_FOLDER";
/// The redirect URI of the app client.
pub(crate) const REDIRECT_URI: &str = "https://notes.example/callback";
/// The beginning of the report of a URL with which the browser came back.
pub(crate) const CAME_BACK: &str = "came back with ";
pub(crate) const USERS: [&str; 2] = ["ada", "grace"];
/// The key of the value that [`Activity::Save`] writes repeatedly.
pub(crate) const KEY: &str = "value";
/// The length of every value, so that a partial one would be detected.
pub(crate) const VALUE_LENGTH: usize = 20_000;

pub(crate) async fn work(activity: Activity) -> Result<()> {
    let folder = std::env::var(FOLDER).context(FOLDER)?;
    let store = FileStore::new(&folder)?;
    let config = std::env::var(CONFIG).context(CONFIG)?;
    let domain = serde_json::from_str::<Value>(&config)?["userPool"]["domain"].take();
    let config = Config::from_json(&config)?;
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
            Activity::Redirect => {
                let url = client.sign_in_with_redirect(REDIRECT_URI).await?.url().to_owned();
                let url = came_back(&domain, &url).await?;
                say(&format!("{CAME_BACK}{url}"))?;
                client.handle_redirect(&url).await?.context("the redirect was handled already")?;
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

/// Walks through the pages of managed login. Returns the URL that the browser is sent back to.
async fn came_back(domain: &Value, url: &str) -> Result<String> {
    let server = domain.as_str().and_then(|domain| domain.split_once("/_domain")).context("no domain")?.0;
    let script = json!({
        "url": url, "redirectUri": REDIRECT_URI,
        "steps": [{ "fill": { "username": USERS[0], "password": PASSWORD } }],
    });
    let request =
        http::Request::post(format!("{server}/_local/user-agent")).body(script.to_string().into())?;
    let answer = exchange(request).await?;
    let came_back: Value = serde_json::from_slice(answer.body())?;
    Ok(came_back["url"].as_str().with_context(|| came_back.to_string())?.to_owned())
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

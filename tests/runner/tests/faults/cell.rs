//! One operation through one fault.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use poolpass::Error;
use tokio::time::Instant;

use crate::operations::Operation;
use crate::stage::{Stage, World};
use crate::transport::Plan;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The kind of the error, or `ok`.
    pub outcome: &'static str,
    /// AWS's code and the message, for who reads a failure.
    pub said: String,
    /// How often the operation was sent.
    pub sent: u32,
    /// How often AWS has carried it out.
    pub handled: u32,
    /// How often its work has been done, as AWS's state shows it.
    pub done: Option<u32>,
    /// Somebody is signed in.
    pub signed_in: bool,
    /// How the next call ends, now that all is well again.
    pub next_call: &'static str,
    /// How long the call took, in the cell's time.
    pub took: Duration,
}

/// Plays it.
///
/// # Errors
///
/// When it cannot be played.
pub async fn play(world: &Arc<World>, operation: &Operation, plan: Plan) -> Result<Observed> {
    let stage = &Stage::set(world, operation.strict)?;
    (operation.prepare)(stage).await.context("preparing")?;
    stage.script.begin(plan);
    let began = Instant::now();
    let outcome = (operation.call)(stage).await;
    let took = began.elapsed();
    let (sent, handled) = stage.script.end();
    let signed_in = stage.client.current_user().await?.is_some();
    let next_call = if signed_in { next_call(stage, operation.strict).await } else { Ok(()) };
    let done = match operation.done {
        Some(done) => Some(done(stage).await.context("looking what was done")?),
        None => None,
    };
    Ok(Observed {
        outcome: if stage.has_wrong_data() { "wrong data" } else { kind(&outcome) },
        said: outcome.err().map(|error| format!("{error:?}")).unwrap_or_default(),
        sent,
        handled,
        done,
        signed_in,
        next_call: kind(&next_call),
        took,
    })
}

/// Trouble on every request, whatever it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing comes.
    Silence,
    /// Answers come by a byte every five seconds.
    Drip,
    /// Nothing comes, and the tokens and credentials have expired.
    SilenceExpired,
    /// Answers drip, and the tokens and credentials have expired.
    DripExpired,
    /// Nothing comes, the tokens and credentials have expired, and another process hangs with all locks.
    LockedOut,
}

impl Trouble {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Silence, Self::Drip, Self::SilenceExpired, Self::DripExpired, Self::LockedOut];

    /// The column of the table of the longest times.
    pub fn column(self) -> &'static str {
        match self {
            Self::Silence | Self::Drip => "seconds",
            Self::SilenceExpired | Self::DripExpired => "expired",
            Self::LockedOut => "locked out",
        }
    }
}

/// How long the call takes in this trouble.
///
/// # Errors
///
/// When it cannot be played.
pub async fn wait(world: &Arc<World>, operation: &Operation, trouble: Trouble) -> Result<Duration> {
    let stage = &Stage::set(world, operation.strict)?;
    (operation.prepare)(stage).await.context("preparing")?;
    if trouble.column() != "seconds" && !operation.name.ends_with(" due") {
        stage.clock.pass(Duration::from_secs(2 * 3600));
    }
    let drips = matches!(trouble, Trouble::Drip | Trouble::DripExpired);
    let fault = if drips { "drip" } else { "silence before handling" };
    stage.script.begin(Plan { fault, target: "*", once: false });
    stage.store.lock_out(trouble == Trouble::LockedOut);
    let began = Instant::now();
    // How it ends says the matrix.
    let _ = (operation.call)(stage).await;
    let took = began.elapsed();
    stage.store.lock_out(false);
    stage.script.end();
    Ok(took)
}

/// What whoever is signed in does next. The identity pool does not know the pool that demands a second factor.
async fn next_call(stage: &Stage, strict: bool) -> Result<(), Error> {
    stage.client.id_token().await?;
    stage.client.account().attributes().await?;
    if !strict {
        stage.client.credentials().await?;
    }
    Ok(())
}

fn kind(outcome: &Result<(), Error>) -> &'static str {
    outcome.as_ref().map_or_else(|error| error.kind().code(), |()| "ok")
}

//! Runs one operation with one fault.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use poolpass::Error;
use tokio::time::Instant;

use crate::fixture::{Environment, Fixture};
use crate::operations::Operation;
use crate::store::Locks;
use crate::transport::Plan;

/// The observed result of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The kind of the error, or `ok`.
    pub outcome: &'static str,
    /// AWS's code and the message, to print with a failure.
    pub error: String,
    /// How often the operation was sent.
    pub sent: u32,
    /// How often AWS handled it.
    pub handled: u32,
    /// How often its work has been done, as AWS's state shows it.
    pub done: Option<u32>,
    /// Whether a user is signed in afterwards.
    pub signed_in: bool,
    /// The result of the next call, without a fault.
    pub next_call: &'static str,
    /// How long the call took, in the cell's time.
    pub took: Duration,
}

/// Runs the operation with the planned fault.
///
/// # Errors
///
/// If the cell cannot be run.
pub async fn play(environment: &Arc<Environment>, operation: &Operation, plan: Plan) -> Result<Observed> {
    let fixture = &Fixture::new(environment, operation.strict)?;
    (operation.prepare)(fixture).await.context("preparing")?;
    fixture.active_fault.begin(plan);
    let began = Instant::now();
    let outcome = (operation.call)(fixture).await;
    let took = began.elapsed();
    let (sent, handled) = fixture.active_fault.end();
    let signed_in = fixture.client.current_user().await?.is_some();
    let next_call = if signed_in { next_call(fixture, operation.strict).await } else { Ok(()) };
    let done = match operation.done {
        Some(done) => Some(done(fixture).await.context("looking what was done")?),
        None => None,
    };
    Ok(Observed {
        outcome: if fixture.has_wrong_data() { "wrong data" } else { kind(&outcome) },
        error: outcome.err().map(|error| format!("{error:?}")).unwrap_or_default(),
        sent,
        handled,
        done,
        signed_in,
        next_call: kind(&next_call),
        took,
    })
}

/// A fault that affects every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorstCase {
    /// No answers.
    Silence,
    /// Answers at one byte every five seconds.
    Drip,
    /// No answers, and expired tokens and credentials.
    SilenceExpired,
    /// Slow answers, and expired tokens and credentials.
    DripExpired,
    /// No answers, expired tokens and credentials, and another process that holds all locks and hangs.
    LockedOut,
    /// No answers, expired tokens and credentials, and another process that lets go of each lock just before it would be too late.
    LockedLong,
}

impl WorstCase {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Silence,
        Self::Drip,
        Self::SilenceExpired,
        Self::DripExpired,
        Self::LockedOut,
        Self::LockedLong,
    ];

    /// The column in the table of time limits.
    pub fn column(self) -> &'static str {
        match self {
            Self::Silence | Self::Drip => "seconds",
            Self::SilenceExpired | Self::DripExpired => "expired",
            Self::LockedOut | Self::LockedLong => "locked out",
        }
    }
}

/// Returns how long the call takes in this case.
///
/// # Errors
///
/// If the cell cannot be run.
pub async fn wait(
    environment: &Arc<Environment>,
    operation: &Operation,
    worst_case: WorstCase,
) -> Result<Duration> {
    let fixture = &Fixture::new(environment, operation.strict)?;
    (operation.prepare)(fixture).await.context("preparing")?;
    if worst_case.column() != "seconds" && !operation.at_once {
        fixture.clock.pass(Duration::from_secs(2 * 3600));
    }
    let drips = matches!(worst_case, WorstCase::Drip | WorstCase::DripExpired);
    let fault = if drips { "drip" } else { "silence before handling" };
    fixture.active_fault.begin(Plan { fault, target: "*", once: false });
    fixture.store.set_locks(match worst_case {
        WorstCase::LockedOut => Locks::Held,
        WorstCase::LockedLong => Locks::HeldLong,
        _ => Locks::Free,
    });
    let began = Instant::now();
    // The matrix tests the result.
    let _ = (operation.call)(fixture).await;
    let took = began.elapsed();
    fixture.store.set_locks(Locks::Free);
    fixture.active_fault.end();
    Ok(took)
}

/// Makes the next calls of a signed-in user. The identity pool does not know the pool that requires a second factor.
async fn next_call(fixture: &Fixture, strict: bool) -> Result<(), Error> {
    fixture.client.id_token().await?;
    fixture.client.account().attributes().await?;
    if !strict {
        fixture.client.credentials().await?;
    }
    Ok(())
}

fn kind(outcome: &Result<(), Error>) -> &'static str {
    outcome.as_ref().map_or_else(|error| error.kind().code(), |()| "ok")
}

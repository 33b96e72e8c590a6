//! Prints each step with its AWS operation and its time.

use std::time::Instant;

use anyhow::{Result, bail};
use poolpass::{Error, ErrorKind};

#[derive(Debug, Default)]
pub(crate) struct StepLog {
    steps: usize,
}

impl StepLog {
    const DID_WIDTH: usize = 46;
    const CALL_WIDTH: usize = 44;

    /// The number of started steps.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Runs `work`, which must succeed, and returns its result.
    pub(crate) async fn step<T, E: Into<anyhow::Error>>(
        &mut self,
        did: &str,
        call: &str,
        work: impl IntoFuture<Output = Result<T, E>>,
    ) -> Result<T> {
        self.steps += 1;
        let begin = now();
        let outcome = work.await.map_err(Into::into);
        self.show(did, call, begin, outcome.is_ok());
        outcome
    }

    /// Runs `work`, which AWS must refuse with one of these error kinds.
    pub(crate) async fn refused<T>(
        &mut self,
        did: &str,
        call: &str,
        kinds: &[ErrorKind],
        work: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Result<()> {
        self.steps += 1;
        let begin = now();
        let outcome = work.await;
        let refused = matches!(&outcome, Err(error) if kinds.contains(&error.kind()));
        self.show(did, call, begin, refused);
        match outcome {
            Err(_) if refused => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => bail!("this should have been refused"),
        }
    }

    fn show(&self, did: &str, call: &str, begin: Instant, passed: bool) {
        let mark = if passed { '✓' } else { '✗' };
        let millis = begin.elapsed().as_millis();
        let (did_width, call_width) = (Self::DID_WIDTH, Self::CALL_WIDTH);
        println!("{mark} {:>2}  {did:<did_width$}  {call:<call_width$} {millis:>5} ms", self.steps);
    }
}

#[expect(clippy::disallowed_methods, reason = "a program's own stopwatch; it does not run on wasm")]
fn now() -> Instant {
    Instant::now()
}

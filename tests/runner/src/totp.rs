//! TOTP codes for scenarios.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use totp_rs::{Builder, Secret, Totp};

/// Generates codes, never the same one twice, since a server accepts each code only once. It also accepts the codes of neighbouring
/// time steps.
#[derive(Debug, Default)]
pub(crate) struct TotpCodes {
    last_steps: Mutex<HashMap<String, u64>>,
    clock_offset_seconds: AtomicI64,
}

impl TotpCodes {
    const STEP_SECONDS: u64 = 30;

    /// Sets how far the server's clock is ahead.
    pub(crate) fn set_clock_offset(&self, seconds: i64) {
        self.clock_offset_seconds.store(seconds, Ordering::Relaxed);
    }

    /// An unused code for the base32 `secret`.
    ///
    /// # Errors
    ///
    /// If the secret is not base32.
    pub(crate) fn next(&self, secret: &str) -> Result<String> {
        let totp = generator(secret)?;
        let mut last_steps = self.last_steps.lock().unwrap_or_else(PoisonError::into_inner);
        let now =
            crate::unix_seconds().saturating_add_signed(self.clock_offset_seconds.load(Ordering::Relaxed));
        let current = now / Self::STEP_SECONDS;
        let step = last_steps.get(secret).map_or(current, |last| current.max(last + 1));
        last_steps.insert(secret.to_owned(), step);
        Ok(totp.generate(step * Self::STEP_SECONDS).to_string())
    }

    /// The last generated code.
    ///
    /// # Errors
    ///
    /// If there was none, or the secret is not base32.
    pub(crate) fn last(&self, secret: &str) -> Result<String> {
        let last_steps = self.last_steps.lock().unwrap_or_else(PoisonError::into_inner);
        let step = last_steps.get(secret).context("no code was handed out")?;
        Ok(generator(secret)?.generate(step * Self::STEP_SECONDS).to_string())
    }
}

fn generator(secret: &str) -> Result<Totp> {
    let key =
        Secret::try_from_base32(secret).map_err(|error| anyhow!("{secret:?} is not base32: {error}"))?;
    Ok(Builder::new().with_secret(key).build_noncompliant())
}
